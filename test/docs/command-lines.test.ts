import { expect, test } from 'vitest';
import { commandLinesOf, wordsOf } from './command-lines.js';

const calls = (language: string, ...lines: readonly string[]) =>
  commandLinesOf({ document: 'a.md', line: 7, language, words: [], code: lines.join('\n') }).map(
    ({ line, args }) => [line, ...args],
  );

test('calls are found behind npx and a pipe, without their comments', () => {
  expect(
    calls('sh', 'npm test', 'npx kubeclock run a.yaml   # a run', 'cat a | kubeclock run -'),
  ).toEqual([
    [8, 'run', 'a.yaml'],
    [9, 'run', '-'],
  ]);
});

test('a line goes on after a backslash', () => {
  expect(calls('', 'kubeclock sweep a.yaml \\', '  --seeds 2')).toEqual([
    [7, 'sweep', 'a.yaml', '--seeds', '2'],
  ]);
});

test('in a console a call has a prompt, and in a workflow it is a step', () => {
  expect(calls('console', '$ kubeclock version', 'kubeclock 1')).toEqual([[7, 'version']]);
  expect(calls('yaml', '- run: npx kubeclock check a.yaml', 'run: kubeclock')).toEqual([
    [7, 'check', 'a.yaml'],
  ]);
});

test('other languages have no calls', () => {
  expect(calls('ts', 'kubeclock run a.yaml')).toEqual([]);
});

test('quotes hold words together, and what is written to a file is no word', () => {
  expect(wordsOf(`--where 'a b<5' x="c d"e > out.yaml`)).toEqual(['--where', 'a b<5', 'x=c de']);
});
