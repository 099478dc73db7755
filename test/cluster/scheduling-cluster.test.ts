// The cluster of scheduler_perf: who is in it, and when it is ready.
import { describe, expect, test } from 'vitest';
import type { Node } from '../../src/api/node.js';
import type { Pod } from '../../src/api/pod.js';
import type { ApiCall } from '../../src/client/api-call.js';
import type { ApiRequest } from '../../src/client/api-request.js';
import { SilentObserver } from '../../src/client/observer.js';
import { SchedulingCluster } from '../../src/cluster/scheduling-cluster.js';
import { schedulerPerfMachine } from '../../src/experiment/run-scheduler-perf.js';
import { Simulation } from '../../src/kernel/simulation.js';

class Requests extends SilentObserver {
  readonly users = new Set<string>();
  readonly groups = new Set<string>();
  readonly calls: ApiCall[] = [];

  override requestServed(call: ApiCall): void {
    this.calls.push(call);
    this.users.add(call.caller.user);
    for (const group of call.caller.groups) this.groups.add(group);
  }
}

const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: {},
  status: { capacity: { cpu: '1', memory: '1Gi', pods: '10' } },
});

const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});

const create = (object: Node | Pod): ApiRequest => ({
  verb: 'create',
  resource: object.kind === 'Node' ? 'nodes' : 'pods',
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  body: object,
});

function start(seconds: number, onReady: (cluster: SchedulingCluster) => void) {
  const simulation = new Simulation('1');
  const observer = new Requests();
  const cluster = new SchedulingCluster(simulation, schedulerPerfMachine(), { observer });
  let readyUs = -1;
  cluster.start(() => {
    readyUs = simulation.now;
    onReady(cluster);
  });
  simulation.run(seconds * 1_000_000);
  return { cluster, observer, readyUs };
}

describe('a cluster', () => {
  test('is ready when the caches of its scheduler are full, and only once', () => {
    let calls = 0;
    const { readyUs, observer } = start(5, () => calls++);
    expect(calls).toBe(1);
    expect(readyUs).toBeGreaterThan(0);
    expect(readyUs).toBeLessThan(1_000_000);
    const lists = observer.calls.filter(({ request }) => request.sendInitialEvents === true);
    expect(lists.map(({ request }) => request.resource)).toEqual(
      expect.arrayContaining(['pods', 'nodes', 'persistentvolumes']),
    );
  });

  test('binds pods that nobody starts', () => {
    const { cluster } = start(5, (made) => {
      const client = made.client('test', { qps: 5000, burst: 5000 });
      for (const object of [node('n'), pod('a'), pod('b')]) client.send(create(object), () => {});
    });
    const pods = [...cluster.pods.store.values()];
    expect(pods.map(({ metadata, spec }) => [metadata.name, spec.nodeName])).toEqual([
      ['a', 'n'],
      ['b', 'n'],
    ]);
    expect(pods.map(({ status }) => status?.phase ?? 'Pending')).toEqual(['Pending', 'Pending']);
  });

  test('has no other clients than its scheduler and the test, which nothing holds up', () => {
    const { observer } = start(30, (made) => {
      made.client('test', { qps: 5000, burst: 5000 }).send(create(node('n')), () => {});
    });
    expect([...observer.users].sort()).toEqual(['system:apiserver', 'system:kube-scheduler']);
    expect([...observer.groups].sort()).toEqual(['system:authenticated', 'system:masters']);
    expect(observer.calls.every(({ queueWaitUs }) => queueWaitUs === 0)).toBe(true);
  });

  test('knows its machine and its disk', () => {
    const { cluster } = start(1, () => {});
    expect(cluster.meters.map(({ name }) => name)).toEqual(['control-plane-0', 'etcd-0/disk']);
  });

  test('keeps a client of the test to its limit', () => {
    const sent = 40;
    const { observer } = start(5, (made) => {
      const client = made.client('slow', { qps: 10, burst: 10 });
      for (let i = 0; i < sent; i++) client.send(create(pod(`p-${i}`)), () => {});
    });
    const times = observer.calls
      .filter(({ request }) => request.verb === 'create' && request.resource === 'pods')
      .map(({ receivedUs }) => receivedUs);
    expect(times).toHaveLength(sent);
    // Ten at once, the others ten a second.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(2_900_000);
  });
});
