// The cluster of recorded timelines: a whole control plane on one machine, beside it one process
// that plays the agents of all nodes, and one that loads the cluster and watches it. Pods start and
// stop after exact times; there are no proxies, no DNS and no containers.
// Source: golden/timeline/README.md, "How it was recorded".
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { ApiClient } from '../client/api-client.js';
import { Informer } from '../client/informer.js';
import type { ClusterObserver } from '../client/observer.js';
import { assert } from '../kernel/assert.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import { ContainerRuntimes } from '../node/container-runtime/container-runtimes.js';
import { exactProfile } from '../node/container-runtime/profiles.js';
import { type KubeletSettings, recordedAgentSettings } from '../node/kubelet/constants.js';
import { KubeletFleet } from '../node/kubelet/kubelet-fleet.js';
import { staticNetwork } from '../node/kubelet/pod-network.js';
import { bootstrapObjects } from './bootstrap.js';
import {
  type ClusterSpec,
  type RecordedProcessName,
  recordedProcessNames,
} from './cluster-spec.js';
import { ControlPlane } from './control-plane.js';
import type { ControllerManagerProcess } from './controller-manager-process.js';
import { electedControllers, electedSchedulers, heldLeases } from './elected-components.js';
import type { ElectedProcesses, StopSignal } from './elected-process.js';
import { kubeletNode, nodeLease } from './node-objects.js';
import { OtherLoad } from './other-load.js';
import type { SchedulerProcess } from './scheduler-process.js';

/** An agent starts and stops a pod in exactly this time. */
const AGENT_US = 1_000_000;
/** Whatever the number of pods that start on a node at once. */
const AGENT_CORES = 1_000;
/** Resources that an apiserver follows itself, for its authenticators and admission plugins. */
const LOOPBACK_RESOURCES = ['pods', 'nodes'];
/**
 * An apiserver keeps the endpoints of the Service `kubernetes`, and its own Lease, at this pace.
 * Source: Kubernetes v1.36 pkg/controlplane/reconcilers (reference: nodes-controllers 0.3).
 */
const UPKEEP_US = 10_000_000;

export interface RecordedClusterOptions {
  readonly simulation: Simulation;
  /** One host; its only node pool is the agents'. */
  readonly spec: ClusterSpec;
  /** Beyond recordedAgentSettings. */
  readonly agents: Partial<KubeletSettings>;
  /** Cores of the machine that others used meanwhile. */
  readonly otherCores: number;
  readonly observer: ClusterObserver;
}

/** `start` begins; what the recorder does is its user's affair. */
export class RecordedCluster {
  readonly agents: KubeletFleet;
  readonly #simulation: Simulation;
  readonly #controlPlane: ControlPlane;
  readonly #hostName: string;
  readonly #controllers: ElectedProcesses<ControllerManagerProcess>;
  readonly #schedulers: readonly ElectedProcesses<SchedulerProcess>[];
  readonly #nodeNames: readonly string[];
  readonly #loopback: readonly Informer<KubernetesObject>[];
  readonly #upkeep: ApiClient;
  readonly #upkeepDue: EventKind;
  readonly #others: OtherLoad | undefined;

