// Clocks of nodes that are off: what a kubelet writes by its own clock, and what becomes of a node
// whose clock was set back.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/api/event.js';
import type { Lease } from '../../../src/api/lease.js';
import type { Node } from '../../../src/api/node.js';
import { KubeletBench, nodeObject, secondUs } from './kubelet-bench.js';

const skewUs = 90 * secondUs;

/** Commits of one kind with their times, µs. */
function commitsOf<T>(bench: KubeletBench, kind: string): [number, T][] {
  return bench.recorder.commits.flatMap(([time, { object }]) =>
    object.kind === kind ? [[time, object as unknown as T] as [number, T]] : [],
  );
}

/** By how many whole seconds the renew times written are ahead of the time of their writing. */
const leadsOf = (bench: KubeletBench): number[] =>
  commitsOf<Lease>(bench, 'Lease').map(([time, { spec }]) =>
    Math.round(((spec?.renewTime ?? 0) - time) / secondUs),
  );

const readyOf = (node: Node | undefined) =>
  node?.status?.conditions?.find(({ type }) => type === 'Ready');

/** Marks node-0 as the node lifecycle controller does. */
function markUnknown(bench: KubeletBench): void {
  const node = bench.server.get<Node>('nodes', 'node-0');
  const conditions = [{ type: 'Ready', status: 'Unknown', lastHeartbeatTime: 0 }] as const;
  bench.server.update({ ...node, status: { ...node.status, conditions } } as Node);
}

describe('a clock that is ahead', () => {
  const bench = new KubeletBench({ settings: { recordEvents: true } });
  bench.server.create(nodeObject(0));
  bench.bind(0, 'before');
  bench.at(20 * secondUs, () => bench.fleet.shiftClock(0, skewUs));
  bench.bind(30 * secondUs, 'after', {
    containers: [{ name: 'app', image: 'app:1' }],
    restartPolicy: 'Never',
  });
  bench.run(400 * secondUs);

  test('shows in the renew times of the Lease from then on, and in heartbeats of the node', () => {
    const leads = leadsOf(bench);
    const first = leads.indexOf(90);
    expect(first).toBeGreaterThan(0);
    expect(new Set(leads.slice(0, first))).toEqual(new Set([0]));
    expect(new Set(leads.slice(first))).toEqual(new Set([90]));
    const [time, node] = commitsOf<Node>(bench, 'Node').at(-1) ?? [0, undefined];
    const heartbeatUs = readyOf(node)?.lastHeartbeatTime ?? 0;
    expect(Math.round((heartbeatUs - time) / secondUs)).toBe(90);
  });

  test('shows in the statuses and Events of pods that come, not of those that were there', () => {
    const aheadOf = (us: number | undefined, ofSeconds: number): number =>
      Math.floor(((us ?? 0) / secondUs - 1 - ofSeconds) / 10 + 0.5);
    const after = bench.pod('after').status;
    expect(aheadOf(after?.startTime, 30)).toBe(9);
    expect(aheadOf(after?.containerStatuses?.[0]?.state?.running?.startedAt, 30)).toBe(9);
    const ready = after?.conditions?.find(({ type }) => type === 'Ready');
    expect(aheadOf(ready?.lastTransitionTime, 30)).toBe(9);
    const before = bench.pod('before').status;
    expect(aheadOf(before?.startTime, 0)).toBe(0);
    expect(aheadOf(before?.containerStatuses?.[0]?.state?.running?.startedAt, 0)).toBe(0);
    const started = commitsOf<Event>(bench, 'Event').filter(
      ([, { reason }]) => reason === 'Started',
    );
    expect(
      started.map(([time, event]) => aheadOf(event.lastTimestamp, time / secondUs - 1)),
    ).toEqual([0, 9]);
  });

  test('makes nobody look at the node', () => {
    expect(bench.requests('nodes')).not.toContain('get');
  });
});

test('a clock stays off while the kubelet is started anew', () => {
  const bench = new KubeletBench({ settings: { kubeletStartUs: 2 * secondUs } });
  bench.server.create(nodeObject(0));
  bench.at(5 * secondUs, () => bench.fleet.shiftClock(0, -skewUs));
  bench.at(10 * secondUs, () => bench.fleet.stopKubelet(0));
  bench.at(20 * secondUs, () => bench.fleet.startKubelet(0));
  bench.run(60 * secondUs);
  expect(leadsOf(bench).at(-1)).toBe(-90);
});

describe('a clock that is set back', () => {
  const bench = new KubeletBench();
  bench.server.create(nodeObject(0));
  bench.at(20 * secondUs, () => bench.fleet.shiftClock(0, -skewUs));
  bench.at(75 * secondUs, () => markUnknown(bench));
  bench.at(200 * secondUs, () => markUnknown(bench));
  bench.run(260 * secondUs);
  const states = commitsOf<Node>(bench, 'Node').map(
    ([time, node]) => [time / secondUs - 1, readyOf(node)?.status] as const,
  );

  test('lets its kubelet look at the node until it is where it was', () => {
    const gets = bench.requests('nodes').filter((verb) => verb === 'get').length;
    expect(gets).toBeGreaterThanOrEqual(8);
    expect(gets).toBeLessThanOrEqual(11);
  });

  test('has a node that was marked as lost reported Ready within a period', () => {
    const marked = states.findIndex(([, status]) => status === 'Unknown');
    const [againSeconds, again] = states[marked + 1] ?? [0, undefined];
    expect(again).toBe('True');
    expect(againSeconds).toBeGreaterThan(75);
    expect(againSeconds).toBeLessThan(86);
  });
});
