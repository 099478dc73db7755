// What changes rules, the log of changes, and the slowest of many counters, each against a naive
// one.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChangeLog, type RangeSummary } from '../../../src/node/kube-proxy/change-log.js';
import { ServiceMap } from '../../../src/node/kube-proxy/service-map.js';
import { SlowestMember } from '../../../src/node/kube-proxy/slowest-member.js';
import { service, slice } from './proxy-bench.js';

describe('a map of services', () => {
  test('counts ports, and endpoints once for each port', () => {
    const map = new ServiceMap();
    map.apply(service('a', 2), false);
    map.apply(slice('a', ['10.0.0.1', '10.0.0.2', '!10.0.0.3']), false);
    map.apply(service('b'), false);
    expect([map.servicePorts, map.endpoints]).toEqual([3, 4]);
  });

  test('says what a change means: the state of its service, and the entries that differ', () => {
    const map = new ServiceMap();
    expect(map.apply(service('a', 2), false)).toEqual({
      service: 0,
      ports: 2,
      endpoints: 0,
      entries: 2,
    });
    expect(map.apply(slice('a', ['10.0.0.1', '10.0.0.2']), false)).toEqual({
      service: 0,
      ports: 2,
      endpoints: 4,
      entries: 4,
    });
    // one gone, two new, for each of two ports
    const moved = map.apply(slice('a', ['10.0.0.2', '10.0.0.3', '10.0.0.4']), false);
    expect(moved).toMatchObject({ endpoints: 6, entries: 6 });
  });

  test('adds up the slices of a service', () => {
    const map = new ServiceMap();
    map.apply(service('a'), false);
    map.apply(slice('a', ['10.0.0.1'], 'a-1'), false);
    map.apply(slice('a', ['10.0.0.2', '10.0.0.3'], 'a-2'), false);
    expect(map.endpoints).toBe(3);
    map.apply(slice('a', ['10.0.0.1'], 'a-1'), true);
    expect(map.endpoints).toBe(2);
  });

  test.each([
    ['a headless service', service('a', 1, { clusterIP: 'None' })],
    ['an ExternalName service', service('a', 1, { type: 'ExternalName' })],
    ['a slice of no known service', slice('a', ['10.0.0.1'])],
    ['a slice without ready endpoints', slice('a', ['!10.0.0.1'])],
  ])('has no rules for %s', (_, object) => {
    const map = new ServiceMap();
    expect(map.apply(object, false)).toBeUndefined();
    expect([map.servicePorts, map.endpoints]).toEqual([0, 0]);
  });

  test('ignores slices of headless services and slices that name no service', () => {
    const map = new ServiceMap();
    map.apply(service('a'), false);
    const headless = slice('a', ['10.0.0.1']);
    const labels = { ...headless.metadata.labels, 'service.kubernetes.io/headless': '' };
    expect(
      map.apply({ ...headless, metadata: { ...headless.metadata, labels } }, false),
    ).toBeUndefined();
    const nameless = { ...headless, metadata: { name: 'x', namespace: 'default' } };
    expect(map.apply(nameless, false)).toBeUndefined();
  });

  test('is empty again when all is deleted, in any order', () => {
    const objects = [
      service('a', 2),
      service('b'),
      slice('a', ['10.0.0.1', '10.0.0.2'], 'a-1'),
      slice('a', ['10.0.0.3'], 'a-2'),
      slice('b', ['10.0.0.4'], 'b-1'),
    ];
    const order = fc.shuffledSubarray(objects, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(order, order, (added, deleted) => {
        const map = new ServiceMap();
        for (const object of added) map.apply(object, false);
        expect([map.servicePorts, map.endpoints]).toEqual([3, 7]);
        for (const object of deleted) map.apply(object, true);
        expect([map.servicePorts, map.endpoints]).toEqual([0, 0]);
      }),
    );
  });
});

