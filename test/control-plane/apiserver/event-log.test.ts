// The log of a watch cache: how its capacity follows the traffic, and what it still has.
import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../../src/client/watch.js';
import { EventLog } from '../../../src/control-plane/apiserver/event-log.js';
import { configMap } from '../../support/objects.js';

const SECOND = 1_000_000;
const object = configMap('a');

/** A log of changes 11, 12, … at these times, after a list at revision 10. */
function logOf(times: readonly number[]): EventLog {
  const log = new EventLog();
  log.reset(10);
  times.forEach((at, i) => {
    const event: WatchEvent = {
      type: 'MODIFIED',
      object,
      previous: object,
      revision: 11 + i,
      bytes: 100,
    };
    log.add(event, at);
  });
  return log;
}

const every = (gapUs: number, count: number, fromUs = 0): number[] =>
  Array.from({ length: count }, (_, i) => fromUs + i * gapUs);

const revisions = (log: EventLog, after: number): number[] | undefined =>
  log.after(after)?.map(({ revision }) => revision);

describe('the log', () => {
  test('has every change since the list as long as nothing was dropped', () => {
    const log = logOf(every(SECOND, 100));
    expect(revisions(log, 10)).toHaveLength(100);
    expect(revisions(log, 107)).toEqual([108, 109, 110]);
    expect(revisions(log, 110)).toEqual([]);
    expect(revisions(log, 9)).toBeUndefined();
  });

  test('keeps its 100 events where changes are rare, and drops the oldest', () => {
    const log = logOf(every(10 * SECOND, 150));
    expect([log.capacity, log.length]).toEqual([100, 100]);
    expect(log.startRevision).toBe(60);
    expect(revisions(log, 59)).toBeUndefined();
    expect(revisions(log, 60)?.[0]).toBe(61);
  });

  test('doubles while it would drop what is younger than 75 s', () => {
    const log = logOf(every(SECOND / 10, 3000));
    expect(log.capacity).toBe(800);
    expect(log.capacityIncreases).toBe(3);
    // What is kept covers the 75 s.
    expect(log.length).toBe(800);
  });

  test('never holds more than 102,400', () => {
    const log = logOf(every(1, 110_000));
    expect([log.capacity, log.length]).toEqual([102_400, 102_400]);
    expect(revisions(log, log.startRevision)).toHaveLength(102_400);
  });

  test('halves when a quarter of it reaches back 75 s', () => {
    const busy = every(SECOND / 10, 800);
    const quiet = every(20 * SECOND, 300, 200 * SECOND);
    const log = logOf([...busy, ...quiet]);
    expect(log.capacityDecreases).toBeGreaterThan(0);
    expect(log.capacity).toBeLessThan(800);
    expect(log.length).toBeLessThanOrEqual(log.capacity);
    expect(log.after(log.startRevision)?.[0]?.revision).toBe(log.startRevision + 1);
  });
});
