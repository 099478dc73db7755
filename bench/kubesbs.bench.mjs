// The sets of real pods and nodes by which simulators of clusters have been compared: 500 nodes and
// 4,774 pods, and the same lists dealt out again to 1,200 nodes and 7,064 pods, a set that is not
// in the corpus. The whole control plane runs; the image, of which no size is known, is on the
// nodes. The lists lie in the corpus that KUBECLOCK_CORPUS names.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { runScenario } from '../dist/experiment/run-scenario.js';
import { filesIn } from '../dist/scenario/files.js';
import { loadScenario } from '../dist/scenario/load.js';
import { cpuSeconds } from './whole-run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus', 'kubesbs');
const nodesFile = join(folder, 'nodes-500.yaml');
const podsFile = join(folder, 'pods-500.yaml');

function missing() {
  if (existsSync(nodesFile) && existsSync(podsFile)) return undefined;
  return `${folder} has no nodes-500.yaml and pods-500.yaml; KUBECLOCK_CORPUS names the corpus`;
}

/** `count` objects, from the beginning again when there are no more, under names of their own. */
function dealt(objects, count) {
  return Array.from({ length: count }, (_, i) => {
    const object = objects[i % objects.length];
    const turn = Math.floor(i / objects.length);
    const name = turn === 0 ? object.metadata.name : `${object.metadata.name}-${turn}`;
    return { ...object, metadata: { ...object.metadata, name } };
  });
}

/** Nodes that differ in their names only are one pool. */
function poolsOf(nodes, images) {
  const pools = new Map();
  for (const { metadata, status } of nodes) {
    const { 'kubernetes.io/hostname': _, ...labels } = metadata.labels;
    const template = { metadata: { labels }, status };
    const key = JSON.stringify(template);
    const pool = pools.get(key) ?? { name: `pool-${pools.size}`, template, nodeNames: [] };
    pools.set(key, pool);
    pool.nodeNames.push(metadata.name);
  }
  return [...pools.values()].map((pool) => ({ ...pool, count: pool.nodeNames.length, images }));
}

/**
 * The time of the last pod that finds a node: the scheduler binds 50 of them a second. Some
 * never fit, so that the cluster does not converge; an hour of heartbeats is not what is measured.
 */
function horizonSeconds(podCount) {
  return Math.ceil(podCount / 50) + 5;
}

function loaded(nodeCount, podCount) {
  const start = cpuSeconds();
  const [nodes, pods] = [nodesFile, podsFile].map((file) => loadAll(readFileSync(file, 'utf8')));
  const images = [
    ...new Set(pods.flatMap(({ spec }) => spec.containers.map((each) => each.image))),
  ];
  const spec = {
    horizon: `${horizonSeconds(podCount)}s`,
    nodePools: poolsOf(dealt(nodes, nodeCount), images),
    workload: { operations: [{ op: 'create', objects: dealt(pods, podCount) }] },
  };
  const head = { apiVersion: 'kubeclock.dev/v1alpha1', kind: 'Scenario' };
  const text = JSON.stringify({ ...head, metadata: { name: 'kubesbs' }, spec });
  const { scenario, problems } = loadScenario(text, 'kubesbs.json', filesIn('.'), {});
  if (scenario === undefined) throw new Error(JSON.stringify(problems.slice(0, 5)));
  return { scenario, seconds: cpuSeconds() - start };
}

/** Seconds of the run until no pod is left that can be started, and of loading. */
function measured(nodeCount, podCount) {
  const { scenario, seconds } = loaded(nodeCount, podCount);
  const start = cpuSeconds();
  const { pods } = runScenario(scenario);
  const running = pods.filter(({ readyUs }) => readyUs !== undefined).length;
  if (running < 0.99 * podCount) throw new Error(`only ${running} of ${podCount} pods are Ready`);
  return [cpuSeconds() - start, seconds];
}

const kubesbsCase = (nodes, pods, run, loading) => ({
  name: `kubesbs-${nodes}`,
  missing,
  figures: [
    { name: `kubesbs-${nodes}`, unit: 's', ...run },
    { name: `kubesbs-${nodes}-loading`, unit: 's', ...loading },
  ],
  measure: () => measured(nodes, pods),
});

export const cases = [
  kubesbsCase(500, 4_774, { atMost: 0.6 }, { atMost: 1.5 }),
  kubesbsCase(1_200, 7_064, { atMost: 1 }, {}),
];
