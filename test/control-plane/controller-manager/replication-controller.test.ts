// ReplicationControllers are kept by the code that keeps ReplicaSets, with a queue, a bucket and
// Events of their own.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/api/event.js';
import type { ReplicationController } from '../../../src/api/replication-controller.js';
import { replicaSet, replicationController } from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const kubelet = { readyAfterUs: 1_000_000, stopAfterUs: 100_000 };

describe('a ReplicationController', () => {
  test('gets its pods, owns them and reports them', () => {
    const bench = new ControllerBench({ kubelet });
    const { metadata } = bench.create(replicationController('old', 7));
    bench.wait(20_000_000);
    const owners = bench.pods.map((pod) => pod.metadata.ownerReferences?.[0]);
    expect(owners.map((owner) => owner?.uid)).toEqual(new Array(7).fill(metadata.uid));
    expect(owners[0]).toMatchObject({ apiVersion: 'v1', kind: 'ReplicationController' });
    const { status } = bench.get(replicationController('old', 0)) as ReplicationController;
    expect(status).toMatchObject({
      replicas: 7,
      fullyLabeledReplicas: 7,
      readyReplicas: 7,
      availableReplicas: 7,
      observedGeneration: 1,
    });
  });

  test('scales down, and its Events come from replication-controller', () => {
    const bench = new ControllerBench({ kubelet });
    bench.create(replicationController('old', 5));
    bench.wait(10_000_000);
    bench.change(replicationController('old', 0), (now) => ({
      ...now,
      spec: { ...now.spec, replicas: 2 },
    }));
    bench.wait(10_000_000);
    expect(bench.pods).toHaveLength(2);
    const events = bench.stored<Event>('Event').filter(({ reason }) => /Delete/.test(reason ?? ''));
    expect(events).toHaveLength(3);
    expect(new Set(events.map(({ source }) => source?.component))).toEqual(
      new Set(['replication-controller']),
    );
  });

  test('replaces a pod that somebody deletes', () => {
    const bench = new ControllerBench({ kubelet });
    bench.create(replicationController('old', 3));
    bench.wait(10_000_000);
    const [first] = bench.pods;
    bench.ask(first as never, { verb: 'delete' });
    bench.wait(10_000_000);
    expect(bench.pods).toHaveLength(3);
    expect(bench.pods.map(({ metadata }) => metadata.uid)).not.toContain(first?.metadata.uid);
  });

  test('leaves a ReplicaSet of the same name alone', () => {
    const bench = new ControllerBench({ kubelet });
    bench.create(replicationController('web', 2));
    bench.create(replicaSet('web', 3));
    bench.wait(10_000_000);
    const owners = bench.pods.map((pod) => pod.metadata.ownerReferences?.[0]?.kind ?? '');
    expect(owners.filter((kind) => kind === 'ReplicaSet')).toHaveLength(3);
    expect(owners.filter((kind) => kind === 'ReplicationController')).toHaveLength(2);
  });

  test('does not wait for the bucket of the ReplicaSets', () => {
    const bench = new ControllerBench({ kubelet });
    bench.create(replicaSet('busy', 200));
    bench.wait(1_000_000);
    bench.create(replicationController('old', 5));
    bench.wait(1_000_000);
    const owned = bench.pods.filter(({ metadata }) => metadata.name.startsWith('old-'));
    expect(owned).toHaveLength(5);
  });

  test('takes its pods along when it is deleted', () => {
    const bench = new ControllerBench({ kubelet });
    const created = bench.create(replicationController('old', 4));
    bench.wait(10_000_000);
    bench.ask(created, { verb: 'delete' });
    bench.wait(10_000_000);
    expect(bench.pods).toEqual([]);
  });
});
