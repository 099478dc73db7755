import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/api/problem.js';
import { deployment, load, service } from './memory-files.js';

interface BadInput {
  readonly what: string;
  readonly spec: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Parts of the one expected problem. */
  readonly problem: Partial<Problem>;
}

/** Line of the first line of the spec in the file that `load` makes. */
const first = 5;

const inputs: readonly BadInput[] = [
  {
    what: 'a field that is misspelt',
    spec: 'horizn: 90s',
    problem: { line: first, column: 3, code: 'KUBECLOCK1101', suggestion: 'horizon:' },
  },
  {
    what: 'a field that is like no other',
    spec: 'kubeProxy: {zzzzzzzz: 1}',
    problem: {
      line: first,
      column: 15,
      code: 'KUBECLOCK1101',
      expected: 'one of mode, version, minSyncPeriod, cpuFactor',
    },
  },
  {
    what: 'a duration without unit',
    spec: 'horizon: 90',
    problem: { line: first, column: 12, path: 'spec.horizon', suggestion: 'horizon: 90s' },
  },
  {
    what: 'a duration in sexagesimal',
    spec: 'horizon: 1:30',
    problem: { line: first, column: 12, path: 'spec.horizon' },
  },
  {
    what: 'a list where a mapping belongs',
    spec: 'network: [1]',
    problem: { path: 'spec.network', code: 'KUBECLOCK1102', expected: 'a mapping' },
  },
  {
    what: 'nothing where a value belongs',
    spec: 'horizon:',
    problem: { path: 'spec.horizon', message: 'nothing is not allowed here' },
  },
  {
    what: 'a quantity that is none',
    spec: 'nodePools: [{name: a, count: 1, memory: 16Gb}]',
    problem: { line: first, column: 43, path: 'spec.nodePools[0].memory' },
  },
  {
    what: 'zero CPUs',
    spec: 'nodePools: [{name: a, count: 1, cpu: 0}]',
    problem: { path: 'spec.nodePools[0].cpu' },
  },
  {
    what: 'a host without cores',
    spec: 'controlPlane: {hosts: {cores: 0}}',
    problem: { path: 'spec.controlPlane.hosts.cores', expected: 'a number above 0' },
  },
  {
    what: 'a negative count',
    spec: 'nodePools: [{name: a, count: -3}]',
    problem: { line: first, column: 32, expected: 'a whole number, 0 to 100000' },
  },
  {
    what: 'a missing count',
    spec: 'nodePools:\n  - name: a',
    problem: {
      path: 'spec.nodePools[0].count',
      code: 'KUBECLOCK1201',
      message: 'required, but missing',
    },
  },
  {
    what: 'an empty text',
    spec: 'seed: ""',
    problem: { path: 'spec.seed', expected: 'text of a length of 1 or more' },
  },
  {
    what: 'a list where a text belongs',
    spec: 'workload: {operations: [{op: [apply]}]}',
    problem: { path: 'spec.workload.operations[0].op', message: 'a list is not allowed here' },
  },
  {
    what: 'a form of a distribution that is misspelt',
    spec: 'applicationStart: {exponental: {mean: 1s}}',
    problem: { column: 22, code: 'KUBECLOCK1101', suggestion: 'exponential:' },
  },
  {
    what: 'two pools of one name',
    spec: 'nodePools: [{name: a, count: 1}, {name: a, count: 2}]',
    problem: { column: 43, code: 'KUBECLOCK2004' },
  },
  {
    what: 'a pool whose size is said twice',
    spec: 'nodePools: [{name: a, count: 1, cpu: 2, template: {status: {allocatable: {cpu: "2"}}}}]',
    problem: { path: 'spec.nodePools[0].cpu', code: 'KUBECLOCK2008' },
  },
  {
    what: 'a Node template with a bad quantity',
    spec: 'nodePools: [{name: a, count: 1, template: {status: {capacity: {cpu: 2x}}}}]',
    problem: { line: first, column: 71, path: 'status.capacity.cpu' },
  },
  {
    what: 'an even number of etcd members',
    spec: 'controlPlane: {hosts: {count: 3}, etcd: {members: 2}}',
    problem: { code: 'KUBECLOCK2008', suggestion: 'members: 1' },
  },
  {
    what: 'more etcd members than hosts',
    spec: 'controlPlane: {etcd: {members: 3}}',
    problem: { message: '3 etcd members need 3 hosts, and there are 1' },
  },
  {
    what: 'more API servers than hosts',
    spec: 'controlPlane: {apiServer: {replicas: 2}}',
    problem: { path: 'spec.controlPlane.apiServer.replicas' },
  },
  {
    what: 'a disk nobody knows',
    spec: 'controlPlane: {etcd: {disk: nvm}}',
    problem: { path: 'spec.controlPlane.etcd.disk', suggestion: 'disk: nvme' },
  },
  {
    what: 'a distribution with half of its parameters',
    spec: 'applicationStart: {p50: 1s}',
    problem: { path: 'spec.applicationStart.p99', code: 'KUBECLOCK1201' },
  },
  {
    what: 'a distribution with its parameters exchanged',
    spec: 'applicationStart: {p50: 9s, p99: 1s}',
    problem: {
      path: 'spec.applicationStart',
      expected: 'a distribution whose logNormal: needs 0 < p50 <= p99',
    },
  },
  {
    what: 'a table of quantiles that does not begin at 0',
    spec: 'applicationStart: {quantiles: [[0.5, 1s], [1, 2s]]}',
    problem: { path: 'spec.applicationStart' },
  },
  {
    what: 'samples taken all the time',
    spec: 'outputs: {sampleInterval: 0s}',
    problem: { path: 'spec.outputs.sampleInterval' },
  },
  {
    what: 'another version of Kubernetes',
    spec: 'kubernetesVersion: "1.30"',
    problem: { path: 'spec.kubernetesVersion' },
  },
  {
    what: 'an operation nobody knows',
    spec: 'workload: {operations: [{op: aply}]}',
    problem: { path: 'spec.workload.operations[0].op', suggestion: 'op: apply' },
  },
  {
    what: 'an operation with a field of another',
    spec: 'workload: {operations: [{op: barrier, replicas: 2}]}',
    problem: { code: 'KUBECLOCK1101', path: 'spec.workload.operations[0].replicas' },
  },
  {
    what: 'an apply of nothing',
    spec: 'workload: {operations: [{op: apply}]}',
    problem: { message: 'apply has no objects' },
  },
  {
    what: 'a manifest file that is not there',
    spec: 'workload: {operations: [{op: apply, manifests: shop/*.yaml}]}',
    problem: {
      line: first,
      column: 50,
      code: 'KUBECLOCK2001',
      message: '"shop/*.yaml" names no file',
    },
  },
  {
    what: 'nodes of an unknown pool',
    spec: 'nodePools: [{name: workers, count: 1}]\nworkload: {operations: [{op: createNodes, pool: worker, count: 1}]}',
    problem: { line: first + 1, code: 'KUBECLOCK2003', suggestion: 'pool: workers' },
  },
  {
    what: 'a scale of something that nothing creates',
    spec: `workload: {operations: [{op: apply, objects: [${deployment('web')}]}, {op: scale, target: Deployment/wob, replicas: 2}]}`,
    problem: { code: 'KUBECLOCK2005', suggestion: 'Deployment/default/web' },
  },
  {
    what: 'a scale of something that cannot be scaled',
    spec: `workload: {operations: [{op: apply, objects: [${deployment('web')}, ${service('web')}]}, {op: scale, target: Service/web, replicas: 2}]}`,
    problem: { message: 'a Service cannot be scaled' },
  },
  {
    what: 'an update of something that was deleted',
    spec: `workload: {operations: [{op: apply, objects: [${deployment('web')}]}, {op: delete, targets: [deploy/web]}, {op: update, target: deploy/web, patch: {}}]}`,
    problem: { path: 'spec.workload.operations[2].target', code: 'KUBECLOCK2005' },
  },
  {
    what: 'a target of an unknown kind',
    spec: 'workload: {operations: [{op: delete, targets: [Deploiment/web]}]}',
    problem: { path: 'spec.workload.operations[0].targets[0]', suggestion: 'Deployment' },
  },
  {
    what: 'a template of createPods that is no Pod',
    spec: `workload: {operations: [{op: createPods, count: 1, template: ${deployment('web')}}]}`,
    problem: { message: 'the template is a Deployment; createPods creates bare Pods' },
  },
  {
    what: 'a metric that is misspelt',
    spec: 'thresholds: {pod_startup_second: [max<5]}',
    problem: { column: 16, code: 'KUBECLOCK2006', suggestion: 'pod_startup_seconds:' },
  },
  {
    what: 'a label that a metric does not have',
    spec: 'thresholds: {"pod_startup_seconds{ns=shop}": [max<5]}',
    problem: { code: 'KUBECLOCK2006', suggestion: 'namespace' },
  },
  {
    what: 'a threshold that is no expression',
    spec: 'thresholds: {pod_startup_seconds: [p99<5]}',
    problem: { column: 38, code: 'KUBECLOCK2007' },
  },
  {
    what: 'a tolerance of a metric that is misspelt',
    spec: 'tolerances: {pod_startup_second.p99: 2%}',
    problem: { column: 40, code: 'KUBECLOCK2006', suggestion: 'pod_startup_seconds:' },
  },
  {
    what: 'a tolerance of a figure that a metric does not have',
    spec: 'tolerances: {pod_startup_seconds.p95: 2%}',
    problem: { code: 'KUBECLOCK2006', message: 'pod_startup_seconds has no "p95"' },
  },
  {
    what: 'a tolerance that is none',
    spec: 'tolerances: {all: -2%}',
    problem: { code: 'KUBECLOCK2012', message: '"-2%" is not a tolerance' },
  },
  {
    what: 'a bad quantity in an object written in place',
    spec: `workload:\n  operations:\n    - op: apply\n      objects:\n        - ${deployment('web', 1, '{cpu: 4x}')}`,
    problem: { line: first + 4, path: 'spec.template.spec.containers[0].resources.requests.cpu' },
  },
  {
    what: 'a bad field in a block of YAML',
    spec: 'workload:\n  operations:\n    - op: apply\n      yaml: |\n        apiVersion: v1\n        kind: ConfigMap\n        metadata: {nam: x}',
    problem: { line: first + 6, column: 22, code: 'KUBECLOCK1101' },
  },
  {
    what: 'a bad field in a manifest file',
    spec: 'workload: {operations: [{op: apply, manifests: a.yaml}]}',
    files: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  lables: {}\n' },
    problem: { file: 'a.yaml', line: 5, column: 3, suggestion: 'labels:' },
  },
  {
    what: 'a template in a manifest file',
    spec: 'workload: {operations: [{op: apply, manifests: a.yaml}]}',
    files: { 'a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{.Name}}\n' },
    problem: { file: 'a.yaml', line: 4, code: 'KUBECLOCK1003' },
  },
  {
    what: 'requests that cannot be counted',
    spec: `workload: {operations: [{op: apply, objects: [${deployment('web', 1, '{memory: 9E}')}]}]}`,
    problem: { code: 'KUBECLOCK1202' },
  },
];

