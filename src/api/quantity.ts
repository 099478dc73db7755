/**
 * Resource quantities: exact parsing, rounding, arithmetic and canonical text.
 *
 * A parsed quantity is a whole number of nano-units in a BigInt, so nothing is ever rounded by
 * accident. The numbers that leave this file are safe integers: an amount beyond 2^53 - 1 (8 PiB,
 * 9 million CPUs) counts as that bound, where Go's int64 ends at 2^63 - 1. Left out: quantities of
 * more than 100 decimal digits of exponent, which Go keeps as big decimals and no cluster has.
 *
 * Source: Kubernetes v1.36 apimachinery `api/resource` (quantity.go, suffix.go, math.go).
 */

/** An amount as written, such as `500m`, `2` or `1Gi`. */
export type Quantity = string;

/** Amounts by resource name, as written. */
export type ResourceList = Readonly<Record<string, Quantity>>;

/** How a quantity was written, which decides how a result is printed. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact amount. */
export interface ParsedQuantity {
  /** The amount in units of 10^-9. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** Thrown for text that is not a quantity. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const wrongFormat =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const wrongSuffix = "unable to parse quantity's suffix";
const wrongNumber = 'unable to parse numeric part of quantity';

/** Digits before and after the point, then whatever the API server's scanner takes for a suffix. */
const quantityPattern = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

const decimalExponents: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const binaryExponents: ReadonlyMap<string, number> = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
]);
const binarySuffixes: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimalSuffixes: ReadonlyMap<number, string> = new Map(
  Array.from(decimalExponents, ([suffix, exponent]) => [exponent, suffix]),
);

const nanoPerUnit = 1_000_000_000n;
const nanoPerMilli = 1_000_000n;
/** Binary amounts are capped where Go's int64 ends. */
const maxBinaryNano = 9_223_372_036_854_775_807n * nanoPerUnit;
const largestExponent = 100;

function powerOfTen(exponent: number): bigint {
  let power = 1n;
  for (let count = 0; count < exponent; count += 1) power *= 10n;
  return power;
}

/** Division that rounds away from zero, as Go's Quantity does when precision is lost. */
function divideAwayFromZero(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  if (quotient * divisor === dividend) return quotient;
  return dividend > 0n ? quotient + 1n : quotient - 1n;
}

/** A suffix: the digits count times `base` to the `exponent`. */
export interface QuantitySuffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

/** What stands behind the digits of a quantity; undefined when it is no suffix. */
export function interpretSuffix(text: string): QuantitySuffix | undefined {
  const decimal = decimalExponents.get(text);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = binaryExponents.get(text);
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  if (/^[eE][-+]?[0-9]+$/.test(text)) {
    return { base: 10, exponent: Number(text.slice(1)), format: 'DecimalExponent' };
  }
  return undefined;
}

function parseUncached(text: string): ParsedQuantity | string {
  const match = quantityPattern.exec(text);
  if (text === '' || match === null) return wrongFormat;
  const [, sign = '', whole = '', decimals = '', suffixText = ''] = match;
  const suffix = interpretSuffix(suffixText);
  if (suffix === undefined) return wrongSuffix;
  const digits = BigInt(`0${whole}${decimals}`);
  if (digits === 0n) return { nano: 0n, format: suffix.format };
  if (suffix.exponent > largestExponent) return wrongNumber;
  let nano: bigint;
  if (suffix.base === 2) {
    const scaled = (digits << BigInt(suffix.exponent)) * nanoPerUnit;
    nano = divideAwayFromZero(scaled, powerOfTen(decimals.length));
  } else {
    const scale = Math.max(suffix.exponent, -2 * largestExponent) + 9 - decimals.length;
    nano = scale >= 0 ? digits * powerOfTen(scale) : divideAwayFromZero(digits, powerOfTen(-scale));
  }
  let { format } = suffix;
  if (format === 'BinarySI') {
    if (nano > maxBinaryNano) nano = maxBinaryNano;
    // An amount below one has no binary form.
    if (nano < nanoPerUnit) format = 'DecimalSI';
  }
  return { nano: sign === '-' ? -nano : nano, format };
}

interface CacheEntry {
  readonly parsed: ParsedQuantity | string;
  /** NaN where the text is not a quantity. */
  readonly value: number;
  readonly milliValue: number;
}

const cache = new Map<string, CacheEntry>();
/** Bounds the memory that generated quantities can take; manifests use a few dozen texts. */
const cacheLimit = 65_536;

/** The nearest safe integer. */
function saturated(amount: bigint): number {
  const number = Number(amount);
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(number, Number.MAX_SAFE_INTEGER));
}

function look(text: string): CacheEntry {
  const found = cache.get(text);
  if (found !== undefined) return found;
  const parsed = parseUncached(text);
  const failed = typeof parsed === 'string';
  const entry: CacheEntry = {
    parsed,
    value: failed ? Number.NaN : saturated(divideAwayFromZero(parsed.nano, nanoPerUnit)),
    milliValue: failed ? Number.NaN : saturated(divideAwayFromZero(parsed.nano, nanoPerMilli)),
  };
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, entry);
  return entry;
}

