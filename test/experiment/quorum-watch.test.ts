// When a run is given up because etcd has lost its quorum for good.

import { describe, expect, test } from 'vitest';
import type { Operation } from '../../src/cluster/operation.js';
import { QuorumWatch } from '../../src/experiment/quorum-watch.js';
import type { LoadedScenario } from '../../src/scenario/scenario.js';

const secondUs = 1_000_000;
const minuteUs = 60 * secondUs;

const crash = (durationUs = Number.POSITIVE_INFINITY): Operation => ({
  op: 'etcdFault',
  source: 'operations[0]',
  atUs: 0,
  fault: 'crash',
  member: 0,
  durationUs,
  factor: 1,
  delayUs: 0,
});

const watching = (operations: readonly Operation[], untilConverged = true): QuorumWatch =>
  new QuorumWatch({ operations, untilConverged } as LoadedScenario);

/** Whether a run ends at a time when the quorum is gone since `lostUs`. */
function endsAt(watch: QuorumWatch, now: number, lostUs: number | undefined): boolean {
  return watch.holds(() => lostUs).some(({ endsRun }) => endsRun?.(now));
}

describe('a run that waits for convergence', () => {
  test('ends a minute after the quorum was lost, once all operations are done', () => {
    const watch = watching([crash()]);
    expect(endsAt(watch, 10 * minuteUs, secondUs)).toBe(false);
    watch.operationsDone(2 * secondUs);
    expect(endsAt(watch, minuteUs, secondUs)).toBe(false);
    expect(watch.isHopeless).toBe(false);
    expect(endsAt(watch, 2 * minuteUs, secondUs)).toBe(true);
    expect(watch.isHopeless).toBe(true);
  });

  test('goes on while there is a quorum', () => {
    const watch = watching([crash()]);
    watch.operationsDone(0);
    expect(endsAt(watch, 60 * minuteUs, undefined)).toBe(false);
  });

  test('goes on until the fault that lasts longest is over', () => {
    const watch = watching([crash(), crash(5 * minuteUs)]);
    watch.operationsDone(0);
    expect(endsAt(watch, 6 * minuteUs, 0)).toBe(false);
    expect(endsAt(watch, 7 * minuteUs, 0)).toBe(true);
  });

  test('is not looked at without a fault, or when it goes to its horizon anyway', () => {
    expect(watching([]).holds(() => 0)).toEqual([]);
    expect(watching([crash()], false).holds(() => 0)).toEqual([]);
  });
});
