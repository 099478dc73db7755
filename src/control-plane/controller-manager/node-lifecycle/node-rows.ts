// What the node lifecycle controller knows of each node, as columns: when it last saw a sign of its
// life, by its own clock; whether it is Ready and tainted; its zone. A sign is a new heartbeat time
// in the Ready condition or a new renew time of the node's Lease. A node that has not changed and
// keeps its Lease costs a pass three numbers; looking at 5,000 objects took a tenth of an idle run.
// Source: Kubernetes v1.36 pkg/controller/nodelifecycle tryUpdateNodeHealth (reference:
// nodes-controllers 3.14).
import type { Lease } from '../../../api/lease.js';
import type { Node } from '../../../api/node.js';
import { zoneKeyOf } from '../../../api/node-zone.js';
import type { LazyHeartbeats } from '../../../client/lazy-heartbeats.js';
import type { SimTime } from '../../../kernel/time.js';
import { nodeLifecycleConstants as constants } from './constants.js';
import { conditionOf, hasTaint, noExecuteChange } from './node-taints.js';
import type { ZoneCounts } from './zones.js';

/** Bits of a row's state. */
const READY = 1;
const TAINTED = 2;
/** It has a Ready condition. */
const REPORTED = 4;
/** It was looked at before, and its heartbeat is still the one seen then. */
const SEEN = 8;
/** It was looked at before. */
const OBSERVED = 16;
/** The controller has announced it, or it was there before. */
const KNOWN = 32;

const STEADY = READY | REPORTED | SEEN | OBSERVED | KNOWN;

const NEVER = Number.NEGATIVE_INFINITY;
const LEASES = 'kube-node-lease';

/** Status of a node's Ready condition. */
export function readyStatusOf(node: Node): string {
  return conditionOf(node, 'Ready')?.status ?? 'Unknown';
}

/** Rows are in the order in which nodes came; those of nodes that are gone are empty. */
export class NodeRows {
  /** Rows so far, empty ones too. */
  length = 0;
  readonly #rowOf = new Map<string, number>();
  readonly #leaseOf: (name: string) => Lease | undefined;
  /** Without a sign of life for longer a node that has reported is not well. */
  readonly #gracePeriodUs: number;
  readonly #lazy: LazyHeartbeats | undefined;
  #nodes: (Node | undefined)[] = [];
  #state = new Uint8Array(16);
  #zone = new Int32Array(16);
  /** Last sign of life. */
  #probeUs = new Float64Array(16);
  /** Renew time of the Lease now, and when last looked at. */
  #leaseUs = new Float64Array(16);
  #renewUs = new Float64Array(16);
  readonly #zones: string[] = [];
  readonly #zoneIndex = new Map<string, number>();

  /**
   * `leaseOf`: the Lease of a node, as far as it is known; `lazy`: who knows of heartbeats that
   * are not sent, where some are not.
   */
  constructor(
    leaseOf: (name: string) => Lease | undefined,
    gracePeriodUs: number = constants.nodeMonitorGracePeriodUs,
    lazy?: LazyHeartbeats,
  ) {
    this.#leaseOf = leaseOf;
    this.#lazy = lazy;
    this.#gracePeriodUs = gracePeriodUs;
  }

