/**
 * Telling templates from manifests.
 *
 * A file in which `{{` never occurs is no template. Where it occurs, a document is a template when
 *   1. it does not parse as YAML, and a `{{` stands outside its comments;
 *   2. it parses, but `{{` was read as YAML's own braces or stands in an unquoted value; or
 *   3. `{{` stands in a quoted text where Kubernetes allows no brace: apiVersion, kind, names,
 *      namespaces, labels, images, quantities.
 * Everything else is left alone: `{{` in a comment, or quoted in an annotation, a command line, an
 * environment variable or the data of a ConfigMap, is what the user means to deploy.
 *
 * Source: reference real-inputs.md §1.
 */

import { isMap, isScalar, isSeq, type Scalar, visit } from 'yaml';
import type { Position } from './field-problem.js';
import { type DocumentChunk, parseWithPositions } from './manifest-document.js';

/** Which program would have to render a template. */
export type TemplateKind = 'Helm' | 'ClusterLoader2' | 'kube-burner' | 'Go';

/** A template found where a manifest was expected. */
export interface FoundTemplate {
  readonly kind: TemplateKind;
  readonly position: Position;
  /** The first template expression, cut to a readable length. */
  readonly expression: string;
}

/** Keys whose value cannot hold a brace, wherever they stand. */
const braceFreeKeys: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'name',
  'generateName',
  'namespace',
  'image',
  'cpu',
  'memory',
  'storage',
  'ephemeral-storage',
  'nodeName',
  'serviceAccountName',
  'storageClassName',
  'priorityClassName',
]);

/** Maps whose values cannot hold a brace. */
const braceFreeMaps: ReadonlySet<string> = new Set(['labels', 'matchLabels', 'nodeSelector']);

function keyOf(node: unknown): string {
  const key = (node as { readonly key?: unknown }).key;
  return isScalar(key) ? String(key.value) : '';
}

function isBraceFree(ancestors: readonly unknown[]): boolean {
  const keys = ancestors.filter((node) => isPairLike(node)).map(keyOf);
  const own = keys.at(-1) ?? '';
  const outer = keys.at(-2) ?? '';
  // Names inside data, annotations or arguments are the user's own text.
  if (keys.some((key) => key === 'data' || key === 'stringData' || key === 'annotations')) {
    return false;
  }
  return braceFreeKeys.has(own) || braceFreeMaps.has(outer);
}

function isPairLike(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'key' in node && 'value' in node;
}

function isQuoted(scalar: Scalar): boolean {
  return scalar.type !== undefined && scalar.type !== 'PLAIN';
}

/** The offset of the first `{{` that is not in a comment line; -1 when all are. */
function firstUncommented(text: string): number {
  let from = 0;
  for (;;) {
    const offset = text.indexOf('{{', from);
    if (offset === -1) return -1;
    const lineStart = text.lastIndexOf('\n', offset) + 1;
    if (!/(?:^|\s)#/.test(text.slice(lineStart, offset))) return offset;
    from = offset + 2;
  }
}

function templateOffset(chunk: DocumentChunk): number {
  const { document } = parseWithPositions(chunk);
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) {
    return firstUncommented(chunk.text);
  }
  let offset = -1;
  visit(document, {
    Collection(_key, node) {
      const isDoubled =
        isMap(node) && node.items.some((pair) => isMap(pair.key) || isSeq(pair.key));
      if (!isDoubled) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
    Scalar(_key, node, ancestors) {
      if (typeof node.value !== 'string' || !node.value.includes('{{')) return undefined;
      if (isQuoted(node) && !isBraceFree(ancestors)) return undefined;
      const start = node.range?.[0] ?? 0;
      offset = Math.max(chunk.text.indexOf('{{', start), start);
      return visit.BREAK;
    },
  });
  return offset;
}

function classify(text: string): TemplateKind {
  if (/\{\{-?\s*(?:include|template|toYaml|tpl)\b|\.Values\b|\.Release\b|\.Chart\b/.test(text)) {
    return 'Helm';
  }
  if (/\bDefaultParam\b|\{\{-?\s*\$[A-Za-z_]+\s*:=|\bCL2_|\bIncludeFile\b/.test(text)) {
    return 'ClusterLoader2';
  }
  return /\.(?:Iteration|JobName|Replica|UUID)\b/.test(text) ? 'kube-burner' : 'Go';
}

/** The first template among the documents of a file; undefined when the file is no template. */
export function findTemplate(
  text: string,
  chunks: readonly DocumentChunk[],
): FoundTemplate | undefined {
  if (!text.includes('{{')) return undefined;
  for (const chunk of chunks) {
    if (!chunk.text.includes('{{')) continue;
    const offset = templateOffset(chunk);
    if (offset === -1) continue;
    const body = /^\{\{([^\n}]*)/.exec(chunk.text.slice(offset, offset + 200))?.[1] ?? '';
    return {
      kind: classify(text),
      position: positionIn(chunk, offset),
      expression: `{{${body.length > 40 ? `${body.slice(0, 40)}...` : body}}}`,
    };
  }
  return undefined;
}

function positionIn(chunk: DocumentChunk, offset: number): Position {
  const before = chunk.text.slice(0, offset).split('\n');
  return {
    line: chunk.linesBefore + before.length,
    column: (before.at(-1) ?? '').length + 1,
  };
}
