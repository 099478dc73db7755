// Preemption on the simulator's own apiserver and etcd, with kubelets that take their time to stop
// pods: the right pods go, the pod gets the node it was promised, and nobody is forgotten.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import type { PriorityClass } from '../../../src/api/priority-class.js';
import type { ApiClient } from '../../../src/client/api-client.js';
import { Informer } from '../../../src/client/informer.js';
import { Scheduler } from '../../../src/control-plane/scheduler/scheduler.js';
import type { EventKind } from '../../../src/kernel/simulation.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { makePod } from './cluster-fixture.js';
import { budget, frameworksOf, nodeOf, PreemptionCluster } from './preemption-fixture.js';

const secondUs = 1_000_000;
const ignore = (): void => undefined;

/** Marks bound pods as started, and removes those that are told to stop after `stopUs`. */
class Kubelets {
  readonly #client: ApiClient;
  readonly #plane: TestControlPlane;
  readonly #stopped: EventKind;
  readonly #stopping: Pod[] = [];
  readonly #known = new Set<string>();

  constructor(plane: TestControlPlane, pods: Informer<Pod>, stopUs: number) {
    this.#plane = plane;
    this.#client = plane.client();
    this.#stopped = plane.simulation.defineEvent('test.PodStopped', (index) => {
      const { metadata } = this.#stopping[index] as Pod;
      const { name, namespace = '', uid = '' } = metadata;
      const request = { verb: 'delete', resource: 'pods', namespace, name } as const;
      this.#client.send({ ...request, gracePeriodSeconds: 0, uidPrecondition: uid }, ignore);
    });
    const look = (pod: Pod) => this.#look(pod, stopUs);
    pods.addHandler({ added: look, updated: (_previous, pod) => look(pod) });
  }

  #look(pod: Pod, stopUs: number): void {
    const { uid = '', deletionTimestamp, name, namespace = '' } = pod.metadata;
    const isNew = (what: string): boolean => {
      const before = this.#known.size;
      return this.#known.add(`${what} ${uid}`).size > before;
    };
    if ((pod.spec.nodeName ?? '') === '') return;
    const { simulation } = this.#plane;
    if (deletionTimestamp !== undefined) {
      if (isNew('stop')) simulation.after(stopUs, this.#stopped, this.#stopping.push(pod) - 1);
    } else if (isNew('start')) {
      const startTime = simulation.now;
      const apply = (current: KubernetesObject): KubernetesObject =>
        current.kind === 'Pod'
          ? { ...current, status: { ...current.status, phase: 'Running', startTime } }
          : current;
      const patch = { bytes: 200, apply };
      const request = { verb: 'patch', resource: 'pods', subresource: 'status' } as const;
      this.#client.send({ ...request, namespace, name, patch }, ignore);
    }
  }
}

class PreemptionRun {
  readonly plane: TestControlPlane;
  readonly pods: Informer<Pod>;
  readonly scheduler: Scheduler;
  readonly #creator: ApiClient;
  readonly #waiting: Pod[] = [];
  readonly #created: EventKind;

