// The controllers of claims and volumes at work on a control plane.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../../src/api/event.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../src/api/persistent-volume.js';
import { ControllerBench } from '../controller-bench.js';
import { claim, podWith, storageClass, volume } from './storage-objects.js';

const SECOND = 1_000_000;
const newBench = (): ControllerBench => new ControllerBench({ hasStorage: true });

const phase = (bench: ControllerBench, object: PersistentVolume | PersistentVolumeClaim) =>
  bench.get<PersistentVolume | PersistentVolumeClaim>(object)?.status?.phase;

describe('a claim and a volume that fit', () => {
  const bench = newBench();
  bench.create(volume('disk-1', '20Gi'));
  bench.create(volume('disk-2', '10Gi'));
  bench.wait(SECOND);
  const data = claim('data');
  bench.create(data);
  bench.wait(SECOND);

  test('are bound to each other, for good', () => {
    const bound = bench.get(data);
    expect(bound?.spec.volumeName).toBe('disk-2');
    expect(bound?.status).toEqual({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '10Gi' },
    });
    expect(bound?.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    const taken = bench.get(volume('disk-2', '10Gi'));
    expect(taken?.spec.claimRef).toMatchObject({ name: 'data', uid: bound?.metadata.uid });
    expect(phase(bench, volume('disk-1', '20Gi'))).toBe('Available');
  });

  test('stay while a pod uses them, also when they are deleted', () => {
    const pod = podWith('data', 'user', 'node-1');
    bench.create(pod);
    bench.ask(data, { verb: 'delete' });
    bench.wait(SECOND);
    expect(bench.get(data)?.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    bench.ask(pod, { verb: 'delete', gracePeriodSeconds: 0 });
    bench.wait(SECOND);
    expect(bench.get(data)).toBe(undefined);
  });

  test('part when the claim goes: a volume to be kept is Released, and bound to nobody else', () => {
    expect(phase(bench, volume('disk-2', '10Gi'))).toBe('Released');
    const next = claim('next');
    bench.create(next);
    bench.wait(SECOND);
    expect(bench.get(next)?.spec.volumeName).toBe('disk-1');
  });

  test('a volume that is bound stays when it is deleted, and a released one goes', () => {
    for (const name of ['disk-1', 'disk-2']) bench.ask(volume(name, '10Gi'), { verb: 'delete' });
    bench.wait(SECOND);
    const left = bench.stored<PersistentVolume>('PersistentVolume');
    expect(left.map(({ metadata }) => metadata.name)).toEqual(['disk-1']);
  });
});

describe('two claims and one volume', () => {
  test('leave one claim Pending until another volume comes, within the resync of 15 s', () => {
    const bench = newBench();
    bench.create(volume('disk-1', '10Gi'));
    bench.wait(SECOND);
    const claims = [claim('a'), claim('b')];
    for (const each of claims) bench.create(each);
    bench.wait(SECOND);
    expect(claims.map((each) => bench.get(each)?.spec.volumeName)).toEqual(['disk-1', undefined]);
    bench.create(volume('disk-2', '10Gi'));
    bench.wait(16 * SECOND);
    expect(bench.get(claim('b'))?.spec.volumeName).toBe('disk-2');
  });
});

describe('a claim of a class that is not there', () => {
  test('says so again at each resync, in one Event that counts', () => {
    const bench = newBench();
    bench.create(claim('data', { storageClassName: 'fats' }));
    bench.wait(40 * SECOND);
    const events = bench
      .stored<Event>('Event')
      .filter(({ reason }) => reason === 'ProvisioningFailed');
    expect(events).toHaveLength(1);
    expect(events[0]?.count).toBeGreaterThanOrEqual(3);
    bench.create(storageClass('fats'));
    bench.wait(16 * SECOND);
    const { annotations } = bench.get(claim('data'))?.metadata ?? {};
    expect(annotations?.['volume.kubernetes.io/storage-provisioner']).toBe('disk.example.com');
  });
});

describe('a generic ephemeral volume', () => {
  test('gets a claim of its own, which the pod owns', () => {
    const bench = newBench();
    const { spec } = claim('', { storageClassName: 'fast' });
    const pod = podWith('', 'worker');
    const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } }];
    const stored = bench.create({ ...pod, spec: { ...pod.spec, volumes } });
    bench.wait(SECOND);
    const made = bench.get(claim('worker-scratch'));
    expect(made?.metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'Pod',
      uid: stored.metadata.uid,
      controller: true,
    });
    expect(made?.spec.storageClassName).toBe('fast');
  });
});
