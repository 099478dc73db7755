// Importing files of plugins: which exports count, and what is said of a file that is no use. The
// modules are imported as this test is; that Node itself does is seen from outside (e2e/plugins).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importPlugins } from '../../src/scenario/plugin-files.js';
import { isTypeScript, stripTypes, TypeStrippingError } from '../../src/scenario/type-stripping.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock plugins '));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const noop = () => undefined;
const filter = (name: string) => ({ name, filter: noop });

/** What a file is taken for whose module is the given one, or throws. */
async function imported(file: string, text: string, exported: unknown) {
  const path = join(folder, file);
  writeFileSync(path, text);
  const importModule = async () => {
    if (exported instanceof Error) throw exported;
    return exported;
  };
  const modules = await importPlugins([path], { importModule });
  const { plugins, problems } = modules.get(path) ?? { plugins: [], problems: [] };
  return {
    names: plugins.map(({ name }) => name),
    problems: problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
    expected: problems[0]?.expected ?? '',
  };
}

describe('the exports of a module', () => {
  test('that are plugins count, in the order of their names, whatever else there is', async () => {
    const exported = { b: filter('B'), default: filter('D'), a: filter('A'), prices: { x: 1 } };
    const { names, problems } = await imported('all.js', '', exported);
    expect([names, problems]).toEqual([['A', 'B', 'D'], []]);
  });

  test('count once when the default export has a name too', async () => {
    const plugin = filter('A');
    const { names } = await imported('cjs.cjs', '', { default: plugin, plugin, other: plugin });
    expect(names).toEqual(['A']);
  });

  test('that are no plugins leave the file without use', async () => {
    const { names, problems, expected } = await imported('none.js', '', { filter: noop });
    expect([names, problems]).toEqual([[], ['1:1 exports no scheduler plugin']]);
    expect(expected).toContain("an export {name: 'MyPlugin', …} with at least one of preEnqueue,");
  });

  test('are all or none: one with a fault spoils the file', async () => {
    const exported = { a: filter('A'), b: { ...filter('B'), permit: 3, addPod: noop } };
    const { names, problems } = await imported('half.js', '', exported);
    expect(names).toEqual([]);
    expect(problems).toEqual([
      '1:1 plugin B has permit as 3, not as a method',
      '1:1 plugin B has addPod without preFilter',
    ]);
  });
});

describe('a file that cannot be imported', () => {
  test('is refused by its name when that is no module’s', async () => {
    const { problems, expected } = await imported('plugin.py', 'x', {});
    expect(problems).toEqual(['1:1 is not a module of plugins']);
    expect(expected).toContain('.ts, .mts, .js');
  });

  test.each([
    ['a.ts', 'const a = 1;\nexport const b = ;', '2:18 Expression expected'],
    ['b.ts', '\n  enum Size { Small }', '2:3 TypeScript enum is not supported in strip-only mode'],
  ])('%s: a fault in TypeScript has its place', async (file, text, problem) => {
    // As it comes from another thread.
    const thrown = new Error('1:1: a fault');
    expect((await imported(file, text, thrown)).problems).toEqual([problem]);
  });

  test('has the place of a fault in JavaScript, of which Node tells nothing', async () => {
    const text = 'export const a = 1;\nexport const = 2;';
    const error = new SyntaxError("Unexpected token '='");
    const { problems } = await imported('syntax.js', text, error);
    expect(problems).toEqual([expect.stringMatching(/^2:14 /)]);
  });

  test('gets advice when Node takes it for CommonJS', async () => {
    const error = new SyntaxError("Unexpected token 'export'");
    const { problems, expected } = await imported('type.js', 'export const a = 1;', error);
    expect(problems).toEqual(["1:1 cannot be imported: SyntaxError: Unexpected token 'export'"]);
    expect(expected).toContain('ends in .mjs or .ts');
  });

  test('has the place in it where it throws', async () => {
    const error = new TypeError('no prices');
    const url = new URL(`file://${folder.replaceAll(' ', '%20')}/throws.js`).href;
    error.stack = `TypeError: no prices\n    at ${url}:4:9\n    at node:internal:1:1`;
    const { problems } = await imported('throws.js', '', error);
    expect(problems).toEqual(['4:9 cannot be imported: TypeError: no prices']);
  });

  test('is told in the first line of what Node says', async () => {
    const error = new Error("Cannot find module 'x'\nRequire stack:\n- y");
    const { problems } = await imported('missing.js', '', error);
    expect(problems).toEqual(["1:1 cannot be imported: Cannot find module 'x'"]);
  });

  test('is an error of the file system when it is not there', async () => {
    await expect(importPlugins([join(folder, 'gone.js')])).rejects.toThrow('ENOENT');
  });
});

describe('types', () => {
  test('are blanked out, so that every line and column stays', () => {
    const source = "import type { Pod } from 'x';\nconst a = { b: 1 } satisfies Pod; a;";
    const code = stripTypes(source);
    expect(code).toHaveLength(source.length);
    expect(code.trim()).toMatch(/^const a = \{ b: 1 \} +; a;$/);
    expect(code.indexOf('a;')).toBe(source.indexOf('a;'));
  });

  test('that need code are refused with their place', () => {
    const source = '\nclass A { constructor(readonly a: number) {} }';
    expect(() => stripTypes(source)).toThrow(TypeStrippingError);
    expect(() => stripTypes(source)).toThrow(expect.objectContaining({ line: 2, column: 32 }));
  });

  test.each([
    ['a.ts', true],
    ['a.mts', true],
    ['a.cts', false],
    ['a.js', false],
    ['a.d.ts.js', false],
  ])('%s holds them: %s', (path, holds) => {
    expect(isTypeScript(path)).toBe(holds);
  });
});
