// What the worked examples of scheduler plugins are good for, against the default policy on the
// same scenario. Needs the built program (npm test builds it first).

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadYaml } from '../../src/api/yaml-dialect.js';
import { byDefault, type PluginRun, pluginScenarios, runPlugins } from './plugin-scenarios.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock examples '));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names of nodes that hold pods. */
const usedNodes = (run: PluginRun): string[] =>
  run
    .rows('nodes.csv')
    .filter(({ pods }) => pods !== '0')
    .map(({ name = '' }) => name);

describe('bin packing on two resources', () => {
  test('lets pods run that find no room when others are spread', async () => {
    const packed = await runPlugins('bin-packing', folder);
    expect([packed.code, packed.summary.counts['podsReady']]).toEqual([0, 28]);
    const spread = await runPlugins('bin-packing', folder, ...byDefault);
    expect([spread.code, spread.summary.counts['podsReady']]).toEqual([3, 24]);
  });

  test('fills nodes with both resources before it begins another one', async () => {
    const few = ['--set', 'workload.operations[2].objects[0].spec.replicas=0'];
    const packed = await runPlugins('bin-packing', folder, ...few);
    const spread = await runPlugins('bin-packing', folder, ...few, ...byDefault);
    expect([usedNodes(packed).length, usedNodes(spread).length]).toEqual([4, 8]);
    for (const row of packed.rows('nodes.csv')) {
      if (row['pods'] === '0') continue;
      const share = (resource: string): number =>
        Number(row[`${resource.replace('_', '_requested_')}`]) /
        Number(row[`${resource.replace('_', '_allocatable_')}`]);
      expect(share('cpu_milli')).toBeGreaterThan(0.9);
      expect(share('memory_bytes')).toBeGreaterThan(0.9);
    }
  });

  test('takes its arguments from the configuration, and refuses them with their name', async () => {
    const set = 'controlPlane.scheduler.config.profiles[0].pluginConfig[0].args';
    await expect(
      runPlugins('bin-packing', folder, '--set', `${set}={maxStrandedPercent: lots}`),
    ).rejects.toThrow(
      'plugin TwoResourcePacking, create: threw Error: maxStrandedPercent is lots, not a',
    );
    // With nothing stranded ever, a node takes CPU until it has none left.
    const greedy = await runPlugins(
      'bin-packing',
      folder,
      '--set',
      `${set}={maxStrandedPercent: 100}`,
    );
    expect(greedy.summary.counts['podsReady']).toBeLessThan(28);
  });
});

describe('cost-aware scoring', () => {
  /** What an hour of all nodes that hold pods costs. */
  function cost(run: PluginRun): number {
    const text = readFileSync(join(pluginScenarios, 'cost-aware.yaml'), 'utf8');
    const [scenario] = loadYaml(text, 'refuse') as [
      { spec: { nodePools: { name: string; labels: Record<string, string> }[] } },
    ];
    const priceOf = (node: string): number => {
      const pool = scenario.spec.nodePools.find(({ name }) => node.startsWith(`${name}-`));
      return Number(pool?.labels['example.com/price-per-hour']);
    };
    return usedNodes(run).reduce((sum, node) => sum + priceOf(node), 0);
  }

  test('pays for less than half of what the default policy keeps busy', async () => {
    const cheap = await runPlugins('cost-aware', folder);
    const even = await runPlugins('cost-aware', folder, ...byDefault);
    for (const run of [cheap, even]) expect(run.summary.counts['podsReady']).toBe(24);
    expect(cost(cheap)).toBeCloseTo(4 * 0.0512, 6);
    expect(cost(even)).toBeCloseTo(4 * (0.0512 + 0.1208 + 0.192), 6);
  });

  test('goes on to the next price when the cheapest nodes are full', async () => {
    const replicas = 'workload.operations[0].objects[0].spec.replicas=40';
    const run = await runPlugins('cost-aware', folder, '--set', replicas);
    expect(run.summary.counts['podsReady']).toBe(40);
    const pools = new Set(usedNodes(run).map((name) => name.replace(/-\d+$/, '')));
    expect(pools).toEqual(new Set(['spot', 'reserved']));
  });

  test('has nothing to say about nodes without a price', async () => {
    const label = 'controlPlane.scheduler.config.profiles[0].pluginConfig[0].args.priceLabel=none';
    const run = await runPlugins('cost-aware', folder, '--set', label);
    expect(usedNodes(run)).toHaveLength(12);
  });
});

describe('gang scheduling', () => {
  /** How many pods of each job have ever been bound. */
  function boundByJob(run: PluginRun): Record<string, number> {
    const bound: Record<string, number> = {};
    for (const { owner = '', bound_seconds } of run.rows('pods.csv')) {
      bound[owner] = (bound[owner] ?? 0) + (bound_seconds === '' ? 0 : 1);
    }
    return bound;
  }

  test('binds a job whole or not at all, and the next one when there is room', async () => {
    const gang = await runPlugins('gang', folder);
    expect(boundByJob(gang)).toEqual({
      'Deployment/training-1': 4,
      'Deployment/training-2': 4,
      'Deployment/training-3': 0,
    });
    const waited = gang
      .rows('pods.csv')
      .filter(({ owner }) => owner === 'Deployment/training-2')
      .map(({ bound_seconds }) => Number(bound_seconds));
    expect(Math.min(...waited)).toBeGreaterThan(120);
    expect(Math.max(...waited)).toBeLessThan(121);
  });

  test('where the default policy gives jobs a part of what they need', async () => {
    const single = await runPlugins('gang', folder, ...byDefault, '--until', '1m');
    const parts = Object.values(boundByJob(single)).filter((count) => count % 4 !== 0);
    expect(parts.length).toBeGreaterThan(0);
  });

  test('gives the room of a job back that waits for a pod in vain', async () => {
    const short = 'workload.operations[0].objects[0].spec.replicas=3';
    const run = await runPlugins('gang', folder, '--set', short);
    expect(boundByJob(run)).toMatchObject({
      'Deployment/training-1': 0,
      'Deployment/training-2': 4,
    });
    const messages = run.rows('pods.csv').map(({ message = '' }) => message);
    expect(messages.join('\n')).toContain('of the same group has lost its node');
    // It takes the 30 s of the timeout until the second job can have the room.
    const bound = run.rows('pods.csv').map(({ bound_seconds }) => Number(bound_seconds || 'NaN'));
    const first = Math.min(...bound.filter((time) => !Number.isNaN(time)));
    expect(first).toBeGreaterThan(30);
    expect(first).toBeLessThan(60);
  });

  test('is enabled without being asked for, which is said on stderr, in the plan and the results', async () => {
    const text =
      'Plugin Gang: no scheduler configuration names it, so every profile enables it at queueSort, preFilter, postFilter, reserve, permit.';
    const { err, summary } = await runPlugins('gang', folder, '--until', '1s');
    expect(err.split('\n')).toContain(text);
    expect(summary.notices).toContain(text);
  });
});
