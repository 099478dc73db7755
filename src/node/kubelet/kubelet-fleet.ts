// The kubelets of all nodes as one component. Each registers its node, follows the pods bound to
// it, admits them, and hands them to the parts that bring them up, report on them and take them
// down (kubelet-parts.ts).
// Left out: eviction, attached volumes, static pods, image and container garbage collection, CPU of
// the nodes.
// Source: Kubernetes v1.36 pkg/kubelet (reference: nodes-controllers §1).
import { isPodTerminal, type Pod } from '../../api/pod.js';
import type { ApiCall, ApiTransport } from '../../client/api-call.js';
import { type ApiResponse, isSuccess, isWorthAnotherWatch } from '../../client/api-request.js';
import type { Connection } from '../../client/connection.js';
import { clientConstants, watchEventCpuUs } from '../../client/constants.js';
import type { ClusterObserver } from '../../client/observer.js';
import { watchTimeoutSeconds } from '../../client/reflector.js';
import { Slab } from '../../client/slab.js';
import type { WatchEvent, WatchStream } from '../../client/watch.js';
import { type DistributionSpec, distribution } from '../../kernel/distributions.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { RuntimeService } from '../cri.js';
import { type KubeletSettings, kubeletConstants } from './constants.js';
import type { ImageSource } from './image-manager.js';
import { KubeletParts } from './kubelet-parts.js';
import { type KubeletNode, NodeAgent } from './node-agent.js';
import { rejectionOf } from './pod-admission.js';
import type { NetworkPlugin } from './pod-network.js';
import { ContainerRecord, PodRecord } from './pod-record.js';
import { PodServers, type ServerListener } from './pod-servers.js';
import { TimeTable } from './pod-times.js';

export interface KubeletFleetOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly nodes: readonly KubeletNode[];
  /** The runtimes of the nodes; the fleet adds one for each of its nodes. */
  readonly runtime: RuntimeService;
  readonly connectionFor: (node: number) => Connection;
  readonly observer: ClusterObserver;
  readonly network: ImageSource;
  /** From the start of a container until it is able to serve, where its pod does not say. */
  readonly applicationStart: DistributionSpec;
  readonly networkPlugin: NetworkPlugin;
  /** Replaces single constants. */
  readonly settings?: Partial<KubeletSettings>;
  /** Is told which pods accept connections. */
  readonly servers?: ServerListener | undefined;
  /** The one process in which all agents run; absent where each has a machine of its own. */
  readonly host?: CpuHost;
}

/** All kubelets. Nodes are known by their index, pods by their UID. */
export class KubeletFleet {
  readonly #options: KubeletFleetOptions;
  readonly #settings: KubeletSettings;
  readonly #agents: NodeAgent[] = [];
  readonly #pods = new Slab<PodRecord>();
  readonly #times: TimeTable;
  readonly #servers: PodServers;
  readonly #parts: KubeletParts;
  readonly #watchArrived: EventKind;
  readonly #watchDecoded: EventKind = -1;
  readonly #listRetried: EventKind;
  readonly #podHandled: EventKind;

