// The only place where a number becomes text. Files get plain decimals (no exponent, no sign on
// zero, no more than six places); people get units.
import { assert } from '../kernel/assert.js';

/** Digits after the point in files: a microsecond in seconds. */
const filePlaces = 6;

/**
 * A plain decimal, rounded to `places` digits after the point without trailing zeros: `0.25`, `-3`.
 * @throws AssertionError when `value` is not finite, or 1e21 or more.
 */
export function formatNumber(value: number, places: number = filePlaces): string {
  assert(Number.isFinite(value), `A report holds finite numbers only, not ${value}.`);
  assert(Math.abs(value) < 1e21, `${value} is too large to be written without an exponent.`);
  if (Number.isInteger(value)) return String(value);
  const rounded = value.toFixed(places);
  const text = places === 0 ? rounded : trimZeros(rounded);
  return text === '-0' ? '0' : text;
}

/** Microseconds (rounded to whole ones) as exact seconds: 1500000 is `1.5`, 1 is `0.000001`. */
export function formatSeconds(us: number): string {
  assert(Math.abs(us) <= Number.MAX_SAFE_INTEGER, `${us} µs is not an exact time.`);
  const whole = Math.round(Math.abs(us));
  const rest = whole % 1_000_000;
  const text = String((whole - rest) / 1_000_000);
  const sign = us < 0 && whole > 0 ? '-' : '';
  return rest === 0 ? sign + text : `${sign}${text}.${trimZeros(String(rest).padStart(6, '0'))}`;
}

/** A duration for people, to about three digits: `850 µs`, `12.3 ms`, `4.21 s`, `2 min 3.4 s`. */
export function formatDuration(us: number): string {
  const size = Math.abs(us);
  if (size < 999.5) return `${formatNumber(us, size < 10 ? 1 : 0)} µs`;
  if (size < 999_500) return `${significant(us / 1_000)} ms`;
  if (size < 119_950_000) return `${significant(us / 1_000_000)} s`;
  const tenths = Math.round(us / 100_000);
  const minutes = Math.trunc(tenths / 600);
  if (Math.abs(minutes) < 120) {
    return `${minutes} min ${formatNumber(Math.abs(tenths % 600) / 10)} s`;
  }
  return `${Math.trunc(minutes / 60)} h ${Math.abs(minutes % 60)} min`;
}

/** A whole number with commas between thousands: `12,345`. */
export function formatCount(value: number): string {
  return formatNumber(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A finite fraction as a percentage with one digit after the point: 0.256 is `25.6 %`. */
export function formatPercent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

/** Bytes in binary units: `512 B`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${formatNumber(value, 1)} ${units[unit]}`;
}

/**
 * The value of a measure for people. Its unit is the last word of the metric's name, as Prometheus
 * asks; labels in braces after the name do not count. `no sample` for NaN.
 */
export function formatMeasure(metric: string, value: number): string {
  if (Number.isNaN(value)) return 'no sample';
  const name = metric.replace(/\{.*$/s, '');
  if (name.endsWith('_seconds')) return formatDuration(value * 1_000_000);
  if (name.endsWith('_bytes')) return formatBytes(value);
  if (Number.isInteger(value)) return formatCount(value);
  return Math.abs(value) < 1_000 ? significant(value) : formatNumber(value, 1);
}

/** Three significant digits, zeros kept so that columns line up; more only before the point. */
function significant(value: number): string {
  const size = Math.abs(value);
  const places = size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return value.toFixed(places);
}

function trimZeros(decimals: string): string {
  return decimals.replace(/\.?0+$/, '');
}
