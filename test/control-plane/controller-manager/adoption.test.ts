// Adoption and release: owners take what they select and nobody controls, and let go of what they
// do not select any more, with the requests that the real controllers send.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import { controllerOf } from '../../../src/api/object-meta.js';
import type { Pod } from '../../../src/api/pod.js';
import type { ReplicaSet } from '../../../src/api/replica-set.js';
import { claimOf } from '../../../src/control-plane/controller-manager/adoption.js';
import {
  deployment,
  pod,
  replicaSet,
  replicationController,
  template,
} from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const kubelet = { readyAfterUs: 1_000_000, stopAfterUs: 100_000 };

function labelled(name: string, app: string, extra: Partial<Pod['metadata']> = {}): Pod {
  const bare = pod(name);
  return { ...bare, metadata: { ...bare.metadata, labels: { app }, ...extra } };
}

/** Requests of the controllers after now, as `patch pods/one`. */
function requestsOf(bench: ControllerBench): string[] {
  const seen: string[] = [];
  const { transport } = bench;
  const transmit = transport.transmit.bind(transport);
  transport.transmit = (call) => {
    const { verb, resource, subresource, name } = call.request;
    if (resource !== 'events' && subresource === undefined && verb !== 'watch')
      seen.push(`${verb} ${resource}/${name}`);
    transmit(call);
  };
  return seen;
}

const ownerOf = (object: KubernetesObject | undefined): string | undefined =>
  object && controllerOf(object)?.name;

describe('a ReplicaSet that comes after pods that it selects', () => {
  const bench = new ControllerBench({ kubelet });
  for (const name of ['one', 'two']) bench.create(labelled(name, 'web'));
  bench.create(labelled('other', 'db'));
  bench.create(labelled('over', 'web'));
  bench.wait(5_000_000);
  const end = (now: KubernetesObject): KubernetesObject =>
    ({ ...now, status: { phase: 'Succeeded' } }) as Pod;
  const patch = { bytes: 50, apply: end };
  bench.ask(pod('over'), { verb: 'patch', subresource: 'status', patch });
  const seen = requestsOf(bench);
  bench.create(replicaSet('web', 3));
  bench.wait(10_000_000);

  test('reads itself once, takes them one by one, and creates only what is missing', () => {
    expect(seen.slice(0, 4)).toEqual([
      'create replicasets/web',
      'get replicasets/web',
      'patch pods/one',
      'patch pods/two',
    ]);
    expect(seen.filter((each) => each.startsWith('create pods'))).toHaveLength(1);
    expect(seen.filter((each) => each.startsWith('get'))).toHaveLength(1);
  });

  test('counts them as its own, and leaves the others alone', () => {
    expect(ownerOf(bench.get(pod('one')))).toBe('web');
    expect(ownerOf(bench.get(pod('other')))).toBeUndefined();
    expect(ownerOf(bench.get(pod('over')))).toBeUndefined();
    const { status } = bench.get(replicaSet('web', 0)) as ReplicaSet;
    expect(status).toMatchObject({ replicas: 3, readyReplicas: 3 });
  });

  test('deletes one too many that comes along later', () => {
    bench.create(labelled('late', 'web'));
    bench.wait(5_000_000);
    expect(bench.get(pod('late'))).toBeUndefined();
    expect(bench.pods.filter((each) => ownerOf(each) === 'web')).toHaveLength(3);
  });

  test('lets go of one whose labels do not fit any more, and creates another one', () => {
    bench.change(labelled('one', 'web'), (now) => ({
      ...now,
      metadata: { ...now.metadata, labels: { app: 'debug' } },
    }));
    bench.wait(5_000_000);
    const released = bench.get(pod('one'));
    expect(released?.metadata.deletionTimestamp).toBeUndefined();
    expect(released?.metadata.ownerReferences).toBeUndefined();
    expect(bench.pods.filter((each) => ownerOf(each) === 'web')).toHaveLength(3);
  });
});

test('a ReplicationController adopts and releases by its equality selector', () => {
  const bench = new ControllerBench({ kubelet });
  bench.create(labelled('one', 'old'));
  bench.wait(2_000_000);
  bench.create(replicationController('old', 1));
  bench.wait(5_000_000);
  expect(bench.pods.map((each) => [each.metadata.name, ownerOf(each)])).toEqual([['one', 'old']]);
  bench.change(labelled('one', 'old'), (now) => ({
    ...now,
    metadata: { ...now.metadata, labels: {} },
  }));
  bench.wait(5_000_000);
  expect(bench.pods).toHaveLength(2);
  expect(ownerOf(bench.get(pod('one')))).toBeUndefined();
});

