import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/exit-code.js';
import { openResultsFolder } from '../../src/cli/results-folder.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock-results-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function files(...names: readonly string[]): ReadonlyMap<string, string> {
  const meta = JSON.stringify({ tool: 'kubeclock', files: names });
  return new Map([...names.map((name) => [name, `${name}!`] as const), ['meta.json', meta]]);
}

/** While `act` runs, nobody may change what lies in `path`; root gives up being root for it. */
function inClosed(path: string, act: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  for (const each of [folder, path]) chmodSync(each, 0o755);
  chmodSync(path, 0o555);
  if (isRoot) process.seteuid?.(65_534);
  try {
    act();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(path, 0o755);
  }
}

describe('a results folder', () => {
  test('appears with all its files at once, with its parents', () => {
    const path = join(folder, 'results', 'run-1');
    const results = openResultsFolder(path);
    expect(existsSync(path)).toBe(false);
    results.commit(files('a.csv', 'b.csv'));
    expect(readdirSync(path).sort()).toEqual(['a.csv', 'b.csv', 'meta.json']);
    expect(readdirSync(join(folder, 'results'))).toEqual(['run-1']);
  });

  test('replaces that of an earlier run, with nothing left of it', () => {
    const path = join(folder, 'run');
    openResultsFolder(path).commit(files('old.csv'));
    openResultsFolder(path).commit(files('new.csv'));
    expect(readdirSync(path).sort()).toEqual(['meta.json', 'new.csv']);
    expect(readdirSync(folder)).toEqual(['run']);
  });

  test('may be an empty folder', () => {
    const path = join(folder, 'run');
    mkdirSync(path);
    openResultsFolder(path).commit(files('a.csv'));
    expect(readFileSync(join(path, 'a.csv'), 'utf8')).toBe('a.csv!');
  });

  test.each([
    ['a folder of other files', (path: string) => writeFileSync(join(path, 'thesis.txt'), '')],
    [
      'a folder with a foreign meta.json',
      (path: string) => writeFileSync(join(path, 'meta.json'), '{"tool": "x"}'),
    ],
    [
      'a folder with a broken meta.json',
      (path: string) => writeFileSync(join(path, 'meta.json'), '{'),
    ],
  ])('is never made of %s', (_what, fill) => {
    const path = join(folder, 'run');
    mkdirSync(path);
    fill(path);
    const before = readdirSync(path);
    expect(() => openResultsFolder(path)).toThrow(UsageError);
    expect(readdirSync(path)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['run']);
  });

  test("is not replaced once it holds a note of the user's", () => {
    const path = join(folder, 'run');
    openResultsFolder(path).commit(files('a.csv'));
    writeFileSync(join(path, 'notes.md'), 'mine');
    expect(() => openResultsFolder(path)).toThrow('holds notes.md, which no run has written');
    expect(readdirSync(path)).toContain('notes.md');
  });

  test('cannot stand where a file is, nor below one', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect(() => openResultsFolder(path)).toThrow(UsageError);
    expect(() => openResultsFolder(join(path, 'below'))).toThrow('ENOTDIR');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('leaves nothing behind when it is discarded, parents that it made included', () => {
    const results = openResultsFolder(join(folder, 'a', 'b', 'run'));
    results.discard();
    results.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('keeps the former results when a file cannot be written', () => {
    const path = join(folder, 'run');
    openResultsFolder(path).commit(files('a.csv'));
    const results = openResultsFolder(path);
    expect(() => results.commit(files('b.csv', 'x'.repeat(300)))).toThrow('ENAMETOOLONG');
    expect(readdirSync(path).sort()).toEqual(['a.csv', 'meta.json']);
    expect(readdirSync(folder)).toEqual(['run']);
  });

  test('behind a link is replaced, and the link is kept', () => {
    const [path, link] = [join(folder, 'run'), join(folder, 'latest')];
    openResultsFolder(path).commit(files('old.csv'));
    symlinkSync(path, link);
    openResultsFolder(link).commit(files('new.csv'));
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(path).sort()).toEqual(['meta.json', 'new.csv']);
  });

  test('that cannot be renamed, as a volume, is filled and emptied', () => {
    const path = join(folder, 'closed', 'run');
    openResultsFolder(path).commit(files('old.csv', 'plots/old.svg'));
    for (const open of [path, join(path, 'plots'), join(path, 'meta.json')]) chmodSync(open, 0o777);
    inClosed(join(folder, 'closed'), () => {
      openResultsFolder(path).commit(files('new.csv', 'plots/new.svg'));
    });
    expect(readdirSync(path, { recursive: true }).sort()).toEqual([
      'meta.json',
      'new.csv',
      'plots',
      'plots/new.svg',
    ]);
  });

  test('that cannot be made is named in the error', () => {
    mkdirSync(join(folder, 'closed'));
    inClosed(join(folder, 'closed'), () => {
      expect(() => openResultsFolder(join(folder, 'closed', 'run'))).toThrow(
        `results cannot be written to ${join(folder, 'closed', 'run')}: EACCES`,
      );
    });
  });

  test('does not undo itself when it is discarded after all', () => {
    const path = join(folder, 'run');
    const results = openResultsFolder(path);
    results.commit(files('a.csv'));
    results.discard();
    expect(readdirSync(path)).toContain('a.csv');
  });
});
