import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../src/control-plane/apiserver/flow-control/sha256.js';
import {
  dealHand,
  flowHash,
} from '../../../../src/control-plane/apiserver/flow-control/shuffle-sharding.js';

const hex = (text: string): string =>
  Array.from(sha256(text), (word) => word.toString(16).padStart(8, '0')).join('');

describe('SHA-256', () => {
  // The examples of FIPS 180-2, appendix B, and the empty message.
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('of the standard message %#', (message, digest) => {
    expect(hex(message)).toBe(digest);
  });

  test('is that of Node for any text, whatever its length and alphabet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const ours = hex(text);
        expect(ours).toBe(createHash('sha256').update(Buffer.from(text)).digest('hex'));
      }),
      { seed: 1 },
    );
  });

  test('takes a lone surrogate for U+FFFD, as every encoder does', () => {
    expect(hex('a\ud800b')).toBe(hex('a\ufffdb'));
  });
});

describe('the hash of a flow', () => {
  test('is the first eight bytes of the digest of schema, zero byte and distinguisher', () => {
    const digest = createHash('sha256').update('system-nodes\0system:node:a').digest();
    expect(flowHash('system-nodes', 'system:node:a')).toBe(digest.readBigUInt64LE(0));
  });
});

describe('a hand', () => {
  test('is dealt as a number in a mixed base: by hand for 11 of a deck of 3', () => {
    // 11 % 3 = 2, rest 3; 3 % 2 = 1, rest 1; 1 % 1 = 0. Cards: 2; then 1, below the 2; then 0.
    expect(dealHand(11n, 3, 3)).toEqual([2, 1, 0]);
    // 7 % 3 = 1, rest 2; 2 % 2 = 0; cards 1, 0.
    expect(dealHand(7n, 3, 2)).toEqual([1, 0]);
    // 9 % 3 = 0, rest 3; 3 % 2 = 1: the card after the one that is gone.
    expect(dealHand(9n, 3, 2)).toEqual([0, 2]);
  });

  test('has different cards, all of the deck', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
        fc.integer({ min: 1, max: 512 }),
        fc.integer({ min: 1, max: 6 }),
        (hash, deck, wanted) => {
          const size = Math.min(wanted, deck);
          const hand = dealHand(hash, deck, size);
          expect(new Set(hand).size).toBe(size);
          expect(hand.every((card) => card >= 0 && card < deck)).toBe(true);
        },
      ),
      { seed: 2 },
    );
  });

  test('of users spreads evenly: each of 128 queues gets about its share', () => {
    const counts = new Array(128).fill(0);
    for (let user = 0; user < 20_000; user++) {
      for (const card of dealHand(flowHash('s', `user-${user}`), 128, 6)) counts[card]++;
    }
    const share = (20_000 * 6) / 128;
    expect(Math.max(...counts) / share).toBeLessThan(1.15);
    expect(Math.min(...counts) / share).toBeGreaterThan(0.85);
  });

  test('is rarely covered by four elephants: 16 queues, hands of 4 (KEP-1040: 0.19 with four)', () => {
    let squished = 0;
    const tries = 4000;
    const handOf = (name: string) => dealHand(flowHash('s', name), 16, 4);
    for (let i = 0; i < tries; i++) {
      const taken = new Set([0, 1, 2, 3].flatMap((elephant) => handOf(`e-${i}-${elephant}`)));
      if (handOf(`mouse-${i}`).every((card) => taken.has(card))) squished++;
    }
    expect(squished / tries).toBeCloseTo(0.19, 1);
  });
});
