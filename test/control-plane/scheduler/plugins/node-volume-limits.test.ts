// NodeVolumeLimits: how many volumes of a driver fit on a node.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { CSINode } from '../../../../src/api/persistent-volume.js';
import type { Volume } from '../../../../src/api/pod.js';
import { NodeVolumeLimits } from '../../../../src/control-plane/scheduler/plugins/node-volume-limits/node-volume-limits.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import {
  claimVolume,
  driver,
  makeBoundClaim,
  makeClaim,
  makeClass,
  makeCsiNode,
  makeVolume,
  podOn,
  podWithClaims,
  VolumeCluster,
} from './volume-fixture.js';

const refused = { code: 'Unschedulable', reasons: ['node(s) exceed max volume count'] };
const pairs = (...names: string[]): KubernetesObject[] =>
  names.flatMap((name) => [makeBoundClaim(name, `pv-${name}`), makeVolume(`pv-${name}`)]);

function refusals(pod: Parameters<VolumeCluster['refusals']>[1], ...objects: KubernetesObject[]) {
  const cluster = new VolumeCluster(makeNode('a'), makeClass('wait'), ...objects);
  return cluster.refusals(new NodeVolumeLimits(cluster.listers), pod);
}

describe('Filter', () => {
  const pod = podWithClaims('p', 'x');
  const other = podOn('a', 'other', claimVolume('y'));

  test.each([0, 1, 2, 3])('a node that can attach %d volumes and has one', (count) => {
    const found = refusals(pod, makeCsiNode('a', count), ...pairs('x', 'y'), other);
    expect(found).toEqual(count < 2 ? { a: refused } : {});
  });

  test('a node without limit, or without CSINode, takes any number', () => {
    expect(refusals(pod, makeCsiNode('a'), ...pairs('x', 'y'), other)).toEqual({});
    expect(refusals(pod, ...pairs('x', 'y'), other)).toEqual({});
  });

  test('a volume counts once, however many pods of the node use it', () => {
    const users = ['u1', 'u2', 'u3'].map((name) => podOn('a', name, claimVolume('y')));
    expect(refusals(pod, makeCsiNode('a', 2), ...pairs('x', 'y'), ...users)).toEqual({});
    expect(refusals(pod, makeCsiNode('a', 1), ...pairs('x', 'y'), ...users)).toEqual({
      a: refused,
    });
  });

  test('a volume that the node has already needs no room, even on a full node', () => {
    const user = podOn('a', 'user', claimVolume('x'));
    expect(refusals(pod, makeCsiNode('a', 1), ...pairs('x'), user)).toEqual({});
    expect(refusals(pod, makeCsiNode('a', 0), ...pairs('x'), user)).toEqual({});
  });

  test('all volumes of the pod count together', () => {
    const two = podWithClaims('p', 'x', 'y');
    expect(refusals(two, makeCsiNode('a', 2), ...pairs('x', 'y'))).toEqual({});
    expect(refusals(two, makeCsiNode('a', 1), ...pairs('x', 'y'))).toEqual({ a: refused });
  });

  test('drivers are counted apart', () => {
    const csi = { driver: 'other.example.com', volumeHandle: 'h' };
    const foreign = [makeBoundClaim('y', 'pv-y'), makeVolume('pv-y', { csi })];
    expect(refusals(pod, makeCsiNode('a', 1), ...pairs('x'), ...foreign, other)).toEqual({});
  });

  test('a claim without volume counts for the provisioner of its class', () => {
    const waiting = [makeClaim('x'), makeClaim('y')];
    expect(refusals(pod, makeCsiNode('a', 1), ...waiting, other)).toEqual({ a: refused });
    expect(refusals(pod, makeCsiNode('a', 2), ...waiting, other)).toEqual({});
    const sharing = podOn('a', 'sharing', claimVolume('x'));
    expect(refusals(pod, makeCsiNode('a', 1), ...waiting, sharing)).toEqual({});
  });

  test('so does a claim whose volume does not exist; without class it counts for nothing', () => {
    const lost = makeBoundClaim('x', 'gone');
    expect(refusals(pod, makeCsiNode('a', 0), lost)).toEqual({ a: refused });
    expect(refusals(pod, makeCsiNode('a', 0), makeClaim('x', { storageClassName: '' }))).toEqual(
      {},
    );
  });

  test('volumes of other kinds than CSI count for nothing', () => {
    const { csi: _csi, ...spec } = makeVolume('pv-x').spec;
    const volume = { ...makeVolume('pv-x'), spec: { ...spec, hostPath: { path: '/x' } } };
    expect(refusals(pod, makeCsiNode('a', 0), makeBoundClaim('x', 'pv-x'), volume)).toEqual({});
  });

  test("a running pod's claim that is gone counts for nothing, the pod's own is missed", () => {
    expect(refusals(pod, makeCsiNode('a', 1), ...pairs('x'), other)).toEqual({});
    expect(refusals(pod, makeCsiNode('a', 1))['a']).toEqual({
      code: 'UnschedulableAndUnresolvable',
      reasons: ['looking up PVC default/x: persistentvolumeclaim "x" not found'],
    });
  });

  test("the claim of an ephemeral volume has to be the pod's own", () => {
    const volumes = [{ name: 'data', ephemeral: {} }];
    const own = makePod('p', { spec: { volumes } });
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-p', controller: true };
    const claim = makeClaim('p-data', {}, { ownerReferences: [owner] });
    expect(refusals(own, makeCsiNode('a', 1), claim)).toEqual({});
    expect(refusals(own, makeCsiNode('a', 0), claim)).toEqual({ a: refused });
    expect(refusals(own, makeCsiNode('a', 1), makeClaim('p-data'))['a']).toEqual({
      code: 'Error',
      reasons: ['PVC default/p-data was not created for pod default/p (pod is not owner)'],
    });
  });
});

