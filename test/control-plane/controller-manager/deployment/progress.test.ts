// What a Deployment says about its progress, case by case.
import { describe, expect, test } from 'vitest';
import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
} from '../../../../src/api/deployment.js';
import type { ReplicaSet } from '../../../../src/api/replica-set.js';
import {
  createdCondition,
  creationFailedCondition,
  foundCondition,
  isComplete,
  pauseCondition,
  recheckDelayUs,
  rolloutConditions,
  withCondition,
} from '../../../../src/control-plane/controller-manager/deployment/progress.js';
import { deployment, replicaSet } from '../../../support/objects.js';

const S = 1_000_000;
const current = replicaSet('web-new', 3);
const sets = { current, old: [] };
const condition = (
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  lastUpdateTime = 0,
): DeploymentCondition => ({
  type: 'Progressing',
  status,
  reason,
  message: '',
  lastUpdateTime,
  lastTransitionTime: lastUpdateTime,
});
const counts = (ready: number, replicas = 3): DeploymentStatus => ({
  observedGeneration: 1,
  replicas,
  updatedReplicas: replicas,
  readyReplicas: ready,
  availableReplicas: ready,
});
const progressingOf = (list: readonly DeploymentCondition[]): DeploymentCondition | undefined =>
  list.find(({ type }) => type === 'Progressing');

/** A Deployment of 3 that reported `status`. */
const reporting = (status: DeploymentStatus, seconds: number | null = 600): Deployment => {
  const { spec, ...rest } = deployment('web', 3);
  const { progressDeadlineSeconds: _, ...open } = spec;
  const limited = seconds === null ? open : { ...open, progressDeadlineSeconds: seconds };
  return { ...rest, spec: limited, status };
};

/** What it says next, at a time, when its counts are these. */
const saysNext = (
  before: DeploymentCondition | undefined,
  then: DeploymentStatus,
  now: DeploymentStatus,
  nowUs: number,
): DeploymentCondition | undefined => {
  const conditions = before === undefined ? [] : [before];
  const own = reporting({ ...then, conditions });
  return progressingOf(rolloutConditions(own, { ...now, conditions }, sets, nowUs));
};

describe('the progress of a rollout', () => {
  const created = condition('True', 'NewReplicaSetCreated', 5 * S);

  test.each<[string, DeploymentStatus, DeploymentStatus, number, [string, string, number, number]]>(
    [
      ['more is ready', counts(1), counts(2), 50, ['True', 'ReplicaSetUpdated', 50, 5]],
      ['nothing has changed yet', counts(1), counts(1), 50, ['True', created.reason ?? '', 5, 5]],
      ['all is available', counts(2), counts(3), 50, ['True', 'NewReplicaSetAvailable', 50, 5]],
      [
        'the time is up',
        counts(1),
        counts(1),
        605.1,
        ['False', 'ProgressDeadlineExceeded', 605.1, 605.1],
      ],
      ['progress comes late', counts(1), counts(2), 700, ['True', 'ReplicaSetUpdated', 700, 5]],
    ],
  )('when %s', (_, then, now, seconds, [status, reason, updated, since]) => {
    expect(saysNext(created, then, now, seconds * S)).toMatchObject({
      status,
      reason,
      lastUpdateTime: updated * S,
      lastTransitionTime: since * S,
    });
  });

  test('fewer old replicas are progress; fewer ready ones are not', () => {
    const mixed = (old: number, ready: number): DeploymentStatus => ({
      ...counts(ready, 3 + old),
      updatedReplicas: 3,
    });
    expect(saysNext(created, mixed(2, 3), mixed(1, 3), 50 * S)?.reason).toBe('ReplicaSetUpdated');
    expect(saysNext(created, mixed(2, 3), mixed(2, 2), 50 * S)).toBe(created);
  });

  test('stays complete when pods fail later, however long', () => {
    const complete = condition('True', 'NewReplicaSetAvailable', 5 * S);
    expect(saysNext(complete, counts(3), counts(1), 5000 * S)).toBe(complete);
  });

  test('stays out of time until there is progress again', () => {
    const late = condition('False', 'ProgressDeadlineExceeded', 605 * S);
    expect(saysNext(late, counts(1), counts(1), 900 * S)).toBe(late);
    expect(saysNext(late, counts(1), counts(2), 900 * S)).toMatchObject({
      status: 'True',
      reason: 'ReplicaSetUpdated',
      lastTransitionTime: 900 * S,
    });
  });

  test('names the ReplicaSet, or the Deployment when there is none', () => {
    const own = reporting(counts(0, 0));
    const status = counts(0, 0);
    const late = { ...status, conditions: [created] };
    const message = (current: ReplicaSet | undefined): string | undefined =>
      progressingOf(
        rolloutConditions({ ...own, status: late }, late, { current, old: [] }, 900 * S),
      )?.message;
    expect(message(current)).toBe('ReplicaSet "web-new" has timed out progressing.');
    expect(message(undefined)).toBe('Deployment "web" has timed out progressing.');
  });

  test('is not told without a deadline', () => {
    for (const seconds of [null, 2_147_483_647]) {
      const own = reporting({ ...counts(1), conditions: [created] }, seconds);
      const status = { ...counts(3), conditions: [created] };
      expect(rolloutConditions(own, status, sets, 9 * S)).toEqual([]);
      expect(createdCondition(own, 'web-new', 0)).toBeUndefined();
      expect(creationFailedCondition(own, 'no', 0)).toBeUndefined();
      expect(foundCondition(reporting(counts(1), seconds), 'web-new', 0)).toBeUndefined();
      expect(recheckDelayUs(own, status, 0)).toBeUndefined();
    }
  });
});

