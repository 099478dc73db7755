// What a node does that runs short of memory, disk, inodes or processes: every ten seconds it
// compares what is left with its thresholds, reports pressure, refuses pods, and where a hard
// threshold is crossed, or a soft one for its grace, reclaims: dead containers and images that
// nobody needs, then one pod, and another only when that one is gone. Memory that is used up before
// is the kernel's affair: it kills the container with the highest score. Only nodes look on which a
// pod says what it uses, or whose disk is full. Left out: programs that fail because nothing is
// left, notifications by the kernel, statistics older than the look. Source: Kubernetes v1.36
// pkg/kubelet/eviction (reference: nodes-controllers §1.13).
import { formatBytes, formatWhole } from '../../api/quantity.js';
import { podRequests } from '../../api/resource-requests.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { nextTick } from './durations.js';
import type { EventPoster } from './event-poster.js';
import { rankForEviction } from './eviction-ranking.js';
import type { ImageCollector } from './image-collector.js';
import {
  type EvictionSignal,
  type EvictionThreshold,
  thresholdAmount,
} from './kubelet-configuration.js';
import type { KubeletContext } from './kubelet-context.js';
import type { NodeAgent, NodePressure } from './node-agent.js';
import {
  type EvictedResource,
  memoryCapacity,
  pidCapacity,
  pressureOf,
  resourceOf,
  type SignalValue,
} from './node-capacities.js';
import { nextOutOfMemory, outOfMemoryVictim } from './node-memory.js';
import { containerUses, isMeasured, podsUse } from './node-stats.js';
import { noEvent, type PodRecord } from './pod-record.js';

/** What an eviction manager works with. */
export interface EvictionParts {
  readonly events: EventPoster;
  readonly images: ImageCollector;
  /** A pod is to fail as evicted. */
  readonly evict: (record: PodRecord, message: string, graceUs: number) => void;
  /** The node's conditions have changed. */
  readonly pressureChanged: (agent: NodeAgent, before: NodePressure) => void;
  /** The kernel kills a container. */
  readonly outOfMemory: (record: PodRecord, container: number) => void;
}

interface NodeState {
  checkEvent: EventHandle;
  memoryEvent: EventHandle;
  /** Since when each threshold of the configuration is crossed, by place. */
  readonly crossedUs: (SimTime | undefined)[];
  /** When the node was last seen short. */
  readonly pressureUs: Record<keyof NodePressure, SimTime>;
  /** The pod that goes, and until when the next one waits for it. */
  leaving: PodRecord | undefined;
  leavingUntilUs: SimTime;
}

/** A threshold, and since when there is less than it asks for. */
interface Crossed {
  readonly threshold: EvictionThreshold;
  readonly sinceUs: SimTime;
}

/** What has been read of a node so far. */
type Readings = Map<EvictedResource, SignalValue>;

const long = Number.NEGATIVE_INFINITY;

export class EvictionManager {
  readonly #context: KubeletContext;
  readonly #parts: EvictionParts;
  readonly #due: EventKind;
  readonly #memoryUsedUp: EventKind;
  /** By node, where there was a reason to look. */
  readonly #states: (NodeState | undefined)[] = [];

