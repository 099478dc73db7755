// PodDisruptionBudgets: the counts for every way to state a budget, and their upkeep while pods
// come, become Ready and go.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../../src/api/event.js';
import type { Pod } from '../../../../src/api/pod.js';
import type { PodDisruptionBudget } from '../../../../src/api/pod-disruption-budget.js';
import {
  budgetCounts,
  budgetStatus,
} from '../../../../src/control-plane/controller-manager/disruption/budget-status.js';
import { deployment, pod, statefulSet } from '../../../support/objects.js';
import { ControllerBench } from '../controller-bench.js';

const kubelet = { readyAfterUs: 1_000_000, stopAfterUs: 500_000 };
const limit = { qps: 1000, burst: 1000 };

function budget(spec: PodDisruptionBudget['spec']): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  };
}

const statusOf = (bench: ControllerBench): PodDisruptionBudget['status'] =>
  bench.get(budget({}))?.status;

const reasons = (bench: ControllerBench): string[] =>
  bench
    .stored<Event>('Event')
    .filter(({ source }) => source?.component === 'controllermanager')
    .map(({ reason }) => reason ?? '');

describe('the counts', () => {
  const owned: Pod = {
    ...pod('web'),
    metadata: {
      name: 'web',
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true },
      ],
    },
  };
  const pods = new Array<Pod>(7).fill(owned);
  const scaleOf = (): { uid: string; replicas: number } => ({ uid: 'deployment', replicas: 10 });

  test.each([
    [{ minAvailable: 3 }, 7, 3],
    [{ minAvailable: 30 }, 7, 30],
    [{ minAvailable: '50%' }, 10, 5],
    [{ minAvailable: '25%' }, 10, 3],
    [{ maxUnavailable: 1 }, 10, 9],
    [{ maxUnavailable: '25%' }, 10, 7],
    [{ maxUnavailable: 30 }, 10, 0],
    [{}, 7, 0],
  ])('of %j with 7 of 10 pods: expected %i, healthy %i', (spec, expectedPods, desiredHealthy) => {
    expect(budgetCounts(budget(spec), pods, scaleOf)).toEqual({
      expectedPods,
      desiredHealthy,
      hasUnmanaged: false,
    });
  });

  test('cannot be made when a controller is not known', () => {
    expect(budgetCounts(budget({ maxUnavailable: 1 }), pods, () => undefined)).toEqual({
      failure: 'found no controllers for pod "web"',
    });
    expect(budgetCounts(budget({ minAvailable: 1 }), pods, () => undefined)).toMatchObject({
      expectedPods: 7,
    });
  });

  test('allow what is healthy beyond what must be, never less than nothing', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.nat(20), (healthy, desired, expected) => {
        const counts = { expectedPods: expected, desiredHealthy: desired, hasUnmanaged: false };
        const { disruptionsAllowed, conditions } = budgetStatus(budget({}), counts, healthy, 5);
        expect(disruptionsAllowed).toBe(expected === 0 ? 0 : Math.max(0, healthy - desired));
        expect(conditions?.[0]?.status).toBe((disruptionsAllowed ?? 0) > 0 ? 'True' : 'False');
      }),
    );
  });
});

describe('a budget', () => {
  test('of a Deployment counts its replicas, and allows more as its pods become Ready', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(budget({ maxUnavailable: '20%' }));
    bench.wait(500_000);
    expect(reasons(bench)).toContain('NoPods');
    bench.create(deployment('web', 10));
    bench.wait(700_000);
    expect(statusOf(bench)).toMatchObject({
      expectedPods: 10,
      desiredHealthy: 8,
      currentHealthy: 0,
      disruptionsAllowed: 0,
    });
    bench.wait(5_000_000);
    expect(statusOf(bench)).toMatchObject({ currentHealthy: 10, disruptionsAllowed: 2 });
    expect(statusOf(bench)?.conditions?.[0]).toMatchObject({
      type: 'DisruptionAllowed',
      status: 'True',
      reason: 'SufficientPods',
    });
  });

  test('allows less while a pod is on its way out', () => {
    const bench = new ControllerBench({ kubelet: { ...kubelet, stopAfterUs: 60_000_000 }, limit });
    bench.create(budget({ minAvailable: 2 }));
    bench.create(statefulSet('web', 3, { podManagementPolicy: 'Parallel' }));
    bench.wait(5_000_000);
    expect(statusOf(bench)?.disruptionsAllowed).toBe(1);
    bench.ask(bench.pods[0] as Pod, { verb: 'delete' });
    bench.wait(1_000_000);
    expect(statusOf(bench)).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 });
  });

  test('follows its selector when that changes', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(budget({ minAvailable: 1 }));
    bench.create(deployment('web', 3));
    bench.create(deployment('api', 5));
    bench.wait(5_000_000);
    expect(statusOf(bench)?.expectedPods).toBe(3);
    bench.change(budget({}), (now) => ({
      ...now,
      spec: { ...now.spec, selector: { matchLabels: { app: 'api' } } },
    }));
    bench.wait(1_000_000);
    expect(statusOf(bench)).toMatchObject({ expectedPods: 5, disruptionsAllowed: 4 });
  });

  test('without a selector selects nothing, with an empty one every pod', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(budget({ minAvailable: 1, selector: {} }));
    bench.create(deployment('web', 2));
    bench.create(pod('lonely'));
    bench.wait(5_000_000);
    expect(statusOf(bench)?.expectedPods).toBe(3);
  });

  test('that cannot count bare pods says so', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(budget({ maxUnavailable: 1 }));
    bench.create(pod('web'));
    bench.wait(3_000_000);
    expect(reasons(bench)).toContain('UnmanagedPods');
    expect(statusOf(bench)).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
  });

  test('is written once when nothing changes', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(budget({ minAvailable: 1 }));
    bench.create(deployment('web', 3));
    bench.wait(10_000_000);
    const { resourceVersion } = bench.get(budget({}))?.metadata ?? {};
    bench.wait(60_000_000);
    expect(bench.get(budget({}))?.metadata.resourceVersion).toBe(resourceVersion);
  });
});
