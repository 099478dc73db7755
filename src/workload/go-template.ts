// Go templates as far as the files of scheduler_perf use them: text with actions such as
// `{{.Index}}`, `{{ Mod .Index 12 }}` or `{{ AddInt (MultiplyInt .Index 2) 1 }}`.
// Left out: control actions (if, range, with, define), pipes, variables; a template that has one
// is refused. Source: Go text/template; Kubernetes v1.36 test/integration/scheduler_perf/create.go.

/** What an action may read: `.Index` is `Index`. */
export type TemplateData = ReadonlyMap<string, number | string | boolean>;

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

type Value = number | string | boolean;

interface Expression {
  readonly offset: number;
  readonly evaluate: (data: TemplateData) => Value;
}

type Arithmetic = (numbers: readonly number[], offset: number) => number;

const sum: Arithmetic = (numbers) => numbers.reduce((total, each) => total + each, 0);
const product: Arithmetic = (numbers) => numbers.reduce((total, each) => total * each, 1);
const difference: Arithmetic = ([a = 0, b = 0]) => a - b;
const quotient: Arithmetic = ([a = 0, b = 0], offset) => {
  if (b === 0) throw new TemplateError('division by zero', offset);
  return a / b;
};
const remainder: Arithmetic = ([a = 0, b = 0], offset) => {
  if (Math.trunc(b) === 0) throw new TemplateError('division by zero', offset);
  return Math.trunc(a) % Math.trunc(b);
};
/** Go converts to int by cutting the fraction off. */
const whole =
  (arithmetic: Arithmetic): Arithmetic =>
  (numbers, offset) =>
    Math.trunc(arithmetic(numbers, offset));

interface TemplateFunction {
  readonly arithmetic: Arithmetic;
  /** Number of arguments; undefined: any. */
  readonly arity: number | undefined;
}

const functions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['AddFloat', { arithmetic: sum, arity: undefined }],
  ['AddInt', { arithmetic: whole(sum), arity: undefined }],
  ['DivideFloat', { arithmetic: quotient, arity: 2 }],
  ['DivideInt', { arithmetic: whole(quotient), arity: 2 }],
  ['Mod', { arithmetic: remainder, arity: 2 }],
  ['MultiplyFloat', { arithmetic: product, arity: undefined }],
  ['MultiplyInt', { arithmetic: whole(product), arity: undefined }],
  ['SubtractFloat', { arithmetic: difference, arity: 2 }],
  ['SubtractInt', { arithmetic: whole(difference), arity: 2 }],
]);

const action = /\{\{(-?)([\s\S]*?)(-?)\}\}/g;
const token = /\s*(?:([()])|\.([A-Za-z_]\w*)|(-?\d+(?:\.\d+)?)|"([^"]*)"|([A-Za-z_]\w*))/y;

/** A text with holes; `render` fills them. */
export class GoTemplate {
  /** Whether it renders to the same text whatever the data. */
  readonly isConstant: boolean;
  readonly #parts: readonly (string | Expression)[];

  /** @throws TemplateError for an action that is not understood. */
  constructor(text: string) {
    const parts: (string | Expression)[] = [];
    let end = 0;
    let trimsNext = false;
    const addText = (piece: string, trimsEnd: boolean): void => {
      const left = trimsNext ? piece.trimStart() : piece;
      parts.push(trimsEnd ? left.trimEnd() : left);
    };
    for (const match of text.matchAll(action)) {
      const [all, trimsBefore = '', code = '', trimsAfter = ''] = match;
      addText(text.slice(end, match.index), trimsBefore !== '');
      const start = match.index + 2 + trimsBefore.length;
      if (!/^\s*\/\*/.test(code)) parts.push(new ActionParser(code, start).parse());
      end = match.index + all.length;
      trimsNext = trimsAfter !== '';
    }
    addText(text.slice(end), false);
    this.#parts = parts;
    this.isConstant = parts.every((part) => typeof part === 'string');
  }

  /** @throws TemplateError when `data` lacks something, or for a division by zero. */
  render(data: TemplateData): string {
    return this.#parts
      .map((part) => (typeof part === 'string' ? part : String(part.evaluate(data))))
      .join('');
  }
}

class ActionParser {
  readonly #code: string;
  readonly #start: number;
  #at = 0;

  constructor(code: string, start: number) {
    this.#code = code.trimEnd();
    this.#start = start;
  }

  parse(): Expression {
    const expression = this.#command();
    if (this.#at < this.#code.length) throw this.#unknown();
    return expression;
  }

  /** A value, or a function with its arguments. */
  #command(): Expression {
    const offset = this.#here();
    const [, bracket, field, number, text, name] = this.#take();
    if (bracket === '(') return this.#inBrackets();
    if (field !== undefined) return fieldNamed(field, offset);
    if (number !== undefined) return { offset, evaluate: () => Number(number) };
    if (text !== undefined) return { offset, evaluate: () => text };
    if (name === 'true' || name === 'false') return { offset, evaluate: () => name === 'true' };
    const found = functions.get(name ?? '');
    if (found === undefined) {
      const known = [...functions.keys()].join(', ');
      throw new TemplateError(`function "${name ?? ''}" is not one of ${known}`, offset);
    }
    return this.#call(name ?? '', found, offset);
  }

  #inBrackets(): Expression {
    const inner = this.#command();
    if (this.#take()[1] !== ')') throw this.#unknown();
    return inner;
  }

  #call(name: string, { arithmetic, arity }: TemplateFunction, offset: number): Expression {
    const values: Expression[] = [];
    while (this.#at < this.#code.length && !/^\s*\)/.test(this.#code.slice(this.#at))) {
      values.push(this.#argument());
    }
    if (arity !== undefined && values.length !== arity) {
      const message = `${name} takes ${arity} arguments, not ${values.length}`;
      throw new TemplateError(message, offset);
    }
    const evaluate = (data: TemplateData): number =>
      arithmetic(
        values.map((value) => numberOf(value, data)),
        offset,
      );
    return { offset, evaluate };
  }

  /** Like a command, but a function needs brackets around it. */
  #argument(): Expression {
    const before = this.#at;
    const [, , , , , name] = this.#take();
    this.#at = before;
    if (name !== undefined && functions.has(name)) throw this.#unknown();
    return this.#command();
  }

  #take(): RegExpExecArray {
    token.lastIndex = this.#at;
    const found = token.exec(this.#code);
    if (found === null) throw this.#unknown();
    this.#at = token.lastIndex;
    return found;
  }

  #unknown(): TemplateError {
    const rest = this.#code.slice(this.#at).trim();
    return new TemplateError(
      `the action "${this.#code.trim()}" is not understood${rest === '' ? '' : ` at "${rest}"`}`,
      this.#here(),
    );
  }

  /** Where the next token begins. */
  #here(): number {
    const rest = this.#code.slice(this.#at);
    return this.#start + this.#at + rest.length - rest.trimStart().length;
  }
}

function fieldNamed(name: string, offset: number): Expression {
  const evaluate = (data: TemplateData): Value => {
    const value = data.get(name);
    if (value !== undefined) return value;
    const known = [...data.keys()].map((key) => `.${key}`).join(', ');
    throw new TemplateError(`.${name} is none of ${known}`, offset);
  };
  return { offset, evaluate };
}

function numberOf({ offset, evaluate }: Expression, data: TemplateData): number {
  const value = evaluate(data);
  const number = typeof value === 'boolean' || value === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new TemplateError(`${JSON.stringify(value)} is no number`, offset);
}
