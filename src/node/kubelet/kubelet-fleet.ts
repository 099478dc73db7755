// The kubelets of all nodes as one component. Each registers its node, follows the pods bound to
// it, admits them, and hands them to the parts that bring them up, report on them and take them
// down (kubelet-parts.ts). A kubelet may stop and start again, and its machine may fail.
// Left out: collection of dead containers.
// Source: Kubernetes v1.36 pkg/kubelet (reference: nodes-controllers §1).
import { isPodTerminal, type Pod } from '../../api/pod.js';
import type { ApiTransport } from '../../client/api-transport.js';
import { type Connection, endConnection } from '../../client/connection.js';
import type { ClusterObserver } from '../../client/observer.js';
import { Slab } from '../../client/slab.js';
import { type DistributionSpec, distribution } from '../../kernel/distributions.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { RuntimeService } from '../cri.js';
import type { NodeCpus } from '../node-cpus.js';
import { type KubeletSettings, kubeletConstants } from './constants.js';
import { isCritical } from './eviction-ranking.js';
import type { ImageSource, RegistryCondition } from './image-manager.js';
import type { KubeletContext } from './kubelet-context.js';
import { loseSandbox, orphan } from './kubelet-lives.js';
import type { KubeletMonitor } from './kubelet-monitor.js';
import { KubeletParts } from './kubelet-parts.js';
import { type KubeletNode, NodeAgent } from './node-agent.js';
import { type NodeStorageSpec, registerDrivers } from './node-storage.js';
import { pressureRejection } from './pod-admission.js';
import type { NetworkPlugin } from './pod-network.js';
import { containersOf, noEvent, PodRecord } from './pod-record.js';
import { PodServers, type ServerListener } from './pod-servers.js';
import { type PodListener, PodSource } from './pod-source.js';
import { type ContainerTimes, TimeTable } from './pod-times.js';
import { fitRejection, preemptionVictims } from './preemption.js';
import { isMirror, isStatic, staticPod } from './static-pods.js';

export interface KubeletFleetOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly nodes: readonly KubeletNode[];
  /** The runtimes of the nodes; the fleet adds one for each of its nodes. */
  readonly runtime: RuntimeService;
  /** The CPU of the nodes, which their containers share; the fleet adds each of its nodes. */
  readonly cpus?: NodeCpus;
  readonly connectionFor: (node: number) => Connection;
  readonly observer: ClusterObserver;
  readonly network: ImageSource;
  /** From the start of a container until it is able to serve, where its pod does not say. */
  readonly applicationStart: DistributionSpec;
  readonly networkPlugin: NetworkPlugin;
  /** CSI drivers; absent: no pod has claims. */
  readonly storage?: NodeStorageSpec | undefined;
  /** Replaces single constants. */
  readonly settings?: Partial<KubeletSettings>;
  /** Who measures the kubelets. */
  readonly monitor?: KubeletMonitor | undefined;
  /** Is told which pods accept connections. */
  readonly servers?: ServerListener | undefined;
  /** Is told of the failure of a machine. */
  readonly onNodeFailed?: (node: number) => void;
  /** Is told that a kubelet that was down is up again. */
  readonly onKubeletUp?: (node: number) => void;
  /** The one process in which all agents run; absent where each has a machine of its own. */
  readonly host?: CpuHost;
}

/** All kubelets. Nodes are known by their index, pods by their UID. */
export class KubeletFleet implements PodListener {
  readonly #options: KubeletFleetOptions;
  readonly #settings: KubeletSettings;
  readonly #agents: NodeAgent[] = [];
  readonly #pods = new Slab<PodRecord>();
  readonly #times: TimeTable;
  readonly #servers: PodServers;
  readonly #context: KubeletContext;
  readonly #parts: KubeletParts;
  readonly #source: PodSource;
  readonly #podHandled: EventKind;
  readonly #processStarted: EventKind;

