// Compares a text with the file that is kept in test/golden/report. After a change that is meant:
//   UPDATE_GOLDEN=1 npx vitest run test/report
// rewrites the files; the difference is then part of the commit, and its message says why.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

const folder = new URL('../golden/report/', import.meta.url);

export function expectGolden(name: string, text: string): void {
  const path = new URL(name, folder);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  expect(text, `${name} changed; UPDATE_GOLDEN=1 rewrites it`).toBe(readFileSync(path, 'utf8'));
}
