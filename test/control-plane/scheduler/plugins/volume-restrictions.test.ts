// VolumeRestrictions: disks and claims that one pod has for itself.
import { describe, expect, test } from 'vitest';
import type { Volume } from '../../../../src/api/pod.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { VolumeRestrictions } from '../../../../src/control-plane/scheduler/plugins/volume-restrictions/volume-restrictions.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import {
  claimVolume,
  makeClaim,
  makeClass,
  podOn,
  podWithClaims,
  VolumeCluster,
} from './volume-fixture.js';

const gce = (pdName: string, readOnly = false): Volume => ({
  name: 'gce',
  gcePersistentDisk: { pdName, readOnly },
});
const ebs = (volumeID: string, readOnly = false): Volume => ({
  name: 'ebs',
  awsElasticBlockStore: { volumeID, readOnly },
});
const iscsi = (iqn: string, readOnly = false): Volume => ({
  name: 'iscsi',
  iscsi: { targetPortal: 'portal', iqn, lun: 0, readOnly },
});
const rbd = (monitors: string[], image: string, pool: string, readOnly = false): Volume => ({
  name: 'rbd',
  rbd: { monitors, image, pool, readOnly },
});
const withDisk = (volume: Volume) => makePod('p', { spec: { volumes: [volume] } });

const exclusive = makeClaim('only', { accessModes: ['ReadWriteOncePod'] });
const inUse = {
  code: 'Unschedulable',
  reasons: [
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode ' +
      'already in-use by another pod',
  ],
};
const noDisk = { code: 'Unschedulable', reasons: ['node(s) had no available disk'] };

describe('disks that a pod names itself', () => {
  test.each<[string, Volume, Volume, boolean]>([
    ['one GCE disk, written by both', gce('d'), gce('d'), true],
    ['one GCE disk, written by one', gce('d', true), gce('d'), true],
    ['one GCE disk, read by both', gce('d', true), gce('d', true), false],
    ['two GCE disks', gce('d'), gce('e'), false],
    ['one EBS volume, even when both only read', ebs('d', true), ebs('d', true), true],
    ['two EBS volumes', ebs('d'), ebs('e'), false],
    ['one iSCSI name', iscsi('d'), iscsi('d', true), true],
    ['one iSCSI name, read by both', iscsi('d', true), iscsi('d', true), false],
    ['two iSCSI names', iscsi('d'), iscsi('e'), false],
    ['an RBD image with a common monitor', rbd(['a', 'b'], 'i', 'p'), rbd(['b'], 'i', 'p'), true],
    ['an RBD image, read by both', rbd(['a'], 'i', 'p', true), rbd(['a'], 'i', 'p', true), false],
    ['RBD images of other monitors', rbd(['a'], 'i', 'p'), rbd(['b'], 'i', 'p'), false],
    ['RBD images of other pools', rbd(['a'], 'i', 'p'), rbd(['a'], 'i', 'q'), false],
    ['two RBD images', rbd(['a'], 'i', 'p'), rbd(['a'], 'j', 'p'), false],
    ['disks of different kinds', gce('d'), ebs('d'), false],
  ])('%s', (_name, wanted, present, isConflict) => {
    const cluster = new VolumeCluster(makeNode('a'), makeNode('b'), podOn('a', 'other', present));
    const plugin = new VolumeRestrictions(cluster.listers);
    expect(cluster.refusals(plugin, withDisk(wanted))).toEqual(isConflict ? { a: noDisk } : {});
  });

  test('are the only volumes that are looked at', () => {
    const cluster = new VolumeCluster(makeNode('a'));
    const plugin = new VolumeRestrictions(cluster.listers);
    const volumes = [{ name: 'e', emptyDir: {} }];
    expect(cluster.preFilter(plugin, makePod('p', { spec: { volumes } })).status?.code).toBe(
      'Skip',
    );
    expect(cluster.preFilter(plugin, makePod('p')).status?.code).toBe('Skip');
  });
});

