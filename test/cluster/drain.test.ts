// kubectl drain on a small control plane: what is evicted, what stays, what is waited for; and the
// other words that kubectl has for nodes and rollouts.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Node } from '../../src/api/node.js';
import type { OwnerReference } from '../../src/api/object-meta.js';
import type { Pod } from '../../src/api/pod.js';
import type { PodDisruptionBudget } from '../../src/api/pod-disruption-budget.js';
import type { DrainOperation, TaintOperation } from '../../src/cluster/node-operation.js';
import type { Operation } from '../../src/cluster/operation.js';
import { DriverBench } from './bench.js';
import { deployment, pod, reference } from './objects.js';

const S = 1_000_000;
const timed = { atUs: 0, source: 'operations[0]' };
const node = (name: string, spec: Node['spec'] = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec,
});
const drain = (extra: Partial<DrainOperation> = {}): DrainOperation => ({
  op: 'drain',
  ...timed,
  nodes: ['n0'],
  force: false,
  gracePeriodSeconds: undefined,
  timeoutUs: Number.POSITIVE_INFINITY,
  ...extra,
});

/** A pod on a node; without a grace period of its own it is gone as soon as it is evicted. */
function on(nodeName: string, name: string, owner = 'ReplicaSet', extra: Partial<Pod> = {}): Pod {
  const base = pod(name);
  const reference: OwnerReference = {
    apiVersion: 'apps/v1',
    kind: owner,
    name: 'o',
    uid: 'o',
    controller: true,
  };
  return {
    ...base,
    metadata: {
      ...base.metadata,
      labels: { app: 'web' },
      ...(owner !== '' && { ownerReferences: [reference] }),
      ...extra.metadata,
    },
    spec: { ...base.spec, nodeName, terminationGracePeriodSeconds: 0 },
    status: { phase: 'Running', ...extra.status },
  };
}

const budget = (disruptionsAllowed: number): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'default', generation: 1 },
  spec: { selector: { matchLabels: { app: 'web' } } },
  status: { disruptionsAllowed, observedGeneration: 1 },
});

const bench = (...objects: readonly KubernetesObject[]): DriverBench => new DriverBench(objects);
const left = ({ plane }: DriverBench): string[] =>
  plane.etcd
    .snapshot()
    .values.filter(({ kind }) => kind === 'Pod')
    .map(({ metadata }) => metadata.name);

describe('a drain', () => {
  test('cordons its nodes, then evicts their pods and waits until they are gone', () => {
    const own = bench(node('n0'), node('n1'), on('n0', 'a'), on('n1', 'b'), on('n2', 'c'));
    own.perform([drain({ nodes: ['n0', 'n1'] })]);
    expect(own.requests).toEqual([
      'patch nodes n0 200',
      'patch nodes n1 200',
      'list pods  200',
      'create pods default/a 201',
      'get pods default/a 404',
      'list pods  200',
      'create pods default/b 201',
      'get pods default/b 404',
    ]);
    expect(own.stored('Node/n1')).toMatchObject({ spec: { unschedulable: true } });
    expect(left(own)).toEqual(['c']);
    expect(own.changes.lines).toEqual([
      'start drain Node//n0 x1',
      'accept 0 undefined',
      'start drain Node//n1 x1',
      'accept 2 undefined',
    ]);
  });

  test('leaves pods of DaemonSets and static pods where they are', () => {
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    const mirror = on('n0', 'static', '', {
      metadata: { name: 'static', namespace: 'default', annotations },
    });
    const own = bench(node('n0'), on('n0', 'agent', 'DaemonSet'), mirror).perform([drain()]);
    expect(left(own)).toEqual(['agent', 'static']);
    expect(own.changes.lines.at(-1)).toBe('accept 0 undefined');
  });

  test('stops before a pod that nobody would make again, unless it is forced', () => {
    const objects = [node('n0'), on('n0', 'bare', ''), on('n0', 'a')];
    const refused = bench(...objects).perform([drain()]);
    expect(left(refused)).toEqual(['bare', 'a']);
    expect(refused.changes.lines.at(-1)).toBe(
      'refuse 0 cannot delete Pods that declare no controller (use force): default/bare',
    );
    expect(refused.finishedUs).toBeDefined();
    expect(left(bench(...objects).perform([drain({ force: true })]))).toEqual([]);
    const done = on('n0', 'done', '', { status: { phase: 'Succeeded' } });
    expect(left(bench(node('n0'), done).perform([drain()]))).toEqual([]);
  });

  test('tries a pod that a budget keeps again every 5 s, until it may go', () => {
    const own = bench(node('n0'), on('n0', 'a'), on('n0', 'b'), budget(1)).perform(
      [drain()],
      12 * S,
    );
    expect(left(own)).toHaveLength(1);
    const [kept = ''] = left(own);
    const tries = own.wire.served.filter(({ line }) => line.includes(`default/${kept} 429`));
    const times = tries.map(({ sentUs }) => Math.round(sentUs / S));
    expect(times).toEqual([0, 5, 10]);
    expect(own.finishedUs).toBeUndefined();
    const allow = { status: { disruptionsAllowed: 1 } };
    const user = own.plane.client();
    own.plane.request(user, {
      verb: 'patch',
      resource: 'poddisruptionbudgets',
      subresource: 'status',
      namespace: 'default',
      name: 'web',
      patch: {
        bytes: 50,
        apply: (now) =>
          ({
            ...now,
            status: { ...(now as PodDisruptionBudget).status, ...allow.status },
          }) as never,
      },
    });
    own.plane.run(20 * S);
    expect(left(own)).toEqual([]);
    expect(Math.floor((own.finishedUs ?? 0) / S)).toBe(15);
  });

  test('gives up after its timeout, and leaves the other nodes alone', () => {
    const own = bench(node('n0'), node('n1'), on('n0', 'a'), on('n1', 'b'), budget(0));
    own.perform([drain({ nodes: ['n0', 'n1'], timeoutUs: 7 * S })]);
    expect(left(own)).toEqual(['a', 'b']);
    expect(own.changes.lines).toEqual([
      'start drain Node//n0 x1',
      'refuse 0 drain did not complete within its timeout',
    ]);
    expect(own.finishedUs).toBeLessThan(11 * S);
  });

  test('evicts no faster than kubectl’s client may: 10 at once, then 5 a second', () => {
    const pods = Array.from({ length: 30 }, (_, i) => on('n0', `p${i}`));
    const own = bench(node('n0'), ...pods).perform([drain()]);
    expect(left(own)).toEqual([]);
    // 62 requests: a PATCH, a LIST, 30 evictions and 30 GETs.
    expect((own.finishedUs ?? 0) / S).toBeCloseTo((62 - 10) / 5, 0);
  });

  test('of a node that is not there is refused', () => {
    const own = bench(node('n1')).perform([drain()]);
    expect(own.changes.lines[1]).toMatch(/^refuse 0 .*"n0" not found/);
    expect(own.finishedUs).toBeDefined();
  });
});

