// A node that stops reporting: what becomes of it, of its pods and of its zone, and when.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../../src/api/event.js';
import type { Pod } from '../../../../src/api/pod.js';
import { pod, replicaSet } from '../../../support/objects.js';
import { NodeBench } from './node-bench.js';

const LIMIT = { qps: 1000, burst: 1000 };

const inZones = (zones: readonly string[], each: number): Record<string, string> =>
  Object.fromEntries(
    zones.flatMap((zone) =>
      Array.from({ length: each }, (_, i) => [`${zone}-${i}`, zone] as const),
    ),
  );

const events = (bench: NodeBench, reason: string): Event[] =>
  bench.stored<Event>('Event').filter((event) => event.reason === reason);

const boundPod = (name: string, nodeName: string): Pod => ({
  ...pod(name, { nodeName }),
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 0 }],
  },
});

describe('nodes that report', () => {
  test('are left alone, however long the controller looks at them', () => {
    const bench = new NodeBench(inZones(['a', 'b'], 3));
    bench.pass(600);
    expect(bench.log.count('Node', 'MODIFIED')).toBe(0);
    expect(events(bench, 'NodeNotReady')).toEqual([]);
  });

  test('a node that has been there from the start is no news, a later one is', () => {
    const bench = new NodeBench({ old: 'a' });
    bench.create({ ...bench.node('old'), metadata: { name: 'late' } });
    bench.pass(10);
    expect(
      events(bench, 'RegisteredNode').map(({ involvedObject }) => involvedObject.name),
    ).toEqual(['late']);
  });
});

describe('a node that stops reporting', () => {
  test('is Unknown 40 to 56 s later, and tainted NoSchedule and NoExecute at once', () => {
    const bench = new NodeBench(inZones(['a'], 5), { limit: LIMIT });
    bench.pass(30);
    const before = bench.simulation.now;
    bench.silence('a-1');
    while (bench.readyStatus('a-1') === 'True') bench.pass(0.1);
    const detectedAfter = (bench.simulation.now - before) / 1e6;
    expect(detectedAfter).toBeGreaterThan(40);
    expect(detectedAfter).toBeLessThan(56);
    bench.pass(1);
    expect(bench.taints('a-1')).toEqual(['unreachable:NoExecute', 'unreachable:NoSchedule']);
    expect(bench.taints('a-0')).toEqual([]);
    expect(events(bench, 'NodeNotReady')).toHaveLength(1);
  });

  test('has its pods marked as not ready, and only those', () => {
    const bench = new NodeBench(inZones(['a'], 3), {
      limit: LIMIT,
      preload: [boundPod('one', 'a-1'), boundPod('two', 'a-1'), boundPod('other', 'a-2')],
    });
    bench.silence('a-1');
    bench.pass(70);
    const ready = bench.pods.map(({ metadata, status }) => [
      metadata.name,
      status?.conditions?.find(({ type }) => type === 'Ready')?.status,
    ]);
    expect(ready).toEqual([
      ['one', 'False'],
      ['two', 'False'],
      ['other', 'True'],
    ]);
    expect(events(bench, 'NodeNotReady')).toHaveLength(3);
  });

  test('is cleared of its taints when it reports again', () => {
    const bench = new NodeBench(inZones(['a'], 5), { limit: LIMIT });
    bench.silence('a-1');
    bench.pass(80);
    expect(bench.taints('a-1')).toHaveLength(2);
    bench.revive('a-1');
    bench.pass(10);
    expect(bench.readyStatus('a-1')).toBe('True');
    expect(bench.taints('a-1')).toEqual([]);
  });
});

describe('zones', () => {
  test('each has its own rate: the first node of every zone at once, further ones 10 s apart', () => {
    const bench = new NodeBench(inZones(['a', 'b', 'c'], 10), { limit: LIMIT });
    bench.pass(20);
    for (const zone of ['a', 'b', 'c']) bench.silence(`${zone}-0`, `${zone}-1`, `${zone}-2`);
    bench.pass(120);
    const tainted = bench.taintedAt('NoExecute');
    expect(tainted.size).toBe(9);
    for (const zone of ['a', 'b', 'c']) {
      const times = [...tainted].filter(([name]) => name.startsWith(zone)).map(([, at]) => at);
      const [first = 0, second = 0, third = 0] = times.sort((a, b) => a - b);
      expect(second - first).toBeGreaterThan(9.9);
      expect(second - first).toBeLessThan(10.3);
      expect(third - second).toBeGreaterThan(9.9);
      expect(third - second).toBeLessThan(10.3);
    }
    expect(bench.taintedAt('NoSchedule').size).toBe(9);
  });

  test('with every node of every zone down no node is tainted NoExecute', () => {
    const zones = inZones(['a', 'b'], 3);
    const bench = new NodeBench(zones, { limit: LIMIT });
    bench.silence(...Object.keys(zones));
    bench.pass(200);
    for (const name of Object.keys(zones)) {
      expect(bench.readyStatus(name)).toBe('Unknown');
      expect(bench.taints(name)).toEqual(['unreachable:NoSchedule']);
    }
    bench.revive('a-0');
    bench.pass(120);
    expect(bench.taints('a-0')).toEqual([]);
    expect(bench.taints('a-1')).toContain('unreachable:NoExecute');
  });
});

describe('pods of dead nodes', () => {
  test('are deleted 300 s after the taint and replaced at once, as recorded', () => {
    const bench = new NodeBench(
      { ...inZones(['node'], 8) },
      { limit: LIMIT, kubelet: { readyAfterUs: 1e6, stopAfterUs: 1e9, nodes: 8 } },
    );
    bench.create(replicaSet('app', 16));
    bench.pass(10);
    expect(bench.readyPods).toBe(16);
    bench.silence('node-3');
    bench.pass(60);
    const tainted = bench.taintedAt('NoExecute').get('node-3') ?? 0;
    expect(bench.readyPods).toBe(14);
    expect(bench.pods.filter(({ metadata }) => metadata.deletionTimestamp)).toEqual([]);
    while (bench.log.count('Pod', 'ADDED') < 18) bench.pass(0.5);
    const replacedAt = (bench.simulation.now - bench.startUs) / 1e6;
    expect(replacedAt - tainted).toBeGreaterThan(300);
    expect(replacedAt - tainted).toBeLessThan(301.5);
    const leaving = bench.pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(leaving).toHaveLength(2);
    for (const { status } of leaving) {
      const condition = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
      expect(condition).toMatchObject({ status: 'True', reason: 'DeletionByTaintManager' });
    }
    expect(events(bench, 'TaintManagerEviction')).toHaveLength(2);
  });

  test('stay when the node comes back in time', () => {
    const bench = new NodeBench(inZones(['node'], 8), {
      limit: LIMIT,
      kubelet: { readyAfterUs: 1e6, stopAfterUs: 1e9, nodes: 8 },
    });
    bench.create(replicaSet('app', 8));
    bench.pass(10);
    bench.silence('node-3');
    bench.pass(200);
    bench.revive('node-3');
    bench.pass(400);
    expect(bench.log.count('Pod', 'ADDED')).toBe(8);
    expect(bench.pods.filter(({ metadata }) => metadata.deletionTimestamp)).toEqual([]);
  });
});
