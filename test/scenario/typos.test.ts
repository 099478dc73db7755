// A typo in each key of whole scenarios is an error in its line, with the word that is meant.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isMap, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { root } from '../tidy/source-files.js';

/**
 * Below these keys the names are the user's own, or have tests of their own: thresholds; claims,
 * which may ask for anything beside the storage that they must.
 */
const ownNames = new RegExp(
  '(?:volumeClaimTemplates.spec.resources.requests|objects.spec.resources.requests|thresholds|' +
    'labels|matchLabels|annotations|imageSizes|selector|nodeSelector)$',
);

interface Key {
  readonly name: string;
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

function keysOf(node: unknown, path: string, found: Map<string, Key>): Map<string, Key> {
  if (isSeq(node)) for (const item of node.items) keysOf(item, path, found);
  if (!isMap<Scalar<string>, Node>(node) || ownNames.test(path)) return found;
  for (const { key, value } of node.items) {
    const [start = 0, end = 0] = key.range ?? [];
    const name = key.value;
    const at = `${path}.${name}`;
    if (!found.has(at)) found.set(at, { name, path: at, start, end });
    keysOf(value, at, found);
  }
  return found;
}

/** The word with its second and third letter swapped, or its last one doubled. */
function misspelt(word: string): string {
  const swapped = `${word[0]}${word[2]}${word[1]}${word.slice(3)}`;
  return word.length > 3 && swapped !== word ? swapped : `${word}${word.at(-1)}`;
}

describe.each([
  'quickstart.yaml',
  'control-plane-ha.yaml',
  'faults/node-loss-with-volume.yaml',
  'network/session-affinity.yaml',
  'cloud/cloud-nodes.yaml',
])('%s', (name) => {
  const path = join(root, 'scenarios', name);
  const text = readFileSync(path, 'utf8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const files = filesIn(join(path, '..'));
  const keys = [...keysOf(document.contents, '', new Map()).values()];

  test.each(keys)('$path', ({ name: key, start, end }) => {
    const bad = text.slice(0, start) + misspelt(key) + text.slice(end);
    const { scenario, problems } = loadScenario(bad, name, files);
    expect(scenario).toBeUndefined();
    const { line } = lines.linePos(start);
    const told = problems.filter((each) => each.line === line);
    const hints = told.map(({ expected, suggestion }) => `${expected} ${suggestion}`);
    expect(hints.filter((hint) => hint.includes(key))).not.toEqual([]);
  });
});
