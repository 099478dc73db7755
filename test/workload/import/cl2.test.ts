// A test of ClusterLoader2 as a scenario: steps, phases, modules, tuning sets and measurements, and
// what is wrong with tests that cannot be read.
import { describe, expect, test } from 'vitest';
import type { Tree } from '../../../src/scenario/yaml-tree.js';
import { cl2Importer } from '../../../src/workload/import/cl2/cl2-importer.js';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { importFile, loaded, read } from './import-support.js';

const config = `{{$pods := DefaultParam .CL2_PODS 3}}
{{$namespaces := DivideInt .Nodes 2}}
name: My Test
namespace:
  number: {{$namespaces}}
tuningSets:
- name: Uniform
  qpsLoad:
    qps: 5
- name: Scattered
  RandomizedTimeLimitedLoad:
    timeLimit: 90s
{{if .CL2_CHAOS}}
chaosMonkey:
  nodeFailure: {interval: 1m}
{{end}}
steps:
- name: Starting measurements
  measurements:
  - Identifier: Startup
    Method: PodStartupLatency
    Params: {action: start, labelSelector: group = it, threshold: 20s}
  - Method: WaitForControlledPodsRunning
    Instances:
    - Identifier: WaitForDeployments
      Params: {kind: Deployment}
    Params: {action: start, operationTimeout: 10m}
  - Identifier: Resources
    Method: TestMetrics
    Params: {action: start}
- module:
    path: modules/reconcile.yaml
    params: {action: create, replicas: 2}
- name: Wait
  measurements:
  - Identifier: Pause
    Method: Sleep
    Params: {duration: 30s}
- module:
    path: /modules/reconcile.yaml
    params: {action: update, replicas: 2}
- module:
    path: modules/reconcile.yaml
    params: {action: grow, replicas: 3}
- module:
    path: modules/reconcile.yaml
    params: {action: delete, replicas: 1}
- name: Gathering
  measurements:
  - Identifier: Startup
    Method: PodStartupLatency
    Params: {action: gather}
  - Identifier: Throughput
    Method: SchedulingThroughput
    Params: {action: gather, threshold: 100, enableViolations: true}
  - Identifier: Resources
    Method: TestMetrics
    Params: {action: gather}
  - Identifier: Api
    Method: APIResponsivenessPrometheus
    Params: {action: gather}
`;

const reconcile = `{{$deleting := eq .action "delete"}}
steps:
- name: {{.action}} objects
  phases:
  - namespaceRange: {min: 1, max: 2}
    replicasPerNamespace: {{.replicas}}
    tuningSet: Uniform
    objectBundle:
    - basename: web
      objectTemplatePath: deployment.yaml
{{if not $deleting}}
      templateFillMap:
        Replicas: 4
{{end}}
- name: wait
  measurements:
  - Method: WaitForControlledPodsRunning
    Instances:
    - Identifier: WaitForDeployments
    Params: {action: gather}
`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{.Name}}}
spec:
  replicas: {{.Replicas}}
  selector: {matchLabels: {name: {{.Name}}}}
  template:
    metadata: {labels: {name: {{.Name}}}}
    spec:
      containers:
      - name: it
        image: {{.ImageRegistry}}/pause:3.9
        resources: {requests: {cpu: 1m, memory: 1M}}
