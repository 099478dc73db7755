// The code inside an action: fields, variables, constants, calls, brackets and pipes.
// Source: Go text/template.

import { ascending } from '../../stats/ascending.js';
import type { Scope } from './scope.js';
import { type TemplateFunction, templateFunctions } from './template-functions.js';
import { memberOf, TemplateError, type TemplateValue } from './template-value.js';

/** Something that has a value. */
export interface Expression {
  /** Where it stands in the text. */
  readonly offset: number;
  readonly evaluate: (scope: Scope) => TemplateValue;
  /** Its name as written, where it may be a value that nobody has given. */
  readonly field?: string;
}

/** The value of an expression. @throws TemplateError where nobody has given one. */
export function given(expression: Expression, scope: Scope): TemplateValue {
  const value = expression.evaluate(scope);
  if (value !== undefined) return value;
  const { field = 'this', offset } = expression;
  throw new TemplateError(`${field} is none of ${scope.known}`, offset);
}

const token =
  /\s*(?:([()|,]|:=|=)|\$(\w*(?:\.\w+)*)|(\.(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?)|(-?\d+(?:\.\d+)?)|"((?:[^"\\]|\\.)*)"|`([^`]*)`|([A-Za-z_]\w*))/y;

/** Reads the code of one action, from its beginning. */
export class ExpressionParser {
  readonly #code: string;
  readonly #start: number;
  #at = 0;

  /** `start`: where the code begins in the text. */
  constructor(code: string, start: number) {
    this.#code = code.trimEnd();
    this.#start = start;
  }

