// Proves the lint: plants one fault per file in a copy of the folder layout, runs Biome once with
// the repository's own rules and asks whether each fault was reported, and nothing else was.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { componentFolders, importFault, layers } from './layer-order.js';
import { root } from './source-files.js';

interface Diagnostic {
  readonly category: string;
  readonly message: string;
  readonly severity: string;
  readonly location: { readonly path: string };
}

interface Plant {
  readonly path: string;
  readonly code: string;
  /** What the report says, as part of "category message"; nothing for clean code. */
  readonly reported?: string;
}

const modelFolders = [
  'kernel',
  'client',
  'control-plane/etcd',
  'node/kubelet',
  'network',
  'cluster',
];
const everyLayer = [...layers.keys()].filter((layer) => layer !== 'index.ts');
const belowCli = everyLayer.filter((layer) => layer !== 'cli');
const aboveModel = ['workload', 'scenario', 'experiment', 'report'];

const plants: Plant[] = [];

function plant(folders: readonly string[], code: string, reported: string, file?: string): void {
  for (const folder of folders) {
    const path = `src/${folder}/${file ?? `planted-${plants.length}.ts`}`;
    plants.push({ path, code: `${code}\n`, reported });
  }
}

function clean(path: string, code: string): void {
  plants.push({ path, code: `${code}\n` });
}

// Numbers and time.
plant(belowCli, 'export const x: number = Math.random();', 'Math.random is banned');
for (const name of ['log', 'exp']) {
  plant(belowCli, `export const x: number = Math.${name}(2);`, 'from src/kernel/math');
}
for (const name of ['pow', 'hypot', 'cbrt']) {
  plant(['kernel'], `export const x: number = Math.${name}(2, 2);`, `Math.${name} is banned`);
}
const approximate = ['sin', 'cos', 'tan', 'atan2', 'sinh', 'log1p', 'expm1', 'log2', 'log10'];
for (const name of approximate) {
  plant(['node/kubelet'], `export const x: number = Math.${name}(2);`, 'differ between engines');
}
plant(['kernel'], "export const x: number = Math['sin'](2);", 'Write Math.name in full');
plant(['kernel'], 'export const { log } = Math;', 'Write Math.name in full');
plant(belowCli, 'export const x: number = 2 ** 3;', '** is computed');
plant(
  ['stats'],
  'export function square(x: number): number {\n  let y = x;\n  y **= 2;\n  return y;\n}',
  '**= is computed',
);
const clocked = belowCli.filter((layer) => layer !== 'experiment');
plant(clocked, 'export const x: number = Date.now();', 'noRestrictedGlobals');
plant(clocked, 'export const x: number = performance.now();', 'noRestrictedGlobals');

// Text and order.
plant(everyLayer, "export const x: number = 'a'.localeCompare('b');", 'localeCompare depends');
plant(['report'], "export const x: string = (1).toLocaleString('en');", 'toLocale* depends');
plant(everyLayer, 'export const x: unknown = Intl;', 'noRestrictedGlobals');
plant(everyLayer, 'export const x: number[] = [2, 1].sort();', 'Pass a comparator');
plant(['api'], 'export const x: number[] = [2, 1].toSorted();', 'Pass a comparator');
for (const name of ['keys', 'values', 'entries']) {
  plant(modelFolders, `export const x: unknown = Object.${name}({ a: 1 });`, 'Integer-like keys');
}
plant(['kernel', 'cli'], 'for (const key in { a: 1 }) f(key);', 'noForIn');