describe('PreFilter', () => {
  const cluster = new VolumeCluster(makeNode('a'));
  const plugin = new NodeVolumeLimits(cluster.listers);
  const code = (...volumes: Volume[]) =>
    cluster.preFilter(plugin, makePod('p', { spec: { volumes } })).status?.code;

  test('skips pods without anything that a driver could attach', () => {
    expect(code()).toBe('Skip');
    expect(code({ name: 'v', emptyDir: {} })).toBe('Skip');
    expect(code({ name: 'v', iscsi: { targetPortal: 'p', iqn: 'q', lun: 0 } })).toBe('Skip');
    expect(code(claimVolume('x'))).toBeUndefined();
    expect(code({ name: 'v', ephemeral: {} })).toBeUndefined();
    expect(code({ name: 'v', gcePersistentDisk: { pdName: 'd' } })).toBeUndefined();
  });

  test('disks that a driver may have taken over pass everywhere', () => {
    const volumes = [{ name: 'v', gcePersistentDisk: { pdName: 'd' } }];
    expect(cluster.refusals(plugin, makePod('p', { spec: { volumes } }))).toEqual({});
  });
});

describe('hints', () => {
  const events = new NodeVolumeLimits(new VolumeCluster().listers).eventsToRegister();
  const pod = podWithClaims('p', 'x');
  const hint = (resource: string, before?: KubernetesObject, after?: KubernetesObject) =>
    events.find(({ event }) => event.resource === resource)?.hint?.(pod, before, after);

  test('a deleted pod helps when it ran and had volumes', () => {
    expect(hint('Pod', podOn('a', 'x', claimVolume('y')))).toBe('Queue');
    expect(hint('Pod', podOn('a', 'x'))).toBe('QueueSkip');
    expect(hint('Pod', podWithClaims('x', 'y'))).toBe('QueueSkip');
  });

  test('a CSINode helps when it is new or a limit has been raised', () => {
    expect(hint('CSINode', undefined, makeCsiNode('a', 1))).toBe('Queue');
    expect(hint('CSINode', makeCsiNode('a', 1), makeCsiNode('a', 2))).toBe('Queue');
    expect(hint('CSINode', makeCsiNode('a', 2), makeCsiNode('a', 2))).toBe('QueueSkip');
    expect(hint('CSINode', makeCsiNode('a', 2), makeCsiNode('a', 1))).toBe('QueueSkip');
    const none: CSINode = { ...makeCsiNode('a'), spec: { drivers: [] } };
    expect(hint('CSINode', none, makeCsiNode('a', 1))).toBe('Queue');
    expect(makeCsiNode('a').spec.drivers[0]?.name).toBe(driver);
  });

  test("a claim helps when it is the pod's", () => {
    expect(hint('PersistentVolumeClaim', undefined, makeClaim('x'))).toBe('Queue');
    expect(hint('PersistentVolumeClaim', undefined, makeClaim('y'))).toBe('QueueSkip');
  });
});