`;

const file = importFile('t/config.yaml', config);
const others = [
  importFile('t/modules/reconcile.yaml', reconcile),
  importFile('t/modules/deployment.yaml', deployment),
  importFile('over.yaml', 'CL2_CHAOS: true\n'),
];

const specOf = (values: Readonly<Record<string, readonly string[]>> = {}): Tree => {
  const { imported, problems } = read(cl2Importer, [file], values, others);
  expect(problems).toEqual([]);
  return imported?.scenario['spec'] as Tree;
};

const operationsOf = (spec: Tree): readonly Tree[] =>
  (spec['workload'] as Tree)['operations'] as readonly Tree[];

describe('a test of ClusterLoader2', () => {
  test('is known by its steps, and no manifest is one', () => {
    expect(importerOf([file])).toBe(cl2Importer);
    expect(importerOf([importFile('d.yaml', deployment)])).toBeUndefined();
    const workflow = 'apiVersion: x/v1\nkind: Workflow\nname: a\nsteps:\n- module: {}\n';
    expect(importerOf([importFile('w.yaml', workflow)])).toBeUndefined();
  });

  test('has its steps one after the other, with those of its modules', () => {
    const operations = operationsOf(specOf({ nodes: ['4'] }));
    expect(operations.map(({ op }) => op)).toEqual([
      'phases', // the namespaces
      'phases',
      'barrier',
      'sleep',
      'phases',
      'barrier',
      'phases',
      'barrier',
      'phases',
      'barrier',
    ]);
    expect(operations[3]).toEqual({ op: 'sleep', duration: '30s' });
  });

  test('creates what is missing, changes what is there, and deletes what is too much', () => {
    const operations = operationsOf(specOf({ nodes: ['4'] }));
    const phases = operations.flatMap(({ phases: each = [] }) => each as readonly Tree[]);
    const template = 'templates/deployment.yaml';
    const params = { ImageRegistry: 'registry.k8s.io', Replicas: 4 };
    const objects = [{ basename: 'web', template, params }];
    const where = { tuningSet: 'Uniform', namespaces: { prefix: 'test-', from: 1, to: 2 } };
    expect(phases.slice(1)).toEqual([
      { action: 'create', ...where, count: 2, objects },
      { action: 'apply', ...where, count: 2, objects },
      { action: 'create', ...where, from: 2, count: 1, objects },
      { action: 'delete', ...where, from: 1, count: 2, objects },
    ]);
  });

  test('is judged by its measurements, and names those that are left out once', () => {
    const { imported } = read(cl2Importer, [file], {}, others);
    const spec = imported?.scenario['spec'] as Tree;
    expect(spec['thresholds']).toEqual({
      pods_not_ready: ['value==0'],
      pod_startup_seconds: ['p(99)<=20'],
      scheduling_throughput: ['max>=100'],
    });
    expect(imported?.notes).toEqual([
      'The test runs on 100 nodes of 4 CPU and 16Gi; --nodes says otherwise.',
      'The measurement TestMetrics (1) is not simulated.',
      'APIResponsivenessPrometheus (1): the section API CALLS of the results says which kinds of ' +
        'calls kept the objective.',
    ]);
  });

  test('has the nodes, the overrides and the tuning sets that it is given', () => {
    const spec = specOf({ nodes: ['6x2cpu8Gi'], overrides: ['over.yaml'] });
    expect(spec['nodePools']).toEqual([
      { name: 'nodes', count: 6, cpu: '2', memory: '8Gi', images: ['registry.k8s.io/pause:3.9'] },
    ]);
    expect((spec['workload'] as Tree)['tuningSets']).toEqual({
      Uniform: { qpsLoad: { qps: 5 } },
      Scattered: { randomizedTimeLimitedLoad: { timeLimit: '90s' } },
    });
    expect(operationsOf(spec)[0]).toMatchObject({ phases: [{ count: 3 }] });
    const { notes } = loaded(cl2Importer, [file], { overrides: ['over.yaml'] }, others);
    expect(notes).toContain('The chaos monkey is not simulated.');
  });

  test('is a scenario that can be run', () => {
    const { scenario } = loaded(cl2Importer, [file], { nodes: ['4'] }, others);
    expect(scenario.name).toBe('my-test');
    const sizes = scenario.operations.flatMap((operation) =>
      operation.op === 'phases' ? operation.phases.map(({ units }) => units.length) : [],
    );
    expect(sizes).toEqual([2, 4, 4, 2, 4]);
  });
});

describe('what is refused', () => {
  const failing = (text: string, values: Readonly<Record<string, readonly string[]>> = {}) => {
    const { imported, problems } = read(
      cl2Importer,
      [importFile('t/c.yaml', text)],
      values,
      others,
    );
    expect(imported === undefined || problems.length > 0).toBe(true);
    return problems.map(({ file: path, line, column, message }) => {
      return `${path}:${line}:${column} ${message}`;
    });
  };

  test.each([
    ['name: x\nsteps:\n- module: {path: none.yaml}\n', 't/c.yaml:3:3 the module "none.yaml"'],
    ['{{if false}}\n#\n#\n{{end}}name: x\nnamespace: {number: many}\n', 't/c.yaml:5:21 "many"'],
    ['name: x\nsteps:\n{{range .Nodes}}', 't/c.yaml:3:3 "range" has no end'],
    ['name: x\n{{MultiplyInt .Pods 2}}\n', 't/c.yaml:2:15 .Pods is none of .ImageRegistry'],
    ['name: x\nsteps: [\n', 't/c.yaml:3:1 '],
    ['jobs: []\n', 't/c.yaml:1:1 a test of ClusterLoader2 has steps, and this has none'],
    [
      `name: x
tuningSets: [{name: u, qpsLoad: {qps: 0}}]
steps: []
`,
      't/c.yaml:2:39 0 is not allowed here',
    ],
    [
      `name: x
steps:
- phases:
  - replicasPerNamespace: 1
    tuningSet: u
    objectBundle: [{basename: a, objectTemplatePath: gone.yaml}]
`,
      't/c.yaml:3:3 the template "gone.yaml" names no file',
    ],
  ])('%j', (text, expected) => {
    const found = failing(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  test('are options that make no sense', () => {
    expect(failing('name: x\nsteps: []\n', { nodes: ['few'] })[0]).toContain(
      '"few" is no number of nodes',
    );
    expect(failing('name: x\nsteps: []\n', { overrides: ['no.yaml'] })[0]).toContain(
      'no.yaml does not exist',
    );
    const list = [importFile('l.yaml', '- a\n')];
    const { problems } = read(
      cl2Importer,
      [importFile('t/c.yaml', 'name: x\n')],
      { overrides: ['l.yaml'] },
      list,
    );
    expect(problems[0]?.message).toBe('--overrides names a mapping of names to values');
  });
});
