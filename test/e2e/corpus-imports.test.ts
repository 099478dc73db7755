// Tests of other tools that nobody here wrote: those of ClusterLoader2 and kube-burner are imported
// as they lie there and run, and other files with templates in them are refused with their places.
// The folder is named by KUBECLOCK_CORPUS; without it, these tests say that they were left out.

import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadInput } from '../../src/cli/input.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { walkFolder } from '../../src/scenario/files.js';
import type { LoadedScenario } from '../../src/scenario/scenario.js';
import { importerOf } from '../../src/workload/import/import-files.js';
import { root } from '../tidy/source-files.js';

const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');

/** What the one file comes to; `values` are options of its format. */
async function load(path: string, values: Readonly<Record<string, readonly string[]>> = {}) {
  const importValues = new Map(Object.entries(values));
  const { scenario, problems, importNotes } = await loadInput([join(corpus, path)], {
    importValues,
    ...(values['nodes'] === undefined ? {} : { nodes: values['nodes'][0] ?? '' }),
  });
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { scenario, errors, importNotes };
}

test.beforeEach((context) => {
  context.skip(!existsSync(corpus), `${corpus} is absent; set KUBECLOCK_CORPUS`);
});

describe('tests of other tools are imported', () => {
  const nodes = ['10'];
  const loader = 'clusterloader2/testing';
  const burner = 'kube-burner';

  test.each([
    [`${loader}/density/config.yaml`, 9],
    [`${loader}/load/config.yaml`, 13],
    [`${loader}/batch/config.yaml`, 3],
    [`${loader}/pod-startup-latency/config.yaml`, 5],
    [`${burner}/examples/workloads/kubelet-density-heavy/kubelet-density-heavy.yml`, 4],
    [`${burner}/test/k8s/kube-burner-multi-doc.yml`, 3],
  ])('%s', async (path, operations) => {
    const { scenario, errors } = await load(path, { nodes });
    expect(errors).toEqual([]);
    expect(scenario?.operations).toHaveLength(operations);
  });

  test('a job of kube-burner runs to its end', async () => {
    const path = `${burner}/examples/workloads/kubelet-density/kubelet-density.yml`;
    const { scenario } = await load(path, { nodes: ['3'] });
    const { outcome, thresholds, pods } = runScenario(scenario as LoadedScenario);
    expect(outcome.end).toBe('converged');
    expect(pods).toHaveLength(25);
    expect(thresholds.every(({ ok }) => ok)).toBe(true);
  });
});

test('other files that need a template engine first are refused, with their places', async () => {
  const templates = walkFolder(corpus).filter((path) => /\.ya?ml$/.test(path));
  // One in seven of some 1,100 files: all of them would take too long.
  const files = templates.filter((_path, index) => index % 7 === 0);
  const faults: string[] = [];
  let refused = 0;
  for (const path of files) {
    const bytes = readFileSync(path);
    if (!bytes.includes('{{') || importerOf([{ path, bytes }]) !== undefined) continue;
    const { scenario, errors } = await load(relative(corpus, path));
    if (scenario !== undefined) continue; // Braces inside a text, which is data.
    refused++;
    const [first] = errors;
    if (first === undefined || first.line < 1 || first.column < 1) faults.push(path);
  }
  expect(faults).toEqual([]);
  expect(refused).toBeGreaterThan(15);
});
