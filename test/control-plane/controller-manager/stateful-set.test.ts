// The StatefulSet controller: order, names, claims, rolling updates, and an invariant that must
// hold at every instant: never two pods of one name.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ControllerRevision } from '../../../src/api/controller-revision.js';
import type { Event } from '../../../src/api/event.js';
import type { PersistentVolumeClaim } from '../../../src/api/persistent-volume.js';
import type { Pod } from '../../../src/api/pod.js';
import type { StatefulSet } from '../../../src/api/stateful-set.js';
import { statefulSet, template } from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const kubelet = { readyAfterUs: 1_000_000, stopAfterUs: 500_000 };
const limit = { qps: 1000, burst: 1000 };

const names = (bench: ControllerBench): string[] =>
  bench.pods.map(({ metadata }) => metadata.name).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

const statusOf = (bench: ControllerBench, name = 'db'): StatefulSet['status'] =>
  bench.get(statefulSet(name, 0))?.status;

const changeSpec = (bench: ControllerBench, spec: Partial<StatefulSet['spec']>): void =>
  bench.change(statefulSet('db', 0), (now) => ({ ...now, spec: { ...now.spec, ...spec } }));

/** `+db-0 -db-2`: creations and final deletions of pods in the order in which they happened. */
function history(bench: ControllerBench): string {
  return bench.log.events
    .filter(({ event }) => event.object.kind === 'Pod' && event.type !== 'MODIFIED')
    .map(({ event }) => `${event.type === 'ADDED' ? '+' : '-'}${event.object.metadata.name}`)
    .join(' ');
}

describe('an ordered StatefulSet', () => {
  const bench = new ControllerBench({ kubelet, limit });
  const created = bench.create(statefulSet('db', 4));
  bench.wait(20_000_000);

  test('creates one pod after the other, each when the one before is Ready', () => {
    expect(history(bench)).toBe('+db-0 +db-1 +db-2 +db-3');
    const at = bench.secondsOf('Pod', 'ADDED');
    for (let i = 1; i < at.length; i++) {
      const gap = (at[i] as number) - (at[i - 1] as number);
      expect(gap, 'the pod takes 1 s to become Ready').toBeGreaterThan(1);
      expect(gap, 'and the controller acts at once').toBeLessThan(1.1);
    }
  });

  test('gives each pod its name, its number, its revision and its owner', () => {
    const [first] = bench.pods as [Pod];
    const { labels, ownerReferences } = first.metadata;
    expect(labels).toMatchObject({
      app: 'db',
      'statefulset.kubernetes.io/pod-name': 'db-0',
      'apps.kubernetes.io/pod-index': '0',
    });
    expect(labels?.['controller-revision-hash']).toMatch(/^db-[a-z0-9]+$/);
    expect(first.spec).toMatchObject({ hostname: 'db-0', subdomain: 'db' });
    expect(ownerReferences?.[0]).toMatchObject({ kind: 'StatefulSet', uid: created.metadata.uid });
  });

  test('reports what it has', () => {
    const [revision] = bench.stored<ControllerRevision>('ControllerRevision');
    expect(revision?.revision).toBe(1);
    expect(statusOf(bench)).toEqual({
      observedGeneration: 1,
      replicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
      currentReplicas: 4,
      updatedReplicas: 4,
      currentRevision: revision?.metadata.name,
      updateRevision: revision?.metadata.name,
    });
  });

  test('says so in Events of the real wording', () => {
    const messages = bench
      .stored<Event>('Event')
      .map(({ reason, message }) => `${reason}: ${message}`);
    expect(messages).toContain('SuccessfulCreate: create Pod db-0 in StatefulSet db successful');
  });
});

