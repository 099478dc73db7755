// Whatever stands in a file, loading answers: a scenario or problems, never an exception.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filesIn } from '../../src/scenario/files.js';
import { loadManifests, loadScenario } from '../../src/scenario/load.js';
import { root } from '../tidy/source-files.js';
import { memoryFiles } from './memory-files.js';

const folder = join(root, 'scenarios');
const files = filesIn(folder);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => readFileSync(join(folder, name), 'utf8'));
const manifests = readFileSync(join(folder, 'quickstart/storefront.yaml'), 'utf8');

/** Either a scenario or at least one error, each at a place that exists. */
function expectAnswer(load: () => ReturnType<typeof loadScenario>): void {
  const { scenario, problems } = load();
  const errors = problems.filter(({ severity }) => severity === 'error');
  expect(scenario === undefined).toBe(errors.length > 0);
  for (const { line, column, message } of problems) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toBe('');
  }
}

/** A text with a piece cut out and another put in. */
function damaged(text: string): fc.Arbitrary<string> {
  const pieces = [
    '',
    '{{',
    '- ',
    ': ',
    '[',
    '}',
    '"',
    '\t',
    '\u0000',
    '&a ',
    '*a',
    '-1',
    '? ',
    '!!set',
    '\n---\n',
  ];
  return fc
    .tuple(fc.nat(text.length), fc.nat(30), fc.constantFrom(...pieces))
    .map(([at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length));
}

const settings = { numRuns: 60 };

describe('loading answers', () => {
  test('for scenarios that were cut off anywhere', () => {
    const cut = fc
      .constantFrom(...texts)
      .chain((text) => fc.nat(text.length).map((end) => text.slice(0, end)));
    fc.assert(
      fc.property(cut, (text) => expectAnswer(() => loadScenario(text, 'a.yaml', files))),
      settings,
    );
  });

  test('for scenarios that were damaged', () => {
    const broken = fc.constantFrom(...texts).chain(damaged);
    fc.assert(
      fc.property(broken, (text) => expectAnswer(() => loadScenario(text, 'a.yaml', files))),
      settings,
    );
  });

  test('for manifests that were damaged', () => {
    fc.assert(
      fc.property(damaged(manifests), (text) =>
        expectAnswer(() => loadManifests(['a.yaml'], 'a', memoryFiles({ 'a.yaml': text }))),
      ),
      settings,
    );
  });

  test('for options of any kind', () => {
    const path = fc.constantFrom(
      'seed',
      'horizon',
      'nodePools[0].count',
      'network',
      'workload.operations[0]',
      'x',
      '',
    );
    const set = fc.tuple(path, fc.json({ maxDepth: 2 })).map(([key, value]) => `${key}=${value}`);
    fc.assert(
      fc.property(fc.array(set, { maxLength: 3 }), fc.string(), fc.string(), (sets, until, nodes) =>
        expectAnswer(() =>
          loadScenario(texts[0] ?? '', 'a.yaml', files, { set: sets, until, nodes }),
        ),
      ),
      settings,
    );
  });
});