  /** The word at the beginning, which is taken; undefined where there is none of `words`. */
  keyword(words: readonly string[]): string | undefined {
    const found = /^\s*([a-z]+)(?![\w.])/.exec(this.#code.slice(this.#at));
    const word = found?.[1];
    if (word === undefined || !words.includes(word)) return undefined;
    this.#at += found?.[0].length ?? 0;
    return word;
  }

  /** `$i, $v :=`: the names of variables and the sign behind them; undefined for anything else. */
  declaration(): { readonly names: readonly string[]; readonly sign: ':=' | '=' } | undefined {
    const found = /^\s*\$(\w+)(?:\s*,\s*\$(\w+))?\s*(:=|=)/.exec(this.#code.slice(this.#at));
    if (found === null) return undefined;
    const [all, first = '', second, sign] = found;
    this.#at += all.length;
    return { names: second === undefined ? [first] : [first, second], sign: sign as ':=' | '=' };
  }

  /** The text in quotation marks that comes next, which is taken; undefined for anything else. */
  quoted(): string | undefined {
    const found = /^\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`)/.exec(this.#code.slice(this.#at));
    if (found === null) return undefined;
    const offset = this.#here();
    this.#at += found[0].length;
    return found[2] ?? unescaped(found[1] ?? '', offset);
  }

  /** Whether nothing is left. */
  get isAtEnd(): boolean {
    return this.#code.slice(this.#at).trim() === '';
  }

  /** Everything that is left, as one value. */
  pipeline(): Expression {
    const expression = this.#pipe();
    if (!this.isAtEnd) throw this.unknown();
    return expression;
  }

  /** What cannot be read, from here on. */
  unknown(): TemplateError {
    const rest = this.#code.slice(this.#at).trim();
    return new TemplateError(
      `the action "${this.#code.trim()}" is not understood${rest === '' ? '' : ` at "${rest}"`}`,
      this.#here(),
    );
  }

  /** Commands of which each is the last argument of the next. */
  #pipe(): Expression {
    let value = this.#command(undefined);
    while (this.#next() === '|') {
      this.#take();
      value = this.#command(value);
    }
    return value;
  }

  /** A value, or a function with its arguments. */
  #command(piped: Expression | undefined): Expression {
    const offset = this.#here();
    const before = this.#at;
    const [, , , , , , , name] = this.#take();
    const isConstant = name !== undefined && constants.has(name);
    if (name === undefined || isConstant) {
      this.#at = before;
      if (piped !== undefined) throw this.unknown();
      return this.#operand();
    }
    const found = templateFunctions.get(name);
    if (found === undefined) {
      const known = [...templateFunctions.keys()].sort(ascending).join(', ');
      throw new TemplateError(`function "${name}" is not one of ${known}`, offset);
    }
    return this.#call(name, found, offset, piped);
  }

  #call(
    name: string,
    { arity: [least, most], takesMissing = false, call }: TemplateFunction,
    offset: number,
    piped: Expression | undefined,
  ): Expression {
    const values: Expression[] = [];
    while (!this.isAtEnd && !/^\s*[)|]/.test(this.#code.slice(this.#at))) {
      values.push(this.#operand());
    }
    if (piped !== undefined) values.push(piped);
    if (values.length < least || values.length > most) {
      const wanted = least === most ? least : `${least} or more`;
      const message = `${name} takes ${wanted} arguments, not ${values.length}`;
      throw new TemplateError(message, offset);
    }
    const argument = takesMissing
      ? (expression: Expression, scope: Scope) => expression.evaluate(scope)
      : given;
    const evaluate = (scope: Scope): TemplateValue => {
      const args = values.map((expression) => argument(expression, scope));
      try {
        return call(args, scope.callAt(offset));
      } catch (error) {
        throw atFault(error, args, values, offset);
      }
    };
    return { offset, evaluate };
  }

  /** A value by itself: a function needs brackets around it. */
  #operand(): Expression {
    const offset = this.#here();
    const before = this.#at;
    const [, sign, variable, field, number, text, raw, name] = this.#take();
    if (sign === '(') return this.#inBrackets(offset);
    if (variable !== undefined) {
      const [own = '', ...steps] = variable.split('.');
      const evaluate = (scope: Scope): TemplateValue => scope.variable(own, steps, offset);
      return { offset, evaluate, field: `$${variable}` };
    }
    if (field !== undefined) {
      const steps = field.split('.').filter((step) => step !== '');
      return { offset, evaluate: (scope) => scope.field(steps), field };
    }
    if (number !== undefined) return constant(offset, Number(number));
    if (text !== undefined) return constant(offset, unescaped(text, offset));
    if (raw !== undefined) return constant(offset, raw);
    if (name !== undefined && constants.has(name)) return constant(offset, constants.get(name));
    this.#at = before;
    throw this.unknown();
  }

  #inBrackets(offset: number): Expression {
    const inner = this.#pipe();
    if (this.#next() !== ')') throw this.unknown();
    this.#take();
    const steps = /^\.[A-Za-z_][\w.]*/.exec(this.#code.slice(this.#at))?.[0];
    if (steps === undefined) return inner;
    this.#at += steps.length;
    const names = steps.slice(1).split('.');
    return { offset, evaluate: (scope) => names.reduce(memberOf, inner.evaluate(scope)) };
  }

  #next(): string | undefined {
    return /^\s*(\S)/.exec(this.#code.slice(this.#at))?.[1];
  }

  #take(): RegExpExecArray {
    token.lastIndex = this.#at;
    const found = token.exec(this.#code);
    if (found === null) throw this.unknown();
    this.#at = token.lastIndex;
    return found;
  }

  /** Where the next token begins. */
  #here(): number {
    const rest = this.#code.slice(this.#at);
    return this.#start + this.#at + rest.length - rest.trimStart().length;
  }
}

const constants: ReadonlyMap<string, TemplateValue> = new Map<string, TemplateValue>([
  ['true', true],
  ['false', false],
  ['nil', null],
]);

function constant(offset: number, value: TemplateValue): Expression {
  return { offset, evaluate: () => value };
}

function unescaped(text: string, offset: number): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw new TemplateError(`the text "${text}" has an escape that is not understood`, offset);
  }
}

/** A fault of one argument is told where that stands. */
function atFault(
  error: unknown,
  args: readonly TemplateValue[],
  values: readonly Expression[],
  offset: number,
): unknown {
  if (!(error instanceof TemplateError) || error.offset !== offset) return error;
  const index = args.findIndex((arg) => error.message.startsWith(`${JSON.stringify(arg)} is no `));
  return new TemplateError(error.message, values[index]?.offset ?? offset);
}
