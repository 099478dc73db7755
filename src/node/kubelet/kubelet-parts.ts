// The parts of the kubelet fleet, wired to each other.

import { assert } from '../../kernel/assert.js';
import { ContainerStarter } from './container-starter.js';
import { EventPoster, type NodeEventReason } from './event-poster.js';
import { EvictionManager } from './eviction-manager.js';
import { ImageCollector } from './image-collector.js';
import { ImageManager, type ImageSource } from './image-manager.js';
import type { KubeletContext } from './kubelet-context.js';
import { takeOver } from './kubelet-lives.js';
import type { NodeAgent, NodePressure } from './node-agent.js';
import { NodeHeartbeats } from './node-heartbeats.js';
import { isMeasured } from './node-stats.js';
import type { NodeStorageSpec } from './node-storage.js';
import { PodKiller } from './pod-killer.js';
import { type NetworkPlugin, PodNetwork } from './pod-network.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';
import { isMarkedNotReady } from './pod-status.js';
import type { TimeTable } from './pod-times.js';
import { PodWorkers } from './pod-worker.js';
import { type ProbeListener, Prober } from './prober.js';
import { makeRunning } from './running-pods.js';
import { StaticPods } from './static-pods.js';
import { StatusManager } from './status-manager.js';
import { VolumeManager } from './volume-manager.js';

export interface KubeletPartsOptions {
  readonly times: TimeTable;
  readonly imageSource: ImageSource;
  readonly networkPlugin: NetworkPlugin;
  /** Absent: no pod has claims. */
  readonly storage: NodeStorageSpec | undefined;
  /** A Node object exists now. */
  readonly registered: (agent: NodeAgent) => void;
  /** A pod has stopped, and its object is gone. */
  readonly released: (record: PodRecord) => void;
  /** A node has more room than before. */
  readonly freed: (agent: NodeAgent) => void;
}

const defaultGraceSeconds = 30;

export class KubeletParts implements ProbeListener {
  readonly heartbeats: NodeHeartbeats;
  readonly images: ImageManager;
  readonly workers: PodWorkers;
  readonly statics: StaticPods;
  readonly #status: StatusManager;
  readonly #events: EventPoster;
  readonly #volumes: VolumeManager;
  readonly #prober: Prober;
  readonly #evictions: EvictionManager;
  readonly #collector: ImageCollector;
  readonly #killer: PodKiller;
  readonly #context: KubeletContext;
  readonly #network: PodNetwork;
  readonly #starter: ContainerStarter;

