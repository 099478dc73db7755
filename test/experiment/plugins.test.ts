// Runs with scheduler plugins that the calling program hands in: what they change, what they cannot
// change, and how a run ends when one of them fails.

import { describe, expect, test } from 'vitest';
import type {
  FilterPlugin,
  PermitPlugin,
  ScorePlugin,
} from '../../src/control-plane/scheduler/framework/plugin.js';
import { status } from '../../src/control-plane/scheduler/framework/status.js';
import type { PluginFailure } from '../../src/control-plane/scheduler/out-of-tree/plugin-failure.js';
import type {
  NamedPluginFactory,
  UserPlugin,
} from '../../src/control-plane/scheduler/out-of-tree/user-plugin.js';
import { type RunOptions, runScenario } from '../../src/experiment/run-scenario.js';
import { deployment, load } from '../scenario/memory-files.js';

const spec = (scheduler = '{}', seed = 1): string => `
  seed: ${seed}
  horizon: 30s
  controlPlane: {scheduler: ${scheduler}}
  nodePools: [{name: w, count: 4, cpu: 4, memory: 8Gi}]
  workload: {operations: [{op: apply, objects: [${deployment('web', 6)}]}]}`;

function run(plugins: readonly UserPlugin[], text = spec(), options: RunOptions = {}) {
  const loaded = load(text, {}, { plugins });
  if (loaded.scenario === undefined) throw new Error(JSON.stringify(loaded.problems));
  return runScenario(loaded.scenario, { plugins: loaded.plugins, ...options });
}

const nodesOf = (result: ReturnType<typeof run>): string[] => result.pods.map(({ node }) => node);

/** Keeps every pod on one node. */
const onlyOn = (node: string): FilterPlugin => ({
  name: 'Only',
  filter:
    (_state, _pod, { table }) =>
    (row) =>
      table.names[row] === node ? undefined : status('Unschedulable', 'not here'),
});

describe('a plugin of the calling program', () => {
  test('decides where pods go', () => {
    expect(new Set(nodesOf(run([onlyOn('w-2')])))).toEqual(new Set(['w-2']));
    expect(new Set(nodesOf(run([]))).size).toBe(4);
  });

  test('changes nothing when the configuration disables it', () => {
    const config = '{config: {profiles: [{plugins: {multiPoint: {disabled: [{name: Only}]}}}]}}';
    expect(run([onlyOn('w-2')], spec(config)).traceHash).toBe(run([]).traceHash);
  });

  test('costs simulated time of its own', () => {
    const pass: FilterPlugin = { name: 'Pass', filter: () => () => undefined };
    const first = (result: ReturnType<typeof run>): number => result.pods[0]?.scheduledUs ?? 0;
    const [slow, fast] = [run([pass]), run([])];
    expect(nodesOf(slow)).toEqual(nodesOf(fast));
    expect(first(slow)).toBeGreaterThan(first(fast));
  });

  test('is heard in the message of a pod that it keeps out', () => {
    const result = run([onlyOn('elsewhere')]);
    expect(result.pods[0]?.message).toContain('0/4 nodes are available: 4 not here.');
    expect(result.outcome.end).toBe('horizon');
  });

  test('lets pods wait, and through again', () => {
    const pairs: NamedPluginFactory = {
      name: 'Pairs',
      create: (_args, handle) =>
        ({
          name: 'Pairs',
          permit: () => {
            const [first] = handle.waitingPods();
            if (first === undefined) return { status: status('Wait'), timeoutUs: 20_000_000 };
            first.allow('Pairs');
            return { status: undefined };
          },
        }) satisfies PermitPlugin,
    };
    const text = spec().replace('replicas: 6', 'replicas: 5');
    const bound = run([pairs], text).pods.filter(({ boundUs }) => boundUs !== undefined);
    expect(bound).toHaveLength(4);
    const times = new Set(bound.map(({ boundUs }) => Math.round((boundUs ?? 0) / 1_000)));
    expect(times.size).toBeLessThan(4);
  });
});

describe('two runs with a plugin', () => {
  const dice: NamedPluginFactory = {
    name: 'Dice',
    create: (_args, handle) => {
      let calls = 0;
      return {
        name: 'Dice',
        score: (_state, { uid }, { count }, _snapshot, scores) => {
          calls++;
          const stream = handle.stream(`node/${uid}`);
          for (let i = 0; i < count; i++) scores[i] = (stream.below(100) + calls) % 101;
          return undefined;
        },
      } satisfies ScorePlugin;
    },
  };

  test('are the same, whatever ran between them, since a factory makes it anew', () => {
    const loaded = load(spec(), {}, { plugins: [dice] });
    const other = load(spec('{}', 2), {}, { plugins: [dice] });
    if (loaded.scenario === undefined || other.scenario === undefined) throw new Error('bad');
    const { scenario, plugins } = loaded;
    const first = runScenario(scenario, { plugins });
    runScenario(other.scenario, { plugins: other.plugins });
    expect(runScenario(scenario, { plugins }).traceHash).toBe(first.traceHash);
  });

  test('draw other numbers with another seed', () => {
    const one = nodesOf(run([dice], spec('{}', 1)));
    const others = [2, 3, 4].map((seed) => nodesOf(run([dice], spec('{}', seed))).join());
    expect(others.some((nodes) => nodes !== one.join())).toBe(true);
  });
});

describe('a plugin that fails', () => {
  const failing: NamedPluginFactory = {
    name: 'Third',
    create: () => {
      let cycles = 0;
      return {
        name: 'Third',
        filter: () => {
          if (++cycles === 3) throw new Error('enough');
          return undefined;
        },
      } satisfies FilterPlugin;
    },
  };

  test('ends the run there, with the results of the time before', () => {
    const failures: PluginFailure[] = [];
    const result = run([failing], spec(), { onPluginFailure: (each) => failures.push(each) });
    expect(result.outcome).toMatchObject({ end: 'failed', partial: true });
    expect(result.outcome.message).toMatch(
      /^Ended at 0\.\d+ s of simulated time by plugin Third, Filter of pod default\/web-\S+: threw Error: enough\.$/,
    );
    expect(result.pods.filter(({ node }) => node !== '').length).toBeLessThanOrEqual(2);
    expect(failures.map(({ plugin, call }) => [plugin, call.point])).toEqual([['Third', 'Filter']]);
    expect(failures[0]?.call.pod).toMatch(/^default\/web-/);
  });

  test('ends two runs at the same event', () => {
    const [a, b] = [run([failing]), run([failing])];
    expect([a.traceHash, a.events]).toEqual([b.traceHash, b.events]);
  });

  test('is not mistaken for a bug of the program, nor the other way round', () => {
    const broken: FilterPlugin = { name: 'Broken', filter: () => undefined };
    const loaded = load(spec(), {}, { plugins: [broken] });
    if (loaded.scenario === undefined) throw new Error('bad');
    const unguarded = new Map([
      ['Broken', () => ({ name: 'Broken', filter: () => JSON.parse('{') }) as FilterPlugin],
    ]);
    const { scenario } = loaded;
    expect(() => runScenario(scenario, { plugins: unguarded })).toThrow(SyntaxError);
  });
});

test('a scenario with plugins is not run without them', () => {
  const { scenario } = load(spec(), {}, { plugins: [onlyOn('w-0')] });
  if (scenario === undefined) throw new Error('bad');
  expect(() => runScenario(scenario)).toThrow(
    'The scenario uses the plugins Only: pass runScenario the plugins that loading it has returned.',
  );
});
