// The published lists of the OpenB trace, where the corpus is there (KUBECLOCK_CORPUS).
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Problem } from '../../src/api/problem.js';
import { openbImporter } from '../../src/workload/import/openb/openb-importer.js';
import { root } from '../tidy/source-files.js';

const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');
const folder = join(corpus, 'openb/data/csv');

interface Imported {
  readonly nodePools: readonly {
    readonly count: number;
    readonly template: { readonly status: { readonly allocatable: Record<string, string> } };
  }[];
  readonly workload: {
    readonly operations: readonly { readonly kinds: readonly { readonly count: number }[] }[];
  };
}

test.beforeEach((context) => {
  context.skip(!existsSync(folder), `${folder} is absent; set KUBECLOCK_CORPUS`);
});

test.each([
  ['default', 8152],
  ['cpu050', 7439],
  ['cpu250', 9420],
  ['gpushare40', 8152],
])('the list %s has its pods, and the nodes have 6,212 GPUs', (list, pods) => {
  const files = ['node_list_gpu_node', `pod_list_${list}`].map((name) => {
    const path = join(folder, `openb_${name}.csv`);
    return { path, bytes: readFileSync(path) };
  });
  const problems: Problem[] = [];
  const options = { values: new Map(), beside: () => undefined };
  const spec = openbImporter.read(files, options, problems)?.scenario['spec'] as Imported;
  expect(problems).toEqual([]);
  const gpuMilli = spec.nodePools.reduce(
    (sum, { count, template }) =>
      sum + count * Number(template.status.allocatable['alibabacloud.com/gpu-milli'] ?? 0),
    0,
  );
  expect(gpuMilli).toBe(6_212_000);
  expect(spec.nodePools.reduce((sum, { count }) => sum + count, 0)).toBe(1213);
  const [mix] = spec.workload.operations;
  expect(mix?.kinds.reduce((sum, { count }) => sum + count, 0)).toBe(pods);
});
