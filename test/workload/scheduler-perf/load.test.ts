// Reading files of scheduler_perf: what comes out, and every problem with its place.
import { describe, expect, test } from 'vitest';
import type { CreateNodes, CreatePods } from '../../../src/workload/scheduler-perf/operations.js';
import { isSchedulerPerfText } from '../../../src/workload/scheduler-perf/read-test-cases.js';
import type { PerfTestCase } from '../../../src/workload/scheduler-perf/test-case.js';
import { brief, loadPerf, testCaseText, workloadOf } from './perf-files.js';

const problemsOf = (
  operations: readonly string[],
  params = '{}',
  head: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): string[] => loadPerf(testCaseText(operations, params, head), more).problems.map(brief);

describe('a file is recognised', () => {
  test.each([
    ['by a list of test cases', '- name: A\n  workloadTemplate:\n  - opcode: sleep\n', true],
    ['with comments before it', '# x\n\n- workloadTemplate: []\n  name: A\n', true],
    ['not when it is a manifest', 'apiVersion: v1\nkind: List\nitems:\n- a: 1\n', false],
    ['not when it is another list', '- name: A\n  steps: []\n', false],
  ])('%s', (_, text, expected) => {
    expect(isSchedulerPerfText(text)).toBe(expected);
  });
});

describe('the operations of a workload', () => {
  test('take their counts from its parameters', () => {
    const { operations, nodes, pods } = workloadOf(
      [
        '{opcode: createNodes, countParam: $nodes}',
        '{opcode: createPods, countParam: $pods, podTemplatePath: pod.yaml}',
        '{opcode: createPods, count: 3}',
      ],
      '{nodes: 5, pods: 7}',
    );
    expect([nodes, pods]).toEqual([5, 10]);
    expect(operations.map((each) => ('count' in each ? each.count : 0))).toEqual([5, 7, 3]);
  });

  test('are numbered after pod sets have been unrolled, and name namespaces so', () => {
    const { operations } = workloadOf([
      '{opcode: createPodSets, count: 2, namespacePrefix: set, createPodsOp: {opcode: createPods, count: 1}}',
      '{opcode: createPods, count: 1}',
    ]);
    const pods = operations as readonly CreatePods[];
    expect(pods.map(({ index, namespace }) => [index, namespace])).toEqual([
      [0, 'set-0'],
      [1, 'set-1'],
      [2, 'namespace-2'],
    ]);
  });

  test('use the default pod template where they name none', () => {
    const head = ['defaultPodTemplatePath: pod.yaml'];
    const [own] = workloadOf(['{opcode: createPods, count: 1}'], '{}', head).operations;
    expect((own as CreatePods).template.instantiate(0, 1).metadata.labels).toEqual({ app: 'web' });
  });

  test('make plain pods and nodes where there is no template at all', () => {
    const [nodes, pods] = workloadOf([
      '{opcode: createNodes, count: 1}',
      '{opcode: createPods, count: 1}',
    ]).operations as readonly [CreateNodes, CreatePods];
    expect(nodes.template.instantiate(0, 1)).toMatchObject({
      kind: 'Node',
      metadata: { generateName: 'node-0-' },
      status: { capacity: { cpu: '4', memory: '32Gi', pods: '110' } },
    });
    expect(pods.template.instantiate(0, 1)).toMatchObject({ kind: 'Pod' });
  });

  test('know durations, steady states and selectors', () => {
    const { operations } = workloadOf(
      [
        '{opcode: createPods, count: 2, steadyStateParam: $steady, durationParam: $time}',
        '{opcode: sleep, duration: 1m30s}',
        '{opcode: sleep, durationParam: $time}',
        '{opcode: barrier, stageRequirement: Attempted, labelSelector: {type: x}}',
        '{opcode: barrier}',
      ],
      '{steady: true, time: 10s}',
    );
    expect(operations).toMatchObject([
      { steadyUs: 10_000_000 },
      { durationUs: 90_000_000 },
      { durationUs: 10_000_000 },
      { stage: 'Attempted', labelSelector: { type: 'x' }, namespaces: [] },
      { stage: 'Scheduled', labelSelector: {} },
    ]);
  });

  test('churn every half second unless they say otherwise', () => {
    const { operations } = workloadOf([
      '{opcode: churn, mode: create, templatePaths: [pod.yaml]}',
      '{opcode: churn, mode: recreate, number: 2, intervalMilliseconds: 200, templatePaths: [pod.yaml]}',
    ]);
    expect(operations).toMatchObject([
      { intervalUs: 500_000, number: 0, namespace: 'namespace-0' },
      { intervalUs: 200_000, number: 2 },
    ]);
  });

  test('prepare nodes by the first strategy that is stated', () => {
    const preparationOf = (fields: string) =>
      (workloadOf([`{opcode: createNodes, count: 1, ${fields}}`]).operations[0] as CreateNodes)
        .preparation;
    expect(preparationOf('labelNodePrepareStrategy: {labelKey: z, labelValues: [a, b]}')).toEqual({
      kind: 'label',
      key: 'z',
      values: ['a', 'b'],
    });
    expect(preparationOf('uniqueNodeLabelStrategy: {labelKey: z}')).toEqual({
      kind: 'uniqueLabel',
      key: 'z',
    });
    expect(
      preparationOf(
        'nodeAllocatableStrategy: {nodeAllocatable: {x: 39}, csiNodeAllocatable: {d: {count: 39}}, migratedPlugins: [p]}',
      ),
    ).toEqual({
      kind: 'allocatable',
      allocatable: { x: '39' },
      drivers: [{ name: 'd', count: 39 }],
      migratedPlugins: ['p'],
    });
  });

  test('may be written with fields of any case, as Go reads them', () => {
    const text = testCaseText(['{opcode: createNodes, CountParam: $nodes}'], '{nodes: 4}')
      .replace('workloadTemplate', 'WorkloadTemplate')
      .replace('params', 'Params');
    expect(loadPerf(text).config?.testCases[0]?.workloads[0]?.nodes).toBe(4);
  });
});

