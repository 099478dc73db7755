// Kubelets on the real control plane, with the defaults of every part: what a pod costs, how large
// its object gets, how long it takes.

import { describe, expect, test } from 'vitest';
import { encodedBytes } from '../../../src/api/encoded-size.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Pod } from '../../../src/api/pod.js';
import type { ApiCall } from '../../../src/client/api-call.js';
import { type PodStage, SilentObserver } from '../../../src/client/observer.js';
import type { WatchEvent } from '../../../src/client/watch.js';
import type { EventKind } from '../../../src/kernel/simulation.js';
import { ContainerRuntimes } from '../../../src/node/container-runtime/container-runtimes.js';
import { KubeletFleet } from '../../../src/node/kubelet/kubelet-fleet.js';
import { nodePodCidr, staticNetwork } from '../../../src/node/kubelet/pod-network.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { boundPod, nodeObject, secondUs } from './kubelet-bench.js';

/** Requests as `verb resource/subresource`, the versions of pods, and when each pod got how far. */
class Watcher extends SilentObserver {
  readonly requests = new Map<string, number>();
  readonly versions: Pod[] = [];
  readonly reached = new Map<PodStage, number>();

  override requestServed({ request }: ApiCall): void {
    const { verb, resource, subresource } = request;
    const key = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
  }

  override committed({ object }: WatchEvent): void {
    if (object.kind === 'Pod') this.versions.push(object);
  }

  override podReached(_uid: string, stage: PodStage): void {
    this.reached.set(stage, (this.reached.get(stage) ?? 0) + 1);
  }
}

/** Nodes that are up, and pods that are created on them one every 10 ms from 1 s on. */
function clusterOf(nodes: number, pods: number, seed = 'kubelets') {
  const preload = Array.from({ length: nodes }, (_, index): KubernetesObject[] => {
    const metadata = { name: `node-${index}`, namespace: 'kube-node-lease', uid: `lease-${index}` };
    const node = nodeObject(index);
    return [
      { ...node, metadata: { ...node.metadata, uid: `node-${index}` } },
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata },
    ];
  }).flat();
  const watcher = new Watcher();
  const plane = new TestControlPlane({ preload, observer: watcher, seed, cores: 16 });
  const { simulation, transport } = plane;
  const fleet = new KubeletFleet({
    simulation,
    transport,
    observer: watcher,
    runtime: new ContainerRuntimes(simulation),
    nodes: Array.from({ length: nodes }, (_, index) => ({
      name: `node-${index}`,
      node: nodeObject(index),
      runtime: 'containerd',
      cores: 4,
      images: ['app:1'],
      serializeImagePulls: true,
      maxParallelImagePulls: 0,
      isRegistered: true,
    })),
    connectionFor: () => plane.connection(),
    network: {
      registryBytesPerSecond: 1e9,
      imageSizes: new Map(),
      imageBytes: { kind: 'constant', value: 1e8 },
    },
    applicationStart: { kind: 'constant', value: secondUs },
    networkPlugin: staticNetwork((index) => nodePodCidr('10.244.0.0/16', index, 24)),
  });
  const client = plane.client();
  const arrived: EventKind = simulation.defineEvent('test.PodArrived', (index) => {
    const pod = boundPod(`web-${index}`, {}, { node: `node-${index % nodes}` });
    const { name, namespace = '' } = pod.metadata;
    const body = { ...pod, metadata: { name, namespace } };
    client.send({ verb: 'create', resource: 'pods', namespace, name, body }, () => undefined);
  });
  for (let i = 0; i < pods; i++) simulation.at(secondUs + i * 10_000, arrived, i);
  return { plane, simulation, fleet, watcher, client };
}

describe('a pod on an idle node', () => {
  const { simulation, watcher } = clusterOf(1, 1);
  simulation.run(6 * secondUs);
  const phases = watcher.versions.map(({ status }) => status?.phase);

  test('is running within the published budget (reference nodes-controllers §10.4)', () => {
    const last = watcher.versions.at(-1);
    const ready = last?.status?.conditions?.find(({ type }) => type === 'Ready');
    const seconds = ((ready?.lastTransitionTime ?? 0) - secondUs) / secondUs;
    expect(last?.status?.phase).toBe('Running');
    expect(seconds).toBeGreaterThan(0.5);
    expect(seconds).toBeLessThan(2.8);
  });

  test('costs three status writes of a GET and a PATCH, and three Events', () => {
    const { requests } = watcher;
    const counts = ['get pods', 'patch pods/status', 'create events'].map((key) =>
      requests.get(key),
    );
    expect(counts).toEqual([3, 3, 3]);
    expect(phases).toEqual(['Pending', 'Pending', 'Pending', 'Running']);
  });

  test('grows by more than a kilobyte with its first status', () => {
    const sizes = watcher.versions.map((pod) => encodedBytes(pod));
    const [created = 0, waiting = 0] = sizes;
    expect(waiting - created).toBeGreaterThan(900);
    expect(waiting - created).toBeLessThan(1_500);
    expect(sizes.at(-1)).toBeGreaterThan(waiting);
  });
});

describe('many pods', () => {
  const nodes = 20;
  const pods = 200;

  test('all get up and running, for 15 events of the kubelets each', () => {
    const { simulation, watcher, fleet } = clusterOf(nodes, pods);
    const counts = new Map<string, number>();
    simulation.onEvent = (_time, name) => counts.set(name, (counts.get(name) ?? 0) + 1);
    simulation.run(20 * secondUs);
    expect(watcher.reached.get('containersStarted')).toBe(pods);
    expect(fleet.podCount).toBe(pods);
    const perPod = (name: string): number => (counts.get(name) ?? 0) / pods;
    const steps = ['PodHandled', 'PodDirectoriesMade', 'VolumesMounted', 'PodSandboxCreated'];
    const starts = ['ContainerCreated', 'ContainerStarted', 'PodRelisted'];
    expect([...steps, ...starts].map((name) => perPod(`kubelet.${name}`))).toEqual(
      Array(7).fill(1),
    );
    expect(perPod('container-runtime.JobServed')).toBe(3);
    expect(perPod('kubelet.PodWatchEventArrived')).toBeLessThanOrEqual(5);
  });

  test('leave nothing behind when all are deleted', () => {
    const { simulation, fleet, client, plane } = clusterOf(nodes, pods);
    simulation.run(20 * secondUs);
    for (let i = 0; i < pods; i++) {
      const request = { verb: 'delete', resource: 'pods', namespace: 'default' } as const;
      client.send({ ...request, name: `web-${i}` }, () => undefined);
    }
    simulation.run(60 * secondUs);
    expect(fleet.podCount).toBe(0);
    const list = { verb: 'list', resource: 'pods', namespace: '', name: '' } as const;
    expect(plane.request(client, list).items).toEqual([]);
  });

  test('give the same trace for the same seed, and another one for another', () => {
    const trace = (seed: string): string => {
      const { simulation } = clusterOf(5, 20, seed);
      simulation.run(10 * secondUs);
      return simulation.traceHash;
    };
    expect(trace('a')).toBe(trace('a'));
    expect(trace('b')).not.toBe(trace('a'));
  });
});
