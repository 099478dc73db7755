// The plugins of scenarios/plugins/gpu-share.ts on nodes whose fragmentation is worked out by hand.
// Needs the built program (npm test builds it first).
import { beforeAll, describe, expect, test } from 'vitest';

interface Plugin {
  readonly filter: (state: object, pod: object, snapshot: object) => unknown;
  readonly reserve: (state: object, pod: object, node: string) => unknown;
  readonly bind: (state: object, pod: object, node: string) => { readonly body: unknown };
  readonly score: (
    state: object,
    pod: object,
    nodes: object,
    snapshot: object,
    scores: Float64Array,
  ) => unknown;
  readonly normalizeScore: (scores: Float64Array, count: number) => void;
}

type Factory = { readonly create: (args: object | undefined, handle: object) => Plugin };

let GpuShare: Factory;
let FGD: Factory;

beforeAll(async () => {
  const file = new URL('../../scenarios/plugins/gpu-share.ts', import.meta.url).href;
  ({ GpuShare, FGD } = (await import(file)) as { GpuShare: Factory; FGD: Factory });
});

let made = 0;

/** A pod that wants milli-GPU and one CPU, on devices where it has got some. */
function pod(gpuMilli: number, devices = '') {
  const uid = `pod-${made++}`;
  const requests = { cpu: '1', 'alibabacloud.com/gpu-milli': `${gpuMilli}` };
  const annotations = devices === '' ? {} : { 'alibabacloud.com/gpu-index': devices };
  const metadata = { name: uid, namespace: 'default', annotations };
  return { uid, pod: { metadata, spec: { containers: [{ name: 'c', resources: { requests } }] } } };
}

/** Nodes of T4 with eight CPUs idle, by what is left of each device. */
function snapshotOf(...left: readonly (readonly number[])[]) {
  const nodes = left.map((devices, row) => ({
    metadata: { name: `n${row}`, labels: { 'alibabacloud.com/gpu-card-model': 'T4' } },
    status: { allocatable: { 'alibabacloud.com/gpu-milli': `${devices.length * 1000}` } },
  }));
  const table = {
    capacity: left.length,
    versions: new Int32Array(left.length).fill(1),
    nodes,
    pods: left.map((devices) =>
      devices.flatMap((milli, d) => (milli === 1000 ? [] : [pod(1000 - milli, `${d}`)])),
    ),
    cpu: {
      allocatable: new Float64Array(left.length).fill(8000),
      requested: new Float64Array(left.length),
    },
  };
  return { table, rowOf: (name: string) => Number(name.slice(1)) };
}

/** A snapshot whose scheduler has seen tasks, half of which want half a GPU and half a whole one. */
function seen(...left: readonly (readonly number[])[]) {
  const snapshot = snapshotOf(...left);
  const share = GpuShare.create(undefined, { snapshot });
  for (let i = 0; i < 50; i++) share.filter({}, pod(i % 2 === 0 ? 500 : 1000), snapshot);
  return snapshot;
}

function scoresOf(snapshot: object, gpuMilli: number, ...rows: readonly number[]) {
  const scores = new Float64Array(rows.length);
  const plugin = FGD.create(undefined, { snapshot });
  plugin.score({}, pod(gpuMilli), { count: rows.length, rows }, snapshot, scores);
  const raw = [...scores];
  plugin.normalizeScore(scores, rows.length);
  return { raw, normal: [...scores] };
}

