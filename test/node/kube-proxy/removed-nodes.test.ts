// Proxies whose machines are off or gone: nobody waits for their rules.

import { describe, expect, test } from 'vitest';
import { msUs, ProxyBench, secondUs, service } from './proxy-bench.js';

/** The last proxy learns of everything so much later that the others have long programmed it. */
const spacingUs = 10 * secondUs;

function benchOf(count: number): ProxyBench {
  const bench = new ProxyBench({ count, spec: { mode: 'userspace', minSyncPeriodUs: 0 } });
  bench.list([]);
  return bench;
}

function removeAt(bench: ProxyBench, atUs: number, member: number): void {
  const { simulation } = bench;
  const kind = simulation.defineEvent(`test.Removed${member}`, () => bench.fleet.stop(member));
  simulation.at(atUs, kind);
}

describe('a proxy whose node is gone', () => {
  test('holds nobody up: what all others have programmed is programmed', () => {
    const bench = benchOf(3);
    bench.change(secondUs, service('a'), { spacingUs });
    removeAt(bench, 15 * secondUs, 2);
    bench.simulation.run();
    const [, last] = bench.programmed;
    expect(last).toEqual([15_000, 2]);
    expect(bench.ends.some(([, member]) => member === 2)).toBe(true); // its first sync
    expect(bench.ends.filter(([, member]) => member === 2)).toHaveLength(1);
  });

  test('takes no part in later changes, and is not counted', () => {
    const bench = benchOf(2);
    removeAt(bench, secondUs, 0);
    bench.change(2 * secondUs, service('a'));
    bench.simulation.run();
    expect(bench.fleet.nodeCount).toBe(1);
    const late = bench.ends.filter(([atMs]) => atMs > 1_000).map(([, member]) => member);
    expect(late).toEqual([1]);
    expect(bench.programmed.at(-1)?.[1]).toBe(2);
  });

  test('is removed once: a second time changes nothing', () => {
    const bench = benchOf(2);
    removeAt(bench, secondUs, 1);
    bench.simulation.run();
    bench.fleet.stop(1);
    expect(bench.fleet.nodeCount).toBe(1);
  });

  test('leaves a fleet without proxies, for which every change is programmed at once', () => {
    const bench = benchOf(1);
    removeAt(bench, secondUs, 0);
    bench.change(2 * secondUs, service('a'));
    bench.simulation.run();
    expect(bench.programmed.at(-1)).toEqual([2_000, 2]);
  });

  test('gives way to a new one, which programs what it finds', () => {
    const bench = benchOf(1);
    removeAt(bench, secondUs, 0);
    bench.change(2 * secondUs, service('a'));
    const { simulation, fleet } = bench;
    simulation.at(
      3 * secondUs,
      simulation.defineEvent('test.Added', () => fleet.addNode({ name: 'new', zone: '' })),
    );
    bench.change(4 * secondUs, service('b'));
    simulation.run();
    expect(bench.ends.map(([, member]) => member)).toEqual([0, 1, 1]);
    const [atMs = 0, revision] = bench.programmed.at(-1) ?? [];
    expect(revision).toBe(3);
    expect(atMs).toBeGreaterThan(4_000 + msUs / msUs);
  });
});

describe('a proxy whose machine comes back', () => {
  /** Off from second 1 on, on again in second 5. */
  function rebooted(count: number): ProxyBench {
    const bench = benchOf(count);
    const { simulation, fleet } = bench;
    removeAt(bench, secondUs, 0);
    const up = simulation.defineEvent('test.Up', () => fleet.restart(0));
    simulation.at(5 * secondUs, up);
    return bench;
  }

  test('programs everything that it finds, as a proxy that has just started', () => {
    const bench = rebooted(2);
    bench.change(2 * secondUs, service('a'));
    bench.change(3 * secondUs, service('b'));
    bench.simulation.run();
    expect(bench.fleet.nodeCount).toBe(2);
    const own = bench.starts.filter(([, member]) => member === 0).map(([atMs]) => atMs);
    expect(own).toEqual([1, 5_001]);
    expect(bench.fleet.programmedRevision(0)).toBe(3);
    expect(bench.programmed.map(([, revision]) => revision)).toEqual([1, 2, 3]);
    expect(bench.programmed.at(-1)?.[0]).toBeLessThan(5_000); // nobody waited for it
  });

  test('is waited for again from then on', () => {
    const bench = rebooted(2);
    bench.change(6 * secondUs, service('a'), { spacingUs: -secondUs / 4 });
    bench.simulation.run();
    const ends = bench.ends.filter(([atMs]) => atMs > 5_500);
    expect(new Set(ends.map(([, member]) => member))).toEqual(new Set([0, 1]));
    expect(bench.programmed.at(-1)).toEqual([Math.max(...ends.map(([atMs]) => atMs)), 2]);
  });

  test('has no rules in between', () => {
    const bench = new ProxyBench({ count: 2, spec: { mode: 'userspace', minSyncPeriodUs: 0 } });
    const history = bench.fleet.follow('default/a');
    bench.list([service('a')]);
    const { simulation, fleet } = bench;
    removeAt(bench, secondUs, 0);
    simulation.at(
      5 * secondUs,
      simulation.defineEvent('test.Up', () => fleet.restart(0)),
    );
    simulation.at(
      7 * secondUs,
      simulation.defineEvent('test.End', () => {}),
    );
    simulation.run();
    const hasRules = [0.5, 3, 5.0005, 6].map(
      (seconds) => fleet.rulesAt(history, 0, seconds * secondUs)?.service !== undefined,
    );
    expect(hasRules).toEqual([true, false, false, true]);
  });

  test('is none that was not off', () => {
    const bench = benchOf(2);
    bench.simulation.at(
      secondUs,
      bench.simulation.defineEvent('test.Up', () => bench.fleet.restart(0)),
    );
    bench.simulation.run();
    expect(bench.ends.filter(([, member]) => member === 0)).toHaveLength(1);
    expect(bench.fleet.nodeCount).toBe(2);
  });
});
