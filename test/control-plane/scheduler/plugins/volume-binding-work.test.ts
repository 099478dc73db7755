// VolumeBinding after the choice of a node: what it keeps for the pod, what it writes, and how long
// the pod waits for it.
import { beforeEach, describe, expect, test } from 'vitest';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../../src/api/persistent-volume.js';
import type { Pod } from '../../../../src/api/pod.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import type { PreBindWork } from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import type { Status } from '../../../../src/control-plane/scheduler/framework/status.js';
import { VolumeBinding } from '../../../../src/control-plane/scheduler/plugins/volume-binding/volume-binding.js';
import { makeNode } from '../cluster-fixture.js';
import {
  makeBoundClaim,
  makeClaim,
  makeClass,
  makeVolume,
  podWithClaims,
  usableWhere,
  VolumeCluster,
} from './volume-fixture.js';

const second = 1_000_000;
const boundAnnotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
const selectedNode = 'volume.kubernetes.io/selected-node';

let cluster: VolumeCluster;
let plugin: VolumeBinding;

beforeEach(() => {
  const nodes = ['a', 'b'].map((zone) => makeNode(zone, { labels: { zone } }));
  cluster = new VolumeCluster(...nodes, makeClass('wait'), podWithClaims('p', 'c'));
  plugin = new VolumeBinding(600, cluster.handle);
});

/** Runs a pod through PreFilter and Reserve. */
function reserve(pod: Pod, nodeName: string): CycleState {
  const state = new CycleState();
  expect(cluster.refusals(plugin, pod, state)[nodeName]).toBeUndefined();
  plugin.reserve(state, new PodInfo(pod), nodeName);
  return state;
}

function preBind(state: CycleState, pod: Pod, nodeName: string): PreBindWork | undefined {
  return plugin.preBind(state, new PodInfo(pod), nodeName);
}

const pod = podWithClaims('p', 'c');
const other = podWithClaims('q', 'd');
const refusals = (wanted: Pod) => Object.keys(cluster.refusals(plugin, wanted));

describe('Reserve', () => {
  const volume = makeVolume('v', usableWhere('zone', 'a'));
  const local = makeClass('wait', { provisioner: 'kubernetes.io/no-provisioner' });

  test('keeps a volume from other pods until it is given back', () => {
    for (const each of [local, volume, makeClaim('c'), makeClaim('d')]) cluster.add(each);
    expect(refusals(other)).toEqual(['b']);
    const state = reserve(pod, 'a');
    expect(refusals(other)).toEqual(['a', 'b']);
    expect(refusals(pod)).toEqual(['b']);
    plugin.unreserve(state);
    expect(refusals(other)).toEqual(['b']);
  });

  test('believes the informer again when it has something newer', () => {
    for (const each of [local, volume, makeClaim('c'), makeClaim('d')]) cluster.add(each);
    reserve(pod, 'a');
    cluster.add({ ...volume });
    expect(refusals(other)).toEqual(['b']);
  });

  test('ties a claim to the node for which its volume is ordered', () => {
    cluster.add(makeClaim('c'));
    expect(refusals(pod)).toEqual([]);
    const state = reserve(pod, 'b');
    expect(refusals(pod)).toEqual(['a']);
    plugin.unreserve(state);
    expect(refusals(pod)).toEqual([]);
  });

  test('takes the smallest volume that is big enough, the first of equal ones', () => {
    const sized = (name: string, storage: string) => makeVolume(name, { capacity: { storage } });
    for (const each of [sized('v40', '40Gi'), sized('v20', '20Gi'), sized('w20', '20480Mi')]) {
      cluster.add(each);
    }
    cluster.add(makeClaim('c'));
    const requests = preBind(reserve(pod, 'a'), pod, 'a')?.requests ?? [];
    expect(requests.map(({ name }) => name)).toEqual(['v20']);
  });
});

