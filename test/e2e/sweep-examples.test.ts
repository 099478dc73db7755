// The searches that scenarios/sizing and docs/sweep.md show, with real runs.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { root } from '../tidy/source-files.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeclock sizing '));
const replicationEntry = new URL('../../dist/cli/replication-worker.js', import.meta.url);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The sweep that the head of a scenario shows, made with one seed. */
async function shownSweep(name: string): Promise<{ code: number; out: string; err: string }> {
  const file = join(root, 'scenarios/sizing', `${name}.yaml`);
  const head = readFileSync(file, 'utf8').replaceAll(/\\\n#\s*/g, '');
  const shown = /kubeclock (sweep \S+ --find .*)/.exec(head)?.[1] ?? '';
  const words = shown
    .replace(/--seeds \d/, '--seeds 1')
    .replaceAll("'", '')
    .split(/\s+/);
  const args = words.map((word) => (word.endsWith('.yaml') ? join(root, word) : word));
  const result = { code: 0, out: '', err: '' };
  result.code = await runProgram([...args, '--out', join(folder, name)], {
    out: { write: (text: string) => (result.out += text) },
    err: { write: (text: string) => (result.err += text) },
    env: {},
    replicationEntry,
  });
  return result;
}

describe('a search', () => {
  test('finds the largest rate of pods that start in time', async () => {
    const { code, out, err } = await shownSweep('pod-rate');
    expect(code, err).toBe(0);
    expect(out).toContain('Largest workload.operations[0].qps with pod_startup_p99_seconds<2');
    const [, rate] = /\n {2}(\d+) \(\d+ does not hold\)\n/.exec(out) ?? [];
    expect(Number(rate)).toBeGreaterThan(2);
    expect(Number(rate)).toBeLessThan(40);
  });

  test('finds the fewest nodes that hold a workload', async () => {
    const { code, out, err } = await shownSweep('node-count');
    expect(code, err).toBe(0);
    expect(out).toContain('\n  7 (6 does not hold)\n');
  });
});