describe('scaling an ordered StatefulSet', () => {
  test('goes down from the highest number, each after the one before is gone', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 4));
    bench.wait(20_000_000);
    bench.log.events.splice(0);
    changeSpec(bench, { replicas: 1 });
    bench.wait(20_000_000);
    expect(history(bench)).toBe('-db-3 -db-2 -db-1');
    const gone = bench.secondsOf('Pod', 'DELETED');
    expect((gone[1] as number) - (gone[0] as number)).toBeGreaterThan(0.5);
  });

  test('waits with a healthy pod while another is not', () => {
    const isSick = (pod: Pod): boolean => pod.metadata.name === 'db-1';
    const becomesReady = (pod: Pod): boolean => !isSick(pod);
    const bench = new ControllerBench({ kubelet: { ...kubelet, becomesReady }, limit });
    bench.create(statefulSet('db', 3));
    bench.wait(20_000_000);
    expect(names(bench), 'db-2 waits for db-1').toEqual(['db-0', 'db-1']);
    changeSpec(bench, { replicas: 0 });
    bench.wait(20_000_000);
    expect(names(bench), 'the unhealthy one goes first, then the other').toEqual([]);
  });

  test('replaces a pod that somebody deletes, by its own name', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 3));
    bench.wait(20_000_000);
    const [, second] = bench.pods as [Pod, Pod];
    bench.ask(second, { verb: 'delete' });
    bench.wait(10_000_000);
    expect(names(bench)).toEqual(['db-0', 'db-1', 'db-2']);
    const replaced = bench.pods.find(({ metadata }) => metadata.name === 'db-1');
    expect(replaced?.metadata.uid).not.toBe(second.metadata.uid);
  });

  test('counts from another number when told so', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 2, { ordinals: { start: 7 } }));
    bench.wait(10_000_000);
    expect(history(bench)).toBe('+db-7 +db-8');
  });

  test('waits minReadySeconds before the next pod', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 3, { minReadySeconds: 5 }));
    bench.wait(30_000_000);
    const at = bench.secondsOf('Pod', 'ADDED');
    expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(6);
    expect((at[1] as number) - (at[0] as number)).toBeLessThan(6.2);
    expect(statusOf(bench)?.availableReplicas).toBe(3);
  });
});

describe('a parallel StatefulSet', () => {
  test('creates and deletes all at once', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 10, { podManagementPolicy: 'Parallel' }));
    bench.wait(900_000);
    expect(bench.pods).toHaveLength(10);
    bench.wait(10_000_000);
    changeSpec(bench, { replicas: 2 });
    bench.wait(900_000);
    expect(names(bench)).toEqual(['db-0', 'db-1']);
  });

  test('has its pods held back by the bucket of its client', () => {
    const bench = new ControllerBench({ kubelet, limit: { qps: 10, burst: 10 } });
    bench.create(statefulSet('db', 100, { podManagementPolicy: 'Parallel' }));
    bench.wait(60_000_000);
    const last = bench.secondsOf('Pod', 'ADDED').at(-1) as number;
    expect(last, '100 pods, 25 Events and the revision at 10 a second').toBeGreaterThan(9);
    expect(last).toBeLessThan(14);
  });
});

describe('claims of a StatefulSet', () => {
  const resources = { requests: { storage: '1Gi' } };
  const claims = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources },
  } as const;

  test('are made before their pod, and stay when it goes', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 2, { volumeClaimTemplates: [claims] }));
    bench.wait(10_000_000);
    const order = bench.log.lines.filter((line) =>
      /^ADDED (Pod|PersistentVolumeClaim)\//.test(line),
    );
    expect(order).toEqual([
      'ADDED PersistentVolumeClaim/data-db-0',
      'ADDED Pod/db-0',
      'ADDED PersistentVolumeClaim/data-db-1',
      'ADDED Pod/db-1',
    ]);
    expect(bench.pods[1]?.spec.volumes?.[0]).toEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'data-db-1' },
    });
    changeSpec(bench, { replicas: 0 });
    bench.wait(10_000_000);
    expect(bench.stored<PersistentVolumeClaim>('PersistentVolumeClaim')).toHaveLength(2);
    changeSpec(bench, { replicas: 2 });
    bench.wait(10_000_000);
    expect(bench.stored<PersistentVolumeClaim>('PersistentVolumeClaim')).toHaveLength(2);
    expect(names(bench)).toEqual(['db-0', 'db-1']);
  });
});

