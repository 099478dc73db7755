// IPv4 networks as text and as numbers.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressCount,
  addressOf,
  cidrOf,
  formatAddress,
  formatCidr,
  isWithin,
  parseCidr,
} from '../../src/api/cidr.js';

describe('a network', () => {
  test('is read from its text and written again', () => {
    expect(cidrOf('10.244.0.0/16')).toEqual({ first: 10 * 16_777_216 + 244 * 65_536, bits: 16 });
    expect(formatCidr(cidrOf('192.168.7.128/25'))).toBe('192.168.7.128/25');
    expect(formatCidr(cidrOf('0.0.0.0/0'))).toBe('0.0.0.0/0');
  });

  test.each(['10.244.0.0', '10.244.0/16', '10.244.0.1/16', '10.256.0.0/16', '10.0.0.0/33', ''])(
    'is not "%s"',
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
      expect(() => cidrOf(text)).toThrow(/no IPv4 network/);
    },
  );

  test('has twice the addresses with every bit less', () => {
    expect([32, 30, 24, 16, 0].map(addressCount)).toEqual([1, 4, 256, 65_536, 4_294_967_296]);
  });

  test('lies within another that begins no later, ends no earlier', () => {
    const outer = cidrOf('10.244.0.0/16');
    expect(isWithin(cidrOf('10.244.255.0/24'), outer)).toBe(true);
    expect(isWithin(outer, outer)).toBe(true);
    expect(isWithin(cidrOf('10.245.0.0/24'), outer)).toBe(false);
    expect(isWithin(cidrOf('10.0.0.0/8'), outer)).toBe(false);
  });
});

test('an address is the same number after it was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (address) => {
      expect(addressOf(formatAddress(address))).toBe(address);
    }),
  );
});
