// A Deployment scaled in the middle of a rollout: who gets how much, by the published example and
// by what must hold for any mixture.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../../src/api/deployment.js';
import type { ReplicaSet } from '../../../../src/api/replica-set.js';
import {
  isScalingEvent,
  sharedScalings,
} from '../../../../src/control-plane/controller-manager/deployment/proportional-scaling.js';
import { resized } from '../../../../src/control-plane/controller-manager/deployment/replica-set-revisions.js';
import { maxReplicas } from '../../../../src/control-plane/controller-manager/deployment/rollout.js';
import { deployment, replicaSet } from '../../../support/objects.js';

const surging = (replicas: number, maxSurge: number): Deployment =>
  deployment('web', replicas, {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable: 2 } },
  });

/** A ReplicaSet as it was scaled while the Deployment had these sizes. */
const set = (before: Deployment, name: string, replicas: number): ReplicaSet => ({
  ...resized(before, replicaSet(name, replicas), replicas),
  status: { replicas, availableReplicas: replicas },
});

function shared(
  after: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Record<string, number> {
  return Object.fromEntries(
    sharedScalings(after, { current, old }).map(({ replicaSet: { metadata }, replicas }) => [
      metadata.name,
      replicas,
    ]),
  );
}

describe('a Deployment is being scaled', () => {
  const before = surging(10, 3);

  test('when a ReplicaSet with replicas was scaled for another number', () => {
    const sets = { current: set(before, 'new', 5), old: [set(before, 'old', 8)] };
    expect(isScalingEvent(before, sets)).toBe(false);
    expect(isScalingEvent(surging(15, 3), sets)).toBe(true);
  });

  test('not when only an empty one was, or nothing is noted', () => {
    const sets = { current: replicaSet('new', 5), old: [set(before, 'old', 0)] };
    expect(isScalingEvent(surging(15, 3), sets)).toBe(false);
  });
});

describe('replicas are shared', () => {
  test('as in the documented example: 8 and 5 of 10 + 3 become 11 and 7 of 15 + 3', () => {
    const before = surging(10, 3);
    const sizes = shared(surging(15, 3), set(before, 'new', 5), [set(before, 'old', 8)]);
    expect(sizes).toEqual({ old: 11, new: 7 });
  });

  test('downwards too', () => {
    const before = surging(10, 3);
    const sizes = shared(surging(5, 3), set(before, 'new', 5), [set(before, 'old', 8)]);
    expect(sizes).toEqual({ old: 5, new: 3 });
  });

  test('of two alike the newer one grows and the older one shrinks by the odd replica', () => {
    const before = surging(10, 0);
    const old = [set(before, 'old', 5)];
    expect(shared(surging(11, 0), set(before, 'new', 5), old)).toEqual({ new: 6, old: 5 });
    expect(shared(surging(9, 0), set(before, 'new', 5), old)).toEqual({ new: 5, old: 4 });
  });

  test('a sole ReplicaSet gets them all, and the newest one when none has any', () => {
    const before = surging(3, 1);
    const old = [set(before, 'a', 0), set(before, 'b', 0)];
    expect(shared(surging(5, 1), set(before, 'new', 3), old)).toEqual({ new: 5 });
    expect(shared(surging(5, 1), undefined, old)).toEqual({ b: 5 });
    expect(shared(before, set(before, 'new', 3), old)).toEqual({});
  });

  test('a new ReplicaSet that has all its pods lets the old ones go', () => {
    const before = surging(4, 1);
    expect(shared(before, set(before, 'new', 4), [set(before, 'old', 1)])).toEqual({ old: 0 });
  });

  test('a Recreate shares nothing among several', () => {
    const before = deployment('web', 4, { strategy: { type: 'Recreate' } });
    const after = deployment('web', 6, { strategy: { type: 'Recreate' } });
    expect(shared(after, set(before, 'new', 2), [set(before, 'old', 2)])).toEqual({});
  });

  test('all go when none are wanted', () => {
    const before = surging(10, 3);
    const sizes = shared(surging(0, 3), set(before, 'new', 5), [set(before, 'old', 8)]);
    expect(sizes).toEqual({ old: 0, new: 0 });
  });

  test('whatever the mixture: together the allowed number, none turned round, none below 0', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 9 }),
        (counts, wanted, surge) => {
          const total = counts.reduce((a, b) => a + b, 0);
          const before = surging(Math.max(1, total - surge), surge);
          const after = surging(wanted, surge);
          const all = counts.map((count, i) => set(before, `set-${i}`, count));
          const current = all.at(-1) as ReplicaSet;
          fc.pre((current.spec.replicas ?? 1) !== wanted);
          const scalings = sharedScalings(after, { current, old: all.slice(0, -1) });
          const sum = scalings.reduce((a, { replicas }) => a + replicas, 0);
          expect(sum).toBe(maxReplicas(after));
          for (const { replicaSet: each, replicas } of scalings) {
            const change = replicas - (each.spec.replicas ?? 1);
            expect(replicas).toBeGreaterThanOrEqual(0);
            expect(change * (maxReplicas(after) - total)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});
