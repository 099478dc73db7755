// NodeClaims in the API: what Karpenter writes about the nodes it asks for, and reads after a
// restart.
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { NodeClaim as NodeClaimObject } from '../../../src/api/node-claim.js';
import type { KarpenterNodePool } from '../../../src/control-plane/autoscaling/karpenter/karpenter-settings.js';
import {
  claimFrom,
  NodeClaimObjects,
} from '../../../src/control-plane/autoscaling/karpenter/node-claim-objects.js';
import {
  type NodeClaim,
  NodeClaims,
  newClaim,
} from '../../../src/control-plane/autoscaling/karpenter/node-claims.js';
import type { CloudInstance } from '../../../src/control-plane/cloud-provider.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { node } from '../../support/objects.js';

const template = node('');
const offering = {
  ...{ pool: 'k/s', instanceType: 's', template, maxPods: 10 },
  ...{ zones: ['a'], pricePerHour: 1 },
};
const nodePool: KarpenterNodePool = {
  ...{ name: 'k', weight: 0, offerings: [offering], limitCpuMilli: 1, limitMemoryBytes: 1 },
  ...{ consolidationPolicy: 'WhenEmpty', consolidateAfterUs: 0, budgetShare: 1 },
  expireAfterUs: 7_200_000_000,
};
const claimed = (): NodeClaim => newClaim({ nodePool, offering, zone: 'a', pods: [] }, 0);
const instance: CloudInstance = {
  ...{ id: 'aws:///a/i-1', nodeName: 'k-0', pool: 'k/s', instanceType: 's', zone: 'a' },
  ...{ region: 'r', requestedUs: 0 },
  state: 'pending',
};
const nodeOf = (name: string, providerID: string): Node => ({
  ...node(name),
  spec: { providerID },
});

/** A control plane, a client of Karpenter, and what it was told. */
function bench() {
  const plane = new TestControlPlane({ definitionsOf: ['karpenter'] });
  const told: boolean[] = [];
  const client = plane.client();
  const objects = new NodeClaimObjects(plane.simulation, client, (_, isRefused) =>
    told.push(isRefused),
  );
  const stored = (): NodeClaimObject[] =>
    plane.etcd.snapshot().values.filter((each) => each.kind === 'NodeClaim');
  return { plane, objects, told, stored };
}

describe('the object of a NodeClaim', () => {
  const { plane, objects, told, stored } = bench();
  const claim = claimed();

  test('is created with a name of its NodePool, labels, and a finalizer', () => {
    objects.create(claim);
    plane.wait(1_000_000);
    expect(told).toEqual([false]);
    expect(claim.name).toMatch(/^k-.{5}$/);
    const [object] = stored();
    expect(object?.metadata).toMatchObject({
      name: claim.name,
      finalizers: ['karpenter.sh/termination'],
      labels: {
        'karpenter.sh/nodepool': 'k',
        'node.kubernetes.io/instance-type': 's',
        'topology.kubernetes.io/zone': 'a',
      },
    });
    expect(object?.spec.expireAfter).toBe('7200s');
  });

  test('is Ready when its node is launched, registered and initialized', () => {
    const types = (): (string | undefined)[] =>
      stored()[0]?.status?.conditions?.map(({ type }) => type) ?? [];
    new NodeClaims(undefined).launched(claim, instance);
    objects.launched(claim, instance);
    plane.wait(1_000_000);
    expect(types()).toEqual(['Launched']);
    objects.registered(claim);
    objects.initialized(claim);
    plane.wait(1_000_000);
    expect(types()).toEqual(['Launched', 'Registered', 'Initialized', 'Ready']);
    expect(stored()[0]?.status).toMatchObject({ nodeName: 'k-0', providerID: 'aws:///a/i-1' });
  });

  test('says all that a new process has to know', () => {
    const read = claimFrom(stored()[0] as NodeClaimObject, [nodePool]);
    expect(read).toMatchObject({
      ...{ name: claim.name, nodePool, offering, zone: 'a', nodeName: 'k-0' },
      ...{ instanceId: 'aws:///a/i-1', isRegistered: true, isInitialized: true },
      isDeleting: false,
    });
    expect(claimFrom(stored()[0] as NodeClaimObject, [{ ...nodePool, name: 'x' }])).toBeUndefined();
  });

  test('stays until its instance has ended', () => {
    objects.delete(claim);
    plane.wait(1_000_000);
    expect(claimFrom(stored()[0] as NodeClaimObject, [nodePool])?.isDeleting).toBe(true);
    objects.release(claim);
    plane.wait(1_000_000);
    expect(stored()).toEqual([]);
  });
});

describe('claims of an earlier process', () => {
  test('whose node had not come are known by their instance', () => {
    const claims = new NodeClaims(undefined);
    const claim = { ...claimed(), instanceId: 'aws:///a/i-1' };
    claims.restore(claim);
    expect(claims.nodeSeen(nodeOf('other', 'aws:///a/i-2'))).toBeUndefined();
    expect(claims.nodeSeen(nodeOf('k-0', 'aws:///a/i-1'))).toBe(claim);
    expect(claims.of('k-0')).toBe(claim);
    expect(claims.nodeSeen(nodeOf('k-0', 'aws:///a/i-1'))).toBeUndefined();
  });

  test('whose node was there are known by its name', () => {
    const claims = new NodeClaims(undefined);
    const claim = { ...claimed(), nodeName: 'k-0', isRegistered: true };
    claims.restore(claim);
    expect(claims.of('k-0')).toBe(claim);
    claims.remove(claim);
    expect(claims.of('k-0')).toBeUndefined();
  });
});