/**
 * Reads a quantity. Precision finer than nano is rounded away from zero. Memoised by text.
 *
 * @throws QuantityError with the API server's sentence when `text` is not a quantity.
 */
export function parseQuantity(text: Quantity): ParsedQuantity {
  const { parsed } = look(text);
  if (typeof parsed === 'string') throw new QuantityError(parsed);
  return parsed;
}

/** The API server's sentence for text that is not a quantity; undefined when it is one. */
export function quantityProblem(text: Quantity): string | undefined {
  const { parsed } = look(text);
  return typeof parsed === 'string' ? parsed : undefined;
}

/** Whether an amount is counted as it is: in units, or in thousandths, it is a safe integer. */
export function isCountableQuantity(text: Quantity, unit: 'units' | 'thousandths'): boolean {
  const { parsed } = look(text);
  if (typeof parsed === 'string') return false;
  const divisor = unit === 'units' ? nanoPerUnit : nanoPerMilli;
  return Number.isSafeInteger(Number(divideAwayFromZero(parsed.nano, divisor)));
}

/**
 * The amount in whole units (bytes, cores, pods), fractions rounded away from zero, at most
 * 2^53 - 1. Memoised.
 *
 * @throws QuantityError when `text` is not a quantity.
 */
export function quantityValue(text: Quantity): number {
  const { value, parsed } = look(text);
  if (typeof parsed === 'string') throw new QuantityError(`"${text}": ${parsed}`);
  return value;
}

/**
 * The amount in thousandths (milli-CPU), finer fractions rounded away from zero, at most 2^53 - 1.
 * Memoised.
 *
 * @throws QuantityError when `text` is not a quantity.
 */
export function quantityMilliValue(text: Quantity): number {
  const { milliValue, parsed } = look(text);
  if (typeof parsed === 'string') throw new QuantityError(`"${text}": ${parsed}`);
  return milliValue;
}

function decimalText(nano: bigint, format: 'DecimalSI' | 'DecimalExponent'): string {
  let mantissa = nano;
  let exponent = -9;
  while (mantissa % 1000n === 0n && (format === 'DecimalExponent' || exponent < 18)) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalSI') return `${mantissa}${decimalSuffixes.get(exponent) ?? ''}`;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

/**
 * The canonical text of a quantity: the largest suffix that leaves a whole number, in the format
 * it was written in; a binary amount that is no whole number of units is printed in decimal.
 */
export function formatQuantity(quantity: ParsedQuantity): Quantity {
  const { nano, format } = quantity;
  if (nano === 0n) return '0';
  if (format !== 'BinarySI') return decimalText(nano, format);
  const units = nano / nanoPerUnit;
  const isWhole = units * nanoPerUnit === nano;
  if (!isWhole || (units > -1024n && units < 1024n)) return decimalText(nano, 'DecimalSI');
  let mantissa = units;
  let step = 0;
  while (mantissa % 1024n === 0n && step < binarySuffixes.length - 1) {
    mantissa /= 1024n;
    step += 1;
  }
  return `${mantissa}${binarySuffixes[step] ?? ''}`;
}

/**
 * The canonical text of a quantity given as text: `1024Mi` becomes `1Gi`, `0.5` becomes `500m`.
 *
 * @throws QuantityError when `text` is not a quantity.
 */
export function canonicalQuantity(text: Quantity): Quantity {
  return formatQuantity(parseQuantity(text));
}

/** Canonical text for a number of milli-CPU, an integer: 1500 becomes `1500m`, 2000 becomes `2`. */
export function formatMilliCpu(cpuMilli: number): Quantity {
  return formatQuantity({ nano: BigInt(cpuMilli) * nanoPerMilli, format: 'DecimalSI' });
}

/** Canonical decimal text for an integer: 3000 becomes `3k`. */
export function formatWhole(amount: number): Quantity {
  return formatQuantity({ nano: BigInt(amount) * nanoPerUnit, format: 'DecimalSI' });
}

/** Canonical binary text for a number of bytes, an integer: 1073741824 becomes `1Gi`. */
export function formatBytes(bytes: number): Quantity {
  return formatQuantity({ nano: BigInt(bytes) * nanoPerUnit, format: 'BinarySI' });
}

/**
 * Compares two amounts exactly: negative, zero or positive as `left` is less, equal or more.
 *
 * @throws QuantityError when either is not a quantity.
 */
export function compareQuantities(left: Quantity, right: Quantity): -1 | 0 | 1 {
  const a = parseQuantity(left).nano;
  const b = parseQuantity(right).nano;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/**
 * The exact sum, as canonical text in the format of `left`, or of `right` when `left` is zero.
 *
 * @throws QuantityError when either is not a quantity.
 */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  const a = parseQuantity(left);
  const b = parseQuantity(right);
  return formatQuantity({
    nano: a.nano + b.nano,
    format: a.nano === 0n ? b.format : a.format,
  });
}