  constructor(options: KubeletFleetOptions) {
    const { simulation, observer, runtime, nodes } = options;
    this.#options = options;
    this.#settings = { ...kubeletConstants, ...options.settings };
    const settings = this.#settings;
    this.#times = new TimeTable(simulation, settings, distribution(options.applicationStart));
    this.#servers = new PodServers(options.servers);
    this.#context = {
      simulation,
      settings,
      observer,
      monitor: options.monitor,
      runtime,
      cpus: options.cpus,
      agents: this.#agents,
      pods: this.#pods,
      servers: this.#servers,
      lazyHeartbeats: options.transport.heartbeats,
    };
    this.#parts = new KubeletParts(this.#context, {
      times: this.#times,
      imageSource: options.network,
      networkPlugin: options.networkPlugin,
      storage: options.storage,
      registered: (agent) => {
        if (options.storage !== undefined && agent.spec.isRegistered !== true && agent.life === 0) {
          registerDrivers(agent, options.storage);
        }
        this.#source.list(agent);
      },
      released: (record) => this.#release(record),
      freed: (agent) => this.#freed(agent),
    });
    this.#source = new PodSource(this.#context, this, options.host);
    this.#podHandled = simulation.defineEvent('kubelet.PodHandled', (slot) =>
      this.#handle(this.#pods.get(slot)),
    );
    this.#processStarted = simulation.defineEvent('kubelet.ProcessStarted', (node) =>
      this.#startNextLife(this.#agents[node] as NodeAgent),
    );
    for (const node of nodes) this.addNode(node);
  }

  /** Starts the kubelet of one more node now; returns its index. */
  addNode(node: KubeletNode): number {
    const { transport, runtime, cpus, connectionFor, host } = this.#options;
    const index = this.#agents.length;
    const agent = new NodeAgent(transport, this.#settings, index, node, connectionFor(index), host);
    this.#agents.push(agent);
    cpus?.addNode(node.cores);
    runtime.addNode(node.runtime, node.cores);
    this.#parts.images.addNode(node);
    this.#begin(agent);
    return index;
  }

  /** A kubelet is up: it runs what it finds in files, and makes its node known. */
  #begin(agent: NodeAgent): void {
    const { name, staticPods = [] } = agent.spec;
    for (const manifest of staticPods) {
      this.#enterSyncLoop(this.#newRecord(agent, staticPod(manifest, name)));
    }
    this.#parts.heartbeats.start(agent);
  }

  podsListed(agent: NodeAgent, pods: readonly Pod[]): void {
    const listed = new Set(pods.map((pod) => pod.metadata.uid));
    for (const record of [...agent.pods.values()]) {
      if (!listed.has(record.uid) && !isStatic(record.pod)) this.podRemoved(agent, record.uid);
    }
    for (const pod of pods) this.podChanged(agent, pod);
    for (const left of [...agent.leftovers.values()]) this.#dropLeftover(agent, left);
    this.#parts.statics.mirrorAll(agent);
  }

  /** A pod as the API has it now: new, to be stopped, or changed in a way that needs no act. */
  podChanged(agent: NodeAgent, pod: Pod): void {
    if (isMirror(pod)) return this.#parts.statics.changed(agent, pod);
    const known = agent.pods.get(pod.metadata.uid ?? '');
    if (known !== undefined) {
      const graceBefore = known.pod.metadata.deletionGracePeriodSeconds;
      known.pod = pod;
      const isNews = pod.metadata.deletionGracePeriodSeconds !== graceBefore;
      if (isNews && known.state !== 'new') this.#enterSyncLoop(known);
      else this.#parts.reconcile(known);
      return;
    }
    if (isPodTerminal(pod) && !agent.leftovers.has(pod.metadata.uid ?? '')) return;
    this.#enterSyncLoop(this.#newRecord(agent, pod));
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
    if (record.state === 'orphaned') return this.#release(record);
    const { metadata } = record.pod;
    const isLeaving = record.isRemoved || metadata.deletionTimestamp !== undefined;
    if (isLeaving) this.#parts.terminate(record);
    else if (record.state === 'new' && !record.isDeletable) this.#admit(record);
  }

  #admit(record: PodRecord): void {
    const { agent, pod } = record;
    const isTooFull = fitRejection(agent, pod.spec);
    const rejection = pressureRejection(agent.pressure, pod) ?? isTooFull;
    if (rejection !== undefined && rejection === isTooFull && this.#makesRoom(record)) return;
    record.rejection = rejection;
    if (rejection !== undefined) return this.#parts.reject(record);
    agent.usage.add(pod.spec, 1);
    this.#options.cpus?.setBurstable(agent.index, agent.usage.burstableMilli);
    record.isCounted = true;
    this.#parts.admitted(record);
  }

  /** Whether a pod waits until others have gone for it. */
  #makesRoom(record: PodRecord): boolean {
    const { agent, pod } = record;
    if (!isCritical(pod)) return false;
    if (agent.preemptors.has(record)) return true;
    const victims = preemptionVictims(agent, pod.spec);
    if (victims.length === 0) return false;
    agent.preemptors.add(record);
    const signal = fitRejection(agent, pod.spec)?.reason.replace('OutOf', '') ?? '';
    for (const victim of victims) {
      this.#context.monitor?.podPreempted(signal);
      this.#parts.preempt(victim);
    }
    return true;
  }

  /** A pod has given its place back: critical pods that wait are looked at again. */
  #freed(agent: NodeAgent): void {
    for (const record of agent.preemptors) {
      const isGone = record.isRemoved || record.state !== 'new';
      if (!isGone && fitRejection(agent, record.pod.spec) !== undefined) continue;
      agent.preemptors.delete(record);
      if (!isGone) this.#enterSyncLoop(record);
    }
  }

  /** The object of a pod is gone. */
  podRemoved(agent: NodeAgent, uid: string): void {
    if (this.#parts.statics.removed(agent, uid)) return;
    const record = agent.pods.get(uid);
    if (record === undefined) return;
    agent.pods.delete(uid);
    record.isRemoved = true;
    if (record.state === 'terminated') this.#release(record);
    else if (record.state !== 'terminating') this.#enterSyncLoop(record);
  }

  /** Nothing is left of a pod; its slot is free once no event names it any more. */
  #release(record: PodRecord): void {
    if (record.state === 'orphaned' && !record.isRemoved) return; // another kubelet will find it
    const isNamed = record.pendingHandlings > 0 || record.callsInFlight > 0;
    if (!isNamed) this.#pods.remove(record.slot);
  }

  /** What a kubelet knows of a pod that it meets for the first time, or finds on its node. */
  #newRecord(agent: NodeAgent, pod: Pod): PodRecord {
    const record = this.#makeRecord(agent, pod);
    agent.pods.set(record.uid, record);
    const before = agent.leftovers.get(record.uid);
    if (before === undefined) return record;
    agent.leftovers.delete(record.uid);
    this.#parts.takeOver(before, record);
    this.#release(before);
    return record;
  }

  #makeRecord(agent: NodeAgent, pod: Pod): PodRecord {
    const { simulation, runtime } = this.#options;
    const drawn = this.#times.draw(pod, runtime.timesOf(agent.index));
    const containers = containersOf(pod, (index) => drawn.containers[index] as ContainerTimes);
    const record = new PodRecord(agent, pod, containers, drawn.pod, simulation.now);
    record.slot = this.#pods.add(record);
    return record;
  }

  /** A pod whose object has gone while no kubelet was there: what runs of it is stopped. */
  #dropLeftover(agent: NodeAgent, before: PodRecord): void {
    const record = this.#newRecord(agent, before.pod);
    this.podRemoved(agent, record.uid);
  }

  /**
   * A pod has been running on a node since before the run: its kubelet finds it. To be called
   * before the simulation is run, in the order in which addresses were given out.
   */
  adopt(index: number, pod: Pod): void {
    const agent = this.#agents[index] as NodeAgent;
    const record = this.#makeRecord(agent, pod);
    this.#parts.adopt(record);
    agent.leftovers.set(record.uid, record);
    for (const { spec, state, isInit } of record.containers) {
      if (state !== 'running' || isInit) continue;
      this.#options.cpus?.containerStarted(index, pod, spec);
    }
    const last = record.containers.at(-1);
    if (last !== undefined) this.#servers.started(record, last);
  }

  /**
   * Ends the kubelet of a node as SIGKILL does; its containers go on. What it had sent is not
   * answered any more. Nothing happens when it is down; a start that is under way is called off.
   */
  stopKubelet(index: number): void {
    const agent = this.#agents[index] as NodeAgent;
    if (agent.startEvent !== noEvent) this.#context.simulation.cancel(agent.startEvent);
    agent.startEvent = noEvent;
    if (agent.isStopped) return;
    agent.isStopped = true;
    this.#source.stop(agent);
    this.#parts.stop(agent);
    endConnection(agent.connection);
    for (const record of agent.pods.values()) orphan(this.#context, record);
  }

  /** Starts a kubelet that is down; it is at work after its start-up time. */
  startKubelet(index: number): void {
    const agent = this.#agents[index] as NodeAgent;
    if (!agent.isStopped || agent.startEvent !== noEvent) return;
    const { kubeletStartUs } = this.#settings;
    const { simulation } = this.#context;
    agent.startEvent = simulation.after(kubeletStartUs, this.#processStarted, index);
  }

  /** A kubelet that was down starts: another process on the same node. */
  #startNextLife(before: NodeAgent): void {
    const { transport, connectionFor, host } = this.#options;
    const { index, spec } = before;
    const connection = connectionFor(index);
    connection.isClosed = true; // its first request connects
    const agent = new NodeAgent(
      transport,
      this.#settings,
      index,
      spec,
      connection,
      host,
      before.life + 1,
    );
    for (const map of [before.leftovers, before.pods]) {
      for (const [uid, record] of map) agent.leftovers.set(uid, record);
    }
    agent.clockOffsetUs = before.clockOffsetUs;
    this.#agents[index] = agent;
    this.#begin(agent);
    this.#options.onKubeletUp?.(index);
  }

  /**
   * The machine of a node fails: its kubelet and all its containers end, images stay on its disk.
   * `startKubelet` is its next boot.
   */
  crashNode(index: number): void {
    this.stopKubelet(index);
    const agent = this.#agents[index] as NodeAgent;
    this.#options.observer.nodeFailed(agent.spec.name);
    this.#parts.lose(index);
    this.#servers.nodeStopped(index);
    this.#options.cpus?.nodeFailed(index);
    this.#options.onNodeFailed?.(index);
    for (const record of [...agent.pods.values(), ...agent.leftovers.values()]) {
      loseSandbox(this.#context, record);
    }
  }

  /** Sets the clock of a node's machine forward by `us`, or back where that is negative. */
  shiftClock(index: number, us: number): void {
    (this.#agents[index] as NodeAgent).clockOffsetUs += us;
  }

  /** How the registry is from now on, for all nodes. */
  setRegistry(condition: RegistryCondition): void {
    this.#parts.images.registry = condition;
  }

  /** Whether the kubelet of a node is down. */
  isStopped(index: number): boolean {
    return (this.#agents[index] as NodeAgent).isStopped;
  }

  /** The network plugin of a node has been installed. */
  networkInstalled(index: number): void {
    const agent = this.#agents[index] as NodeAgent;
    if (!agent.isStopped) this.#parts.heartbeats.networkInstalled(agent);
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
}
