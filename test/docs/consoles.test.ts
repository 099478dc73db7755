// What the consoles of the documents show is what the program prints.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tidy/source-files.js';
import {
  firstDifference,
  type Outcome,
  prepareFolder,
  renewed,
  runLines,
  shownIn,
} from './consoles.js';
import { blocksOf, documentAt, documents } from './documents.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeclock docs '));
const shownOf = (path: string) => blocksOf(documentAt(path)).flatMap(shownIn);
const shown = documents().flatMap(({ path }) => shownOf(path));
const isUpdate = (process.env['KUBECLOCK_UPDATE_GOLDEN'] ?? '') !== '';
const updateHint = 'Run: KUBECLOCK_UPDATE_GOLDEN=1 npx vitest run test/docs/consoles.test.ts';
const folderOf = (document: string): string => join(folder, document);

let outcomes: readonly Outcome[] = [];

beforeAll(() => {
  const names = new Set(shown.map(({ document }) => document));
  for (const document of documents().filter(({ path }) => names.has(path))) {
    mkdirSync(folderOf(document.path), { recursive: true });
    prepareFolder(folderOf(document.path), document);
  }
  outcomes = runLines(shown.map(({ document, args }) => ({ cwd: folderOf(document), args })));
  if (isUpdate) renewDocuments();
});

/** Writes the figures of the outcomes into the documents that show them. */
function renewDocuments(): void {
  for (const [i, { lines }] of shown.entries()) {
    const now = renewed(lines, (outcomes[i] as Outcome).text);
    if (now === undefined || lines.length === 0) continue;
    const [before = '', after = ''] = [lines, now].map((each) => `\n${each.join('\n')}\n`);
    for (const { path, text } of documents()) {
      if (!text.includes(before)) continue;
      writeFileSync(
        join(root, path),
        text.replace(before, () => after),
      );
    }
  }
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a console', () => {
  test.for(shown.map((each, i) => [`${each.document}:${each.line}`, i] as const))(
    '%s shows what is printed',
    ([, i]) => {
      const { document, line, code } = shown[i] as (typeof shown)[number];
      const { lines = [] } = shownOf(document).find((each) => each.line === line) ?? {};
      const outcome = outcomes[i] as Outcome;
      expect(outcome.code, outcome.text).toBe(code);
      if (lines.length === 0) return;
      const hint = `${outcome.text}\n${updateHint}`;
      expect(firstDifference(lines, outcome.text), hint).toBeUndefined();
    },
  );
});

describe('an image', () => {
  const images = readdirSync(join(root, 'docs/images')).filter((name) => name.endsWith('.svg'));

  test.for(images)('%s is what the README draws', (name) => {
    const drawn = join(folderOf('README.md'), 'results/quickstart-1/plots', name);
    const kept = join(root, 'docs/images', name);
    if (isUpdate) cpSync(drawn, kept);
    expect(readFileSync(drawn, 'utf8') === readFileSync(kept, 'utf8'), updateHint).toBe(true);
    expect(documentAt('README.md').text).toContain(`](docs/images/${name})`);
  });
});

describe('the comparison of lines', () => {
  const printed = 'one\ntwo\nthree\n';
  test('takes lines that are left out where the document says so', () => {
    expect(firstDifference(['one', '…'], printed)).toBeUndefined();
    expect(firstDifference(['…', 'three'], printed)).toBeUndefined();
    expect(firstDifference(['one', 'two', 'three'], printed)).toBeUndefined();
  });
  test('finds lines that are others, that are missing and that are too many', () => {
    expect(firstDifference(['one', 'too', 'three'], printed)).toBe('too');
    expect(firstDifference(['one', 'three'], printed)).toBe('three');
    expect(firstDifference(['…', 'four'], printed)).toBe('four');
    expect(firstDifference(['one', 'two', 'three', 'four'], printed)).toBe('four');
    expect(firstDifference(['one', 'two'], printed)).toBe('(end, before: three)');
  });
});

describe('lines are renewed', () => {
  test('where they are the same but for figures', () => {
    const shown = ['end  converged at 2.13 s', '…', '  web   6  1.10 s  ready'];
    const printed = 'end  converged at 812 ms\nother\n  web  16  913 ms  ready\n';
    expect(renewed(shown, printed)).toEqual([
      'end  converged at 812 ms',
      '…',
      '  web  16  913 ms  ready',
    ]);
  });
  test('not where one is missing or another has come between', () => {
    expect(renewed(['one 1', 'two 2'], 'one 1\nthree 3\ntwo 2\n')).toBeUndefined();
    expect(renewed(['one 1', '…', 'two 2'], 'one 1\nthree 3\n')).toBeUndefined();
  });
});
