// Changes followed through the real API server and controllers. Scheduler, nodes and network are
// stood in for: a pod is bound and Ready 20 ms after its creation and gone 50 ms after its deletion
// is asked for; slices are programmed and served 5 ms after they are written.
import { expect, test } from 'vitest';
import type { Binding } from '../../src/api/binding.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Pod } from '../../src/api/pod.js';
import type { Service } from '../../src/api/service.js';
import { allCheckers } from '../../src/checkers/all-checkers.js';
import type { ApiClient } from '../../src/client/api-client.js';
import { type ClusterObserver, ObserverGroup, SilentObserver } from '../../src/client/observer.js';
import type { WatchEvent } from '../../src/client/watch.js';
import { bootstrapObjects } from '../../src/cluster/bootstrap.js';
import { Driver } from '../../src/cluster/driver.js';
import { registeredNode } from '../../src/cluster/node-objects.js';
import type { Operation } from '../../src/cluster/operation.js';
import { ControllerManager } from '../../src/control-plane/controller-manager/controller-manager.js';
import type { Simulation } from '../../src/kernel/simulation.js';
import { Convergence } from '../../src/metrics/convergence.js';
import { deployment, reference } from '../cluster/objects.js';
import { TestControlPlane } from '../support/control-plane.js';

const ready: Pod['status'] = { conditions: [{ type: 'Ready', status: 'True' }] };
const done = (): void => {};

/** Stands in for scheduler, kubelets, kube-proxies and DNS. */
class Nodes extends SilentObserver {
  client: ApiClient | undefined;
  #simulation: Simulation | undefined;
  #acted = -1;
  #programmed = -1;
  readonly #pods: Pod[] = [];
  readonly #convergence: () => Convergence;

  constructor(convergence: () => Convergence) {
    super();
    this.#convergence = convergence;
  }

  start(plane: TestControlPlane): void {
    this.#simulation = plane.simulation;
    this.client = plane.client();
    this.#acted = plane.simulation.defineEvent('test.NodeActed', (index) => this.#act(index));
    this.#programmed = plane.simulation.defineEvent('test.Programmed', (revision) => {
      this.#convergence().endpointsProgrammed(revision);
      this.#convergence().dnsServes(0, revision);
    });
  }

  override committed({ type, object, revision }: WatchEvent): void {
    if (object.kind === 'EndpointSlice') this.#simulation?.after(5_000, this.#programmed, revision);
    if (object.kind !== 'Pod' || type === 'DELETED') return;
    const { deletionTimestamp } = object.metadata;
    const delayUs = deletionTimestamp === undefined ? 20_000 : 50_000;
    if (type === 'ADDED' || deletionTimestamp !== undefined) {
      this.#simulation?.after(delayUs, this.#acted, this.#pods.push(object) - 1);
    }
  }

  #act(index: number): void {
    const { metadata } = this.#pods[index] as Pod;
    const { name, namespace = '', deletionTimestamp } = metadata;
    const address = { resource: 'pods', namespace, name } as const;
    if (deletionTimestamp !== undefined) {
      this.client?.send({ verb: 'delete', gracePeriodSeconds: 0, ...address }, done);
      return;
    }
    const body: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace },
      target: { kind: 'Node', name: 'node-0' },
    };
    const podIP = `10.0.0.${index + 1}`;
    const apply = (current: KubernetesObject): KubernetesObject =>
      ({ ...current, status: { ...ready, phase: 'Running', podIP } }) as KubernetesObject;
    const patch = { bytes: 9, apply };
    this.client?.send({ verb: 'create', subresource: 'binding', body, ...address }, () => {
      this.client?.send({ verb: 'patch', subresource: 'status', patch, ...address }, done);
    });
  }
}

const node = registeredNode(
  {
    namePrefix: 'node-',
    zones: [],
    template: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: '' },
      spec: {},
      status: { capacity: { cpu: '4', memory: '16Gi', pods: '110' } },
    },
  } as unknown as Parameters<typeof registeredNode>[0],
  0,
);

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { ports: [{ port: 80 }], selector: { app: 'web' } },
};

/** Performs operations until all is idle or a minute has passed; rows and broken invariants. */
function run(operations: readonly Operation[]) {
  let convergence: Convergence | undefined;
  let observers: readonly ClusterObserver[] = [];
  const nodes = new Nodes(() => convergence as Convergence);
  class Late extends SilentObserver {
    override committed(event: WatchEvent): void {
      for (const observer of observers) observer.committed(event);
    }
  }
  const plane = new TestControlPlane({ observer: new Late(), preload: [] });
  const { simulation, transport, host } = plane;
  const checkers = allCheckers(simulation);
  convergence = new Convergence(simulation, 1);
  nodes.start(plane);
  observers = [new ObserverGroup([convergence, nodes, ...checkers])];
  plane.etcd.preload(bootstrapObjects(simulation.random, [node]));
  const connection = plane.connection();
  const limit = { qps: 20, burst: 30 };
  new ControllerManager({ simulation, transport, host, connection, limit }).start();
  const connect = () => plane.connection();
  const driver = { simulation, transport, connection, connect, changes: convergence };
  const others = { createNodes: done, restart: done, operateEtcd: done, operateInstances: done };
  const options = { ...driver, ...others, strike: done, nodePools: [] };
  new Driver(options, operations, done).start();
  plane.run(60_000_000);
  return { rows: convergence.rows, violations: checkers.flatMap((each) => each.violations) };
}

test('a rollout, its update, its scaling and its end converge one after the other', () => {
  const common = { source: 'operations', atUs: 0 };
  const target = reference('Deployment', 'web');
  const containers = [{ name: 'app', image: 'nginx:2' }];
  const barrier: Operation = { op: 'barrier', ...common };
  const { rows, violations } = run([
    { op: 'apply', objects: [service, deployment('web', 5)], ...common, atUs: 1_000_000 },
    barrier,
    { op: 'update', target, patch: { spec: { template: { spec: { containers } } } }, ...common },
    barrier,
    { op: 'scale', target, replicas: 2, ...common },
    barrier,
    { op: 'delete', targets: [target, reference('Service', 'web')], ...common },
  ]);
  expect(violations).toEqual([]);
  expect(rows.map(({ change, replicas, reason }) => [change, replicas, reason])).toEqual([
    ['apply Service/default/web', 0, ''],
    ['apply Deployment/default/web', 5, ''],
    ['update Deployment/default/web', 5, ''],
    ['scale Deployment/default/web', 2, ''],
    ['delete Deployment/default/web', 0, ''],
    ['delete Service/default/web', 0, ''],
  ]);
  for (const row of rows.slice(1, 4)) {
    const ends = [
      row.startedUs,
      row.createdUs,
      row.scheduledUs,
      row.readyUs,
      row.endpointsPublishedUs,
      row.endpointsProgrammedUs,
      row.dnsResolvableUs,
    ] as readonly number[];
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(row.convergedUs).toBe(row.dnsResolvableUs);
  }
  for (const { criticalPath, startedUs, convergedUs = Number.NaN } of rows) {
    expect(criticalPath.reduce((sum, { us }) => sum + us, 0)).toBe(convergedUs - startedUs);
  }
  const [, , update, scale, remove] = rows;
  expect(scale?.startedUs).toBeGreaterThanOrEqual(update?.convergedUs ?? Number.NaN);
  expect(remove?.startedUs).toBeGreaterThanOrEqual(scale?.convergedUs ?? Number.NaN);
});
