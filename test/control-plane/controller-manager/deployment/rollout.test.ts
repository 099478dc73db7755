// The arithmetic of rollouts, template hashes and expectations, case by case.
import { describe, expect, test } from 'vitest';
import type { DeploymentSpec } from '../../../../src/api/deployment.js';
import type { IntOrString } from '../../../../src/api/int-or-string.js';
import type { ReplicaSet } from '../../../../src/api/replica-set.js';
import {
  emptyingScalings,
  newReplicas,
  oldScalings,
  rolloutLimits,
} from '../../../../src/control-plane/controller-manager/deployment/rollout.js';
import { Expectations } from '../../../../src/control-plane/controller-manager/expectations.js';
import { podTemplateHash } from '../../../../src/control-plane/controller-manager/template-hash.js';
import { Simulation } from '../../../../src/kernel/simulation.js';
import { deployment, replicaSet, template } from '../../../support/objects.js';

const rolling = (maxSurge: IntOrString, maxUnavailable: IntOrString): Partial<DeploymentSpec> => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});

/** A ReplicaSet of so many replicas, of which some are available. */
function set(name: string, replicas: number, available: number): ReplicaSet {
  const status = { replicas, availableReplicas: available };
  return { ...replicaSet(name, replicas), status };
}

describe('the limits of a rolling update', () => {
  test.each<[number, IntOrString, IntOrString, number, number]>([
    [10, '25%', '25%', 3, 2],
    [1, '25%', '25%', 1, 0],
    [4, '25%', '25%', 1, 1],
    [3, '30%', '30%', 1, 0],
    [10, 0, 0, 0, 1],
    [3, '0%', '10%', 0, 1],
    [10, 3, 0, 3, 0],
    [10, '100%', '100%', 10, 10],
    [10, 20, 20, 20, 10],
    [0, '25%', '25%', 0, 1],
  ])('of %i replicas with surge %s and unavailable %s are %i and %i', (replicas, ...limits) => {
    const [maxSurge, maxUnavailable, surge, unavailable] = limits;
    const own = deployment('web', replicas, rolling(maxSurge, maxUnavailable));
    expect(rolloutLimits(own)).toEqual({ surge, unavailable });
  });
});

describe('the new ReplicaSet', () => {
  test.each([
    ['is created at the surge', 10, undefined, [10], 3],
    ['is created whole when nothing is old', 10, undefined, [], 10],
    ['grows into what the old ones leave', 10, 3, [8], 5],
    ['waits while there is no room', 10, 5, [8], 5],
    ['grows to the wanted number, not above', 10, 9, [1], 10],
    ['shrinks at once when fewer are wanted', 4, 10, [2], 4],
  ])('%s', (_, desired, now, old, expected) => {
    const current = now === undefined ? undefined : set('new', now, now);
    const others = old.map((replicas, i) => set(`old-${i}`, replicas, replicas));
    expect(newReplicas(deployment('web', desired), current, others)).toBe(expected);
  });
});

describe('the old ReplicaSets', () => {
  test.each<[string, [number, number], [number, number][], [string, number][]]>([
    ['lose what may be unavailable', [3, 0], [[10, 10]], [['old-0', 8]]],
    ['lose what has become available elsewhere', [5, 3], [[8, 8]], [['old-0', 5]]],
    ['wait while too few are available', [5, 0], [[8, 8]], []],
    ['lose unhealthy replicas first', [3, 0], [[10, 5]], [['old-0', 8]]],
    [
      'shrink the oldest first',
      [3, 3],
      [
        [2, 2],
        [8, 8],
      ],
      [
        ['old-0', 0],
        ['old-1', 5],
      ],
    ],
    ['go when the new one is available', [10, 10], [[3, 3]], [['old-0', 0]]],
    ['wait while they report more than they shall have', [5, 3], [[8, 9]], []],
    ['stay empty', [10, 10], [[0, 0]], []],
  ])('%s', (_, [replicas, available], old, expected) => {
    const others = old.map(([count, ready], i) => set(`old-${i}`, count, ready));
    const scalings = oldScalings(deployment('web', 10), set('new', replicas, available), others);
    expect(
      scalings.map(({ replicaSet: { metadata }, replicas: to }) => [metadata.name, to]),
    ).toEqual(expected);
  });

  test('are all emptied by a Recreate', () => {
    const scalings = emptyingScalings([set('a', 3, 3), set('b', 0, 0), set('c', 1, 0)]);
    expect(
      scalings.map(({ replicaSet: { metadata }, replicas }) => [metadata.name, replicas]),
    ).toEqual([
      ['a', 0],
      ['c', 0],
    ]);
  });
});

describe('the hash of a template', () => {
  test('is the same for the same content in any order', () => {
    const { metadata, spec } = template('web');
    const turned = { spec: { ...spec }, metadata: { ...metadata } };
    expect(podTemplateHash(turned as ReturnType<typeof template>)).toBe(
      podTemplateHash({ ...(metadata && { metadata }), spec }),
    );
    expect(podTemplateHash(template('web'))).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  });

  test('differs when anything differs', () => {
    const base = template('web');
    const variants = [
      base,
      template('web', 'app:2'),
      template('db'),
      { ...base, spec: { ...base.spec, nodeName: 'x' } },
      {
        ...base,
        spec: { ...base.spec, containers: [...base.spec.containers, ...base.spec.containers] },
      },
      { ...base, metadata: { labels: { app: 'web' }, annotations: { restartedAt: 'now' } } },
    ];
    expect(new Set(variants.map(podTemplateHash)).size).toBe(variants.length);
  });
});

describe('expectations', () => {
  function bench() {
    const simulation = new Simulation('expectations');
    return { simulation, expectations: new Expectations(simulation) };
  }

  test('hold until every creation was seen or has failed', () => {
    const { expectations } = bench();
    expect(expectations.isSatisfied('a')).toBe(true);
    expectations.expect('a', 2, []);
    expectations.creationObserved('b');
    expectations.creationObserved('a');
    expect(expectations.isSatisfied('a')).toBe(false);
    expectations.creationObserved('a');
    expect(expectations.isSatisfied('a')).toBe(true);
  });

  test('hold until every named deletion was seen, each counted once', () => {
    const { expectations } = bench();
    expectations.expect('a', 0, ['p', 'q']);
    expectations.deletionObserved('a', 'p');
    expectations.deletionObserved('a', 'p');
    expect(expectations.isSatisfied('a')).toBe(false);
    expectations.deletionObserved('a', 'q');
    expect(expectations.isSatisfied('a')).toBe(true);
  });

  test('are given up after 5 minutes, or with their object', () => {
    const { simulation, expectations } = bench();
    expectations.expect('a', 1, []);
    expectations.expect('b', 1, []);
    expectations.forget('b');
    expect([expectations.isSatisfied('a'), expectations.isSatisfied('b')]).toEqual([false, true]);
    simulation.now = 300_000_000;
    expect(expectations.isSatisfied('a')).toBe(false);
    simulation.now = 300_000_001;
    expect(expectations.isSatisfied('a')).toBe(true);
  });
});
