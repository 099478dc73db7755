import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectedPods, fractionOf, openProgress } from '../../src/cli/progress.js';
import { deployment, loaded } from '../scenario/memory-files.js';
import { fakeTerminal } from './fake-terminal.js';

const progress = {
  simulatedUs: 30_000_000,
  horizonUs: 60_000_000,
  events: 1500,
  podsReady: 1,
  podsTotal: 4,
};

const byTime = { isUntilConverged: false, pods: 4 };
const scenario = loaded(`
  horizon: 1m
  workload: {operations: [{op: apply, objects: [${deployment('web', 4)}]}]}
`);

describe('how far a run is', () => {
  test('is a matter of time when it runs to its horizon', () => {
    expect(fractionOf(progress, byTime)).toBe(0.5);
    expect(fractionOf({ ...progress, simulatedUs: 90_000_000 }, byTime)).toBe(1);
    expect(fractionOf({ ...progress, horizonUs: 0 }, byTime)).toBe(1);
  });

  test('is a matter of pods, at least, when it runs until converged', () => {
    const early = { ...progress, simulatedUs: 600_000, podsReady: 3 };
    expect(fractionOf(early, { isUntilConverged: true, pods: 4 })).toBe(0.75);
    expect(fractionOf(early, { isUntilConverged: true, pods: 300 })).toBe(0.01);
    const none = { ...early, podsTotal: 0, podsReady: 0 };
    expect(fractionOf(none, { isUntilConverged: true, pods: 0 })).toBe(0.01);
  });

  test('counts the pods that are asked for, one a node for a DaemonSet', () => {
    expect(expectedPods(scenario)).toBe(4);
    const agent = deployment('agent')
      .replace('Deployment', 'DaemonSet')
      .replace('replicas: 1, ', '');
    const pod = '{spec: {containers: [{name: c, image: i}]}}';
    const more = loaded(
      `{nodePools: [{name: a, count: 5}], workload: {operations: [{op: create, objects: [${agent}]}, {op: createPods, count: 7, template: ${pod}}]}}`,
    );
    expect(expectedPods(more)).toBe(12);
  });
});

describe('progress where there is no terminal', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is a line every 10 seconds, without escape codes', () => {
    const { terminal, err } = fakeTerminal();
    const display = openProgress(terminal, scenario);
    for (let second = 0; second < 25; second += 1) {
      vi.advanceTimersByTime(1000);
      display.update(progress);
    }
    display.stop();
    const lines = err().trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^test: 50% \(30(\.0*)? ?s simulated, 1\/4 pods ready, 1.?500 events\)$/,
    );
  });

  test('is nothing for a short run, and nothing at all when quiet', () => {
    const short = fakeTerminal();
    openProgress(short.terminal, scenario).update(progress);
    expect(short.err()).toBe('');
    const quiet = fakeTerminal({ isQuiet: true });
    const display = openProgress(quiet.terminal, scenario);
    vi.advanceTimersByTime(60_000);
    display.update(progress);
    display.stop();
    expect(quiet.err()).toBe('');
  });
});
