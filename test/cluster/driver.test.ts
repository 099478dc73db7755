import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Operation } from '../../src/cluster/operation.js';
import { DriverBench } from './bench.js';
import { configMap, deployment, reference } from './objects.js';

const timed = (atUs: number, source = 'operations[0]') => ({ atUs, source });
const apply = (objects: readonly KubernetesObject[], atUs = 0): Operation => ({
  op: 'apply',
  objects,
  ...timed(atUs),
});
const web = reference('Deployment', 'web');

describe('apply', () => {
  test('is a GET and then a POST for what is missing', () => {
    const bench = new DriverBench().perform([apply([configMap('x')])]);
    expect(bench.requests).toEqual([
      'get configmaps default/x 404',
      'create configmaps default/x 201',
    ]);
    expect(bench.changes.lines).toEqual(['start apply ConfigMap/default/x x1', 'accept 0 x']);
  });

  test('is a GET and then a PATCH for what is there and differs', () => {
    const bench = new DriverBench([configMap('x', { a: '1', b: '2' })]);
    bench.perform([apply([configMap('x', { b: '3', c: '4' })])]);
    expect(bench.requests).toEqual([
      'get configmaps default/x 200',
      'patch configmaps default/x 200',
    ]);
    expect(bench.stored('ConfigMap/x')).toMatchObject({ data: { a: '1', b: '3', c: '4' } });
    expect(bench.changes.lines).toEqual(['start apply ConfigMap/default/x x1', 'accept 0 x']);
  });

  test('of what is as it should be makes no write and is accepted', () => {
    const bench = new DriverBench().perform([
      apply([deployment('web', 3)]),
      apply([deployment('web', 3)]),
    ]);
    expect(bench.requests).toEqual([
      'get deployments default/web 404',
      'create deployments default/web 201',
      'get deployments default/web 200',
    ]);
    expect(bench.writes).toEqual(['ADDED Deployment/web']);
    expect(bench.changes.lines.slice(2)).toEqual([
      'start apply Deployment/default/web x1',
      'accept 2 web',
    ]);
  });

  test('takes objects in their order, one at a time', () => {
    const bench = new DriverBench().perform([
      apply(['c', 'a', 'b'].map((name) => configMap(name))),
    ]);
    expect(bench.writes).toEqual(['ADDED ConfigMap/c', 'ADDED ConfigMap/a', 'ADDED ConfigMap/b']);
    const { served } = bench.wire;
    expect(served).toHaveLength(6);
    for (const [index, { sentUs }] of served.entries()) {
      expect(sentUs).toBeGreaterThanOrEqual(served[index - 1]?.servedUs ?? 0);
    }
    expect(bench.changes.lines).toEqual([
      'start apply ConfigMap/default/c x1',
      'accept 0 c',
      'start apply ConfigMap/default/a x1',
      'accept 2 a',
      'start apply ConfigMap/default/b x1',
      'accept 4 b',
    ]);
  });

  test('reports an object that is refused, and goes on with the rest', () => {
    const { namespace: _, ...homeless } = configMap('x').metadata;
    const bad = { ...configMap('x'), metadata: { ...homeless, name: 'NOT A NAME' } };
    const bench = new DriverBench().perform([apply([bad, configMap('y')])]);
    expect(bench.changes.lines[1]).toMatch(/^refuse 0 ConfigMap "NOT A NAME" is invalid/);
    expect(bench.changes.lines.at(-1)).toBe('accept 2 y');
    expect(bench.finishedUs).toBeDefined();
  });

  test('of a kind without namespace asks for it without one', () => {
    const namespace: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    };
    const bench = new DriverBench().perform([apply([namespace])]);
    expect(bench.requests).toEqual(['get namespaces shop 404', 'create namespaces shop 201']);
  });
});

