// The examples of docs/library.md, run as they stand there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { root } from '../tidy/source-files.js';

const text = readFileSync(join(root, 'docs/library.md'), 'utf8');
const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block);

type Body = (names: typeof library, console: { log: (line: string) => void }) => Promise<void>;

/** What an example prints. */
async function printed(block: string): Promise<readonly string[]> {
  const code = block.replace(/import (\{[^}]*\}) from 'kubeclock';/, 'const $1 = kubeclock;');
  const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => Body;
  const lines: string[] = [];
  await new AsyncFunction('kubeclock', 'console', code)(library, {
    log: (line) => lines.push(line),
  });
  return lines;
}

test('a scenario is run', async () => {
  expect(await printed(blocks[0] ?? '')).toEqual(['6 of 6 pods are ready; converged']);
});

test('two policies are compared, and packing leaves fewer pods without a node', async () => {
  const [line = '', table = ''] = await printed(blocks[1] ?? '');
  const [spread = 0, packed = 0] = [...line.matchAll(/ ([\d.]+)/g)].map(([, mean]) => Number(mean));
  expect(packed).toBeLessThan(spread);
  expect(table).toMatch(/^COMPARE mix\n/);
  expect(table).toContain('pods_unscheduled');
});

test('there is no further example that nobody runs', () => {
  expect(blocks).toHaveLength(2);
});
