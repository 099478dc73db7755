// VolumeZone: volumes with zone and region labels, and the nodes of these places.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { Labels } from '../../../../src/api/object-meta.js';
import { VolumeZone } from '../../../../src/control-plane/scheduler/plugins/volume-zone/volume-zone.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import {
  makeBoundClaim,
  makeClaim,
  makeClass,
  makeVolume,
  podWithClaims,
  VolumeCluster,
} from './volume-fixture.js';

const zone = 'topology.kubernetes.io/zone';
const region = 'topology.kubernetes.io/region';
const oldZone = 'failure-domain.beta.kubernetes.io/zone';
const oldRegion = 'failure-domain.beta.kubernetes.io/region';

const pod = podWithClaims('p', 'c');
const refused = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['node(s) had no available volume zone'],
};

/** Whether a node with these labels can use a volume with those. */
function isAccepted(volumeLabels: Labels, nodeLabels: Labels): boolean {
  const volume = makeVolume('v', {}, { labels: volumeLabels });
  const node = makeNode('a', { labels: nodeLabels });
  const cluster = new VolumeCluster(node, makeBoundClaim('c', 'v'), volume);
  const refusals = cluster.refusals(new VolumeZone(cluster.listers), pod);
  if ('a' in refusals) expect(refusals).toEqual({ a: refused });
  return !('a' in refusals);
}

describe('a bound volume', () => {
  test.each<[string, Labels, Labels, boolean]>([
    ['is used in its zone', { [zone]: 'a' }, { [zone]: 'a' }, true],
    ['is not used in another zone', { [zone]: 'a' }, { [zone]: 'b' }, false],
    ['may be in several zones', { [zone]: 'a__b' }, { [zone]: 'b' }, true],
    ['is not used outside all of them', { [zone]: 'a__b' }, { [zone]: 'c' }, false],
    ['is used from nodes without any place', { [zone]: 'a' }, {}, true],
    ['is not used from nodes that have only a region', { [zone]: 'a' }, { [region]: 'r' }, false],
    ['needs its region too', { [zone]: 'a', [region]: 'r' }, { [zone]: 'a' }, false],
    ['has it', { [zone]: 'a', [region]: 'r' }, { [zone]: 'a', [region]: 'r' }, true],
    ['with the old label is used in the zone', { [oldZone]: 'a' }, { [zone]: 'a' }, true],
    ['with the old label stays there', { [oldZone]: 'a' }, { [zone]: 'b' }, false],
    ['with the old label finds old nodes', { [oldZone]: 'a' }, { [oldZone]: 'a' }, true],
    ['with the new label does not find them', { [zone]: 'a' }, { [oldZone]: 'a' }, false],
    ['with the old region is used there', { [oldRegion]: 'r' }, { [region]: 'r' }, true],
    ['forgives spaces in its list', { [zone]: 'a__ b' }, { [zone]: 'b' }, true],
  ])('%s', (_name, volumeLabels, nodeLabels, expected) => {
    expect(isAccepted(volumeLabels, nodeLabels)).toBe(expected);
  });

  test.each<[string, Labels]>([
    ['no labels of a place', { app: 'x' }],
    ['an empty zone', { [zone]: '' }],
    ['an empty zone among others', { [zone]: 'a__' }],
  ])('with %s makes the plugin skip', (_name, labels) => {
    const cluster = new VolumeCluster(makeBoundClaim('c', 'v'), makeVolume('v', {}, { labels }));
    expect(cluster.preFilter(new VolumeZone(cluster.listers), pod).status?.code).toBe('Skip');
  });
});

describe('PreFilter', () => {
  const answer = (wanted = pod, ...objects: KubernetesObject[]) => {
    const cluster = new VolumeCluster(...objects);
    return cluster.preFilter(new VolumeZone(cluster.listers), wanted).status;
  };
  const waiting = makeClaim('c');

  test('skips pods without claims, ephemeral volumes, and claims that wait for the pod', () => {
    expect(answer(makePod('p'))?.code).toBe('Skip');
    const ephemeral = makePod('p', { spec: { volumes: [{ name: 'e', ephemeral: {} }] } });
    expect(answer(ephemeral)?.code).toBe('Skip');
    expect(answer(pod, waiting, makeClass('wait'))?.code).toBe('Skip');
  });

  test.each<[string, string, KubernetesObject[]]>([
    ['a missing claim', 'persistentvolumeclaim "c" not found', []],
    ['a missing volume', 'persistentvolume "gone" not found', [makeBoundClaim('c', 'gone')]],
    ['a missing class', 'storageclass.storage.k8s.io "wait" not found', [waiting]],
    [
      'no class',
      'PersistentVolumeClaim had no pv name and storageClass name',
      [makeClaim('c', { storageClassName: '' })],
    ],
    [
      'an unbound claim that does not wait',
      'PersistentVolume had no name',
      [waiting, makeClass('wait', { volumeBindingMode: 'Immediate' })],
    ],
  ])('rejects the pod for %s', (_name, reason, objects) => {
    expect(answer(pod, ...objects)).toEqual({
      code: 'UnschedulableAndUnresolvable',
      reasons: [reason],
    });
  });

  test('rejects the pod for a class that does not say when it binds, and a nameless claim', () => {
    const { volumeBindingMode: _mode, ...silent } = makeClass('wait');
    expect(answer(pod, waiting, silent)?.reasons).toEqual([
      'VolumeBindingMode not set for StorageClass "wait"',
    ]);
    expect(answer(podWithClaims('p', ''))?.reasons).toEqual(['PersistentVolumeClaim had no name']);
  });

  test('knows the class from the old annotation first', () => {
    const annotations = { 'volume.beta.kubernetes.io/storage-class': 'old' };
    const claim = makeClaim('c', {}, { annotations });
    expect(answer(pod, claim, makeClass('wait'))?.reasons).toEqual([
      'storageclass.storage.k8s.io "old" not found',
    ]);
  });
});

describe('hints', () => {
  const events = new VolumeZone(new VolumeCluster().listers).eventsToRegister();
  const hint = (resource: string, before?: KubernetesObject, after?: KubernetesObject) =>
    events.find(({ event }) => event.resource === resource)?.hint?.(pod, before, after);

  test('a class helps when it waits for pods', () => {
    expect(hint('StorageClass', undefined, makeClass('x'))).toBe('Queue');
    const immediate = makeClass('x', { volumeBindingMode: 'Immediate' });
    expect(hint('StorageClass', undefined, immediate)).toBe('QueueSkip');
  });

  test("a claim helps when it is the pod's", () => {
    expect(hint('PersistentVolumeClaim', undefined, makeClaim('c'))).toBe('Queue');
    expect(hint('PersistentVolumeClaim', undefined, makeClaim('d'))).toBe('QueueSkip');
  });

  test('a volume helps when it is new or its place has changed', () => {
    const at = (labels: Labels) => makeVolume('v', {}, { labels });
    expect(hint('PersistentVolume', undefined, at({}))).toBe('Queue');
    expect(hint('PersistentVolume', at({ [zone]: 'a' }), at({ [zone]: 'b' }))).toBe('Queue');
    expect(hint('PersistentVolume', at({ [zone]: 'a__b' }), at({ [zone]: 'b__a' }))).toBe(
      'QueueSkip',
    );
    expect(hint('PersistentVolume', at({ app: 'x' }), at({ app: 'y' }))).toBe('QueueSkip');
  });

  test('any change of a node counts', () => {
    expect(events.find(({ event }) => event.resource === 'Node')?.hint).toBeUndefined();
  });
});
