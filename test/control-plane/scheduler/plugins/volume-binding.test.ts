// VolumeBinding: which nodes can serve a pod's claims, and in which words the others cannot.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { PersistentVolume } from '../../../../src/api/persistent-volume.js';
import type { Pod } from '../../../../src/api/pod.js';
import { VolumeBinding } from '../../../../src/control-plane/scheduler/plugins/volume-binding/volume-binding.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import {
  driver,
  makeBoundClaim,
  makeCapacity,
  makeClaim,
  makeClass,
  makeCsiDriver,
  makeCsiNode,
  makeVolume,
  podWithClaims,
  usableWhere,
  VolumeCluster,
} from './volume-fixture.js';

const affinity = "node(s) didn't match PersistentVolume's node affinity";
const noVolume = "node(s) didn't find available persistent volumes to bind";
const noSpace = 'node(s) did not have enough free storage';
const gone = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

const noProvisioner = 'kubernetes.io/no-provisioner';
const local = makeClass('local', { provisioner: noProvisioner });
const nodes = ['a', 'b'].map((zone) => makeNode(zone, { labels: { zone } }));
const inZone = (zone: string) => usableWhere('zone', zone);
const pod = podWithClaims('p', 'c');

function clusterOf(...objects: KubernetesObject[]): VolumeCluster {
  return new VolumeCluster(...nodes, makeClass('wait'), local, ...objects);
}

/** Reasons by node of those that are refused. */
function reasons(wanted: Pod, ...objects: KubernetesObject[]): Record<string, readonly string[]> {
  const cluster = clusterOf(...objects);
  const refusals = cluster.refusals(new VolumeBinding(600, cluster.handle), wanted);
  const answers = Object.entries(refusals);
  for (const [, { code }] of answers) expect(code).toBe('UnschedulableAndUnresolvable');
  return Object.fromEntries(answers.map(([name, answer]) => [name, answer.reasons]));
}

function rejection(wanted: Pod, ...objects: KubernetesObject[]) {
  const cluster = clusterOf(...objects);
  return cluster.preFilter(new VolumeBinding(600, cluster.handle), wanted).status;
}

describe('PreFilter', () => {
  test('skips pods without claims', () => {
    expect(rejection(makePod('p'))?.code).toBe('Skip');
    expect(
      rejection(makePod('p', { spec: { volumes: [{ name: 'e', emptyDir: {} }] } }))?.code,
    ).toBe('Skip');
  });

  const lost = { ...makeBoundClaim('c', 'v'), status: { phase: 'Lost' as const } };
  const immediate = makeClass('now', { volumeBindingMode: 'Immediate' });
  const unbound = 'pod has unbound immediate PersistentVolumeClaims';
  test.each<[string, string, KubernetesObject[]]>([
    ['is missing', 'persistentvolumeclaim "c" not found', []],
    [
      'has lost its volume',
      'persistentvolumeclaim "c" bound to non-existent persistentvolume "v"',
      [lost],
    ],
    [
      'is going',
      'persistentvolumeclaim "c" is being deleted',
      [makeClaim('c', {}, { deletionTimestamp: 1 })],
    ],
    ['does not wait', unbound, [makeClaim('c', { storageClassName: 'now' }), immediate]],
    ['has no class', unbound, [makeClaim('c', { storageClassName: '' })]],
    ['has a class that does not exist', unbound, [makeClaim('c', { storageClassName: 'x' })]],
    ['names a volume without being bound to it', unbound, [makeClaim('c', { volumeName: 'v' })]],
  ])('rejects a pod whose claim %s', (_name, reason, objects) => {
    expect(rejection(pod, ...objects)).toEqual({
      code: 'UnschedulableAndUnresolvable',
      reasons: [reason],
    });
  });

  test('fails for a class that does not say when it binds', () => {
    const { volumeBindingMode: _mode, ...silent } = makeClass('silent');
    expect(rejection(pod, makeClaim('c', { storageClassName: 'silent' }), silent)).toEqual({
      code: 'Error',
      reasons: ['VolumeBindingMode not set for StorageClass "silent"'],
    });
  });

  test('waits for the claim of an ephemeral volume, which has to be the own one', () => {
    const own = makePod('p', { spec: { volumes: [{ name: 'data', ephemeral: {} }] } });
    expect(rejection(own)?.reasons).toEqual([
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-data"',
    ]);
    expect(rejection(own, makeClaim('p-data'))?.reasons).toEqual([
      'PVC default/p-data was not created for pod default/p (pod is not owner)',
    ]);
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-p', controller: true };
    const claim = makeClaim('p-data', {}, { ownerReferences: [owner] });
    expect(rejection(own, claim)).toBeUndefined();
  });
});

