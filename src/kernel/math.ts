// log and exp with the same bits on every engine (docs/adr/0003). Math.log and Math.exp may differ
// between V8 releases; these follow the algorithm of fdlibm's e_log.c and e_exp.c, whose terms ask
// for this notice: Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at
// SunPro. Permission to use, copy, modify, and distribute this software is freely granted,
// provided that this notice is preserved. Error < 1 ulp.

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const scratch = new DataView(new ArrayBuffer(8));

function highWord(x: number): number {
  scratch.setFloat64(0, x);
  return scratch.getInt32(0);
}

function withHighWord(x: number, high: number): number {
  scratch.setFloat64(0, x);
  scratch.setInt32(0, high);
  return scratch.getFloat64(0);
}

/** Natural logarithm. NaN below 0, -Infinity at 0. */
export function log(value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY;
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) return value > 0 ? value : Number.NaN;
  let x = value;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    k = -54; // a subnormal: scale into the normal range first
    x *= 18014398509481984;
  }
  let high = highWord(x);
  k += (high >> 20) - 1023;
  high &= 0xfffff;
  const carry = (high + 0x95f64) & 0x100000;
  const f = withHighWord(x, high | (carry ^ 0x3ff00000)) - 1; // sqrt(1/2) < 1+f < sqrt(2)
  k += carry >> 20;
  if ((0xfffff & (2 + high)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.33333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even =
    w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const tail =
    2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1);
  const r = z * (6.66666666666673513e-1 + w * tail) + even;
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f;
    if (k === 0) return f - (half - s * (half + r));
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - r) : k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** e to the power x. 0 on underflow, Infinity on overflow. */
export function exp(value: number): number {
  if (value !== value || value === Number.POSITIVE_INFINITY) return value;
  if (value > 709.782712893383973096) return Number.POSITIVE_INFINITY;
  if (value < -745.13321910194110842) return 0;
  const size = highWord(value) & 0x7fffffff;
  let x = value;
  let high = 0;
  let low = 0;
  let k = 0;
  if (size > 0x3fd62e42) {
    if (value === 1) return Math.E;
    const sign = value < 0 ? -1 : 1;
    k = size < 0x3ff0a2b2 ? sign : Math.trunc(1.442695040888963387 * x + 0.5 * sign);
    high = x - k * LN2_HIGH;
    low = k * LN2_LOW;
    x = high - low;
  } else if (size < 0x3e300000) {
    return 1 + x;
  }
  const t = x * x;
  const p4 = -1.6533902205465251539e-6 + t * 4.13813679705723846039e-8;
  const p2 = -2.77777777770155933842e-3 + t * (6.61375632143793436117e-5 + t * p4);
  const c = x - t * (1.66666666666666019037e-1 + t * p2);
  if (k === 0) return 1 - ((x * c) / (c - 2) - x);
  const y = 1 - (low - (x * c) / (2 - c) - high);
  if (k === 1024) return y * 2 * 8.98846567431158e307;
  if (k >= -1021) return y * withHighWord(1, 0x3ff00000 + (k << 20));
  return y * withHighWord(1, 0x3ff00000 + ((k + 1000) << 20)) * 9.3326361850321887899e-302;
}
