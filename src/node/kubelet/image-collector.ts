// Garbage collection of images: every five minutes, while a node's disk is used to the high
// threshold or beyond, images that no container needs are removed down to the low one, those first
// that were used longest ago. A node whose disk is not full has no such event.
// Left out: collection by age.
// Source: Kubernetes v1.36 pkg/kubelet/images/image_gc_manager.go (reference: nodes-controllers
// §1.14).
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind } from '../../kernel/simulation.js';
import { heldByDead, removeDead } from './dead-containers.js';
import { nextTick } from './durations.js';
import type { EventPoster } from './event-poster.js';
import type { ImageManager } from './image-manager.js';
import { imageName } from './image-name.js';
import type { KubeletContext } from './kubelet-context.js';
import type { NodeAgent } from './node-agent.js';
import { diskCapacity, inodeCapacity, type SignalValue } from './node-capacities.js';
import { podsUse } from './node-stats.js';
import { noEvent } from './pod-record.js';

/** What a collector works with. */
export interface CollectorParts {
  readonly images: ImageManager;
  readonly events: EventPoster;
  /** The images of a node have changed. */
  readonly removed: (agent: NodeAgent) => void;
}

export class ImageCollector {
  readonly #context: KubeletContext;
  readonly #parts: CollectorParts;
  readonly #due: EventKind;
  /** By node. */
  readonly #events: EventHandle[] = [];

  constructor(context: KubeletContext, parts: CollectorParts) {
    this.#context = context;
    this.#parts = parts;
    this.#due = context.simulation.defineEvent('kubelet.ImageCollectionDue', (node) => {
      this.#events[node] = noEvent;
      this.#collect(context.agents[node] as NodeAgent);
    });
  }

  /** The disk of a node now. O(containers and images of the node). */
  diskOf(agent: NodeAgent): SignalValue {
    const { now } = this.#context.simulation;
    const capacity = diskCapacity(agent.spec.node);
    const images = this.#parts.images.diskBytes(agent.index);
    const live = podsUse(agent.pods.values(), 'ephemeral-storage', now);
    const used = images + live + heldByDead(agent.pods.values(), 'ephemeral-storage');
    return { available: Math.max(0, capacity - used), capacity };
  }

  /** The inodes of that disk. O(containers and images of the node). */
  inodesOf(agent: NodeAgent): SignalValue {
    const { simulation, settings } = this.#context;
    const capacity = inodeCapacity(agent.spec.node);
    const images = this.#parts.images.diskBytes(agent.index) / settings.imageInodeBytes;
    const live = podsUse(agent.pods.values(), 'inodes', simulation.now);
    const used = images + live + heldByDead(agent.pods.values(), 'inodes');
    return { available: Math.max(0, Math.floor(capacity - used)), capacity };
  }

  /** Plans a collection when the disk, of which so much is left, is used that much. */
  consider(agent: NodeAgent, disk: SignalValue = this.diskOf(agent)): void {
    const { index } = agent;
    if ((this.#events[index] ?? noEvent) !== noEvent || !isFull(agent, disk)) return;
    const { simulation, settings } = this.#context;
    const at = nextTick(simulation.now + 1, agent.imageGCPhaseUs, settings.imageGCPeriodUs);
    this.#events[index] = simulation.at(at, this.#due, index);
  }

  /** The kubelet has ended. */
  stop({ index }: NodeAgent): void {
    const event = this.#events[index] ?? noEvent;
    if (event !== noEvent) this.#context.simulation.cancel(event);
    this.#events[index] = noEvent;
  }

  /** Removes all dead containers, and all images that no container needs, of whatever age. */
  removeUnused(agent: NodeAgent): void {
    removeDead(agent.pods.values());
    this.#remove(agent, Number.POSITIVE_INFINITY, 0);
  }

  #collect(agent: NodeAgent): void {
    const disk = this.diskOf(agent);
    if (!isFull(agent, disk)) return;
    const { imageGCLowThresholdPercent, imageMinimumGCAgeUs } = agent.configuration;
    const { available, capacity } = disk;
    const wanted = Math.ceil((capacity * (100 - imageGCLowThresholdPercent)) / 100 - available);
    const freed = this.#remove(agent, wanted, imageMinimumGCAgeUs);
    if (freed < wanted) {
      const message =
        'Failed to garbage collect required amount of images. Attempted to free ' +
        `${wanted} bytes, but only found ${freed} bytes eligible to free.`;
      this.#parts.events.recordNode(agent, 'FreeDiskSpaceFailed', message);
    }
    this.consider(agent);
  }

  #remove(agent: NodeAgent, wantedBytes: number, minimumAgeUs: number): number {
    const inUse = namesInUse(agent);
    const { index } = agent;
    const freed = this.#parts.images.remove(index, inUse, wantedBytes, minimumAgeUs);
    if (freed > 0) this.#parts.removed(agent);
    return freed;
  }
}

function isFull({ configuration }: NodeAgent, { available, capacity }: SignalValue): boolean {
  return capacity - available >= (capacity * configuration.imageGCHighThresholdPercent) / 100;
}

/** Images of containers that are there or are to be started. */
function namesInUse(agent: NodeAgent): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { state, containers } of agent.pods.values()) {
    if (state === 'terminated') continue;
    for (const { spec } of containers) names.add(imageName(spec.image ?? ''));
  }
  return names;
}
