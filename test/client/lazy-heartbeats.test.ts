// When the calm ends and begins again, as those who may rest are told.
import { describe, expect, test } from 'vitest';
import { LazyHeartbeats } from '../../src/client/lazy-heartbeats.js';
import { Simulation } from '../../src/kernel/simulation.js';

const MINUTE = 60_000_000;

function calm(): { heartbeats: LazyHeartbeats; woken: () => number; wait: (us: number) => void } {
  const simulation = new Simulation('calm');
  const nothing = simulation.defineEvent('test.NothingHappened', () => {});
  const heartbeats = new LazyHeartbeats(simulation);
  let count = 0;
  heartbeats.onDisturbed(() => {
    count++;
  });
  const wait = (us: number): void => {
    simulation.after(us, nothing);
    simulation.run(simulation.now + us);
  };
  return { heartbeats, woken: () => count, wait };
}

describe('lazy heartbeats', () => {
  test('rest from the start, and know of no heartbeat', () => {
    const { heartbeats, woken } = calm();
    expect(heartbeats.isCalm).toBe(true);
    expect(heartbeats.latestSignUs('node-0', 5)).toBe(Number.NEGATIVE_INFINITY);
    expect(woken()).toBe(0);
  });

  test('are sent while a fault lasts, and for five minutes after it', () => {
    const { heartbeats, woken, wait } = calm();
    heartbeats.disturb('split', 2 * MINUTE);
    expect([heartbeats.isCalm, woken()]).toEqual([false, 1]);
    wait(7 * MINUTE - 1);
    expect(heartbeats.isCalm).toBe(false);
    wait(1);
    expect(heartbeats.isCalm).toBe(true);
  });

  test('are woken once by faults that overlap, and again by the next one', () => {
    const { heartbeats, woken, wait } = calm();
    heartbeats.disturb('one', MINUTE);
    heartbeats.disturb('two', 3 * MINUTE);
    expect(woken()).toBe(1);
    wait(6 * MINUTE);
    expect(heartbeats.isCalm).toBe(false);
    wait(2 * MINUTE);
    heartbeats.disturb('one', MINUTE);
    expect(woken()).toBe(2);
  });

  test('wait for the end of a fault that has none by itself', () => {
    const { heartbeats, wait } = calm();
    heartbeats.disturb('split', Number.POSITIVE_INFINITY);
    heartbeats.disturb('other', Number.POSITIVE_INFINITY);
    wait(1_000 * MINUTE);
    heartbeats.end('split');
    wait(5 * MINUTE);
    expect(heartbeats.isCalm).toBe(false);
    heartbeats.end(undefined);
    expect(heartbeats.isCalm).toBe(false);
    wait(5 * MINUTE);
    expect(heartbeats.isCalm).toBe(true);
  });

  test('do not wait longer when a fault ends that is long over', () => {
    const { heartbeats, wait } = calm();
    heartbeats.disturb('split', 0);
    wait(5 * MINUTE);
    heartbeats.end('split');
    expect(heartbeats.isCalm).toBe(true);
  });

  test('are sent for the longer of two faults of one name', () => {
    const { heartbeats, wait } = calm();
    heartbeats.disturb('split', 10 * MINUTE);
    heartbeats.disturb('split', MINUTE);
    wait(14 * MINUTE);
    expect(heartbeats.isCalm).toBe(false);
  });
});
