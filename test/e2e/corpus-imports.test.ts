// Files of foreign formats that nobody here wrote become scenarios without a fault. The folder is
// named by KUBECLOCK_CORPUS; without it, these tests say that they were left out.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadYaml } from '../../src/api/yaml-dialect.js';
import { loadInput } from '../../src/cli/input.js';
import { effectOf, stageSchema } from '../../src/workload/import/kwok/stage.js';
import { root } from '../tidy/source-files.js';

const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');
const stagesFolder = 'kwok/kustomize/stage/pod';

async function load(...paths: string[]) {
  const { scenario, problems, importNotes } = await loadInput(
    paths.map((path) => join(corpus, path)),
    {},
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { scenario, importNotes };
}

describe('foreign formats of a corpus', () => {
  test.beforeEach((context) => {
    context.skip(!existsSync(corpus), `${corpus} is absent; set KUBECLOCK_CORPUS`);
  });

  test('a cluster of OpenShift: its nodes, and its pods on them', async () => {
    const folder = 'real-cluster-dump/openshift-insights/config';
    const { scenario } = await load(`${folder}/**/*.json`);
    const { nodePools = [], initialObjects = [] } = scenario?.cluster ?? {};
    expect(nodePools.map(({ name, count }) => [name, count])).toEqual([
      ['master', 1],
      ['worker', 1],
    ]);
    const pods = initialObjects.filter(({ kind }) => kind === 'Pod');
    expect(pods.length).toBeGreaterThan(25);
  });

  test.each([
    ['simkube/examples/traces/bare-pods.sktrace', 4],
    ['simkube/examples/traces/cronjob.sktrace', 2],
    ['simkube/examples/traces/dsb-scaling.sktrace', 18],
    ['simkube/testutils/data/trace.json', 1],
  ])('%s has %i operations or more', async (path, least) => {
    const { scenario } = await load(path);
    expect(scenario?.operations.length).toBeGreaterThanOrEqual(least);
  });

  test.each([
    [['traces/azure-functions-sample/Azure2021/Azure2021_200.csv'], '199 requests'],
    [['traces/azure-functions-sample/Azure2021/Azure2021_30.csv'], '29 requests'],
    [['traces/azure-llm-inference/AzureLLMInferenceTrace_code.csv'], '8819 requests'],
    [
      ['invocations', 'durations', 'memory'].map(
        (name) => `traces/azure-functions-sample/${name}.csv`,
      ),
      'requests arrive',
    ],
  ])('%j: %s', async (paths, note) => {
    const { importNotes } = await load(...paths);
    expect(importNotes.join()).toContain(note);
  });

  test.each(['general', 'fast', 'chaos'])('Stages of KWOK: %s', async (folder) => {
    await load(`${stagesFolder}/${folder}/*.yaml`);
  });

  test('what a Stage is about is what its own test expects of it', () => {
    const phases = { ready: 'Running', completed: 'Succeeded', failed: 'Failed' } as const;
    const judged = ['general', 'fast'].flatMap((folder) => {
      const path = join(corpus, stagesFolder, folder);
      return readdirSync(path).flatMap((file) => {
        const output = join(path, 'testdata', file.replace('.yaml', '.output.yaml'));
        if (!existsSync(output)) return [];
        const [tree] = loadYaml(readFileSync(join(path, file), 'utf8'), 'override');
        const effect = effectOf(stageSchema.parse(tree));
        const phase = effect in phases ? phases[effect as keyof typeof phases] : undefined;
        if (phase === undefined) return [];
        return [[file, readFileSync(output, 'utf8').includes(`phase: ${phase}`)]];
      });
    });
    expect(judged.length).toBeGreaterThan(1);
    expect(judged.filter(([, isSo]) => isSo !== true)).toEqual([]);
  });
});
