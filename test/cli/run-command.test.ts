import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunArguments, runCommand } from '../../src/cli/run-command.js';
import { SimulationFailure } from '../../src/cli/simulation.js';
import { scenarioText } from '../scenario/memory-files.js';
import { type FakeTerminal, type FakeTerminalOptions, fakeTerminal } from './fake-terminal.js';

const entry = new URL('./fake-simulation.mjs', import.meta.url);

let folder = '';
let out = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock run '));
  out = join(folder, 'out');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran extends Omit<FakeTerminal, 'terminal'> {
  readonly code: number;
}

async function run(
  spec: string,
  args: Partial<RunArguments> = {},
  options: FakeTerminalOptions = {},
): Promise<Ran> {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, scenarioText(spec));
  const fake = fakeTerminal(options);
  const code = await runCommand({ files: [file], out, ...args }, fake.terminal, entry);
  return { code, out: fake.out, err: fake.err };
}

describe('a run that goes well', () => {
  test('writes every file and prints the summary', async () => {
    const { code, out: printed, err } = await run('seed: 5');
    expect(code).toBe(0);
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(['summary.json', 'pods.csv', 'report.html']),
    );
    expect(printed()).toContain('RUN');
    expect(err()).toContain(`Results: ${out}`);
  });

  test('keeps clock and host out of everything but meta.json', async () => {
    await run('seed: 5');
    const meta = JSON.parse(readFileSync(join(out, 'meta.json'), 'utf8'));
    expect(meta).toMatchObject({ tool: 'kubeclock', traceHash: 'hash', modelVersion: 'fake' });
    expect(meta.files).toContain('summary.json');
    expect(Date.parse(meta.finishedAt)).toBeGreaterThan(0);
    const first = readFileSync(join(out, 'summary.json'), 'utf8');
    await run('seed: 5');
    expect(readFileSync(join(out, 'summary.json'), 'utf8')).toBe(first);
  });

  test('prints exactly summary.json with -o json', async () => {
    const { out: printed } = await run('seed: 5', { json: true });
    expect(printed()).toBe(readFileSync(join(out, 'summary.json'), 'utf8'));
  });

  test('says nothing but the results when quiet', async () => {
    const { err, out: printed } = await run('seed: 5', { quiet: true }, { isQuiet: true });
    expect(err()).toBe('');
    expect(printed()).not.toBe('');
  });

  test('writes no escape codes where there is no terminal', async () => {
    const { err, out: printed } = await run('thresholds: {pods_ready: [max<0]}');
    expect(printed() + err()).not.toContain('\u001b');
  });
});

describe('how a run ends', () => {
  test.each([
    ['a threshold failed', 'thresholds: {pods_ready: [max<0]}', {}, 3],
    [
      'a threshold of level warn failed',
      'thresholds: {pods_ready: [{expr: max<0, level: warn}]}',
      {},
      0,
    ],
    ['two runs agreed', 'seed: 1', { verify: true }, 0],
    ['two runs differed', 'seed: unstable', { verify: true }, 5],
    ['the limit of events was hit', 'seed: 1', { maxEvents: '10' }, 6],
    ['the limit of memory was hit', 'seed: endless', { maxMemory: '1Mi' }, 6],
  ])('%s', async (_what, spec, args, expected) => {
    const { code } = await run(spec, args);
    expect(code).toBe(expected);
    expect(readdirSync(out)).toContain('summary.json');
  });

  test('partial results say that they are', async () => {
    const { err } = await run('seed: endless', { maxMemory: '1Mi' });
    expect(err()).toContain('Stopped at --max-memory');
    const { outcome } = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    expect(outcome).toMatchObject({ end: 'limit', partial: true });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops it, and what there is is kept', async (signal, expected) => {
    const running = run('seed: endless');
    setTimeout(() => process.kill(process.pid, signal), 300);
    expect((await running).code).toBe(expected);
    const { outcome } = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    expect(outcome).toMatchObject({ end: 'interrupted', partial: true });
    expect(process.listenerCount(signal)).toBe(0);
  });

  test('by a bug: nothing is written', async () => {
    await expect(run('seed: crash')).rejects.toThrow('the model has a bug');
    expect(readdirSync(folder)).toEqual(['scenario.yaml']);
  });

  test('beyond the model: the simplification is named', async () => {
    const failure = await run('seed: beyond').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SimulationFailure);
    expect(failure).toMatchObject({
      errorName: 'ModelLimitError',
      message: 'volumes are not attached',
    });
  });
});

describe('a run that does not begin', () => {
  test('because of bad input: exit 2, every problem, nothing written', async () => {
    const { code, err } = await run('horizon: 90\nseed: [1]');
    expect(code).toBe(2);
    expect(err()).toContain('write: horizon: 90s');
    expect(err()).toContain('2 errors; nothing was run');
    expect(readdirSync(folder)).toEqual(['scenario.yaml']);
  });

  test.each([
    ['maxWall', '60'],
    ['maxWall', '0s'],
    ['maxEvents', 'many'],
    ['maxEvents', '-1'],
    ['maxMemory', '0'],
    ['output', 'xml'],
  ])('because of --%s %s', async (name, value) => {
    await expect(run('seed: 1', { [name]: value })).rejects.toThrow(/-/);
    expect(readdirSync(folder)).toEqual(['scenario.yaml']);
  });

  test('because the folder is not ours', async () => {
    await expect(run('seed: 1', { out: folder })).rejects.toThrow('no run has written');
    expect(readdirSync(folder)).toEqual(['scenario.yaml']);
  });
});