describe('a bound claim', () => {
  const claim = makeBoundClaim('c', 'v');

  test('is served where its volume can be used', () => {
    expect(reasons(pod, claim, makeVolume('v'))).toEqual({});
    expect(reasons(pod, claim, makeVolume('v', inZone('a')))).toEqual({ b: [affinity] });
  });

  test('is served nowhere when its volume does not exist', () => {
    expect(reasons(pod, claim)).toEqual({ a: [gone], b: [gone] });
  });

  test('only the first problem of bound claims counts, in the order of the pod', () => {
    const volumes = [makeVolume('v', inZone('a')), makeVolume('w', inZone('b'))];
    const claims = [claim, makeBoundClaim('d', 'w'), makeBoundClaim('e', 'gone')];
    const all = [...claims, ...volumes];
    expect(reasons(podWithClaims('p', 'c', 'd'), ...all)).toEqual({
      a: [affinity],
      b: [affinity],
    });
    expect(reasons(podWithClaims('p', 'c', 'e'), ...all)).toEqual({ a: [gone], b: [affinity] });
    expect(reasons(podWithClaims('p', 'e', 'c'), ...all)).toEqual({ a: [gone], b: [gone] });
  });

  test('and one that waits have a reason each', () => {
    const waiting = makeClaim('d', { storageClassName: 'local' });
    const both = podWithClaims('p', 'c', 'd');
    expect(reasons(both, claim, makeVolume('v', inZone('a')), waiting)).toEqual({
      a: [noVolume],
      b: [affinity, noVolume],
    });
  });
});

