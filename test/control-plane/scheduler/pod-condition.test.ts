// Conditions: their place in the list, their time, and when there is nothing to write.
import { describe, expect, test } from 'vitest';
import type { PodCondition } from '../../../src/api/pod.js';
import { hasCondition, withCondition } from '../../../src/control-plane/scheduler/pod-condition.js';
import { makePod } from './cluster-fixture.js';

const failed: PodCondition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: 'no room',
};
const ready: PodCondition = { type: 'Ready', status: 'False' };

const conditionsOf = (...conditions: PodCondition[]) => makePod('p', { status: { conditions } });

describe('a condition', () => {
  test('that is new comes last, with the time of now', () => {
    const pod = withCondition(conditionsOf(ready), failed, 7);
    expect(pod.status?.conditions).toEqual([ready, { ...failed, lastTransitionTime: 7 }]);
    expect(withCondition(makePod('p'), failed, 7).status?.conditions).toHaveLength(1);
  });

  test('keeps its place, and its time while its status is the same', () => {
    const before = { ...failed, lastTransitionTime: 3 };
    const reworded = { ...failed, message: 'no room at all' };
    expect(withCondition(conditionsOf(before, ready), reworded, 7).status?.conditions).toEqual([
      { ...reworded, lastTransitionTime: 3 },
      ready,
    ]);
    const turned: PodCondition = { ...failed, status: 'True' };
    expect(withCondition(conditionsOf(before), turned, 7).status?.conditions).toEqual([
      { ...turned, lastTransitionTime: 7 },
    ]);
  });

  test('that says nothing new leaves the pod as it is', () => {
    const pod = conditionsOf({ ...failed, lastTransitionTime: 3 });
    expect(hasCondition(pod, failed)).toBe(true);
    expect(withCondition(pod, failed, 7)).toBe(pod);
    for (const change of [{ reason: 'Other' }, { message: 'x' }, { status: 'True' as const }]) {
      expect(hasCondition(pod, { ...failed, ...change })).toBe(false);
    }
    expect(hasCondition(pod, { ...failed, type: 'Ready' })).toBe(false);
  });

  test('leaves the rest of the status alone', () => {
    const pod = makePod('p', { status: { phase: 'Pending', nominatedNodeName: 'n' } });
    expect(withCondition(pod, failed, 7).status).toMatchObject({
      phase: 'Pending',
      nominatedNodeName: 'n',
    });
  });
});
