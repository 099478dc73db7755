import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hex16Bits, hex32Bits, hexadecimal } from '../../src/stats/hexadecimal.js';

const EDGES = [0, 1, 15, 16, 255, 256, 4095, 4096, 65_535, 65_536, 4_294_967_295, 2 ** 53 - 1];

describe('hexadecimal digits', () => {
  test('are those of the engine, at the edges and in between', () => {
    for (const value of EDGES) expect(hexadecimal(value)).toBe(value.toString(16));
    fc.assert(fc.property(fc.maxSafeNat(), (value) => hexadecimal(value) === value.toString(16)));
  });

  test('of so many bits are padded', () => {
    expect([hex16Bits(0), hex16Bits(0xab), hex16Bits(0xffff)]).toEqual(['0000', '00ab', 'ffff']);
    expect([hex32Bits(0), hex32Bits(0x1234), hex32Bits(4_294_967_295)]).toEqual([
      '00000000',
      '00001234',
      'ffffffff',
    ]);
  });
});
