// Which pods a ReplicaSet gives up first, rule by rule, and that the order is total.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod, PodPhase } from '../../../src/api/pod.js';
import { victimsFirst } from '../../../src/control-plane/controller-manager/victims.js';
import { pod } from '../../support/objects.js';

const SECOND = 1_000_000;
const NOW = 100_000 * SECOND;

interface Traits {
  readonly uid?: string;
  readonly node?: string;
  readonly phase?: PodPhase;
  /** Seconds since it became Ready; absent: it is not. */
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: readonly number[];
  /** Seconds since it was created. */
  readonly age?: number;
  readonly isGoing?: boolean;
}

function made({
  uid = 'uid',
  node = 'node-1',
  phase = 'Running',
  readyFor,
  cost,
  restarts = [],
  age = 1000,
  isGoing = false,
}: Traits): Pod {
  const base = pod(uid, node === '' ? {} : { nodeName: node });
  return {
    ...base,
    metadata: {
      ...base.metadata,
      uid,
      creationTimestamp: NOW - age * SECOND,
      ...(cost !== undefined && {
        annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost },
      }),
      ...(isGoing && { deletionTimestamp: NOW }),
    },
    status: {
      phase,
      ...(readyFor !== undefined && {
        conditions: [
          { type: 'Ready', status: 'True', lastTransitionTime: NOW - readyFor * SECOND },
        ],
      }),
      containerStatuses: restarts.map((restartCount, i) => ({
        name: `c${i}`,
        image: '',
        imageID: '',
        ready: false,
        restartCount,
      })),
    },
  };
}

const order = (pods: readonly Pod[], related: readonly Pod[] = pods): string[] =>
  victimsFirst(pods, related, NOW).map(({ metadata }) => metadata.uid ?? '');

describe('the first of two goes', () => {
  // The uids are against the expectation, so that a rule that does not bite is seen.
  test.each<[string, Traits, Traits]>([
    ['without a node before with one', { node: '' }, {}],
    ['Pending before Unknown', { phase: 'Pending' }, { phase: 'Unknown' }],
    ['Unknown before Running', { phase: 'Unknown' }, { phase: 'Running' }],
    ['not Ready before Ready', {}, { readyFor: 1 }],
    ['of lower deletion cost', { cost: '-5', readyFor: 5000 }, { readyFor: 1 }],
    ['of deletion cost that is no number as of 0', { cost: 'x' }, { cost: '1' }],
    ['Ready for much less long', { readyFor: 10 }, { readyFor: 100 }],
    ['with more restarts of one container', { restarts: [0, 9] }, { restarts: [5, 5] }],
    ['much younger', { age: 10 }, { age: 100 }],
    ['that has no node although it is dear', { node: '', cost: '100' }, { cost: '-100' }],
    ['that is not Ready although it never restarted', {}, { readyFor: 3, restarts: [9] }],
  ])('%s', (_, first, second) => {
    const pods = [made({ ...second, uid: 'a-second' }), made({ ...first, uid: 'z-first' })];
    expect(order(pods)).toEqual(['z-first', 'a-second']);
    expect(order([...pods].reverse())).toEqual(['z-first', 'a-second']);
  });

  test.each<[string, Traits, Traits]>([
    ['Ready for about as long', { readyFor: 100 }, { readyFor: 110 }],
    ['of about the same age', { age: 100 }, { age: 110 }],
    ['Ready at any times of one second', { readyFor: 10.2 }, { readyFor: 10.9 }],
  ])('by uid when both are %s', (_, a, b) => {
    expect(order([made({ ...a, uid: 'b' }), made({ ...b, uid: 'a' })])).toEqual(['a', 'b']);
    expect(order([made({ ...a, uid: 'a' }), made({ ...b, uid: 'b' })])).toEqual(['a', 'b']);
  });
});

describe('pods on one node', () => {
  const on = (uid: string, node: string, more: Traits = {}): Pod =>
    made({ uid, node, readyFor: 100, ...more });

  test('the node with most of them loses one first', () => {
    const pods = [on('a', 'node-1'), on('b', 'node-2'), on('c', 'node-2'), on('d', 'node-2')];
    expect(order(pods)).toEqual(['b', 'c', 'd', 'a']);
  });

  test('those of the other ReplicaSets of the Deployment count', () => {
    const pods = [on('a', 'node-1'), on('b', 'node-2')];
    const others = [on('x', 'node-2'), on('y', 'node-2')];
    expect(order(pods, [...pods, ...others])).toEqual(['b', 'a']);
  });

  test('those that are going do not count', () => {
    const pods = [on('a', 'node-1'), on('b', 'node-2')];
    const going = [on('x', 'node-2', { isGoing: true }), on('y', 'node-2', { isGoing: true })];
    expect(order(pods, [...pods, ...going])).toEqual(['a', 'b']);
  });
});

test('the order does not depend on that of the pods', () => {
  const traits = fc.record({
    node: fc.constantFrom('', 'node-1', 'node-2'),
    phase: fc.constantFrom<PodPhase>('Pending', 'Running', 'Unknown'),
    readyFor: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
    cost: fc.option(fc.constantFrom('1', '-1', 'x'), { nil: undefined }),
    restarts: fc.array(fc.nat({ max: 2 }), { maxLength: 2 }),
    age: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(traits, { maxLength: 12 }), fc.nat(), (all, turn) => {
      const pods = all.map(({ readyFor, cost, ...rest }, i) =>
        made({
          ...rest,
          uid: `uid-${i}`,
          ...(readyFor !== undefined && { readyFor }),
          ...(cost !== undefined && { cost }),
        }),
      );
      const cut = pods.length === 0 ? 0 : turn % pods.length;
      const turned = [...pods.slice(cut), ...pods.slice(0, cut)].reverse();
      expect(order(turned)).toEqual(order(pods));
    }),
  );
});
