/**
 * From what stands in a file to what the API server would store: field check, decoding, defaults,
 * validation, in that order.
 */

import { type DecodeOptions, decodeObject } from './decoding.js';
import { type DefaultOptions, defaultObject } from './defaulting.js';
import { extended } from './extended.js';
import { checkFields } from './field-check.js';
import { locateProblem } from './field-problem.js';
import type { ManifestObject } from './manifest-object.js';
import type { ApiObject } from './object-meta.js';
import type { Pod, PodSpec } from './pod.js';
import { type Problem, problemCodes } from './problem.js';
import { validateMetadata, validateObject } from './validation.js';

/**
 * Specs of pods that were found sound, by their text, for readers of many pods. Lists of real pods
 * are of a few shapes: those of one shape are checked once and share what comes of their specs.
 */
export class SoundPodSpecs {
  readonly #specs = new Map<string, PodSpec>();

  /** The spec that was noted for this text, if one was. */
  of(text: string | undefined): PodSpec | undefined {
    return text === undefined ? undefined : this.#specs.get(text);
  }

  note(text: string | undefined, prepared: ApiObject): void {
    if (text !== undefined) this.#specs.set(text, (prepared as unknown as Pod).spec);
  }
}

/** How to decode and to default. */
export interface PrepareOptions extends DecodeOptions, DefaultOptions {
  /** What has been prepared before, with the same options. Not together with `record`. */
  readonly soundPodSpecs?: SoundPodSpecs;
}

/** An object ready to be created, or why it is not. */
export interface PreparedObject {
  /** Absent when a field has a wrong type: nothing can be said about such an object. */
  readonly object?: ApiObject;
  readonly problems: readonly Problem[];
}

/** What tells the specs of pods apart; undefined where nothing can be shared. */
function textOfSpec({ kind, apiVersion, ...others }: ApiObject): string | undefined {
  if (kind !== 'Pod' || apiVersion !== 'v1') return undefined;
  const { spec } = others as { readonly spec?: unknown };
  const text = JSON.stringify(spec);
  // JSON has only this word for nothing and for numbers that it cannot write.
  return text === undefined || text.includes('null') ? undefined : text;
}

/** Prepares one object of a manifest. Never throws on bad input. Linear in the object's size. */
export function prepareObject(entry: ManifestObject, options: PrepareOptions = {}): PreparedObject {
  const { soundPodSpecs } = options;
  const specText = soundPodSpecs === undefined ? undefined : textOfSpec(entry.object);
  const spec = soundPodSpecs?.of(specText);
  const raw = (spec === undefined ? entry.object : withoutSpec(entry.object)) as ApiObject;
  const fieldProblems = checkFields(raw as unknown as Readonly<Record<string, unknown>>);
  const problems = fieldProblems.map((problem) =>
    locateProblem(problem, entry.file, (path) =>
      entry.positionOf(path, problem.code === problemCodes.unknownField ? 'key' : 'value'),
    ),
  );
  // Everything behind this point relies on the types; an unknown field spoils none of them.
  if (fieldProblems.some(({ code }) => code !== problemCodes.unknownField)) return { problems };
  const decoded = defaultObject(decodeObject(raw, options), options);
  const found = (spec === undefined ? validateObject(decoded) : validateMetadata(decoded)).map(
    (problem) => locateProblem(problem, entry.file, (path) => entry.positionOf(path)),
  );
  if (spec !== undefined) {
    return { object: extended(decoded, { spec }), problems: [...problems, ...found] };
  }
  if (problems.length + found.length === 0) soundPodSpecs?.note(specText, decoded);
  return { object: decoded, problems: [...problems, ...found] };
}

function withoutSpec(pod: ApiObject): object {
  const { spec: _, ...others } = pod as unknown as Pod;
  return others;
}