describe('a scenario with one fault', () => {
  test.each(inputs)('$what: is refused, with place and advice', ({ spec, files, problem }) => {
    const { scenario, problems } = load(spec, files);
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(scenario).toBeUndefined();
    expect(errors).toEqual(
      expect.arrayContaining([expect.objectContaining({ file: 'test.yaml', ...problem })]),
    );
    // A metadata name that is misspelt is missing as well; nothing else reports twice.
    expect(errors.length).toBeLessThanOrEqual(problem.code === 'KUBECLOCK1101' ? 2 : 1);
  });
});

describe('a scenario with many faults', () => {
  test('hears of all of them at once, in order of their places', () => {
    const { problems } = load(`
      horizon: 90
      controlPlane: {etcd: {members: 2}}
      nodePools: [{name: a, count: -1}]
      workload:
        operations:
          - {op: apply, manifests: missing.yaml}
          - {op: sleep}
      thresholds: {pods_ready: [nonsense]}
    `);
    expect(problems.map(({ line, path }) => [line - first, path])).toEqual([
      [0, 'spec.horizon'],
      [1, 'spec.controlPlane.etcd.members'],
      [2, 'spec.nodePools[0].count'],
      [5, 'spec.workload.operations[0].manifests'],
      [6, 'spec.workload.operations[1].duration'],
      [7, 'spec.thresholds.pods_ready[0]'],
    ]);
  });
});