describe('a rolling update of a StatefulSet', () => {
  const update = (bench: ControllerBench, image: string): void =>
    changeSpec(bench, { template: template('db', image) });
  const images = (bench: ControllerBench): string[] =>
    [...bench.pods]
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .map(({ spec }) => spec.containers[0]?.image ?? '');

  test('replaces one pod at a time from the highest number down', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 3));
    bench.wait(20_000_000);
    bench.log.events.splice(0);
    update(bench, 'app:2');
    bench.wait(20_000_000);
    expect(history(bench)).toBe('-db-2 +db-2 -db-1 +db-1 -db-0 +db-0');
    expect(images(bench)).toEqual(['app:2', 'app:2', 'app:2']);
    const status = statusOf(bench);
    expect(status?.currentRevision).toBe(status?.updateRevision);
    expect(status?.updatedReplicas).toBe(3);
  });

  test('stops at the partition, and pods below it keep the old template', () => {
    const bench = new ControllerBench({ kubelet, limit });
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } as const;
    bench.create(statefulSet('db', 4, { updateStrategy }));
    bench.wait(20_000_000);
    update(bench, 'app:2');
    bench.wait(20_000_000);
    expect(images(bench)).toEqual(['app:1', 'app:1', 'app:2', 'app:2']);
    bench.ask(bench.pods.find(({ metadata }) => metadata.name === 'db-0') as Pod, {
      verb: 'delete',
    });
    bench.wait(10_000_000);
    expect(images(bench)[0], 'made anew from the current revision').toBe('app:1');
  });

  test('with OnDelete replaces only what somebody deletes', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 2, { updateStrategy: { type: 'OnDelete' } }));
    bench.wait(10_000_000);
    update(bench, 'app:2');
    bench.wait(10_000_000);
    expect(images(bench)).toEqual(['app:1', 'app:1']);
    bench.ask(bench.pods[1] as Pod, { verb: 'delete' });
    bench.wait(10_000_000);
    expect(images(bench)).toEqual(['app:1', 'app:2']);
  });

  test('to a template that never becomes Ready leaves the lower pods alone', () => {
    const becomesReady = ({ spec }: Pod): boolean => spec.containers[0]?.image !== 'broken';
    const bench = new ControllerBench({ kubelet: { ...kubelet, becomesReady }, limit });
    bench.create(statefulSet('db', 3));
    bench.wait(20_000_000);
    update(bench, 'broken');
    bench.wait(60_000_000);
    expect(images(bench)).toEqual(['app:1', 'app:1', 'broken']);
    expect(statusOf(bench)).toMatchObject({ readyReplicas: 2, updatedReplicas: 1 });
  });

  test('back to the old template takes its revision up again under a new number', () => {
    const bench = new ControllerBench({ kubelet, limit });
    bench.create(statefulSet('db', 1, { revisionHistoryLimit: 1 }));
    for (const image of ['app:2', 'app:1', 'app:3', 'app:4', 'app:5']) {
      bench.wait(10_000_000);
      update(bench, image);
    }
    bench.wait(10_000_000);
    const revisions = bench.stored<ControllerRevision>('ControllerRevision');
    expect(
      revisions.map(({ revision }) => revision),
      'one old one is kept',
    ).toEqual([5, 6]);
  });
});

describe('at any instant', () => {
  interface Step {
    readonly replicas: number;
    readonly image: number;
    readonly waitUs: number;
  }
  const step: fc.Arbitrary<Step> = fc.record({
    replicas: fc.integer({ min: 0, max: 5 }),
    image: fc.integer({ min: 1, max: 2 }),
    waitUs: fc.integer({ min: 1000, max: 4_000_000 }),
  });
  const policy = fc.constantFrom('OrderedReady', 'Parallel') as fc.Arbitrary<
    'OrderedReady' | 'Parallel'
  >;

  test('there is one pod a number at most, and in the end exactly those that are wanted', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), policy, (steps, management) => {
        const bench = new ControllerBench({ kubelet, limit });
        bench.create(statefulSet('db', 2, { podManagementPolicy: management }));
        for (const { replicas, image, waitUs } of steps) {
          bench.wait(waitUs);
          changeSpec(bench, { replicas, template: template('db', `app:${image}`) });
        }
        bench.wait(60_000_000);
        const alive = new Set<string>();
        for (const { event } of bench.log.events) {
          const { kind, metadata } = event.object;
          if (kind !== 'Pod' || event.type === 'MODIFIED') continue;
          if (event.type === 'DELETED') alive.delete(metadata.name);
          else if (alive.has(metadata.name)) return false;
          else alive.add(metadata.name);
        }
        const { replicas, image } = steps.at(-1) as Step;
        const wanted = Array.from({ length: replicas }, (_, i) => `db-${i}`);
        expect(names(bench)).toEqual(wanted);
        expect(new Set(bench.pods.map(({ spec }) => spec.containers[0]?.image)).size).toBe(
          Math.min(1, replicas),
        );
        expect(bench.pods.every(({ spec }) => spec.containers[0]?.image === `app:${image}`)).toBe(
          true,
        );
        return true;
      }),
      { numRuns: 25, seed: 3 },
    );
  });
});