  constructor({ simulation, spec, agents, otherCores, observer }: RecordedClusterOptions) {
    this.#simulation = simulation;
    const { hosts } = spec.controlPlane;
    const [pool] = spec.nodePools;
    assert(
      hosts.length === 1 && pool !== undefined,
      'recorded clusters have one host and one pool',
    );
    this.#hostName = hosts[0]?.name ?? '';
    const nodes = Array.from({ length: pool.count }, (_, i) => ({
      ...kubeletNode(pool, i, true),
      cores: AGENT_CORES,
    }));
    this.#nodeNames = nodes.map(({ name }) => name);
    const stored = nodes.flatMap(({ name, node }): KubernetesObject[] => [node, nodeLease(name)]);
    const objects = bootstrapObjects(simulation.random, [
      ...stored,
      ...heldLeases(spec.controlPlane),
    ]);
    const controlPlane = new ControlPlane(simulation, spec, objects, observer);
    this.#controlPlane = controlPlane;
    this.#controllers = electedControllers(simulation, controlPlane, spec);
    this.#schedulers = electedSchedulers(simulation, controlPlane, spec.controlPlane, { observer });
    const exact = exactProfile(AGENT_US, AGENT_US);
    const profiles = { containerd: exact, 'cri-o': exact, docker: exact, rkt: exact };
    this.agents = new KubeletFleet({
      simulation,
      transport: controlPlane.transport,
      nodes,
      runtime: new ContainerRuntimes(simulation, profiles),
      connectionFor: (index) => controlPlane.connect(`node-agents/${index}`, 'node'),
      observer,
      network: spec.network,
      applicationStart: { kind: 'constant', value: 0 },
      networkPlugin: staticNetwork((index) => `10.${index >> 8}.${index & 255}.0/24`),
      settings: { ...recordedAgentSettings, ...agents },
      host: this.process('node-agents'),
    });
    if (otherCores > 0)
      this.#others = new OtherLoad(simulation, this.process('recorder'), otherCores);
    this.#loopback = LOOPBACK_RESOURCES.map((resource) =>
      this.#informerOf('kube-apiserver', resource),
    );
    this.#upkeep = this.#clientOf('kube-apiserver', 'kube-apiserver/upkeep', 'system:apiserver');
    this.#upkeepDue = simulation.defineEvent('kube-apiserver.UpkeepDue', () => this.#keepUp());
  }

  /** A process of the machine. */
  process(name: RecordedProcessName): CpuHost {
    return this.#controlPlane.process(name, this.#hostName);
  }

  /** CPU time used so far by process, µs. */
  get usedUs(): Readonly<Record<RecordedProcessName, number>> {
    const entries = recordedProcessNames.map((name) => [name, this.process(name).usedUs] as const);
    return Object.fromEntries(entries) as Record<RecordedProcessName, number>;
  }

  /** CPU time that others have used on the machine so far, µs. */
  get othersUsedUs(): number {
    return this.#others?.usedUs ?? 0;
  }

  /** Stops the agents of the first `count` nodes for good; the names of these nodes. */
  stopNodes(count: number): readonly string[] {
    for (let index = 0; index < count; index++) this.agents.crashNode(index);
    return this.#nodeNames.slice(0, count);
  }

  /** Ends the scheduler that leads; a new process is started as soon as it has gone. */
  restartScheduler(signal: StopSignal): void {
    this.#schedulers[0]?.restart(signal, 0);
  }

  /** A client of the recorder's process. */
  client(name: string, user: string): ApiClient {
    return this.#clientOf('recorder', name, user);
  }

  /** A watch of the recorder's process. */
  informer<T extends KubernetesObject>(resource: string): Informer<T> {
    return this.#informerOf<T>('recorder', resource);
  }

  /** Starts all components; `onReady` is called when the control plane's caches are full. */
  start(onReady: () => void): void {
    const informers = [
      ...this.#controllers.first.manager.informers,
      ...this.#schedulers.flatMap(({ first }) => first.informers),
    ];
    let waiting = informers.length;
    for (const informer of informers) {
      informer.whenSynced(() => {
        if (--waiting === 0) onReady();
      });
    }
    this.#controllers.start();
    for (const scheduler of this.#schedulers) scheduler.start();
    for (const informer of this.#loopback) informer.start();
    this.#keepUp();
  }

  #keepUp(): void {
    for (const resource of ['endpoints', 'endpointslices']) {
      const request = { verb: 'get', resource, namespace: 'default', name: 'kubernetes' } as const;
      this.#upkeep.send(request, () => {});
    }
    this.#simulation.after(UPKEEP_US, this.#upkeepDue);
  }

  #clientOf(process: RecordedProcessName, name: string, user: string): ApiClient {
    return new ApiClient(this.#controlPlane.transport, {
      name,
      user,
      connection: this.#controlPlane.connect(name, 'controlPlane'),
      host: this.process(process),
    });
  }

  #informerOf<T extends KubernetesObject>(
    process: RecordedProcessName,
    resource: string,
  ): Informer<T> {
    const name = `${process}/${resource}`;
    return new Informer<T>(this.#simulation, {
      name,
      resource,
      client: this.#clientOf(process, name, `system:${process}`),
      host: this.process(process),
    });
  }
}
