import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesIn, folderOf, kindOf, shippedProfile, walkFolder } from '../../src/scenario/files.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock files '));
  for (const path of ['b/c', '.git', 'node_modules/x']) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  const files = ['a.yaml', 'z.yml', 'n.json', 'readme.md', 'b/1.yaml', 'b/c/2.yaml', 'b/c/two.txt'];
  for (const path of [...files, '.git/x.yaml', 'node_modules/x/y.yaml', 'we(ird)+.yaml']) {
    writeFileSync(join(folder, path), `# ${path}\n`);
  }
  symlinkSync(folder, join(folder, 'b', 'loop'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listed = (pattern: string): readonly string[] =>
  filesIn(folder)
    .list(pattern)
    .map((path) => path.slice(folder.length + 1));

describe('the files that a path stands for', () => {
  test.each([
    ['a.yaml', ['a.yaml']],
    ['.', ['a.yaml', 'n.json', 'we(ird)+.yaml', 'z.yml']],
    ['b', ['b/1.yaml']],
    ['*.yaml', ['a.yaml', 'we(ird)+.yaml']],
    ['?.yaml', ['a.yaml']],
    ['b/*.yaml', ['b/1.yaml']],
    ['b/*/*.yaml', ['b/c/2.yaml']],
    ['**/*.yaml', ['a.yaml', 'b/1.yaml', 'b/c/2.yaml', 'we(ird)+.yaml']],
    ['b/**', ['b/1.yaml', 'b/c/2.yaml', 'b/c/two.txt']],
    ['we(ird)+*', ['we(ird)+.yaml']],
    ['nothing.yaml', []],
    ['nothing/*.yaml', []],
  ])('%s', (pattern, expected) => {
    expect(listed(pattern)).toEqual(expected);
  });

  test('are read by the names that they are listed under', () => {
    const files = filesIn(folder);
    expect(files.list('b/*.yaml').map((path) => files.read(path))).toEqual(['# b/1.yaml\n']);
  });

  test('may be named from the root, whatever the folder is', () => {
    const path = join(folder, 'a.yaml');
    expect(filesIn('elsewhere').list(path)).toEqual([path]);
    expect(filesIn('elsewhere').list(join(folder, 'b', '*.yaml'))).toHaveLength(1);
  });

  test('may be UTF-16, as Windows PowerShell writes them', () => {
    const path = join(folder, 'b', 'c', 'wide.txt');
    const little = Buffer.from('\ufeffname: größe\n', 'utf16le');
    const texts = [little, Buffer.from(little).swap16()].map((bytes) => {
      writeFileSync(path, bytes);
      return filesIn(folder).read(path);
    });
    rmSync(path);
    expect(texts).toEqual(['name: größe\n', 'name: größe\n']);
  });

  test('standard input stands for itself', () => {
    expect(filesIn(folder).list('-')).toEqual(['-']);
  });
});

describe('folders', () => {
  test('are walked without hidden files, dependencies and loops', () => {
    const all = walkFolder(folder).map((path) => path.slice(folder.length + 1));
    expect(all).not.toContain('.git/x.yaml');
    expect(all.filter((path) => path.startsWith('node_modules') || path.includes('loop'))).toEqual(
      [],
    );
    expect(all).toContain('readme.md');
  });

  test('are told from files and from nothing', () => {
    expect([kindOf(folder), kindOf(join(folder, 'a.yaml')), kindOf(join(folder, 'none'))]).toEqual([
      'folder',
      'file',
      undefined,
    ]);
    expect([folderOf('a/b.yaml'), folderOf('b.yaml'), folderOf('-')]).toEqual(['a', '.', '.']);
  });

  test('hold the profiles that ship with the program', () => {
    expect(kindOf(shippedProfile('ha-cloud'))).toBe('file');
    expect(kindOf(shippedProfile('nothing-like-it'))).toBeUndefined();
  });
});
