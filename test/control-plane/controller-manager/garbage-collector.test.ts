// The garbage collector: what loses its owner goes, at the recorded rate; nothing else does.
import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../../src/api/config-map.js';
import type { OwnerReference } from '../../../src/api/object-meta.js';
import type { Pod } from '../../../src/api/pod.js';
import type { ReplicaSet } from '../../../src/api/replica-set.js';
import { controllerReference } from '../../../src/control-plane/controller-manager/owner-index.js';
import { configMap, deployment, pod, replicaSet } from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const LIMIT = { qps: 1000, burst: 1000 };

const owned = <T extends Pod | ReplicaSet | ConfigMap>(
  object: T,
  ...ownerReferences: OwnerReference[]
): T => ({ ...object, metadata: { ...object.metadata, ownerReferences } });

/** An owner that is not the controller, and so does not count the object as its replica. */
const reference = (owner: ReplicaSet): OwnerReference => ({
  ...controllerReference(owner),
  controller: false,
});

const remove = (bench: ControllerBench, object: Pod | ReplicaSet): void => {
  expect(bench.ask(object, { verb: 'delete' }).code).toBe(200);
};

/** A ReplicaSet that makes no pods of its own. */
const quiet = (name: string): ReplicaSet => replicaSet(name, 0);

describe('deleting a Deployment', () => {
  test('removes its ReplicaSets and pods, 20 pods a second after the burst', () => {
    const bench = new ControllerBench({ cores: 2 });
    bench.create(deployment('app', 100));
    bench.wait(20_000_000);
    const start = bench.simulation.now;
    bench.ask(deployment('app', 0), { verb: 'delete' });
    bench.wait(20_000_000);
    expect(bench.stored('ReplicaSet')).toEqual([]);
    expect(bench.pods).toEqual([]);
    const seconds = bench
      .secondsOf('Pod', 'DELETED')
      .map((time) => time - (start - bench.startUs) / 1e6);
    expect(seconds).toHaveLength(100);
    // 2 requests a pod and 2 for the ReplicaSet, 30 at once, the rest at 40/s: 4.3 s. The recorded
    // run deleted more than the Deployment alone: 4.5 s.
    expect(seconds.at(-1)).toBeCloseTo(4.3, 1);
    const between = seconds.slice(50).map((time, i) => time - (seconds[i + 49] as number));
    const mean = between.reduce((sum, gap) => sum + gap, 0) / between.length;
    expect(1 / mean).toBeGreaterThan(18);
    expect(1 / mean).toBeLessThan(23);
  });

  test('of bound pods marks them; they go when their node has stopped them', () => {
    const kubelet = { readyAfterUs: 100_000, stopAfterUs: 3_000_000 };
    const bench = new ControllerBench({ limit: LIMIT, kubelet });
    bench.create(deployment('app', 5));
    bench.wait(5_000_000);
    bench.ask(deployment('app', 0), { verb: 'delete' });
    bench.wait(1_000_000);
    const marked = bench.pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(marked).toHaveLength(5);
    bench.wait(5_000_000);
    expect(bench.pods).toEqual([]);
  });
});

describe('an object', () => {
  test('that is created after its owner has gone goes too', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const owner = bench.create(quiet('owner'));
    remove(bench, owner);
    bench.wait(1_000_000);
    bench.create(owned(pod('late'), controllerReference(owner)));
    bench.wait(1_000_000);
    expect(bench.pods).toEqual([]);
  });

  test('whose owner is not watched stays when the owner exists', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const owner = bench.create(configMap('owner'));
    bench.create(owned(pod('a'), controllerReference(owner)));
    bench.wait(5_000_000);
    expect(bench.pods.map(({ metadata }) => metadata.name)).toEqual(['a']);
  });

  test('whose owner has been replaced by another of the same name goes', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const first = bench.create(quiet('owner'));
    remove(bench, first);
    bench.create(quiet('owner'));
    bench.create(owned(pod('a'), controllerReference(first)));
    bench.wait(5_000_000);
    expect(bench.pods).toEqual([]);
  });

  test('of a kind that the API does not know as owner stays', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const gadget = { apiVersion: 'example.com/v1', kind: 'Gadget', name: 'g', uid: 'u' };
    bench.create(owned(pod('a'), gadget));
    bench.wait(5_000_000);
    expect(bench.pods).toHaveLength(1);
  });

  test('with another owner left stays until that one goes', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const [one, two] = [bench.create(quiet('one')), bench.create(quiet('two'))];
    bench.create(owned(pod('a'), reference(one), reference(two)));
    bench.wait(1_000_000);
    remove(bench, one);
    bench.wait(1_000_000);
    expect(bench.pods).toHaveLength(1);
    remove(bench, two);
    bench.wait(1_000_000);
    expect(bench.pods).toEqual([]);
  });

  test('of the same name as one that lost its owner, but of another owner, stays', () => {
    const bench = new ControllerBench({ limit: { qps: 1, burst: 1 } });
    const [one, two] = [bench.create(quiet('one')), bench.create(quiet('two'))];
    const first = bench.create(owned(pod('a'), reference(one)));
    bench.wait(5_000_000);
    remove(bench, one);
    remove(bench, first);
    bench.create(owned(pod('a'), reference(two)));
    bench.wait(10_000_000);
    expect(bench.pods).toHaveLength(1);
  });

  test('from before the run whose owner is missing stays', () => {
    const missing = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u' };
    const before = owned(pod('a'), missing);
    const bench = new ControllerBench({ limit: LIMIT, preload: [before] });
    bench.wait(10_000_000);
    expect(bench.pods).toHaveLength(1);
  });
});

