// What `check` has to tell, as plain data: every reporter writes from it, so that they cannot
// disagree.
import type { Difference, Status } from '../../experiment/check/judgement.js';
import type { ModelChange } from '../../experiment/check/model-file.js';
import type { ThresholdRow } from '../../metrics/run-result.js';

/** A threshold and the line of the scenario that states it. */
export interface CheckedThreshold extends ThresholdRow {
  readonly line: number;
}

/** One scenario. */
export interface CheckedScenario {
  readonly name: string;
  /** As the user named it. */
  readonly file: string;
  readonly seed: string;
  /** `failed`: a plugin or the model has thrown. */
  readonly status: Status | 'failed';
  /** Why it has failed or stopped, in a sentence; empty otherwise. */
  readonly message: string;
  readonly events: number;
  readonly traceHash: string;
  readonly difference: Difference | undefined;
  readonly thresholds: readonly CheckedThreshold[];
  /** Line of the scenario where the first change of its input stands, else 1. */
  readonly line: number;
  /** What `--update` has done with its baseline; undefined without it. */
  readonly update: 'written' | 'kept' | undefined;
}

/** Everything that was checked, in the order of the arguments. */
export interface CheckReport {
  readonly modelVersion: string;
  readonly scenarios: readonly CheckedScenario[];
}

/** Whether a scenario makes the command fail. */
export function isBad(scenario: CheckedScenario): boolean {
  return isBadBaseline(scenario) || failedThresholds(scenario).length > 0;
}

/** Whether it does so for anything but a threshold. */
export function isBadBaseline({ status, update }: CheckedScenario): boolean {
  if (status === 'failed' || status === 'stopped') return true;
  return update === undefined && (status === 'regressed' || status === 'modelChanged');
}

/** Thresholds of level error that do not hold. */
export function failedThresholds({ thresholds }: CheckedScenario): readonly CheckedThreshold[] {
  return thresholds.filter(({ ok, level }) => !ok && level === 'error');
}

/** One line on what has come of a scenario. */
export function headline(scenario: CheckedScenario): string {
  const { status, message, difference, update, thresholds } = scenario;
  const failed = failedThresholds(scenario).length;
  const warned = thresholds.filter(({ ok, level }) => !ok && level === 'warn').length;
  const parts = [
    { ...statusTexts, failed: message, stopped: message }[status],
    ...(status === 'regressed' || status === 'modelChanged' ? [movedText(difference)] : []),
    ...(update === 'written' ? ['baseline written'] : []),
    ...(failed > 0 ? [`${counted(failed, 'threshold')} failed`] : []),
    ...(warned > 0 ? [`${counted(warned, 'threshold')} of level warn failed`] : []),
  ];
  return parts.join('; ');
}

const statusTexts = {
  same: 'the same as the baseline',
  within: 'differs from the baseline within its tolerances',
  regressed: 'differs from the baseline',
  modelChanged: 'differs from the baseline, which another model has made',
  new: 'there was no baseline',
} as const;

function movedText(difference: Difference | undefined): string {
  const moved = difference?.figures.filter(({ isAllowed }) => !isAllowed) ?? [];
  if (moved.length === 0) return 'no figure has moved, the trace has';
  const count = (direction: string): number =>
    moved.filter((each) => each.direction === direction).length;
  const worse = count('worse');
  const better = count('better');
  const detail = [
    ...(worse > 0 ? [`${worse} worse`] : []),
    ...(better > 0 ? [`${better} better`] : []),
  ];
  const text = counted(moved.length, 'figure');
  return detail.length === 0 ? `${text} moved` : `${text} moved (${detail.join(', ')})`;
}

/** `1 figure`, `2 figures`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Of all scenarios: how many are well, and how many are not. */
export function totals({ scenarios }: CheckReport): string {
  const bad = scenarios.filter(isBad).length;
  const written = scenarios.filter(({ update }) => update === 'written').length;
  const parts = [
    `${scenarios.length - bad} of ${counted(scenarios.length, 'scenario')} passed`,
    ...(written > 0 ? [`${counted(written, 'baseline')} written`] : []),
  ];
  return parts.join(', ');
}

/** A change of the model as a row of text. */
export function modelText({ name, before, after }: ModelChange): string {
  return `${name}: ${before ?? 'absent'} → ${after ?? 'absent'}`;
}
