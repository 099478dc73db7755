import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { scenarioText } from '../scenario/memory-files.js';

const simulationEntry = new URL('./fake-simulation.mjs', import.meta.url);

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock program '));
  file = join(folder, 'scenario.yaml');
  writeFileSync(file, scenarioText('seed: 1'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function program(
  args: readonly string[],
  env: Record<string, string> = {},
  columns?: number,
) {
  let out = '';
  let err = '';
  const code = await runProgram(args, {
    out: { columns, write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    env,
    simulationEntry,
  });
  return { code, out, err };
}

const run = (...args: readonly string[]) =>
  program(['run', file, '--out', join(folder, 'out'), ...args]);

describe('the exit code', () => {
  test('is that of the command', async () => {
    expect((await run()).code).toBe(0);
    expect((await run('--max-events', '5')).code).toBe(6);
    expect((await run('--seed', 'unstable', '--verify')).code).toBe(5);
    expect((await run('--set', 'thresholds={pods_ready: [max<0]}')).code).toBe(3);
  });

  test('of a bug is 1, with the stack only on demand', async () => {
    const plain = await run('--seed', 'crash');
    expect(plain).toMatchObject({ code: 1, out: '' });
    expect(plain.err).toContain('internal error: the model has a bug');
    expect(plain.err).not.toContain('    at ');
    expect((await run('--seed', 'crash', '--debug')).err).toContain('    at ');
  });

  test('of a limit of the model is 2, and it is no bug', async () => {
    const { code, err } = await run('--seed', 'beyond');
    expect(code).toBe(2);
    expect(err).toBe('kubeclock: beyond the model: volumes are not attached\n');
  });

  test('of a wrong command line is 2', async () => {
    for (const args of [
      [],
      ['rum'],
      ['run'],
      ['run', file, '--unknown'],
      ['plan', file, '-o', 'xml'],
    ]) {
      expect((await program(args)).code).toBe(2);
    }
  });
});

/** What yargs prints, which knows no stream but the console's. */
async function helpOf(args: readonly string[], columns?: number): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await program(args, {}, columns);
  const text = log.mock.calls.map(([line]) => `${line}\n`).join('');
  log.mockRestore();
  return text;
}

describe('a word that is not known', () => {
  test.each([
    [['rnu'], 'There is no command "rnu". Did you mean run?', 'kubeclock --help'],
    [['rnu', 'a.yaml'], 'There is no command "rnu". Did you mean run?', 'kubeclock --help'],
    [['zzzzzz'], 'There is no command "zzzzzz".', 'kubeclock --help'],
    [['run', 'a', '--sed', '3'], 'no option --sed. Did you mean --seed?', 'kubeclock run --help'],
    [['plan', 'a', '--max-wal', '3s'], 'There is no option --max-wal.', 'kubeclock plan --help'],
    [['run', 'a', '--max-wal', '3s'], 'Did you mean --max-wall?', 'kubeclock run --help'],
    [['run', 'a', '-x'], 'There is no option -x.', 'kubeclock run --help'],
  ])('%j is told with the one that is meant', async (args, message, help) => {
    const { code, err } = await program(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain(`Try ${help}.`);
  });
});

describe('the help', () => {
  test.each([80, 60])('fits a terminal of %i columns but for its examples', async (columns) => {
    const out = await helpOf(['run', '--help'], columns);
    const options = out.slice(out.indexOf('Options:')).split('\n');
    expect(options.filter((line) => line.length > columns)).toEqual([]);
  });
});

describe('options', () => {
  test('that are empty are refused by name', async () => {
    for (const name of ['out', 'seed', 'max-wall']) {
      expect((await run(`--${name}`, '')).err).toContain(`--${name} is `);
    }
    expect(await run('--seed', '')).toMatchObject({ code: 2, out: '' });
  });

  test('of the environment count like flags, and flags win', async () => {
    const seedOf = async (args: readonly string[], env: Record<string, string>) =>
      JSON.parse((await program(['plan', file, '--json', ...args], env)).out).seed;
    expect(await seedOf([], { KUBECLOCK_SEED: '8' })).toBe('8');
    expect(await seedOf(['--seed', '9'], { KUBECLOCK_SEED: '8' })).toBe('9');
    expect(await seedOf([], { KUBECLOCK_CORPUS: 'x', KUBECLOCK_JSON: '1' })).toBe('1');
  });

  test('may be repeated only where that means something', async () => {
    const twice = await program(['plan', file, '--json', '--set', 'seed=2', '--set', 'horizon=5s']);
    expect(JSON.parse(twice.out)).toMatchObject({ seed: '2', horizonUs: 5_000_000 });
    expect((await program(['plan', file, '--nodes', '1', '--nodes', '2'])).err).toContain(
      'more than once',
    );
  });

  test('that look like numbers stay what was typed', async () => {
    const { out } = await program(['plan', file, '--json', '--seed', '0x10', '--nodes', '4']);
    expect(JSON.parse(out)).toMatchObject({ seed: '0x10', cluster: { nodePools: [{ count: 4 }] } });
  });
});

describe('what a failed run leaves', () => {
  test('is nothing', async () => {
    await program(['run', file, '--out', join(folder, 'none', 'deep'), '--seed', 'crash']);
    expect(readdirSync(folder)).not.toContain('none');
  });
});
