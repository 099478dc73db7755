/**
 * A scenario or profile file as a tree of plain values that knows where each of them stands.
 * The dialect is kubectl's, so that a manifest means the same inside a scenario and outside.
 */

import type { FieldPath } from '../api/field-path.js';
import type { Position } from '../api/field-problem.js';
import {
  type DocumentChunk,
  offsetOf,
  type PositionedDocument,
  parseWithPositions,
  readJsonObject,
  splitDocuments,
} from '../api/manifest-document.js';
import { readManifests } from '../api/manifests.js';
import { type Problem, problemCodes } from '../api/problem.js';
import { loadYaml } from '../api/yaml-dialect.js';
import { problemAt } from './scenario-problems.js';

/** Plain data as YAML has it. */
export type Tree = Readonly<Record<string, unknown>>;

/** A file as a tree. */
export interface YamlTree {
  readonly file: string;
  /** Undefined when the file is empty or not YAML. */
  readonly tree: unknown;
  /** Where a field stands, or its nearest present parent. */
  readonly positionOf: (path: FieldPath, wants?: 'key' | 'value') => Position;
  /** The first position after the header of a block text, and by how much it is indented. */
  readonly blockStart: (path: FieldPath) => { readonly line: number; readonly indent: number };
  /** Malformed YAML, duplicate keys, templates. */
  readonly problems: readonly Problem[];
}

const syntaxCodes: ReadonlySet<string> = new Set([
  problemCodes.malformedDocument,
  problemCodes.duplicateKey,
  problemCodes.template,
]);

/** Reads a file that holds one document. Never throws: what is wrong with it is in `problems`. */
export function readTree(text: string, file: string): YamlTree {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  // What is JSON is one document, and well-formed.
  const json = readJsonObject(source);
  const chunks = json === undefined ? splitDocuments(source) : [{ text: source, linesBefore: 0 }];
  const sound = json ?? soundTree(chunks);
  const problems = sound === undefined ? syntaxProblems(source, file) : [];
  const second = chunks[1];
  if (second !== undefined && problems.length === 0) {
    const place = { file, line: second.linesBefore + 1, column: 1 };
    const message = 'a scenario file has one document; put manifests into files of their own';
    problems.push(problemAt(place, problemCodes.malformedDocument, message));
  }
  const chunk = chunks[0] ?? { text: '', linesBefore: 0 };
  let parsed: PositionedDocument | undefined;
  const document = (): PositionedDocument => {
    parsed ??= parseWithPositions(chunk);
    return parsed;
  };
  const positionOf = (path: FieldPath, wants: 'key' | 'value' = 'value'): Position => {
    const { document: nodes, positionAt } = document();
    return positionAt(offsetOf(nodes, path, wants));
  };
  return {
    file,
    tree: problems.some(({ code }) => code === problemCodes.malformedDocument)
      ? undefined
      : (sound ?? firstValue(chunk.text)),
    positionOf,
    blockStart: (path) => blockStart(source, positionOf(path)),
    problems,
  };
}

/** The tree of a file that nothing is wrong with at first sight, read once. */
function soundTree(chunks: readonly DocumentChunk[]): Tree | undefined {
  const [chunk] = chunks;
  if (chunks.length !== 1 || chunk === undefined || chunk.text.includes('{{')) return undefined;
  try {
    const [value, ...others] = loadYaml(chunk.text, 'refuse');
    return isTree(value) && others.length === 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function syntaxProblems(source: string, file: string): Problem[] {
  return readManifests(source, file).problems.filter(({ code }) => syntaxCodes.has(code));
}

function firstValue(text: string): unknown {
  try {
    return loadYaml(text, 'override')[0];
  } catch {
    // Reported already, as a malformed document or a template.
    return undefined;
  }
}

function blockStart(source: string, { line, column }: Position): { line: number; indent: number } {
  const lines = source.split(/\r\n|\r|\n/);
  if (!/^[|>]/.test((lines[line - 1] ?? '').slice(column - 1))) return { line, indent: column - 1 };
  const first = lines.slice(line).findIndex((text) => text.trim() !== '');
  return { line: line + 1, indent: Math.max(0, (lines[line + first] ?? '').search(/\S/)) };
}

/** Whether a value is a mapping. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined when there is none. */
export function valueAt(tree: unknown, path: FieldPath): unknown {
  let value = tree;
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step];
    else if (isTree(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}
