/**
 * Reading manifest files: YAML and JSON, many documents a file, lists, and whatever else people
 * keep in the same folder. Returns the objects as they stand, where each stands, and every problem;
 * one bad document never hides the others.
 *
 * Left out: defaults, field checks and validation (`checkFields`, `decodeObject`, `defaultObject`,
 * `validateObject`, or all of them by `prepareObject`). A template is refused whole.
 *
 * Source: kubectl v1.36 `cli-runtime` resource builder; reference real-inputs.md §1.
 */

import { findDuplicateObjects } from './duplicate-objects.js';
import type { FieldPath } from './field-path.js';
import type { Position } from './field-problem.js';
import {
  type DocumentChunk,
  offsetOf,
  type PositionedDocument,
  parseWithPositions,
  readJsonObject,
  splitDocuments,
  startOfChunk,
} from './manifest-document.js';
import { identify, type KindProblem } from './manifest-kind.js';
import type { ManifestObject } from './manifest-object.js';
import type { ApiObject } from './object-meta.js';
import { compareProblems, type Problem, type ProblemName, problemCodes } from './problem.js';
import { type FoundTemplate, findTemplate } from './template-detection.js';
import { loadYaml, refusalOf, type YamlRefusal } from './yaml-dialect.js';

/** Objects of a kind that the simulator does not know. */
export interface IgnoredKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly count: number;
}

/** How to read. */
export interface ReadOptions {
  /** Whether an unknown kind is an error. Default: it is counted as ignored. */
  readonly strict?: boolean;
  /** Where objects without a namespace go. Default: `default`. */
  readonly namespace?: string;
}

/** A file to read. */
export interface ManifestFile {
  readonly text: string;
  /** How the user names the file; appears in problems. */
  readonly file: string;
}

/** What a file held. */
export interface ReadResult {
  /** In the order of the files, and within a file in its order. */
  readonly objects: readonly ManifestObject[];
  /** By kind, then apiVersion. */
  readonly ignored: readonly IgnoredKind[];
  /** By file and position. */
  readonly problems: readonly Problem[];
}

