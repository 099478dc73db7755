// Stages of KWOK as the life of pods, its nodes and its recordings.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { kwokImporter } from '../../../src/workload/import/kwok/kwok-importer.js';
import { importFile, loaded, read } from './import-support.js';

const stage = (name: string, selector: string, delay: string, next: string, more = '') =>
  `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: ${name}}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector: {matchExpressions: [${selector}]}
  delay: {${delay}}
  next: ${next}
${more}---
`;
const status = (phase: string) => `{statusTemplate: "x: {{ Now }}\\nphase: ${phase}\\n"}`;
const job = '{key: ".metadata.ownerReferences.[].kind", operator: In, values: [Job]}';
const chaotic = '{key: \'.metadata.labels["chaos"]\', operator: In, values: ["true"]}';
const phase = '{key: ".status.phase", operator: In, values: [Pending]}';
const stages = [
  stage(
    'ready',
    phase,
    'durationMilliseconds: 1000, jitterDurationMilliseconds: 5000, ' +
      'durationFrom: {expressionFrom: \'.metadata.annotations["ready-delay"]\'}',
    status('Running'),
  ),
  stage('complete', job, 'durationMilliseconds: 2000', status('Succeeded'), '  weight: 1\n'),
  stage('fail', chaotic, 'durationMilliseconds: 500', status('Failed'), '  weight: 3\n'),
  stage('delete', '', 'durationMilliseconds: 1500', '{delete: true}'),
].join('');
const podSpec = 'containers: [{name: c, image: fake, resources: {requests: {cpu: 1m}}}]';
const pod = (name: string, metadata = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}${metadata}}\nspec: {${podSpec}}\n---\n`;
const jobText = `apiVersion: batch/v1
kind: Job
metadata: {name: j}
spec: {template: {metadata: {labels: {chaos: "true"}}, spec: {restartPolicy: Never, ${podSpec}}}}
---
`;

function objectsOf(...texts: string[]): readonly KubernetesObject[] {
  const files = texts.map((text, index) => importFile(`${index}.yaml`, text));
  const [operation] = loaded(kwokImporter, files).scenario.operations;
  return operation?.op === 'apply' ? operation.objects : [];
}
const lifeOf = (object: KubernetesObject | undefined) => {
  const { annotations = {} } =
    (object?.kind === 'Job' ? object.spec.template?.metadata : object?.metadata) ?? {};
  const own = Object.entries(annotations).filter(([key]) => key.startsWith('kubeclock.dev/'));
  return Object.fromEntries(own.map(([key, value]) => [key.slice('kubeclock.dev/'.length), value]));
};

describe('Stages', () => {
  test('are recognised, and so are nodes of KWOK; manifests are not', () => {
    expect(importerOf([importFile('s.yaml', stages)])).toBe(kwokImporter);
    expect(importerOf([importFile('p.yaml', pod('p'))])).toBeUndefined();
  });

  test('say when a pod is ready and how long it takes to stop, between delay and jitter', () => {
    const [plain] = objectsOf(stages, pod('p'));
    expect(lifeOf(plain)).toEqual({ 'ready-after': '1s..5s', 'stop-time': '1.5s' });
    expect(JSON.stringify(plain)).toContain('readinessProbe');
  });

  test('are for the pods that their selectors name by owner, label and annotation', () => {
    const [made] = objectsOf(stages, jobText);
    expect(lifeOf(made)).toMatchObject({
      'run-time': '2s',
      'crash-after': '500ms',
      'crash-probability': '0.7500',
    });
  });

  test('take the delay of an annotation that they ask for', () => {
    const [own] = objectsOf(stages, pod('p', ', annotations: {ready-delay: 2s}'));
    expect(lifeOf(own)['ready-after']).toBe('2s..5s');
  });

  test('do not change what a pod says itself', () => {
    const [own] = objectsOf(stages, pod('p', ', annotations: {kubeclock.dev/stop-time: 9s}'));
    expect(lifeOf(own)['stop-time']).toBe('9s');
  });

  test('without manifests show themselves in a Pod and a Job that they are for', () => {
    const [first, second] = objectsOf(stages);
    expect(lifeOf(first)).toMatchObject({ 'crash-after': '500ms' });
    expect([first?.kind, second?.kind]).toEqual(['Pod', 'Job']);
  });

  test('of other kinds are named, whatever they select by', () => {
    const volume = stage('bind', '{cel: {expression: "has(self.x)"}}', '', '{}').replace(
      'kind: Pod',
      'kind: PersistentVolume',
    );
    const { notes } = loaded(kwokImporter, [importFile('v.yaml', volume)]);
    expect(notes[0]).toBe(
      '1 Stages of PersistentVolume are left out: its life is that of the simulator.',
    );
  });

  test('that are wrong are named by their fields', () => {
    const bad = stages.replace('durationMilliseconds: 2000', 'durationMilliseconds: soon');
    const { problems } = read(kwokImporter, [importFile('bad.yaml', bad)]);
    expect(problems.map(({ file, path }) => [file, path])).toEqual([
      ['bad.yaml', 'spec.delay.durationMilliseconds'],
    ]);
  });
});

describe('nodes and recordings', () => {
  test('a fake node has its name and the size that KWOK gives it', () => {
    const node =
      'apiVersion: v1\nkind: Node\nmetadata:\n  name: fake\n  annotations:\n' +
      '    kwok.x-k8s.io/node: fake\nspec: {}\n---\n';
    const { scenario } = loaded(kwokImporter, [importFile('n.yaml', node + pod('p'))]);
    expect(scenario.cluster.nodePools).toMatchObject([{ nodeNames: ['fake'], cores: 1_000 }]);
  });

  test('a template of nodes makes as many as are asked for', () => {
    const template =
      'apiVersion: config.kwok.x-k8s.io/v1alpha1\nkind: KwokctlResource\nmetadata: {name: node}\n' +
      'parameters: {allocatable: {cpu: 8, memory: 32Gi, pods: 50}}\n';
    const file = importFile('node.yaml', template);
    const { scenario } = loaded(kwokImporter, [file], { nodes: ['4'] });
    expect(scenario.cluster.nodePools).toMatchObject([{ count: 4, cores: 8 }]);
  });

  test('a recording is performed at its times; pods of controllers are left to these', () => {
    const change = (seconds: number, method: string, name: string, template = '') =>
      `kind: ResourcePatch
