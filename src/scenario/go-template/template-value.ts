// Values inside Go templates: what counts as true, how a value is printed, which number it is.
// Left out: methods, structs, channels, and the difference between integers and floating point.
// Source: Go text/template.
import { sortedKeys } from '../../api/field-check.js';

/** Something that cannot be read or worked out. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A value; undefined is one that nobody has given. */
export type TemplateValue =
  | number
  | string
  | boolean
  | null
  | undefined
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

/** What an action may read: `.Index` is `Index`. */
export type TemplateData = ReadonlyMap<string, TemplateValue>;

/** Whether `if` takes a value for true: not false, 0, nil, nor empty. */
export function isTrue(value: TemplateValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Whether a value is a mapping. */
export function isMap(value: TemplateValue): value is { readonly [key: string]: TemplateValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as Go prints it. */
export function printed(value: TemplateValue): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`;
  if (!isMap(value)) return value === undefined || value === null ? '<nil>' : String(value);
  const entries = sortedKeys(value);
  return `map[${entries.map((key) => `${key}:${printed(value[key])}`).join(' ')}]`;
}

/** The number that a value is or spells. @throws TemplateError when it does neither. */
export function numberOf(value: TemplateValue, offset: number): number {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const number = isNumeric ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw new TemplateError(`${JSON.stringify(value ?? null)} is no number`, offset);
}

/** A member of a mapping; undefined where there is none. */
export function memberOf(value: TemplateValue, name: string): TemplateValue {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Line and column, from 1, of an offset. */
export function positionInText(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The offset of a line and column, both from 1; the end for one behind it. */
export function offsetInText(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  return Math.min(text.length, start + column - 1);
}
