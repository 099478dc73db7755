// A recording of kube-scheduler-simulator: what was there, what happened, what is wrong with it.
import { beforeAll, describe, expect, test } from 'vitest';
import { runScenario } from '../../../src/experiment/run-scenario.js';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { schedulerSimulatorImporter } from '../../../src/workload/import/scheduler-simulator/scheduler-simulator-importer.js';
import { importFile, loaded, read } from './import-support.js';

const amounts = { cpu: '4', memory: '8Gi', pods: '110' };
const before = '2026-01-31T11:00:00Z';
const clock = (second: number) =>
  `2026-01-31T12:0${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}Z`;

const record = (second: number, event: string, resource: object) =>
  `${JSON.stringify({ time: clock(second), event, resource })}\n`;

const node = (name: string, creationTimestamp: string, spec: object = {}, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: `node-${name}`, creationTimestamp, labels },
  spec,
  status: {
    capacity: amounts,
    allocatable: amounts,
    nodeInfo: { containerRuntimeVersion: 'containerd://2.1.0' },
  },
});

const pod = (
  name: string,
  creationTimestamp: string,
  { spec = {}, status = {}, metadata = {} }: Record<string, object> = {},
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `pod-${name}`, creationTimestamp, ...metadata },
  spec: {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'busybox', resources: { requests: { cpu: '1' } } }],
    ...spec,
  },
  status: { phase: 'Pending', ...status },
});

const gone = (kind: string, name: string, namespace = '') => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace },
});

const bound = (nodeName: string) => ({ spec: { nodeName }, status: { phase: 'Running' } });

const exited = (exitCode: number, seconds: number) => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  containerStatuses: [
    { state: { terminated: { exitCode, startedAt: clock(10), finishedAt: clock(10 + seconds) } } },
  ],
});

const owner = (kind: string, uid: string) => ({
  metadata: { ownerReferences: [{ apiVersion: 'v1', kind, name: 'x', uid, controller: true }] },
});

const opening = [
  record(0, 'Add', node('old', before)),
  record(0, 'Add', pod('resident', before, bound('old'))),
];

const recording = [
  ...opening,
  record(5, 'Add', pod('job', clock(5))),
  record(6, 'Update', pod('job', clock(5), bound('old'))),
  record(10, 'Add', node('young', clock(10))),
  record(20, 'Update', node('young', clock(10), { unschedulable: true })),
  record(22, 'Update', pod('job', clock(5), { spec: { nodeName: 'old' }, status: exited(0, 12) })),
  record(30, 'Add', pod('web', clock(30), { spec: { nodeName: 'old' } })),
  record(40, 'Update', pod('web', clock(30), { metadata: { deletionTimestamp: clock(70) } })),
  record(71, 'Delete', gone('Pod', 'web', 'default')),
  record(80, 'Delete', gone('Node', 'young')),
].join('');

const operationsOf = (text: string) => {
  const { scenario, notes } = loaded(schedulerSimulatorImporter, [importFile('r.jsonl', text)]);
  return { scenario, notes, operations: scenario.operations };
};

const rowsOf = (...records: readonly string[]) => {
  const { operations, notes } = operationsOf([...opening, ...records].join(''));
  return { rows: operations.map((each) => [each.op, each.atUs / 1e6]), operations, notes };
};

