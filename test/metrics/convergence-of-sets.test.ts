// Convergence of StatefulSets, DaemonSets and ReplicationControllers: what counts as wanted.
import { describe, expect, test } from 'vitest';
import type { DaemonSet } from '../../src/api/daemon-set.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Pod } from '../../src/api/pod.js';
import type { StatefulSet } from '../../src/api/stateful-set.js';
import { revisionName } from '../../src/control-plane/controller-manager/revision-history.js';
import { podTemplateHash } from '../../src/control-plane/controller-manager/template-hash.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { daemonSet, replicationController, statefulSet, template } from '../support/objects.js';
import { loadNamed } from '../support/scenarios.js';
import { ConvergenceBench } from './convergence-bench.js';

const withUid = <T extends KubernetesObject>(object: T, generation = 1): T => ({
  ...object,
  metadata: { ...object.metadata, uid: `uid-${object.metadata.name}`, generation },
});

/** A Ready pod of an owner, with a revision label. */
function podOf(owner: KubernetesObject, name: string, revision: string): Pod {
  const { kind, apiVersion, metadata } = owner;
  const reference = {
    kind,
    apiVersion,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}-${revision}`,
      labels: { 'controller-revision-hash': revision },
      ownerReferences: [reference],
    },
    spec: { nodeName: 'node-0', containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

describe('a change of a StatefulSet converges', () => {
  const set = withUid(statefulSet('db', 2));

  test('when all its pods are Ready', () => {
    const bench = new ConvergenceBench().at(1).change('create', set);
    bench.at(5).put(podOf(set, 'db-0', revisionName(set)));
    expect(bench.row()).toMatchObject({ convergedUs: undefined, reason: '1 of 2 pods exist' });
    bench.at(9).put(podOf(set, 'db-1', revisionName(set)));
    expect(bench.row()).toMatchObject({ convergedUs: 9, replicas: 2 });
  });

  test('when no pod of an older revision is left', () => {
    const bench = new ConvergenceBench().at(1).change('create', set);
    for (const name of ['db-0', 'db-1']) bench.put(podOf(set, name, revisionName(set)));
    const next: StatefulSet = { ...set, spec: { ...set.spec, template: template('db', 'app:2') } };
    bench.at(20).change('update', next);
    bench.at(24).remove('Pod', 'db-1');
    bench.at(25).put(podOf(next, 'db-1', revisionName(next)));
    expect(bench.row(1).convergedUs).toBeUndefined();
    bench.at(29).remove('Pod', 'db-0');
    bench.at(30).put(podOf(next, 'db-0', revisionName(next)));
    expect(bench.row(1).convergedUs).toBe(30);
  });

  test.each([
    ['OnDelete', { type: 'OnDelete' } as const],
    ['a partition', { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } as const],
  ])('with old pods when %s lets them stay', (_, updateStrategy) => {
    const kept = { ...set, spec: { ...set.spec, updateStrategy } };
    const bench = new ConvergenceBench().at(1).change('create', kept);
    for (const name of ['db-0', 'db-1']) bench.put(podOf(kept, name, revisionName(kept)));
    const next = { ...kept, spec: { ...kept.spec, template: template('db', 'app:2') } };
    bench.at(20).change('update', next);
    expect(bench.row(1).convergedUs).toBe(20);
  });

  test('when it is deleted and its pods are gone', () => {
    const bench = new ConvergenceBench().at(1).change('create', set);
    for (const name of ['db-0', 'db-1']) bench.put(podOf(set, name, revisionName(set)));
    bench.at(20).change('delete', set);
    bench.at(25).remove('Pod', 'db-0');
    expect(bench.row(1)).toMatchObject({ convergedUs: undefined });
    bench.at(30).remove('Pod', 'db-1');
    expect(bench.row(1).convergedUs).toBe(30);
  });
});

describe('a change of a DaemonSet converges', () => {
  const set = withUid(daemonSet('agent'));
  const counted = (object: DaemonSet, desired: number, generation = 1): DaemonSet => ({
    ...object,
    status: {
      observedGeneration: generation,
      desiredNumberScheduled: desired,
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    },
  });
  const hash = podTemplateHash(set.spec.template);

  test('not before its controller has counted the nodes', () => {
    const bench = new ConvergenceBench().at(1).change('create', set);
    expect(bench.row().reason).toBe('its controller has not counted the nodes yet');
    bench.at(4).put(podOf(set, 'agent-a', hash));
    bench.at(5).put(counted(set, 2));
    expect(bench.row()).toMatchObject({ convergedUs: undefined, reason: '1 of 2 pods exist' });
    bench.at(6).put(podOf(set, 'agent-b', hash));
    expect(bench.row()).toMatchObject({ convergedUs: 6, replicas: 2 });
  });

  test('never, and says so, when no node should have a pod, but holds nobody up', () => {
    const bench = new ConvergenceBench().at(1).change('create', set);
    bench.whenSettled().at(3).put(counted(set, 0));
    expect(bench.settledUs).toEqual([3]);
    expect(bench.row()).toMatchObject({
      convergedUs: undefined,
      reason: 'it fits no node: selector, affinity or tolerations rule all of them out',
    });
  });
});

test('a ReplicationController is followed as a ReplicaSet is', () => {
  const owner = withUid(replicationController('old', 1));
  const bench = new ConvergenceBench().at(1).change('create', owner);
  expect(bench.row().reason).toBe('0 of 1 pods exist');
  bench.at(7).put(podOf(owner, 'old-x', ''));
  expect(bench.row()).toMatchObject({ convergedUs: 7, replicas: 1 });
});

describe('the scenarios', () => {
  const seconds = (name: string): number[] =>
    runScenario(loadNamed(name)).convergence.map(
      ({ startedUs, convergedUs = Number.NaN }) => (convergedUs - startedUs) / 1e6,
    );

  test('of a StatefulSet: five pods that are replaced in turn take longer than two that are added', () => {
    const [created, , scaled, updated] = seconds('stateful-set') as [
      number,
      number,
      number,
      number,
    ];
    expect(created).toBeGreaterThan(3 * 4);
    expect(scaled).toBeGreaterThan(2 * 4);
    expect(updated).toBeGreaterThan(scaled);
    expect(updated).toBeLessThan(120);
  });

  test('of a DaemonSet: two nodes at a time, so 25 nodes take 13 rounds', () => {
    const [placed, updated] = seconds('daemon-set') as [number, number];
    expect(placed).toBeLessThan(60);
    expect(updated / 13).toBeGreaterThan(5);
    expect(updated / 13).toBeLessThan(20);
  });
});
