// Jobs of kube-burner as a scenario: what each kind of job does, its churn, its measurements, and
// what is wrong with configurations that cannot be read.
import { describe, expect, test } from 'vitest';
import type { Tree } from '../../../src/scenario/yaml-tree.js';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { kubeBurnerImporter } from '../../../src/workload/import/kube-burner/kube-burner-importer.js';
import { importFile, loaded, read } from './import-support.js';

const pod = `apiVersion: v1
kind: Pod
metadata: {name: "p-{{.Iteration}}-{{.Replica}}"}
spec:
  containers: [{name: c, image: {{.image}}}]
`;
const service = `apiVersion: v1
kind: Service
metadata: {name: s}
spec: {ports: [{port: 80}]}
`;

const others = [
  importFile('k/pod.yml', pod),
  importFile('k/service.yml', service),
  importFile('k/patch.yml', 'metadata: {labels: {round: "{{.Iteration}}"}}\n'),
  importFile(
    'k/add.json',
    '[\n\t{\n\t\t"op": "add",\n\t\t"path": "/metadata/labels/new",\n\t\t"value": "x"\n\t}\n]\n',
  ),
  importFile(
    'k/envs.tpl',
    '{{- define "envs" -}}\n{{- range $i := until $.n }}\n' +
      '{{- printf "- {name: %s%d}" $.name $i | nindent $.indent }}\n{{- end }}\n{{- end }}\n',
  ),
  importFile('k/text.tpl', '{{ define "x" }}{{ end }}kind: Pod\n'),
  importFile(
    'k/calls.yml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n' +
      '    image: i\n    env:\n    {{- template "envs" (dict "name" .var "n" 2 "indent" 4) }}',
  ),
  importFile('env.yaml', 'QPS: 8\n'),
];

const create = (more = '', objects = ''): string => `jobs:
- name: work
  jobIterations: 4
  qps: {{ default 2 .QPS }}
  burst: 3
${more}  objects:
  - objectTemplate: pod.yml
    replicas: 2
    inputVars: {image: registry.k8s.io/pause:3.10}
${objects}`;

/** The operations, thresholds and notes of a configuration. */
function specOf(text: string, values: Readonly<Record<string, readonly string[]>> = {}) {
  const file = importFile('k/burner.yml', text);
  const { imported, problems } = read(kubeBurnerImporter, [file], values, others);
  expect(problems).toEqual([]);
  const spec = imported?.scenario['spec'] as Tree;
  const workload = spec['workload'] as Tree;
  const operations = workload['operations'] as readonly Tree[];
  return { spec, workload, operations, notes: imported?.notes ?? [] };
}

const phasesOf = (operations: readonly Tree[]): readonly Tree[] =>
  operations.flatMap(({ phases = [] }) => phases as readonly Tree[]);

const born = (index: Tree) => ({
  action: 'create',
  ...index,
  objects: [
    {
      basename: 'work',
      yaml: 'apiVersion: v1\nkind: Namespace\n',
      labels: { 'kube-burner.io/job': 'work' },
    },
  ],
});

const made = {
  template: 'templates/pod.yml',
  copies: 2,
  params: { image: 'registry.k8s.io/pause:3.10', JobName: 'work' },
  labels: { 'kube-burner.io/job': 'work' },
};