describe('PreBind', () => {
  test('has nothing to do, and no time to lose, when all claims are bound', () => {
    for (const each of [makeBoundClaim('c', 'v'), makeVolume('v')]) cluster.add(each);
    expect(preBind(reserve(pod, 'a'), pod, 'a')).toBeUndefined();
  });

  test('has nothing to do for a pod without claims', () => {
    expect(preBind(new CycleState(), pod, 'a')).toBeUndefined();
  });

  test('writes the claim into the volume', () => {
    const metadata = { resourceVersion: 7, annotations: { note: 'x' } };
    cluster.add(makeVolume('v', {}, metadata));
    cluster.add(makeClaim('c', {}, { resourceVersion: 9 }));
    const [request, ...others] = preBind(reserve(pod, 'a'), pod, 'a')?.requests ?? [];
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      verb: 'update',
      resource: 'persistentvolumes',
      namespace: '',
      name: 'v',
    });
    const body = request?.body as PersistentVolume;
    expect(body.metadata).toEqual({
      name: 'v',
      resourceVersion: 7,
      annotations: { note: 'x', 'pv.kubernetes.io/bound-by-controller': 'yes' },
    });
    expect(body.spec.claimRef).toEqual({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace: 'default',
      name: 'c',
      uid: 'uid-c',
      resourceVersion: '9',
    });
  });

  test('completes the reference of a volume that was made for the claim', () => {
    const claimRef = { namespace: 'default', name: 'c' };
    cluster.add({ ...makeVolume('v', { claimRef }), status: { phase: 'Available' } });
    cluster.add(makeClaim('c'));
    const [request] = preBind(reserve(pod, 'a'), pod, 'a')?.requests ?? [];
    const body = request?.body as PersistentVolume;
    expect(body.spec.claimRef?.uid).toBe('uid-c');
    expect(body.metadata.annotations).toBeUndefined();
  });

  test('writes nothing into a volume that has the whole reference already', () => {
    const claimRef = { namespace: 'default', name: 'c', uid: 'uid-c' };
    cluster.add(makeVolume('v', { claimRef }));
    cluster.add(makeClaim('c'));
    const work = preBind(reserve(pod, 'a'), pod, 'a');
    expect(work?.requests).toEqual([]);
    expect(work?.isComplete?.()).toBe(false);
    expect(work?.isComplete?.()).toBe(false);
    cluster.add(makeBoundClaim('c', 'v'));
    expect(work?.isComplete?.()).toBe(true);
  });

  test('writes the node into a claim whose volume is to be provisioned', () => {
    cluster.add(makeClaim('c', {}, { annotations: { note: 'x' } }));
    const [request, ...others] = preBind(reserve(pod, 'b'), pod, 'b')?.requests ?? [];
    expect(others).toEqual([]);
    expect(request).toMatchObject({ verb: 'update', resource: 'persistentvolumeclaims' });
    expect(request).toMatchObject({ namespace: 'default', name: 'c' });
    expect(request?.body?.metadata.annotations).toEqual({ note: 'x', [selectedNode]: 'b' });
  });

  test('binds what it can and provisions the rest', () => {
    for (const each of [makeVolume('v'), makeClaim('c'), makeClaim('d')]) cluster.add(each);
    const both = podWithClaims('p', 'c', 'd');
    const requests = preBind(reserve(both, 'a'), both, 'a')?.requests ?? [];
    expect(requests.map(({ resource, name }) => [resource, name])).toEqual([
      ['persistentvolumes', 'v'],
      ['persistentvolumeclaims', 'd'],
    ]);
  });
});