/** `DELETED Pod/a` in order. */
const deletions = (bench: ControllerBench): string[] =>
  bench.log.lines.filter((line) => /^DELETED (Pod|ReplicaSet|Deployment)/.test(line));

describe('foreground deletion', () => {
  test('takes the dependents that block an owner first, down the whole tree', () => {
    const kubelet = { readyAfterUs: 100_000, stopAfterUs: 3_000_000 };
    const bench = new ControllerBench({ limit: LIMIT, kubelet });
    bench.create(deployment('app', 3));
    bench.wait(5_000_000);
    bench.ask(deployment('app', 0), { verb: 'delete', propagationPolicy: 'Foreground' });
    bench.wait(1_000_000);
    const held = [...bench.stored('Deployment'), ...bench.stored('ReplicaSet')];
    expect(held.map(({ metadata }) => metadata.finalizers)).toEqual([
      ['foregroundDeletion'],
      ['foregroundDeletion'],
    ]);
    expect(bench.pods.every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    bench.wait(10_000_000);
    const kinds = deletions(bench).map((line) => line.slice('DELETED '.length).split('/')[0]);
    expect(kinds).toEqual(['Pod', 'Pod', 'Pod', 'ReplicaSet', 'Deployment']);
    expect(bench.log.count('Pod', 'ADDED'), 'no pod is made again').toBe(3);
  });

  test('does not wait for a dependent that does not block', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const owner = bench.create(quiet('owner'));
    const loose = { ...reference(owner), blockOwnerDeletion: false };
    const slow = owned(pod('slow', { nodeName: 'node' }), loose);
    bench.create(slow);
    bench.wait(1_000_000);
    bench.ask(owner, { verb: 'delete', propagationPolicy: 'Foreground' });
    bench.wait(2_000_000);
    expect(bench.stored('ReplicaSet')).toEqual([]);
    expect(bench.pods[0]?.metadata.deletionTimestamp).toBeGreaterThan(0);
  });

  test('of an owner without dependents is over at once', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const owner = bench.create(quiet('owner'));
    bench.ask(owner, { verb: 'delete', propagationPolicy: 'Foreground' });
    bench.wait(1_000_000);
    expect(bench.stored('ReplicaSet')).toEqual([]);
  });

  test('leaves a dependent with another owner, which only loses the reference', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const [one, two] = [bench.create(quiet('one')), bench.create(quiet('two'))];
    bench.create(owned(pod('a'), reference(one), reference(two)));
    bench.wait(1_000_000);
    bench.ask(one, { verb: 'delete', propagationPolicy: 'Foreground' });
    bench.wait(2_000_000);
    expect(bench.stored('ReplicaSet').map(({ metadata }) => metadata.name)).toEqual(['two']);
    expect(bench.pods[0]?.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['two']);
  });
});

describe('orphaning', () => {
  test('takes the owner out of its dependents, which stay when it has gone', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const [owner, other] = [bench.create(quiet('owner')), bench.create(quiet('other'))];
    bench.create(owned(pod('a'), reference(owner)));
    bench.create(owned(pod('b'), reference(owner), reference(other)));
    bench.wait(1_000_000);
    bench.ask(owner, { verb: 'delete', propagationPolicy: 'Orphan' });
    expect(bench.get(owner)?.metadata.finalizers).toEqual(['orphan']);
    bench.wait(5_000_000);
    expect(bench.stored('ReplicaSet').map(({ metadata }) => metadata.name)).toEqual(['other']);
    expect(bench.pods.map(({ metadata }) => metadata.ownerReferences?.length)).toEqual([0, 1]);
  });

  test('of an owner without dependents is over at once', () => {
    const bench = new ControllerBench({ limit: LIMIT });
    const owner = bench.create(quiet('owner'));
    bench.ask(owner, { verb: 'delete', propagationPolicy: 'Orphan' });
    bench.wait(1_000_000);
    expect(bench.stored('ReplicaSet')).toEqual([]);
  });
});
