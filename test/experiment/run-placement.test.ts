// Runs of the scope `placement`: who gets a node, what is measured of it, and that it follows from
// scenario and seed.
import { describe, expect, test } from 'vitest';
import type {
  BindPlugin,
  ScorePlugin,
} from '../../src/control-plane/scheduler/framework/plugin.js';
import type { UserPlugin } from '../../src/control-plane/scheduler/out-of-tree/user-plugin.js';
import { measuresWith, UnknownColumn } from '../../src/experiment/compare/measures.js';
import { type RunOptions, runScenario } from '../../src/experiment/run-scenario.js';
import { load } from '../scenario/memory-files.js';

const gpu = 'alibabacloud.com/gpu-milli';

const pod = (requests: string, more = ''): string =>
  `{spec: {${more}containers: [{name: c, image: i, resources: {requests: ${requests}, limits: ${requests}}}]}}`;

const mix = (...kinds: readonly string[]): string =>
  `{op: createPodMix, qps: 10, kinds: [${kinds.join(', ')}]}`;

const kind = (count: number, requests: string): string =>
  `{count: ${count}, template: ${pod(requests)}}`;

function spec(operations: readonly string[], pools = '{name: w, count: 2, cpu: 4, memory: 8Gi}') {
  return `
  scope: placement
  until: converged
  nodePools: [${pools}]
  workload: {operations: [${operations.join(', ')}]}`;
}

function run(text: string, plugins: readonly UserPlugin[] = [], options: RunOptions = {}) {
  const loaded = load(text, {}, { plugins });
  if (loaded.scenario === undefined) throw new Error(JSON.stringify(loaded.problems));
  return runScenario(loaded.scenario, { plugins: loaded.plugins, ...options });
}

describe('pods of several kinds on two nodes', () => {
  const result = run(spec([mix(kind(3, '{cpu: 2}'), kind(2, '{cpu: 3}'))]));

  test('get the nodes that kube-scheduler would give them, one after the other', () => {
    expect(result.pods.map(({ name, node }) => [name, node !== ''])).toEqual([
      ['pod-0', true],
      ['pod-1', true],
      ['pod-2', true],
      ['pod-3', false],
      ['pod-4', false],
    ]);
    expect(new Set(result.pods.slice(0, 2).map(({ node }) => node)).size).toBe(2);
    expect(result.outcome).toEqual({
      end: 'converged',
      partial: false,
      message: '3 of 5 pods have got a node.',
    });
  });

  test('come at their pace, and are placed in no time', () => {
    expect(result.pods.map(({ createdUs }) => createdUs)).toEqual([0, 1e5, 2e5, 3e5, 4e5]);
    expect(result.pods[2]?.boundUs).toBe(200_000);
    expect(result.pods[2]?.readyUs).toBeUndefined();
  });

  test('say why they have found none', () => {
    expect(result.pods[3]?.message).toMatch(/^0\/2 nodes are available: 2 Insufficient cpu/);
    expect(result.pods[3]?.schedulingAttempts).toBe(1);
  });

  test('count as what they ask for on their nodes', () => {
    const requested = result.nodes.map(({ cpuRequestedMilli }) => cpuRequestedMilli);
    expect(requested.reduce((sum, each) => sum + each, 0)).toBe(6000);
    expect(result.notices.at(-1)).toMatch(/^Only the placement of pods is simulated/);
  });
});

test('equal seeds place alike; other seeds bring pods of a shuffled mix in another order', () => {
  const shuffled = spec([
    `{op: createPodMix, order: shuffled, load: {resource: cpu, ratio: 0.9}, kinds: [${kind(4, '{cpu: 500m}')}, ${kind(2, '{cpu: 1500m}')}]}`,
  ]);
  const hashes = ['1', '2', '3', '1'].map((seed) => run(`  seed: ${seed}${shuffled}`).traceHash);
  expect(hashes[3]).toBe(hashes[0]);
  expect(new Set(hashes).size).toBe(3);
});

test('the trace hash tells decisions apart', () => {
  const text = spec([mix(kind(1, '{cpu: 1}'))]);
  const prefer = (node: string): ScorePlugin => ({
    name: 'Prefer',
    score: (_state, _pod, nodes, { table }, scores) => {
      for (let i = 0; i < nodes.count; i++) {
        scores[i] = table.names[nodes.rows[i] ?? 0] === node ? 100 : 0;
      }
      return undefined;
    },
  });
  const [a, b] = ['w-0', 'w-1'].map((node) => run(text, [prefer(node)]));
  expect([a?.pods[0]?.node, b?.pods[0]?.node]).toEqual(['w-0', 'w-1']);
  expect(a?.traceHash).not.toBe(b?.traceHash);
});

