// The ReplicaFailure condition: when it comes, what it says, and that it goes.
import { expect, test } from 'vitest';
import type { ReplicaSetStatus } from '../../../src/api/replica-set.js';
import {
  isSameReplicaSetStatus,
  replicaSetConditions,
} from '../../../src/control-plane/controller-manager/replica-set-status.js';

const status = (conditions?: ReplicaSetStatus['conditions']): ReplicaSetStatus => ({
  replicas: 1,
  readyReplicas: 0,
  availableReplicas: 0,
  terminatingReplicas: 0,
  observedGeneration: 1,
  ...(conditions && { conditions }),
});

test('a refused creation is told with its time and message, a refused deletion as such', () => {
  expect(replicaSetConditions(undefined, 'exceeded quota', 2, 7)).toEqual([
    {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: 7,
      reason: 'FailedCreate',
      message: 'exceeded quota',
    },
  ]);
  expect(replicaSetConditions(status(), 'gone', -1, 7)?.[0]?.reason).toBe('FailedDelete');
});

test('a failure that lasts is not told anew: nothing is worth a write', () => {
  const failing = status(replicaSetConditions(undefined, 'first', 2, 7));
  const later = replicaSetConditions(failing, 'second', 2, 9);
  expect(later).toBe(failing.conditions);
  expect(isSameReplicaSetStatus({ ...failing }, failing)).toBe(true);
});

test('a failure that has passed is taken back, and that is worth a write', () => {
  const failing = status(replicaSetConditions(undefined, 'first', 2, 7));
  const conditions = replicaSetConditions(failing, undefined, 2, 9);
  expect(conditions).toEqual([]);
  expect(isSameReplicaSetStatus({ ...failing, ...(conditions && { conditions }) }, failing)).toBe(
    false,
  );
});

test('a ReplicaSet that never failed says nothing', () => {
  expect(replicaSetConditions(status(), undefined, 0, 9)).toBeUndefined();
});