class Reader {
  readonly objects: ManifestObject[] = [];
  readonly problems: Problem[] = [];
  readonly ignored = new Map<string, { apiVersion: string; kind: string; count: number }>();
  /** The file being read. */
  file = '';
  readonly #options: ReadOptions;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  report(
    name: ProblemName,
    position: Position,
    message: string,
    more: { readonly suggestion?: string; readonly path?: string } = {},
  ): void {
    const { line, column } = position;
    this.problems.push({
      code: problemCodes[name],
      severity: 'error',
      file: this.file,
      line,
      column,
      path: more.path ?? '',
      message,
      ...(more.suggestion === undefined ? {} : { suggestion: more.suggestion }),
    });
  }

  /** Reads one value of a document: an object, or a list of objects. */
  take(value: unknown, locator: Locator, path: FieldPath, inherited: string): void {
    if (value === null || value === undefined) return;
    const identity = identify(value, this.file, inherited);
    switch (identity.is) {
      case 'list': {
        for (const [index, item] of identity.items.entries()) {
          this.take(item, locator, [...path, 'items', index], identity.itemType);
        }
        return;
      }
      case 'known':
        this.objects.push(manifestObject(identity.object, this.file, locator, path));
        return;
      case 'unknown':
        this.#ignore(identity.apiVersion, identity.kind, locator, path);
        return;
      case 'problem':
        this.#reportKind(identity, locator, path);
    }
  }

  #reportKind(problem: KindProblem, locator: Locator, path: FieldPath): void {
    const position = locator.positionOf([...path, ...problem.at], 'value');
    const { name, message, suggestion } = problem;
    this.report(name, position, message, suggestion === undefined ? {} : { suggestion });
  }

  #ignore(apiVersion: string, kind: string, locator: Locator, path: FieldPath): void {
    const key = `${kind} ${apiVersion}`;
    const entry = this.ignored.get(key) ?? { apiVersion, kind, count: 0 };
    entry.count += 1;
    this.ignored.set(key, entry);
    if (this.#options.strict !== true) return;
    const position = locator.positionOf([...path, 'kind'], 'value');
    this.report('unknownKind', position, `${apiVersion} ${kind} is not simulated`);
  }

  result(): ReadResult {
    const ignored = [...this.ignored.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const duplicates = findDuplicateObjects(this.objects, this.#options.namespace);
    return {
      objects: this.objects,
      ignored: ignored.map(([, entry]) => entry),
      problems: [...this.problems, ...duplicates].sort(compareProblems),
    };
  }
}

/** Finds positions in one document, parsing it at the first question. */
class Locator {
  readonly #chunk: DocumentChunk;
  readonly #index: number;
  #parsed: PositionedDocument | undefined;

  /** @param index which of several documents of the chunk, from 0. */
  constructor(chunk: DocumentChunk, index: number) {
    this.#chunk = chunk;
    this.#index = index;
  }

  positionOf(path: FieldPath, wants: 'key' | 'value'): Position {
    // The start of a document is asked for most, and needs no second parse.
    if (path.length === 0 && this.#index === 0) return startOfChunk(this.#chunk);
    // Only documents ended by "..." share a chunk; all but the first stand at its start.
    if (this.#index > 0) return { line: this.#chunk.linesBefore + 1, column: 1 };
    this.#parsed ??= parseWithPositions(this.#chunk);
    return this.#parsed.positionAt(offsetOf(this.#parsed.document, path, wants));
  }
}

function manifestObject(
  object: ApiObject,
  file: string,
  locator: Locator,
  root: FieldPath,
): ManifestObject {
  const positionOf = (path: FieldPath, wants: 'key' | 'value' = 'value'): Position =>
    locator.positionOf([...root, ...path], wants);
  let start: Position | undefined;
  return {
    object,
    file,
    get line() {
      start ??= positionOf([]);
      return start.line;
    },
    get column() {
      start ??= positionOf([]);
      return start.column;
    },
    positionOf,
  };
}

function takeValues(reader: Reader, chunk: DocumentChunk, values: readonly unknown[]): void {
  for (const [index, value] of values.entries()) {
    reader.take(value, new Locator(chunk, index), [], '');
  }
}

function reportTemplate(reader: Reader, template: FoundTemplate): void {
  const { kind, position, expression } = template;
  const users = kind === 'Go' ? ', as ClusterLoader2, kube-burner and scheduler_perf use' : '';
  const message =
    `this is a ${kind} template (${expression})${users}, not a manifest; ` +
    'render it first and read the result';
  const suggestion = kind === 'Helm' ? 'helm template CHART > manifests.yaml' : undefined;
  reader.report('template', position, message, suggestion === undefined ? {} : { suggestion });
}

/** Reports what is wrong with a document that the fast parser refused, and reads what it can. */
function takeMalformed(reader: Reader, chunk: DocumentChunk, refusal: YamlRefusal): void {
  const { document, positionAt } = parseWithPositions(chunk);
  const duplicates = document.errors.filter((error) => error.code === 'DUPLICATE_KEY');
  const fatal = document.errors.find((error) => error.code !== 'DUPLICATE_KEY');
  if (fatal !== undefined) {
    const message = fatal.message.replace(/[.\s]+$/, '');
    reader.report('malformedDocument', positionAt(fatal.pos[0]), `malformed YAML: ${message}`);
    return;
  }
  for (const { pos } of duplicates) {
    const key = /^[^\s:]*/.exec(chunk.text.slice(pos[0]))?.[0] ?? '';
    reader.report(
      'duplicateKey',
      positionAt(pos[0]),
      `key ${key} is already set in this map; only one of them can count`,
    );
  }
  try {
    const values = loadYaml(chunk.text, 'override');
    takeValues(reader, chunk, values);
    if (duplicates.length === 0) {
      reader.report('malformedDocument', positionAt(refusal.offset), refusal.reason);
    }
  } catch (error) {
    // Only the fast parser refuses it (depth, aliases, tags); its own reason is all there is.
    const { reason, offset } = refusalOf(error, chunk.text);
    reader.report('malformedDocument', positionAt(offset), `malformed YAML: ${reason}`);
  }
}

function takeChunk(reader: Reader, chunk: DocumentChunk): void {
  let values: readonly unknown[];
  try {
    values = loadYaml(chunk.text, 'refuse');
  } catch (error) {
    takeMalformed(reader, chunk, refusalOf(error, chunk.text));
    return;
  }
  takeValues(reader, chunk, values);
}

/**
 * All documents in one pass, which for dumps of thousands of them takes 40 % less time than one by
 * one; undefined when a document is malformed, or when values and chunks do not pair up.
 */
function readTogether(source: string, chunkCount: number): readonly unknown[] | undefined {
  try {
    const values = loadYaml(source, 'refuse').filter((value) => value !== null);
    return values.length === chunkCount ? values : undefined;
  } catch {
    return undefined;
  }
}

function readFile(reader: Reader, text: string): void {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const json = readJsonObject(source);
  if (json !== undefined) {
    reader.take(json, new Locator({ text: source, linesBefore: 0 }, 0), [], '');
    return;
  }
  const chunks = splitDocuments(source);
  const template = findTemplate(source, chunks);
  if (template !== undefined) {
    reportTemplate(reader, template);
    return;
  }
  const values = readTogether(source, chunks.length);
  for (const [index, chunk] of chunks.entries()) {
    if (values === undefined) takeChunk(reader, chunk);
    else takeValues(reader, chunk, [values[index]]);
  }
}

/**
 * Reads files of manifests, such as a folder, as one set: an object declared in two of them is a
 * problem. Never throws on bad input: everything wrong is in `problems`. Linear in the length of
 * the texts.
 *
 * @param files with or without a byte order mark, with any line endings, in the order that counts.
 */
export function readManifestFiles(
  files: readonly ManifestFile[],
  options: ReadOptions = {},
): ReadResult {
  const reader = new Reader(options);
  for (const { text, file } of files) {
    reader.file = file;
    readFile(reader, text);
  }
  return reader.result();
}

/** Reads one file of manifests; see `readManifestFiles`. */
export function readManifests(text: string, file: string, options: ReadOptions = {}): ReadResult {
  return readManifestFiles([{ text, file }], options);
}
