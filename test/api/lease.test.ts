import { expect, test } from 'vitest';
import { encodedBytes } from '../../src/api/encoded-size.js';
import { type Lease, renewedLease } from '../../src/api/lease.js';

const metadata = { name: 'node-1', namespace: 'kube-node-lease', resourceVersion: 7 };
const head = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata } as const;
const ofNode: Lease = {
  ...head,
  spec: { holderIdentity: 'node-1', leaseDurationSeconds: 40, renewTime: 0 },
};

test('renewing the Lease of a node changes its time alone', () => {
  const renewed = renewedLease(ofNode, 'node-1', 10_000_000);
  expect(renewed).toStrictEqual({ ...ofNode, spec: { ...ofNode.spec, renewTime: 10_000_000 } });
});

test('a renewed Lease keeps what only elections write', () => {
  const spec = {
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: 1,
    renewTime: 2,
    leaseTransitions: 3,
    strategy: 'OldestEmulationVersion',
    preferredHolder: 'b',
  };
  const renewed = renewedLease({ ...head, spec }, 'a', 9);
  expect(renewed.spec).toStrictEqual({ ...spec, renewTime: 9 });
});

test('a Lease without a spec, or of another holder, gets what is known and no stale size', () => {
  expect(renewedLease(head, 'node-1', 5).spec).toEqual({ holderIdentity: 'node-1', renewTime: 5 });
  const { spec } = ofNode;
  const longer = renewedLease(ofNode, 'a-holder-with-a-longer-name', 5);
  const anew: Lease = { ...head, spec: { ...spec, ...longer.spec } };
  expect(encodedBytes(longer)).toBe(encodedBytes(anew));
  expect(encodedBytes(longer)).toBeGreaterThan(encodedBytes(ofNode));
});