describe('a recording', () => {
  test('is recognised by its first record, as lines and as an array; no dump takes it', () => {
    expect(importerOf([importFile('any', recording)])).toBe(schedulerSimulatorImporter);
    const list = JSON.stringify([JSON.parse(opening[0] as string)], undefined, 2);
    expect(importerOf([importFile('any', list)])).toBe(schedulerSimulatorImporter);
    expect(importerOf([importFile('any', '{"time": "now", "kind": "Pod"}')])).toBeUndefined();
  });

  test('means the same as lines and as an array, and as two files', () => {
    const lines = recording.trim().split('\n');
    const array = importFile('r', `[${lines.join(',')}]`);
    const [first, second] = [lines.slice(0, 5), lines.slice(5)].map((part, index) =>
      importFile(index === 0 ? 'r' : 's', part.join('\n')),
    );
    const parts = read(schedulerSimulatorImporter, [first, second] as never);
    expect(parts.problems).toEqual([]);
    expect(read(schedulerSimulatorImporter, [array])).toEqual(parts);
    expect(read(schedulerSimulatorImporter, [importFile('r', recording)])).toEqual(parts);
  });

  test('begins with what was there, and changes at the times after its first record', () => {
    const { operations, scenario } = operationsOf(recording);
    const stored = scenario.cluster.initialObjects ?? [];
    expect(stored.map(({ metadata }) => metadata.name)).toEqual(['resident']);
    expect(operations.map((each) => [each.op, each.atUs / 1e6])).toEqual([
      ['apply', 5],
      ['createNodes', 10],
      ['cordon', 20],
      ['apply', 30],
      ['delete', 40],
      ['delete', 80],
    ]);
  });

  test('has one pool for nodes alike, whose later ones come under their names', () => {
    const [pool] = operationsOf(recording).scenario.cluster.nodePools;
    expect(pool).toMatchObject({ count: 1, nodeNames: ['old', 'young'] });
  });

  test('leaves where pods go to the scheduler, and how they end to the recording', () => {
    const [apply] = operationsOf(recording).operations;
    const text = JSON.stringify(apply?.op === 'apply' ? apply.objects : []);
    expect(text).toContain('"kubeclock.dev/run-time":"12s"');
    expect(text).not.toContain('nodeName');
    expect(text).not.toContain('exit-code');
  });

  test('a pod that failed exits with its code; one that was evicted is not made to fail', () => {
    const { operations } = rowsOf(
      record(5, 'Add', pod('bad', clock(5))),
      record(5, 'Add', pod('evicted', clock(5))),
      record(22, 'Update', pod('bad', clock(5), { status: exited(3, 4) })),
      record(23, 'Update', pod('evicted', clock(5), { status: { phase: 'Failed' } })),
    );
    const texts = operations.map((each) => JSON.stringify(each.op === 'apply' && each.objects));
    expect(texts[0]).toContain('"kubeclock.dev/exit-code":"3"');
    expect(texts[1]).not.toContain('kubeclock.dev/');
  });

  test('changes of taints, labels and gates are made; those of statuses are not', () => {
    const tainted = { taints: [{ key: 'gpu', value: 'a', effect: 'NoSchedule' }] };
    const gated = { schedulingGates: [{ name: 'wait' }] };
    const { operations } = rowsOf(
      record(1, 'Update', node('old', before)),
      record(2, 'Update', node('old', before, tainted)),
      record(3, 'Update', node('old', before, tainted, { tier: 'a' })),
      record(4, 'Update', node('old', before, {}, { tier: 'a' })),
      record(5, 'Add', pod('p', clock(5), { spec: gated })),
      record(6, 'Update', pod('p', clock(5))),
      record(7, 'Update', pod('p', clock(5), bound('old'))),
    );
    expect(operations).toMatchObject([
      { op: 'taint', atUs: 2e6, changes: [{ set: { key: 'gpu', value: 'a' } }] },
      { op: 'update', atUs: 3e6, patch: { metadata: { labels: { tier: 'a' } } } },
      { op: 'taint', atUs: 4e6, changes: [{ removeKey: 'gpu', removeEffect: 'NoSchedule' }] },
      { op: 'apply', atUs: 5e6 },
      { op: 'update', atUs: 6e6, patch: { spec: { schedulingGates: null } } },
    ]);
  });

  test('what controllers and kubelets make is left to them, and named', () => {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', uid: 'u-j' } };
    const spec = { template: { spec: pod('t', before).spec } };
    const volume = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'v', annotations: { 'pv.kubernetes.io/provisioned-by': 'x' } },
      spec: {},
    };
    const { rows, notes } = rowsOf(
      record(1, 'Add', { ...job, metadata: { ...job.metadata, namespace: 'default' }, spec }),
      record(2, 'Add', pod('j-1', clock(2), owner('Job', 'u-j'))),
      record(3, 'Add', pod('etcd', clock(3), owner('Node', 'node-old'))),
      record(4, 'Add', volume),
      record(5, 'Add', { apiVersion: 'x/v1', kind: 'Widget', metadata: { name: 'w' } }),
      record(6, 'Add', pod('orphan', clock(6), owner('ReplicaSet', 'not recorded'))),
      record(7, 'Delete', gone('Pod', 'nobody', 'default')),
    );
    expect(rows).toEqual([
      ['apply', 1],
      ['apply', 6],
    ]);
    expect(notes).toEqual([
      '1 objects that a controller makes are left to the controllers.',
      '1 pods of the kubelets themselves that come later are left out.',
      '1 volumes that a provisioner makes are left to it.',
      'Widget is not simulated: 1 changes were left out.',
    ]);
  });

  test('a node that comes back stays, and a recorder that was started again adds nothing', () => {
    const { rows, notes } = rowsOf(
      record(5, 'Delete', gone('Node', 'old')),
      record(9, 'Add', node('old', clock(9))),
      record(20, 'Add', pod('resident', before, bound('old'))),
    );
    expect(rows).toEqual([]);
    expect(notes).toEqual(['1 nodes that went and came back stay.']);
  });
});

describe('a run of a recording', () => {
  let rows: ReturnType<typeof runScenario>['pods'];
  beforeAll(() => {
    rows = runScenario(operationsOf(recording).scenario).pods;
  });

  test('has pods that were there, that end as recorded, and that are deleted in time', () => {
    const row = (name: string) => rows.find((each) => each.name === name);
    expect(row('resident')).toMatchObject({ wasThere: true, node: 'old' });
    expect(row('job')?.node).toBe('old');
    expect(row('job')?.deletedUs).toBeUndefined();
    expect((row('web')?.deletedUs ?? 0) / 1e6).toBeGreaterThan(40);
  });
});

describe('what is no recording', () => {
  const [first = ''] = opening;
  test.each([
    ['a line that is cut short', `${first}{"time": "2026`, 2, undefined, 'this is no record'],
    ['a time that is none', record(0, 'Add', node('n', before)).replace('T12', ' noon'), 1, 'time'],
    ['an event of another kind', first + record(1, 'Bookmark', node('n', before)), 2, 'event'],
    ['no resource', `${first}{"time":"${before}","event":"Add"}`, 2, 'resource'],
    ['no kind', first + record(1, 'Add', { metadata: { name: 'x' } }), 2, 'resource.apiVersion'],
    ['a recording without nodes', record(1, 'Add', pod('p', before)), 1, undefined, 'no Node'],
  ])('%s is named with its line', (_, text, line, path, message = '') => {
    const { imported, problems } = read(schedulerSimulatorImporter, [importFile('r', text)]);
    expect(imported).toBeUndefined();
    expect(problems[0]).toMatchObject({ file: 'r', line, ...(path && { path }) });
    expect(problems[0]?.message).toContain(message);
  });
});
