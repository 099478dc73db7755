import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultFolder, readSweep, SweepFolder } from '../../src/cli/sweep-folder.js';
import type { RunRecord } from '../../src/experiment/sweep/run-record.js';
import { runKey } from '../../src/experiment/sweep/run-record.js';
import { examplePlan } from '../experiment/sweep/example-sweep.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeclock sweep folder '));
const facts = { modelVersion: '1', traceHash: 'h', wallMs: 1 };
const asked = { plan: examplePlan, command: ['kubeclock', 'sweep', 'a.yaml'] };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (cell: string): RunRecord => ({ cell, seed: '1', traceHash: cell, values: [1] });
const journal = (path: string): string => readFileSync(join(path, 'runs.jsonl'), 'utf8');
const cellsIn = (path: string): readonly string[] =>
  [...journal(path).matchAll(/"cell":"(\w+)"/g)].map(([, cell]) => cell ?? '');

describe('the folder of a sweep', () => {
  test('has a run as soon as it was added, and gives it to the next sweep', () => {
    const path = join(folder, 'kept');
    new SweepFolder(path).add(run('aa'));
    expect(cellsIn(path)).toEqual(['aa']);
    expect(new SweepFolder(path).records.get(runKey(run('aa')))).toEqual(run('aa'));
  });

  test('forgets the end of a line that was cut short, and appends behind whole lines', () => {
    const path = join(folder, 'torn');
    new SweepFolder(path).add(run('aa'));
    writeFileSync(join(path, 'runs.jsonl'), `${journal(path)}{"cell":"bb"`);
    new SweepFolder(path).add(run('cc'));
    expect(cellsIn(path)).toEqual(['aa', 'cc']);
  });

  test('ends with the runs in order, then those of other sweeps', () => {
    const path = join(folder, 'ordered');
    const opened = new SweepFolder(path);
    for (const cell of ['zz', 'cc', 'aa', 'bb']) opened.add(run(cell));
    opened.finish(new Map(), [runKey(run('cc')), runKey(run('xx')), runKey(run('bb'))], facts);
    expect(cellsIn(path)).toEqual(['cc', 'bb', 'aa', 'zz']);
  });

  test('holds no results of an earlier sweep beside those of a later one', () => {
    const path = join(folder, 'results');
    const opened = new SweepFolder(path);
    opened.finish(
      new Map([
        ['sweep.json', '1'],
        ['cells.csv', '1'],
      ]),
      [],
      facts,
    );
    opened.finish(new Map([['cells.csv', '2']]), [], facts);
    expect(readdirSync(path).sort()).toEqual(['cells.csv', 'meta.json', 'runs.jsonl']);
    expect(readFileSync(join(path, 'cells.csv'), 'utf8')).toBe('2');
  });

  test('tells what was asked for, and which part of it', () => {
    const path = join(folder, 'asked');
    const opened = new SweepFolder(path);
    opened.begin(asked, { index: 2, count: 3 });
    opened.add(run('aa'));
    expect(readSweep(path)).toMatchObject({ ...asked, shard: { index: 2, count: 3 } });
    expect([...readSweep(path).records.values()]).toEqual([run('aa')]);
    opened.begin(asked, undefined);
    expect(readSweep(path).shard).toBeUndefined();
  });

  test('is named by the scenario and the shard', () => {
    expect(defaultFolder(examplePlan, undefined)).toBe(join('results', 'shop-sweep'));
    expect(defaultFolder(examplePlan, { index: 2, count: 8 })).toBe(
      join('results', 'shop-sweep-2-of-8'),
    );
  });
});
