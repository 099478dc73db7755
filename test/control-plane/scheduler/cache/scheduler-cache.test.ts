// The cache: assumptions, nodes that come and go, and a snapshot that costs what has changed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SchedulerCache } from '../../../../src/control-plane/scheduler/cache/scheduler-cache.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { makeNode, makePod } from '../cluster-fixture.js';

const on = (name: string, nodeName: string, cpu = '1') =>
  new PodInfo(makePod(name, { requests: { cpu }, spec: { nodeName } }));

function cacheOf(...names: string[]): SchedulerCache {
  const cache = new SchedulerCache();
  for (const name of names) cache.addNode(makeNode(name));
  cache.updateSnapshot();
  return cache;
}

function requestedCpu(cache: SchedulerCache, node: string): number {
  const snapshot = cache.updateSnapshot();
  return snapshot.table.cpu.requested[snapshot.rowOf(node) ?? -1] ?? Number.NaN;
}

function podsOn(cache: SchedulerCache, node: string): string[] {
  const { snapshot } = cache;
  return snapshot.table.pods[snapshot.rowOf(node)!]!.map(({ pod }) => pod.metadata.name);
}

describe('assumed pods', () => {
  test('count on their node before the API server knows', () => {
    const cache = cacheOf('n');
    cache.assumePod(on('p', 'n'));
    expect(requestedCpu(cache, 'n')).toBe(1000);
    expect(cache.isAssumed('uid-p')).toBe(true);
    expect(cache.size).toEqual({ nodes: 1, pods: 1, assumedPods: 1 });
  });

  test('are confirmed by the informer and not counted twice', () => {
    const cache = cacheOf('n');
    cache.assumePod(on('p', 'n'));
    cache.addPod(on('p', 'n'));
    expect(requestedCpu(cache, 'n')).toBe(1000);
    expect(cache.size).toEqual({ nodes: 1, pods: 1, assumedPods: 0 });
  });

  test('give their room back when they are forgotten', () => {
    const cache = cacheOf('n');
    cache.assumePod(on('p', 'n'));
    cache.forgetPod('uid-p');
    expect(requestedCpu(cache, 'n')).toBe(0);
    expect(cache.size.pods).toBe(0);
  });

  test('cannot be forgotten once they are confirmed', () => {
    const cache = cacheOf('n');
    cache.assumePod(on('p', 'n'));
    cache.addPod(on('p', 'n'));
    cache.forgetPod('uid-p');
    expect(requestedCpu(cache, 'n')).toBe(1000);
  });

  test('move when they were bound elsewhere', () => {
    const cache = cacheOf('n', 'm');
    cache.assumePod(on('p', 'n'));
    cache.addPod(on('p', 'm'));
    expect([requestedCpu(cache, 'n'), requestedCpu(cache, 'm')]).toEqual([0, 1000]);
  });

  test('cannot be assumed twice', () => {
    const cache = cacheOf('n');
    cache.assumePod(on('p', 'n'));
    expect(() => cache.assumePod(on('p', 'n'))).toThrow('already in the cache');
  });
});

describe('the list of a node', () => {
  test('closes a gap with its last pod, as in kube-scheduler', () => {
    const cache = cacheOf('n');
    for (const name of ['a', 'b', 'c', 'd']) cache.addPod(on(name, 'n'));
    cache.removePod('uid-b');
    expect(podsOn(cache, 'n')).toEqual(['a', 'd', 'c']);
  });

  test('takes a pod that has changed to its end', () => {
    const cache = cacheOf('n');
    for (const name of ['a', 'b', 'c']) cache.addPod(on(name, 'n'));
    cache.addPod(on('a', 'n', '2'));
    expect(podsOn(cache, 'n')).toEqual(['c', 'b', 'a']);
    expect(requestedCpu(cache, 'n')).toBe(4000);
  });
});