// The model is synchronous and knows no host.
const asynchronous = 'The model has no async functions and no generators';
plant(modelFolders, 'export async function f(): Promise<void> {}', asynchronous);
plant(modelFolders, 'export const f: unknown = async () => 1;', asynchronous);
plant(modelFolders, 'export const o: unknown = { async m() {} };', asynchronous);
plant(modelFolders, 'export class C {\n  static async m(): Promise<void> {}\n}', asynchronous);
plant(modelFolders, 'export function* f(): Iterable<number> {\n  yield 1;\n}', asynchronous);
plant(modelFolders, 'export class C {\n  *m(): Iterable<number> {}\n}', asynchronous);
plant(['kernel'], 'export const x: unknown = await 1;', 'The model does not await');
const hostNames = ['process', 'globalThis', 'crypto'];
for (const name of [...hostNames, 'Promise', 'setTimeout', 'setInterval', 'queueMicrotask']) {
  plant(modelFolders, `export const x: unknown = ${name};`, 'noRestrictedGlobals');
}
for (const name of hostNames) {
  plant(['workload', 'report'], `export const x: unknown = ${name};`, 'noRestrictedGlobals');
}

// Packages have homes.
const hostless = everyLayer.filter((l) => !['cli', ...aboveModel].includes(l)).concat('report');
plant(hostless, "export { readFileSync } from 'node:fs';", "'node:fs' is for src/cli");
plant(['kernel'], "import 'seedrandom';", "'seedrandom' is for src/kernel/random-stream.ts");
plant(['kernel'], "import 'fastpriorityqueue';", 'is for src/kernel/reference-event-queue.ts');
for (const name of ['yargs', 'yargs/helpers', 'picocolors', 'cli-progress']) {
  plant(['report', 'kernel'], `import '${name}';`, `'${name}' is for src/cli`);
}
plant(['cli'], "import 'csv-stringify/sync';", 'is for src/report');
plant(['cli', 'report'], "import 'vega-lite';", 'is for src/report/svg/render-svg.ts');
plant(['api', 'cluster'], "import 'zod';", 'is for src/scenario');
plant(['cli', 'workload'], "import 'yaml';", 'is for src/api and src/scenario');
plant(['workload'], "import 'js-yaml';", 'is for src/api and src/scenario');
plant(['cli'], "import 'left-pad';", 'has no home');
plant(['cli'], "export const x: unknown = import('left-pad');", 'has no home');

// TypeScript as we write it.
plant(['cli'], 'export const x: any = 1;', 'noExplicitAny');
plant(['api'], 'export const f = (x?: number): number => x!;', 'noNonNullAssertion');
plant(['control-plane/etcd'], 'export const f = (x?: 1): 1 => x!;', 'noNonNullAssertion');
plant(['cli'], 'export enum Phase {\n  Pending = 0,\n}', 'noEnum');
plant(['cli'], 'export default 1;', 'noDefaultExport');
plant(['cli'], 'export namespace N {\n  export const x = 1;\n}', 'noNamespace');
plant(['cli'], "import { T } from './t.js';\n\nexport type U = T;", 'useImportType');
plant(
  ['cli'],
  "import { readFileSync } from 'fs';\n\nreadFileSync('x');",
  'useNodejsImportProtocol',
);
plant(['cli'], "export * from './t.js';", 'noReExportAll');
plant(['report'], "console.log('x');", 'noConsole');
plant(['cli'], 'export const x: number = 1;', 'useFilenamingConvention', 'camelCase.ts');
const long = (lines: number): string =>
  `export function f(): void {\n${'  f();\n'.repeat(lines - 2)}}`;
plant(['cli'], long(71), 'noExcessiveLinesPerFunction');
plant(['cli'], 'f();\n'.repeat(401), 'noExcessiveLinesPerFile');