describe('the wait for a volume that is provisioned', () => {
  let work: PreBindWork;
  /** The claim as the API server has it after the update. */
  const written = (claim: Partial<PersistentVolumeClaim['spec']> = {}, annotations = {}) =>
    makeClaim('c', claim, { annotations: { [selectedNode]: 'a', ...annotations } });

  beforeEach(() => {
    cluster.add(makeClaim('c'));
    work = preBind(reserve(pod, 'a'), pod, 'a') as PreBindWork;
    expect(work.isComplete?.()).toBe(false);
  });

  test('looks for the first time after a second, whatever has happened before', () => {
    const again = preBind(reserve(pod, 'a'), pod, 'a');
    cluster.add(makeVolume('v'));
    cluster.add(written({ volumeName: 'v' }, boundAnnotations));
    expect(again?.isComplete?.()).toBe(false);
    expect(again?.isComplete?.()).toBe(true);
  });

  test('lasts until the claim is fully bound to a volume that exists', () => {
    expect(work.isComplete?.()).toBe(false);
    cluster.add(written());
    expect(work.isComplete?.()).toBe(false);
    cluster.add(written({ volumeName: 'v' }, boundAnnotations));
    expect(work.isComplete?.()).toBe(false);
    cluster.add(makeVolume('v'));
    expect(work.isComplete?.()).toBe(true);
    cluster.add(written({ volumeName: 'v' }));
    expect(work.isComplete?.()).toBe(false);
  });

  const failed = (text: string) => ({ code: 'Error', reasons: [`binding volumes: ${text}`] });

  test('ends when the provisioner gives the node back', () => {
    cluster.add(makeClaim('c', {}, { annotations: {} }));
    expect(work.isComplete?.()).toEqual(failed('provisioning failed for PVC "c"'));
    cluster.add({ ...makeClaim('c') });
    expect(work.isComplete?.()).toEqual(failed('selectedNode annotation reset for PVC "c"'));
  });

  test('ends when the volume turns out to be unusable on the node', () => {
    cluster.add(makeVolume('v', usableWhere('zone', 'b')));
    cluster.add(written({ volumeName: 'v' }, boundAnnotations));
    const text = 'pv "v" node affinity doesn\'t match node "a": no matching NodeSelectorTerms';
    expect(work.isComplete?.()).toEqual(failed(text));
  });

  test('ends when the claim, the pod or the node is gone', () => {
    cluster.listers.delete(makeClaim('c'));
    const noClaim = 'failed to check provisioning pvc: persistentvolumeclaim "c" not found';
    expect(work.isComplete?.()).toEqual(failed(noClaim));
    cluster.listers.delete(pod);
    const noPod = failed('pod does not exist any more: pod "p" not found');
    expect(work.isComplete?.()).toEqual(noPod);
    cluster.cache.removeNode('a');
    cluster.cache.updateSnapshot();
    expect(work.isComplete?.()).toEqual(failed('error getting node "a"'));
  });

  test('ends after the time that the profile allows', () => {
    cluster.nowUs = 600 * second - 1;
    expect(work.isComplete?.()).toBe(false);
    cluster.nowUs = 600 * second;
    expect(work.isComplete?.()).toEqual(failed('context deadline exceeded'));
    cluster.add(makeVolume('v'));
    cluster.add(written({ volumeName: 'v' }, boundAnnotations));
    expect(work.isComplete?.()).toBe(true);
  });
});

describe('the wait for a volume made before', () => {
  let work: PreBindWork;
  const claimRef = { namespace: 'default', name: 'c', uid: 'uid-c' };

  beforeEach(() => {
    for (const each of [makeVolume('v', usableWhere('zone', 'a')), makeClaim('c')]) {
      cluster.add(each);
    }
    work = preBind(reserve(pod, 'a'), pod, 'a') as PreBindWork;
    expect(work.isComplete?.()).toBe(false);
  });

  test('lasts until both sides are bound', () => {
    expect(work.isComplete?.()).toBe(false);
    cluster.add(makeVolume('v', { claimRef }));
    expect(work.isComplete?.()).toBe(false);
    cluster.add(makeBoundClaim('c', 'v'));
    expect(work.isComplete?.()).toBe(true);
  });

  test('ends when the volume is taken from the claim, gone, or moved', () => {
    const reasonOf = () => (work.isComplete?.() as Status | undefined)?.reasons[0];
    cluster.add(makeVolume('v'));
    expect(reasonOf()).toBe('binding volumes: ClaimRef got reset for pv "v"');
    cluster.add(makeVolume('v', { claimRef, ...usableWhere('zone', 'b') }));
    expect(reasonOf()).toContain('node affinity doesn\'t match node "a"');
    cluster.listers.delete(makeClaim('c'));
    const check = 'binding volumes: failed to check binding:';
    expect(reasonOf()).toBe(`${check} persistentvolumeclaim "c" not found`);
    cluster.listers.delete(makeVolume('v'));
    expect(reasonOf()).toBe(`${check} persistentvolume "v" not found`);
  });
});