describe('a failure of a ReplicaSet', () => {
  const failing = (name: string, message: string): ReplicaSet => {
    const conditions = [
      { type: 'ReplicaFailure', status: 'True' as const, reason: 'FailedCreate', message },
    ];
    return { ...replicaSet(name, 3), status: { replicas: 0, conditions } };
  };
  const told = (list: readonly DeploymentCondition[]): string | undefined =>
    list.find(({ type }) => type === 'ReplicaFailure')?.message;
  const own = reporting(counts(1));

  test('is told, the new one’s before an old one’s', () => {
    const old = [failing('a', 'old')];
    const now = counts(1);
    const both = { current: failing('web-new', 'quota'), old };
    expect(told(rolloutConditions(own, now, both, S))).toBe('quota');
    expect(told(rolloutConditions(own, now, { current, old }, S))).toBe('old');
  });

  test('is taken back when it has passed', () => {
    const failure = condition('True', 'FailedCreate');
    const status = { ...counts(1), conditions: [{ ...failure, type: 'ReplicaFailure' }] };
    expect(rolloutConditions({ ...own, status }, status, sets, S)).toEqual([]);
  });
});

describe('a pause', () => {
  const paused = (reason: string | undefined, isPaused: boolean): Deployment => {
    const conditions = reason === undefined ? [] : [condition('True', reason)];
    const own = reporting({ ...counts(1), conditions });
    return { ...own, spec: { ...own.spec, paused: isPaused } };
  };

  test.each<[string, string | undefined, boolean, string | undefined]>([
    ['is noted once', undefined, true, 'DeploymentPaused'],
    ['is noted in a rollout', 'ReplicaSetUpdated', true, 'DeploymentPaused'],
    ['is not noted twice', 'DeploymentPaused', true, undefined],
    ['ends with a note', 'DeploymentPaused', false, 'DeploymentResumed'],
    ['need not be noted as ended', 'DeploymentResumed', false, undefined],
    ['says nothing once the time is up', 'ProgressDeadlineExceeded', true, undefined],
  ])('%s', (_, reason, isPaused, expected) => {
    expect(pauseCondition(paused(reason, isPaused), S)?.reason).toBe(expected);
  });
});

test('a Deployment is complete when all replicas are new and available and it was seen', () => {
  const own = reporting(counts(3));
  expect(isComplete(own, own.status)).toBe(true);
  expect(isComplete(own, counts(2))).toBe(false);
  expect(isComplete(own, { ...counts(3), replicas: 4 })).toBe(false);
  expect(isComplete(own, { ...counts(3), updatedReplicas: 2 })).toBe(false);
  expect(isComplete({ ...own, metadata: { ...own.metadata, generation: 2 } }, own.status)).toBe(
    false,
  );
});

test('a Deployment under way is looked at again a second after its deadline', () => {
  const recheck = (reason: string, available: number, nowUs: number): number | undefined => {
    const status = { ...counts(available), conditions: [condition('True', reason, 10 * S)] };
    return recheckDelayUs(reporting(status), status, nowUs);
  };
  expect(recheck('ReplicaSetUpdated', 1, 30 * S)).toBe(581 * S);
  expect(recheck('ReplicaSetUpdated', 1, 609.5 * S)).toBe(0);
  expect(recheck('ReplicaSetUpdated', 3, 30 * S)).toBeUndefined();
  expect(recheck('ProgressDeadlineExceeded', 1, 30 * S)).toBeUndefined();
});

describe('setting a condition', () => {
  const before = condition('True', 'A', 1);
  const status = { conditions: [before] };

  test('leaves an equal one as it was', () => {
    expect(withCondition(status, condition('True', 'A', 9))).toBe(status.conditions);
  });

  test('keeps the time of the transition while the status is the same', () => {
    expect(withCondition(status, condition('True', 'B', 9))[0]).toMatchObject({
      lastUpdateTime: 9,
      lastTransitionTime: 1,
    });
    expect(withCondition(status, condition('False', 'B', 9))[0]?.lastTransitionTime).toBe(9);
  });
});
