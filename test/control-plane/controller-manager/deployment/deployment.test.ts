// The Deployment controller: rolling updates within their limits at every instant, Recreate,
// history, and no writes when there is nothing to do. Seen on the commit log, with fake agents.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Deployment, DeploymentSpec } from '../../../../src/api/deployment.js';
import type { Event } from '../../../../src/api/event.js';
import type { Pod } from '../../../../src/api/pod.js';
import type { ReplicaSet } from '../../../../src/api/replica-set.js';
import type { FakeKubeletOptions } from '../../../support/fake-kubelet.js';
import { deployment, template } from '../../../support/objects.js';
import { ControllerBench } from '../controller-bench.js';

const LIMIT = { qps: 1000, burst: 1000 };
const KUBELET: FakeKubeletOptions = { readyAfterUs: 2_000_000, stopAfterUs: 500_000 };
const app = deployment('app', 0);

function started(
  replicas: number,
  extra: Partial<DeploymentSpec> = {},
  kubelet: FakeKubeletOptions = KUBELET,
): ControllerBench {
  const bench = new ControllerBench({ limit: LIMIT, kubelet });
  bench.create(deployment('app', replicas, extra));
  bench.wait(20_000_000);
  bench.log.events.splice(0);
  return bench;
}

const setImage = (bench: ControllerBench, image: string): void =>
  bench.change(app, (now) => ({ ...now, spec: { ...now.spec, template: template('app', image) } }));

const imageOf = (pod: Pod): string => pod.spec.containers[0]?.image ?? '';
const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ===
    true;

interface Extremes {
  readonly mostPods: number;
  readonly fewestAvailable: number;
  /** Most pods of which some still ran while others stopped, terminating ones included. */
  readonly mostExisting: number;
}

/** Pods over the whole commit log, counted after every change. */
function extremes(bench: ControllerBench, before: readonly Pod[]): Extremes {
  const pods = new Map(before.map((each) => [each.metadata.name, each]));
  let mostPods = 0;
  let mostExisting = 0;
  let fewestAvailable = Number.POSITIVE_INFINITY;
  for (const { event } of bench.log.events) {
    if (event.object.kind !== 'Pod') continue;
    if (event.type === 'DELETED') pods.delete(event.object.metadata.name);
    else pods.set(event.object.metadata.name, event.object);
    const all = [...pods.values()];
    const kept = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    mostPods = Math.max(mostPods, kept.length);
    mostExisting = Math.max(mostExisting, all.length);
    fewestAvailable = Math.min(fewestAvailable, all.filter(isReady).length);
  }
  return { mostPods, mostExisting, fewestAvailable };
}

describe('a rolling update of 10 replicas, 25 % / 25 %', () => {
  const bench = started(10);
  const before = bench.pods;
  setImage(bench, 'app:2');
  bench.wait(60_000_000);

  test('never has more than 13 pods nor fewer than 8 available ones', () => {
    expect(before.filter(isReady)).toHaveLength(10);
    const { mostPods, fewestAvailable } = extremes(bench, before);
    expect(mostPods).toBeLessThanOrEqual(13);
    expect(mostPods).toBeGreaterThan(10);
    expect(fewestAvailable).toBe(8);
  });

  test('ends with 10 Ready pods of the new template and an empty old ReplicaSet', () => {
    expect(bench.pods.map(imageOf)).toEqual(new Array(10).fill('app:2'));
    expect(bench.pods.filter(isReady)).toHaveLength(10);
    const replicas = bench.stored<ReplicaSet>('ReplicaSet').map(({ spec }) => spec.replicas);
    expect(replicas).toEqual([0, 10]);
  });

  test('begins with 3 new pods and 2 old ones fewer', () => {
    const scalings = bench
      .stored<Event>('Event')
      .filter(
        ({ reason, lastTimestamp = 0 }) =>
          reason === 'ScalingReplicaSet' && lastTimestamp > bench.startUs + 10e6,
      )
      .map(({ message = '' }) => message.replace(/app-\S+/, 'X'));
    expect(scalings.slice(0, 2)).toEqual([
      'Scaled up replica set X from 0 to 3',
      'Scaled down replica set X from 10 to 8',
    ]);
    expect(scalings.some((message) => message.endsWith('to 0'))).toBe(true);
  });

  test('reports completion and the next revision', () => {
    const { metadata, status } = bench.get(app) as Deployment;
    expect(metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    expect(status).toMatchObject({
      observedGeneration: 2,
      replicas: 10,
      updatedReplicas: 10,
      readyReplicas: 10,
      availableReplicas: 10,
      unavailableReplicas: 0,
    });
    const reasons = status?.conditions?.map(({ type, status: value, reason }) => [
      type,
      value,
      reason,
    ]);
    expect(reasons).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable'],
      ['Progressing', 'True', 'NewReplicaSetAvailable'],
    ]);
  });

  test('then makes no write any more', () => {
    const { length } = bench.log.events;
    bench.wait(300_000_000);
    expect(bench.log.events).toHaveLength(length);
  });
});

