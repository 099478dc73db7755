import { describe, expect, test } from 'vitest';
import { encodedBytes } from '../../../src/api/encoded-size.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { ObjectMeta } from '../../../src/api/object-meta.js';
import {
  hasUsualParts,
  sameMetadata,
  storedMetadata,
  withParts,
} from '../../../src/control-plane/apiserver/stored-parts.js';

const metadata: ObjectMeta = {
  name: 'node-1',
  namespace: 'kube-node-lease',
  uid: 'u-1',
  resourceVersion: 7,
  generation: 3,
  creationTimestamp: 0,
  labels: { app: 'web' },
};

function lease(meta: ObjectMeta): KubernetesObject {
  const spec = { holderIdentity: 'node-1', leaseDurationSeconds: 40, renewTime: 5 };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: meta, spec };
}

describe('stored metadata', () => {
  test('has identity from the server and labels from the client', () => {
    const given = { name: 'forged', uid: 'forged', labels: { app: 'api' }, finalizers: ['f'] };
    expect(storedMetadata(metadata, given, 4)).toEqual({
      ...metadata,
      generation: 4,
      labels: { app: 'api' },
      finalizers: ['f'],
    });
  });

  test('always has the same fields in the same order', () => {
    const bare = storedMetadata({ name: 'a' }, { name: 'a' }, 1);
    expect(Object.keys(storedMetadata(metadata, metadata, 1))).toEqual(Object.keys(bare));
  });

  test('is copied with its size, which is that of the copy measured anew', () => {
    const stored = storedMetadata(metadata, metadata, 3);
    const bytes = encodedBytes(lease(stored));
    expect(encodedBytes(lease(sameMetadata(stored)))).toBe(bytes);
    expect(encodedBytes(lease({ ...stored }))).toBe(bytes);
  });

  test('without a generation gets its first one', () => {
    const { generation: _, ...rest } = metadata;
    expect(sameMetadata(rest).generation).toBe(1);
    expect(encodedBytes(lease(sameMetadata(rest)))).toBe(encodedBytes(lease(metadata)));
  });
});

describe('an object put together of its parts', () => {
  test('keeps its spec, and has a status only where there is one', () => {
    const object = lease(metadata);
    const other = { ...metadata, name: 'other' };
    expect(withParts(object, other, undefined)).toEqual(lease(other));
    expect(Object.keys(withParts(object, other, undefined))).not.toContain('status');
    expect(withParts(object, other, { phase: 'Up' })).toMatchObject({ status: { phase: 'Up' } });
  });

  test('keeps what a kind has beside spec and status', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { key: 'value' },
    } as KubernetesObject;
    expect(withParts(object, metadata, undefined)).toEqual(object);
  });

  test('is of a kind of which it is known whether it has other parts', () => {
    expect(['Pod', 'Lease', 'Node', 'Deployment'].map(hasUsualParts)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['ConfigMap', 'EndpointSlice', 'Event', 'NoSuchKind'].map(hasUsualParts)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

test('an object of other metadata is as large as it is when measured anew', () => {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'web.1', namespace: 'default' },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'default', uid: 'u-7' },
    reason: 'Scheduled',
    message: 'Successfully assigned default/web to node-1',
    type: 'Normal',
  } as const satisfies KubernetesObject;
  encodedBytes(event);
  const stored = withParts(event, storedMetadata(metadata, event.metadata, 1), undefined);
  expect(encodedBytes(stored)).toBe(encodedBytes(structuredClone(stored)));
  expect(encodedBytes(stored)).toBeGreaterThan(encodedBytes(event));
});
