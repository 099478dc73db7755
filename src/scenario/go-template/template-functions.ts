// The functions that templates may call, by name: Go's own, those of ClusterLoader2 and
// scheduler_perf (`AddInt`, `DefaultParam`), and those of Sprig that kube-burner's files use.
// Left out: everything that reads files, the network or the clock.
// Source: Go text/template; perf-tests clusterloader2/pkg/config/template_functions.go; Sprig 3.

import { Buffer } from 'node:buffer';
import type { RandomStream } from '../../kernel/random-stream.js';
import { formatted } from './formatted.js';
import {
  isMap,
  isTrue,
  memberOf,
  numberOf,
  printed,
  TemplateError,
  type TemplateValue,
} from './template-value.js';

/** Where a call stands, and what it may draw from. */
export interface CallContext {
  /** In the text, in UTF-16 code units. */
  readonly offset: number;
  /** @throws TemplateError where a template must come out the same each time. */
  random(): RandomStream;
  /** A variable of the environment; '' when it is not given. */
  environment(name: string): string;
}

/** A function of templates. */
export interface TemplateFunction {
  /** Fewest and most arguments. */
  readonly arity: readonly [least: number, most: number];
  /** Whether an argument may be a value that nobody has given. */
  readonly takesMissing?: boolean;
  readonly call: (args: readonly TemplateValue[], context: CallContext) => TemplateValue;
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
const most: Arithmetic = (numbers) => Math.max(...numbers);
const least: Arithmetic = (numbers) => Math.min(...numbers);

/** Go converts to int by cutting the fraction off. */
const whole =
  (arithmetic: Arithmetic): Arithmetic =>
  (numbers, offset) =>
    Math.trunc(arithmetic(numbers, offset));

const many = Number.POSITIVE_INFINITY;

function ofNumbers(arithmetic: Arithmetic, arity: TemplateFunction['arity']): TemplateFunction {
  const call: TemplateFunction['call'] = (args, { offset }) =>
    // Adding 0 turns -0, which Go's integers do not have, into 0.
    arithmetic(
      args.map((arg) => numberOf(arg, offset)),
      offset,
    ) + 0;
  return { arity, call };
}

function ofValues(
  fewest: number,
  largest: number,
  of: (...args: readonly TemplateValue[]) => TemplateValue,
): TemplateFunction {
  return { arity: [fewest, largest], takesMissing: true, call: (args) => of(...args) };
}

function comparison(holds: (order: number) => boolean): TemplateFunction {
  const call: TemplateFunction['call'] = ([a, b], { offset }) => {
    if (typeof a === 'string' && typeof b === 'string') {
      return holds(a < b ? -1 : Number(a > b));
    }
    return holds(numberOf(a, offset) - numberOf(b, offset));
  };
  return { arity: [2, 2], call };
}

function isSame(a: TemplateValue, b: TemplateValue): boolean {
  return a === b || (a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b));
}

const counted = (count: TemplateValue, { offset }: CallContext): readonly number[] => {
  const length = Math.trunc(numberOf(count, offset));
  if (length > 1_000_000) throw new TemplateError(`a loop of ${length} rounds`, offset);
  return Array.from({ length: Math.max(0, length) }, (_, index) => index);
};

/** From `low` to before `high`. */
const drawn = (low: number, high: number, context: CallContext): number =>
  high <= low ? low : low + context.random().below(high - low);

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function drawnText(alphabet: string): TemplateFunction {
  const call: TemplateFunction['call'] = ([length], context) => {
    const random = context.random();
    return counted(length, context)
      .map(() => alphabet[random.below(alphabet.length)])
      .join('');
  };
  return { arity: [1, 1], call };
}

/** Text of a length that depends on its seed only; what it says does not matter. */
function filler(length: TemplateValue, seed: string, context: CallContext): string {
  const size = counted(length, context).length;
  return `${seed}-`.repeat(Math.ceil(size / (seed.length + 1))).slice(0, size);
}

function indexed(value: TemplateValue, keys: readonly TemplateValue[], offset: number) {
  let found = value;
  for (const key of keys) {
    if (Array.isArray(found)) found = found[numberOf(key, offset)] as TemplateValue;
    else found = memberOf(found, printed(key));
    if (found === undefined) throw new TemplateError(`there is no ${printed(key)} in it`, offset);
  }
  return found;
}

function lengthOf(value: TemplateValue, offset: number): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new TemplateError(`${printed(value)} has no length`, offset);
}

function dictionary(args: readonly TemplateValue[]): TemplateValue {
  const pairs = args.flatMap((key, index) =>
    index % 2 === 0 ? [[printed(key), args[index + 1] ?? ''] as const] : [],
  );
  return Object.fromEntries(pairs);
}

const texts = (of: (...texts: readonly string[]) => TemplateValue): TemplateFunction['call'] => {
  return (args) => of(...args.map(printed));
};

const ownOfGo: readonly (readonly [string, TemplateFunction])[] = [
  ['and', ofValues(1, many, (...args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1))],
  ['or', ofValues(1, many, (...args) => args.find(isTrue) ?? args.at(-1))],
  ['not', ofValues(1, 1, (arg) => !isTrue(arg))],
  ['eq', ofValues(2, many, (first, ...others) => others.some((each) => isSame(first, each)))],
  ['ne', ofValues(2, 2, (a, b) => !isSame(a, b))],
  ['lt', comparison((order) => order < 0)],
  ['le', comparison((order) => order <= 0)],
  ['gt', comparison((order) => order > 0)],
  ['ge', comparison((order) => order >= 0)],
  ['index', { arity: [1, many], call: ([of, ...by], { offset }) => indexed(of, by, offset) }],
  ['len', { arity: [1, 1], call: ([value], { offset }) => lengthOf(value, offset) }],
  ['print', { arity: [0, many], call: texts((...all) => all.join('')) }],
  ['printf', { arity: [1, many], call: ([format, ...args]) => formatted(printed(format), args) }],
];

