// The zones of a cluster and how fast their dead nodes are tainted: one rate-limited queue a zone,
// and how the rate changes when much of a zone, or all of it, is down.
// Source: Kubernetes v1.36 pkg/controller/nodelifecycle handleDisruption, scheduler/
// rate_limited_queue.go (reference: nodes-controllers 3.14).
import { TokenBucket } from '../../../kernel/stations.js';
import type { SimTime } from '../../../kernel/time.js';
import { nodeLifecycleConstants as constants } from './constants.js';

export type ZoneState = 'Initial' | 'Normal' | 'FullDisruption' | 'PartialDisruption';

/** Ready and unready nodes of a zone. */
export interface ZoneCounts {
  ready: number;
  notReady: number;
}

/** How much of a zone is down. */
export function zoneStateOf({ ready, notReady }: ZoneCounts): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  const fraction = notReady / (notReady + ready);
  const isPartial = notReady > 2 && fraction >= constants.unhealthyZoneThreshold;
  return isPartial ? 'PartialDisruption' : 'Normal';
}

/** Nodes a second that may be tainted in a zone. */
function rateFor(state: ZoneState, { ready, notReady }: ZoneCounts): number {
  if (state !== 'PartialDisruption') return constants.nodeEvictionQps;
  const isLarge = ready + notReady > constants.largeClusterSizeThreshold;
  return isLarge ? constants.secondaryNodeEvictionQps : 0;
}

/** Nodes of one zone that wait for their NoExecute taint. */
export class EvictionQueue {
  /** When each may be tried, first come first. */
  readonly #waiting = new Map<string, SimTime>();
  #qps: number = constants.nodeEvictionQps;
  #bucket: TokenBucket | undefined = new TokenBucket('zone', constants.nodeEvictionQps, 1);

  get size(): number {
    return this.#waiting.size;
  }

  /** Puts a node at the end, also one that waits already. */
  requeue(name: string, at: SimTime): void {
    this.#waiting.delete(name);
    this.#waiting.set(name, at);
  }

  remove(name: string): void {
    if (this.#waiting.size > 0) this.#waiting.delete(name);
  }

  /** The next node that may be tainted now, taken out; takes a token even if it may not be yet. */
  next(now: SimTime): string | undefined {
    for (const [name, at] of this.#waiting) {
      if (this.#bucket?.tryTake(now) !== true || now < at) return undefined;
      this.#waiting.delete(name);
      return name;
    }
    return undefined;
  }

  /** Changes the rate; who had no token left has none now. 0: nobody is tainted. */
  setRate(qps: number, now: SimTime): void {
    if (qps === this.#qps) return;
    this.#qps = qps;
    const wasEmpty = this.#bucket?.tryTake(now) !== true;
    this.#bucket = qps === 0 ? undefined : new TokenBucket('zone', qps, 1);
    if (wasEmpty) this.#bucket?.tryTake(now);
  }
}

/** What changed in all zones together. */
export type Disruption = 'none' | 'allDown' | 'recovered';

/** Queues and states by zone. */
export class Zones {
  readonly #queues = new Map<string, EvictionQueue>();
  readonly #states = new Map<string, ZoneState>();

  queueOf(zone: string): EvictionQueue {
    let queue = this.#queues.get(zone);
    if (queue === undefined) {
      queue = new EvictionQueue();
      this.#queues.set(zone, queue);
      this.#states.set(zone, 'Initial');
    }
    return queue;
  }

  /** No node waits for its taint. */
  get isEmpty(): boolean {
    for (const { size } of this.#queues.values()) if (size > 0) return false;
    return true;
  }

  /** In the order in which they were first seen. */
  get queues(): readonly EvictionQueue[] {
    return [...this.#queues.values()];
  }

  stateOf(zone: string): ZoneState {
    return this.#states.get(zone) ?? 'Initial';
  }

  /** Takes over the counts of a pass and sets the rates; zones without nodes are forgotten. */
  update(counts: ReadonlyMap<string, ZoneCounts>, now: SimTime): Disruption {
    const before = [...this.#states.values()];
    const wereAllDown = before.length > 0 && before.every((state) => state === 'FullDisruption');
    const states = new Map<string, ZoneState>();
    for (const [zone, each] of counts) states.set(zone, zoneStateOf(each));
    const areAllDown =
      states.size > 0 && [...states.values()].every((state) => state === 'FullDisruption');
    for (const zone of this.#states.keys()) if (!states.has(zone)) this.#states.delete(zone);
    for (const [zone, state] of states) {
      const isOther = this.#states.get(zone) !== state || wereAllDown;
      this.#states.set(zone, state);
      if (areAllDown) this.queueOf(zone).setRate(0, now);
      else if (isOther)
        this.queueOf(zone).setRate(rateFor(state, counts.get(zone) as ZoneCounts), now);
    }
    if (areAllDown) return wereAllDown ? 'none' : 'allDown';
    return wereAllDown ? 'recovered' : 'none';
  }
}
