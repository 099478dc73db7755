// What a file offers, somebody takes: an export that no other file names is the file's own affair.
// And the drawing of the folders is that of the code.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { graphMarkers, renderImportGraph } from '../../tools/import-graph.mjs';
import { replaceSection } from '../../tools/model-tables.mjs';
import { root, sourceFiles } from './source-files.js';

const files = sourceFiles(['src', 'test', 'bench', 'tools'], ['.ts', '.mjs', '.mts']);
const product = files.filter(({ path }) => !path.startsWith('test/'));
const src = files.filter(({ path }) => path.startsWith('src/'));

const wordsOf = (text: string): readonly string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];
const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

function countsOf(lists: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of lists.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** What the files of src export by such declarations, but for names that count often enough. */
function exportedButRare(kinds: string, counts: ReadonlyMap<string, number>): readonly string[] {
  const declared = new RegExp(`^export (?:abstract )?(?:async )?(?:${kinds}) ([\\w$]+)`, 'gm');
  return src.flatMap(({ path, text }) =>
    [...text.matchAll(declared)]
      .filter(([, name = '']) => (counts.get(name) ?? 0) < 2)
      .map(([, name]) => `${path}: ${name}`),
  );
}

test('every function, constant and class that is exported is named by another file', () => {
  const counts = countsOf(files.map(({ text }) => [...new Set(wordsOf(text))]));
  expect(exportedButRare('class|const|function', counts), 'needs no export').toEqual([]);
});

test('what is exported is used by the product itself, and not by tests alone', () => {
  const counts = countsOf(product.map(({ text }) => wordsOf(withoutComments(text))));
  const kinds = 'class|const|function|interface|type';
  expect(exportedButRare(kinds, counts), 'nobody but tests needs it').toEqual([]);
});

test('docs/import-graph.md is drawn from the imports of the code', () => {
  const document = readFileSync(join(root, 'docs/import-graph.md'), 'utf8');
  const repair = 'node tools/write-import-graph.mjs';
  const drawn = replaceSection(document, renderImportGraph(root), graphMarkers);
  expect(document, repair).toBe(drawn);
});