/** A log with one entry a number: the service that has changed; it has `index` endpoints then. */
function logOf(services: readonly number[]): ChangeLog {
  const log = new ChangeLog();
  const map = new ServiceMap();
  for (const [index, each] of services.entries()) {
    const event = {
      type: 'MODIFIED' as const,
      object: service('x'),
      previous: undefined,
      revision: 100 + index,
      bytes: 0,
      dispatchedAtUs: 1_000 * index,
      spacingUs: 2.5,
    };
    log.append(event, { service: each, ports: 1, endpoints: index, entries: 1 }, map);
  }
  return log;
}

const summary: RangeSummary = { changedPorts: 0, changedEndpoints: 0, changedEntries: 0 };

describe('the log of changes', () => {
  test('counts a service once in a range, with its last state in it', () => {
    const log = logOf([7, 8, 7, 9, 7]);
    log.summarise(0, 4, summary);
    // 8 with 1 endpoint, 7 with 2, 9 with 3
    expect(summary).toEqual({ changedPorts: 3, changedEndpoints: 6, changedEntries: 4 });
    log.summarise(2, 5, summary);
    expect(summary).toEqual({ changedPorts: 2, changedEndpoints: 7, changedEntries: 3 });
    log.summarise(3, 3, summary);
    expect(summary).toEqual({ changedPorts: 0, changedEndpoints: 0, changedEntries: 0 });
  });

  test('sums up any range as a walk over it does', () => {
    const services = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(services, fc.nat(), fc.nat(), (list, a, b) => {
        const [from, to] = [a % (list.length + 1), b % (list.length + 1)].sort((x, y) => x - y);
        const last = new Map<number, number>();
        for (let index = from as number; index < (to as number); index++) {
          last.set(list[index] as number, index);
        }
        logOf(list).summarise(from as number, to as number, summary);
        expect(summary).toEqual({
          changedPorts: last.size,
          changedEndpoints: [...last.values()].reduce((sum, index) => sum + index, 0),
          changedEntries: (to as number) - (from as number),
        });
      }),
    );
  });

  test('says when an entry reaches a member: dispatch and its place', () => {
    const log = logOf([1, 2]);
    expect(log.reachesUs(1, 0)).toBe(1_000);
    expect(log.reachesUs(1, 3)).toBe(1_008); // 7.5 rounded
  });

  test('lets its newest entry stand for later revisions', () => {
    const log = logOf([1, 2]);
    log.raise(500);
    expect([log.revisionOf(0), log.revisionOf(1)]).toEqual([100, 500]);
    new ChangeLog().raise(500); // nothing to raise
  });

  test('forgets its head without renumbering the rest', () => {
    const list = Array.from({ length: 3_000 }, (_, index) => index % 7);
    const log = logOf(list);
    log.summarise(2_500, 2_900, summary);
    const before = { ...summary };
    log.dropBefore(2_400);
    expect(log.start).toBe(2_400);
    expect(log.end).toBe(3_000);
    expect(log.revisionOf(2_600)).toBe(2_700);
    log.summarise(2_500, 2_900, summary);
    expect(summary).toEqual(before);
    log.dropBefore(2_500); // not worth it
    expect(log.start).toBe(2_400);
  });
});

describe('the slowest of many', () => {
  test('is the least of all places, whoever moves', () => {
    const moves = fc.array(
      fc.record({ member: fc.integer({ min: 0, max: 4 }), by: fc.integer({ min: 0, max: 900 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(moves, (list) => {
        const slowest = new SlowestMember();
        const places = [0, 0, 0, 0, 0];
        for (const _ of places) slowest.add(0);
        for (const { member, by } of list) {
          const from = places[member] as number;
          const before = Math.min(...places);
          places[member] = from + by;
          const hasMoved = slowest.move(from, from + by);
          expect(slowest.least).toBe(Math.min(...places));
          expect(hasMoved).toBe(slowest.least > before);
        }
      }),
    );
  });

  test('begins where its first member is', () => {
    const slowest = new SlowestMember();
    slowest.add(5);
    slowest.add(9);
    expect(slowest.least).toBe(5);
    expect(slowest.move(5, 7)).toBe(true);
    expect(slowest.move(7, 20)).toBe(true);
    expect(slowest.least).toBe(9);
  });
});