  /** A node has come, or has changed. */
  put(node: Node): void {
    const { name } = node.metadata;
    const row = this.#rowOf.get(name) ?? this.#add(name);
    const before = this.#nodes[row];
    this.#nodes[row] = node;
    const ready = conditionOf(node, 'Ready');
    let state = (this.#state[row] as number) & (OBSERVED | KNOWN);
    const isSeen = ((this.#state[row] as number) & SEEN) !== 0;
    if (isSeen && before !== undefined && heartbeatOf(before) === ready?.lastHeartbeatTime) {
      state |= SEEN;
    }
    if (ready !== undefined) state |= REPORTED;
    if (ready?.status === 'True') state |= READY;
    if (hasNoExecuteTaint(node)) state |= TAINTED;
    this.#state[row] = state;
    this.#zone[row] = this.#numberOf(zoneKeyOf(node));
  }

  /** A node is gone. */
  remove(name: string): void {
    const row = this.#rowOf.get(name);
    if (row === undefined) return;
    this.#rowOf.delete(name);
    this.#nodes[row] = undefined;
    if (this.#rowOf.size * 2 < this.length) this.#closeUp();
  }

  /** A Lease has come, has changed, or is gone. */
  leaseChanged({ metadata, spec }: Lease, isDeleted: boolean): void {
    if (metadata.namespace !== LEASES) return;
    const row = this.#rowOf.get(metadata.name);
    if (row !== undefined) this.#leaseUs[row] = isDeleted ? NEVER : (spec?.renewTime ?? NEVER);
  }

  /** Undefined: the row is empty. */
  node(row: number): Node | undefined {
    return this.#nodes[row];
  }

  /**
   * Whether all there is to see of a node now is that it is well, as when it was last looked at;
   * takes note of its Lease.
   */
  isSteady(row: number, now: SimTime): boolean {
    if (this.#state[row] !== STEADY) return false;
    this.#noteLease(row, now);
    return now <= (this.#probeUs[row] as number) + this.#gracePeriodUs;
  }

  /** Notes what is seen now. True when the node has given no sign of life for too long. */
  observe(row: number, now: SimTime): boolean {
    const state = this.#state[row] as number;
    const hasReported = (state & REPORTED) !== 0;
    if ((state & OBSERVED) === 0) {
      // A node that never reported counts from its creation.
      const { creationTimestamp = now } = (this.#nodes[row] as Node).metadata;
      this.#probeUs[row] = hasReported ? now : creationTimestamp;
      this.#renewUs[row] = this.#leaseUs[row] as number;
    } else if ((state & SEEN) === 0) this.#probeUs[row] = now;
    this.#state[row] = state | OBSERVED | SEEN;
    this.#noteLease(row, now);
    const graceUs = hasReported ? this.#gracePeriodUs : constants.nodeStartupGracePeriodUs;
    return now > (this.#probeUs[row] as number) + graceUs;
  }

  isKnown(row: number): boolean {
    return ((this.#state[row] as number) & KNOWN) !== 0;
  }

  setKnown(row: number): void {
    this.#state[row] = (this.#state[row] as number) | KNOWN;
  }

  /** All nodes there are have been there before. */
  setAllKnown(): void {
    for (let row = 0; row < this.length; row++) this.setKnown(row);
  }

  /** It has a NoExecute taint of this controller. */
  isTainted(row: number): boolean {
    return ((this.#state[row] as number) & TAINTED) !== 0;
  }

  /** Takes all nodes as seen now: nobody could have reported while all zones were down. */
  restart(now: SimTime): void {
    this.#probeUs.fill(now);
  }

  /** Ready and unready nodes by zone, in the order of the zones' first nodes. */
  get countsByZone(): ReadonlyMap<string, ZoneCounts> {
    const counts = new Map<string, ZoneCounts>();
    const byNumber: (ZoneCounts | undefined)[] = this.#zones.map(() => undefined);
    for (let row = 0; row < this.length; row++) {
      if (this.#nodes[row] === undefined) continue;
      const zone = this.#zone[row] as number;
      let each = byNumber[zone];
      if (each === undefined) {
        each = { ready: 0, notReady: 0 };
        byNumber[zone] = each;
        counts.set(this.#zones[zone] as string, each);
      }
      if (((this.#state[row] as number) & READY) !== 0) each.ready++;
      else each.notReady++;
    }
    return counts;
  }

  #noteLease(row: number, now: SimTime): void {
    if (this.#lazy !== undefined) this.#noteUnsent(this.#lazy, row, now);
    const leaseUs = this.#leaseUs[row] as number;
    if (leaseUs <= (this.#renewUs[row] as number)) return;
    this.#renewUs[row] = leaseUs;
    this.#probeUs[row] = now;
  }

  #noteUnsent(lazy: LazyHeartbeats, row: number, now: SimTime): void {
    const { name } = (this.#nodes[row] as Node).metadata;
    const signUs = lazy.latestSignUs(name, now);
    if (signUs > (this.#leaseUs[row] as number)) this.#leaseUs[row] = signUs;
  }

  #add(name: string): number {
    const row = this.length++;
    if (row === this.#state.length) this.#grow();
    this.#rowOf.set(name, row);
    this.#state[row] = 0;
    this.#leaseUs[row] = this.#leaseOf(name)?.spec?.renewTime ?? NEVER;
    this.#renewUs[row] = NEVER;
    return row;
  }

  #numberOf(zone: string): number {
    let number = this.#zoneIndex.get(zone);
    if (number === undefined) {
      number = this.#zones.push(zone) - 1;
      this.#zoneIndex.set(zone, number);
    }
    return number;
  }

  #grow(): void {
    const length = this.#state.length * 2;
    this.#state = longer(this.#state, new Uint8Array(length));
    this.#zone = longer(this.#zone, new Int32Array(length));
    this.#probeUs = longer(this.#probeUs, new Float64Array(length));
    this.#leaseUs = longer(this.#leaseUs, new Float64Array(length));
    this.#renewUs = longer(this.#renewUs, new Float64Array(length));
  }

  /** Takes the empty rows out. O(rows), when every other one is empty. */
  #closeUp(): void {
    let to = 0;
    for (let row = 0; row < this.length; row++) {
      const node = this.#nodes[row];
      if (node === undefined) continue;
      this.#nodes[to] = node;
      this.#state[to] = this.#state[row] as number;
      this.#zone[to] = this.#zone[row] as number;
      this.#probeUs[to] = this.#probeUs[row] as number;
      this.#leaseUs[to] = this.#leaseUs[row] as number;
      this.#renewUs[to] = this.#renewUs[row] as number;
      this.#rowOf.set(node.metadata.name, to++);
    }
    this.#nodes.length = to;
    this.length = to;
  }
}

function heartbeatOf(node: Node): SimTime | undefined {
  return conditionOf(node, 'Ready')?.lastHeartbeatTime;
}

/** It has a NoExecute taint of this controller. */
export function hasNoExecuteTaint(node: Node): boolean {
  return noExecuteChange('True').remove.some((taint) => hasTaint(node, taint));
}

function longer<T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