describe('a pod that has changed', () => {
  const versionOf = ({ snapshot }: SchedulerCache): number =>
    snapshot.table.versions[snapshot.rowOf('n')!]!;

  test('leaves what is remembered of its node alone where only its status differs', () => {
    const cache = cacheOf('n');
    const first = on('p', 'n');
    for (const info of [first, on('q', 'n')]) cache.addPod(info);
    cache.updateSnapshot();
    const before = versionOf(cache);
    cache.addPod(new PodInfo({ ...first.pod, status: { phase: 'Running' } }, first));
    cache.updateSnapshot();
    expect(versionOf(cache)).toBe(before);
    expect(podsOn(cache, 'n')).toEqual(['q', 'p']);
    expect(cache.changedRows).toBe(1);
  });

  test('is counted anew where it asks for something else', () => {
    const cache = cacheOf('n');
    cache.addPod(on('p', 'n'));
    cache.updateSnapshot();
    const before = versionOf(cache);
    const resized = on('p', 'n', '3');
    cache.addPod(resized);
    expect(requestedCpu(cache, 'n')).toBe(3000);
    expect(versionOf(cache)).toBeGreaterThan(before);
  });

  test.each([
    ['is being deleted', { deletionTimestamp: 1 }],
    ['has another annotation', { annotations: { 'gpu-index': '1' } }],
    ['has other labels', { labels: { app: 'db' } }],
  ])('makes its node look different when it %s', (_, change) => {
    const cache = cacheOf('n');
    const first = on('p', 'n');
    cache.addPod(first);
    cache.updateSnapshot();
    const before = versionOf(cache);
    const { pod } = first;
    cache.addPod(new PodInfo({ ...pod, metadata: { ...pod.metadata, ...change } }, first));
    cache.updateSnapshot();
    expect(versionOf(cache)).toBeGreaterThan(before);
  });
});

describe('the lowest priority', () => {
  const ranked = (name: string, priority: number) =>
    new PodInfo(makePod(name, { spec: { nodeName: 'n', priority } }));

  test('is that of a pod that is still there', () => {
    const cache = cacheOf('n');
    const { table } = cache.snapshot;
    expect(table.lowestPriority).toBe(Number.POSITIVE_INFINITY);
    for (const info of [ranked('a', 5), ranked('b', 5), ranked('c', 9)]) cache.addPod(info);
    expect(table.lowestPriority).toBe(5);
    cache.removePod('uid-a');
    expect(table.lowestPriority).toBe(5);
    cache.removePod('uid-b');
    expect(table.lowestPriority).toBe(9);
  });
});

describe('nodes', () => {
  test('leave while their pods stay, and find them again', () => {
    const cache = cacheOf('n', 'm');
    cache.addPod(on('p', 'n'));
    cache.removeNode('n');
    expect(cache.updateSnapshot().names()).toEqual(['m']);
    cache.addNode(makeNode('n'));
    expect(cache.updateSnapshot().names()).toEqual(['m', 'n']);
    expect(requestedCpu(cache, 'n')).toBe(1000);
  });

  test('may come after their pods', () => {
    const cache = cacheOf('m');
    cache.addPod(on('p', 'late'));
    expect(cache.updateSnapshot().names()).toEqual(['m']);
    cache.addNode(makeNode('late'));
    expect(requestedCpu(cache, 'late')).toBe(1000);
  });

  test('give their row back when nothing is left of them', () => {
    const cache = cacheOf('n');
    for (let i = 0; i < 500; i++) {
      cache.addNode(makeNode(`temporary-${i}`));
      cache.updateSnapshot();
      cache.removeNode(`temporary-${i}`);
      cache.updateSnapshot();
    }
    expect(cache.snapshot.table.names.length).toBeLessThan(4);
  });

  test('of another size take effect at once', () => {
    const cache = cacheOf('n');
    cache.addNode(makeNode('n', { allocatable: { cpu: '9', 'example.com/gpu': '3' } }));
    const { table } = cache.updateSnapshot();
    expect(table.cpu.allocatable[0]).toBe(9000);
    expect(table.column('example.com/gpu')?.allocatable[0]).toBe(3);
    cache.addNode(makeNode('n'));
    expect(table.column('example.com/gpu')?.allocatable[0]).toBe(0);
  });

  test('are more than the table had room for', () => {
    const names = Array.from({ length: 300 }, (_, i) => `node-${i}`);
    const cache = cacheOf(...names);
    for (const name of names) cache.addPod(on(`pod-${name}`, name));
    expect(cache.updateSnapshot().names()).toEqual(names);
    expect(names.map((name) => requestedCpu(cache, name))).toEqual(names.map(() => 1000));
  });
});