// What is right stays unreported.
clean('src/cli/started-at.ts', 'export const startedAt: number = Date.now();');
clean('src/experiment/wall-ms.ts', 'export const wallMs: number = performance.now();');
clean('src/cli/long.ts', long(70));
clean('src/kernel/random-stream.ts', "import 'seedrandom';");
clean('src/kernel/reference-event-queue.ts', "import 'fastpriorityqueue';");
clean(
  'src/cli/packages.ts',
  "import 'cli-progress';\nimport 'picocolors';\nimport 'yargs/helpers';",
);
clean('src/report/svg/render-svg.ts', "import 'vega';\nimport 'vega-lite';");
clean('src/report/packages.ts', "import 'csv-stringify/sync';\nimport 'uplot';");
clean('src/workload/packages.ts', "import 'node:fs';\nimport 'zod';");
clean('src/scenario/packages.ts', "import 'node:fs';\nimport 'yaml';\nimport 'zod';");
clean('src/api/packages.ts', "import 'js-yaml';\nimport 'yaml';");
clean('src/experiment/packages.ts', "import 'node:worker_threads';");
clean('src/kernel/reads.ts', 'export const at = (a: Float64Array, i: number): number => a[i]!;');
clean(
  'src/control-plane/scheduler/clean.ts',
  [
    "import type { Pod } from '../../api/pod.js';",
    "import { nodeInfo } from './framework/node-info.js';",
    '',
    'export function names(pods: ReadonlyMap<string, Pod>): string[] {',
    '  const half = Math.floor(Math.sqrt(pods.size) / 2);',
    '  return Object.keys(nodeInfo(half)).sort((a, b) => (a < b ? -1 : 1));',
    '}',
  ].join('\n'),
);

// Every pair of places, against the table that the tidy test uses.
const places = [
  ...everyLayer.map((layer) => `src/${layer}/a-file.ts`),
  ...[...componentFolders].flatMap(([layer, folders]) =>
    folders.map((folder) => `src/${layer}/${folder}/a-file.ts`),
  ),
  'src/index.ts',
];
for (const from of places) {
  for (const [index, to] of places.entries()) {
    if (to === from || (from === 'src/index.ts' && index > 0)) continue;
    plantImport(from, to, index);
  }
}

function plantImport(from: string, to: string, index: number): void {
  const path = from === 'src/index.ts' ? from : from.replace('a-file', `import-${index}`);
  const up = '../'.repeat(path.split('/').length - 2);
  const shared = importPath(path, to, up);
  const reported = importFault(path, to) === undefined ? {} : { reported: 'Layer order: ' };
  plants.push({ path, code: `export { x } from '${shared}';\n`, ...reported });
}

/** The specifier as it is written: relative, by the shortest way. */
function importPath(path: string, to: string, up: string): string {
  const own = `${dirname(path)}/`;
  const parent = `${dirname(dirname(path))}/`;
  const target = to.replace(/\.ts$/, '.js');
  if (target.startsWith(own)) return `./${target.slice(own.length)}`;
  if (target.startsWith(parent)) return `../${target.slice(parent.length)}`;
  return `${up === '' ? './' : up}${target.slice('src/'.length)}`;
}

let folder = '';
const reports = new Map<string, string[]>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock-lint-'));
  for (const path of ['biome.json', '.gitignore', 'tools/lint']) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  for (const { path, code } of plants) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  for (const { location, category, message, severity } of lint()) {
    if (severity !== 'error') continue;
    reports.set(location.path, [...(reports.get(location.path) ?? []), `${category} ${message}`]);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lint(): readonly Diagnostic[] {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const options = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = spawnSync(process.execPath, [biome, ...options], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout).diagnostics;
}

describe('the lint', () => {
  test('was asked about each planted file once', () => {
    expect(new Set(plants.map(({ path }) => path)).size).toBe(plants.length);
  });

  test('reports every planted fault', () => {
    const missed = plants.filter(
      ({ path, reported }) =>
        reported !== undefined &&
        !(reports.get(path) ?? []).some((text) => text.includes(reported)),
    );
    expect(missed.map(({ path, code }) => [path, code, reports.get(path)])).toEqual([]);
  });

  test('reports nothing in clean files', () => {
    const wronged = plants.filter(
      ({ path, reported }) => reported === undefined && reports.has(path),
    );
    expect(wronged.map(({ path, code }) => [path, code, reports.get(path)])).toEqual([]);
  });

  test('names the replacement in every rule of our own', () => {
    const own = [...reports.values()].flat().filter((text) => text.startsWith('plugin '));
    expect(own.filter((text) => text.length < 40)).toEqual([]);
    expect(own.length).toBeGreaterThan(100);
  });
});
