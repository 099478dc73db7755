import { describe, expect, test } from 'vitest';
import type { Replication } from '../../../src/experiment/compare/comparison.js';
import { measured, measures } from '../../../src/experiment/compare/measures.js';
import {
  type ComparisonPlan,
  type Job,
  replicate,
  seedOf,
} from '../../../src/experiment/compare/replicate.js';
import { runScenario } from '../../../src/experiment/run-scenario.js';
import { emptyResult } from '../../report/fixtures.js';
import { loadNamed } from '../../support/scenarios.js';

const plan: ComparisonPlan = { policies: ['a', 'b'], seed: '7', seeds: 8, precision: undefined };

const result = ({ policy, seed }: Job, value = 1 + policy): Replication => ({
  seed,
  traceHash: `${policy}/${seed}`,
  values: measures.map(() => value),
});

describe('a comparison', () => {
  test('runs every policy with every seed, the first of which is that of the scenario', async () => {
    const seen: Job[] = [];
    const { runs, rows, isPartial } = await replicate(plan, async (jobs) => {
      seen.push(...jobs);
      return jobs.map((job) => result(job));
    });
    expect(seen).toHaveLength(16);
    expect(seen.slice(0, 4)).toEqual([
      { policy: 0, seed: '7' },
      { policy: 1, seed: '7' },
      { policy: 0, seed: seedOf('7', 1) },
      { policy: 1, seed: seedOf('7', 1) },
    ]);
    expect(new Set(seen.map(({ seed }) => seed)).size).toBe(8);
    expect(runs.map(({ name, replications }) => [name, replications.length])).toEqual([
      ['a', 8],
      ['b', 8],
    ]);
    expect(rows[0]?.policies[1]?.difference?.mean).toBe(1);
    expect(isPartial).toBe(false);
  });

  test('stops as soon as a wished precision is reached', async () => {
    const noisy = async (jobs: readonly Job[]) =>
      jobs.map((job) => result(job, 100 + job.policy * (Number(job.seed.at(-1)) % 2) * 8));
    const exact = async (jobs: readonly Job[]) => jobs.map((job) => result(job));
    const wish = { ...plan, seeds: 40, precision: 0.001 };
    expect((await replicate(wish, exact)).runs[0]?.replications).toHaveLength(5);
    expect((await replicate(wish, noisy)).runs[0]?.replications).toHaveLength(40);
  });

  test('keeps the seeds that all policies have come through when it is interrupted', async () => {
    const { runs, isPartial } = await replicate(plan, async (jobs) =>
      jobs.map((job, index) => (index === 3 || index > 8 ? undefined : result(job))),
    );
    expect(isPartial).toBe(true);
    expect(runs.map(({ replications }) => replications.map(({ seed }) => seed))).toEqual([
      ['7', '7#3', '7#4'],
      ['7', '7#3', '7#4'],
    ]);
  });
});

describe('the measures of a run', () => {
  const found = new Map(
    measured(runScenario(loadNamed('quickstart'))).map((value, i) => [measures[i]?.name, value]),
  );

  test('are finite numbers where there are samples', () => {
    const without = [...found].filter(([, value]) => !Number.isFinite(value));
    expect(without.map(([name]) => name)).toEqual(['node_cost']);
    expect(found.get('pods_unscheduled')).toBe(0);
    expect(found.get('nodes_in_use')).toBe(4);
    expect(found.get('cpu_allocation_ratio')).toBeGreaterThan(0.1);
    expect(found.get('cpu_allocation_ratio')).toBeLessThan(1);
  });

  test('are in order: quantiles ascend, startup takes longer than scheduling', () => {
    const value = (name: string): number => found.get(name) as number;
    expect(value('pod_startup_p99_seconds')).toBeGreaterThanOrEqual(
      value('pod_startup_p50_seconds'),
    );
    expect(value('pod_startup_p50_seconds')).toBeGreaterThan(
      value('pod_scheduling_latency_p50_seconds'),
    );
    expect(value('convergence_seconds')).toBeGreaterThan(value('pod_startup_p99_seconds') - 0.1);
  });

  test('of a run without pods say so', () => {
    const empty = new Map(
      measured(emptyResult()).map((value, index) => [measures[index]?.name, value]),
    );
    expect(empty.get('pod_startup_p50_seconds')).toBeNaN();
    expect(empty.get('convergence_seconds')).toBeNaN();
    expect(empty.get('pods_unscheduled')).toBe(0);
  });

  test('have names of their own, with their unit last', () => {
    const names = measures.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
  });
});
