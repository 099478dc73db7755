// The DaemonSet controller: which nodes get a pod, what the pods ask for, rolling updates within
// their limits, and failed pods.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DaemonSet } from '../../../src/api/daemon-set.js';
import type { Event } from '../../../src/api/event.js';
import type { Taint } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import { nodeOfDaemonPod } from '../../../src/control-plane/controller-manager/daemon-pod.js';
import { daemonSet, node, template } from '../../support/objects.js';
import { ControllerBench, type ControllerBenchOptions } from './controller-bench.js';

const kubelet = { readyAfterUs: 1_000_000, stopAfterUs: 500_000, nodeOf: nodeOfDaemonPod };
const limit = { qps: 1000, burst: 1000 };

function benchOf(nodes: number, options: ControllerBenchOptions = {}): ControllerBench {
  const preload = Array.from({ length: nodes }, (_, i) => node(`node-${i}`));
  return new ControllerBench({ kubelet, limit, preload, ...options });
}

const nodesOf = (bench: ControllerBench): string[] =>
  bench.pods.map(nodeOfDaemonPod).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

const statusOf = (bench: ControllerBench): DaemonSet['status'] =>
  bench.get(daemonSet('agent'))?.status;

const changeSpec = (bench: ControllerBench, spec: Partial<DaemonSet['spec']>): void =>
  bench.change(daemonSet('agent'), (now) => ({ ...now, spec: { ...now.spec, ...spec } }));

const taint = (bench: ControllerBench, name: string, taints: readonly Taint[]): void =>
  bench.change(node(name), (now) => ({ ...now, spec: { ...now.spec, taints } }));