describe('a claim that waits, and volumes made before', () => {
  const claim = makeClaim('c', { storageClassName: 'local' });
  const volume = (name: string, spec: PersistentVolume['spec'] = {}) =>
    makeVolume(name, { storageClassName: 'local', ...spec });

  test('gets one where there is one', () => {
    expect(reasons(pod, claim, volume('v', inZone('a')))).toEqual({ b: [noVolume] });
    expect(reasons(pod, claim)).toEqual({ a: [noVolume], b: [noVolume] });
  });

  const nowhere = { a: [noVolume], b: [noVolume] };
  const otherClaim = { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'd' };
  test.each<[string, PersistentVolume]>([
    ['too small', volume('v', { capacity: { storage: '9Gi' } })],
    ['without a size', volume('v', { capacity: {} })],
    ['of another class', volume('v', { storageClassName: 'wait' })],
    ['a block device', volume('v', { volumeMode: 'Block' })],
    ['of another attributes class', volume('v', { volumeAttributesClassName: 'gold' })],
    ['for readers only', volume('v', { accessModes: ['ReadOnlyMany'] })],
    ['of another claim', volume('v', { claimRef: otherClaim })],
    ['not available yet', { ...volume('v'), status: { phase: 'Pending' } }],
    ['about to go', { ...volume('v'), metadata: { name: 'v', deletionTimestamp: 1 } }],
  ])('does not get one that is %s', (_name, unfit) => {
    expect(reasons(pod, claim, unfit)).toEqual(nowhere);
    expect(reasons(pod, claim, unfit, volume('w'))).toEqual({});
  });

  test('gets one that its selector selects', () => {
    const selector = { matchLabels: { tier: 'gold' } };
    const choosy = makeClaim('c', { storageClassName: 'local', selector });
    expect(reasons(pod, choosy, volume('v'))).toEqual(nowhere);
    const gold = makeVolume('g', { storageClassName: 'local' }, { labels: { tier: 'gold' } });
    expect(reasons(pod, choosy, volume('v'), gold)).toEqual({});
  });

  test('gets the one that was made for it, or none', () => {
    const claimRef = { namespace: 'default', name: 'c' };
    const own = volume('own', { claimRef, ...inZone('a') });
    expect(reasons(pod, claim, own, volume('v'))).toEqual({ b: [noVolume] });
    const stale = volume('own', { claimRef: { ...claimRef, uid: 'older' }, ...inZone('a') });
    expect(reasons(pod, claim, stale, volume('v', inZone('b')))).toEqual({ a: [noVolume] });
  });

  test('shares no volume with another claim of the pod', () => {
    const other = makeClaim('d', { storageClassName: 'local' });
    const both = podWithClaims('p', 'c', 'd');
    expect(reasons(both, claim, other, volume('v'))).toEqual(nowhere);
    expect(reasons(both, claim, other, volume('v'), volume('w', inZone('b')))).toEqual({
      a: [noVolume],
    });
  });

  test('leaves the big volume to the bigger claim, whatever the order', () => {
    const sized = (name: string, storage: string) =>
      makeClaim(name, { storageClassName: 'local', resources: { requests: { storage } } });
    const claims = [sized('big', '10Gi'), sized('small', '1Gi')];
    const volumes = [volume('v20', { capacity: { storage: '20Gi' } }), volume('v10')];
    expect(reasons(podWithClaims('p', 'big', 'small'), ...claims, ...volumes)).toEqual({});
    const tiny = volume('v1', { capacity: { storage: '1Gi' } });
    expect(reasons(podWithClaims('p', 'big', 'small'), ...claims, tiny, volume('v'))).toEqual({});
  });
});

describe('a claim that waits, and volumes to be provisioned', () => {
  const claim = makeClaim('c');

  test('is served anywhere', () => {
    expect(reasons(pod, claim)).toEqual({});
    expect(reasons(pod, makeClaim('c', { resources: {} }))).toEqual({});
  });

  test('is served where the class allows', () => {
    const term = (...values: string[]) => ({ matchLabelExpressions: [{ key: 'zone', values }] });
    const only = (...allowedTopologies: ReturnType<typeof term>[]) =>
      reasons(pod, claim, makeClass('wait', { allowedTopologies }));
    expect(only(term('a'))).toEqual({ b: [noVolume] });
    expect(only(term('a', 'b'))).toEqual({});
    expect(only(term('a'), term('b'))).toEqual({});
    expect(only({ matchLabelExpressions: [] })).toEqual({ a: [noVolume], b: [noVolume] });
  });

  test('is bound rather than provisioned where a volume fits', () => {
    const allowedTopologies = [{ matchLabelExpressions: [{ key: 'zone', values: ['b'] }] }];
    const narrow = makeClass('wait', { allowedTopologies });
    expect(reasons(pod, claim, narrow, makeVolume('v', inZone('a')))).toEqual({});
  });

  test('stays with the node for which its volume was ordered', () => {
    const annotations = { 'volume.kubernetes.io/selected-node': 'b' };
    const ordered = makeClaim('c', {}, { annotations });
    expect(reasons(pod, ordered)).toEqual({ a: [noVolume] });
  });

  test('needs room only where its driver reports it', () => {
    const small = makeCapacity('a', { capacity: '9Gi' });
    const large = makeCapacity('b', { capacity: '10Gi' });
    expect(reasons(pod, claim, small, large)).toEqual({});
    expect(reasons(pod, claim, small, large, makeCsiDriver(false))).toEqual({});
    expect(reasons(pod, claim, small, large, makeCsiDriver())).toEqual({ a: [noSpace] });
    expect(reasons(pod, makeClaim('c', { resources: {} }), small, makeCsiDriver())).toEqual({});
  });

  test('must not be larger than one volume can be', () => {
    const pool = makeCapacity('a', { capacity: '1Ti', maximumVolumeSize: '9Gi' });
    const silent = makeCapacity('b', {});
    expect(reasons(pod, claim, pool, silent, makeCsiDriver())).toEqual({
      a: [noSpace],
      b: [noSpace],
    });
  });

  test('finds no room where nobody says of which nodes it is', () => {
    const { nodeTopology: _nodes, ...everywhere } = makeCapacity('a', { capacity: '1Ti' });
    expect(reasons(pod, claim, everywhere, makeCsiDriver())['a']).toEqual([noSpace]);
  });
});

