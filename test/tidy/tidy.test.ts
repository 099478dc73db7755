// The house rules that a linter cannot see: sizes, names, the import graph, banned words, and that
// the documents agree with the code.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type ConstantRow, constantsTable } from '../../src/stats/constants.js';
import { renderModelTables, replaceSection } from '../../tools/model-tables.mjs';
import { componentFolders, importFault, layers, placeOf } from './layer-order.js';
import { importsOf, root, type SourceFile, sourceFiles } from './source-files.js';

const src = sourceFiles(['src'], ['.ts']);
const code = [
  ...src,
  ...sourceFiles(['test', 'bench', 'tools', 'vitest.config.ts'], ['.ts', '.mjs', '.mts']),
];
const isTest = (file: SourceFile): boolean => file.path.startsWith('test/');

/** One `path:line: what` for every line of `files` that `fault` has something to say about. */
function faultyLines(
  files: readonly SourceFile[],
  fault: (line: string, file: SourceFile) => string | undefined,
): string[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line, index) => {
      const what = fault(line, file);
      return what === undefined ? [] : [`${file.path}:${index + 1}: ${what}`];
    }),
  );
}

describe('sizes', () => {
  test('no file is longer than 400 lines, no test longer than 600', () => {
    const long = code.filter((file) => file.lines.length > (isTest(file) ? 600 : 400));
    expect(long.map((file) => `${file.path} has ${file.lines.length} lines`)).toEqual([]);
  });

  test('no function is longer than 70 lines', () => {
    expect(code.flatMap(longFunctions)).toEqual([]);
  });

  test('no line of code is wider than 100 characters, but for addresses and whole texts', () => {
    // The formatter cannot break a text or a pattern: what stands around it counts.
    const text = /(['"`])(?:(?!\1).){24,}\1|\/[^/ ].{24,}\/[a-z]*/g;
    const wide = faultyLines(code, (line) => {
      if (line.length <= 100 || /https?:\/\//.test(line)) return undefined;
      return line.replace(text, '').length <= 90 ? undefined : `${line.length} characters wide`;
    });
    expect(wide).toEqual([]);
  });

  test('the event kernel is small enough to be read in one sitting', () => {
    const budget = 710;
    const stations = ['stations', 'station-meter', 'cpu-host', 'cores'];
    const apart = [...stations, 'reference-event-queue'].map((name) => `src/kernel/${name}.ts`);
    const lines = src
      .filter((file) => file.path.startsWith('src/kernel/') && !apart.includes(file.path))
      .flatMap((file) => file.lines)
      .filter((line) => !/^\s*(?:\/\/|\/\*|\*|$)/.test(line));
    expect(lines.length).toBeLessThanOrEqual(budget);
  });
});

/**
 * Functions over 70 lines. Formatted code closes a block at the indent of the line that opened it,
 * so indents are enough; `describe` is a heading, not a function.
 */
function longFunctions({ path, lines }: SourceFile): string[] {
  const opens = /(?:=> |\)(?:: .+)? )\{$/;
  const isNoFunction = /^\s*(?:\} )?(?:if|else|for|while|switch|catch|describe)\b/;
  return lines.flatMap((line, index) => {
    if (!opens.test(line) || isNoFunction.test(line)) return [];
    const indent = line.slice(0, line.search(/\S/));
    const length = lines.slice(index + 1).findIndex((other) => other.startsWith(`${indent}}`)) + 2;
    return length > 70 ? [`${path}:${index + 1}: ${length} lines`] : [];
  });
}

describe('names and headers', () => {
  test('no file carries a name that says nothing', () => {
    const empty = /(?:^|\/)(?:utils?|types?|helpers?|misc|common)(?:\.|\/|$)/;
    const names = code.filter(({ path }) => empty.test(path) || /^src\/.+\/index\.ts$/.test(path));
    expect(names.map((file) => file.path)).toEqual([]);
  });

  test('every source file opens with a comment that says what it models', () => {
    const bare = src.filter(({ text }) => !/^(?:#!.*\n)?(?:\/\/ \S|\/\*\*?\s+\S)/.test(text));
    expect(bare.map((file) => file.path)).toEqual([]);
  });
});

describe('the import graph', () => {
  const graph = new Map(src.map((file) => [file.path, importsOf(file)]));

  test('every import leads to a file', () => {
    const lost = [...graph].flatMap(([from, targets]) =>
      targets.filter((to) => !graph.has(to)).map((to) => `${from} imports ${to}`),
    );
    expect(lost).toEqual([]);
  });

  test('every folder of src is a layer, and every component is known to the lint', () => {
    const rules = readFileSync(join(root, 'tools/lint/import-layers.grit'), 'utf8');
    for (const { path } of src) {
      const { layer, component } = placeOf(path);
      expect([...layers.keys()], path).toContain(layer);
      if (component !== '') expect(componentFolders.get(layer), path).toContain(component);
    }
    for (const [layer, folders] of componentFolders) {
      for (const folder of folders) expect(rules).toContain(`src/${layer}/${folder}/`);
    }
  });

  test('imports point down the layers, and no component knows a sibling', () => {
    const faults = [...graph].flatMap(([from, targets]) =>
      targets.flatMap((to) => {
        const fault = importFault(from, to);
        return fault === undefined ? [] : [`${from} imports ${to}: ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  test('no two folders import each other, not even by a detour', () => {
    expect(folderCycle(graph)).toEqual([]);
  });

  test('every source file is reached from the command line or the library', () => {
    const entries = ['src/cli/main.ts', 'src/index.ts'].filter((path) => graph.has(path));
    if (entries.length < 2) return;
    // The reference queue is what tests check the fast one against; no run uses it.
    const reached = reachable(graph, [...entries, 'src/kernel/reference-event-queue.ts']);
    expect([...graph.keys()].filter((path) => !reached.has(path))).toEqual([]);
  });
});

function folderOf(path: string): string {
  const { layer, component } = placeOf(path);
  return component === '' ? layer : `${layer}/${component}`;
}

/** The folders of one cycle in order, or nothing. */
function folderCycle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const edges = new Map<string, Set<string>>();
  for (const [from, targets] of graph) {
    const known = edges.get(folderOf(from)) ?? new Set();
    edges.set(folderOf(from), known);
    for (const to of targets) if (folderOf(to) !== folderOf(from)) known.add(folderOf(to));
  }
  const done = new Set<string>();
  const visit = (folder: string, trail: readonly string[]): string[] => {
    if (trail.includes(folder)) return [...trail.slice(trail.indexOf(folder)), folder];
    if (done.has(folder)) return [];
    done.add(folder);
    for (const next of edges.get(folder) ?? []) {
      const cycle = visit(next, [...trail, folder]);
      if (cycle.length > 0) return cycle;
    }
    return [];
  };
  for (const folder of edges.keys()) {
    const cycle = visit(folder, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function reachable(
  graph: ReadonlyMap<string, readonly string[]>,
  entries: readonly string[],
): Set<string> {
  const reached = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...(graph.get(path) ?? []));
  }
  return reached;
}

describe('words', () => {
  const documents = sourceFiles(
    ['docs', 'scenarios', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', '.ci', 'package.json'],
    [''],
  );

  test('nothing is left open in the code', () => {
    // Written in two halves, so that this file does not find itself.
    const halves = [
      'TO|DO',
      'FIX|ME',
      'X|XX',
      'HA|CK',
      'st|ub',
      'place|holder',
      'not imple|mented',
    ];
    const open = new RegExp(
      `\\b(?:${halves.map((word) => word.replace('|', '')).join('|')})\\b`,
      'i',
    );
    const find = (line: string): string | undefined => open.exec(line)?.[0];
    expect(faultyLines(code, find)).toEqual([]);
  });

  test('no path of one machine is written down', () => {
    const path = /(?<![\w.~-])\/(?:work|tmp|root|home)\/\w[\w./-]*/;
    const find = (line: string): string | undefined =>
      path.exec(line.replaceAll(/https?:\/\/\S+/g, ''))?.[0];
    expect(faultyLines([...code, ...documents], find)).toEqual([]);
  });
});

describe('documents', () => {
  test('every npm command of the README is a script', () => {
    if (!existsSync(join(root, 'README.md'))) return;
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const commands = readme.matchAll(/\bnpm (?:run (?:--\S+ )*)?(?<name>[\w:]+)/g);
    const builtIn = ['ci', 'install', 'pack', 'run'];
    const names = [...commands]
      .map((match) => match.groups?.['name'] ?? '')
      .filter((name) => !builtIn.includes(name));
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('docs/MODEL.md lists the constants of the code', async () => {
    const tables = await declaredTables();
    const model = readFileSync(join(root, 'docs/MODEL.md'), 'utf8');
    const repair = 'Run: npm run build && node tools/write-model-tables.mjs';
    expect(model, repair).toBe(replaceSection(model, renderModelTables(tables)));
  });

  test('no constant is declared twice', async () => {
    const names = (await declaredTables()).flat().map(({ group, name }) => `${group}.${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

/** The tables of every file named constants.ts or ending in -constants.ts. */
async function declaredTables(): Promise<(readonly ConstantRow[])[]> {
  const tables: (readonly ConstantRow[])[] = [];
  for (const { path } of src) {
    if (!/[/-]constants\.ts$/.test(path) || path === 'src/stats/constants.ts') continue;
    const declared = Object.values(await import(pathToFileURL(join(root, path)).href))
      .map(constantsTable)
      .filter((table) => table !== undefined);
    expect(declared.length, `${path} exports nothing from defineConstants`).toBeGreaterThan(0);
    tables.push(...declared);
  }
  return tables;
}