  constructor(options: KubeletFleetOptions) {
    const { simulation, observer, runtime, nodes } = options;
    this.#options = options;
    this.#settings = { ...kubeletConstants, ...options.settings };
    const settings = this.#settings;
    this.#times = new TimeTable(simulation, settings, distribution(options.applicationStart));
    this.#servers = new PodServers(options.servers);
    const context = {
      simulation,
      settings,
      observer,
      runtime,
      agents: this.#agents,
      pods: this.#pods,
      servers: this.#servers,
    };
    this.#parts = new KubeletParts(context, {
      times: this.#times,
      imageSource: options.network,
      networkPlugin: options.networkPlugin,
      registered: (agent) => this.#list(agent),
      released: (record) => this.#release(record),
    });
    this.#watchArrived = simulation.defineEvent('kubelet.PodWatchEventArrived', (node, _, now) =>
      this.#readWatch(this.#agents[node] as NodeAgent, now),
    );
    if (options.host !== undefined) {
      this.#watchDecoded = simulation.defineEvent('kubelet.PodWatchEventDecoded', (node) => {
        const agent = this.#agents[node] as NodeAgent;
        this.#follow(agent, agent.decoding.shift() as WatchEvent);
      });
    }
    this.#listRetried = simulation.defineEvent('kubelet.PodListRetried', (node) => {
      const agent = this.#agents[node] as NodeAgent;
      return agent.isWatchLost ? this.#openWatch(agent) : this.#list(agent);
    });
    this.#podHandled = simulation.defineEvent('kubelet.PodHandled', (slot) =>
      this.#handle(this.#pods.get(slot)),
    );
    for (const node of nodes) this.addNode(node);
  }

  /** Starts the kubelet of one more node now; returns its index. */
  addNode(node: KubeletNode): number {
    const { transport, runtime, connectionFor, host } = this.#options;
    const index = this.#agents.length;
    const agent = new NodeAgent(transport, this.#settings, index, node, connectionFor(index), host);
    this.#agents.push(agent);
    runtime.addNode(node.runtime, node.cores);
    this.#parts.images.addNode(node);
    this.#parts.heartbeats.start(agent);
    return index;
  }

  /**
   * Stops a node for good: its heartbeats cease, and it neither sees nor says anything any more.
   * What it had sent before is still answered.
   */
  stopNode(index: number): void {
    const agent = this.#agents[index] as NodeAgent;
    agent.isStopped = true;
    this.#servers.nodeStopped(index);
    agent.watch?.close();
    agent.watch = undefined;
  }

  /** The network plugin of a node has been installed. */
  networkInstalled(index: number): void {
    this.#parts.heartbeats.networkInstalled(this.#agents[index] as NodeAgent);
  }

  get nodeCount(): number {
    return this.#agents.length;
  }

  /**
   * Pods that kubelets hold state of, also those that are gone from the API but not yet stopped.
   */
  get podCount(): number {
    return this.#pods.size;
  }

  #list(agent: NodeAgent): void {
    if (agent.isStopped) return;
    const fieldSelector = { field: 'spec.nodeName', value: agent.spec.name } as const;
    agent.client.send(
      {
        verb: 'list',
        resource: 'pods',
        namespace: '',
        name: '',
        resourceVersion: 0,
        fieldSelector,
      },
      this.#onListed,
      agent,
    );
  }

  readonly #onListed = (call: ApiCall): void => {
    const agent = call.context as NodeAgent;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#listLater(agent);
    const items = (response.items ?? []) as readonly Pod[];
    const listed = new Set(items.map((pod) => pod.metadata.uid));
    for (const record of [...agent.pods.values()]) {
      if (!listed.has(record.uid)) this.#remove(agent, record.uid);
    }
    for (const pod of items) this.#take(agent, pod);
    agent.watchedRevision = response.revision ?? 0;
    this.#openWatch(agent);
  };

  /** Follows the pods from where the agent has got to. */
  #openWatch(agent: NodeAgent): void {
    agent.isWatchLost = false;
    if (agent.isStopped) return;
    const fieldSelector = { field: 'spec.nodeName', value: agent.spec.name } as const;
    const watcher = { kind: this.#watchArrived, target: agent.index };
    const where = { verb: 'watch', resource: 'pods', namespace: '', name: '' } as const;
    const { random } = this.#options.simulation;
    agent.watchTimeouts ??= random.stream(`kubelet/${agent.spec.name}/watch-timeout`);
    agent.client.send(
      {
        ...where,
        resourceVersion: agent.watchedRevision,
        allowWatchBookmarks: true,
        timeoutSeconds: watchTimeoutSeconds(agent.watchTimeouts),
        fieldSelector,
        watcher,
      },
      this.#onWatching,
      agent,
    );
  }

  readonly #onWatching = (call: ApiCall): void => {
    const agent = call.context as NodeAgent;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) {
      agent.isWatchLost = isWorthAnotherWatch(response);
      return this.#listLater(agent);
    }
    if (agent.isStopped) return (response.watch as WatchStream).close();
    agent.listBackoffUs = 0;
    agent.watch = response.watch as WatchStream;
    this.#readWatch(agent, this.#options.simulation.now);
  };

  #listLater(agent: NodeAgent): void {
    const { reflectorBackoffInitialUs, reflectorBackoffMaxUs } = clientConstants;
    const doubledUs = Math.min(2 * agent.listBackoffUs, reflectorBackoffMaxUs);
    agent.listBackoffUs = Math.max(reflectorBackoffInitialUs, doubledUs);
    this.#options.simulation.after(agent.listBackoffUs, this.#listRetried, agent.index);
  }

  #readWatch(agent: NodeAgent, now: number): void {
    const { watch } = agent;
    const { host } = this.#options;
    if (watch === undefined) return;
    for (let event = watch.next(now); event !== undefined; event = watch.next(now)) {
      agent.watchedRevision = event.revision;
      if (event.type === 'BOOKMARK') continue;
      if (host === undefined) {
        this.#follow(agent, event);
      } else {
        agent.decoding.push(event);
        host.run(watchEventCpuUs(event), this.#watchDecoded, agent.index);
      }
    }
    if (!watch.isEnded) return;
    agent.watch = undefined;
    this.#openWatch(agent);
  }

  #follow(agent: NodeAgent, event: WatchEvent): void {
    const pod = event.object as Pod;
    if (event.type === 'DELETED') this.#remove(agent, pod.metadata.uid ?? '');
    else this.#take(agent, pod);
  }

  /** A pod as the API has it now: new, to be stopped, or changed in a way that needs no act. */
  #take(agent: NodeAgent, pod: Pod): void {
    const { simulation, runtime } = this.#options;
    const known = agent.pods.get(pod.metadata.uid ?? '');
    if (known !== undefined) {
      const graceBefore = known.pod.metadata.deletionGracePeriodSeconds;
      known.pod = pod;
      const isNews = pod.metadata.deletionGracePeriodSeconds !== graceBefore;
      if (isNews && known.state !== 'new') this.#enterSyncLoop(known);
      return;
    }
    if (isPodTerminal(pod)) return;
    const drawn = this.#times.draw(pod, runtime.timesOf(agent.index));
    const inits = pod.spec.initContainers ?? [];
    const containers = [...inits, ...pod.spec.containers].map((spec, index) => {
      const times = drawn.containers[index] as ContainerRecord['times'];
      return new ContainerRecord(spec, index, index < inits.length, times);
    });
    const record = new PodRecord(agent, pod, containers, drawn.pod, simulation.now);
    record.slot = this.#pods.add(record);
    agent.pods.set(record.uid, record);
    this.#enterSyncLoop(record);
  }

  /** The sync loop of a node looks at one pod after the other. */
  #enterSyncLoop(record: PodRecord): void {
    const { simulation } = this.#options;
    const { agent } = record;
    const freeUs = Math.max(simulation.now, agent.syncLoopFreeUs) + this.#settings.syncLoopUs;
    agent.syncLoopFreeUs = freeUs;
    record.pendingHandlings++;
    simulation.at(freeUs, this.#podHandled, record.slot);
  }

  #handle(record: PodRecord): void {
    record.pendingHandlings--;
    const { metadata } = record.pod;
    const isLeaving = record.isRemoved || metadata.deletionTimestamp !== undefined;
    if (isLeaving) this.#parts.terminate(record);
    else if (record.state === 'new') this.#admit(record);
  }

  #admit(record: PodRecord): void {
    const { agent, pod } = record;
    record.rejection = rejectionOf(agent.spec.node, agent.usage, pod.spec);
    if (record.rejection !== undefined) return this.#parts.reject(record);
    agent.usage.add(pod.spec, 1);
    record.isCounted = true;
    this.#parts.workers.begin(record);
  }

  /** The object of a pod is gone. */
  #remove(agent: NodeAgent, uid: string): void {
    const record = agent.pods.get(uid);
    if (record === undefined) return;
    agent.pods.delete(uid);
    record.isRemoved = true;
    if (record.state === 'terminated') this.#release(record);
    else if (record.state !== 'terminating') this.#enterSyncLoop(record);
  }

  /** Nothing is left of a pod; its slot is free once no event names it any more. */
  #release(record: PodRecord): void {
    if (record.pendingHandlings === 0) this.#pods.remove(record.slot);
  }
}
