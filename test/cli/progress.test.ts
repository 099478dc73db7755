import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fractionOf, openProgress } from '../../src/cli/progress.js';
import { fakeTerminal } from './fake-terminal.js';

const progress = {
  simulatedUs: 30_000_000,
  horizonUs: 60_000_000,
  events: 1500,
  podsReady: 1,
  podsTotal: 4,
};

describe('how far a run is', () => {
  test('is a matter of time when it runs to its horizon', () => {
    expect(fractionOf(progress, false)).toBe(0.5);
    expect(fractionOf({ ...progress, simulatedUs: 90_000_000 }, false)).toBe(1);
    expect(fractionOf({ ...progress, horizonUs: 0 }, false)).toBe(1);
  });

  test('is a matter of pods, at least, when it runs until converged', () => {
    const early = { ...progress, simulatedUs: 600_000, podsReady: 3 };
    expect(fractionOf(early, true)).toBe(0.75);
    expect(fractionOf({ ...early, podsTotal: 0, podsReady: 0 }, true)).toBe(0.01);
  });
});

describe('progress where there is no terminal', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is a line every 10 seconds, without escape codes', () => {
    const { terminal, err } = fakeTerminal();
    const display = openProgress(terminal, 'shop', false);
    for (let second = 0; second < 25; second += 1) {
      vi.advanceTimersByTime(1000);
      display.update(progress);
    }
    display.stop();
    const lines = err().trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^shop: 50% \(30(\.0*)? ?s simulated, 1\/4 pods ready, 1.?500 events\)$/,
    );
  });

  test('is nothing for a short run, and nothing at all when quiet', () => {
    const short = fakeTerminal();
    openProgress(short.terminal, 'shop', false).update(progress);
    expect(short.err()).toBe('');
    const quiet = fakeTerminal({ isQuiet: true });
    const display = openProgress(quiet.terminal, 'shop', false);
    vi.advanceTimersByTime(60_000);
    display.update(progress);
    display.stop();
    expect(quiet.err()).toBe('');
  });
});
