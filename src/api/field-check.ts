/**
 * Strict decoding: unknown fields and wrong JSON types, found by walking an object along its shape.
 *
 * Left out: field names that differ only in case are unknown here as they are to the API server;
 * binary data is not checked to be base64.
 *
 * Source: Kubernetes v1.36 apimachinery strict decoding (`unknown field "spec.foo"`).
 */

import { didYouMean } from './did-you-mean.js';
import { type FieldPath, formatPath } from './field-path.js';
import { type FieldProblem, invalidValue, type ProblemList, quoteValue } from './field-problem.js';
import { problemCodes } from './problem.js';
import { isCountableQuantity, quantityProblem } from './quantity.js';
import { type FieldType, messageShape } from './shape.js';
import { isTimestamp } from './timestamp.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object: neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const expectedWords: Readonly<Record<FieldType['type'], string>> = {
  string: 'a string',
  boolean: 'a boolean (true or false)',
  int32: 'an integer (int32)',
  int64: 'an integer (int64)',
  quantity: 'a quantity such as 500m or 1Gi',
  intOrString: 'an integer or a string',
  time: 'a timestamp such as 2026-01-31T12:00:00Z',
  resourceVersion: 'a string',
  any: 'anything',
  list: 'a list',
  map: 'a map',
  message: 'an object',
};

function describeFound(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isJsonObject(value)) return 'an object';
  switch (typeof value) {
    case 'string':
      return `the string ${quoteValue(value)}`;
    case 'number':
      return `the number ${quoteValue(value)}`;
    case 'boolean':
      return `the boolean ${quoteValue(value)}`;
    default:
      return 'a value of another kind';
  }
}

/** What would have been meant: a quoted number, an unquoted string, a single item for a list. */
function suggestedValue(value: unknown, type: FieldType): string | undefined {
  const wantsText = type.type === 'string' || type.type === 'resourceVersion';
  if (wantsText && (typeof value === 'number' || typeof value === 'boolean')) return `"${value}"`;
  if (typeof value !== 'string') return undefined;
  if (type.type === 'int32' || type.type === 'int64') {
    return /^-?[0-9]+$/.test(value) ? value : undefined;
  }
  if (type.type === 'boolean') {
    return /^(true|false)$/i.test(value) ? value.toLowerCase() : undefined;
  }
  if (type.type === 'list' && type.element.type === 'string') return `[${quoteValue(value)}]`;
  return undefined;
}

function wrongType(path: FieldPath, value: unknown, type: FieldType): FieldProblem {
  const expected = expectedWords[type.type];
  const suggestion = suggestedValue(value, type);
  const last = path.at(-1);
  return {
    path,
    code: problemCodes.wrongType,
    severity: 'error',
    message: `found ${describeFound(value)}, expected ${expected}`,
    expected,
    ...(suggestion === undefined
      ? {}
      : { suggestion: typeof last === 'string' ? `${last}: ${suggestion}` : suggestion }),
  };
}

function isInteger(value: unknown, bits: 32 | 64): boolean {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  return bits === 64 || (value >= -2_147_483_648 && value <= 2_147_483_647);
}

function hasScalarType(value: unknown, type: FieldType['type']): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'resourceVersion':
      return typeof value === 'string' || isInteger(value, 64);
    case 'boolean':
      return typeof value === 'boolean';
    case 'int32':
      return isInteger(value, 32);
    case 'int64':
      return isInteger(value, 64);
    case 'intOrString':
      return typeof value === 'string' || isInteger(value, 32);
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number';
    case 'time':
      return typeof value === 'string' ? isTimestamp(value) : isInteger(value, 64);
    default:
      return true;
  }
}

function checkQuantity(value: unknown, path: FieldPath, problems: ProblemList): void {
  const text = String(value).trim();
  const problem = quantityProblem(text);
  if (problem !== undefined) problems.push(invalidValue(path, value, problem));
  else if (!isCountableQuantity(text, path.at(-1) === 'cpu' ? 'thousandths' : 'units')) {
    // Not the API server's rule: it counts to 2^63, this simulator to 2^53.
    problems.push(invalidValue(path, value, 'is too large for the simulator to count'));
  }
}

function checkValue(value: unknown, type: FieldType, path: FieldPath, problems: ProblemList): void {
  // Null is the same as absent everywhere, except that a list cannot hold it.
  if (value === null || value === undefined) return;
  switch (type.type) {
    case 'list':
      if (!Array.isArray(value)) problems.push(wrongType(path, value, type));
      else {
        for (const [index, item] of value.entries()) {
          if (item === null) problems.push(wrongType([...path, index], item, type.element));
          else checkValue(item, type.element, [...path, index], problems);
        }
      }
      return;
    case 'map':
      if (!isJsonObject(value)) problems.push(wrongType(path, value, type));
      else {
        for (const key of sortedKeys(value)) {
          checkValue(value[key], type.element, [...path, key], problems);
        }
      }
      return;
    case 'message':
      if (isJsonObject(value)) checkMessage(value, type.message, path, problems);
      else problems.push(wrongType(path, value, type));
      return;
    default:
      if (!hasScalarType(value, type.type)) problems.push(wrongType(path, value, type));
      else if (type.type === 'quantity') checkQuantity(value, path, problems);
  }
}

/** The keys of an object in code unit order: the order in which problems are found. */
export function sortedKeys(object: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(object).sort((a, b) => (a < b ? -1 : 1));
}

function unknownField(path: FieldPath, names: Iterable<string>): FieldProblem {
  const name = String(path.at(-1) ?? '');
  const near = didYouMean(name, names);
  return {
    path,
    code: problemCodes.unknownField,
    severity: 'error',
    message: `unknown field "${formatPath(path)}"`,
    ...(near === undefined ? {} : { expected: `did you mean "${near}"?`, suggestion: `${near}:` }),
  };
}

function checkMessage(
  value: JsonObject,
  message: string,
  path: FieldPath,
  problems: ProblemList,
): void {
  const shape = messageShape(message);
  if (shape === undefined) return;
  for (const key of sortedKeys(value)) {
    const type = shape.get(key);
    if (type === undefined) problems.push(unknownField([...path, key], shape.keys()));
    else checkValue(value[key], type, [...path, key], problems);
  }
}

/** The message that describes a kind; autoscaling/v1 has one of its own. */
export function messageOfKind(apiVersion: string, kind: string): string {
  const isOldAutoscaler = apiVersion === 'autoscaling/v1' && kind === 'HorizontalPodAutoscaler';
  return isOldAutoscaler ? 'HorizontalPodAutoscalerV1' : kind;
}

/**
 * Every unknown field and every wrong type of an object as read from a manifest, in order of the
 * keys. Nothing is found in objects of a kind without a shape. Linear in the size of the object.
 */
export function checkFields(object: JsonObject): readonly FieldProblem[] {
  const problems: ProblemList = [];
  const message = messageOfKind(String(object['apiVersion'] ?? ''), String(object['kind'] ?? ''));
  checkMessage(object, message, [], problems);
  return problems;
}
