// Names of files that tell nothing about the machine that they lie on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { portableNames } from '../../src/scenario/portable-names.js';

describe('the portable name of a file', () => {
  test.each([
    [
      'a relative one',
      ['app.yaml', './b/c.yaml', '../up.yaml'],
      ['app.yaml', './b/c.yaml', '../up.yaml'],
    ],
    ['a single one', ['/data/ann/app.yaml'], ['app.yaml']],
    ['of one folder', ['/data/ann/a/1.yaml', '/data/ann/a/2.yaml'], ['1.yaml', '2.yaml']],
    ['of several', ['/data/ann/a/1.yaml', '/data/ann/b.yaml'], ['a/1.yaml', 'b.yaml']],
    [
      'with a beginning in common',
      ['/data/ann/ab.yaml', '/data/ann/ac.yaml'],
      ['ab.yaml', 'ac.yaml'],
    ],
    ['of Windows', ['C:\\work\\a.yaml', 'C:\\work\\x\\b.yaml'], ['a.yaml', 'x\\b.yaml']],
    ['on two drives', ['C:\\a.yaml', 'D:\\b.yaml'], ['C:\\a.yaml', 'D:\\b.yaml']],
    ['- for standard input', ['-', '/data/a.yaml'], ['-', 'a.yaml']],
    ['that another file has', ['a.yaml', '/data/a.yaml'], ['a.yaml', 'a.yaml (2)']],
    ['a folder and what is in it', ['/x/app', '/x/app/a.yaml'], ['app', 'app/a.yaml']],
  ])('%s', (_what, files, names) => {
    expect(files.map(portableNames(files, []))).toEqual(names);
  });

  test('of a folder is what is left of it', () => {
    const name = portableNames(['/x/y/s.yaml', '/x/y/app/a.yaml'], ['/x/y', '/x/y/app', '.']);
    expect(['/x/y', '/x/y/app', '.'].map(name)).toEqual(['.', 'app', '.']);
  });

  test('leaves every other text alone', () => {
    expect(portableNames(['/x/a.yaml'], [])('converged')).toBe('converged');
  });

  test('is never that of another file, and does not begin at the root', () => {
    const step = fc.constantFrom('a', 'b', 'c (2)', 'c');
    const path = fc
      .tuple(fc.boolean(), fc.array(step, { minLength: 1, maxLength: 4 }))
      .map(([isRooted, steps]) => (isRooted ? '/' : '') + steps.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), (files) => {
        const names = files.map(portableNames(files, []));
        expect(new Set(names).size).toBe(files.length);
        expect(names.filter((name) => name.startsWith('/'))).toEqual([]);
      }),
    );
  });
});