test('a pod of more importance takes the place of another', () => {
  const full = `{op: create, objects: [{apiVersion: v1, kind: Pod, metadata: {name: low}, ${pod('{cpu: 4}').slice(1, -1)}}]}`;
  const high = `{op: create, objects: [{apiVersion: v1, kind: Pod, metadata: {name: high}, ${pod('{cpu: 4}', 'priority: 10, ').slice(1, -1)}}]}`;
  const { pods } = run(spec([full, high], '{name: w, count: 1, cpu: 4, memory: 8Gi}'));
  expect(pods.map(({ name, node, deletedUs }) => [name, node, deletedUs])).toEqual([
    ['low', 'w-0', 0],
    ['high', 'w-0', undefined],
  ]);
});

test('a plugin that breaks its promise ends the run', () => {
  const bad: ScorePlugin = { name: 'Bad', score: () => undefined };
  const failures: string[] = [];
  const result = run(spec([mix(kind(1, '{cpu: 1}'))]), [bad], {
    onPluginFailure: ({ message }) => failures.push(message),
  });
  expect([result.outcome.end, failures.length]).toEqual(['failed', 1]);
});

describe('nodes that share GPUs', () => {
  /** Gives the n-th pod the device that is listed n-th. */
  const noting = (devices: readonly string[]): BindPlugin => {
    let next = 0;
    return {
      name: 'Noting',
      bind: (_state, { pod: { metadata } }, node) => {
        const { namespace = '', name } = metadata;
        const annotations = { 'alibabacloud.com/gpu-index': devices[next++] ?? '' };
        const body = {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { namespace, name, annotations },
          target: { kind: 'Node', name: node },
        } as const;
        return { verb: 'create', resource: 'pods', subresource: 'binding', namespace, name, body };
      },
    };
  };
  const pool = `{name: g, count: 1, template: {status: {allocatable: {cpu: 16, memory: 64Gi, pods: 50, ${gpu}: 2000}}}}`;
  const text = spec(
    [mix(kind(3, `{cpu: 1, ${gpu}: 500}`), kind(1, `{cpu: 1, ${gpu}: 1000}`))],
    pool,
  );
  const byName = (result: ReturnType<typeof run>) => {
    const all = measuresWith({ extended: [gpu], steady: [] });
    return Object.fromEntries(all.map(({ name, of }) => [name, of(result)]));
  };

  test('are fragmented by what is left of their devices', () => {
    // 500 are left of each device, and 500 of nothing: a third task of 500 is on the second.
    const result = run(text, [noting(['0', '1', '0'])]);
    expect(result.gpus).toEqual({ totalMilli: 2000, idleMilli: 500, fragmentedMilli: 125 });
    const values = byName(result);
    expect(values[`${gpu}_allocation_ratio`]).toBe(0.75);
    expect(values['gpu_fragmentation_ratio']).toBe(0.25);
    expect(values['gpu_fragmented_count']).toBe(0.125);
    expect(values['pods_unscheduled']).toBe(1);
  });

  test('have their loads in the time series', () => {
    const { timeSeries } = run(
      `  horizon: 2s${text.replace('until: converged', 'until: horizon')}`,
    );
    const last = (name: string) => timeSeries.columns.find((each) => each.name === name)?.values[0];
    expect(last('gpu_arrived_ratio')).toBe(1.25);
    expect(last('gpu_allocation_ratio')).toBe(0.75);
  });

  test('a column that no run has is named with one that is like it', () => {
    const result = run(text);
    const [measure] = measuresWith({ extended: [], steady: ['gpu_alocation_ratio'] }).slice(-1);
    expect(() => measure?.of(result)).toThrow(UnknownColumn);
    expect(() => measure?.of(result)).toThrow('Did you mean gpu_allocation_ratio?');
  });

  test('other nodes have neither figures nor columns of GPUs', () => {
    const result = run(spec([mix(kind(1, '{cpu: 1}'))]));
    expect(result.gpus).toBeUndefined();
    expect(result.timeSeries.columns.map(({ name }) => name)).not.toContain('gpu_arrived_ratio');
  });
});
