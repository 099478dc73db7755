/**
 * One document of a manifest file: its text, where it starts, and where in the file each of its
 * fields stands. Positions cost a second, slower parse, so they are computed only when asked for.
 *
 * Source: reference ecosystem.md §4.2.
 */

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Node as YamlNode,
} from 'yaml';
import { isJsonObject } from './field-check.js';
import type { FieldPath } from './field-path.js';
import type { Position } from './field-problem.js';

/** A part of a file between two document markers. */
export interface DocumentChunk {
  readonly text: string;
  /** Lines of the file before the chunk. */
  readonly linesBefore: number;
}

const marker = /^---(?=[ \t\r\n]|$)/gm;

function countLines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}

/** Whether a chunk has nothing to read: blank lines, comments and directives only. */
function isBlank(text: string): boolean {
  return /^(?:[ \t]*(?:#[^\n]*|\.\.\.[ \t]*)?(?:\r?\n|$)|%[^\n]*(?:\n|$))*$/.test(text);
}

/**
 * Splits a file at its `---` lines, as kubectl does, so that one malformed document leaves the
 * others readable. What follows `---` on its line belongs to the document. Empty ones are dropped.
 */
export function splitDocuments(text: string): readonly DocumentChunk[] {
  const chunks: DocumentChunk[] = [];
  let linesBefore = 0;
  let start = 0;
  const add = (end: number): void => {
    const chunk = text.slice(start, end);
    if (!isBlank(chunk)) chunks.push({ text: chunk, linesBefore });
    linesBefore += countLines(text, start, end);
    start = end;
  };
  for (const match of text.matchAll(marker)) {
    add(match.index);
    // The marker becomes blank space, so that columns on its line stay right.
    start = match.index + 3;
  }
  add(text.length);
  return chunks;
}

/**
 * The object of a file that is one strict JSON text; undefined when it is not, or when it has a key
 * twice, which JSON.parse would not say. O(length).
 */
export function readJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && keysWritten(text) === keysIn(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How many keys a JSON text has: strings before a colon. */
function keysWritten(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) {
    if (colon !== undefined) count++;
  }
  return count;
}

/** How many keys a value has with all in it. */
function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: readonly unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : parts.length;
  return parts.reduce<number>((sum, part) => sum + keysIn(part), own);
}

/** Where the content of a chunk starts: its first character after blanks and comments. */
export function startOfChunk(chunk: DocumentChunk): Position {
  const lines = chunk.text.split('\n');
  const index = lines.findIndex((line) => /^[ \t]*[^\s#%]/.test(line));
  const column = (lines[index] ?? '').search(/\S/) + 1;
  return { line: chunk.linesBefore + Math.max(index, 0) + 1, column: Math.max(column, 1) };
}

/** A chunk parsed for its positions. */
export interface PositionedDocument {
  readonly document: Document.Parsed;
  /** Position in the file of an offset in the chunk. */
  readonly positionAt: (offset: number) => Position;
}

/** Parses a chunk into nodes that know their offsets. Never throws: errors are in the document. */
export function parseWithPositions(chunk: DocumentChunk): PositionedDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(chunk.text, {
    version: '1.1',
    merge: true,
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'silent',
  });
  return {
    document,
    positionAt: (offset) => {
      const { line, col } = lineCounter.linePos(offset);
      // An empty line counter answers line 0 for an empty chunk.
      return { line: Math.max(line, 1) + chunk.linesBefore, column: Math.max(col, 1) };
    },
  };
}

function keyText(key: unknown): string {
  if (!isScalar(key)) return '';
  // A key that is no text (a number, the merge sign) is known by how it was written.
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function findPair(document: Document.Parsed, node: unknown, key: string): Pair | undefined {
  if (!isMap(node)) return undefined;
  for (const pair of node.items) {
    if (keyText(pair.key) === key) return pair;
  }
  // A key that came in by a merge is found where it was written.
  for (const pair of node.items) {
    if (keyText(pair.key) !== '<<') continue;
    const source = pair.value;
    const merged = isSeq(source) ? source.items : [source];
    for (const item of merged) {
      const found = findPair(document, isAlias(item) ? item.resolve(document) : item, key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

interface Found {
  readonly key: YamlNode | undefined;
  readonly value: YamlNode | undefined;
}

function step(document: Document.Parsed, node: YamlNode, part: string | number): Found | undefined {
  if (typeof part === 'number') {
    const item = isSeq(node) ? node.items[part] : undefined;
    return item === undefined ? undefined : { key: undefined, value: item as YamlNode };
  }
  const pair = findPair(document, node, part);
  if (pair === undefined) return undefined;
  return { key: pair.key as YamlNode, value: (pair.value ?? undefined) as YamlNode | undefined };
}

function startOf(node: YamlNode | undefined): number | undefined {
  return node?.range?.[0];
}

/**
 * The offset of a field. A scalar is where its value is; an object or list is where its key is; a
 * field that is missing is where its nearest present parent is.
 *
 * @param wants `key` to point at the name of the field whatever its value is.
 */
export function offsetOf(
  document: Document.Parsed,
  path: FieldPath,
  wants: 'key' | 'value',
): number {
  let node: YamlNode | undefined = document.contents ?? undefined;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document) as YamlNode | undefined;
    if (node === undefined) return offset;
    const found = step(document, node, part);
    if (found === undefined) return offset;
    const isPlainValue = isScalar(found.value) && found.value.source !== '';
    const target = found.key === undefined || (isPlainValue && wants === 'value') ? 'value' : 'key';
    offset = startOf(target === 'value' ? found.value : found.key) ?? offset;
    node = found.value;
  }
  return offset;
}