describe('templates', () => {
  const podOf = (path: string, index: number) =>
    (
      workloadOf([`{opcode: createPods, count: 9, podTemplatePath: ${path}}`])
        .operations[0] as CreatePods
    ).template.instantiate(index, 9);

  test('are filled in for each object', () => {
    expect([0, 5].map((index) => podOf('indexed-pod.yaml', index))).toMatchObject([
      { metadata: { name: 'pod-0' }, spec: { containers: [{ ports: [{ containerPort: 800 }] }] } },
      { metadata: { name: 'pod-5' }, spec: { containers: [{ ports: [{ containerPort: 802 }] }] } },
    ]);
  });

  test('give pods of equal specs one spec', () => {
    const { template } = workloadOf([
      '{opcode: createPods, count: 9, podTemplatePath: indexed-pod.yaml}',
    ]).operations[0] as CreatePods;
    const specs = [0, 1, 3].map((index) => template.instantiate(index, 9)) as { spec?: unknown }[];
    expect(specs[2]?.spec).toBe(specs[0]?.spec);
    expect(specs[1]?.spec).not.toBe(specs[0]?.spec);
  });

  test('may write field names in any case', () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: {GenerateName: a-}\n' +
      'spec: {Containers: [{name: c, image: i}]}\n';
    const [operation] = workloadOf(
      ['{opcode: createPods, count: 1, podTemplatePath: odd.yaml}'],
      '{}',
      [],
      { 'misc/odd.yaml': pod },
    ).operations;
    expect((operation as CreatePods).template.instantiate(0, 1)).toMatchObject({
      metadata: { generateName: 'a-' },
      spec: { containers: [{ name: 'c' }] },
    });
  });

  test('get the values of templateParams, from the workload where they begin with $', () => {
    const [operation] = workloadOf(
      [
        '{opcode: createAny, templatePath: p.yaml, namespace: place, templateParams: {zone: $zone, size: 3}}',
      ],
      '{zone: z1}',
      [],
      {
        'misc/p.yaml':
          'apiVersion: v1\nkind: Pod\nmetadata: {name: "{{ .zone }}-{{ .size }}"}\n' +
          'spec: {containers: [{name: c, image: i}]}\n',
      },
    ).operations;
    expect(operation?.opcode === 'createAny' && operation.template.instantiate(0, 1)).toMatchObject(
      {
        metadata: { name: 'z1-3' },
      },
    );
  });

  test('are looked for above the folder too, as up to Kubernetes 1.20', () => {
    const { config, problems } = loadPerf(
      testCaseText(['{opcode: createPods, count: 1, podTemplatePath: misc/pod.yaml}']),
    );
    expect(problems).toEqual([]);
    expect(config?.testCases[0]?.unsupported).toEqual([]);
  });
});

