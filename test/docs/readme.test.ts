// What the README claims is claimed elsewhere too, or is run by consoles.test.ts.
import { expect, test } from 'vitest';
import { commandLinesOf } from './command-lines.js';
import { blocksOf, documentAt } from './documents.js';

const readme = documentAt('README.md');
const validation = documentAt('docs/validation.md').text;

/** The text below a heading. */
function below(heading: string): string {
  const [, text = ''] = readme.text.split(`\n## ${heading}\n`);
  return text.split('\n## ')[0] as string;
}

test('every figure of its comparison with reality stands in docs/validation.md', () => {
  const text = below('How far from reality');
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(6);
  for (const row of rows) expect(validation).toContain(`${row}\n`);
  const [sentence = ''] = /\*\*[^*]+\*\*/.exec(text) ?? [];
  expect(sentence).not.toBe('');
  expect(validation).toContain(sentence);
});

test('every call of kubeclock is run: it stands in a console, or is a step of CI that does', () => {
  const blocks = blocksOf(readme);
  const run = blocks.filter(({ language }) => language === 'console').flatMap(commandLinesOf);
  const others = blocks.filter(({ language }) => language !== 'console').flatMap(commandLinesOf);
  expect(run.length).toBeGreaterThan(5);
  for (const { text } of others) {
    const known = run.some((each) => text.startsWith(`${each.text} --reporter`));
    expect(known, text).toBe(true);
  }
});

test('docs/compare.md shows the same comparison', () => {
  const [table = ''] = /^COMPARE [^…]*…\n/m.exec(below('Two policies compared')) ?? [];
  expect(table.split('\n').length).toBeGreaterThan(5);
  expect(blocksOf(documentAt('docs/compare.md')).map(({ code }) => code)).toContain(table);
});
