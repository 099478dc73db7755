// Go templates as the files of scheduler_perf, ClusterLoader2 and kube-burner use them: text with
// actions such as `{{.Index}}`, `{{ AddInt (MultiplyInt .Index 2) 1 }}`, `{{if}}`, `{{range}}`,
// `{{with}}`, `{{define}}`, `{{template}}`, `{{block}}` and variables. Nothing of a template
// reaches outside: no files, no clock.
// Left out: break, continue, methods; a template that has one is refused.
// Source: Go text/template.

import { sortedKeys } from '../../api/field-check.js';
import { type Expression, ExpressionParser, given } from './expression.js';
import { Output } from './output.js';
import { type RenderOptions, Scope } from './scope.js';
import {
  isMap,
  isTrue,
  printed,
  type TemplateData,
  TemplateError,
  type TemplateValue,
} from './template-value.js';

export type { RenderOptions } from './scope.js';
export {
  offsetInText,
  positionInText,
  type TemplateData,
  TemplateError,
  type TemplateValue,
} from './template-value.js';

/** A piece of text with where it stands, or an action with what stands inside it. */
type Part = Text | ((scope: Scope, output: Output) => void);

interface Text {
  readonly text: string;
  readonly start: number;
}

interface Action {
  readonly code: string;
  /** Where the code begins in the text. */
  readonly start: number;
}

const pattern = /\{\{(-(?=\s))?([\s\S]*?)((?<=\s)-)?\}\}/g;
const openers = ['if', 'range', 'with'] as const;
const named = ['define', 'template', 'block'] as const;
const refused = ['break', 'continue'] as const;

/** A text with holes; `render` fills them. */
export class GoTemplate {
  /** Whether it renders to the same text whatever the data. */
  readonly isConstant: boolean;
  readonly #parts: readonly Part[];

  /** @throws TemplateError for an action that is not understood. */
  constructor(text: string) {
    const pieces = piecesOf(text);
    const reader = new BlockReader(pieces);
    this.#parts = reader.whole();
    this.isConstant = pieces.every((piece) => 'text' in piece);
  }

  /** @throws TemplateError when `data` lacks something, or for a division by zero. */
  render(data: TemplateData, options: RenderOptions = {}): string {
    return this.renderWithOrigin(data, options).text;
  }

  /** The text, which knows from where in the template each piece of it comes. */
  renderWithOrigin(data: TemplateData, options: RenderOptions = {}): Output {
    const output = new Output();
    renderAll(this.#parts, Scope.of(data, options), output);
    return output;
  }
}

/** Texts and actions in turn, white space taken away where a dash says so. */
function piecesOf(text: string): readonly (Text | Action)[] {
  const pieces: (Text | Action)[] = [];
  let end = 0;
  let trimsNext = false;
  const addText = (piece: string, trimsEnd: boolean): void => {
    const left = trimsNext ? piece.trimStart() : piece;
    const start = end + piece.length - left.length;
    pieces.push({ text: trimsEnd ? left.trimEnd() : left, start });
  };
  for (const match of text.matchAll(pattern)) {
    const [all, trimsBefore = '', code = '', trimsAfter = ''] = match;
    addText(text.slice(end, match.index), trimsBefore !== '');
    const start = match.index + 2 + trimsBefore.length;
    if (!/^\s*\/\*/.test(code)) pieces.push({ code, start });
    end = match.index + all.length;
    trimsNext = trimsAfter !== '';
  }
  addText(text.slice(end), false);
  return pieces;
}

function renderAll(parts: readonly Part[], scope: Scope, output: Output): void {
  for (const part of parts) {
    if (typeof part === 'function') part(scope, output);
    else output.add(part.text, part.start);
  }
}

/** Puts what stands between `{{if}}` and `{{end}}` together. */
class BlockReader {
  readonly #pieces: readonly (Text | Action)[];
  /** Templates within the template, by their names. */
  readonly #definitions = new Map<string, readonly Part[]>();
  #at = 0;
  /** How many blocks are open. */
  #depth = 0;

  constructor(pieces: readonly (Text | Action)[]) {
    this.#pieces = pieces;
  }

  whole(): readonly Part[] {
    const { parts, closer } = this.#parts();
    if (closer === undefined) return parts;
    const { word, start } = closer;
    throw new TemplateError(`"${word}" has no block before it`, start);
  }