describe('placing the pods of a DaemonSet', () => {
  test('gives every node one, meant for it by affinity', () => {
    const bench = benchOf(7);
    bench.create(daemonSet('agent'));
    bench.wait(10_000_000);
    expect(nodesOf(bench)).toEqual(Array.from({ length: 7 }, (_, i) => `node-${i}`));
    const [pod] = bench.pods as [Pod];
    const required =
      pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    expect(required?.nodeSelectorTerms).toHaveLength(1);
    expect(required?.nodeSelectorTerms[0]?.matchFields).toEqual([
      { key: 'metadata.name', operator: 'In', values: [nodeOfDaemonPod(pod)] },
    ]);
  });

  test('lets its pods tolerate what befalls nodes, and the network only on the host’s', () => {
    const keysOf = (hostNetwork: boolean): string[] => {
      const bench = benchOf(1);
      const { spec } = template('agent');
      bench.create(
        daemonSet('agent', {
          template: { ...template('agent'), spec: { ...spec, hostNetwork } },
        }),
      );
      bench.wait(5_000_000);
      return (bench.pods[0]?.spec.tolerations ?? []).map(
        ({ key = '', effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`,
      );
    };
    const always = [
      'not-ready:NoExecute',
      'unreachable:NoExecute',
      'disk-pressure:NoSchedule',
      'memory-pressure:NoSchedule',
      'pid-pressure:NoSchedule',
      'unschedulable:NoSchedule',
    ];
    expect(keysOf(false)).toEqual(always);
    expect(keysOf(true)).toEqual([...always, 'network-unavailable:NoSchedule']);
  });

  test('keeps to the node selector, and follows labels that change', () => {
    const bench = benchOf(4);
    const label = (name: string, disk: string): void =>
      bench.change(node(name), (now) => ({
        ...now,
        metadata: { ...now.metadata, labels: { ...now.metadata.labels, disk } },
      }));
    label('node-1', 'ssd');
    const { spec } = template('agent');
    const selecting = { ...template('agent'), spec: { ...spec, nodeSelector: { disk: 'ssd' } } };
    bench.create(daemonSet('agent', { template: selecting }));
    bench.wait(5_000_000);
    expect(nodesOf(bench)).toEqual(['node-1']);
    label('node-3', 'ssd');
    bench.wait(5_000_000);
    expect(nodesOf(bench)).toEqual(['node-1', 'node-3']);
    label('node-1', 'hdd');
    bench.wait(5_000_000);
    expect(nodesOf(bench)).toEqual(['node-3']);
  });

  test('gives a new node a pod', () => {
    const bench = benchOf(2);
    bench.create(daemonSet('agent'));
    bench.wait(5_000_000);
    bench.create(node('node-2'));
    bench.wait(5_000_000);
    expect(nodesOf(bench)).toEqual(['node-0', 'node-1', 'node-2']);
  });

  test('leaves pods on a node with a NoSchedule taint, and takes them off with NoExecute', () => {
    const bench = benchOf(3);
    bench.create(daemonSet('agent'));
    bench.wait(5_000_000);
    taint(bench, 'node-0', [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }]);
    taint(bench, 'node-1', [{ key: 'dedicated', value: 'gpu', effect: 'NoExecute' }]);
    bench.create(node('node-3', { taints: [{ key: 'a', effect: 'NoSchedule' }] }));
    bench.wait(5_000_000);
    expect(nodesOf(bench)).toEqual(['node-0', 'node-2']);
    expect(statusOf(bench)).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
  });

  test('creates at most 250 pods in a sync, in batches that double', () => {
    const bench = benchOf(300, { limit: { qps: 100_000, burst: 100_000 }, cores: 64 });
    bench.create(daemonSet('agent'));
    bench.wait(20_000_000);
    expect(bench.pods).toHaveLength(300);
    expect(statusOf(bench)).toMatchObject({
      desiredNumberScheduled: 300,
      currentNumberScheduled: 300,
    });
  });

  test('reports nodes, pods and how many are ready', () => {
    const becomesReady = (pod: Pod): boolean => nodeOfDaemonPod(pod) !== 'node-1';
    const bench = benchOf(3, { kubelet: { ...kubelet, becomesReady } });
    bench.create(daemonSet('agent'));
    bench.wait(10_000_000);
    const ready = statusOf(bench)?.numberReady;
    expect(statusOf(bench)).toEqual({
      observedGeneration: 1,
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberMisscheduled: 0,
      numberReady: ready,
      updatedNumberScheduled: 3,
      numberAvailable: ready,
      numberUnavailable: 3 - (ready ?? 0),
    });
    expect(ready).toBe(2);
  });
});

describe('failed daemon pods', () => {
  const failStatus = (bench: ControllerBench): void => {
    const [pod] = bench.pods as [Pod];
    const patch = {
      bytes: 100,
      apply: (now: Pod): Pod => ({ ...now, status: { ...now.status, phase: 'Failed' } }),
    };
    bench.ask(pod, { verb: 'patch', subresource: 'status', patch: patch as never });
  };

  test('are replaced at once the first time, and an Event says so', () => {
    const bench = benchOf(1);
    bench.create(daemonSet('agent'));
    bench.wait(5_000_000);
    const [failed] = bench.pods as [Pod];
    failStatus(bench);
    bench.wait(900_000);
    expect(bench.pods.map(({ metadata }) => metadata.uid)).not.toContain(failed.metadata.uid);
    const [event] = bench
      .stored<Event>('Event')
      .filter(({ reason }) => reason === 'FailedDaemonPod');
    const name = `default/${failed.metadata.name}`;
    expect(event?.message).toBe(
      `Found failed daemon pod ${name} on node node-0, will try to kill it`,
    );
  });

  test('wait for their backoff when they fail again soon', () => {
    const bench = benchOf(1, { kubelet: { ...kubelet, readyAfterUs: 1000 } });
    bench.create(daemonSet('agent'));
    bench.wait(5_000_000);
    const createdAt: number[] = [];
    for (let i = 0; i < 5; i++) {
      bench.wait(50_000); // until the kubelet has reported the new one ready
      failStatus(bench);
      const seen = bench.pods[0]?.metadata.uid;
      for (let waited = 0; waited < 200 && (bench.pods[0]?.metadata.uid ?? seen) === seen; waited++)
        bench.wait(100_000);
      createdAt.push((bench.simulation.now - bench.startUs) / 1e6);
    }
    const gaps = createdAt.slice(1).map((at, i) => at - (createdAt[i] as number));
    const expected = [1, 2, 4, 8];
    for (let i = 0; i < expected.length; i++) {
      expect(gaps[i], `gap ${i}`).toBeGreaterThan((expected[i] as number) - 0.3);
      expect(gaps[i], `gap ${i}`).toBeLessThan((expected[i] as number) + 0.9);
    }
  });
});

describe('a rolling update of a DaemonSet', () => {
  const imagesOf = (bench: ControllerBench): Set<string> =>
    new Set(bench.pods.map(({ spec }) => spec.containers[0]?.image ?? ''));

  const isServing = ({ metadata, status }: Pod): boolean =>
    metadata.deletionTimestamp === undefined &&
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;

  /** Most nodes without a Ready pod, and most pods on one node, at any instant of the log. */
  function extremes(bench: ControllerBench, before: readonly Pod[]) {
    const pods = new Map(before.map((pod) => [pod.metadata.name, pod]));
    let [missing, onOne] = [0, 0];
    for (const { event } of bench.log.events) {
      if (event.object.kind !== 'Pod') continue;
      const pod = event.object as Pod;
      if (event.type === 'DELETED') pods.delete(pod.metadata.name);
      else pods.set(pod.metadata.name, pod);
      const all = [...pods.values()];
      const served = new Set(all.filter(isServing).map(nodeOfDaemonPod));
      missing = Math.max(missing, before.length - served.size);
      const busiest = all
        .map(nodeOfDaemonPod)
        .filter((name, _, names) => names.indexOf(name) !== names.lastIndexOf(name));
      onOne = Math.max(onOne, busiest.length > 0 ? 2 : 1);
    }
    return { missing, onOne };
  }

  test.each([
    [6, {}, 1, 1],
    [6, { maxUnavailable: 3 }, 3, 1],
    [8, { maxUnavailable: '50%' }, 4, 1],
    [6, { maxUnavailable: 0, maxSurge: 2 }, 0, 2],
  ])(
    'of %i nodes with %j lacks %i pods at most and has %i on a node',
    (nodes, rollingUpdate, missing, onOne) => {
      const bench = benchOf(nodes);
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate } as const;
      bench.create(daemonSet('agent', { updateStrategy }));
      bench.wait(10_000_000);
      const before = bench.pods;
      bench.log.events.splice(0);
      changeSpec(bench, { template: template('agent', 'app:2') });
      bench.wait(60_000_000);
      expect(imagesOf(bench)).toEqual(new Set(['app:2']));
      expect(nodesOf(bench)).toEqual(before.map(nodeOfDaemonPod).sort((a, b) => (a < b ? -1 : 1)));
      expect(extremes(bench, before)).toEqual({ missing, onOne });
    },
  );

  test('stops at a template that never becomes Ready', () => {
    const becomesReady = ({ spec }: Pod): boolean => spec.containers[0]?.image !== 'broken';
    const bench = benchOf(5, { kubelet: { ...kubelet, becomesReady } });
    bench.create(daemonSet('agent'));
    bench.wait(10_000_000);
    changeSpec(bench, { template: template('agent', 'broken') });
    // Its nodes send no heartbeats: later than this they would be taken for dead.
    bench.wait(30_000_000);
    expect(bench.pods.filter(({ spec }) => spec.containers[0]?.image === 'broken')).toHaveLength(1);
    expect(statusOf(bench)).toMatchObject({ numberAvailable: 4, updatedNumberScheduled: 1 });
  });

  test('with OnDelete leaves old pods until somebody deletes them', () => {
    const bench = benchOf(2);
    bench.create(daemonSet('agent', { updateStrategy: { type: 'OnDelete' } }));
    bench.wait(5_000_000);
    changeSpec(bench, { template: template('agent', 'app:2') });
    bench.wait(10_000_000);
    expect(imagesOf(bench)).toEqual(new Set(['app:1']));
    bench.ask(bench.pods[0] as Pod, { verb: 'delete' });
    bench.wait(10_000_000);
    expect(imagesOf(bench)).toEqual(new Set(['app:1', 'app:2']));
  });
});

test('whatever nodes come, go and are tainted, each that should has exactly one pod in the end', () => {
  const step = fc.record({
    node: fc.integer({ min: 0, max: 5 }),
    what: fc.constantFrom('create', 'delete', 'taint', 'clear'),
    waitUs: fc.integer({ min: 1000, max: 2_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const bench = benchOf(3);
      bench.create(daemonSet('agent'));
      const nodes = new Map([0, 1, 2].map((i) => [`node-${i}`, false]));
      for (const { node: index, what, waitUs } of steps) {
        bench.wait(waitUs);
        const name = `node-${index}`;
        const isThere = nodes.has(name);
        if (what === 'create' && !isThere) bench.create(node(name));
        if (what === 'create') nodes.set(name, nodes.get(name) ?? false);
        if (what === 'delete' && isThere) bench.ask(node(name), { verb: 'delete' });
        if (what === 'delete') nodes.delete(name);
        if ((what === 'taint' || what === 'clear') && isThere) {
          taint(bench, name, what === 'taint' ? [{ key: 'a', effect: 'NoExecute' }] : []);
          nodes.set(name, what === 'taint');
        }
      }
      bench.wait(30_000_000);
      const wanted = [...nodes].filter(([, isTainted]) => !isTainted).map(([name]) => name);
      const placed = bench.pods
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(nodeOfDaemonPod)
        .filter((name) => nodes.has(name));
      expect([...placed].sort((a, b) => (a < b ? -1 : 1))).toEqual(
        wanted.sort((a, b) => (a < b ? -1 : 1)),
      );
    }),
    { numRuns: 30, seed: 5 },
  );
});