  constructor(context: KubeletContext, parts: EvictionParts) {
    const { simulation } = context;
    this.#context = context;
    this.#parts = parts;
    this.#due = simulation.defineEvent('kubelet.EvictionCheckDue', (node, _, now) =>
      this.#check(context.agents[node] as NodeAgent, now),
    );
    this.#memoryUsedUp = simulation.defineEvent('kubelet.NodeMemoryUsedUp', (node, _, now) =>
      this.#kill(context.agents[node] as NodeAgent, now),
    );
  }

  /** There is a reason to look at a node. */
  watch(agent: NodeAgent): void {
    const { simulation, settings } = this.#context;
    let state = this.#states[agent.index];
    if (state === undefined) {
      state = {
        checkEvent: noEvent,
        memoryEvent: noEvent,
        crossedUs: [],
        pressureUs: { memory: long, disk: long, pid: long },
        leaving: undefined,
        leavingUntilUs: 0,
      };
      this.#states[agent.index] = state;
    }
    if (state.checkEvent !== noEvent) return;
    const { evictionMonitoringUs } = settings;
    const at = nextTick(simulation.now + 1, agent.evictionPhaseUs, evictionMonitoringUs);
    state.checkEvent = simulation.at(at, this.#due, agent.index);
  }

  /** A pull has added to the disk of a node, of which `disk` is left: it looks when that is little. */
  imagesGrew(agent: NodeAgent, disk: SignalValue): void {
    const read: Readings = new Map([['ephemeral-storage', disk]]);
    const isLow = agent.configuration.evictionThresholds.some(({ signal, value }) => {
      if (pressureOf(resourceOf(signal)) !== 'disk') return false;
      const { available, capacity } = this.#reading(agent, signal, read);
      return available < thresholdAmount(value, capacity);
    });
    if (isLow) this.watch(agent);
  }

  /** The kubelet has ended, and forgets what it has seen. */
  stop({ index }: NodeAgent): void {
    const { simulation } = this.#context;
    const state = this.#states[index];
    if (state === undefined) return;
    for (const event of [state.checkEvent, state.memoryEvent]) {
      if (event !== noEvent) simulation.cancel(event);
    }
    this.#states[index] = undefined;
  }

  #check(agent: NodeAgent, now: SimTime): void {
    const state = this.#states[agent.index] as NodeState;
    state.checkEvent = noEvent;
    const crossed = this.#crossed(agent, state, now);
    const met = crossed.map(({ threshold }) => threshold);
    this.#report(agent, state, met, now);
    const due = crossed
      .filter(({ threshold, sinceUs }) => now - sinceUs >= threshold.graceUs)
      .map(({ threshold }) => threshold);
    if (due.length > 0 && !this.#isOneLeaving(state, now)) this.#reclaim(agent, state, due, now);
    this.#parts.images.consider(agent);
    this.#foreseeMemory(agent, state, now);
    const { memory, disk, pid } = agent.pressure;
    const isPressed = met.length > 0 || memory || disk || pid;
    const hasReason = isPressed || [...agent.pods.values()].some(isMeasured);
    if (hasReason) this.watch(agent);
  }

  /** What several signals are about is worked out once. */
  #reading(agent: NodeAgent, signal: EvictionSignal, read: Readings): SignalValue {
    const resource = resourceOf(signal);
    const value = read.get(resource) ?? this.#signal(agent, signal);
    read.set(resource, value);
    return value;
  }

  #signal(agent: NodeAgent, signal: EvictionSignal): SignalValue {
    const resource = resourceOf(signal);
    if (resource === 'ephemeral-storage') return this.#parts.images.diskOf(agent);
    if (resource === 'inodes') return this.#parts.images.inodesOf(agent);
    const { now } = this.#context.simulation;
    const { node } = agent.spec;
    const capacity =
      resource === 'pids' ? pidCapacity(node) : memoryCapacity(node, agent.configuration);
    const used = podsUse(agent.pods.values(), resource, now);
    return { available: Math.max(0, Math.floor(capacity - used)), capacity };
  }

  /** Thresholds that are crossed, also those that were and are not yet left well behind. */
  #crossed(agent: NodeAgent, state: NodeState, now: SimTime): readonly Crossed[] {
    const { evictionThresholds, evictionMinimumReclaim } = agent.configuration;
    const read: Readings = new Map();
    return evictionThresholds.flatMap((threshold, place) => {
      const { signal, value } = threshold;
      const { available, capacity } = this.#reading(agent, signal, read);
      const reclaim = evictionMinimumReclaim.get(signal);
      const wasCrossed = state.crossedUs[place] !== undefined;
      const more = wasCrossed && reclaim !== undefined ? thresholdAmount(reclaim, capacity) : 0;
      const isCrossed = available < thresholdAmount(value, capacity) + more;
      const sinceUs = isCrossed ? (state.crossedUs[place] ?? now) : undefined;
      state.crossedUs[place] = sinceUs;
      return sinceUs === undefined ? [] : [{ threshold, sinceUs }];
    });
  }

  /** Pressure is seen at once, and over only when it has not been seen for a while. */
  #report(
    agent: NodeAgent,
    state: NodeState,
    met: readonly EvictionThreshold[],
    now: SimTime,
  ): void {
    for (const { signal } of met) state.pressureUs[pressureOf(resourceOf(signal))] = now;
    const { evictionPressureTransitionPeriodUs } = agent.configuration;
    const isRecent = (what: keyof NodePressure): boolean =>
      now - state.pressureUs[what] < evictionPressureTransitionPeriodUs;
    const { pressure } = agent;
    const after = { memory: isRecent('memory'), disk: isRecent('disk'), pid: isRecent('pid') };
    const { memory, disk, pid } = after;
    if (memory === pressure.memory && disk === pressure.disk && pid === pressure.pid) return;
    agent.pressure = after;
    this.#parts.pressureChanged(agent, pressure);
  }

  #isOneLeaving(state: NodeState, now: SimTime): boolean {
    const { leaving } = state;
    return leaving !== undefined && leaving.state !== 'terminated' && now < state.leavingUntilUs;
  }

  #reclaim(
    agent: NodeAgent,
    state: NodeState,
    due: readonly EvictionThreshold[],
    now: SimTime,
  ): void {
    const first = due.find(({ signal }) => signal === 'memory.available') ?? due[0];
    const threshold = first as EvictionThreshold;
    const resource = resourceOf(threshold.signal);
    const { events, images } = this.#parts;
    events.recordNode(agent, 'EvictionThresholdMet', `Attempting to reclaim ${resource}`);
    if (pressureOf(resource) === 'disk') {
      images.removeUnused(agent);
      const { available, capacity } = this.#signal(agent, threshold.signal);
      if (available >= thresholdAmount(threshold.value, capacity)) return;
    }
    const [record] = rankForEviction(agent.pods.values(), resource, now);
    if (record === undefined) return;
    this.#context.monitor?.podEvicted(threshold.signal);
    state.leaving = record;
    state.leavingUntilUs = now + this.#context.settings.evictionCleanupUs;
    this.#parts.evict(
      record,
      this.#messageOf(agent, threshold, record),
      this.#graceOf(agent, threshold, record),
    );
  }

  #graceOf(agent: NodeAgent, { graceUs }: EvictionThreshold, { pod }: PodRecord): number {
    const { hardEvictionGraceUs } = this.#context.settings;
    if (graceUs === 0) return hardEvictionGraceUs;
    const own = (pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000_000;
    const most = agent.configuration.evictionMaxPodGracePeriodUs;
    return Math.max(hardEvictionGraceUs, Math.min(own, most));
  }

  #messageOf(agent: NodeAgent, { signal, value }: EvictionThreshold, record: PodRecord): string {
    const { now } = this.#context.simulation;
    const { available, capacity } = this.#signal(agent, signal);
    const resource = resourceOf(signal);
    const limit = Math.floor(thresholdAmount(value, capacity));
    const head = `The node was low on resource: ${resource}. `;
    if (resource === 'inodes' || resource === 'pids') {
      return `${head}Threshold quantity: ${formatWhole(limit)}, available: ${formatWhole(available)}. `;
    }
    const left = pages(available);
    const uses = containerUses(record, resource, now);
    const parts = record.containers.flatMap(({ spec }, place) => {
      const use = uses[place] as number;
      const requests = podRequests({ containers: [spec] });
      const request = resource === 'memory' ? requests.memoryBytes : requests.ephemeralStorageBytes;
      if (use <= request) return [];
      const asked = request === 0 ? '0' : formatBytes(request);
      return [
        `Container ${spec.name} was using ${pages(use)}, request is ${asked}, ` +
          `has larger consumption of ${resource}. `,
      ];
    });
    const amounts = `Threshold quantity: ${formatBytes(limit)}, available: ${left}. `;
    return `${head}${amounts}${parts.join('')}`;
  }

  /** Plans for the moment before the next look at which the memory of the node is used up. */
  #foreseeMemory(agent: NodeAgent, state: NodeState, now: SimTime): void {
    if (state.memoryEvent !== noEvent) return;
    const { simulation, settings } = this.#context;
    const capacity = memoryCapacity(agent.spec.node, agent.configuration);
    const untilUs = now + settings.evictionMonitoringUs;
    const at = nextOutOfMemory(agent.pods, capacity, now, untilUs);
    if (at === undefined) return;
    state.memoryEvent = simulation.at(at, this.#memoryUsedUp, agent.index);
  }

  #kill(agent: NodeAgent, now: SimTime): void {
    const state = this.#states[agent.index] as NodeState;
    state.memoryEvent = noEvent;
    const capacity = memoryCapacity(agent.spec.node, agent.configuration);
    const victim = outOfMemoryVictim(agent.pods.values(), capacity, now);
    if (victim === undefined) return;
    const [record, container] = victim;
    const { spec } = record.containers[container] ?? {};
    const message = `System OOM encountered, victim process: ${spec?.name}`;
    this.#parts.events.recordNode(agent, 'SystemOOM', message);
    this.#parts.outOfMemory(record, container);
    this.#foreseeMemory(agent, state, now);
  }
}

/** Memory and disk are used in pages: `57324Ki`. */
function pages(bytes: number): string {
  const pageBytes = 4_096;
  return formatBytes(Math.floor(bytes / pageBytes) * pageBytes);
}