describe('the snapshot', () => {
  const inZone = (name: string, zone: string) =>
    makeNode(name, { labels: { 'topology.kubernetes.io/zone': zone } });

  test('takes over only what has changed', () => {
    const cache = cacheOf('a', 'b', 'c');
    cache.updateSnapshot();
    expect(cache.changedRows).toBe(0);
    cache.assumePod(on('p', 'b'));
    cache.assumePod(on('q', 'b'));
    cache.updateSnapshot();
    expect(cache.changedRows).toBe(1);
  });

  test('tells when kube-scheduler would make its lists of nodes anew', () => {
    const anti = { requiredDuringSchedulingIgnoredDuringExecution: [] };
    const near = (name: string, podAntiAffinity = {}) =>
      new PodInfo(
        makePod(name, { spec: { nodeName: 'a', affinity: { podAffinity: {}, podAntiAffinity } } }),
      );
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: {} };
    const cache = cacheOf('a', 'b');
    const changed = (...changes: (() => void)[]): boolean => {
      for (const change of changes) change();
      return cache.updateSnapshot().areListsChanged;
    };
    expect(cache.snapshot.areListsChanged).toBe(true); // both nodes are new
    expect(changed(() => cache.addPod(on('plain', 'a')))).toBe(false);
    expect(changed(() => cache.addPod(near('first')))).toBe(true);
    expect(changed(() => cache.addPod(near('second', anti)))).toBe(false);
    const required = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    expect(changed(() => cache.addPod(near('third', required)))).toBe(true);
    expect(changed(() => cache.removePod('uid-first'))).toBe(false);
    expect(changed(() => cache.removePod('uid-third'))).toBe(true);
    expect(changed(() => cache.removePod('uid-second'))).toBe(true);
    expect(changed(() => cache.removeNode('b'))).toBe(true);
    const both = [() => cache.addPod(near('x')), () => cache.removePod('uid-x')];
    expect(changed(...both)).toBe(false);
  });

  test('keeps the place of a node that has moved to another zone until a node comes or goes', () => {
    const cache = new SchedulerCache();
    for (const node of [inZone('a1', 'A'), inZone('a2', 'A'), inZone('b1', 'B')])
      cache.addNode(node);
    expect(cache.updateSnapshot().names()).toEqual(['a1', 'b1', 'a2']);
    cache.addNode(inZone('a1', 'B'));
    expect(cache.updateSnapshot().names()).toEqual(['a1', 'b1', 'a2']);
    cache.addNode(inZone('a3', 'A'));
    expect(cache.updateSnapshot().names()).toEqual(['a2', 'b1', 'a3', 'a1']);
  });

  test('keeps the place of a node that was deleted and created again in between', () => {
    const cache = cacheOf('a', 'b', 'c');
    cache.removeNode('a');
    cache.addNode(makeNode('a', { allocatable: { cpu: '7' } }));
    expect(cache.updateSnapshot().names()).toEqual(['a', 'b', 'c']);
    expect(cache.snapshot.table.cpu.allocatable[cache.snapshot.rowOf('a')!]).toBe(7000);
    cache.removeNode('b');
    expect(cache.updateSnapshot().names()).toEqual(['c', 'a']);
  });

  test('knows no node that is gone', () => {
    const cache = cacheOf('a', 'b');
    cache.removeNode('a');
    cache.updateSnapshot();
    expect(cache.snapshot.rowOf('a')).toBeUndefined();
  });
});

describe('under any sequence of changes', () => {
  type Change = readonly [kind: number, pod: number, node: number];
  const change = fc.tuple(fc.nat(5), fc.nat(7), fc.nat(3));

  test('a node carries the sum of the pods that are on it', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes: readonly Change[]) => {
        const cache = new SchedulerCache();
        const nodes = new Set<string>();
        const pods = new Map<string, { node: string; isAssumed: boolean }>();
        for (const [kind, podIndex, nodeIndex] of changes) {
          const node = `node-${nodeIndex}`;
          const name = `p-${podIndex}`;
          const known = pods.get(name);
          if (kind === 0) {
            cache.addNode(makeNode(node));
            nodes.add(node);
          } else if (kind === 1) {
            cache.removeNode(node);
            nodes.delete(node);
          } else if (kind === 2 && known === undefined) {
            cache.assumePod(on(name, node));
            pods.set(name, { node, isAssumed: true });
          } else if (kind === 3) {
            cache.addPod(on(name, node));
            pods.set(name, { node, isAssumed: false });
          } else if (kind === 4) {
            cache.removePod(`uid-${name}`);
            pods.delete(name);
          } else if (kind === 5) {
            cache.forgetPod(`uid-${name}`);
            if (known?.isAssumed === true) pods.delete(name);
          }
          if (podIndex % 2 === 0) cache.updateSnapshot();
        }
        const { table } = cache.updateSnapshot();
        expect([...cache.snapshot.names()].sort()).toEqual([...nodes].sort());
        for (const node of nodes) {
          const row = cache.snapshot.rowOf(node)!;
          const expected = [...pods].filter(([, pod]) => pod.node === node).map(([name]) => name);
          expect(podsOn(cache, node).sort()).toEqual(expected.sort());
          expect(table.podCount[row]).toBe(expected.length);
          expect(table.cpu.requested[row]).toBe(expected.length * 1000);
        }
        const assumedPods = [...pods.values()].filter(({ isAssumed }) => isAssumed).length;
        expect(cache.size).toEqual({ nodes: nodes.size, pods: pods.size, assumedPods });
      }),
      { numRuns: 300 },
    );
  });
});