describe('what a test case adds to its workloads', () => {
  const text = `
- name: Case
  labels: [slow]
  featureGates: {SchedulerQueueingHints: true, SchedulerAsyncAPICalls: true}
  defaultThresholdMetricSelector: {name: slow, dataBucket: Perc99, expectLower: true}
  metricsCollectorConfig: {metrics: {b: null, a: [{label: result, values: [x]}]}}
  workloadTemplate: [{opcode: sleep, duration: 1s}]
  workloads:
  - name: One
    labels: [performance]
    threshold: 5
    featureGates: {SchedulerQueueingHints: false}
  - {name: Two, threshold: {misc: 7, other: 8}}
  - {name: Three, threshold: {other: 8}}
  - {name: Four, threshold: 3, thresholdMetricSelector: {name: fast, dataBucket: Average}}
`;
  const testCases: readonly PerfTestCase[] = loadPerf(text).config?.testCases ?? [];
  const [one, two, three, four] = testCases[0]?.workloads ?? [];

  test('labels come first', () => {
    expect(one?.labels).toEqual(['slow', 'performance']);
    expect(two?.labels).toEqual(['slow']);
  });

  test('a gate of the workload goes before that of the test case', () => {
    expect(one?.gates).toEqual({ SchedulerQueueingHints: false, SchedulerAsyncAPICalls: true });
    expect(two?.gates).toEqual({ SchedulerQueueingHints: true, SchedulerAsyncAPICalls: true });
  });

  test('thresholds may depend on the topic, and 0 demands nothing', () => {
    expect([one, two, three].map((each) => each?.threshold?.value)).toEqual([5, 7, undefined]);
  });

  test('the metric of the threshold is the workload’s, the test case’s or throughput', () => {
    expect(one?.threshold).toMatchObject({
      metric: 'slow',
      dataBucket: 'Perc99',
      expectLower: true,
    });
    expect(four?.threshold).toMatchObject({ metric: 'fast', expectLower: false });
    const plain = workloadOf(['{opcode: sleep, duration: 1s}']);
    expect([plain.threshold, plain.metrics]).toEqual([undefined, undefined]);
  });

  test('metrics are sorted by name', () => {
    expect(one?.metrics).toEqual([
      { metric: 'a', labels: [{ label: 'result', values: ['x'] }] },
      { metric: 'b', labels: [] },
    ]);
  });
});

describe('what is not simulated is named and keeps the file valid', () => {
  test('an operation that scheduler_perf has', () => {
    const text = testCaseText([
      '{opcode: createNodes, count: 1}',
      '{opcode: createResourceDriver, driverName: d, nodes: "*"}',
    ]);
    const { config, problems } = loadPerf(text);
    expect(problems.map(brief)).toEqual([
      '4:14 warning: unsupported op createResourceDriver in test case "Case"',
    ]);
    expect(config?.testCases[0]?.unsupported).toEqual(['op createResourceDriver']);
  });

  test('an operation that nobody has, with what may have been meant', () => {
    const { config, problems } = loadPerf(testCaseText(['{opcode: createNode, count: 1}']));
    expect(problems).toMatchObject([
      {
        message: 'unsupported op createNode in test case "Case"',
        suggestion: 'opcode: createNodes',
      },
    ]);
    expect(config?.testCases[0]?.unsupported).toEqual(['op createNode']);
  });

  test('a kind', () => {
    const text = testCaseText(['{opcode: createAny, templatePath: class.yaml}']);
    const { config, problems } = loadPerf(text, {
      'misc/class.yaml': 'apiVersion: resource.k8s.io/v1\nkind: DeviceClass\nmetadata: {name: c}\n',
    });
    expect(problems.map(brief)).toEqual([
      '3:39 warning: resource.k8s.io/v1 DeviceClass is not simulated, so test case "Case" is not run',
    ]);
    expect(config?.testCases[0]?.unsupported).toEqual(['kind resource.k8s.io/v1 DeviceClass']);
  });

  test('a gate nobody knows, and one whose state is another here', () => {
    const head = ['featureGates: {SchedulerQueueingHint: true, DRAExtendedResource: true}'];
    const text = testCaseText(['{opcode: sleep, duration: 1s}'], '{}', head);
    const { config, problems } = loadPerf(text);
    expect(problems.map(brief)).toEqual([
      '2:18 warning: feature gate SchedulerQueueingHint is not known; it has no effect',
    ]);
    expect(problems[0]?.suggestion).toBe('SchedulerQueueingHints:');
    expect(config?.testCases[0]?.workloads[0]?.notices).toEqual([
      'feature gate SchedulerQueueingHint is not known; it has no effect',
      'feature gate DRAExtendedResource is on in the file; it is off here',
    ]);
  });

  test('a parameter that no operation uses', () => {
    expect(problemsOf(['{opcode: createNodes, countParam: $a}'], '{a: 1, b: 2}')).toEqual([
      '5:33 warning: parameter b is not used by test case "Case"',
    ]);
    const known = '{numNodeDeclaredFeatures: 3}';
    const { operations } = workloadOf(['{opcode: createNodes, count: 1}'], known);
    expect(operations).toMatchObject([{ declaredFeatures: 3 }]);
  });
});