  constructor(preload: readonly KubernetesObject[], stopUs: number) {
    const plane = new TestControlPlane({ preload });
    const { simulation, host } = plane;
    const informer = <T extends KubernetesObject>(resource: string) =>
      new Informer<T>(simulation, {
        name: `s/${resource}`,
        resource,
        client: plane.client(),
        host,
      });
    this.plane = plane;
    this.#creator = plane.client();
    this.pods = informer<Pod>('pods');
    const nodes = informer<Node>('nodes');
    const objects = [informer('poddisruptionbudgets')];
    const limit = { qps: 50, burst: 100 };
    this.scheduler = new Scheduler({
      simulation,
      host,
      client: plane.client(limit),
      eventsClient: plane.client(limit),
      pods: this.pods,
      nodes,
      objects,
      observer: plane.log,
      profiles: (handle) => frameworksOf(null, handle),
    });
    new Kubelets(plane, this.pods, stopUs);
    for (const each of [this.pods, nodes, ...objects]) each.start();
    this.scheduler.start();
    this.#created = simulation.defineEvent('test.PodCreated', (index) =>
      this.#create(this.#waiting[index] as Pod),
    );
  }

  createAt(us: number, pod: Pod): void {
    this.plane.simulation.at(us, this.#created, this.#waiting.push(pod) - 1);
  }

  #create(pod: Pod): void {
    const { uid: _uid, ...metadata } = pod.metadata;
    const { name, namespace = '' } = metadata;
    const body = { ...pod, metadata };
    const request = { verb: 'create', resource: 'pods', namespace, name, body } as const;
    this.#creator.send(request, ({ response }) => expect(response?.message).toBe(''));
  }

  /** Every version of every pod in order; undefined when it was deleted. */
  get history(): { readonly name: string; readonly pod: Pod | undefined; readonly atUs: number }[] {
    return this.plane.log.events.flatMap(({ atUs, event: { type, object } }) =>
      object.kind === 'Pod'
        ? [{ name: object.metadata.name, pod: type === 'DELETED' ? undefined : object, atUs }]
        : [],
    );
  }

  /** Names of victims, each with that of the pod it went for, as Events tell. */
  get preempted(): [victim: string, preemptor: string][] {
    const names = new Map<string, string>();
    for (const { name, pod } of this.history) names.set(pod?.metadata.uid ?? '', name);
    return this.plane.log.events.flatMap(({ event: { object } }): [string, string][] => {
      if (object.kind !== 'Event' || object.reason !== 'Preempted') return [];
      const uid = object.message?.split(' ')[3] ?? '';
      return [[object.involvedObject.name ?? '', names.get(uid) ?? '']];
    });
  }

  nodeOf(name: string): string | undefined {
    return this.pods.get(`default/${name}`)?.spec.nodeName;
  }
}

/** A priority of its own for each level, as administrators define them. */
const classes = [0, 1, 2, 3, 9].map(
  (value): PriorityClass => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: `level-${value}` },
    value,
  }),
);

function podOf(name: string, cpu: string, level: number, app: string): Pod {
  const resources = { requests: { cpu } };
  return makePod(name, {
    labels: { app },
    spec: {
      priorityClassName: `level-${level}`,
      containers: [{ name: 'main', image: 'pause', resources }],
    },
  });
}

describe('an important pod in a full cluster', () => {
  const run = new PreemptionRun(
    [...classes, nodeOf('node-1', '2'), nodeOf('node-2', '2'), budget('web', 1)],
    5 * secondUs,
  );
  // Each node gets a web pod and another one; the second web pod is out of the budget.
  const first: [string, number, string][] = [
    ['web-1', 0, 'web'],
    ['web-2', 0, 'web'],
    ['job-1', 3, 'job'],
    ['job-2', 3, 'job'],
  ];
  first.forEach(([name, level, app], i) => {
    run.createAt((1 + i) * secondUs, podOf(name, '1', level, app));
  });
  run.createAt(20 * secondUs, podOf('incoming', '2', 9, 'x'));
  run.plane.run(120 * secondUs);

  const deletedAt = (name: string) =>
    run.history.find((each) => each.name === name && each.pod === undefined)?.atUs;

  test('displaces the pods of one node, and only those', () => {
    const gone = first.map(([name]) => name).filter((name) => deletedAt(name) !== undefined);
    expect(gone).toHaveLength(2);
    const nodes = gone.map(
      (name) => run.history.find((each) => each.name === name && each.pod?.spec.nodeName)?.pod,
    );
    expect(new Set(nodes.map((pod) => pod?.spec.nodeName)).size).toBe(1);
    expect(gone.map((name) => name.slice(0, 3)).sort()).toEqual(['job', 'web']);
  });

  test('is nominated at once and bound there within a second of the last victim', () => {
    const versions = run.history.filter(({ name }) => name === 'incoming');
    const nominated = versions.find(({ pod }) => pod?.status?.nominatedNodeName);
    const bound = versions.find(({ pod }) => pod?.spec.nodeName);
    expect(nominated?.atUs).toBeLessThan(20.1 * secondUs);
    expect(bound?.pod?.spec.nodeName).toBe(nominated?.pod?.status?.nominatedNodeName);
    const lastUs = Math.max(...first.map(([name]) => deletedAt(name) ?? 0));
    expect(lastUs).toBeGreaterThan(25 * secondUs);
    expect((bound?.atUs ?? 0) - lastUs).toBeGreaterThan(0);
    expect((bound?.atUs ?? 0) - lastUs).toBeLessThan(secondUs);
  });

  test('leaves word of who went for whom', () => {
    const events = run.plane.log.events.flatMap(({ event: { object } }) =>
      object.kind === 'Event' && object.reason === 'Preempted' ? [object] : [],
    );
    const { uid } = run.pods.get('default/incoming')?.metadata ?? {};
    const node = run.nodeOf('incoming');
    expect(events.map(({ message }) => message)).toEqual(
      Array(2).fill(`Preempted by pod ${uid} on node ${node}`),
    );
  });
});

