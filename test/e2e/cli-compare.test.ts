// `kubeclock compare` as a user calls it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubeclockHere } from './kubeclock.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeclock compare '));
const scenario = join(folder, 'two nodes.yaml');
const packed = join(folder, 'packed.yaml');

beforeAll(() => {
  writeFileSync(
    scenario,
    `apiVersion: kubeclock.dev/v1alpha1
kind: Scenario
metadata: {name: two-nodes}
spec:
  nodePools: [{name: pool, count: 4, cpu: 4, memory: 16Gi}]
  until: converged
  workload:
    operations:
      - op: apply
        objects:
          - apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 8
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers: [{name: web, image: web:1, resources: {requests: {cpu: 500m}}}]
`,
  );
  writeFileSync(
    packed,
    `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
  - schedulerName: default-scheduler
    pluginConfig:
      - name: NodeResourcesFit
        args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
    plugins:
      multiPoint:
        enabled: [{name: NodeResourcesFit, weight: 10}]
        disabled: [{name: NodeResourcesBalancedAllocation}, {name: PodTopologySpread}]
`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compare = (...args: readonly string[]) =>
  kubeclockHere(['compare', scenario, '--out', join(folder, 'out'), ...args]);
const read = (name: string): string => readFileSync(join(folder, 'out', name), 'utf8');

describe('kubeclock compare', () => {
  test('finds that pods are packed, and gives the same bytes with one thread as with two', async () => {
    const args = ['--policy', `packed=${packed}`, '--seeds', '10'];
    const { code, out, err } = await compare(...args, '--workers', '2');
    expect(code, err).toBe(0);
    expect(out).toContain('COMPARE two-nodes');
    expect(out).toMatch(/nodes_in_use +4 +\d .* ≠/);
    expect(err).toContain('Results: ');
    const names = ['comparison.json', 'comparison.csv', 'runs.csv', 'comparison.md'];
    const first = names.map(read);
    expect((await compare(...args, '--workers', '1')).out).toBe(out);
    expect(names.map(read)).toEqual(first);
  });

  test('finds nothing between a policy and itself', async () => {
    const { out } = await compare('--policy', 'one', '--policy', 'two', '--seeds', '2', '--json');
    const { measures } = JSON.parse(out);
    expect(measures.length).toBeGreaterThan(8);
    for (const { policies } of measures) {
      expect(policies[1].difference).toMatchObject({ mean: 0, verdict: '~', interval95: [0, 0] });
    }
  });

  test.each([
    [[], 'Name what to compare: --policy NAME=FILE'],
    [['--policy', '=x.yaml'], '--policy =x.yaml: write NAME=FILE'],
    [['--policy', 'a', '--policy', 'a'], '--policy a is named twice'],
    [['--policy', 'a', '--seeds', '0'], '--seeds 0: write a whole number from 1 to 1,000'],
    [['--policy', 'a', '--workers', 'many'], '--workers many: write a whole number'],
    [['--policy', 'a', '--precision', '0.02'], '--precision 0.02: write a part of the mean'],
    [['--policy', 'a', '--scheduler-config', 'x'], 'write --policy NAME=FILE'],
    [['--policy', 'a=missing.yaml'], 'missing.yaml'],
    [['--policy', 'a', '-o', 'xml'], 'the format is table, json, csv or markdown'],
  ])('refuses %j', async (args, message) => {
    const { code, err, out } = await compare(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe('');
  });

  test('lists what is wrong with a policy at its place, and runs nothing', async () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(wrong, readFileSync(packed, 'utf8').replaceAll('MostAllocated', 'MostAlocated'));
    const { code, err } = await compare('--policy', `wrong=${wrong}`);
    expect(code).toBe(2);
    expect(err).toContain('wrong.yaml:');
    expect(err).toContain('nothing was run');
  });
});