describe('FGD', () => {
  // F of a node, for a mix of halves and wholes: [1000] 0, [500] 250 (no whole fits), [600] 300,
  // [1000, 500] 250 (half a GPU is no whole one).
  const nodes = [[1000], [500], [600], [1000, 500]] as const;

  test('scores by how many milli-GPU fewer lie in fragments once the task is there', () => {
    const snapshot = seen(...nodes);
    // [1000] becomes [500]: 250 more. [500] becomes [0]: 250 fewer. [600] becomes [100], of use to
    // nobody: 300 become 100. [1000, 500] becomes [1000, 0] at best: 250 fewer.
    const { raw, normal } = scoresOf(snapshot, 500, 0, 1, 2, 3);
    expect(raw).toEqual([-250_000, 250_000, 200_000, 250_000]);
    expect(normal).toEqual([0, 100, 90, 100]);
  });

  test('finds no difference between nodes where none grows', () => {
    // [1000] becomes [0], and [1000, 500] becomes [0, 500]: 250 as before.
    expect(scoresOf(seen(...nodes), 1000, 0, 3)).toEqual({ raw: [0, 0], normal: [100, 100] });
  });

  test('counts what a pod without GPUs takes of the CPU that tasks would need', () => {
    const snapshot = seen([1000], []);
    snapshot.table.cpu.requested[0] = 7000;
    // The last CPU of the first node goes: its whole GPU becomes a fragment.
    expect(scoresOf(snapshot, 0, 0, 1).raw).toEqual([-1_000_000, 0]);
  });

  test('scores a node anew when it has changed', () => {
    const snapshot = seen([1000], [500]);
    const plugin = FGD.create(undefined, { snapshot });
    const wanted = pod(500);
    const score = () => {
      const scores = new Float64Array(2);
      plugin.score({}, wanted, { count: 2, rows: [0, 1] }, snapshot, scores);
      return [...scores];
    };
    expect(score()).toEqual([-250_000, 250_000]);
    snapshot.table.pods[0] = [pod(500, '0')];
    expect(score()).toEqual([-250_000, 250_000]);
    snapshot.table.versions[0] = 2;
    expect(score()).toEqual([250_000, 250_000]);
  });
});

describe('GpuShare', () => {
  const devicesOf = (args: object | undefined, gpuMilli: number, ...left: number[]) => {
    const snapshot = seen(left);
    const plugin = GpuShare.create(args, { snapshot });
    const wanted = pod(gpuMilli);
    if (plugin.reserve({}, wanted, 'n0') !== undefined) return 'no room';
    const { body } = plugin.bind({}, wanted, 'n0');
    const { metadata } = body as { metadata: { annotations: Record<string, string> } };
    return metadata.annotations['alibabacloud.com/gpu-index'];
  };

  test.each([
    ['bestFit', 500, '2'],
    ['worstFit', 500, '0'],
    // Half of the third leaves no fragment; of the second one is left, of the first two halves.
    ['leastFragmentation', 500, '2'],
    ['bestFit', 550, '1'],
    ['bestFit', 1000, '0'],
    ['bestFit', 2000, 'no room'],
  ])('%s of [1000, 700, 500] for %i is device %s', (deviceChoice, gpuMilli, device) => {
    expect(devicesOf({ deviceChoice }, gpuMilli, 1000, 700, 500)).toBe(device);
  });

  test('gives whole devices to who wants several', () => {
    expect(devicesOf(undefined, 2000, 1000, 400, 1000)).toBe('0-2');
  });

  test('refuses nodes without room, and amounts that are neither a part nor wholes', () => {
    const snapshot = seen([1000], [400]);
    const plugin = GpuShare.create(undefined, { snapshot });
    const refusals = (gpuMilli: number) => {
      const refusal = plugin.filter({}, pod(gpuMilli), snapshot) as
        | ((row: number) => { reasons: readonly string[] } | undefined)
        | undefined;
      return [0, 1].map((row) => refusal?.(row)?.reasons.join());
    };
    expect(refusals(500)).toEqual([undefined, 'Insufficient GPU devices']);
    expect(refusals(0)).toEqual([undefined, undefined]);
    expect(refusals(1500)[0]).toContain('neither a part of one GPU nor whole ones');
  });

  test('names the device choices that there are', () => {
    expect(() => GpuShare.create({ deviceChoice: 'first' }, {})).toThrow(
      'deviceChoice is first, not bestFit, worstFit, leastFragmentation',
    );
  });
});
