// What Kubernetes 1.36 itself makes of a quantity in 64 bits, wrap-around and all. The simulator
// counts no such amounts (it refuses them in manifests); recordings of them are compared with this.
// Source: apimachinery api/resource quantity.go, amount.go, scale_int.go, and the recorded vectors.

import { interpretSuffix, parseQuantity, type Quantity } from '../../api/quantity.js';

/** A quantity as Go's resource.Quantity tells it. */
export interface Int64Quantity {
  /** `Value()`. */
  readonly value: bigint;
  /** `MilliValue()`. */
  readonly milliValue: bigint;
  /** Whether `String()` is the text that was read, because Go takes it to be canonical. */
  readonly isTextKept: boolean;
}

const most = 9_223_372_036_854_775_807n;
const int64 = (amount: bigint): bigint => BigInt.asIntN(64, amount);
const fits = (amount: bigint): boolean => int64(amount) === amount;

function powerOfTen(exponent: number): bigint {
  let power = 1n;
  for (let count = 0; count < exponent; count++) power *= 10n;
  return power;
}

/** The digits of a quantity and what stands behind them. */
interface Written {
  /** Without leading zeros. */
  readonly whole: string;
  readonly decimals: string;
  readonly base: 2 | 10;
  readonly exponent: number;
}

function writtenAs(text: Quantity): Written {
  const [, whole = '', decimals = '', suffix = ''] =
    /^[+-]?0*([0-9]*)(?:\.([0-9]*))?(.*)$/.exec(text) ?? [];
  const { base = 10, exponent = 0 } = interpretSuffix(suffix) ?? {};
  return { whole: whole === '' ? '0' : whole, decimals, base, exponent };
}

/**
 * The power of ten by which Go multiplies the digits that it keeps as an int64; undefined where it
 * keeps a big decimal. `nano` is the amount.
 */
function int64Scale({ whole, decimals, base, exponent }: Written): number | undefined {
  if (base === 10) {
    const scale = exponent - decimals.length;
    return whole.length + decimals.length <= 18 && scale >= -9 ? scale : undefined;
  }
  const room = 14 - whole.length - Math.trunc((exponent * 3) / 10);
  return decimals === '' && room >= 0 ? 0 : undefined;
}

/** Of an int64 and its scale: an overflow wraps, or where Go multiplies step by step leaves 0. */
function ofInt64(nano: bigint, scale: number, target: 0 | -3): bigint {
  const unit = powerOfTen(9 + target);
  const exact = nano / unit;
  if (scale < target) {
    if (exact * unit === nano) return exact;
    return nano > 0n ? exact + 1n : exact - 1n;
  }
  if (fits(exact)) return exact;
  return [0, 1, 2, 3, 6, 9].includes(scale - target) ? int64(exact) : 0n;
}

/** Of a big decimal; what is below the maximum is divided in 64 bits, negative amounts too. */
function ofDecimal(unscaled: bigint, scale: 0 | 9, target: 0 | -3): bigint {
  const places = scale + target;
  if (places === 0) return int64(unscaled);
  if (places < 0) return int64(int64(unscaled) * powerOfTen(-places));
  const divisor = powerOfTen(places);
  const dividend = unscaled < most ? int64(unscaled) : unscaled;
  const isExact = dividend % divisor === 0n;
  return int64(dividend / divisor + (isExact ? 0n : 1n));
}

/**
 * Reads a quantity as Go does.
 *
 * @throws QuantityError when `text` is not a quantity.
 */
export function int64Quantity(text: Quantity): Int64Quantity {
  const { nano } = parseQuantity(text);
  const written = writtenAs(text);
  const scale = int64Scale(written);
  if (scale !== undefined) {
    return {
      value: ofInt64(nano, scale, 0),
      milliValue: ofInt64(nano, scale, -3),
      isTextKept: isKept(written, scale),
    };
  }
  const size = nano < 0n ? -nano : nano;
  // Go cuts binary amounts off at the maximum, and counts those in units.
  const isCapped = written.base === 2 && size === most * 1_000_000_000n;
  const [unscaled, places] = isCapped
    ? ([nano < 0n ? -most : most, 0] as const)
    : [nano, 9 as const];
  return {
    value: ofDecimal(unscaled, places, 0),
    milliValue: ofDecimal(unscaled, places, -3),
    isTextKept: false,
  };
}

function isKept({ whole, decimals, base }: Written, scale: number): boolean {
  const digits = whole + decimals;
  if (base === 2) return (Number(digits) & 7) !== 0;
  return scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}