describe('nodes', () => {
  const cordon = (op: 'cordon' | 'uncordon'): Operation => ({ op, ...timed, nodes: ['n0'] });
  const taint = (...changes: TaintOperation['changes']): Operation => ({
    op: 'taint',
    ...timed,
    nodes: ['n0'],
    changes,
  });
  const taintsOf = (own: DriverBench): unknown => (own.stored('Node/n0') as Node).spec.taints;

  test('are cordoned and uncordoned; twice makes no write', () => {
    const own = bench(node('n0')).perform([cordon('cordon'), cordon('cordon')]);
    expect(own.stored('Node/n0')).toMatchObject({ spec: { unschedulable: true } });
    expect(own.writes).toHaveLength(1);
    const back = bench(node('n0', { unschedulable: true })).perform([cordon('uncordon')]);
    expect((back.stored('Node/n0') as Node).spec).not.toHaveProperty('unschedulable');
    expect(back.changes.lines[0]).toBe('start uncordon Node//n0 x1');
  });

  test('get taints, by key and effect, and lose them', () => {
    const disk = { key: 'disk', value: 'old', effect: 'NoSchedule' } as const;
    const other = { key: 'disk', effect: 'NoExecute' } as const;
    const start = node('n0', { taints: [disk, other] });
    const set = { set: { ...disk, value: 'new' } };
    expect(taintsOf(bench(start).perform([taint(set)]))).toEqual([
      other,
      { ...disk, value: 'new' },
    ]);
    const one = { removeKey: 'disk', removeEffect: 'NoExecute' };
    expect(taintsOf(bench(start).perform([taint(one)]))).toEqual([disk]);
    const all = { removeKey: 'disk', removeEffect: undefined };
    expect(taintsOf(bench(start).perform([taint(all)]))).toEqual([]);
    expect(bench(node('n0')).perform([taint(all)]).writes).toEqual([]);
  });
});

test('a rollout restart marks the template with the time', () => {
  const own = bench(deployment('web', 3)).perform([
    { op: 'rolloutRestart', ...timed, atUs: 42 * S, target: reference('Deployment', 'web') },
  ]);
  const annotations = { 'kubectl.kubernetes.io/restartedAt': '1970-01-01T00:00:42Z' };
  expect(own.stored('Deployment/web')).toMatchObject({
    spec: { template: { metadata: { labels: { app: 'web' }, annotations } } },
  });
  expect(own.changes.lines[0]).toBe('start rollout restart Deployment/default/web x1');
});