describe('errors', () => {
  test.each<[string, readonly string[], string, readonly string[]]>([
    [
      'an unknown field',
      ['{opcode: createNodes, cuont: 1}'],
      '{}',
      ['3:27 error: unknown field "[0].workloadTemplate[0].cuont"'],
    ],
    [
      'a value of another type',
      ['{opcode: createNodes, count: many}'],
      '{}',
      ['3:34 error: "many" is not allowed here'],
    ],
    [
      'neither count nor countParam',
      ['{opcode: createNodes}'],
      '{}',
      ['3:5 error: count or countParam is needed'],
    ],
    [
      'a parameter that is missing',
      ['{opcode: createNodes, countParam: $nodes}'],
      '{pods: 1}',
      [
        '3:39 error: $nodes is not among the params of workload "Work"',
        '5:27 warning: parameter pods is not used by test case "Case"',
      ],
    ],
    [
      'a parameter of another type',
      ['{opcode: createNodes, countParam: $nodes}'],
      '{nodes: few}',
      ['3:39 error: $nodes is "few" in workload "Work"'],
    ],
    [
      'a reference without $',
      ['{opcode: createNodes, countParam: nodes}'],
      '{}',
      ['3:39 error: "nodes" is not allowed here'],
    ],
    [
      'a duration without a unit',
      ['{opcode: sleep, duration: 5}'],
      '{}',
      ['3:31 error: 5 is not allowed here'],
    ],
    [
      'a mode that churn has not',
      ['{opcode: churn, mode: delete, templatePaths: [pod.yaml]}'],
      '{}',
      ['3:27 error: "delete" is not allowed here'],
    ],
    [
      'a recreating churn without a number',
      ['{opcode: churn, mode: recreate, templatePaths: [pod.yaml]}'],
      '{}',
      ['3:5 error: recreate needs a number'],
    ],
    [
      'a steady state without a duration',
      ['{opcode: createPods, count: 1, steadyState: true}'],
      '{}',
      ['3:5 error: steadyState needs a duration above 0'],
    ],
    [
      'metrics of pods that nobody waits for',
      ['{opcode: createPods, count: 1, collectMetrics: true, skipWaitToCompletion: true}'],
      '{}',
      ['3:5 error: collectMetrics and skipWaitToCompletion exclude each other'],
    ],
    [
      'a claim without a volume',
      ['{opcode: createPods, count: 1, persistentVolumeClaimTemplatePath: claim.yaml}'],
      '{}',
      [
        '3:5 error: persistentVolumeTemplatePath and persistentVolumeClaimTemplatePath need each other',
      ],
    ],
    [
      'a template that is not there',
      ['{opcode: createPods, count: 1, podTemplatePath: nowhere.yaml}'],
      '{}',
      ['3:53 error: "nowhere.yaml" names no file'],
    ],
    [
      'a template of another kind',
      ['{opcode: createPods, count: 1, podTemplatePath: node.yaml}'],
      '{}',
      ['3:53 error: "node.yaml" is a template of Node, a Pod is needed'],
    ],
    [
      'a collection that is not stopped before the next one',
      [
        '{opcode: startCollectingMetrics, namespaces: [a]}',
        '{opcode: createPods, count: 1, collectMetrics: true}',
      ],
      '{}',
      ['2:3 error: operation 1 (createPods): the collection of metrics is under way already'],
    ],
    [
      'a collection that has not been started',
      ['{opcode: stopCollectingMetrics}'],
      '{}',
      ['2:3 error: operation 0 (stopCollectingMetrics): the collection of metrics has not begun'],
    ],
  ])('%s', (_, operations, params, expected) => {
    expect(problemsOf(operations, params)).toEqual(expected);
    const isError = expected.some((line) => line.includes('error:'));
    const { config } = loadPerf(testCaseText(operations, params));
    expect(config === undefined).toBe(isError);
  });

  test('in a template have the template’s place', () => {
    const operation = '{opcode: createPods, count: 4, podTemplatePath: bad.yaml}';
    const bad = (text: string) => problemsOf([operation], '{}', [], { 'misc/bad.yaml': text });
    expect(bad('apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Name }}\n')).toEqual([
      'misc/bad.yaml:4:12 error: .Name is none of .Index, .Count',
    ]);
    expect(
      bad(
        'apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n' +
          'spec:\n  containers: [{name: c, image: i}]\n  nodeNmae: n\n',
      ),
    ).toEqual(['misc/bad.yaml:6:3 error: unknown field "spec.nodeNmae"']);
    expect(bad('just text\n')[0]).toContain('misc/bad.yaml:1:1 error: not a Kubernetes manifest');
  });

  test('all come at once, each once, in order of the file', () => {
    const text = `
- name: Case
  workloadTemplate:
  - {opcode: createNodes, countParam: $nodes}
  - {opcode: createPods, count: -1}
  - {opcode: createPods, count: 1, podTemplatePath: nowhere.yaml}
  workloads:
  - {name: A}
  - {name: A, thresold: 3}
- name: Case
  workloadTemplate: [{opcode: sleep, duration: 1s}]
  workloads: [{name: A}, {name: A}]
`;
    expect(loadPerf(text).problems.map(brief)).toEqual([
      '5:33 error: -1 is not allowed here',
      '9:15 error: unknown field "[0].workloads[1].thresold"',
      '12:33 error: workload "A" is there twice',
    ]);
    const sound = text.replace('count: -1', 'count: 1').replace('thresold', 'threshold');
    expect(loadPerf(sound).problems.map(brief)).toEqual([
      '4:39 error: $nodes is not among the params of workload "A"',
      '6:53 error: "nowhere.yaml" names no file',
      '9:12 error: workload "A" is there twice',
      '10:9 error: test case "Case" is there twice',
      '12:33 error: workload "A" is there twice',
    ]);
  });

  test.each([
    ['no list', 'name: A\n', '1:1 error: a file of scheduler_perf is a list of test cases'],
    ['malformed YAML', '- name: [\n', 'malformed YAML'],
    ['an empty operation', testCaseText(['{}']), '3:5 error: required, but missing'],
  ])('a text that is %s', (_, text, expected) => {
    const { config, problems } = loadPerf(text);
    expect(config).toBeUndefined();
    expect(problems.map(brief).join('\n')).toContain(expected);
  });
});

test('a scheduler configuration beside the file is used', () => {
  const head = ['schedulerConfigPath: scheduler.yaml'];
  const config = (field: string) =>
    `apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n${field}: 3\n`;
  const { scheduler } = workloadOf(['{opcode: sleep, duration: 1s}'], '{}', head, {
    'misc/scheduler.yaml': config('podInitialBackoffSeconds'),
  });
  expect(scheduler?.configuration.podInitialBackoffSeconds).toBe(3);
  const faulty = problemsOf(['{opcode: sleep, duration: 1s}'], '{}', head, {
    'misc/scheduler.yaml': config('podInitialBackofSeconds'),
  });
  expect(faulty.join()).toContain('misc/scheduler.yaml:3:');
});
