// The fleet against proxies that are written down one by one: each keeps its own list of changes
// that have reached it, and works through it by the rule of the bounded-frequency runner.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceMap } from '../../../src/node/kube-proxy/service-map.js';
import { type ProxyMode, syncUs } from '../../../src/node/kube-proxy/sync-cost.js';
import { msUs, ProxyBench, secondUs, service, slice } from './proxy-bench.js';

interface Change {
  readonly atUs: number;
  readonly service: number;
  readonly addresses: readonly string[];
  readonly spacingUs: number;
}

interface Sync {
  readonly startUs: number;
  readonly endUs: number;
  readonly revision: number;
}

const serviceCount = 4;
const linkUs = msUs;

/** All syncs of one proxy, found by walking its own list of changes. */
function syncsOf(
  member: number,
  changes: readonly Change[],
  mode: ProxyMode,
  minSyncPeriodUs: number,
): Sync[] {
  const map = new ServiceMap();
  for (let i = 0; i < serviceCount; i++) map.apply(service(`s${i}`), false);
  const arrivals: { atUs: number; revision: number; change: Change | undefined }[] = [
    { atUs: linkUs, revision: 1, change: undefined },
  ];
  const before = Array.from({ length: serviceCount }, () => '');
  for (const [index, change] of changes.entries()) {
    const text = [...change.addresses].join();
    if (text === before[change.service]) {
      // no rule changes: the last change that has one stands for this revision
      (arrivals.at(-1) as { revision: number }).revision = 2 + index;
      continue;
    }
    before[change.service] = text;
    const atUs = change.atUs + Math.round(member * change.spacingUs) + linkUs;
    arrivals.push({ atUs, revision: 2 + index, change });
  }
  const syncs: Sync[] = [];
  let next = 0;
  let lastEndUs = Number.NEGATIVE_INFINITY;
  while (next < arrivals.length) {
    const startUs = Math.max(
      (arrivals[next] as { atUs: number }).atUs,
      lastEndUs + minSyncPeriodUs,
    );
    const changed = new Map<number, number>();
    let entries = 0;
    let last = next;
    for (; last < arrivals.length && (arrivals[last]?.atUs as number) <= startUs; last++) {
      const { change } = arrivals[last] as { change: Change | undefined };
      if (change === undefined) continue;
      const rule = map.apply(slice(`s${change.service}`, change.addresses), false);
      changed.set(change.service, change.addresses.length);
      entries += rule?.entries ?? 0;
    }
    const isFull = next === 0;
    const takesUs = syncUs(mode, {
      servicePorts: map.servicePorts,
      endpoints: map.endpoints,
      changedPorts: changed.size,
      changedEndpoints: [...changed.values()].reduce((sum, count) => sum + count, 0),
      changedEntries: entries,
      isFull,
      isSaved: true, // a small cluster
    });
    lastEndUs = startUs + takesUs;
    syncs.push({ startUs, endUs: lastEndUs, revision: arrivals[last - 1]?.revision as number });
    next = last;
  }
  return syncs;
}

const oneChange = fc.record({
  atMs: fc.integer({ min: 1_000, max: 15_000 }),
  service: fc.integer({ min: 0, max: serviceCount - 1 }),
  count: fc.integer({ min: 0, max: 5 }),
});

/** Changes in their order, all of one spacing: so they reach every proxy in that order. */
const changeLists = fc
  .tuple(fc.array(oneChange, { minLength: 1, maxLength: 50 }), fc.integer({ min: 0, max: 4_000 }))
  .map(([list, spacingUs]): Change[] =>
    list
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, service: of, count }) => ({
        atUs: atMs * msUs,
        service: of,
        addresses: Array.from({ length: count }, (_, i) => `10.0.${of}.${i}`),
        spacingUs,
      })),
  );

describe('the fleet of proxies', () => {
  test('syncs when each proxy by itself would, for as long', () => {
    const modes = fc.constantFrom<ProxyMode>('iptables', 'ipvs', 'nftables', 'userspace');
    const periods = fc.constantFrom(0, 200 * msUs, secondUs);
    fc.assert(
      fc.property(
        changeLists,
        modes,
        periods,
        fc.integer({ min: 1, max: 6 }),
        (list, mode, period, count) => {
          const bench = new ProxyBench({ count, spec: { mode, minSyncPeriodUs: period } });
          bench.list(Array.from({ length: serviceCount }, (_, i) => service(`s${i}`)));
          for (const { atUs, service: of, addresses, spacingUs } of list) {
            bench.change(atUs, slice(`s${of}`, addresses), { spacingUs });
          }
          bench.simulation.run();
          for (let member = 0; member < count; member++) {
            const expected = syncsOf(member, list, mode, period);
            const times = (all: readonly [number, number][]): number[] =>
              all.filter(([, of]) => of === member).map(([time]) => Math.round(time * msUs));
            expect(times(bench.starts)).toEqual(expected.map(({ startUs }) => startUs));
            expect(times(bench.ends)).toEqual(expected.map(({ endUs }) => endUs));
            expect(bench.fleet.programmedRevision(member)).toBe(1 + list.length);
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  test('tells what all have programmed exactly when the last of them has', () => {
    fc.assert(
      fc.property(changeLists, fc.integer({ min: 2, max: 5 }), (list, count) => {
        const spec = { mode: 'ipvs' as const, minSyncPeriodUs: secondUs };
        const bench = new ProxyBench({ count, spec });
        bench.list(Array.from({ length: serviceCount }, (_, i) => service(`s${i}`)));
        for (const { atUs, service: of, addresses, spacingUs } of list) {
          bench.change(atUs, slice(`s${of}`, addresses), { spacingUs });
        }
        bench.simulation.run();
        const all = Array.from({ length: count }, (_, member) =>
          syncsOf(member, list, spec.mode, spec.minSyncPeriodUs),
        );
        // Changes without a rule are told by the dispatch alone; look at what syncs have told.
        const ends = new Set(all.flat().map(({ endUs }) => endUs));
        for (const [timeMs, revision] of bench.programmed) {
          const timeUs = Math.round(timeMs * msUs);
          if (!ends.has(timeUs)) continue;
          const reached = all.map((syncs) =>
            syncs.reduce((most, sync) => (sync.endUs <= timeUs ? sync.revision : most), 0),
          );
          expect(revision).toBeLessThanOrEqual(Math.min(...reached));
        }
        const last = Math.max(...all.map((syncs) => syncs.at(-1)?.endUs ?? 0));
        const told = bench.programmed.find(([, revision]) => revision === 1 + list.length);
        const changedLast = list.at(-1)?.atUs ?? 0;
        // a last change without a rule is told at its dispatch, when all is programmed by then
        expect(Math.round((told?.[0] ?? 0) * msUs)).toBe(Math.max(last, changedLast));
      }),
      { numRuns: 40 },
    );
  });
});