describe('the other writes', () => {
  test('create is one POST, refused where the object exists', () => {
    const objects = [configMap('x'), configMap('y')];
    const bench = new DriverBench([configMap('x')]);
    bench.perform([{ op: 'create', objects, ...timed(0) }]);
    expect(bench.requests).toEqual([
      'create configmaps default/x 409',
      'create configmaps default/y 201',
    ]);
    expect(bench.changes.lines[1]).toMatch(/^refuse 0 .*already exists/);
    expect(bench.changes.lines.at(-1)).toBe('accept 2 y');
  });

  test('scale changes the replicas alone', () => {
    const bench = new DriverBench([deployment('web', 3)]);
    bench.perform([{ op: 'scale', target: web, replicas: 7, ...timed(0) }]);
    expect(bench.requests).toEqual(['patch deployments default/web 200']);
    const { spec } = deployment('web', 3);
    expect(bench.stored('Deployment/web')).toMatchObject({ spec: { ...spec, replicas: 7 } });
    expect(bench.changes.lines[0]).toBe('start scale Deployment/default/web x1');
  });

  test('update merges its patch into the object, containers by name', () => {
    const bench = new DriverBench([deployment('web', 3)]);
    const containers = [{ name: 'app', image: 'nginx:2' }];
    const patch = { spec: { template: { spec: { containers } } } };
    bench.perform([{ op: 'update', target: web, patch, ...timed(0) }]);
    expect(bench.stored('Deployment/web')).toMatchObject({
      spec: {
        replicas: 3,
        template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
      },
    });
  });

  test('an update that changes nothing writes nothing', () => {
    const bench = new DriverBench([deployment('web', 3)]);
    const patch = { spec: { replicas: 3 } };
    bench.perform([{ op: 'update', target: web, patch, ...timed(0) }]);
    expect(bench.writes).toEqual([]);
    expect(bench.changes.lines.at(-1)).toBe('accept 0 web');
  });

  test('delete removes its targets in their order', () => {
    const targets = [reference('ConfigMap', 'y'), reference('ConfigMap', 'x')];
    const bench = new DriverBench([configMap('x'), configMap('y')]);
    bench.perform([{ op: 'delete', targets, ...timed(0) }]);
    expect(bench.writes).toEqual(['DELETED ConfigMap/y', 'DELETED ConfigMap/x']);
  });

  test('delete with Orphan leaves the object to the garbage collector', () => {
    const bench = new DriverBench([deployment('web', 3)]);
    bench.perform([{ op: 'delete', targets: [web], propagationPolicy: 'Orphan', ...timed(0) }]);
    expect(bench.stored('Deployment/web')?.metadata.finalizers).toEqual(['orphan']);
  });

  test.each<[string, Operation]>([
    ['scale', { op: 'scale', target: web, replicas: 1, ...timed(0) }],
    ['update', { op: 'update', target: web, patch: { spec: {} }, ...timed(0) }],
    ['delete', { op: 'delete', targets: [web], ...timed(0) }],
  ])('%s of what is not there is refused', (verb, operation) => {
    const bench = new DriverBench().perform([operation]);
    expect(bench.changes.lines[0]).toBe(`start ${verb} Deployment/default/web x1`);
    expect(bench.changes.lines[1]).toMatch(/^refuse 0 .*"web" not found/);
    expect(bench.finishedUs).toBeDefined();
  });
});

describe('the order of operations', () => {
  test('one begins when the one before has been answered, and not before its time', () => {
    const operations = [
      apply([configMap('a')], 1_000),
      apply([configMap('b')], 500),
      apply([configMap('c')], 5_000_000),
    ];
    const { served } = new DriverBench().perform(operations).wire;
    const sent = served.filter(({ line }) => line.startsWith('get')).map(({ sentUs }) => sentUs);
    expect(sent[0]).toBe(1_000);
    expect(sent[1]).toBeGreaterThan(served[1]?.servedUs ?? 0);
    expect(sent[1]).toBeLessThan(1_000_000);
    expect(sent[2]).toBe(5_000_000);
  });

  test('none at all is done at once', () => {
    expect(new DriverBench().perform([]).finishedUs).toBe(0);
  });

  test('a sleep holds back what follows', () => {
    const operations: Operation[] = [
      { op: 'sleep', durationUs: 3_000_000, ...timed(2_000_000) },
      apply([configMap('a')]),
    ];
    const bench = new DriverBench().perform(operations);
    expect(bench.wire.served[0]?.sentUs).toBe(5_000_000);
  });

  test('a barrier waits until everything has settled', () => {
    const bench = new DriverBench();
    const { changes, plane } = bench;
    changes.isOpen = true;
    const settled = plane.simulation.defineEvent('test.Settled', () => {
      expect(bench.writes).toEqual(['ADDED ConfigMap/a']);
      expect(changes.callbacks).toHaveLength(1);
      changes.isOpen = false;
      changes.callbacks[0]?.();
    });
    plane.simulation.at(30_000_000, settled);
    bench.perform([
      apply([configMap('a')]),
      { op: 'barrier', ...timed(0) },
      apply([configMap('b')]),
    ]);
    expect(bench.writes).toEqual(['ADDED ConfigMap/a', 'ADDED ConfigMap/b']);
    expect(bench.wire.served[2]?.sentUs).toBe(30_000_000);
  });

  test('a barrier where everything has settled holds nothing back', () => {
    const bench = new DriverBench().perform([{ op: 'barrier', ...timed(7) }]);
    expect(bench.finishedUs).toBe(7);
  });

  test('createNodes adds nodes of its pool and does not wait for them', () => {
    const bench = new DriverBench().perform([
      { op: 'createNodes', pool: 'workers', count: 5, ...timed(9) },
    ]);
    expect(bench.newNodes).toEqual(['5 of workers at 9']);
    expect(bench.finishedUs).toBe(9);
  });
});
