// What the recorder does in each kind of run, on clusters of a few nodes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Figures } from '../../../src/experiment/fidelity/pod-stamps.js';
import { predict } from '../../../src/experiment/fidelity/predict.js';
import { type RunFile, runInput } from '../../../src/experiment/fidelity/run-input.js';

const file = '../../../scenarios/profiles/recorded-2core.yaml';
const profile = {
  file: 'recorded-2core',
  text: readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8'),
};

function figuresOf(input: RunFile['input'], summary: Record<string, unknown> = {}): Figures {
  const prediction = predict(runInput({ input }, summary), profile, '1');
  if ('notModelled' in prediction) throw new Error(prediction.notModelled);
  return prediction.figures;
}

/** The figure at a path of names; NaN where there is none. */
function at(figures: Figures, ...path: readonly string[]): number {
  let found: number | Figures | undefined = figures;
  for (const name of path) found = typeof found === 'object' ? found[name] : undefined;
  return typeof found === 'number' ? found : Number.NaN;
}

const events = 'kth_event_since_start_s';

describe('a rolling update', () => {
  const figures = figuresOf(
    { scenario: 'f', nodes: 5, size: 12 },
    { phase_rollout_start: 17, rollout_done_s: 9 },
  );

  test('is called what the recorder called it', () => {
    expect(at(figures, 'rollout_done_s')).toBeGreaterThan(1);
    expect(at(figures, 'cpu_rollout', 'apiserver_cpu_s')).toBeGreaterThan(0);
  });

  test('replaces every pod, some of them before others', () => {
    expect(at(figures, 'rollout_old', events, 'deleted', 'count')).toBe(12);
    expect(at(figures, 'rollout_new', events, 'ready', 'count')).toBe(12);
    const firstOldEnds = at(figures, 'rollout_old', events, 'delmark', 'first');
    const lastNewBegins = at(figures, 'rollout_new', events, 'created', 'last');
    expect(lastNewBegins).toBeGreaterThan(firstOldEnds);
  });
});

describe('a restart of the scheduler', () => {
  const restarted = (what: string): Figures =>
    figuresOf({ scenario: 'h', what, nodes: 3, size: 200 }, { phase_restart_start: 1 });
  const lastBind = (figures: Figures): number => at(figures, 'burst', events, 'scheduled', 'last');
  const asked = restarted('scheduler asked to stop');
  const killed = restarted('scheduler killed');

  test('that gives its lease up is over at once, and the new one has a full bucket', () => {
    // 200 pods at a burst of 100 and 50 a second would take 2 s.
    expect(lastBind(asked)).toBeGreaterThan(1);
    expect(lastBind(asked)).toBeLessThan(2);
    expect(at(asked, 'burst', events, 'ready', 'count')).toBe(200);
  });

  test('that cannot give it up lasts until the lease has expired', () => {
    expect(lastBind(killed)).toBeGreaterThan(1 + 10);
    expect(lastBind(killed)).toBeLessThan(1 + 20);
    expect(at(killed, 'burst', events, 'ready', 'count')).toBe(200);
  });
});

describe('other kinds of runs', () => {
  test('a kind that nobody knows is not modelled', () => {
    const prediction = predict(
      runInput({ input: { scenario: 'z', nodes: 1, size: 1 } }),
      profile,
      '1',
    );
    expect(prediction).toEqual({ notModelled: 'scenario kind "z"' });
  });

  test('a scaled Deployment ends some of its pods, and then all', () => {
    const what = 'scale 12 to 4, then delete all';
    const figures = figuresOf({ scenario: 'e', what, nodes: 3, size: 12 });
    expect(at(figures, 'scale', events, 'delmark', 'count')).toBe(8);
    expect(at(figures, 'delete', events, 'delmark', 'count')).toBe(4);
    expect(at(figures, 'first_rs')).toBeGreaterThan(0);
    expect(at(figures, 'first_rs')).toBeLessThan(0.1);
  });

  test('others on the machine make everything slower, and are part of what it is busy with', () => {
    const input = { scenario: 'd', nodes: 3, size: 40, ratePerSecond: 20 };
    const busy = { machine_busy_cpu_s: 120, seconds: 100, apiserver_cpu_s: 20 };
    const alone = figuresOf(input);
    const beside = figuresOf(input, { cpu_total_incl_3s_tail: busy });
    const latency = ['burst', 'intervals_s', 'call_to_ack', 'mean'];
    expect(at(beside, ...latency)).toBeGreaterThan(at(alone, ...latency));
    const machine = ['cpu_burst', 'machine_busy_cpu_s'];
    expect(at(beside, ...machine)).toBeGreaterThan(at(alone, ...machine) + 1);
  });
});
