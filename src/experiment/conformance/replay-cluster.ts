// A scheduler without a cluster around it: cache, snapshot, profiles and the decision itself, fed
// with recorded objects. No simulation, no clients, no time.

import { decodeObject } from '../../api/decoding.js';
import { formatPath } from '../../api/field-path.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import type { ClusterObjects } from '../../control-plane/scheduler/cache/cluster-objects.js';
import { SchedulerCache } from '../../control-plane/scheduler/cache/scheduler-cache.js';
import { frameworksFor } from '../../control-plane/scheduler/configuration/plugin-sets.js';
import { readConfiguration } from '../../control-plane/scheduler/configuration/read-configuration.js';
import type { Framework } from '../../control-plane/scheduler/framework/framework.js';
import type { Nominator } from '../../control-plane/scheduler/framework/nominator.js';
import type { PluginRegistry } from '../../control-plane/scheduler/framework/plugin-handle.js';
import { PodInfo } from '../../control-plane/scheduler/framework/pod-info.js';
import { SchedulingAlgorithm } from '../../control-plane/scheduler/framework/scheduling-algorithm.js';
import { inertHandle } from '../../control-plane/scheduler/inert-handle.js';
import { assert } from '../../kernel/assert.js';
import type { Json, RecordedCluster, RecordedObject } from './recording.js';

/** 2026-01-01T00:00:00Z: time 0 of a replay. */
const originUnixMicros = 1_767_225_600_000_000;

/** The lists of a recorded cluster that hold neither nodes nor pods, and what is in them. */
const kinds: readonly (readonly [list: string, apiVersion: string, kind: string])[] = [
  ['namespaces', 'v1', 'Namespace'],
  ['services', 'v1', 'Service'],
  ['replicationControllers', 'v1', 'ReplicationController'],
  ['replicaSets', 'apps/v1', 'ReplicaSet'],
  ['statefulSets', 'apps/v1', 'StatefulSet'],
  ['podDisruptionBudgets', 'policy/v1', 'PodDisruptionBudget'],
  ['persistentVolumes', 'v1', 'PersistentVolume'],
  ['persistentVolumeClaims', 'v1', 'PersistentVolumeClaim'],
  ['storageClasses', 'storage.k8s.io/v1', 'StorageClass'],
  ['csiNodes', 'storage.k8s.io/v1', 'CSINode'],
  ['csiDrivers', 'storage.k8s.io/v1', 'CSIDriver'],
  ['csiStorageCapacities', 'storage.k8s.io/v1', 'CSIStorageCapacity'],
];

function decoded<T>(apiVersion: string, kind: string, object: RecordedObject): T {
  const metadata = { ...(object['metadata'] as object) };
  const raw = { apiVersion, kind, ...object, metadata } as unknown as KubernetesObject;
  return decodeObject(raw, { originUnixMicros }) as unknown as T;
}

/** A recorded node as the scheduler has it. */
export function nodeOf(object: RecordedObject): Node {
  const node = decoded<Node>('v1', 'Node', object);
  return node.spec === undefined ? { ...node, spec: {} } : node;
}

/** A recorded pod as the scheduler has it. */
export function podOf(object: RecordedObject): Pod {
  return decoded('v1', 'Pod', object);
}

/** Everything that decides. */
export class ReplayCluster {
  readonly cache: SchedulerCache = new SchedulerCache();
  readonly nominator: Nominator;
  readonly objects: ClusterObjects;
  readonly algorithm: SchedulingAlgorithm;
  readonly #frameworks: ReadonlyMap<string, Framework>;

  /** `config` is a KubeSchedulerConfiguration, or null. @throws AssertionError for a bad one. */
  constructor(config: Json, registry: PluginRegistry) {
    const { configuration, problems } = readConfiguration(config, registry.keys());
    const [problem] = problems.filter(({ severity }) => severity === 'error');
    const text = problem === undefined ? '' : `${formatPath(problem.path)}: ${problem.message}`;
    assert(configuration !== undefined, `the recorded configuration is refused: ${text}`);
    const { percentageOfNodesToScore } = configuration;
    const handle = inertHandle(this.cache);
    this.objects = handle.listers;
    this.nominator = handle.nominator;
    this.algorithm = new SchedulingAlgorithm(this.cache.snapshot, this.nominator, {
      percentageOfNodesToScore,
    });
    const frameworks = frameworksFor(configuration, registry, handle);
    this.#frameworks = new Map(frameworks.map((each) => [each.schedulerName, each]));
  }

  /** Takes over the objects of a cluster; waiting pods that are nominated count as such. */
  load(cluster: RecordedCluster): void {
    for (const [list, apiVersion, kind] of kinds) {
      for (const object of cluster[list] ?? []) {
        this.objects.set(decoded(apiVersion, kind, object));
      }
    }
    for (const node of cluster['nodes'] ?? []) this.cache.addNode(nodeOf(node));
    for (const object of cluster['pods'] ?? []) this.#addPod(podOf(object));
  }

  #addPod(pod: Pod): void {
    this.objects.set(pod);
    const info = new PodInfo(pod);
    if (info.nodeName !== '') this.cache.addPod(info);
    else this.nominator.nominate(info, pod.status?.nominatedNodeName ?? '');
  }

  /** The profile that the pod names. */
  frameworkOf(info: PodInfo): Framework {
    const framework = this.#frameworks.get(info.schedulerName);
    assert(framework !== undefined, `no profile is named "${info.schedulerName}"`);
    return framework;
  }

  /** Puts a decided pod onto its node as the API server reports it, `startTime` in µs. */
  bind(info: PodInfo, nodeName: string, startTime: number): void {
    this.cache.assumePod(info.on(nodeName));
    const { spec, status } = info.pod;
    const pod = { ...info.pod, spec: { ...spec, nodeName }, status: { ...status, startTime } };
    this.objects.set(pod);
    this.cache.addPod(new PodInfo(pod));
  }

  /** The pod of that name is gone. */
  deletePod(namespace: string, name: string): void {
    const pod = this.objects.pod(namespace, name);
    if (pod === undefined) return;
    this.objects.delete(pod);
    this.cache.removePod(new PodInfo(pod).uid);
  }
}
