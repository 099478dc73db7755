import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { sweepWords } from '../../src/cli/sweep-options.js';
import { SweepProgram } from './sweep-program.js';

const program = new SweepProgram();
const grid = ['--scan', 'nodePools[0].count=1:4', '--seeds', '2'];

const packed = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles: [{schedulerName: default-scheduler}]
`;

afterAll(() => program.remove());

const shard = (part: string, ...words: readonly string[]) =>
  program.sweep(part.replace('/', '-of-'), ...grid, '--shard', part, ...words);

const merge = (folders: readonly string[], out: string) =>
  program.call(['merge', ...folders.map((name) => program.path(name)), '--out', program.path(out)]);

describe('shards', () => {
  test('make their part, and together the same bytes as the whole', async () => {
    await program.sweep('whole', ...grid);
    for (const part of ['1/3', '2/3', '3/3']) {
      const { code, out, err } = await shard(part);
      expect({ code, out }).toEqual({ code: 0, out: '' });
      expect(err).toContain(`Shard ${part}: `);
    }
    const { code, out } = await merge(['3-of-3', '1-of-3', '2-of-3'], 'merged');
    expect(code).toBe(0);
    expect(out).toContain('Medians of 2 seeds in 4 cells');
    expect(program.files('merged')).toEqual(program.files('whole'));
  });

  test('know their part from the Indexed Job that they are a Pod of', async () => {
    const words = [program.file, ...grid, '--out', program.path('indexed')];
    const env = { JOB_COMPLETION_INDEX: '1', JOB_COMPLETION_COUNT: '3' };
    expect((await program.call(words, env)).err).toContain('Shard 2/3: ');
    const { code, err } = await program.call(words, { JOB_COMPLETION_INDEX: '1' });
    expect(code).toBe(2);
    expect(err).toContain('set JOB_COMPLETION_COUNT');
  });
});

describe('a merge', () => {
  test('without a shard names it, what it lacks and the command that makes it', async () => {
    await shard('1/4');
    await shard('3/4');
    const { code, out, err } = await merge(['1-of-4', '3-of-4'], 'refused');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('4 of 8 runs are missing:\n  nodePools[0].count=1, seed 1#2\n');
    expect(err).toMatch(/Shard 2\/4 is missing: kubeclock sweep .*--scan .* --shard 2\/4 --out /);
    expect(err).toContain('Shard 4/4 is missing: ');
    expect(err).not.toContain('Shard 1/4');
  });

  test('takes no folders of different sweeps', async () => {
    await shard('1/2');
    await program.sweep('other', '--scan', 'nodePools[0].count=1:3', '--seeds', '2');
    const { code, err } = await merge(['1-of-2', 'other'], 'mixed');
    expect(code).toBe(2);
    expect(err).toContain('belongs to another sweep than');
    expect(err).toContain('it has other parameters or values.');
  });

  test.each([
    [[], 'Name the folders'],
    [['nowhere'], 'nowhere does not exist: name folders that kubeclock sweep has written'],
    [['.'], 'holds no plan.json of this version'],
  ])('of %j is refused: %s', async (folders, message) => {
    const { code, err } = await merge(folders, 'nothing');
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('--manifest', () => {
  const manifest = (...words: readonly string[]) =>
    program.call([program.file, ...grid, '--manifest', '3', ...words]);

  test('prints the Job of the same sweep, with its files and by names of no machine', async () => {
    writeFileSync(program.path('packed.yaml'), packed);
    const policy = `packed=${program.path('packed.yaml')}`;
    const { code, out, err } = await manifest('--policy', policy, '--image', 'sim:2');
    expect(code, err).toBe(0);
    expect(out).toContain('- shop.yaml\n');
    expect(out).toContain('- packed=packed.yaml\n');
    expect(out).toContain('image: sim:2\n');
    expect(out).toContain('kind: KubeSchedulerConfiguration');
    expect(out).not.toContain(program.folder);
  });

  test.each([
    [['--manifest', '0'], '--manifest is given more than once'],
    [['--shard', '1/3'], '--manifest is for a whole grid'],
    [['-L', 'nodePools[0].cuont=1'], 'unknown field'],
  ])('is refused with %j: %s', async (words, message) => {
    const { code, out, err } = await manifest(...words);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

test('the words of a command are those that make the same runs', () => {
  const given = {
    files: ['a b.yaml'],
    list: ['seed=1,2'],
    scan: 'nodePools[0].count=1:3',
    policy: 'packed=p.yaml',
    seeds: '3',
    set: ['horizon=9m'],
    nodes: '3',
    minutes: '10',
    strict: true,
    shard: '1/3',
    out: 'x',
    workers: '4',
    json: true,
  };
  expect(sweepWords(given).join(' ')).toBe(
    'kubeclock sweep a b.yaml --policy packed=p.yaml -L seed=1,2 --scan nodePools[0].count=1:3 ' +
      '--seeds 3 --set horizon=9m --nodes 3 --minutes 10 --strict',
  );
});
