import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/client/api-call.js';
import { PerCaller } from '../../src/client/per-caller.js';

const caller = (number?: number): Caller => ({ number }) as unknown as Caller;

describe('what is kept for a sender', () => {
  test('is found again by its number, whatever the order in which senders came', () => {
    const kept = new PerCaller<string>();
    kept.set(caller(3), 'third');
    kept.set(caller(0), 'first');
    expect(kept.get(caller(3))).toBe('third');
    expect(kept.get(caller(0))).toBe('first');
    expect(kept.get(caller(1))).toBeUndefined();
    expect(kept.get(caller(9))).toBeUndefined();
    expect(kept.values).toEqual(['first', 'third']);
  });

  test('is found by the sender itself when that has no number', () => {
    const kept = new PerCaller<string>();
    const [one, two] = [caller(), caller()];
    kept.set(one, 'one');
    kept.set(two, 'two');
    expect([kept.get(one), kept.get(two), kept.get(caller())]).toEqual(['one', 'two', undefined]);
    expect(kept.values).toEqual(['one', 'two']);
  });

  test('can be replaced, and be forgotten with all others', () => {
    const kept = new PerCaller<string>();
    const unnumbered = caller();
    kept.set(caller(1), 'old');
    kept.set(caller(1), 'new');
    kept.set(unnumbered, 'other');
    expect(kept.get(caller(1))).toBe('new');
    kept.clear();
    expect([kept.get(caller(1)), kept.get(unnumbered)]).toEqual([undefined, undefined]);
    expect(kept.values).toEqual([]);
  });
});
