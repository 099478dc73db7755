import { describe, expect, test } from 'vitest';
import { reasonsIn, refusalReasons } from '../../src/report/refusal-reasons.js';
import { startupVerdict } from '../../src/report/startup-objective.js';
import { eventRow, pendingPodRow, podRow } from './fixtures.js';

describe('reasons of a refusal', () => {
  test.each([
    ['0/3 nodes are available: 3 Insufficient cpu.', [['Insufficient cpu', 3]]],
    [
      '0/5 nodes are available: 1 Too many pods, 4 node(s) had untolerated taint {a: b, c}. ' +
        'preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.',
      [
        ['Too many pods', 1],
        ['node(s) had untolerated taint {a: b, c}', 4],
      ],
    ],
    [
      '0/3 nodes are available: 1 Insufficient cpu, 2 Too many pods. no new claims to ' +
        'deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful.',
      [
        ['Insufficient cpu', 1],
        ['Too many pods', 2],
      ],
    ],
    [
      '0/2 nodes are available: persistentvolumeclaim "data" not found.',
      [['persistentvolumeclaim "data" not found', 0]],
    ],
    ['something else', [['something else', 0]]],
  ])('%s', (message, expected) => {
    expect(reasonsIn(message).map(({ reason, nodes }) => [reason, nodes])).toEqual(expected);
  });

  test('are counted over pods and Events, whichever name them', () => {
    const pods = [pendingPodRow(), pendingPodRow(), podRow()];
    const message = '0/9 nodes are available: 9 Too many pods.';
    const events = [eventRow({ reason: 'FailedScheduling', message, count: 7 })];
    expect(refusalReasons(pods, events)).toEqual([
      { reason: 'Insufficient cpu', pods: 2, refusals: 0, mostNodes: 3 },
      { reason: 'Too many pods', pods: 0, refusals: 7, mostNodes: 9 },
    ]);
  });
});

describe('the objective of pod startup', () => {
  test('leaves out the pull of images and pods that did not fit at first', () => {
    const slowPull = podRow({ imagePulledUs: 60_000_000, startedUs: 61_000_000 });
    const refused = podRow({ startedUs: 90_000_000, message: '0/1 nodes are available: 1 x.' });
    expect(startupVerdict([slowPull, refused, pendingPodRow()])).toEqual({
      count: 1,
      p99Us: 1_400_000,
      limitUs: 5_000_000,
      ok: true,
    });
  });

  test('is judged by the worst five minutes', () => {
    const slow = podRow({
      createdUs: 300_000_000,
      sandboxUs: 1,
      imagePulledUs: 1,
      startedUs: 305_000_001,
    });
    const fast = Array.from({ length: 500 }, () => podRow());
    expect(startupVerdict([...fast, slow])).toMatchObject({ p99Us: 5_000_001, ok: false });
    expect(startupVerdict(fast)).toMatchObject({ ok: true });
    expect(startupVerdict([])).toBeUndefined();
  });
});
