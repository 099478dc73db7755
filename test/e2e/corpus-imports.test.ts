// Files of foreign formats that nobody here wrote become scenarios without a fault. The folder is
// named by KUBECLOCK_CORPUS; without it, these tests say that they were left out.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadYaml, yamlText } from '../../src/api/yaml-dialect.js';
import { loadInput } from '../../src/cli/input.js';
import { clusterDumpImporter } from '../../src/workload/import/cluster-dump/cluster-dump-importer.js';
import { importerOf } from '../../src/workload/import/import-files.js';
import { effectOf, stageSchema } from '../../src/workload/import/kwok/stage.js';
import { root } from '../tidy/source-files.js';
import { importFile, loaded } from '../workload/import/import-support.js';

const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');
const stagesFolder = 'kwok/kustomize/stage/pod';

/** As `kubeclock run FILE… --nodes N` loads them. */
async function verdict(paths: readonly string[], nodes?: string) {
  const { scenario, problems, importNotes } = await loadInput(
    paths.map((path) => join(corpus, path)),
    nodes === undefined ? {} : { nodes },
  );
  const errors = problems.filter(({ severity }) => severity === 'error');
  return { scenario, importNotes, errors };
}

async function load(...paths: string[]) {
  const { errors, ...found } = await verdict(paths);
  expect(errors).toEqual([]);
  return found;
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

  const burner = 'kube-burner/examples/workloads';
  const cl2 = 'clusterloader2/testing';
  test.each([
    `${cl2}/scheduler-throughput/config.yaml`,
    `${cl2}/density/config.yaml`,
    `${cl2}/load/config.yaml`,
    `${cl2}/pod-startup-latency/config.yaml`,
    `${cl2}/node-throughput/config.yaml`,
    `${cl2}/batch/config.yaml`,
    `${burner}/kubelet-density/kubelet-density.yml`,
    `${burner}/kubelet-density-cni/kubelet-density-cni.yml`,
    `${burner}/kubelet-density-heavy/kubelet-density-heavy.yml`,
    `${burner}/deployment-pvc-move/deployment-pvc-move.yml`,
    'kube-burner/test/k8s/kube-burner-multi-doc.yml',
    'kube-burner/test/k8s/kube-burner-repeat-every-n-iterations.yml',
    'kwok/kustomize/stage/volume/fast/pv-bind.yaml',
    'kwok/kustomize/kwokctl/resource/node.yaml',
  ])('%s is a scenario of few nodes', async (path) => {
    const { scenario, errors } = await verdict([path], '3');
    expect(errors).toEqual([]);
    expect(scenario?.operations.length).toBeGreaterThan(0);
    expect(scenario?.cluster.nodePools.map(({ count }) => count)).toEqual([3]);
  });

  test.each([
    'apps/microservices-demo/release/kubernetes-manifests.yaml',
    'apps/kubernetes-examples/web/guestbook',
    'kwok/test/kwok/fake-deployment.yaml',
    'jobset/site/static/examples/simple/paralleljobs.yaml',
    'jobset/site/static/examples/startup-policy/startup-driver-ready.yaml',
    'open-simulator/example/application/complicate',
  ])('%s brings objects', async (path) => {
    const { scenario } = await load(path);
    expect(scenario?.operations.map(({ op }) => op)).toEqual(['apply']);
  });

  test.each([
    // Templates whose values or parts are not there.
    [`${burner}/api-intensive/api-intensive.yml`, 'deployment_patch_add_label.json does not exist'],
    ['kube-burner/test/k8s/kube-burner-measurements.yml', 'envs.tpl does not exist'],
    ['kube-burner/test/k8s/kube-burner-sequential-patch.yml', '"<no value>" is not allowed here'],
    [`${cl2}/huge-service/config.yaml`, 'the template "simple-deployment.yaml" names no file'],
    [`${cl2}/density/scheduler-suite.yaml`, 'not a Kubernetes manifest: it is a list'],
    ['kwok/kustomize/stage/fast/kustomization.yaml', 'this is a kustomization'],
    [`${burner}/kubelet-density/templates/pod.yml`, 'render it first'],
    // Objects that Kubernetes refuses, and such as no longer exist.
    [
      'kubernetes-website/pods/pod-with-node-affinity-INVALID-4672b9c.yaml',
      'found a list, expected an object',
    ],
    ['kubernetes-website/application/job/cronjob-v1beta1.yaml', 'batch/v1'],
    ['open-simulator/example/application/simple/rs-calico.yaml', 'Required value'],
    // Half of a trace, a trace of bad objects, the expected output of another program, and text.
    ['openb/data/csv/openb_pod_list_default.csv', 'a list of nodes and a list of pods'],
    ['traces/azure-functions-sample/durations.csv', 'a file of invocations or of requests'],
    ['simkube/testutils/data/validation_trace.json', 'Required value'],
    ['kwok/kustomize/stage/node/fast/testdata/node-pending.output.yaml', 'holds no Node'],
    ['traces/google-omega-simulator/example-init-cluster-state.log', 'it is plain text'],
  ])('%s is refused, with its place and the reason', async (path, reason) => {
    const { scenario, errors } = await verdict([path]);
    expect(scenario).toBeUndefined();
    expect(errors.map(({ message }) => message).join()).toContain(reason);
    expect(errors.every(({ file, line, column }) => file !== '' && line > 0 && column > 0)).toBe(
      true,
    );
  });

  test('a dump as YAML is the cluster that it is as JSON', async () => {
    const folder = join(corpus, 'real-cluster-dump/openshift-insights/config');
    const items = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json') && /^(?:node|pod)\//.test(name))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown);
    const list = { apiVersion: 'v1', kind: 'List', items };
    const [json, yaml] = [JSON.stringify(list), yamlText(list)].map((text) =>
      loaded(clusterDumpImporter, [importFile('dump', text)]),
    );
    expect(items.length).toBeGreaterThan(25);
    expect(importerOf([importFile('dump', yamlText(list))])).toBe(clusterDumpImporter);
    expect(yaml?.scenario.cluster.initialObjects).toEqual(json?.scenario.cluster.initialObjects);
    expect(yaml?.scenario.cluster.nodePools).toEqual(json?.scenario.cluster.nodePools);
  });
});
