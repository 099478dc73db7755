// Applications that nobody here wrote run to a verdict, with all checkers on: what converges does,
// and what cannot says why. The folder is named by KUBECLOCK_CORPUS; without it, these tests say
// that they were left out.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadInput } from '../../src/cli/input.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { LoadedScenario } from '../../src/scenario/scenario.js';
import { root } from '../tidy/source-files.js';

const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');
const examples = 'apps/kubernetes-examples';
const website = 'kubernetes-website';

/** Runs what lies at a path of the corpus for ten minutes at most. */
async function run(path: string) {
  const { scenario, problems } = await loadInput([join(corpus, path)], { until: '10m' });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return runScenario({ ...(scenario as LoadedScenario), untilConverged: true });
}

describe('applications of a corpus', () => {
  test.beforeEach((context) => {
    context.skip(!existsSync(corpus), `${corpus} is absent; set KUBECLOCK_CORPUS`);
  });

  test.each([
    [`${examples}/web/guestbook`, 6],
    [`${examples}/web/guestbook/legacy`, 6],
    [`${examples}/_archived/elasticsearch`, 1],
    [`${examples}/_archived/elasticsearch/production_cluster`, 3],
    [`${examples}/databases/cassandra`, 3],
    [`${website}/application/web/web-parallel.yaml`, 2],
    [`${website}/application/zookeeper/zookeeper.yaml`, 3],
    [`${website}/application/php-apache.yaml`, 1],
    [`${website}/application/job/indexed-job.yaml`, 5],
  ])('%s: everything converges', async (path, pods) => {
    const { outcome, convergence, pods: rows } = await run(path);
    expect(convergence.filter(({ reason }) => reason !== '')).toEqual([]);
    expect(outcome.end).toBe('converged');
    expect(rows.length).toBe(pods);
  });

  test.each([
    [`${website}/pods/pod-with-scheduling-gates.yaml`, 'non-empty scheduling gates'],
    [`${website}/pods/resource/extended-resource-pod.yaml`, 'Insufficient example.com/dongle'],
    [`${website}/pods/pod-with-pod-affinity.yaml`, "didn't match pod affinity rules"],
    [`${website}/pods/topology-spread-constraints/two-constraints.yaml`, 'topology spread'],
    [`${examples}/AI/vllm-deployment`, 'Insufficient nvidia.com/gpu'],
  ])('%s: it says why not', async (path, reason) => {
    const { outcome, convergence } = await run(path);
    expect(outcome.end).toBe('horizon');
    expect(convergence.map((row) => row.reason).join()).toContain(reason);
  });
});
