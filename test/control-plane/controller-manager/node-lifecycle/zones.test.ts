// How fast dead nodes are tainted, zone by zone (nodes-controllers 3.14 and test vector 15).
import { describe, expect, test } from 'vitest';
import {
  EvictionQueue,
  Zones,
  zoneStateOf,
} from '../../../../src/control-plane/controller-manager/node-lifecycle/zones.js';

const SECOND = 1_000_000;

describe('the state of a zone', () => {
  test.each([
    ['without unready nodes is Normal', 10, 0, 'Normal'],
    ['with two of three unready is Normal: two are too few to judge', 1, 2, 'Normal'],
    ['with 54 % unready is Normal', 46, 54, 'Normal'],
    ['with 55 % unready is PartialDisruption', 45, 55, 'PartialDisruption'],
    ['without ready nodes is FullDisruption', 0, 1, 'FullDisruption'],
    ['without nodes is Normal', 0, 0, 'Normal'],
  ] as const)('%s', (_, ready, notReady, state) => {
    expect(zoneStateOf({ ready, notReady })).toBe(state);
  });
});

/** Times at which a queue gives its nodes when it is looked at every 100 ms, in seconds. */
function givenAt(queue: EvictionQueue, untilUs: number): number[] {
  const times: number[] = [];
  for (let now = 0; now <= untilUs; now += 100_000) {
    for (let name = queue.next(now); name !== undefined; name = queue.next(now)) {
      times.push(now / SECOND);
    }
  }
  return times;
}

function queueOf(count: number): EvictionQueue {
  const queue = new EvictionQueue();
  for (let i = 0; i < count; i++) queue.requeue(`node-${i}`, 0);
  return queue;
}

describe('the queue of a zone', () => {
  test('gives a node at once and then one every ten seconds', () => {
    expect(givenAt(queueOf(4), 60 * SECOND)).toEqual([0, 10, 20, 30]);
  });

  test('gives them in the order in which they were put in last', () => {
    const queue = queueOf(3);
    queue.requeue('node-0', 5);
    queue.remove('node-1');
    expect(queue.next(10)).toBe('node-2');
    expect(queue.next(10 * SECOND + 10)).toBe('node-0');
    expect(queue.size).toBe(0);
  });

  test('spends a token on a node whose time has not come', () => {
    const queue = new EvictionQueue();
    queue.requeue('node-0', 50_000);
    expect(queue.next(0)).toBeUndefined();
    expect(queue.next(100_000)).toBeUndefined();
    expect(queue.next(10 * SECOND)).toBe('node-0');
  });

  test('at a rate of 0 gives none, and begins without a token when it may again', () => {
    const queue = queueOf(2);
    expect(queue.next(0)).toBe('node-0');
    queue.setRate(0, 0);
    expect(queue.next(100 * SECOND)).toBeUndefined();
    queue.setRate(0.01, 100 * SECOND);
    expect(queue.next(101 * SECOND)).toBeUndefined();
    expect(queue.next(200 * SECOND)).toBe('node-1');
  });
});

describe('zones together', () => {
  const counts = (zones: Readonly<Record<string, readonly [number, number]>>) =>
    new Map(Object.entries(zones).map(([zone, [ready, notReady]]) => [zone, { ready, notReady }]));

  test('35 of 60 nodes down: one node in 100 s; 23 of 40 down: none', () => {
    const zones = new Zones();
    for (const [zone, size] of [
      ['large', 60],
      ['small', 40],
    ] as const) {
      for (let i = 0; i < size; i++) zones.queueOf(zone).requeue(`${zone}-${i}`, 0);
    }
    zones.update(counts({ large: [25, 35], small: [17, 23] }), 0);
    expect(zones.stateOf('large')).toBe('PartialDisruption');
    // The first token was saved up before the rate fell.
    expect(givenAt(zones.queueOf('large'), 250 * SECOND)).toEqual([0, 100, 200]);
    expect(givenAt(zones.queueOf('small'), 250 * SECOND)).toEqual([]);
  });

  test('that are all down are all spared, and start anew when one recovers', () => {
    const zones = new Zones();
    zones.queueOf('a').requeue('a-0', 0);
    zones.queueOf('b').requeue('b-0', 0);
    expect(zones.update(counts({ a: [5, 0], b: [0, 5] }), 0)).toBe('none');
    expect(zones.update(counts({ a: [0, 5], b: [0, 5] }), 0)).toBe('allDown');
    expect(zones.update(counts({ a: [0, 5], b: [0, 5] }), 0)).toBe('none');
    expect(zones.queueOf('a').next(1000 * SECOND)).toBeUndefined();
    expect(zones.update(counts({ a: [5, 0], b: [0, 5] }), 1000 * SECOND)).toBe('recovered');
    expect(zones.queueOf('b').next(1020 * SECOND)).toBe('b-0');
  });

  test('a zone that is down alone is tainted at the usual rate', () => {
    const zones = new Zones();
    for (let i = 0; i < 3; i++) zones.queueOf('b').requeue(`b-${i}`, 0);
    zones.update(counts({ a: [5, 0], b: [0, 3] }), 0);
    expect(givenAt(zones.queueOf('b'), 60 * SECOND)).toEqual([0, 10, 20]);
  });
});
