import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { SweepProgram } from './sweep-program.js';

const program = new SweepProgram();
const nodes = 'nodePools[0].count';

afterAll(() => program.remove());

/** Keys of the runs in a journal. */
const runsIn = (out: string): readonly string[] =>
  program
    .read(out, 'runs.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ cell, seed }) => `${cell} ${seed}`);

describe('a sweep', () => {
  test('runs every combination with every seed and shows the medians', async () => {
    const { code, out, err } = await program.sweep(
      'grid',
      '-L',
      `${nodes}=2,3`,
      '--scan',
      'seed=7:8',
    );
    expect(err).toContain('Results: ');
    expect(code).toBe(0);
    expect(out).toMatch(
      /nodePools\[0\]\.count +seed +pod_startup_p99 +nodes_in_use\n +2 +7 +4\.19 s +2/,
    );
    expect(program.read('grid', 'cells.csv').split('\n')).toHaveLength(6);
    expect(program.read('grid', 'runs.csv').split('\n')).toHaveLength(22);
    expect(JSON.parse(program.read('grid', 'sweep.json'))).toMatchObject({
      kind: 'Sweep',
      schemaVersion: 1,
      partial: false,
      seeds: 5,
      parameters: [{ name: nodes, values: ['2', '3'] }, { name: 'seed' }],
    });
    expect(program.read('grid', 'sweep.md')).toContain('| 3 | 8 | 9.19 s | 3 |');
  });

  test('prints one of its files on demand, or the measures that are asked for', async () => {
    const args = ['-L', `${nodes}=2,3`, '--seeds', '1', '-q'];
    expect((await program.sweep('shown', ...args, '--json')).out).toContain('"kind": "Sweep"');
    expect((await program.sweep('shown', ...args, '-o', 'csv')).out).toMatch(/^cell,nodePools/);
    expect((await program.sweep('shown', ...args, '-o', 'markdown')).out).toMatch(/^### /);
    const { out } = await program.sweep('shown', ...args, '--measures', 'pod_startup_p99');
    expect(out).not.toContain('nodes_in_use');
  });

  test('gives the same bytes with any number of threads', async () => {
    const args = ['--scan', `${nodes}=1:6`, '--seeds', '3'];
    await program.sweep('two', ...args, '--workers', '2');
    await program.sweep('one', ...args);
    expect(program.files('one')).toEqual(program.files('two'));
  });
});

describe('a sweep that was made before', () => {
  test('makes only what is missing, and comes to the same as if it had never stopped', async () => {
    await program.sweep('grown', '-L', `${nodes}=2`, '--seeds', '2');
    const before = runsIn('grown');
    // The machine went away in the middle of a line.
    appendFileSync(program.path('grown/runs.jsonl'), '{"cell":"x","se');
    await program.sweep('grown', '-L', `${nodes}=2,3`, '--seeds', '3');
    expect(runsIn('grown')).toHaveLength(6);
    expect(runsIn('grown')).toEqual(expect.arrayContaining([...before]));
    await program.sweep('whole', '-L', `${nodes}=2,3`, '--seeds', '3');
    expect(program.files('grown')).toEqual(program.files('whole'));
  });

  test('keeps runs that were made for other values', async () => {
    await program.sweep('kept', '-L', `${nodes}=2,3`, '--seeds', '1');
    await program.sweep('kept', '-L', `${nodes}=3`, '--seeds', '1');
    expect(runsIn('kept')).toHaveLength(2);
    expect(program.read('kept', 'cells.csv').split('\n')).toHaveLength(3);
  });

  test('makes everything anew when the scenario is another', async () => {
    await program.sweep('changed', '-L', `${nodes}=2`, '--seeds', '1');
    await program.sweep('changed', '-L', `${nodes}=2`, '--seeds', '1', '--set', 'horizon=9m');
    expect(new Set(runsIn('changed')).size).toBe(2);
  });
});

describe('an interrupted sweep', () => {
  test('keeps the runs that were made, says partial, and ends with 130', async () => {
    const call = program.sweep('cut', '-L', `${nodes}=2,15`, '--seeds', '2');
    const stop = setInterval(() => {
      if (process.listenerCount('SIGINT') > 0) process.emit('SIGINT');
      clearInterval(stop);
    }, 1500);
    const { code, err } = await call;
    expect(code).toBe(130);
    expect(err).toMatch(/partial: \d of 4 runs are missing/);
    expect(JSON.parse(program.read('cut', 'sweep.json')).partial).toBe(true);
    expect(runsIn('cut').length).toBeGreaterThan(0);
  });
});

describe('a cell that fails', () => {
  test('in its run is named with its parameters, and the others go on', async () => {
    const { code, out } = await program.sweep('failed', '-L', `${nodes}=2,13,3`, '--seeds', '1');
    expect(code).toBe(2);
    expect(out).toContain(`failed: ${nodes}=13: seed 1: 13 brings bad luck`);
    expect(program.read('failed', 'cells.csv')).toMatch(/^3,3,1,,/m);
  });

  test('by the end of its thread does so with 1', async () => {
    const { code, out } = await program.sweep('died', '-L', `${nodes}=14,2`, '--seeds', '1');
    expect(code).toBe(1);
    expect(out).toContain(`failed: ${nodes}=14: seed 1: the thread has ended`);
    expect(program.read('died', 'cells.csv')).toMatch(/^2,2,1,,/m);
  });

  test('before its run is shown at its place, and the others go on', async () => {
    const { code, out, err } = await program.sweep('odd', '-L', `${nodes}=2,many`, '--seeds', '1');
    expect(code).toBe(2);
    expect(err).toContain(`cell ${nodes}=many cannot be run:\n-L ${nodes}:1:20: error`);
    expect(out).toMatch(/failed: nodePools\[0\]\.count=many: /);
  });
});

describe('what cannot be meant is refused', () => {
  test.each([
    [[], 'Name what to vary: -L path=a,b,c'],
    [['-L', 'horizon'], '-L horizon: write path=a,b,c.'],
    [['-L', 'horizon='], 'the list is empty'],
    [['--scan', `${nodes}=5:1`], `--scan ${nodes}=5:1: "5:1" descends`],
    [['-L', 'seed=1', '--scan', 'seed=1:2'], 'seed is varied twice'],
    [
      ['-L', 'seed=1', '--measures', 'pod_statup_p99_seconds'],
      'did you mean pod_startup_p99_seconds?',
    ],
    [
      ['--scan', 'seed=1:100', '--scan', `${nodes}=1:100`],
      '10,000 cells, with 5 seeds 50,000 runs',
    ],
    [['-y', '--scan', 'seed=1:9999', '--scan', `${nodes}=1:999`], '1,000,000 cells are too many'],
    [['-L', 'seed=1', '--seeds', '0'], '--seeds 0: write a whole number'],
    [['-L', 'seed=1', '--shard', '3/2'], '--shard 3/2: write the part'],
    [['-L', 'seed=1', '--scheduler-config', 'x'], 'write --policy NAME=FILE'],
    [['--policy', 'a', '--policy', 'a'], '--policy a is named twice'],
    [['-L', 'seed=1', '-o', 'xml'], 'the format is table, json, csv or markdown'],
  ])('%j: %s', async (words, message) => {
    const { code, err, out } = await program.sweep('refused', ...words);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('a path that no cell has is said once, with the nearest one, and nothing is written', async () => {
    const { code, err } = await program.sweep('typo', '-L', 'nodePools[0].cuont=1,2,3');
    expect(code).toBe(2);
    expect(err.match(/unknown field/g)).toHaveLength(1);
    expect(err).toContain('-L nodePools[0].cuont:1:20: error');
    expect(err).toContain('did you mean "count"?');
    expect(() => program.files('typo')).toThrow('ENOENT');
  });

  test('a folder that holds what no sweep has written is left alone', async () => {
    const { err } = await program.call([program.file, '-L', 'seed=1', '--out', program.folder]);
    expect(err).toMatch(/holds \w+, which no sweep has written; choose another --out/);
    writeFileSync(program.path('file'), '');
    const { code } = await program.sweep('file', '-L', 'seed=1');
    expect(code).toBe(2);
  });
});