  constructor(context: KubeletContext, options: KubeletPartsOptions) {
    const events = new EventPoster(context);
    const status = new StatusManager(context);
    const network = new PodNetwork(options.networkPlugin);
    this.#context = context;
    this.#network = network;
    this.#events = events;
    this.#status = status;
    const starter = new ContainerStarter(context, {
      images: () => this.images,
      events,
      times: options.times,
      done: (record) => this.workers.proceed(record),
      interrupted: (record) => this.#killer.proceed(record),
      exited: (record) => this.workers.containerEnded(record, false),
    });
    this.#starter = starter;
    this.images = new ImageManager(
      context,
      options.imageSource,
      (waiter, durationUs, fault) =>
        fault === undefined
          ? starter.imagePulled(waiter, durationUs)
          : starter.pullFailed(waiter, fault),
      (node) => this.#imagesGrew(context.agents[node] as NodeAgent),
    );
    this.statics = new StaticPods(context, { mirrored: (record) => status.rewrite(record) });
    this.#collector = new ImageCollector(context, {
      images: this.images,
      events,
      removed: (agent) => this.heartbeats.imagesChanged(agent.index),
    });
    this.#evictions = this.#newEvictions();
    this.heartbeats = new NodeHeartbeats(context, {
      network,
      images: () => this.images,
      claims: () => this.#volumes.claims,
      onRegistered: options.registered,
    });
    this.#volumes = new VolumeManager(context, {
      events,
      storage: options.storage,
      onMounted: (record) => this.workers.createSandbox(record),
      onUnmounted: (record) => this.#killer.volumesUnmounted(record),
      onVolumesChanged: (node) => this.heartbeats.volumesChanged(node),
    });
    this.#prober = new Prober(context, this);
    this.workers = new PodWorkers(context, {
      status,
      events,
      network,
      volumes: () => this.#volumes,
      prober: () => this.#prober,
      startContainer: (record, container) => starter.start(record, container),
      finished: (record) => this.terminate(record),
      interrupted: (record) => this.#killer.proceed(record),
    });
    this.#killer = new PodKiller(context, {
      status,
      events,
      network,
      abandon: (record) => this.#abandon(record),
      containerEnded: (record) => this.workers.containerEnded(record, true),
      unmount: (record) => this.#volumes.claims?.unmount(record) === true,
      nextRelist: (agent) => this.workers.nextRelist(agent),
      released: options.released,
      freed: options.freed,
    });
  }

  /** A pod was admitted: its node looks at its memory and disk when the pod says something of it. */
  admitted(record: PodRecord): void {
    if (isMeasured(record)) this.#evictions.watch(record.agent);
    this.workers.begin(record);
  }

  /** A pull has added to the disk of a node. */
  #imagesGrew(agent: NodeAgent): void {
    this.heartbeats.imagesChanged(agent.index);
    const disk = this.#collector.diskOf(agent);
    this.#collector.consider(agent, disk);
    this.#evictions.imagesGrew(agent, disk);
  }

  /** Puts a pod out, within its own grace, so that a critical one fits. */
  preempt(record: PodRecord): void {
    const message = 'Preempted in order to admit critical pod';
    record.eviction = { reason: 'Preempting', message };
    this.#events.record(record, undefined, 'Preempting', message);
    this.terminate(record);
  }

  #evict(record: PodRecord, message: string, graceUs: number): void {
    record.eviction = { reason: 'Evicted', message };
    this.#events.record(record, undefined, 'Evicted', message);
    this.#killer.terminate(record, graceUs);
  }

  #pressureChanged(agent: NodeAgent, before: NodePressure): void {
    const { memory, disk, pid } = agent.pressure;
    const { name } = agent.spec;
    const say = (reason: NodeEventReason): void =>
      this.#events.recordNode(agent, reason, `Node ${name} status is now: ${reason}`);
    if (before.memory !== memory) {
      say(memory ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory');
    }
    if (before.disk !== disk) {
      say(disk ? 'NodeHasDiskPressure' : 'NodeHasNoDiskPressure');
    }
    if (before.pid !== pid) say(pid ? 'NodeHasInsufficientPID' : 'NodeHasSufficientPID');
    this.heartbeats.conditionsChanged(agent);
  }

  /** Stops a pod within the grace that its object states. */
  terminate(record: PodRecord): void {
    const { metadata, spec } = record.pod;
    const own = spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
    const seconds = metadata.deletionGracePeriodSeconds ?? own;
    this.#killer.terminate(record, Math.max(1, seconds) * 1_000_000);
  }

  #newEvictions(): EvictionManager {
    return new EvictionManager(this.#context, {
      events: this.#events,
      images: this.#collector,
      evict: (record, message, graceUs) => this.#evict(record, message, graceUs),
      pressureChanged: (agent, before) => this.#pressureChanged(agent, before),
      outOfMemory: (record, container) => this.#starter.killForMemory(record, container),
    });
  }

  /** Forgets all that a kubelet has planned: its process has ended. */
  stop(agent: NodeAgent): void {
    this.heartbeats.stop(agent);
    this.#events.stop(agent);
    this.images.stop(agent.index);
    this.#volumes.claims?.stop(agent);
    this.#evictions.stop(agent);
    this.#collector.stop(agent);
    for (const record of agent.pods.values()) this.#abandon(record);
  }

  /** The machine of a node is gone, with what was mounted on it. */
  lose(node: number): void {
    this.images.lose(node);
    this.#volumes.claims?.lose(node);
  }

  /** Has a pod running that has been since before the simulation. */
  adopt(record: PodRecord): void {
    const { pod, agent } = record;
    const isOnHost = pod.spec.hostNetwork === true;
    const podIp = isOnHost ? agent.address : this.#network.assign(agent.index);
    assert(podIp === pod.status?.podIP || isOnHost, `${podIp} is not the address of the pod`);
    makeRunning(record, podIp ?? '');
    for (const container of record.containers) {
      if (container.state === 'running') this.#starter.planExit(record, container);
    }
  }

  /** Goes on with a pod that a kubelet before has left. */
  takeOver(before: PodRecord, record: PodRecord): void {
    const network = this.#network;
    const planExit = (owner: PodRecord, container: ContainerRecord): void =>
      this.#starter.planExit(owner, container);
    takeOver(this.#context, before, record, { network, planExit });
    if (record.isDeletable) record.state = 'terminated';
  }

  /** Says again what others have written over: the node was believed to be lost. */
  reconcile(record: PodRecord): void {
    if (isMarkedNotReady(record)) this.#status.rewrite(record);
  }

  /** A pod that the node refuses: it has failed, and nothing of it runs. */
  reject(record: PodRecord): void {
    this.#context.monitor?.podRejected(record.rejection?.reason ?? '');
    record.state = 'terminated';
    record.isDeletable = true;
    this.#status.update(record);
  }

  probeChanged(record: PodRecord): void {
    this.workers.probeChanged(record);
  }

  probeFailed(record: PodRecord, container: ContainerRecord, type: 'liveness' | 'startup'): void {
    const { spec } = container;
    const probe = type === 'liveness' ? spec.livenessProbe : spec.startupProbe;
    const podSeconds = record.pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
    const seconds = probe?.terminationGracePeriodSeconds ?? podSeconds;
    const isRepeated = container.restartCount > 0;
    const text = type === 'liveness' ? 'Liveness' : 'Startup';
    this.#events.record(record, container, 'Unhealthy', `${text} probe failed`, isRepeated);
    this.#prober.disarm(container);
    const why = `Container ${spec.name} failed ${type} probe, will be restarted`;
    this.#killer.killContainer(record, container, seconds * 1_000_000, why);
  }

  #abandon(record: PodRecord): void {
    this.workers.abandon(record);
    for (const container of record.containers) this.#prober.disarm(container);
  }
}
