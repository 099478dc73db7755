/**
 * Durations as Go writes them: `1m30s`, `500ms`, `1.5h`, `0`.
 *
 * Left out: fractions of a microsecond, which the simulator's clock has not.
 *
 * Source: Go `time.ParseDuration`, which every Kubernetes component configuration uses.
 */

/** Microseconds of each unit; nanoseconds are counted in thousandths. */
const unitUs: Readonly<Record<string, number>> = {
  ns: 0.001,
  us: 1,
  µs: 1,
  μs: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
};

/** What a duration looks like, for JSON Schema: parts such as `1m` and `30s`, or a bare 0. */
export const durationPattern: RegExp = /^(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** The same, with a minus before it where it goes back. */
export const signedDurationPattern: RegExp = new RegExp(`^-?${durationPattern.source.slice(1)}`);

const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * Whole microseconds, rounded to nearest; undefined when `text` is not a duration or is longer
 * than the clock can count (2^53 µs, 285 years).
 */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let sum = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(part)) {
    sum += Number(amount) * (unitUs[unit] ?? 0);
  }
  const rounded = Math.round(sum);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** Microseconds of a duration that the schema has accepted; 0 for none. */
export function durationUs(text: string | undefined): number {
  return parseDuration(text ?? '0') ?? 0;
}

/** Microseconds of a text such as `90s` or `-90s` that the schema has accepted. */
export function signedDurationUs(text: string): number {
  return text.startsWith('-') ? 0 - durationUs(text.slice(1)) : durationUs(text);
}

const printed: readonly (readonly [unit: string, us: number])[] = [
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
];

/** The shortest text that parseDuration reads back: `1m30s`, `1.5s`, `0s`. */
export function formatDuration(us: number): string {
  let left = us;
  let text = '';
  for (const [unit, unitLength] of printed) {
    const isLast = unitLength === 1 || (unitLength <= 1_000_000 && left >= unitLength);
    const amount = isLast ? left / unitLength : Math.floor(left / unitLength);
    if (amount > 0) text += `${amount}${unit}`;
    // The last unit takes the rest as decimals; subtracting those would leave a rounding error.
    if (isLast) break;
    left -= amount * unitLength;
  }
  return text === '' ? '0s' : text;
}