test('a rolling update to pods that never become Ready stops with 8 available and 13 in all', () => {
  const bench = started(10, {}, { ...KUBELET, becomesReady: (pod) => imageOf(pod) !== 'broken' });
  const before = bench.pods;
  setImage(bench, 'broken');
  bench.wait(120_000_000);
  expect(extremes(bench, before)).toMatchObject({ mostPods: 13, fewestAvailable: 8 });
  expect(bench.pods.filter(isReady)).toHaveLength(8);
  expect(bench.pods).toHaveLength(13);
  const { length } = bench.log.events;
  setImage(bench, 'app:3');
  bench.wait(120_000_000);
  expect(bench.log.events.length).toBeGreaterThan(length);
  expect(bench.pods.map(imageOf)).toEqual(new Array(10).fill('app:3'));
  expect(extremes(bench, before).fewestAvailable).toBe(8);
});

test('any rolling update keeps to its limits at every instant, and ends', () => {
  const limits = fc.record({
    replicas: fc.integer({ min: 1, max: 12 }),
    maxSurge: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0%', '25%', '100%')),
    maxUnavailable: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0%', '25%', '50%')),
    readyAfterUs: fc.integer({ min: 1, max: 3_000_000 }),
    stopAfterUs: fc.integer({ min: 1, max: 3_000_000 }),
    seed: fc.string({ minLength: 1 }),
  });
  fc.assert(
    fc.property(limits, ({ replicas, maxSurge, maxUnavailable, readyAfterUs, stopAfterUs }) => {
      // Validation refuses a strategy that could do nothing.
      fc.pre(
        ![maxSurge, maxUnavailable].every((value) => Number.parseInt(String(value), 10) === 0),
      );
      const strategy = { rollingUpdate: { maxSurge, maxUnavailable } };
      const bench = started(replicas, { strategy }, { readyAfterUs, stopAfterUs });
      const before = bench.pods;
      setImage(bench, 'app:2');
      bench.wait(200_000_000);
      const scaled = (value: number | string, round: (x: number) => number): number =>
        typeof value === 'number' ? value : round((replicas * Number.parseInt(value, 10)) / 100);
      const surge = scaled(maxSurge, Math.ceil);
      const rounded = Math.min(replicas, scaled(maxUnavailable, Math.floor));
      const unavailable = surge === 0 && rounded === 0 ? 1 : rounded;
      const { mostPods, fewestAvailable } = extremes(bench, before);
      expect(mostPods).toBeLessThanOrEqual(replicas + surge);
      expect(fewestAvailable).toBeGreaterThanOrEqual(replicas - unavailable);
      expect(bench.pods.map(imageOf)).toEqual(new Array(replicas).fill('app:2'));
    }),
    { numRuns: 15 },
  );
});

describe('Recreate', () => {
  const bench = started(
    6,
    { strategy: { type: 'Recreate' } },
    { ...KUBELET, stopAfterUs: 3_000_000 },
  );
  const before = bench.pods;
  setImage(bench, 'app:2');
  bench.wait(60_000_000);

  test('never runs pods of two templates side by side, not even terminating ones', () => {
    const pods = new Map(before.map((each) => [each.metadata.name, each]));
    for (const { event } of bench.log.events) {
      if (event.object.kind !== 'Pod') continue;
      if (event.type === 'DELETED') pods.delete(event.object.metadata.name);
      else pods.set(event.object.metadata.name, event.object);
      expect(new Set([...pods.values()].map(imageOf)).size).toBeLessThanOrEqual(1);
    }
    expect(extremes(bench, before)).toEqual({ mostPods: 6, mostExisting: 6, fewestAvailable: 0 });
  });

  test('creates the new ReplicaSet when the last old pod is gone, with all replicas', () => {
    const lines = bench.log.lines.filter((line) => !/Event|EndpointSlice|MODIFIED/.test(line));
    const created = lines.findIndex((line) => line.startsWith('ADDED ReplicaSet'));
    expect(lines.slice(0, created)).toEqual(before.map(() => expect.stringMatching('DELETED Pod')));
    expect(lines).toHaveLength(6 + 1 + 6);
    expect(bench.pods.map(imageOf)).toEqual(new Array(6).fill('app:2'));
  });
});