interface Arrival {
  readonly atMs: number;
  readonly priority: number;
  readonly halfCpus: number;
  readonly app: string;
}

const arrivals: fc.Arbitrary<Arrival[]> = fc.array(
  fc.record({
    atMs: fc.integer({ min: 1000, max: 20_000 }),
    priority: fc.integer({ min: 0, max: 3 }),
    halfCpus: fc.integer({ min: 1, max: 4 }),
    app: fc.constantFrom('web', 'db'),
  }),
  { minLength: 5, maxLength: 30 },
);

describe('whoever comes and goes', () => {
  const nodes = [nodeOf('a', '2'), nodeOf('b', '2'), nodeOf('c', '3')];
  const budgets = [budget('web', 1)];

  function runOf(list: readonly Arrival[], stopMs: number): PreemptionRun {
    const run = new PreemptionRun([...classes, ...nodes, ...budgets], stopMs * 1000);
    list.forEach(({ atMs, priority, halfCpus, app }, i) => {
      run.createAt(atMs * 1000, podOf(`p${i}`, `${halfCpus * 500}m`, priority, app));
    });
    run.plane.run(150 * secondUs);
    return run;
  }

  /** The most CPU that was bound to a node at any time. */
  function peakMilli(run: PreemptionRun, list: readonly Arrival[], node: string): number {
    const onNode = new Map<string, number>();
    let peak = 0;
    for (const { name, pod } of run.history) {
      if (pod === undefined) onNode.delete(name);
      else if (pod.spec.nodeName === node) {
        onNode.set(name, (list[Number(name.slice(1))]?.halfCpus ?? 0) * 500);
      }
      peak = Math.max(
        peak,
        [...onNode.values()].reduce((sum, amount) => sum + amount, 0),
      );
    }
    return peak;
  }

  test('no pod is lost, no node is overcommitted, and nobody waits for nothing', () => {
    let victimCount = 0;
    fc.assert(
      fc.property(arrivals, fc.constantFrom(0, 30, 3000), (list, stopMs) => {
        const run = runOf(list, stopMs);
        const left = [...run.pods.store.values()];
        const unbound = left.filter(({ spec }) => (spec.nodeName ?? '') === '');
        // Bound, waiting, or a victim.
        const { active, backoff, unschedulable, gated } = run.scheduler.pendingPods;
        expect({ active, backoff, gated }).toEqual({ active: 0, backoff: 0, gated: 0 });
        expect(unschedulable).toBe(unbound.length);
        const deleted = run.history.filter(({ pod }) => pod === undefined);
        expect(left.length + deleted.length).toBe(list.length);
        expect(run.scheduler.preemptionsUnderWay).toBe(0);
        victimCount += deleted.length;
        for (const { name } of deleted) {
          const last = run.history.filter((each) => each.name === name).at(-2)?.pod;
          const target = last?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
          expect(target?.reason).toBe('PreemptionByScheduler');
        }
        for (const [victim, preemptor] of run.preempted) {
          const priorityOf = (name: string) => list[Number(name.slice(1))]?.priority ?? -1;
          expect(priorityOf(victim)).toBeLessThan(priorityOf(preemptor));
        }
        expect(peakMilli(run, list, 'a')).toBeLessThanOrEqual(2000);
        expect(peakMilli(run, list, 'c')).toBeLessThanOrEqual(3000);
        // A fresh look at what is left comes to the same.
        const cluster = new PreemptionCluster([...nodes, ...budgets, ...left]);
        for (const pod of unbound) {
          const { result, victims } = cluster.decide(pod);
          expect([pod.metadata.name, result, victims.length]).toEqual([
            pod.metadata.name,
            'unschedulable',
            0,
          ]);
        }
      }),
      { numRuns: 40 },
    );
    expect(victimCount).toBeGreaterThan(40);
  });
});