describe('a job that creates', () => {
  test('has namespaces of its own, then its objects one by one by its bucket, and waits', () => {
    const { operations, workload } = specOf(create());
    expect(workload['tuningSets']).toEqual({ work: { globalQPSLoad: { qps: 2, burst: 3 } } });
    expect(operations).toEqual([
      { op: 'phases', phases: [born({ count: 4 })] },
      {
        op: 'phases',
        phases: [
          {
            action: 'create',
            tuningSet: 'work',
            apart: true,
            namespaces: { prefix: 'work-', indicesEach: 1 },
            count: 4,
            objects: [made],
          },
        ],
      },
      { op: 'barrier' },
    ]);
  });

  test('may share namespaces, or have one only', () => {
    const shared = specOf(create('  iterationsPerNamespace: 3\n'));
    expect(phasesOf(shared.operations)[0]).toMatchObject({ count: 2 });
    expect(phasesOf(shared.operations)[1]?.['namespaces']).toEqual({
      prefix: 'work-',
      indicesEach: 3,
    });
    const single = specOf(create('  namespacedIterations: false\n  namespace: one\n'));
    expect(phasesOf(single.operations)[1]?.['namespaces']).toBe('one');
  });

  test('waits and pauses where it says so', () => {
    const more = '  podWait: true\n  jobIterationDelay: 2s\n  jobPause: 1m\n';
    const { operations } = specOf(create(`${more}  waitWhenFinished: false\n`));
    expect(operations.slice(1).map(({ op, duration = '' }) => `${op}${duration}`)).toEqual([
      ...Array.from({ length: 4 }, () => ['phases', 'barrier', 'sleep2s']).flat(),
      'sleep1m',
    ]);
    expect(
      phasesOf(operations)
        .slice(1)
        .map(({ from = 0 }) => from),
    ).toEqual([0, 1, 2, 3]);
  });

  test('creates some objects once, or in every n-th iteration', () => {
    const { operations, notes } = specOf(
      create(
        '',
        `  - {objectTemplate: service.yml, runOnce: true}
  - {objectTemplate: service.yml, repeatEveryNIterations: 3}
`,
      ),
    );
    expect(
      phasesOf(operations)
        .slice(1)
        .map(({ count }) => count),
    ).toEqual([4, 1, 2]);
    expect(notes.join()).toContain('1 objects that are created in every n-th iteration');
  });

  test('has its images on the nodes, unless it says otherwise', () => {
    const images = (text: string): unknown =>
      (specOf(text).spec['nodePools'] as Tree[])[0]?.['images'];
    expect(images(create())).toEqual(['registry.k8s.io/pause:3.10']);
    expect(images(create('  preLoadImages: false\n'))).toBeUndefined();
  });

  test('churns: some namespaces go, come again, and are waited for', () => {
    const { operations } = specOf(
      create('  churnConfig: {cycles: 2, percent: 50, delay: 5s, mode: namespaces}\n'),
    );
    const round = ['phases', 'barrier', 'phases', 'phases', 'barrier', 'sleep'];
    expect(operations.slice(3).map(({ op }) => op)).toEqual([...round, ...round]);
    const [gone, back, objects, goneNext] = phasesOf(operations).slice(2);
    expect(gone).toMatchObject({ ...born({ count: 2 }), action: 'delete' });
    expect(back).toEqual(born({ count: 2 }));
    expect(objects).toMatchObject({ action: 'create', count: 2 });
    expect(goneNext).toMatchObject({ action: 'delete', from: 2, count: 2 });
  });

  test('churns objects without their namespaces, and those that shall stay do', () => {
    const { operations, notes } = specOf(
      create(
        '  churnConfig: {duration: 3m, percent: 25, delay: 30s, mode: objects}\n',
        '  - {objectTemplate: service.yml, churn: false}\n',
      ),
    );
    const phases = phasesOf(operations).slice(2);
    expect(phases.map(({ action, count }) => `${action} ${count}`)).toEqual([
      'delete 1',
      'create 1',
      'delete 1',
      'create 1',
    ]);
    expect(phases[0]?.['objects']).toEqual([made]);
    expect(notes.join()).toContain('1 churns state no cycles');
  });

  test('is a scenario that can be run, with the values that it is given', () => {
    const { scenario } = loaded(
      kubeBurnerImporter,
      [importFile('k/burner.yml', create('', '  - objectTemplate: service.yml\n'))],
      { 'user-data': ['env.yaml'], nodes: ['2'] },
      others,
    );
    const phases = scenario.operations.flatMap((each) => (each.op === 'phases' ? [each] : []));
    expect(phases.map((each) => each.phases[0]?.units.length)).toEqual([4, 12]);
    expect(phases[1]?.tuningSets.get('work')).toEqual({ kind: 'globalQps', qps: 8, burst: 3 });
    expect(phases[1]?.phases[0]?.units[2]?.[0]?.metadata).toMatchObject({
      name: 's',
      namespace: 'work-0',
      labels: { 'kube-burner.io/job': 'work' },
    });
  });
});

