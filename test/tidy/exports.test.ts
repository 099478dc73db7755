// What a file offers, somebody takes: an export that no other file names is the file's own affair.
// And the drawing of the folders is that of the code.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { graphMarkers, renderImportGraph } from '../../tools/import-graph.mjs';
import { replaceSection } from '../../tools/model-tables.mjs';
import { root, sourceFiles } from './source-files.js';

const files = sourceFiles(['src', 'test', 'bench', 'tools'], ['.ts', '.mjs', '.mts']);

/** In how many files each word stands. */
function countWords(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of files) {
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g))) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

const declared = /^export (?:abstract )?(?:async )?(?:class|const|function) ([\w$]+)/gm;

test('every function, constant and class that is exported is named by another file', () => {
  const counts = countWords();
  const unused = files
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(declared)]
        .filter(([, name = '']) => (counts.get(name) ?? 0) < 2)
        .map(([, name]) => `${path}: ${name} needs no export`),
    );
  expect(unused).toEqual([]);
});

test('docs/import-graph.md is drawn from the imports of the code', () => {
  const document = readFileSync(join(root, 'docs/import-graph.md'), 'utf8');
  const repair = 'node tools/write-import-graph.mjs';
  const drawn = replaceSection(document, renderImportGraph(root), graphMarkers);
  expect(document, repair).toBe(drawn);
});
