// What `check` found for machines.
import type { FirstDifference } from '../../experiment/check/first-difference.js';
import type { Difference } from '../../experiment/check/judgement.js';
import type { TraceEvent } from '../../experiment/check/landmarks.js';
import { formatSeconds } from '../number-format.js';
import { type JsonValue, stableJson } from '../stable-json.js';
import { type CheckReport, headline, isBad } from './check-report.js';
import { partsOf } from './difference-text.js';

/** Raised when a field is renamed, removed or changes its meaning. */
const checkSchemaVersion = 1;

/** The text; equal reports give equal bytes. Times are seconds. */
export function jsonReport({ modelVersion, scenarios }: CheckReport): string {
  return stableJson({
    schemaVersion: checkSchemaVersion,
    modelVersion,
    passed: scenarios.filter((each) => !isBad(each)).length,
    failed: scenarios.filter(isBad).length,
    scenarios: scenarios.map((scenario) => {
      const { name, file, line, seed, status, events, traceHash, difference, update } = scenario;
      return {
        name,
        file,
        line,
        seed,
        status,
        ok: !isBad(scenario),
        message: headline(scenario),
        events,
        traceHash,
        update,
        difference: difference === undefined ? undefined : differenceJson(difference),
        thresholds: scenario.thresholds.map((row) => ({ ...row, value: orNull(row.value) })),
      };
    }),
  });
}

function differenceJson({ figures, stages, input, model, first }: Difference): JsonValue {
  return {
    figures: figures.map(({ tolerance, ...row }) => ({ ...row, tolerance: tolerance?.text })),
    stages: stages.map((stage) => ({
      activity: stage.activity,
      beforeSeconds: seconds(stage.beforeUs),
      afterSeconds: seconds(stage.afterUs),
      changes: stage.changes,
      change: stage.change,
      changeBeforeSeconds: seconds(stage.changeBeforeUs),
      changeAfterSeconds: seconds(stage.changeAfterUs),
    })),
    input: input.map((row) => ({ ...row })),
    model: model.map((row) => ({ ...row })),
    firstDifference: first === undefined ? undefined : firstJson(first),
  };
}

function firstJson({ isExact, first, last, was, now, moved }: FirstDifference): JsonValue {
  return {
    isExact,
    firstIndex: first,
    lastIndex: last,
    was: was && eventJson(was),
    now: now && eventJson(now),
    moved: moved && {
      occurrence: moved.was.occurrence,
      was: eventJson(moved.was),
      now: eventJson(moved.now),
    },
  };
}

function eventJson({ index, time, kind, target }: TraceEvent): JsonValue {
  return { index, seconds: seconds(time), ...partsOf(kind), target };
}

function seconds(us: number): number {
  return Number(formatSeconds(us));
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