  /** Until an `else` or `end` that is not of a block inside, which is taken. */
  #parts(): { readonly parts: readonly Part[]; readonly closer: Closer | undefined } {
    const parts: Part[] = [];
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++] as Text | Action;
      if ('text' in piece) {
        parts.push(piece);
        continue;
      }
      const parser = new ExpressionParser(piece.code, piece.start);
      const word = parser.keyword([...openers, ...named, ...refused, 'else', 'end']);
      if (word === 'else' || word === 'end') {
        return { parts, closer: { word, parser, start: piece.start } };
      }
      parts.push(this.#action(word, parser, piece.start));
    }
    return { parts, closer: undefined };
  }

  #action(word: string | undefined, parser: ExpressionParser, start: number): Part {
    switch (word) {
      case undefined:
        return statement(parser, start);
      case 'if':
        return this.#if(parser, start);
      case 'range':
        return this.#range(parser, start);
      case 'with':
        return this.#with(parser, start);
      case 'define':
        return this.#define(parser, start);
      case 'template':
        return this.#template(nameOf(parser, start), parser, start);
      case 'block':
        return this.#block(parser, start);
      default:
        throw new TemplateError(`the action "${word}" is not supported`, start);
    }
  }

  #if(parser: ExpressionParser, start: number): Part {
    const bind = binding(parser);
    const { body, other } = this.#body('if', start);
    return (scope, output) => {
      const inner = scope.inner();
      renderAll(isTrue(bind(inner)) ? body : other, inner, output);
    };
  }

  #with(parser: ExpressionParser, start: number): Part {
    const bind = binding(parser);
    const { body, other } = this.#body('with', start);
    return (scope, output) => {
      const outer = scope.inner();
      const value = bind(outer);
      if (isTrue(value)) renderAll(body, outer.inner({ value }), output);
      else renderAll(other, outer, output);
    };
  }

  #range(parser: ExpressionParser, start: number): Part {
    const { names = [] } = parser.declaration() ?? {};
    const over = parser.pipeline();
    const { body, other } = this.#body('range', start);
    return (scope, output) => {
      const entries = entriesOf(over.evaluate(scope), over.offset);
      if (entries.length === 0) renderAll(other, scope.inner(), output);
      for (const [key, value] of entries) {
        const inner = scope.inner({ value });
        const values = names.length === 1 ? [value] : [key, value];
        for (const [index, name] of names.entries()) inner.declare(name, values[index]);
        renderAll(body, inner, output);
      }
    };
  }

  #define(parser: ExpressionParser, start: number): Part {
    if (this.#depth > 0) throw new TemplateError('a define stands inside a block', start);
    const name = nameOf(parser, start);
    if (!parser.isAtEnd) throw parser.unknown();
    this.#definitions.set(name, this.#body('define', start).body);
    return { text: '', start };
  }

  /** Defined where it is used; what is defined elsewhere under that name comes instead. */
  #block(parser: ExpressionParser, start: number): Part {
    const name = nameOf(parser, start);
    const call = this.#template(name, parser, start);
    const { body } = this.#body('block', start);
    if (!this.#definitions.has(name)) this.#definitions.set(name, body);
    return call;
  }

  #template(name: string, parser: ExpressionParser, start: number): Part {
    const over = parser.isAtEnd ? undefined : parser.pipeline();
    return (scope, output) => {
      const parts = this.#definitions.get(name);
      if (parts === undefined) {
        const known = [...this.#definitions.keys()].map((each) => `"${each}"`).join(', ');
        const message = `no template "${name}" is defined${known === '' ? '' : `, but ${known}`}`;
        throw new TemplateError(message, start);
      }
      const value = over === undefined ? null : over.evaluate(scope);
      renderAll(parts, scope.called(value, start), output);
    };
  }

  /** What stands inside a block, and what stands there otherwise. */
  #body(
    word: string,
    start: number,
  ): { readonly body: readonly Part[]; readonly other: readonly Part[] } {
    this.#depth++;
    const { parts: body, closer } = this.#parts();
    this.#depth--;
    if (closer === undefined) throw new TemplateError(`"${word}" has no end`, start);
    if (closer.word === 'end') return { body, other: [] };
    const next = closer.parser.keyword(openers);
    if (next !== undefined) {
      // `else if` stands for an `else` with an `if` inside, which ends where that ends.
      return { body, other: [this.#action(next, closer.parser, closer.start)] };
    }
    const { parts: other, closer: end } = this.#parts();
    if (end?.word !== 'end') throw new TemplateError(`"${word}" has no end`, start);
    return { body, other };
  }
}

interface Closer {
  readonly word: 'else' | 'end';
  /** Stands behind the word. */
  readonly parser: ExpressionParser;
  readonly start: number;
}

/** The name behind `define`, `template` and `block`. */
function nameOf(parser: ExpressionParser, start: number): string {
  const name = parser.quoted();
  if (name !== undefined) return name;
  throw new TemplateError('a template has a name in quotation marks', start);
}

/** The value of a condition, which may declare a variable. */
function binding(parser: ExpressionParser): (scope: Scope) => TemplateValue {
  const declared = parser.declaration()?.names[0];
  const expression = parser.pipeline();
  return (scope) => {
    const value = expression.evaluate(scope);
    if (declared !== undefined) scope.declare(declared, value);
    return value;
  };
}

/** A variable gets a value, or a value is printed. */
function statement(parser: ExpressionParser, start: number): Part {
  const declared = parser.declaration();
  const expression = parser.pipeline();
  if (declared === undefined) {
    return (scope, output) => output.add(printedValue(expression, scope), start);
  }
  const { names, sign } = declared;
  const [name = ''] = names;
  return (scope) => {
    const value = expression.evaluate(scope);
    if (sign === ':=') scope.declare(name, value);
    else scope.assign(name, value, expression.offset);
  };
}

function printedValue(expression: Expression, scope: Scope): string {
  if (!scope.printsMissing) return printed(given(expression, scope));
  const value = expression.evaluate(scope);
  return value === undefined ? '<no value>' : printed(value);
}

function entriesOf(
  value: TemplateValue,
  offset: number,
): readonly (readonly [TemplateValue, TemplateValue])[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return [...value.entries()];
  if (isMap(value)) {
    const keys = sortedKeys(value);
    return keys.map((key) => [key, value[key]]);
  }
  throw new TemplateError(`range cannot go over ${printed(value)}`, offset);
}