const ofClusterLoader: readonly (readonly [string, TemplateFunction])[] = [
  ['AddFloat', ofNumbers(sum, [0, many])],
  ['AddInt', ofNumbers(whole(sum), [0, many])],
  ['Ceil', ofNumbers(([a = 0]) => Math.ceil(a), [1, 1])],
  ['Concat', { arity: [0, many], call: texts((...all) => all.join('')) }],
  ['DefaultParam', ofValues(2, 2, (value, other) => value ?? other)],
  ['DivideFloat', ofNumbers(quotient, [2, 2])],
  ['DivideInt', ofNumbers(whole(quotient), [2, 2])],
  ['IfThenElse', ofValues(3, 3, (condition, then, other) => (isTrue(condition) ? then : other))],
  ['Loop', { arity: [1, 1], call: ([count], context) => counted(count, context) }],
  ['MaxFloat', ofNumbers(most, [1, many])],
  ['MaxInt', ofNumbers(whole(most), [1, many])],
  ['MinFloat', ofNumbers(least, [1, many])],
  ['MinInt', ofNumbers(whole(least), [1, many])],
  ['Mod', ofNumbers(remainder, [2, 2])],
  ['MultiplyFloat', ofNumbers(product, [0, many])],
  ['MultiplyInt', ofNumbers(whole(product), [0, many])],
  ['RandData', { arity: [1, 1], call: ([length], context) => filler(length, 'data', context) }],
  [
    'RandDataWithSeed',
    { arity: [2, 2], call: ([length, seed], on) => filler(length, printed(seed), on) },
  ],
  ['RandInt', { arity: [1, 1], call: ([n], on) => drawn(0, numberOf(n, on.offset), on) }],
  [
    'RandIntRange',
    {
      arity: [2, 2],
      call: ([low, high], on) => drawn(numberOf(low, on.offset), numberOf(high, on.offset), on),
    },
  ],
  ['SubtractFloat', ofNumbers(difference, [2, 2])],
  ['SubtractInt', ofNumbers(whole(difference), [2, 2])],
  ['YamlQuote', { arity: [1, 2], call: ([value]) => JSON.stringify(printed(value)) }],
];

const ofSprig: readonly (readonly [string, TemplateFunction])[] = [
  ['add', ofNumbers(whole(sum), [1, many])],
  [
    'append',
    {
      arity: [2, 2],
      call: ([values, value]) => [...((values ?? []) as readonly TemplateValue[]), value],
    },
  ],
  ['b64enc', { arity: [1, 1], call: texts((text = '') => Buffer.from(text).toString('base64')) }],
  ['default', ofValues(2, 2, (other, value) => (isTrue(value) ? value : other))],
  ['dict', { arity: [0, many], call: dictionary }],
  ['div', ofNumbers(whole(quotient), [2, 2])],
  ['env', { arity: [1, 1], call: ([name], context) => context.environment(printed(name)) }],
  ['indent', { arity: [2, 2], call: ([by, text], on) => indented(text, by, on) }],
  ['int', ofNumbers(whole(sum), [1, 1])],
  ['join', { arity: [2, 2], call: ([by, of]) => joined(of, printed(by)) }],
  ['list', { arity: [0, many], call: (args) => args }],
  ['lower', { arity: [1, 1], call: texts((text = '') => text.toLowerCase()) }],
  ['max', ofNumbers(whole(most), [1, many])],
  ['min', ofNumbers(whole(least), [1, many])],
  ['mod', ofNumbers(remainder, [2, 2])],
  ['mul', ofNumbers(whole(product), [1, many])],
  ['nindent', { arity: [2, 2], call: ([by, text], on) => `\n${indented(text, by, on)}` }],
  ['quote', { arity: [1, 1], call: texts((text) => JSON.stringify(text)) }],
  ['randAlpha', drawnText(letters)],
  ['randAlphaNum', drawnText(`${letters}0123456789`)],
  [
    'randInt',
    {
      arity: [2, 2],
      call: ([low, high], on) => drawn(numberOf(low, on.offset), numberOf(high, on.offset), on),
    },
  ],
  ['sub', ofNumbers(whole(difference), [2, 2])],
  ['ternary', ofValues(3, 3, (then, other, condition) => (isTrue(condition) ? then : other))],
  ['toJson', { arity: [1, 1], call: ([value]) => JSON.stringify(value) }],
  ['toString', { arity: [1, 1], call: texts((text) => text) }],
  ['until', { arity: [1, 1], call: ([count], context) => counted(count, context) }],
  ['upper', { arity: [1, 1], call: texts((text = '') => text.toUpperCase()) }],
];

/** Every line with so many blanks before it. */
function indented(text: TemplateValue, by: TemplateValue, context: CallContext): string {
  const blanks = ' '.repeat(counted(by, context).length);
  return blanks + printed(text).replaceAll('\n', `\n${blanks}`);
}

function joined(values: TemplateValue, by: string): string {
  return Array.isArray(values) ? values.map(printed).join(by) : printed(values);
}

/** Every function by its name. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map([
  ...ownOfGo,
  ...ofClusterLoader,
  ...ofSprig,
]);
