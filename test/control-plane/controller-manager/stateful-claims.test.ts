// Who owns the claims of a StatefulSet, and what becomes of them.
import { describe, expect, test } from 'vitest';
import type { PersistentVolumeClaim } from '../../../src/api/persistent-volume.js';
import type { StatefulSet, StatefulSetSpec } from '../../../src/api/stateful-set.js';
import { statefulSet } from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const SECOND = 1_000_000;
type Policy = StatefulSetSpec['persistentVolumeClaimRetentionPolicy'];

function setWith(policy: Policy): StatefulSet {
  const base = statefulSet('db', 2);
  const spec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  } as const;
  return {
    ...base,
    spec: {
      ...base.spec,
      podManagementPolicy: 'Parallel',
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }],
      ...(policy && { persistentVolumeClaimRetentionPolicy: policy }),
    },
  };
}

/** A set of two that has been up, then has `replicas`; of each claim its name and its owners. */
function claimsAfter(policy: Policy, replicas: number): string[] {
  const kubelet = { readyAfterUs: SECOND, stopAfterUs: SECOND };
  const bench = new ControllerBench({
    kubelet,
    limit: { qps: 1000, burst: 1000 },
    hasStorage: true,
  });
  const set = setWith(policy);
  bench.create(set);
  bench.wait(5 * SECOND);
  if (replicas !== 2) {
    bench.change(set, (now) => ({ ...now, spec: { ...now.spec, replicas } }));
    bench.wait(20 * SECOND);
  }
  return bench
    .stored<PersistentVolumeClaim>('PersistentVolumeClaim')
    .map(({ metadata }) => {
      const owners = metadata.ownerReferences?.map(({ kind, name }) => ` ${kind}/${name}`) ?? [];
      return `${metadata.name}${owners.join('')}`;
    })
    .sort();
}

describe('the claims of a StatefulSet', () => {
  test('are nobody’s when they are to stay', () => {
    expect(claimsAfter(undefined, 2)).toEqual(['data-db-0', 'data-db-1']);
    expect(claimsAfter({ whenDeleted: 'Retain', whenScaled: 'Retain' }, 1)).toEqual([
      'data-db-0',
      'data-db-1',
    ]);
  });

  test('are the set’s when they go with it, also those of pods that are gone', () => {
    const policy = { whenDeleted: 'Delete', whenScaled: 'Retain' } as const;
    expect(claimsAfter(policy, 2)).toEqual([
      'data-db-0 StatefulSet/db',
      'data-db-1 StatefulSet/db',
    ]);
    expect(claimsAfter(policy, 1)).toHaveLength(2);
  });

  test('go with the pods that are not wanted any more', () => {
    expect(claimsAfter({ whenDeleted: 'Retain', whenScaled: 'Delete' }, 1)).toEqual(['data-db-0']);
    expect(claimsAfter({ whenDeleted: 'Delete', whenScaled: 'Delete' }, 1)).toEqual([
      'data-db-0 StatefulSet/db',
    ]);
  });
});