describe('scaling', () => {
  test('changes the one ReplicaSet at once, up and down', () => {
    const bench = started(4);
    for (const replicas of [7, 2, 0, 3]) {
      bench.change(app, (now) => ({ ...now, spec: { ...now.spec, replicas } }));
      bench.wait(10_000_000);
      expect(bench.pods).toHaveLength(replicas);
    }
    expect(bench.stored<ReplicaSet>('ReplicaSet')).toHaveLength(1);
  });

  test('during a rolling update leads to the new number of new pods', () => {
    const bench = started(10);
    setImage(bench, 'app:2');
    bench.wait(3_000_000);
    bench.change(app, (now) => ({ ...now, spec: { ...now.spec, replicas: 4 } }));
    bench.wait(60_000_000);
    expect(bench.pods.map(imageOf)).toEqual(new Array(4).fill('app:2'));
  });
});

describe('history', () => {
  test('keeps as many old ReplicaSets as revisionHistoryLimit says, the youngest', () => {
    const bench = started(2, { revisionHistoryLimit: 2 });
    for (const version of [2, 3, 4, 5]) {
      setImage(bench, `app:${version}`);
      bench.wait(30_000_000);
    }
    const kept = bench
      .stored<ReplicaSet>('ReplicaSet')
      .map(({ metadata, spec }) => [
        metadata.annotations?.['deployment.kubernetes.io/revision'],
        spec.template?.spec.containers[0]?.image,
        spec.replicas,
      ]);
    expect(kept).toEqual([
      ['3', 'app:3', 0],
      ['4', 'app:4', 0],
      ['5', 'app:5', 2],
    ]);
  });

  test('a template that was used before gets its old ReplicaSet back', () => {
    const bench = started(3);
    setImage(bench, 'app:2');
    bench.wait(30_000_000);
    setImage(bench, 'app:1');
    bench.wait(30_000_000);
    expect(bench.stored<ReplicaSet>('ReplicaSet')).toHaveLength(2);
    expect(bench.pods.map(imageOf)).toEqual(new Array(3).fill('app:1'));
  });
});

const update = (bench: ControllerBench, spec: Partial<DeploymentSpec>): void =>
  bench.change(app, (now) => ({ ...now, spec: { ...now.spec, ...spec } }));
const progressOf = (bench: ControllerBench): string =>
  bench.get(app)?.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason ?? '';
/** Replicas of the ReplicaSets, oldest first. */
const sizes = (bench: ControllerBench): (number | undefined)[] =>
  bench.stored<ReplicaSet>('ReplicaSet').map(({ spec }) => spec.replicas);

describe('a paused Deployment', () => {
  const bench = started(10);

  test('rolls nothing out, and says so', () => {
    update(bench, { paused: true, template: template('app', 'app:2') });
    bench.wait(60_000_000);
    expect(sizes(bench)).toEqual([10]);
    expect(progressOf(bench)).toBe('DeploymentPaused');
    expect(bench.get(app)?.status?.updatedReplicas).toBe(0);
  });

  test('is scaled all the same', () => {
    update(bench, { replicas: 6 });
    bench.wait(20_000_000);
    expect(sizes(bench)).toEqual([6]);
    expect(bench.pods.map(imageOf)).toEqual(new Array(6).fill('app:1'));
  });

  test('goes on with the rollout when it is resumed', () => {
    update(bench, { paused: false });
    bench.wait(60_000_000);
    expect(sizes(bench)).toEqual([0, 6]);
    expect(progressOf(bench)).toBe('NewReplicaSetAvailable');
  });

  test('that is paused in the middle of a rollout keeps the mixture when it is scaled', () => {
    setImage(bench, 'app:3');
    bench.wait(1_000_000);
    const [, old = 0, current = 0] = sizes(bench);
    expect(Math.min(old, current)).toBeGreaterThan(0);
    update(bench, { paused: true });
    bench.wait(20_000_000);
    update(bench, { replicas: 60 });
    bench.wait(60_000_000);
    const [, oldAfter = 0, currentAfter = 0] = sizes(bench);
    expect(oldAfter + currentAfter).toBe(75);
    expect(oldAfter / currentAfter).toBeCloseTo(old / current, 0);
    update(bench, { paused: false });
    bench.wait(90_000_000);
    expect(sizes(bench)).toEqual([0, 0, 60]);
  });
});

