// Whole runs from outside: files, exit codes, limits, signals. Needs the built program (npm test
// builds it first).

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployment, scenarioText, service } from '../scenario/memory-files.js';
import { root } from '../tidy/source-files.js';
import { kubeclock, kubeclockHere, kubeclockSignalled } from './kubeclock.js';

const quickstart = join(root, 'scenarios/quickstart.yaml');
const slow = join(root, 'scenarios/node-pool-300.yaml');

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock runs '));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const outcomeOf = (path: string) =>
  JSON.parse(readFileSync(join(folder, path, 'summary.json'), 'utf8')).outcome;

describe('a run of the quickstart', () => {
  test('writes results/NAME-SEED, prints the summary, and nothing else on stdout', async () => {
    const { code, out, err } = await kubeclockHere(['run', quickstart, '--seed', '7'], {
      cwd: folder,
    });
    expect([0, 3], err).toContain(code);
    expect(readdirSync(join(folder, 'results'))).toEqual(['quickstart-7']);
    const files = readdirSync(join(folder, 'results/quickstart-7'));
    for (const file of ['summary.json', 'meta.json', 'pods.csv', 'metrics.prom', 'report.html']) {
      expect(files).toContain(file);
    }
    const inputs = readFileSync(join(folder, 'results/quickstart-7/inputs.json'), 'utf8');
    expect(JSON.parse(inputs)).toMatchObject({ seed: '7', files: ['quickstart.yaml'] });
    expect(inputs).not.toContain(root);
    expect(out).toContain('THRESHOLDS');
    expect(err).toContain('Results: ');
    expect(out + err).not.toContain('\u001b');
  });

  test('gives the same bytes twice, in every file but meta.json', async () => {
    for (const out of ['a', 'b'])
      await kubeclockHere(['run', quickstart, '--out', out], { cwd: folder });
    for (const file of readdirSync(join(folder, 'a'))) {
      if (file === 'meta.json') continue;
      const [a, b] = ['a', 'b'].map((run) => readFileSync(join(folder, run, file), 'utf8'));
      expect(b === a, `${file} differs`).toBe(true);
    }
  });

  test('has all 20 pods ready, and agrees with itself under --verify', async () => {
    const args = ['run', quickstart, '--out', 'a', '--verify', '--json'];
    const { code, out, err } = await kubeclockHere(args, { cwd: folder });
    expect([0, 3], err).toContain(code);
    expect(JSON.parse(out).counts).toMatchObject({ podsReady: 20 });
    expect(err).not.toContain('not reproducible');
  });
});

describe('manifests on standard input', () => {
  test('run on the nodes asked for', () => {
    const input = `${deployment('web', 4)}\n---\n${service('web')}\n`;
    const args = ['run', '-', '--nodes', '2x2cpu4Gi', '--until', '3m', '-q', '--json'];
    const { code, out, err } = kubeclock(args, { cwd: folder, input });
    expect(code, err).toBe(0);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      scenario: 'stdin',
      counts: { podsReady: 4, nodes: 2 },
    });
  });
});

describe('how a run ends', () => {
  const thresholds = (expression: string): string => {
    const file = join(folder, 'scenario.yaml');
    const objects = `[${deployment('web', 2)}]`;
    const workload = `workload: {operations: [{op: apply, objects: ${objects}}]}`;
    writeFileSync(
      file,
      scenarioText(
        `horizon: 3m\n${workload}\nthresholds: {pod_startup_seconds: ['${expression}']}`,
      ),
    );
    return file;
  };

  test('with 0 when its thresholds hold, with 3 when one does not', async () => {
    expect((await kubeclockHere(['run', thresholds('max>0')], { cwd: folder })).code).toBe(0);
    const { code, out } = await kubeclockHere(['run', thresholds('max<0')], { cwd: folder });
    expect(code).toBe(3);
    expect(out).toContain('✗ pod_startup_seconds');
  });

  test('with 6 and marked results when a limit is hit', async () => {
    const args = ['run', slow, '--out', 'a', '--max-events', '100k'];
    const { code, err } = await kubeclockHere(args, { cwd: folder });
    expect(code).toBe(6);
    expect(err).toContain('partial:');
    expect(outcomeOf('a')).toMatchObject({ end: 'limit', partial: true });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('with marked results when %s comes', async (signal, expected) => {
    const args = ['run', slow, '--out', 'a', '--until', '24h'];
    const { code, err } = await kubeclockSignalled(args, signal, folder);
    expect(code, err).toBe(expected);
    expect(outcomeOf('a')).toMatchObject({ end: 'interrupted', partial: true });
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('with 1 and the reason when nothing can be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, err } = await kubeclockHere(['run', quickstart, '--out', 'file/below'], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(err).toContain('ENOTDIR');
    expect(err).not.toContain('bug');
  });

  test('with 2 when the folder belongs to somebody else, which is left as it is', async () => {
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    const { code, err } = await kubeclockHere(['run', quickstart, '--out', '.'], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain('thesis.txt');
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  test('with 2 and no results for a scenario with a mistake', async () => {
    const { code } = await kubeclockHere(['run', quickstart, '--set', 'horizon=90'], {
      cwd: folder,
    });
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'results'))).toBe(false);
  });
});
