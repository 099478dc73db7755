/**
 * From what stands in a file to what the API server would store: field check, decoding, defaults,
 * validation, in that order.
 */

import { type DecodeOptions, decodeObject } from './decoding.js';
import { type DefaultOptions, defaultObject } from './defaulting.js';
import { checkFields } from './field-check.js';
import { locateProblem } from './field-problem.js';
import type { ManifestObject } from './manifest-object.js';
import type { ApiObject } from './object-meta.js';
import { type Problem, problemCodes } from './problem.js';
import { validateObject } from './validation.js';

/** How to decode and to default. */
export interface PrepareOptions extends DecodeOptions, DefaultOptions {}

/** An object ready to be created, or why it is not. */
export interface PreparedObject {
  /** Absent when a field has a wrong type: nothing can be said about such an object. */
  readonly object?: ApiObject;
  readonly problems: readonly Problem[];
}

/** Prepares one object of a manifest. Never throws on bad input. Linear in the object's size. */
export function prepareObject(entry: ManifestObject, options: PrepareOptions = {}): PreparedObject {
  const raw = entry.object as unknown as Readonly<Record<string, unknown>>;
  const fieldProblems = checkFields(raw);
  const problems = fieldProblems.map((problem) =>
    locateProblem(problem, entry.file, (path) =>
      entry.positionOf(path, problem.code === problemCodes.unknownField ? 'key' : 'value'),
    ),
  );
  // Everything behind this point relies on the types; an unknown field spoils none of them.
  if (fieldProblems.some(({ code }) => code !== problemCodes.unknownField)) return { problems };
  const object = defaultObject(decodeObject(entry.object, options), options);
  const found = validateObject(object).map((problem) =>
    locateProblem(problem, entry.file, (path) => entry.positionOf(path)),
  );
  return { object, problems: [...problems, ...found] };
}
