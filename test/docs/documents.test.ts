import { describe, expect, test } from 'vitest';
import { anchorsOf, blocksOf, linksOf } from './documents.js';

const documentOf = (...lines: readonly string[]) => ({
  path: 'a.md',
  text: `${lines.join('\n')}\n`,
});

describe('blocks', () => {
  test('are what stands between fences, with the words after the first', () => {
    const document = documentOf('Text.', '', '```yaml file=a.yaml', 'a: 1', '', 'b: 2', '```');
    expect(blocksOf(document)).toEqual([
      {
        document: 'a.md',
        line: 4,
        language: 'yaml',
        words: ['file=a.yaml'],
        code: 'a: 1\n\nb: 2\n',
      },
    ]);
  });

  test('are lines that are indented by four after an empty one, with the gaps between them', () => {
    const blocks = blocksOf(documentOf('Text.', '', '    one', '', '      two', '', 'Text.'));
    expect(blocks.map(({ line, code }) => [line, code])).toEqual([[3, 'one\n\n  two\n']]);
  });

  test('are not the second lines of lists', () => {
    expect(blocksOf(documentOf('- one', '    two', ''))).toEqual([]);
  });

  test('that nobody ends are an error', () => {
    expect(() => blocksOf(documentOf('```', 'one'))).toThrow('a.md:1: the block has no end.');
  });
});

test('links are found in prose, and not in code', () => {
  const document = documentOf(
    '# A [b](c.md) `[d](e.md)`',
    '',
    '    [f](g.md)',
    '',
    '```',
    '[h](i.md)',
    '```',
    '![j](k.svg) and [l](#m)',
  );
  expect(linksOf(document)).toEqual([
    { line: 1, target: 'c.md' },
    { line: 8, target: 'k.svg' },
    { line: 8, target: '#m' },
  ]);
});

test('anchors are those of GitHub: small letters, hyphens, numbers for what comes again', () => {
  const document = documentOf('# `run` FILE...', '## [Exit](a.md) codes, all', '## Exit codes all');
  expect([...anchorsOf(document)]).toEqual(['run-file', 'exit-codes-all', 'exit-codes-all-1']);
});
