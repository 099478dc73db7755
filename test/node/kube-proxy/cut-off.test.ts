// Proxies that hear of nothing for a while, and catch up.

import { describe, expect, test } from 'vitest';
import { ProxyBench, secondUs, service } from './proxy-bench.js';

/** Two proxies that have programmed revision 2 of `a`. */
function benchOf(): ProxyBench {
  const bench = new ProxyBench({ count: 2, spec: { mode: 'userspace', minSyncPeriodUs: 0 } });
  bench.list([]);
  bench.change(secondUs, service('a'));
  return bench;
}

function at(bench: ProxyBench, atUs: number, act: () => void): void {
  bench.simulation.at(atUs, bench.simulation.defineEvent(`test.Act${atUs}`, act));
}

const cutOff = (bench: ProxyBench, fromUs: number, untilUs: number): void => {
  at(bench, fromUs, () => bench.fleet.setCutOff(1, true));
  at(bench, untilUs, () => bench.fleet.setCutOff(1, false));
};

describe('a proxy that is cut off', () => {
  test('keeps its rules while the others go on, and programs all it has missed in one sync', () => {
    const bench = benchOf();
    cutOff(bench, 5 * secondUs, 50 * secondUs);
    bench.change(10 * secondUs, service('b'));
    bench.change(20 * secondUs, service('c'));
    bench.simulation.run(40 * secondUs);
    expect(bench.fleet.programmedRevision(0)).toBe(4);
    expect(bench.fleet.programmedRevision(1)).toBe(2);
    bench.simulation.run(60 * secondUs);
    expect(bench.fleet.programmedRevision(1)).toBe(4);
    const late = bench.starts.filter(([atMs, member]) => member === 1 && atMs > 5_000);
    expect(late).toEqual([[50_000, 1]]);
    // Everybody has it when that one has it.
    expect(bench.programmed.filter(([, revision]) => revision > 2)).toHaveLength(1);
    expect(bench.programmed.at(-1)?.[0]).toBeGreaterThanOrEqual(50_000);
  });

  test('does not get what was on its way to it', () => {
    const bench = benchOf();
    bench.change(10 * secondUs, service('b')); // needs 1 ms
    cutOff(bench, 10 * secondUs + 500, 20 * secondUs);
    bench.simulation.run(15 * secondUs);
    expect(bench.fleet.programmedRevision(1)).toBe(2);
    bench.simulation.run(30 * secondUs);
    expect(bench.fleet.programmedRevision(1)).toBe(3);
  });

  test('can be cut off again, and again', () => {
    const bench = benchOf();
    cutOff(bench, 5 * secondUs, 10 * secondUs);
    cutOff(bench, 15 * secondUs, 30 * secondUs);
    bench.change(8 * secondUs, service('b'));
    bench.change(20 * secondUs, service('c'));
    bench.simulation.run(12 * secondUs);
    expect(bench.fleet.programmedRevision(1)).toBe(3);
    bench.simulation.run(25 * secondUs);
    expect(bench.fleet.programmedRevision(1)).toBe(3);
    bench.simulation.run(40 * secondUs);
    expect(bench.fleet.programmedRevision(1)).toBe(4);
  });

  test('does nothing more than before where nothing happens meanwhile', () => {
    const [calm, cut] = [benchOf(), benchOf()];
    cutOff(cut, 5 * secondUs, 50 * secondUs);
    for (const bench of [calm, cut]) bench.simulation.run(100 * secondUs);
    expect(cut.ends).toEqual(calm.ends);
  });

  test('may lose its node meanwhile: nobody waits for it any more', () => {
    const bench = benchOf();
    cutOff(bench, 5 * secondUs, 50 * secondUs);
    bench.change(10 * secondUs, service('b'));
    at(bench, 20 * secondUs, () => bench.fleet.stop(1));
    bench.simulation.run(100 * secondUs);
    expect(bench.programmed.at(-1)).toEqual([20_000, 3]);
  });

  test('is cut off once at a time', () => {
    const bench = benchOf();
    bench.fleet.setCutOff(1, true);
    expect(() => bench.fleet.setCutOff(1, true)).toThrow('proxy 1 is cut off already');
    expect(() => bench.fleet.setCutOff(0, false)).toThrow('proxy 0 is not cut off');
  });
});
