// The package as a user gets it: what is in the tarball, and that it runs where only its own
// dependencies are installed. Needs the built program (npm test builds it first).

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Tarball {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|SOCKET_TIMEOUT/;

let folder = '';
let project = '';
let tarball: Tarball;
let installed: Outcome;

/** Runs npm or npx as from a shell of its own, without what an outer `npm test` has exported. */
function run(command: string, args: readonly string[], cwd: string): Outcome {
  const kept = ['npm_config_cache', 'npm_config_registry', 'npm_config_userconfig'];
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.includes(name)),
  );
  return spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 240_000,
    shell: process.platform === 'win32',
  });
}

beforeAll(() => {
  const built = join(root, manifest.bin.kubeclock);
  if (!existsSync(built)) throw new Error(`${manifest.bin.kubeclock} is missing: npm run build`);
  folder = mkdtempSync(join(tmpdir(), 'kubeclock-package-'));
  const packed = run('npm', ['pack', '--json', '--pack-destination', folder], root);
  expect(packed.status, packed.stderr).toBe(0);
  tarball = JSON.parse(packed.stdout)[0];

  project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=0'];
  installed = run('npm', ['install', ...options, join(folder, tarball.filename)], project);
});

afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});

describe('the tarball', () => {
  test('holds the program, its types, the scenarios and the licence, and nothing else', () => {
    const expected =
      /^(?:dist\/.+\.(?:js|d\.ts)|scenarios\/.+|README\.md|LICENSE|NOTICE|package\.json)$/;
    const paths = tarball.files.map(({ path }) => path);
    expect(paths.filter((path) => !expected.test(path))).toEqual([]);
    expect(paths.filter((path) => path.startsWith('dist/test-types/'))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'dist/cli/main.js', 'dist/index.d.ts']),
    );
  });

  test('is smaller than 2 MB', () => {
    expect(tarball.size).toBeLessThan(2_000_000);
  });
});

describe('an empty project that installs it', () => {
  test.beforeEach((context) => {
    const isCutOff = installed.status !== 0 && unreachable.test(installed.stderr);
    context.skip(isCutOff, 'the package registry cannot be reached and the cache is empty');
    expect(installed.status, installed.stderr).toBe(0);
  });

  test('runs kubeclock version --json', () => {
    const version = run('npx', ['--no', 'kubeclock', 'version', '--json'], project);
    expect(version.status, version.stderr).toBe(0);
    expect(JSON.stringify(JSON.parse(version.stdout))).toContain(`"${manifest.version}"`);
  });

  test('imports the library by its name', () => {
    const code = "console.log(Object.keys(await import('kubeclock')).length)";
    const imported = run('node', ['--input-type=module', '--eval', code], project);
    expect(imported.status, imported.stderr).toBe(0);
    expect(Number(imported.stdout)).toBeGreaterThan(0);
  });
});
