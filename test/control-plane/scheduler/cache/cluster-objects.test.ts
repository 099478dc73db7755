// What plugins see of the cluster besides nodes and the pods on them.

import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import { ClusterObjects } from '../../../../src/control-plane/scheduler/cache/cluster-objects.js';
import { inertHandle } from '../../../../src/control-plane/scheduler/inert-handle.js';

/** An object of any kind; what is in it does not matter here. */
function object(kind: string, name: string, namespace?: string, rest: object = {}) {
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  return { apiVersion: 'v1', kind, metadata, ...rest } as unknown as KubernetesObject;
}

function told(...objects: KubernetesObject[]): ClusterObjects {
  const all = new ClusterObjects();
  for (const each of objects) all.set(each);
  return all;
}

const namesOf = (list: readonly KubernetesObject[]): string[] =>
  list.map(({ metadata }) => metadata.name);

describe('objects of a namespace', () => {
  const kinds = [
    ['Service', 'services'],
    ['PodDisruptionBudget', 'podDisruptionBudgets'],
  ] as const;

  it.each(kinds)('of kind %s are listed in order of arrival', (kind, list) => {
    const all = told(
      object(kind, 'z', 'shop'),
      object(kind, 'a', 'shop'),
      object(kind, 'other', 'shop-2'),
      object('Secret', 'secret', 'shop'),
    );
    expect(namesOf(all[list]('shop'))).toEqual(['z', 'a']);
    expect(namesOf(all[list]('shop-2'))).toEqual(['other']);
    expect(all[list]('none')).toEqual([]);
  });

  it('are found by name', () => {
    const all = told(object('Pod', 'p', 'shop'), object('PersistentVolumeClaim', 'c', 'shop'));
    expect(all.pod('shop', 'p')?.metadata.name).toBe('p');
    expect(all.pod('default', 'p')).toBeUndefined();
    expect(all.persistentVolumeClaim('shop', 'c')?.metadata.name).toBe('c');
    expect(all.persistentVolumeClaim('shop', 'p')).toBeUndefined();
  });

  it('that own pods are found by name', () => {
    const all = told(
      object('ReplicationController', 'x', 'shop'),
      object('ReplicaSet', 'x', 'shop'),
      object('StatefulSet', 'x', 'shop'),
    );
    expect([
      all.replicationController('shop', 'x')?.kind,
      all.replicaSet('shop', 'x')?.kind,
      all.statefulSet('shop', 'x')?.kind,
    ]).toEqual(['ReplicationController', 'ReplicaSet', 'StatefulSet']);
    expect(all.replicaSet('default', 'x')).toBeUndefined();
  });
});

describe('objects of the cluster', () => {
  it('are found by name and kind', () => {
    const all = told(
      object('Namespace', 'x'),
      object('PersistentVolume', 'x'),
      object('StorageClass', 'x'),
      object('CSINode', 'x'),
      object('CSIDriver', 'x'),
    );
    expect([
      all.namespace('x')?.kind,
      all.persistentVolume('x')?.kind,
      all.storageClass('x')?.kind,
      all.csiNode('x')?.kind,
      all.csiDriver('x')?.kind,
    ]).toEqual(['Namespace', 'PersistentVolume', 'StorageClass', 'CSINode', 'CSIDriver']);
    expect(all.namespace('y')).toBeUndefined();
  });

  it('are listed over all namespaces', () => {
    const all = told(
      object('PersistentVolume', 'b'),
      object('Namespace', 'n'),
      object('PersistentVolume', 'a'),
      object('StorageClass', 's'),
      object('CSIStorageCapacity', 'c', 'one'),
      object('CSIStorageCapacity', 'c', 'two'),
    );
    expect(namesOf(all.persistentVolumes())).toEqual(['b', 'a']);
    expect(namesOf(all.namespaces())).toEqual(['n']);
    expect(namesOf(all.storageClasses())).toEqual(['s']);
    expect(all.csiStorageCapacities()).toHaveLength(2);
  });
});

describe('changes', () => {
  it('replace an object at its place', () => {
    const all = told(object('Service', 'a', 'n'), object('Service', 'b', 'n'));
    const changed = object('Service', 'a', 'n', { spec: {} });
    all.set(changed);
    expect(all.services('n')[0]).toBe(changed);
    expect(namesOf(all.services('n'))).toEqual(['a', 'b']);
  });

  it('remove an object; it comes last if it returns', () => {
    const first = object('Service', 'a', 'n');
    const all = told(first, object('Service', 'b', 'n'));
    all.delete(first);
    expect(namesOf(all.services('n'))).toEqual(['b']);
    all.set(first);
    expect(namesOf(all.services('n'))).toEqual(['b', 'a']);
    all.delete(object('Service', 'never', 'n'));
    expect(all.services('n')).toHaveLength(2);
  });

  it('of a kind make its lists anew, and leave those of others alone', () => {
    const all = told(object('Service', 'a', 'n'), object('PodDisruptionBudget', 'b', 'n'));
    const services = all.services('n');
    const budgets = all.podDisruptionBudgets('n');
    expect(all.services('n')).toBe(services);
    all.set(object('Service', 'b', 'n'));
    expect(all.services('n')).not.toBe(services);
    expect(namesOf(services)).toEqual(['a']);
    expect(all.podDisruptionBudgets('n')).toBe(budgets);
  });
});

describe('a handle to look at plugins with', () => {
  it('shows an empty cluster at rest', () => {
    const handle = inertHandle();
    expect(handle.snapshot.count).toBe(0);
    expect(handle.listers.namespaces()).toEqual([]);
    expect(handle.nominator.isEmpty).toBe(true);
    expect([handle.now(), handle.stream('x').below(9), handle.isPreempting('u')]).toEqual([
      0,
      0,
      false,
    ]);
  });
});

describe('the Services that select labels', () => {
  const service = (name: string, selector?: Record<string, string>, namespace = 'shop') =>
    object('Service', name, namespace, { spec: { ...(selector && { selector }) } });
  const web = { app: 'web', tier: 'front' };

  it('are those of the namespace whose every label agrees', () => {
    const all = told(
      service('exact', web),
      service('wider', { app: 'web' }),
      service('other', { app: 'web', tier: 'back' }),
      service('none'),
      service('foreign', web, 'shop-2'),
    );
    expect(namesOf(all.servicesSelecting('shop', web)).sort()).toEqual(['exact', 'wider']);
    expect(all.servicesSelecting('shop', undefined)).toEqual([]);
    expect(all.servicesSelecting('elsewhere', web)).toEqual([]);
  });

  it('follow a selector that changes, and a Service that goes', () => {
    const all = told(service('a', { app: 'web' }));
    all.set(service('a', { app: 'db' }));
    expect(all.servicesSelecting('shop', web)).toEqual([]);
    expect(namesOf(all.servicesSelecting('shop', { app: 'db' }))).toEqual(['a']);
    const same = service('a', { app: 'db' });
    all.set(same);
    expect(all.servicesSelecting('shop', { app: 'db' })).toEqual([same]);
    all.set(service('a'));
    expect(all.servicesSelecting('shop', { app: 'db' })).toEqual([]);
    all.set(same);
    all.delete(same);
    expect(all.servicesSelecting('shop', { app: 'db' })).toEqual([]);
  });
});
