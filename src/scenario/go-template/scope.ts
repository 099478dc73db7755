// What an action of a template can see while it is rendered: the data, the value at hand (the dot),
// variables, and where random numbers come from.

import type { RandomStream } from '../../kernel/random-stream.js';
import type { CallContext } from './template-functions.js';
import {
  isMap,
  memberOf,
  type TemplateData,
  TemplateError,
  type TemplateValue,
} from './template-value.js';

/** What a template may use beside its data. */
export interface RenderOptions {
  /** For functions such as RandIntRange; a template that calls one is refused without it. */
  readonly random?: RandomStream;
  /** Whether a value that nobody has given is printed as `<no value>`; an error otherwise. */
  readonly printsMissing?: boolean;
  /** Variables of the environment by name, as `env` reads them. */
  readonly environment?: ReadonlyMap<string, string>;
}

/** Templates within templates, at most. */
const deepestCall = 100;

/** What a template was called with, and within how many others. */
interface Call {
  readonly value: TemplateValue;
  readonly depth: number;
}

interface Variable {
  readonly name: string;
  value: TemplateValue;
}

/** Blocks see the variables of the blocks around them, and change them. */
export class Scope {
  readonly #data: TemplateData;
  readonly #options: RenderOptions;
  readonly #outer: Scope | undefined;
  readonly #variables: Variable[] = [];
  /** Undefined: the data as a whole. */
  readonly #dot: { readonly value: TemplateValue } | undefined;
  /** Undefined outside of templates that are called. */
  readonly #call: Call | undefined;

  private constructor(
    data: TemplateData,
    options: RenderOptions,
    outer: Scope | undefined,
    dot: { readonly value: TemplateValue } | undefined,
    call: Call | undefined,
  ) {
    this.#data = data;
    this.#options = options;
    this.#outer = outer;
    this.#dot = dot;
    this.#call = call;
  }

  static of(data: TemplateData, options: RenderOptions): Scope {
    return new Scope(data, options, undefined, undefined, undefined);
  }

  /**
   * For a template that is called at `offset`: it sees nothing but the value that it is given.
   * @throws TemplateError where templates call each other without end.
   */
  called(value: TemplateValue, offset: number): Scope {
    const depth = (this.#call?.depth ?? 0) + 1;
    if (depth > deepestCall) throw new TemplateError('templates call each other', offset);
    const data = new Map(isMap(value) ? Object.entries(value) : []);
    return new Scope(data, this.#options, undefined, { value }, { value, depth });
  }

  /** For a block; with a dot of its own where one is given. */
  inner(dot?: { readonly value: TemplateValue }): Scope {
    return new Scope(this.#data, this.#options, this, dot ?? this.#dot, this.#call);
  }

  declare(name: string, value: TemplateValue): void {
    this.#variables.push({ name, value });
  }

  /** @throws TemplateError where no such variable is declared. */
  assign(name: string, value: TemplateValue, offset: number): void {
    this.#find(name, offset).value = value;
  }

  /** The value of `$name`, or of a member of it. */
  variable(name: string, steps: readonly string[], offset: number): TemplateValue {
    if (name === '') return this.#root(steps);
    return steps.reduce(memberOf, this.#find(name, offset).value);
  }

  /** The value of `.a.b`; undefined where nobody has given one. */
  field(steps: readonly string[]): TemplateValue {
    if (this.#dot === undefined) return this.#root(steps);
    return steps.reduce(memberOf, this.#dot.value);
  }

  get printsMissing(): boolean {
    return this.#options.printsMissing === true;
  }

  /** What fields there are, for messages. */
  get known(): string {
    return [...this.#data.keys()].map((key) => `.${key}`).join(', ');
  }

  /** What a function that is called at `offset` may draw from. */
  callAt(offset: number): CallContext {
    const { random, environment } = this.#options;
    return {
      offset,
      random: () => {
        if (random !== undefined) return random;
        throw new TemplateError('random values have no place here', offset);
      },
      environment: (name) => environment?.get(name) ?? '',
    };
  }

  /** What `$` stands for: what a template that is called was given, else the data. */
  #root(steps: readonly string[]): TemplateValue {
    if (this.#call !== undefined) return steps.reduce(memberOf, this.#call.value);
    const [first, ...others] = steps;
    if (first === undefined) return Object.fromEntries(this.#data);
    return others.reduce(memberOf, this.#data.get(first));
  }

  #find(name: string, offset: number): Variable {
    const found =
      this.#variables.findLast((each) => each.name === name) ?? this.#outer?.findFrom(name);
    if (found !== undefined) return found;
    throw new TemplateError(`there is no variable $${name}`, offset);
  }

  findFrom(name: string): Variable | undefined {
    return this.#variables.findLast((each) => each.name === name) ?? this.#outer?.findFrom(name);
  }
}
