// The natural logarithm with the bits that kube-scheduler computes with, because a spreading score
// that lies near a half is rounded by them. The kernel's log is a neighbour: it takes another way
// round for numbers close to a power of two and differs in the last bit of one value in a thousand.
// Source: Go math/log.go on amd64, after FreeBSD's e_log.c, whose terms ask for this notice:
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro. Permission
// to use, copy, modify, and distribute this software is freely granted, provided that this notice
// is preserved.

const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const halfSqrt2 = Math.SQRT1_2;
const scratch = new DataView(new ArrayBuffer(8));
/** The exponent bits of numbers in [1/2, 1). */
const halfExponent = 1022;

/** ln(value) for value > 0 that is neither subnormal nor infinite; -Infinity for 0. */
export function naturalLog(value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY;
  scratch.setFloat64(0, value);
  const high = scratch.getInt32(0);
  let exponent = ((high >>> 20) & 2047) - halfExponent;
  scratch.setInt32(0, (high & 0x800fffff) | (halfExponent << 20));
  let fraction = scratch.getFloat64(0);
  if (fraction < halfSqrt2) {
    fraction *= 2;
    exponent--;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd =
    s2 *
    (0.6666666666666735 +
      s4 * (0.2857142874366239 + s4 * (0.1818357216161805 + s4 * 0.14798198605116586)));
  const even = s4 * (0.3999999999940942 + s4 * (0.22222198432149784 + s4 * 0.15313837699209373));
  const halfSquare = 0.5 * f * f;
  const tail = s * (halfSquare + (odd + even)) + exponent * ln2Low;
  return exponent * ln2High - (halfSquare - tail - f);
}
