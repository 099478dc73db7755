// Files of scheduler_perf through the built program: results, exit codes, plugins, signals.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { perfFile, templates } from '../workload/scheduler-perf/perf-files.js';
import { kubeclockHere, kubeclockSignalled } from './kubeclock.js';

const text = `
- name: Basic
  workloadTemplate:
  - {opcode: createNodes, countParam: $nodes}
  - {opcode: createPods, countParam: $pods, podTemplatePath: pod.yaml, collectMetrics: true}
  workloads:
  - {name: Small, params: {nodes: 2, pods: 20}}
  - {name: Large, params: {nodes: 100, pods: 4000}, threshold: 100, labels: [long]}
- name: Stuck
  workloadTemplate:
  - {opcode: createNodes, count: 1}
  - {opcode: createPods, count: 1, podTemplatePath: huge-pod.yaml}
  workloads:
  - {name: Never}
- name: Steady
  labels: [long]
  workloadTemplate:
  - {opcode: createNodes, count: 50}
  - {opcode: createPods, count: 50, steadyState: true, duration: 25m}
  workloads:
  - {name: Long}
`;

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock perf e2e '));
  for (const [name, content] of Object.entries({ ...templates, [perfFile]: text })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
  kubeclockHere(['run', perfFile, ...args], { cwd: folder });
const results = (name: string): string =>
  readFileSync(join(folder, 'results/scheduler-perf-misc-1', name), 'utf8');

describe('a run', () => {
  test('writes its files, prints a table and ends with 0', async () => {
    const { code, out, err } = await run('--test-case', 'Basic', '--verify');
    expect([code, err]).toEqual([0, 'Results: results/scheduler-perf-misc-1\n']);
    expect(out.split('\n')[1]).toMatch(/^Basic +Small +2 +20 /);
    expect(readdirSync(join(folder, 'results/scheduler-perf-misc-1')).sort()).toEqual([
      'BenchmarkPerfScheduling_benchmark_misc.json',
      'meta.json',
      'summary.json',
      'throughput.csv',
      'workloads.csv',
    ]);
    const meta = JSON.parse(results('meta.json'));
    expect(meta.traceHash).toBe(JSON.parse(results('summary.json')).workloads[0].traceHash);
  });

  test('prints summary.json with -o json', async () => {
    const { out } = await run('--test-case', 'Basic', '-o', 'json');
    expect(out).toBe(results('summary.json'));
  });

  test('measures throughput, and names the floor', async () => {
    const { code, out } = await run('--workload', 'Large');
    expect(code).toBe(0);
    expect(out).toMatch(/ 100 {2}above\n/);
    const [first] = JSON.parse(results('BenchmarkPerfScheduling_benchmark_misc.json')).dataItems;
    expect(first).toMatchObject({
      unit: 'pods/s',
      labels: { Name: 'BenchmarkPerfScheduling/Basic/Large/namespace-1' },
      data: { AverageThreshold: 100 },
    });
    expect(first.data.Average).toBeGreaterThan(100);
  });

  test('ends with 3 when a workload has failed, after the others', async () => {
    const { code, out } = await run('--label=-long');
    expect(code).toBe(3);
    expect(out).toMatch(/\nfailed Stuck\/Never: op 1 \(createPods\): 0 of 1 pods/);
    expect(out).toMatch(/^Basic +Small +2 +20 /m);
  });

  test('takes scheduler plugins of the user’s own', async () => {
    const own = join(folder, 'never.mjs');
    writeFileSync(
      own,
      "export const Never = { name: 'Never', filter: () => () => ({ code: 'Unschedulable', reasons: ['never'] }) };\n",
    );
    const { code, out } = await run('--test-case', 'Basic', '--plugin', 'never.mjs');
    expect(code, out).toBe(3);
    expect(out).toContain('never');
  });
});

describe('a run that is stopped', () => {
  test('at a limit ends with 6 and keeps what it has', async () => {
    const { code, err } = await run('--workload', 'Large', '--max-events', '70000');
    expect(code).toBe(6);
    expect(err).toContain('partial: Stopped at --max-events');
    expect(JSON.parse(results('summary.json')).workloads[0].outcome.partial).toBe(true);
  });

  test('by a signal ends with its code, and keeps what it has', async () => {
    const args = ['run', perfFile, '--test-case', 'Steady'];
    const { code, err } = await kubeclockSignalled(args, 'SIGINT', folder);
    expect(code, err).toBe(130);
    expect(err).toContain('partial: Interrupted');
    expect(JSON.parse(results('summary.json')).workloads[0].outcome.end).toBe('interrupted');
  });
});