apiVersion: action.kwok.x-k8s.io/v1alpha1
resource: {group: apps, version: v1, resource: deployments}
target: {name: ${name}, namespace: shop}
durationNanosecond: ${seconds * 1e9}
method: ${method}
${template}---
`;
    const deployment = (replicas: number, more = '') =>
      `template: {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop${more}}, ` +
      `spec: {replicas: ${replicas}, selector: {matchLabels: {a: b}}, ` +
      `template: {metadata: {labels: {a: b}}, spec: {${podSpec}}}}, status: {replicas: 1}}\n`;
    const owned = ', ownerReferences: [{controller: true, kind: X, name: x, uid: y}]';
    const text = [
      change(9, 'delete', 'web'),
      change(1, 'create', 'web', deployment(1)),
      change(2, 'create', 'web-2', deployment(1, owned)),
      change(5, 'patch', 'web', 'template: {spec: {replicas: 3}}\n'),
      change(6, 'patch', 'web', 'template: {status: {replicas: 3}}\n'),
    ].join('');
    const { scenario, notes } = loaded(kwokImporter, [importFile('r.yaml', text)]);
    expect(scenario.operations.map(({ op, atUs }) => [op, atUs / 1e6])).toEqual([
      ['apply', 1],
      ['update', 5],
      ['delete', 9],
    ]);
    expect(notes).toEqual([
      '1 objects that a controller makes are left to the controllers.',
      '1 patches of statuses and metadata are left out.',
    ]);
  });
});