test('of two ReplicaSets that select a pod one gets it, and the other makes one of its own', () => {
  const bench = new ControllerBench({ kubelet });
  const selecting = (name: string): ReplicaSet => ({
    ...replicaSet(name, 1),
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template('web') },
  });
  bench.create(labelled('one', 'web'));
  bench.wait(2_000_000);
  for (const name of ['first', 'second']) bench.create(selecting(name));
  bench.wait(10_000_000);
  expect(bench.pods.map(ownerOf).sort()).toEqual(['first', 'second']);
  for (const { metadata } of bench.pods) expect(metadata.ownerReferences).toHaveLength(1);
});

test('a Deployment takes back the ReplicaSet that an orphaning deletion has left, pods and all', () => {
  const bench = new ControllerBench({ kubelet });
  const app = deployment('app', 2);
  bench.create(app);
  bench.wait(10_000_000);
  const before = bench.pods.map(({ metadata }) => metadata.uid);
  bench.ask(app, { verb: 'delete', propagationPolicy: 'Orphan' });
  bench.wait(10_000_000);
  const [left] = bench.stored<ReplicaSet>('ReplicaSet');
  expect(bench.get(app)).toBeUndefined();
  expect(ownerOf(left)).toBeUndefined();
  bench.create(app);
  bench.wait(10_000_000);
  expect(bench.stored<ReplicaSet>('ReplicaSet').map(ownerOf)).toEqual(['app']);
  expect(bench.pods.map(({ metadata }) => metadata.uid)).toEqual(before);
  expect(bench.get(app)?.status).toMatchObject({ replicas: 2, availableReplicas: 2 });
});

test('an owner that is being deleted takes and releases nothing', () => {
  const owner = { ...replicaSet('web', 1), metadata: { name: 'web', deletionTimestamp: 1 } };
  const selector = { requirements: [], matches: () => true };
  expect(claimOf(owner, selector, [], [labelled('one', 'web')])).toBeUndefined();
  const living = replicaSet('web', 1);
  expect(claimOf(living, selector, [], [labelled('one', 'web')])?.adopted).toHaveLength(1);
});

test('pods that are seen while an orphan is taken are not made once more', () => {
  const bench = new ControllerBench({ limit: { qps: 20, burst: 5 } });
  bench.watch({ resource: 'pods', resourceVersion: 0, fleetMembers: 50_000 });
  bench.wait(60_000_000);
  bench.create(replicaSet('web', 4));
  bench.create(labelled('orphan', 'web'));
  bench.wait(60_000_000);
  expect(bench.log.count('Pod', 'ADDED')).toBe(5);
  expect(bench.pods).toHaveLength(4);
});

describe('a pod that is not selected any more', () => {
  const bare = { ...pod('one'), metadata: { name: 'one', namespace: 'default' } };
  const relabel = (bench: ControllerBench, name: string): void =>
    bench.change(pod(name), (now) => ({ ...now, metadata: { ...now.metadata, labels: {} } }));

  test('and whose name another one has by now holds nothing up', () => {
    const bench = new ControllerBench();
    bench.watch({ resource: 'pods', resourceVersion: 0, fleetMembers: 100_000 });
    bench.create(labelled('one', 'web'));
    bench.create(replicaSet('web', 1));
    bench.wait(30_000_000);
    expect(ownerOf(bench.get(bare))).toBe('web');
    relabel(bench, 'one');
    bench.ask(bare, { verb: 'delete' });
    bench.create(bare);
    const seen = requestsOf(bench);
    bench.wait(30_000_000);
    expect(seen.slice(0, 2)).toEqual(['patch pods/one', 'create pods/']);
  });

  test('is not let go of when it is on its way out', () => {
    const bench = new ControllerBench({ kubelet: { ...kubelet, stopAfterUs: 20_000_000 } });
    bench.create(replicaSet('web', 1));
    bench.wait(5_000_000);
    const [{ metadata }] = bench.pods as [Pod];
    bench.ask(pod(metadata.name), { verb: 'delete' });
    bench.wait(1_000_000);
    relabel(bench, metadata.name);
    bench.wait(1_000_000);
    expect(ownerOf(bench.get(pod(metadata.name)))).toBe('web');
    const { status } = bench.get(replicaSet('web', 0)) as ReplicaSet;
    expect(status?.terminatingReplicas).toBe(0);
  });
});