describe('scores', () => {
  test('are skipped', () => {
    expect(new VolumeBinding(600, clusterOf().handle).preScore().code).toBe('Skip');
  });
});

describe('hints', () => {
  const events = new VolumeBinding(600, clusterOf().handle).eventsToRegister();
  const hint = (resource: string, before?: KubernetesObject, after?: KubernetesObject) =>
    events.find(({ event }) => event.resource === resource)?.hint?.(pod, before, after);

  test('a class helps when it is new or allows other places', () => {
    const allowedTopologies = [{ matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }];
    const narrow = makeClass('wait', { allowedTopologies });
    expect(hint('StorageClass', undefined, narrow)).toBe('Queue');
    expect(hint('StorageClass', narrow, makeClass('wait'))).toBe('Queue');
    expect(hint('StorageClass', narrow, { ...narrow, mountOptions: ['ro'] })).toBe('QueueSkip');
  });

  test("a claim helps when it is the pod's, a volume or a node always", () => {
    expect(hint('PersistentVolumeClaim', undefined, makeClaim('c'))).toBe('Queue');
    expect(hint('PersistentVolumeClaim', undefined, makeClaim('d'))).toBe('QueueSkip');
    const foreign = makeClaim('c', {}, { namespace: 'other' });
    expect(hint('PersistentVolumeClaim', undefined, foreign)).toBe('QueueSkip');
    for (const resource of ['PersistentVolume', 'Node']) {
      const found = events.find(({ event }) => event.resource === resource);
      expect(found).toBeDefined();
      expect(found?.hint).toBeUndefined();
    }
  });

  test('a CSINode helps when it is new or has taken over other disks', () => {
    const annotations = { 'storage.alpha.kubernetes.io/migrated-plugins': 'x' };
    const migrated = { ...makeCsiNode('a'), metadata: { name: 'a', annotations } };
    expect(hint('CSINode', undefined, makeCsiNode('a'))).toBe('Queue');
    expect(hint('CSINode', makeCsiNode('a'), migrated)).toBe('Queue');
    expect(hint('CSINode', makeCsiNode('a'), makeCsiNode('a', 5))).toBe('QueueSkip');
  });

  test('capacity helps when it is new or has grown', () => {
    const of = (capacity: string) => makeCapacity('a', { capacity });
    expect(hint('CSIStorageCapacity', undefined, of('1Gi'))).toBe('Queue');
    expect(hint('CSIStorageCapacity', of('1Gi'), of('2Gi'))).toBe('Queue');
    expect(hint('CSIStorageCapacity', of('2Gi'), of('2Gi'))).toBe('QueueSkip');
    expect(hint('CSIStorageCapacity', makeCapacity('a', {}), of('1Gi'))).toBe('Queue');
    expect(hint('CSIStorageCapacity', of('1Gi'), makeCapacity('a', {}))).toBe('QueueSkip');
  });

  test('a driver helps pods that name it, when it stops reporting room', () => {
    const direct = makePod('p', { spec: { volumes: [{ name: 'v', csi: { driver } }] } });
    const changed = events.find(({ event }) => event.resource === 'CSIDriver')?.hint;
    expect(changed?.(direct, makeCsiDriver(true), makeCsiDriver(false))).toBe('Queue');
    expect(changed?.(direct, makeCsiDriver(false), makeCsiDriver(true))).toBe('QueueSkip');
    expect(changed?.(pod, makeCsiDriver(true), makeCsiDriver(false))).toBe('QueueSkip');
  });
});
