// Ends of a run before its time.
import { describe, expect, test } from 'vitest';
import { type RunLimits, watchLimits } from '../../src/experiment/run-limits.js';
import { CHECKPOINT_EVENTS, Simulation } from '../../src/kernel/simulation.js';

/** A run of so many events, one a µs. */
function run(events: number, limits: RunLimits) {
  const simulation = new Simulation('1');
  let left = events;
  const ticked = simulation.defineEvent('test.Ticked', () => {
    if (--left > 0) simulation.after(1, ticked);
  });
  const seen: number[] = [];
  const stopped = watchLimits(simulation, limits, (checkpoint) => seen.push(checkpoint.events));
  simulation.after(1, ticked);
  simulation.run(1_000_000_000);
  return { outcome: stopped.outcome, seen, events: simulation.events };
}

describe('a run', () => {
  test('without limits goes on to its end', () => {
    const { outcome, events } = run(CHECKPOINT_EVENTS * 2, {});
    expect(outcome).toBeUndefined();
    expect(events).toBe(CHECKPOINT_EVENTS * 2);
  });

  test('tells of every checkpoint', () => {
    const { seen } = run(CHECKPOINT_EVENTS * 3, {});
    expect(seen).toEqual([1, 2, 3].map((times) => times * CHECKPOINT_EVENTS));
  });

  test('that is shorter than a checkpoint is not looked at', () => {
    const { outcome, seen } = run(100, { maxWallMs: 0, shouldStop: () => true });
    expect([outcome, seen]).toEqual([undefined, []]);
  });
});

describe('a limit', () => {
  test.each<[string, RunLimits, string, string]>([
    [
      'of events',
      { maxEvents: CHECKPOINT_EVENTS + 1 },
      'limit',
      'Stopped at --max-events at 0.065537 s of simulated time; the results are partial.',
    ],
    [
      'of time',
      { maxWallMs: 0 },
      'limit',
      'Stopped at --max-wall at 0.065536 s of simulated time; the results are partial.',
    ],
    [
      'set by somebody else',
      { shouldStop: () => true },
      'interrupted',
      'Interrupted at 0.065536 s of simulated time; the results are partial.',
    ],
  ])('%s ends the run and says so', (_, limits, end, message) => {
    const { outcome } = run(CHECKPOINT_EVENTS * 5, limits);
    expect(outcome).toEqual({ end, partial: true, message });
  });

  test.each([1, 99, CHECKPOINT_EVENTS, CHECKPOINT_EVENTS + 1])(
    'of %i events is kept to the event',
    (maxEvents) => {
      const { outcome, events } = run(CHECKPOINT_EVENTS * 2, { maxEvents });
      expect([outcome?.end, events]).toEqual(['limit', maxEvents]);
    },
  );

  test('that is met by two is told by the first', () => {
    const limits = { maxEvents: CHECKPOINT_EVENTS, shouldStop: () => true };
    expect(run(CHECKPOINT_EVENTS * 2, limits).outcome?.end).toBe('limit');
  });

  test('that is not reached ends nothing', () => {
    const limits = { maxEvents: 1e9, maxWallMs: 1e9, shouldStop: () => false };
    expect(run(CHECKPOINT_EVENTS * 2, limits).outcome).toBeUndefined();
  });
});
