// What of many Events is written, beside a naive filter that keeps everything it has ever seen and
// counts from the beginning each time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event } from '../../src/api/event.js';
import type { ReplicaSet } from '../../src/api/replica-set.js';
import { EventRecorder } from '../../src/client/event-recorder.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { answer, ScriptedServer } from '../support/scripted-server.js';

const SECOND = 1_000_000;
/** One write costs as much as comes back in five minutes. */
const WRITE = 300 * SECOND;
const BURST = 25 * WRITE;
const WINDOW = 600 * SECOND;

interface Reported {
  readonly atUs: number;
  readonly object: string;
  readonly reason: string;
  readonly message: string;
}

function replicaSet(name: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'default', uid: `uid-of-${name}` },
    spec: { replicas: 1, selector: { matchLabels: { app: name } } },
  };
}

/** `object reason message count` of every write, as the recorder makes them. */
function recorded(reports: readonly Reported[]): string[] {
  const simulation = new Simulation('events');
  const server = new ScriptedServer(simulation);
  const stored = new Map<string, Event>();
  const lines: string[] = [];
  server.script = ({ request }) => {
    const before = stored.get(request.name);
    const after = request.verb === 'create' ? request.body : before && request.patch?.apply(before);
    if (after === undefined) return answer(404, { reason: 'NotFound' });
    const event = after as Event;
    stored.set(request.name, event);
    const { reason, message, count } = event;
    lines.push(`${event.involvedObject.name} ${reason} ${message} ${count}`);
    return answer(200);
  };
  const recorder = new EventRecorder(simulation, 'test', server.client());
  const due = simulation.defineEvent('test.EventDue', (i) => {
    const { object, reason, message } = reports[i] as Reported;
    recorder.record(replicaSet(object), 'Normal', reason, message);
  });
  reports.forEach(({ atUs }, i) => {
    simulation.at(atUs, due, i);
  });
  simulation.run();
  return lines;
}

/** Those of the same object and reason, from the last time that nothing came for ten minutes. */
function groupOf(reports: readonly Reported[], index: number): readonly Reported[] {
  const { object, reason } = reports[index] as Reported;
  const similar = reports
    .slice(0, index + 1)
    .filter((each) => each.object === object && each.reason === reason);
  const starts = similar.findLastIndex(
    ({ atUs }, i) => i === 0 || atUs - (similar[i - 1] as Reported).atUs > WINDOW,
  );
  return similar.slice(starts);
}

/** More than nine different messages have come in the group of a report. */
function isCombined(reports: readonly Reported[], index: number): boolean {
  return new Set(groupOf(reports, index).map(({ message }) => message)).size >= 10;
}

/** Whether the object's credit lets each of the reports through. */
function passes(reports: readonly Reported[]): boolean[] {
  const credit = new Map<string, { left: number; atUs: number }>();
  return reports.map(({ object, atUs }) => {
    const own = credit.get(object) ?? { left: BURST, atUs };
    const left = Math.min(BURST, own.left + atUs - own.atUs);
    const isPassing = left >= WRITE;
    credit.set(object, { left: isPassing ? left - WRITE : left, atUs });
    return isPassing;
  });
}

/** The same as `recorded`, from the rules alone. */
function naive(reports: readonly Reported[]): string[] {
  const isPassing = passes(reports);
  const combined = reports.map((_, i) => isCombined(reports, i));
  return reports.flatMap(({ object, reason, message }, index) => {
    if (isPassing[index] === false) return [];
    const isSame = (other: Reported, i: number): boolean =>
      other.object === object &&
      other.reason === reason &&
      combined[i] === combined[index] &&
      (combined[index] === true || other.message === message);
    const count = reports.slice(0, index + 1).filter(isSame).length;
    const prefix = combined[index] === true ? '(combined from similar events): ' : '';
    return [`${object} ${reason} ${prefix}${message} ${count}`];
  });
}

const report = fc.record({
  gapUs: fc.oneof(
    { weight: 60, arbitrary: fc.integer({ min: SECOND, max: 5 * SECOND }) },
    { weight: 3, arbitrary: fc.integer({ min: 60 * SECOND, max: 400 * SECOND }) },
    { weight: 1, arbitrary: fc.integer({ min: WINDOW, max: 2 * WINDOW }) },
  ),
  object: fc.constantFrom('a', 'a', 'a', 'b'),
  reason: fc.constantFrom('SuccessfulCreate', 'SuccessfulCreate', 'FailedCreate'),
  message: fc.integer({ min: 0, max: 20 }).map((pod) => `pod-${pod}`),
});

test('what is written is what a naive filter lets through, with its counts', () => {
  let dropped = 0;
  let combined = 0;
  const check = (
    gaps: readonly { gapUs: number; object: string; reason: string; message: string }[],
  ) => {
    let atUs = 0;
    const reports = gaps.map(({ gapUs, ...rest }) => {
      atUs += gapUs;
      return { ...rest, atUs };
    });
    const lines = recorded(reports);
    expect(lines).toEqual(naive(reports));
    dropped += reports.length - lines.length;
    combined += lines.filter((line) => line.includes('combined')).length;
  };
  fc.assert(fc.property(fc.array(report, { minLength: 1, maxLength: 150, size: 'max' }), check), {
    numRuns: 150,
  });
  expect(dropped, 'the spam filter has worked').toBeGreaterThan(100);
  expect(combined, 'Events were combined').toBeGreaterThan(100);
});
