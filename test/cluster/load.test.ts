import { describe, expect, test } from 'vitest';
import type { Node } from '../../src/api/node.js';
import type { ChurnOperation, CreatePodsOperation } from '../../src/cluster/operation.js';
import { DriverBench } from './bench.js';
import { configMap, pod } from './objects.js';

function createPods(overrides: Partial<CreatePodsOperation> = {}): CreatePodsOperation {
  return {
    op: 'createPods',
    atUs: 0,
    source: 'operations[0]',
    namespace: 'load',
    namePrefix: 'p-',
    template: pod(''),
    count: 10,
    qps: Number.POSITIVE_INFINITY,
    workers: 1,
    ...overrides,
  };
}

/** Most requests that were under way at one time, by when they were sent and answered. */
function mostInFlight({ wire }: DriverBench): number {
  return Math.max(
    ...wire.served.map(
      ({ sentUs }) =>
        wire.served.filter((other) => other.sentUs <= sentUs && other.servedUs > sentUs).length,
    ),
  );
}

describe('createPods', () => {
  test('is one change of all its pods, which are named by number', () => {
    const bench = new DriverBench().perform([createPods({ count: 3 })]);
    expect(bench.requests).toEqual([0, 1, 2].map((index) => `create pods load/p-${index} 201`));
    expect(bench.changes.lines).toEqual([
      'start createPods Pod/load/p-* x3',
      'accept 0 p-0',
      'accept 0 p-1',
      'accept 0 p-2',
    ]);
    const [first, second] = [bench.stored('Pod/p-0'), bench.stored('Pod/p-1')];
    expect(first?.metadata.namespace).toBe('load');
    expect(first?.metadata.uid).not.toBe(second?.metadata.uid);
  });

  test('sends the k-th pod at its time, from when the operation began', () => {
    const bench = new DriverBench().perform([
      createPods({ atUs: 2_000_000, count: 7, qps: 3, workers: 5 }),
    ]);
    expect(bench.wire.served.map(({ sentUs }) => sentUs)).toEqual([
      2_000_000, 2_333_333, 2_666_666, 3_000_000, 3_333_333, 3_666_666, 4_000_000,
    ]);
  });

  test.each([1, 4, 16])(
    'with %d workers has as many requests in flight and never more',
    (workers) => {
      const bench = new DriverBench().perform([createPods({ count: 60, workers })]);
      expect(mostInFlight(bench)).toBe(workers);
      expect(bench.wire.count('Pod', 'ADDED')).toBe(60);
    },
  );

  test('catches up when its workers were the limit for a while', () => {
    const bench = new DriverBench().perform([createPods({ count: 50, qps: 100_000, workers: 2 })]);
    expect(mostInFlight(bench)).toBe(2);
    const sent = bench.wire.served.map(({ sentUs }) => sentUs);
    expect(sent.every((at, index) => at >= index * 10)).toBe(true);
  });

  test('is over with the last answer, and lets the next operation begin', () => {
    const next = { op: 'create', objects: [configMap('x')], atUs: 0, source: 'o' } as const;
    const bench = new DriverBench().perform([createPods({ count: 5, workers: 3 }), next]);
    const last = bench.wire.served.at(-1);
    expect(last?.line).toBe('create configmaps default/x 201');
    const answers = bench.wire.served.slice(0, 5).map(({ servedUs }) => servedUs);
    expect(last?.sentUs).toBeGreaterThan(Math.max(...answers));
  });

  test('of none is over at once and is no change', () => {
    const bench = new DriverBench().perform([createPods({ count: 0, atUs: 5 })]);
    expect([bench.finishedUs, bench.changes.lines]).toEqual([5, []]);
  });

  test('reports each pod that is refused and goes on', () => {
    const taken = { ...pod('p-1'), metadata: { name: 'p-1', namespace: 'load' } };
    const bench = new DriverBench([taken]).perform([createPods({ count: 3 })]);
    expect(bench.changes.lines[2]).toMatch(/^refuse 0 .*"p-1" already exists/);
    expect(bench.changes.lines.at(-1)).toBe('accept 0 p-2');
    expect(bench.finishedUs).toBeDefined();
  });

  test('may be asked for twice', () => {
    const bench = new DriverBench().perform([
      createPods({ count: 2 }),
      createPods({ count: 2, namePrefix: 'q-', source: 'operations[1]' }),
    ]);
    expect(bench.writes).toEqual(['p-0', 'p-1', 'q-0', 'q-1'].map((name) => `ADDED Pod/${name}`));
  });
});

/** When each request was sent, and which; those of one instant by name. */
function sent({ wire }: DriverBench): readonly string[] {
  const served = [...wire.served].sort((a, b) => a.sentUs - b.sentUs || (a.line < b.line ? -1 : 1));
  return served.map(({ line, sentUs }) => `${sentUs} ${line}`);
}

describe('churn', () => {
  const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n-' }, spec: {} };

  function churn(overrides: Partial<ChurnOperation> = {}): ChurnOperation {
    return {
      op: 'churn',
      atUs: 0,
      source: 'operations[0]',
      mode: 'create',
      namespace: 'load',
      templates: [{ ...configMap(''), metadata: { name: 'x-' } }],
      count: 3,
      intervalUs: 1_000_000,
      ...overrides,
    };
  }

  test('in mode create makes one object a template at every interval', () => {
    const { namespace: _, ...homeless } = configMap('').metadata;
    const templates = [
      { ...configMap(''), metadata: { ...homeless, generateName: 'y-' } },
      { ...configMap(''), metadata: { ...homeless, name: 'x-' } },
    ];
    const bench = new DriverBench().perform([churn({ count: 2, templates })]);
    expect(sent(bench)).toEqual([
      '0 create configmaps load/x-0 201',
      '0 create configmaps load/y-0 201',
      '1000000 create configmaps load/x-1 201',
      '1000000 create configmaps load/y-1 201',
    ]);
  });

  test('in mode recreate deletes those of the interval before, the last ones too', () => {
    const bench = new DriverBench().perform([churn({ count: 2, mode: 'recreate' })]);
    expect(sent(bench)).toEqual([
      '0 create configmaps load/x-0 201',
      '1000000 create configmaps load/x-1 201',
      '1000000 delete configmaps load/x-0 200',
      '2000000 delete configmaps load/x-1 200',
    ]);
    bench.plane.wait(10_000_000);
    expect(sent(bench)).toHaveLength(4);
  });

  test('is load: the next operation begins at once, and none of it is a change', () => {
    const bench = new DriverBench().perform([churn({ atUs: 4 })]);
    expect([bench.finishedUs, bench.changes.lines]).toEqual([4, []]);
  });

  test('gives no namespace to a kind without one, and keeps that of a template', () => {
    const templates = [node, { ...configMap(''), metadata: { name: 'x-', namespace: 'own' } }];
    const bench = new DriverBench().perform([churn({ count: 1, templates })]);
    expect(sent(bench)).toEqual(['0 create configmaps own/x-0 201', '0 create nodes n-0 201']);
    expect(bench.stored('Node/n-0')?.metadata.namespace).toBeUndefined();
  });
});
