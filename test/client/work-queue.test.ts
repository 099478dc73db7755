// The workqueue: what its sets promise, delays and retry backoff, and a naive model of all of it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientConstants } from '../../src/client/constants.js';
import { type RetryLimits, WorkQueue } from '../../src/client/work-queue.js';
import { Simulation } from '../../src/kernel/simulation.js';

function bench(limits?: RetryLimits): { simulation: Simulation; queue: WorkQueue } {
  const simulation = new Simulation('queue');
  return { simulation, queue: new WorkQueue(simulation, 'test', { limits }) };
}

/** Keys that can be taken now; they stay in processing. */
function takeAll(queue: WorkQueue): string[] {
  const keys: string[] = [];
  for (let key = queue.get(); key !== undefined; key = queue.get()) keys.push(key);
  return keys;
}

describe('keys', () => {
  test('come out in the order in which they went in, each once', () => {
    const { queue } = bench();
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    expect(queue.length).toBe(3);
    expect(takeAll(queue)).toEqual(['a', 'b', 'c']);
    expect(queue.get()).toBeUndefined();
  });

  test('added while being worked on come again only when that is done', () => {
    const { queue } = bench();
    queue.add('a');
    expect(queue.get()).toBe('a');
    queue.add('a');
    queue.add('a');
    expect(queue.get()).toBeUndefined();
    queue.done('a');
    expect(takeAll(queue)).toEqual(['a']);
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  test('that become available are announced, repeats are not', () => {
    const { queue } = bench();
    let announced = 0;
    queue.onReady = () => announced++;
    queue.add('a');
    queue.add('a');
    expect(announced).toBe(1);
    queue.get();
    queue.add('a');
    expect(announced).toBe(1);
    queue.done('a');
    expect(announced).toBe(2);
  });

  test('keep their order through many thousands', () => {
    const { queue } = bench();
    const keys = Array.from({ length: 5000 }, (_, i) => `key-${i}`);
    for (const key of keys) queue.add(key);
    expect(takeAll(queue)).toEqual(keys);
    expect(queue.meter.served).toBe(5000);
    expect(queue.meter.maxQueueLength).toBe(5000);
  });
});

describe('a delay', () => {
  test.each([
    ['the earlier first', [30, 50], 30],
    ['the earlier last', [50, 30], 30],
    ['equal ones', [40, 40], 40],
    ['three', [70, 20, 60], 20],
  ])('of several for one key the earliest counts: %s', (_, delays, expected) => {
    const { simulation, queue } = bench();
    const at: number[] = [];
    queue.onReady = () => at.push(simulation.now);
    for (const delay of delays) queue.addAfter('a', delay);
    simulation.run();
    expect(at).toEqual([expected]);
  });

  test('of nothing or less adds at once', () => {
    const { queue } = bench();
    queue.addAfter('a', 0);
    queue.addAfter('b', -5);
    expect(takeAll(queue)).toEqual(['a', 'b']);
  });

  test('that ends while the key is queued changes nothing', () => {
    const { simulation, queue } = bench();
    queue.addAfter('a', 10);
    queue.add('a');
    simulation.run();
    expect(takeAll(queue)).toEqual(['a']);
  });
});

describe('retries', () => {
  test('wait 5 ms x 2^n, at most 1000 s', () => {
    const { simulation, queue } = bench();
    const delays: number[] = [];
    for (let n = 0; n < 20; n++) {
      const start = simulation.now;
      queue.addRateLimited('a');
      simulation.run();
      delays.push(simulation.now - start);
      queue.done(queue.get() as string);
    }
    const expected = delays.map((_, n) => Math.min(5000 * 2 ** n, 1_000_000_000));
    expect(delays).toEqual(expected);
    expect(delays.slice(-2)).toEqual([1_000_000_000, 1_000_000_000]);
    expect(queue.retries('a')).toBe(20);
  });

  test('start again from the base when the key is forgotten', () => {
    const { simulation, queue } = bench();
    for (let n = 0; n < 5; n++) queue.addRateLimited('a');
    queue.forget('a');
    expect(queue.retries('a')).toBe(0);
    simulation.run();
    const start = simulation.now;
    queue.done(queue.get() as string);
    queue.addRateLimited('a');
    simulation.run();
    expect(simulation.now - start).toBe(5000);
  });

  test('of all keys share a bucket of 100 and 10 a second', () => {
    const { simulation, queue } = bench();
    const at: number[] = [];
    queue.onReady = () => at.push(simulation.now);
    for (let i = 0; i < 120; i++) queue.addRateLimited(`key-${i}`);
    simulation.run();
    expect(at.slice(0, 100)).toEqual(new Array(100).fill(5000));
    expect(at.slice(100)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 100_000));
  });

  test('plain adds do not touch the bucket', () => {
    const { simulation, queue } = bench();
    for (let i = 0; i < 1000; i++) queue.add(`key-${i}`);
    queue.addRateLimited('late');
    simulation.run();
    expect(simulation.now).toBe(5000);
  });

  test('have the base and the limit that their queue was given', () => {
    const { simulation, queue } = bench({ baseDelayUs: 1_000_000, maxDelayUs: 3_000_000 });
    const delays: number[] = [];
    for (let n = 0; n < 4; n++) {
      const start = simulation.now;
      queue.addRateLimited('a');
      simulation.run();
      delays.push(simulation.now - start);
      queue.done(queue.get() as string);
    }
    expect(delays).toEqual([1_000_000, 2_000_000, 3_000_000, 3_000_000]);
  });
});

/** A queue of the same promises, written for clarity. */
class NaiveQueue {
  readonly queue: string[] = [];
  readonly dirty = new Set<string>();
  readonly processing = new Set<string>();
  readonly delayed = new Map<string, { at: number; order: number }>();
  readonly failures = new Map<string, number>();
  #order = 0;
  #bucketUs = 0;

  add(key: string): void {
    if (this.dirty.has(key)) return;
    this.dirty.add(key);
    if (!this.processing.has(key)) this.queue.push(key);
  }

  addAfter(key: string, now: number, delay: number): void {
    if (delay <= 0) return this.add(key);
    const known = this.delayed.get(key);
    if (known !== undefined && known.at <= now + delay) return;
    this.delayed.set(key, { at: now + delay, order: this.#order++ });
  }

  addRateLimited(key: string, now: number): void {
    const { retryBaseDelayUs, retryMaxDelayUs, retryBucketQps, retryBucketBurst } = clientConstants;
    const n = this.failures.get(key) ?? 0;
    this.failures.set(key, n + 1);
    const interval = 1_000_000 / retryBucketQps;
    const grant = Math.max(now, this.#bucketUs - (retryBucketBurst - 1) * interval);
    this.#bucketUs = Math.max(this.#bucketUs, now) + interval;
    const backoff = Math.min(retryBaseDelayUs * 2 ** n, retryMaxDelayUs);
    this.addAfter(key, now, Math.max(backoff, grant - now));
  }

  passTime(now: number): void {
    const due = [...this.delayed].filter(([, { at }]) => at <= now);
    due.sort(([, a], [, b]) => a.at - b.at || a.order - b.order);
    for (const [key] of due) {
      this.delayed.delete(key);
      this.add(key);
    }
  }

  get(): string | undefined {
    const key = this.queue.shift();
    if (key === undefined) return undefined;
    this.dirty.delete(key);
    this.processing.add(key);
    return key;
  }

  done(key: string): void {
    this.processing.delete(key);
    if (this.dirty.has(key)) this.queue.push(key);
  }
}

type Step =
  | { kind: 'add' | 'addRateLimited' | 'forget'; key: string }
  | { kind: 'addAfter'; key: string; delay: number }
  | { kind: 'get' | 'done' }
  | { kind: 'wait'; us: number };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('add', 'addRateLimited', 'forget'), key }),
  fc.record({ kind: fc.constant('addAfter'), key, delay: fc.integer({ min: -1, max: 50_000 }) }),
  fc.record({ kind: fc.constantFrom('get', 'done') }),
  fc.record({ kind: fc.constant('wait'), us: fc.integer({ min: 0, max: 60_000 }) }),
) as fc.Arbitrary<Step>;

test('does what a naive queue does, whatever is asked of it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { simulation, queue } = bench();
      const model = new NaiveQueue();
      const processing: string[] = [];
      let now = 0;
      for (const each of steps) {
        switch (each.kind) {
          case 'add':
            queue.add(each.key);
            model.add(each.key);
            break;
          case 'addRateLimited':
            queue.addRateLimited(each.key);
            model.addRateLimited(each.key, now);
            break;
          case 'forget':
            queue.forget(each.key);
            model.failures.delete(each.key);
            break;
          case 'addAfter':
            queue.addAfter(each.key, each.delay);
            model.addAfter(each.key, now, each.delay);
            break;
          case 'get': {
            const taken = queue.get();
            expect(taken).toBe(model.get());
            if (taken !== undefined) processing.push(taken);
            break;
          }
          case 'done': {
            const finished = processing.shift();
            if (finished === undefined) break;
            queue.done(finished);
            model.done(finished);
            break;
          }
          case 'wait':
            now += each.us;
            if (simulation.run(now) === 'idle') simulation.now = now;
            model.passTime(now);
            break;
        }
        expect(queue.length).toBe(model.queue.length);
      }
      simulation.run();
      model.passTime(Number.MAX_SAFE_INTEGER);
      for (const each of processing) {
        queue.done(each);
        model.done(each);
      }
      expect(takeAll(queue)).toEqual(model.queue);
    }),
    { numRuns: 500 },
  );
});
