// The kube-scheduler process: its informers, its two clients, and the scheduler on them. A standby
// fills its caches already.
// Source: Kubernetes v1.36 cmd/kube-scheduler/app/server.go; reference: scheduler 1.1.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node } from '../api/node.js';
import type { Pod } from '../api/pod.js';
import { ApiClient } from '../client/api-client.js';
import type { Connection } from '../client/connection.js';
import { Informer } from '../client/informer.js';
import type { ClusterObserver } from '../client/observer.js';
import {
  frameworksFor,
  pluginHandle,
} from '../control-plane/scheduler/configuration/plugin-sets.js';
import type { ExtenderConfiguration } from '../control-plane/scheduler/configuration/scheduler-configuration.js';
import { gatedConfiguration } from '../control-plane/scheduler/feature-gates.js';
import type {
  PluginRegistry,
  SchedulerHandle,
} from '../control-plane/scheduler/framework/plugin-handle.js';
import { registry } from '../control-plane/scheduler/plugins/registry.js';
import { Scheduler } from '../control-plane/scheduler/scheduler.js';
import type { SchedulerMonitor } from '../control-plane/scheduler/scheduler-monitor.js';
import type { ExtenderSource } from '../control-plane/scheduler/scheduler-options.js';
import type { SchedulingRecorder } from '../control-plane/scheduler/scheduling-recorder.js';
import { distribution } from '../kernel/distributions.js';
import type { Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import { seconds } from '../kernel/time.js';
import { defaultSchedulerProcess, type SchedulerSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';
import type { ReplicaProcess } from './elected-process.js';

/** What kube-scheduler watches besides pods and nodes, for its plugins. */
const PLUGIN_RESOURCES = [
  'namespaces',
  'services',
  'replicationcontrollers',
  'replicasets',
  'statefulsets',
  'poddisruptionbudgets',
  'persistentvolumes',
  'persistentvolumeclaims',
  'storageclasses',
  'csinodes',
  'csidrivers',
  'csistoragecapacities',
];

/** Who the process is to the API server: others than the built-in one have a service account. */
export function schedulerUser(name: string): string {
  return name === defaultSchedulerProcess
    ? `system:${name}`
    : `system:serviceaccount:kube-system:${name}`;
}

/** Makes what one of the schedulers tells everything about the scheduling of some pods. */
export type SchedulingRecorderSource = (
  simulation: Simulation,
  scheduler: SchedulerSpec,
) => SchedulingRecorder;

/** Who is told what the scheduler does, and who helps it to decide. */
export interface SchedulerListeners {
  readonly observer: ClusterObserver;
  /** Absent when nobody asks. */
  readonly scheduling?: SchedulingRecorderSource | undefined;
  /** Plugins besides the default ones. */
  readonly plugins?: PluginRegistry | undefined;
  /** Who measures the scheduler of that name. */
  readonly monitorOf?: (name: string) => SchedulerMonitor | undefined;
}

/** One process; nothing happens before `standBy`. */
export class SchedulerProcess implements ReplicaProcess {
  readonly connections: Connection[] = [];
  readonly leaseClient: ApiClient;
  readonly pods: Informer<Pod>;
  /** All of them, `pods` first. */
  readonly informers: readonly {
    start(): void;
    whenSynced(done: () => void): void;
  }[];
  readonly #simulation: Simulation;
  readonly #controlPlane: ControlPlane;
  readonly #spec: SchedulerSpec;
  readonly #groups: readonly string[];
  readonly #host: CpuHost;
  readonly #registry: PluginRegistry;
  readonly #scheduler: Scheduler;

  /** `groups` are those of its user, besides those that every user has. */
  constructor(
    simulation: Simulation,
    controlPlane: ControlPlane,
    spec: SchedulerSpec,
    host: CpuHost,
    { observer, scheduling, monitorOf, plugins = new Map() }: SchedulerListeners,
    groups: readonly string[] = [],
  ) {
    this.#simulation = simulation;
    this.#controlPlane = controlPlane;
    this.#spec = spec;
    this.#groups = groups;
    this.#host = host;
    this.leaseClient = this.#client('leader-election', spec.leaderElection.renewDeadlineUs / 2);
    this.pods = this.#informer<Pod>('pods');
    const nodes = this.#informer<Node>('nodes');
    const objects = PLUGIN_RESOURCES.map((resource) => this.#informer(resource));
    this.informers = [this.pods, nodes, ...objects];
    const { tieBreak, featureGates } = spec;
    const configuration = gatedConfiguration(spec.configuration, featureGates);
    this.#registry = new Map([...registry, ...plugins]);
    this.#scheduler = new Scheduler({
      name: spec.name,
      simulation,
      host: this.#host,
      client: this.#client('binder'),
      eventsClient: this.#client('events'),
      pods: this.pods,
      nodes,
      objects,
      observer,
      recorder: scheduling?.(simulation, spec),
      monitor: monitorOf?.(spec.name),
      profiles: (handle) => frameworksFor(configuration, this.#registry, handle),
      percentageOfNodesToScore: configuration.percentageOfNodesToScore,
      parallelism: configuration.parallelism,
      tieBreak,
      featureGates,
      ...(spec.extenders.length > 0 && { extenders: (handle) => this.#extenders(handle) }),
      podInitialBackoffUs: seconds(configuration.podInitialBackoffSeconds),
      podMaxBackoffUs: seconds(configuration.podMaxBackoffSeconds),
    });
  }

  standBy(): void {
    for (const informer of this.informers) informer.start();
  }

  /** Scheduling begins when the caches are full. */
  lead(): void {
    this.#scheduler.start();
  }

  #extenders(handle: SchedulerHandle): ExtenderSource[] {
    const { extenders, configuration } = this.#spec;
    const { bytesPerSecond } = this.#controlPlane;
    const args = configuration.profiles[0]?.pluginConfig;
    return extenders.map(({ latency, plugin }, index) => ({
      configuration: configuration.extenders[index] as ExtenderConfiguration,
      latency: distribution(latency),
      bytesPerSecond,
      plugin: this.#registry.get(plugin)?.(
        args?.get(plugin),
        pluginHandle(handle, () => undefined),
      ),
    }));
  }

  #informer<T extends KubernetesObject>(resource: string): Informer<T> {
    return new Informer<T>(this.#simulation, {
      name: `${this.#spec.name}/${resource}`,
      resource,
      client: this.#client(`informers/${resource}`),
      host: this.#host,
    });
  }

  #client(purpose: string, timeoutUs?: number): ApiClient {
    const name = `${this.#spec.name}/${purpose}`;
    const connection = this.#controlPlane.connect(name, 'controlPlane', this.#host.meter.name);
    this.connections.push(connection);
    return new ApiClient(this.#controlPlane.transport, {
      name,
      user: schedulerUser(this.#spec.name),
      groups: this.#groups,
      connection,
      limit: this.#spec.client,
      host: this.#host,
      timeoutUs,
    });
  }
}