describe('a ReadWriteOncePod claim', () => {
  const user = podOn('a', 'user', claimVolume('only'));

  test('in use anywhere keeps a second pod from every node', () => {
    const cluster = new VolumeCluster(makeNode('a'), makeNode('b'), exclusive, user);
    const plugin = new VolumeRestrictions(cluster.listers);
    const pod = podWithClaims('p', 'only');
    expect(cluster.refusals(plugin, pod)).toEqual({ a: inUse, b: inUse });
  });

  test('is free when no pod uses it, or its pod has gone, or its node has', () => {
    const cluster = new VolumeCluster(makeNode('a'), makeNode('b'), exclusive);
    const plugin = new VolumeRestrictions(cluster.listers);
    const pod = podWithClaims('p', 'only');
    const isFree = () => cluster.preFilter(plugin, pod).status?.code === 'Skip';
    expect(isFree()).toBe(true);
    cluster.add(user);
    expect(isFree()).toBe(false);
    cluster.cache.removeNode('a');
    expect(isFree()).toBe(true);
    cluster.cache.addNode(makeNode('a'));
    expect(isFree()).toBe(false);
    cluster.cache.removePod(new PodInfo(user).uid);
    expect(isFree()).toBe(true);
  });

  test('is no matter of claims with other access modes', () => {
    const shared = makeClaim('only', { accessModes: ['ReadWriteOnce'] });
    const cluster = new VolumeCluster(makeNode('a'), shared, user);
    const plugin = new VolumeRestrictions(cluster.listers);
    expect(cluster.preFilter(plugin, podWithClaims('p', 'only')).status?.code).toBe('Skip');
  });

  test('becomes free in a trial without its pod, and taken again with it', () => {
    const cluster = new VolumeCluster(makeNode('a'), exclusive, user);
    const plugin = new VolumeRestrictions(cluster.listers);
    const pod = new PodInfo(podWithClaims('p', 'only'));
    const state = new CycleState();
    plugin.preFilter(state, pod, cluster.cache.updateSnapshot());
    const trial = state.clone();
    const answerIn = (each: CycleState) => plugin.filter(each, pod, cluster.cache.snapshot)(0);
    plugin.removePod(trial, pod, new PodInfo(user));
    expect(answerIn(trial)).toBeUndefined();
    plugin.addPod(trial, pod, new PodInfo(user));
    expect(answerIn(trial)).toEqual(inUse);
    plugin.removePod(trial, pod, new PodInfo(makePod('bystander')));
    expect(answerIn(trial)).toEqual(inUse);
    expect(answerIn(state)).toEqual(inUse);
  });

  test('that does not exist rejects the pod for good', () => {
    const cluster = new VolumeCluster(makeNode('a'));
    const plugin = new VolumeRestrictions(cluster.listers);
    expect(cluster.preFilter(plugin, podWithClaims('p', 'none')).status).toEqual({
      code: 'UnschedulableAndUnresolvable',
      reasons: ['persistentvolumeclaim "none" not found'],
    });
  });

  test('of another namespace is another claim', () => {
    const cluster = new VolumeCluster(makeNode('a'), exclusive);
    const elsewhere = { ...user, metadata: { ...user.metadata, namespace: 'other' } };
    cluster.add(elsewhere);
    const plugin = new VolumeRestrictions(cluster.listers);
    expect(cluster.preFilter(plugin, podWithClaims('p', 'only')).status?.code).toBe('Skip');
  });
});

describe('hints', () => {
  const plugin = new VolumeRestrictions(new VolumeCluster().listers);
  const [podDeleted, nodeAdded, claimAdded] = plugin.eventsToRegister();
  const pod = podWithClaims('p', 'only');

  test('a deleted pod helps when it had a disk or a claim of the pod', () => {
    const hint = (deleted: Parameters<typeof podOn>, wanted = pod) =>
      podDeleted?.hint?.(wanted, podOn(...deleted), undefined);
    expect(hint(['a', 'x', claimVolume('only')])).toBe('Queue');
    expect(hint(['a', 'x', claimVolume('else')])).toBe('QueueSkip');
    expect(hint(['a', 'x', gce('d')], withDisk(gce('d')))).toBe('Queue');
    expect(hint(['a', 'x', gce('e')], withDisk(gce('d')))).toBe('QueueSkip');
    const foreign = podOn('a', 'x', claimVolume('only'));
    const elsewhere = { ...foreign, metadata: { ...foreign.metadata, namespace: 'other' } };
    expect(podDeleted?.hint?.(pod, elsewhere, undefined)).toBe('QueueSkip');
    expect(podDeleted?.hint?.(pod, makeNode('a'), undefined)).toBe('QueueSkip');
  });

  test('any new node helps, and a claim that the pod waits for', () => {
    expect(nodeAdded?.hint).toBeUndefined();
    expect(claimAdded?.hint?.(pod, undefined, exclusive)).toBe('Queue');
    expect(claimAdded?.hint?.(pod, undefined, makeClaim('else'))).toBe('QueueSkip');
    expect(claimAdded?.hint?.(pod, undefined, makeClass('only'))).toBe('QueueSkip');
  });
});
