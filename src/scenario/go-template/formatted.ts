// Go's printf, as far as templates use it: %s, %v, %d, %q, %f, %t with a width, a precision and
// leading zeros. Source: Go package fmt.

import { printed, type TemplateValue } from './template-value.js';

const verb = /%(0?)(\d*)(?:\.(\d+))?([%svdqft])/g;

/** The text of `format` with its verbs replaced by the arguments, one after the other. */
export function formatted(format: string, args: readonly TemplateValue[]): string {
  let next = 0;
  return format.replaceAll(verb, (_all, zero: string, width: string, digits, word: string) => {
    if (word === '%') return '%';
    const text = wordOf(word, args[next++], digits);
    return text.padStart(Number(width), zero === '' ? ' ' : '0');
  });
}

function wordOf(word: string, value: TemplateValue, digits: string | undefined): string {
  if (word === 'q') return JSON.stringify(printed(value));
  if (word === 'f') return Number(value).toFixed(Number(digits ?? 6));
  return printed(value);
}