describe('the progress deadline', () => {
  const isFine = { ok: false };
  const becomesReady = (pod: Pod): boolean => isFine.ok || imageOf(pod) === 'app:1';
  const bench = started(4, { progressDeadlineSeconds: 60 }, { ...KUBELET, becomesReady });
  const fromUs = bench.simulation.now;
  setImage(bench, 'app:2');

  test('is told when it has passed, a second late at most', () => {
    bench.wait(59_000_000);
    expect(progressOf(bench)).not.toBe('ProgressDeadlineExceeded');
    bench.wait(10_000_000);
    expect(progressOf(bench)).toBe('ProgressDeadlineExceeded');
    const told = bench.get(app)?.status?.conditions?.find(({ type }) => type === 'Progressing');
    expect(told).toMatchObject({ status: 'False' });
    expect(((told?.lastUpdateTime ?? 0) - fromUs) / 1e6).toBeGreaterThan(60);
    expect(((told?.lastUpdateTime ?? 0) - fromUs) / 1e6).toBeLessThan(65);
  });

  test('does not stop the rollout: it goes on when pods become Ready', () => {
    isFine.ok = true;
    setImage(bench, 'app:3');
    bench.wait(60_000_000);
    expect(progressOf(bench)).toBe('NewReplicaSetAvailable');
    expect(bench.pods.map(imageOf)).toEqual(new Array(4).fill('app:3'));
  });
});

describe('a complete Deployment that loses a pod which does not become Ready again', () => {
  const isFine = { ok: true };
  const becomesReady = (): boolean => isFine.ok;
  const bench = started(2, { progressDeadlineSeconds: 60 }, { ...KUBELET, becomesReady });
  isFine.ok = false;
  bench.ask(bench.pods[0] as Pod, { verb: 'delete' });
  /** Syncs in the next 20 s. */
  const syncs = (): number => {
    const meters = bench.manager.queues.map(({ meter }) => meter);
    const meter = meters.find(
      ({ name }) => name === 'kube-controller-manager/deployment/workqueue',
    );
    const before = meter?.served ?? 0;
    bench.wait(20_000_000);
    return (meter?.served ?? 0) - before;
  };

  test('is left alone until the deadline that counts from its last progress', () => {
    bench.wait(5_000_000);
    expect(syncs()).toBe(0);
  });

  test('is then looked at 10 times a second, as fast as the queue goes', () => {
    bench.wait(60_000_000);
    bench.log.events.splice(0);
    expect(syncs()).toBe(200);
    expect(progressOf(bench)).toBe('NewReplicaSetAvailable');
    expect(bench.log.events).toEqual([]);
  });

  test('is left alone again once all its pods are available', () => {
    isFine.ok = true;
    for (const pod of bench.pods) bench.ask(pod, { verb: 'delete' });
    bench.wait(20_000_000);
    expect(syncs()).toBe(0);
  });
});

test('a template that is used again becomes the newest revision, and the status says so', () => {
  const bench = started(2);
  for (const image of ['app:2', 'app:1']) {
    setImage(bench, image);
    bench.wait(30_000_000);
  }
  const revisions = bench
    .stored<ReplicaSet>('ReplicaSet')
    .map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision']);
  expect(revisions).toEqual(['3', '2']);
  expect(bench.get(app)?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
});

test('annotations and minReadySeconds of the Deployment reach its ReplicaSet', () => {
  const bench = started(2);
  const note = { owner: 'shop', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  bench.change(app, (now) => ({
    ...now,
    metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, ...note } },
    spec: { ...now.spec, minReadySeconds: 5 },
  }));
  bench.wait(10_000_000);
  const [{ metadata, spec }] = bench.stored<ReplicaSet>('ReplicaSet') as [ReplicaSet];
  expect(metadata.annotations).toEqual({
    owner: 'shop',
    'deployment.kubernetes.io/desired-replicas': '2',
    'deployment.kubernetes.io/max-replicas': '3',
    'deployment.kubernetes.io/revision': '1',
  });
  expect(spec.minReadySeconds).toBe(5);
});

test('an update that changes nothing of the rollout leads to no write of the controller', () => {
  const bench = started(3);
  bench.change(app, (now) => ({ ...now, metadata: { ...now.metadata, labels: { a: 'b' } } }));
  bench.wait(10_000_000);
  expect(bench.log.lines).toEqual(['MODIFIED Deployment/app']);
  bench.change(app, (now) => ({ ...now, spec: structuredClone(now.spec) }));
  bench.wait(10_000_000);
  expect(bench.log.lines).toHaveLength(1);
});