describe('jobs that take what is there', () => {
  const jobs = `jobs:
- name: patch
  jobType: patch
  jobIterations: 3
  objects:
  - kind: Pod
    labelSelector: {a: b}
    objectTemplate: patch.yml
    patchType: application/merge-patch+json
  - kind: Pod
    objectTemplate: add.json
    patchType: application/json-patch+json
- name: look
  jobType: read
  objects: [{kind: Service}, {kind: VirtualMachine}]
- name: clear
  jobType: delete
  objects: [{kind: Deployment, labelSelector: {a: b}}]
- {name: vm, jobType: kubevirt, objects: [{kubeVirtOp: start}]}
`;

  test('patch, read and delete what their selectors find', () => {
    const { operations, notes } = specOf(jobs);
    const labels = { a: 'b' };
    expect(operations).toEqual([
      {
        op: 'forEach',
        kind: 'Pod',
        labels,
        tuningSet: 'patch',
        action: 'patch',
        times: 3,
        template: 'templates/patch.yml',
        params: { JobName: 'patch' },
      },
      {
        op: 'forEach',
        kind: 'Pod',
        tuningSet: 'patch',
        action: 'patch',
        times: 3,
        template: 'templates/add.json',
        params: { JobName: 'patch' },
      },
      { op: 'forEach', kind: 'Service', tuningSet: 'look', action: 'get', times: 1 },
      { op: 'forEach', kind: 'Deployment', labels, tuningSet: 'clear', action: 'delete' },
      { op: 'barrier' },
    ]);
    expect(notes.slice(1)).toEqual([
      '1 selections of VirtualMachine are left out.',
      '1 jobs of KubeVirt are not simulated.',
    ]);
  });

  test('patch by lists as by mappings', () => {
    const file = importFile('k/burner.yml', jobs);
    const { scenario } = loaded(kubeBurnerImporter, [file], {}, others);
    const patches = scenario.operations.flatMap((each) =>
      each.op === 'forEach' && each.action === 'patch' ? [each.patches[0]] : [],
    );
    expect(patches).toEqual([
      { metadata: { labels: { round: '0' } } },
      [{ op: 'add', path: '/metadata/labels/new', value: 'x' }],
    ]);
  });

  test('clean up in the end, where the configuration asks for it', () => {
    const { operations } = specOf(`global: {gc: true}\n${create()}`);
    expect(operations.at(-1)).toEqual({
      op: 'forEach',
      action: 'delete',
      kind: 'Namespace',
      labels: { 'kube-burner.io/job': 'work' },
    });
  });
});

test('templates call the function templates of the configuration', () => {
  const text = `global: {functionTemplates: [envs.tpl]}
jobs:
- name: work
  objects:
  - {objectTemplate: calls.yml, inputVars: {var: V}}
`;
  const { scenario } = loaded(kubeBurnerImporter, [importFile('k/b.yml', text)], {}, others);
  const units = scenario.operations.flatMap((each) =>
    each.op === 'phases' ? each.phases.flatMap((phase) => phase.units.flat()) : [],
  );
  expect(JSON.stringify(units)).toContain('"env":[{"name":"V0"},{"name":"V1"}]');
});

test('thresholds of pod latencies judge the run, and other measurements are named', () => {
  const { spec, notes } = specOf(`global:
  measurements:
  - name: podLatency
    thresholds:
    - {conditionType: Ready, metric: P99, threshold: 2500ms}
    - {conditionType: Ready, metric: Avg, threshold: 1s}
    - {conditionType: PodScheduled, metric: max, threshold: 1s}
    - {conditionType: Initialized, metric: P99, threshold: 1s}
  - name: pprof
${create()}`);
  expect(spec['thresholds']).toEqual({
    pods_not_ready: ['value==0'],
    pod_startup_seconds: ['p(99)<=2.5', 'avg<=1'],
    pod_scheduling_latency_seconds: ['max<=1'],
  });
  expect(notes.slice(1)).toEqual([
    'The threshold P99 of Initialized (1) is not judged.',
    'The measurement pprof (1) is not simulated.',
  ]);
});

test('a configuration is known by its jobs, and neither a manifest nor a workflow is one', () => {
  expect(importerOf([importFile('a.yml', create())])).toBe(kubeBurnerImporter);
  expect(importerOf([importFile('p.yml', pod)])).toBeUndefined();
  expect(
    importerOf([importFile('w.yml', 'on: push\njobs:\n  a:\n    steps: []\n')]),
  ).toBeUndefined();
});

describe('what is refused', () => {
  test.each([
    ['jobs:\n- {name: a, jobType: destroy, jobIterations: 1}\n', '2:22 "destroy" is not allowed'],
    ['jobs:\n- name: a\n  qps: {{.QPS}}\n', '3:10 "<no value>" is not allowed here'],
    ['jobs:\n- name: a\n  objects: [{objectTemplate: x.yml}]\n', '3:30 x.yml does not exist'],
    ['jobs:\n- name: a\n  objects: [{replicas: 2}]\n', '3:13 the object has no template'],
    ['jobs:\n- name: a\n  jobPause: soon\n', '3:13 "soon" is not allowed here'],
    ['global: {functionTemplates: [no.tpl]}\njobs: [{name: a}]\n', '1:30 no.tpl does not exist'],
    [
      'global: {functionTemplates: [text.tpl]}\njobs: [{name: a}]\n',
      '1:1 a function template holds',
    ],
    ['jobs: []\n', '1:1 a list is not allowed here'],
    ['jobs:\n{{ if .X }}\n', '2:3 "if" has no end'],
  ])('%j', (text, expected) => {
    const { problems } = read(kubeBurnerImporter, [importFile('k/b.yml', text)], {}, others);
    const found = problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });
});
