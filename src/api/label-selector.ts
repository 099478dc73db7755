/**
 * Selecting objects by their labels, in both of the API's forms: the structured `LabelSelector` and
 * the text that `kubectl -l` and list requests take.
 *
 * Source: Kubernetes v1.36 apimachinery `labels/selector.go` and `meta/v1` helpers.
 */

import type { Labels } from './object-meta.js';

/** One requirement on a label key. */
export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** All of its requirements must hold. The empty selector selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** Whether labels satisfy a selector. Absent labels are the same as none. */
export type LabelMatcher = (labels: Labels | undefined) => boolean;

/** A requirement in the form that is evaluated; `Gt` and `Lt` occur in text and on nodes only. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** Thrown for selector text that cannot be read. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

const noLabels: Labels = {};
const integerPattern = /^[+-]?[0-9]+$/;

/** Integers of labels are compared exactly, as int64; undefined when the text is no integer. */
function integerOf(text: string | undefined): bigint | undefined {
  if (text === undefined || !integerPattern.test(text)) return undefined;
  const integer = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/**
 * Whether one requirement holds. `NotIn` and `DoesNotExist` hold when the key is absent; `Gt` and
 * `Lt` hold only when both sides are integers. Linear in the number of values.
 */
export function requirementHolds(requirement: LabelRequirement, labels: Labels): boolean {
  const value = labelOf(labels, requirement.key);
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const left = integerOf(value);
      const right = integerOf(requirement.values[0]);
      if (left === undefined || right === undefined) return false;
      return requirement.operator === 'Gt' ? left > right : left < right;
    }
  }
}

/** A matcher for the conjunction of requirements; none of them matches everything. */
export function matcherOf(requirements: readonly LabelRequirement[]): LabelMatcher {
  const [first, second] = requirements;
  if (first === undefined) return () => true;
  // Nearly all selectors state one label; a direct call spares the loop on the hottest path.
  if (second === undefined) return (labels) => requirementHolds(first, labels ?? noLabels);
  return (labels) => requirements.every((each) => requirementHolds(each, labels ?? noLabels));
}

/**
 * The requirements of a structured selector: matchLabels in order of their keys, then
 * matchExpressions in the order written.
 */
export function labelRequirements(selector: LabelSelector): readonly LabelRequirement[] {
  const matchLabels = selector.matchLabels ?? {};
  const keys = Object.keys(matchLabels).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const equal = keys.map<LabelRequirement>((key) => ({
    key,
    operator: 'In',
    values: [matchLabels[key] ?? ''],
  }));
  const expressions = (selector.matchExpressions ?? []).map<LabelRequirement>((expression) => ({
    key: expression.key,
    operator: expression.operator,
    values: expression.values ?? [],
  }));
  return [...equal, ...expressions];
}

const compiled = new WeakMap<LabelSelector, LabelMatcher>();
const matchesNothing: LabelMatcher = () => false;

/**
 * The matcher of a structured selector: absent matches nothing, empty matches everything.
 * Memoised on the selector object.
 */
export function compileLabelSelector(selector: LabelSelector | null | undefined): LabelMatcher {
  if (selector === undefined || selector === null) return matchesNothing;
  let matcher = compiled.get(selector);
  if (matcher === undefined) {
    matcher = matcherOf(labelRequirements(selector));
    compiled.set(selector, matcher);
  }
  return matcher;
}

/**
 * The matcher of an equality selector as Services and ReplicationControllers have it: an absent or
 * empty one matches nothing, because such a Service has no endpoints of its own making.
 */
export function compileEqualitySelector(
  selector: Readonly<Record<string, string>> | undefined,
): LabelMatcher {
  if (selector === undefined || Object.keys(selector).length === 0) return matchesNothing;
  return matcherOf(labelRequirements({ matchLabels: selector }));
}

interface Cursor {
  readonly text: string;
  readonly tokens: readonly string[];
  position: number;
}

const tokenPattern = /==|!=|[=!<>(),]|[^\s=!<>(),]+/g;
const specialToken = /^[=!<>(),]/;

function isWord(token: string | undefined): token is string {
  return token !== undefined && !specialToken.test(token);
}

function failure(cursor: Cursor, expected: string): SelectorError {
  const found = cursor.tokens[cursor.position] ?? '';
  return new SelectorError(
    `unable to parse requirement: found '${found}', expected: ${expected} (in "${cursor.text}")`,
  );
}

function readKey(cursor: Cursor): string {
  const token = cursor.tokens[cursor.position];
  if (!isWord(token)) throw failure(cursor, 'identifier');
  cursor.position += 1;
  return token;
}

/** A value may be left out: `a=` and `a=,b` mean the empty string. */
function readOptionalWord(cursor: Cursor): string {
  const token = cursor.tokens[cursor.position];
  if (!isWord(token)) return '';
  cursor.position += 1;
  return token;
}

function readValueList(cursor: Cursor): readonly string[] {
  if (cursor.tokens[cursor.position] !== '(') throw failure(cursor, "'('");
  cursor.position += 1;
  const values: string[] = [];
  for (;;) {
    values.push(readOptionalWord(cursor));
    const token = cursor.tokens[cursor.position];
    cursor.position += 1;
    if (token === ')') return values;
    if (token !== ',') {
      cursor.position -= 1;
      throw failure(cursor, "',' or ')'");
    }
  }
}

function readRequirement(cursor: Cursor): LabelRequirement {
  if (cursor.tokens[cursor.position] === '!') {
    cursor.position += 1;
    return { key: readKey(cursor), operator: 'DoesNotExist', values: [] };
  }
  const key = readKey(cursor);
  const token = cursor.tokens[cursor.position];
  if (token === undefined || token === ',') return { key, operator: 'Exists', values: [] };
  cursor.position += 1;
  switch (token) {
    case 'in':
      return { key, operator: 'In', values: readValueList(cursor) };
    case 'notin':
      return { key, operator: 'NotIn', values: readValueList(cursor) };
    case '=':
    case '==':
      return { key, operator: 'In', values: [readOptionalWord(cursor)] };
    case '!=':
      return { key, operator: 'NotIn', values: [readOptionalWord(cursor)] };
    case '>':
    case '<': {
      const value = readOptionalWord(cursor);
      if (integerOf(value) === undefined) {
        throw new SelectorError(
          `Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
        );
      }
      return { key, operator: token === '>' ? 'Gt' : 'Lt', values: [value] };
    }
    default:
      cursor.position -= 1;
      throw failure(cursor, 'in, notin, =, ==, !=, gt, lt');
  }
}

/**
 * Reads a text selector such as `a=b,c!=d,e in (x,y),!f,g`. The empty text has no requirements and
 * so matches everything. Linear in the length of the text.
 *
 * @throws SelectorError naming what was found and what was expected.
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  const cursor: Cursor = { text, tokens: text.match(tokenPattern) ?? [], position: 0 };
  const requirements: LabelRequirement[] = [];
  while (cursor.position < cursor.tokens.length) {
    requirements.push(readRequirement(cursor));
    if (cursor.position === cursor.tokens.length) break;
    if (cursor.tokens[cursor.position] !== ',') throw failure(cursor, "',' or 'end of string'");
    cursor.position += 1;
    if (cursor.position === cursor.tokens.length) throw failure(cursor, "identifier after ','");
  }
  return requirements;
}
