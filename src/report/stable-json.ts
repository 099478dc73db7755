// JSON with sorted keys and our own number format: equal values give equal bytes.
import { ascending } from '../stats/ascending.js';
import { formatNumber } from './number-format.js';

/** What can be written; `undefined` fields are left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * JSON text, two spaces deep, keys in ascending order of code units, \n at the end. Numbers are
 * rounded to six places.
 * @throws AssertionError for NaN and infinities: write null where there is no value.
 */
export function stableJson(value: JsonValue): string {
  return `${write(value, '\n')}\n`;
}

/** The same on one line without spaces, for data inside a page. */
export function compactJson(value: JsonValue): string {
  return write(value, '');
}

/** `newline` is the line end with the indent of the line that `value` stands on, or nothing. */
function write(value: JsonValue, newline: string): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = newline === '' ? '' : `${newline}  `;
  if (isList(value)) {
    const items = value.map((item) => write(item, inner));
    return items.length === 0 ? '[]' : `[${inner}${items.join(`,${inner}`)}${newline}]`;
  }
  const colon = newline === '' ? ':' : ': ';
  const fields = Object.entries(value).sort(([a], [b]) => ascending(a, b));
  const members = fields.flatMap(([key, field]) =>
    field === undefined ? [] : [JSON.stringify(key) + colon + write(field, inner)],
  );
  return members.length === 0 ? '{}' : `{${inner}${members.join(`,${inner}`)}${newline}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
