import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/exit-code.js';
import { recordedFilesIn } from '../../src/cli/recorded-files.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeclock recorded '));
mkdirSync(join(folder, 'plugins'));
writeFileSync(join(folder, 'run.json'), '{"plain": true}');
writeFileSync(join(folder, 'plugins/ties.ndjson.gz'), gzipSync('{"packed": true}'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('files of all folders below are read, compressed or not', () => {
  const { files, read } = recordedFilesIn(folder);
  expect(files).toEqual(['plugins/ties.ndjson.gz', 'run.json']);
  expect(files.map((file) => read(file))).toEqual(['{"packed": true}', '{"plain": true}']);
});

test('a file is no folder of recordings', () => {
  expect(() => recordedFilesIn(join(folder, 'run.json'))).toThrow(UsageError);
  expect(() => recordedFilesIn(join(folder, 'nothing'))).toThrow('is not a folder');
});
