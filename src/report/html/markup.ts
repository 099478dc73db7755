// HTML as a value: what is written in a template is markup, what is put into it is text. A name can
// therefore not become an element, whoever chose it.
import { formatNumber } from '../number-format.js';
import { compactJson, type JsonValue } from '../stable-json.js';

/** Markup that may be put into a page as it is. Made by `html` and `markup` only. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: markup, or a text or number that is escaped. */
export type HtmlContent = Html | string | number | readonly HtmlContent[];

/** Markup from a template; everything put into it is escaped, lists are put one after the other. */
export function html(literals: TemplateStringsArray, ...contents: HtmlContent[]): Html {
  const parts = contents.map((content, index) => (literals[index] ?? '') + toMarkup(content));
  return new Html(parts.join('') + (literals[contents.length] ?? ''));
}

/** Markup, style or script of our own that is taken as it is; never for text from a run. */
export function markup(trusted: string): Html {
  return new Html(trusted);
}

/** Nothing. */
export const nothing: Html = new Html('');

/** Text for element content and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities.get(sign) ?? sign);
}

/** JSON that can stand in a script element: it holds no `<`, so it cannot end the element. */
export function scriptJson(value: JsonValue): Html {
  return new Html(compactJson(value).replaceAll('<', '\\u003c'));
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

function toMarkup(content: HtmlContent): string {
  if (content instanceof Html) return content.text;
  if (typeof content === 'number') return formatNumber(content);
  if (typeof content === 'string') return escapeHtml(content);
  return content.map(toMarkup).join('');
}
