// Replicas from metrics: the test vectors of the reference (nodes-controllers 10.12, no. 13) and
// the rules for pods that say nothing.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../src/api/pod.js';
import {
  groupPods,
  type PodUse,
} from '../../../../src/control-plane/controller-manager/horizontal-pod-autoscaler/pod-groups.js';
import {
  type Calculation,
  replicasForPods,
  replicasForShare,
  replicasForValue,
} from '../../../../src/control-plane/controller-manager/horizontal-pod-autoscaler/replica-calculator.js';
import { pod } from '../../../support/objects.js';

const SECOND = 1_000_000;
const NOW = 1_000 * SECOND;
const tolerances = { up: 0.1, down: 0.1 };

interface State {
  readonly phase?: 'Pending' | 'Running' | 'Failed';
  readonly ready?: boolean;
  readonly readySinceUs?: number;
  readonly startedUs?: number;
  readonly isLeaving?: boolean;
}

/** A pod that has been Ready for long, unless told otherwise. */
function podIn(name: string, state: State = {}): Pod {
  const { phase = 'Running', ready = true, startedUs = 0, readySinceUs = startedUs } = state;
  const base = pod(name);
  const leaving = state.isLeaving === true ? { deletionTimestamp: NOW } : {};
  return {
    ...base,
    metadata: { ...base.metadata, ...leaving },
    status: {
      phase,
      startTime: startedUs,
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: readySinceUs },
      ],
    },
  };
}

const use = (milli: number, timestamp = NOW): PodUse => ({
  milli,
  timestamp,
  windowUs: 15 * SECOND,
});

/** `percents`: of the request of 100m, in the order of the pods; undefined: no metric. */
function calculate(
  pods: readonly Pod[],
  percents: readonly (number | undefined)[],
  target: number,
): Calculation | undefined {
  const uses = new Map<string, PodUse>();
  for (const [index, percent] of percents.entries()) {
    if (percent !== undefined) uses.set(pods[index]?.metadata.name ?? '', use(percent));
  }
  const groups = groupPods(pods, uses, true, NOW);
  const wanted = { requestOf: () => 100, value: target };
  return replicasForPods(pods.length, groups, uses, wanted, tolerances);
}

const four = ['a', 'b', 'c', 'd'].map((name) => podIn(name));

describe('replicas for the CPU of pods', () => {
  it('are the ratio of use to target times the pods, rounded up', () => {
    expect(calculate(four, [90, 90, 90, 90], 50)).toEqual({
      replicas: 8,
      utilization: 90,
      averageMilli: 90,
    });
  });

  it.each([
    [54, 4],
    [55, 4],
    [56, 5],
    [45, 4],
    [44, 4],
    [37, 3],
  ])('stay within the tolerance of a tenth: %i %% of 50 gives %i', (percent, replicas) => {
    expect(calculate(four, [percent, percent, percent, percent], 50)?.replicas).toBe(replicas);
  });

  it('count a pod without a metric as idle when they grow', () => {
    expect(calculate(four, [90, 90, 90, undefined], 50)?.replicas).toBe(6);
  });

  it('count a pod without a metric as fully busy when they shrink', () => {
    expect(calculate(four, [20, 20, 20, undefined], 50)?.replicas).toBe(4);
    expect(calculate(four, [5, 5, 5, undefined], 50)?.replicas).toBe(3);
  });

  it('do not change when a pod without a metric could turn the direction', () => {
    const two = four.slice(0, 2);
    expect(calculate(two, [60, undefined], 50)?.replicas).toBe(2);
  });

  it('count a pod that is still starting as idle when they grow, and not at all otherwise', () => {
    const starting = podIn('e', { ready: false, startedUs: NOW - 20 * SECOND });
    expect(calculate([...four, starting], [100, 100, 100, 100, 100], 50)?.replicas).toBe(8);
    expect(calculate([...four, starting], [20, 20, 20, 20, 100], 50)?.replicas).toBe(2);
  });

  it('are unknown when no pod says anything', () => {
    const pending = podIn('a', { phase: 'Pending', ready: false });
    expect(calculate([pending], [undefined], 50)).toBeUndefined();
  });

  it('follow an absolute target without looking at requests', () => {
    const uses = new Map(four.map(({ metadata }) => [metadata.name, use(300)]));
    const groups = groupPods(four, uses, true, NOW);
    const wanted = { requestOf: undefined, value: 200 };
    expect(replicasForPods(4, groups, uses, wanted, tolerances)).toEqual({
      replicas: 6,
      utilization: undefined,
      averageMilli: 300,
    });
  });
});

describe('groups of pods', () => {
  const groupOf = (state: State, timestamp = NOW, isCpu = true): string => {
    const one = podIn('a', state);
    const groups = groupPods([one], new Map([['a', use(50, timestamp)]]), isCpu, NOW);
    const names = ['ready', 'unready', 'missing'] as const;
    return names.find((name) => groups[name].length > 0) ?? 'none';
  };

  it.each<[string, State, string]>([
    ['a Ready pod counts', {}, 'ready'],
    ['a Pending one is not ready', { phase: 'Pending' }, 'unready'],
    ['a Failed one is left out', { phase: 'Failed' }, 'none'],
    ['one that is being deleted is left out', { isLeaving: true }, 'none'],
    [
      'one that never was Ready is not ready',
      { ready: false, readySinceUs: 10 * SECOND, startedUs: 0 },
      'unready',
    ],
    [
      'one that lost its readiness long after its start counts',
      { ready: false, readySinceUs: 600 * SECOND, startedUs: 0 },
      'ready',
    ],
    [
      'in its first five minutes one that is not Ready is not ready',
      { ready: false, startedUs: NOW - 200 * SECOND, readySinceUs: NOW - 100 * SECOND },
      'unready',
    ],
  ])('%s', (_, state, group) => {
    expect(groupOf(state)).toBe(group);
  });

  it('in the first five minutes wait for a metric that is all of Ready time', () => {
    const state = { startedUs: NOW - 100 * SECOND, readySinceUs: NOW - 20 * SECOND };
    expect(groupOf(state, NOW - 6 * SECOND)).toBe('unready');
    expect(groupOf(state, NOW - 5 * SECOND)).toBe('ready');
  });

  it('look at readiness for CPU alone', () => {
    const state = { ready: false, startedUs: NOW - 20 * SECOND };
    expect(groupOf(state, NOW, true)).toBe('unready');
    expect(groupOf(state, NOW, false)).toBe('ready');
  });
});

describe('replicas for a value', () => {
  it('of the whole are the ratio times the Ready pods', () => {
    expect(replicasForValue(3, 3, 150_000, 100_000, tolerances)).toBe(5);
    expect(replicasForValue(3, 3, 105_000, 100_000, tolerances)).toBe(3);
    expect(replicasForValue(0, 0, 150_000, 100_000, tolerances)).toBe(2);
  });

  it('that is shared are as many as take a target each', () => {
    expect(replicasForShare(2, 95_000, 10_000, tolerances)).toBe(10);
    expect(replicasForShare(10, 95_000, 10_000, tolerances)).toBe(10);
  });
});
