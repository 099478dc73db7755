// The connections between members: what one sends to another in one pass travels together, in
// order, over a link; snapshots have connections of their own. A connection can be cut.
// Left out: the CPU time of rafthttp beyond that of the Ready loop.
// Source: etcd v3.6 server/etcdserver/api/rafthttp (reference: controlplane A4, A11).
import { Slab } from '../../client/slab.js';
import type { Link } from '../../kernel/stations.js';
import { etcdCosts, etcdSettings } from './constants.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import { type Message, messageBytes } from './raft/message.js';

/** Makes the link from one member to another. */
export type LinkBetween = (from: number, to: number) => Link;

/** Messages of one pass to one member; of the process that it was then. */
interface Bundle {
  readonly from: number;
  readonly to: number;
  readonly incarnation: number;
  readonly messages: Message[];
}

export class Network {
  readonly #group: Group;
  /** By sender and receiver. */
  readonly #links: readonly (readonly (Link | undefined)[])[];
  readonly #cuts = new Set<string>();
  /** By member: what its messages take longer than the links do, µs. */
  readonly #delaysUs: number[];
  /** By sender and receiver: no message overtakes another. */
  readonly #lastArrivals: Float64Array;
  readonly #bundles = new Slab<Bundle>();

  constructor(group: Group, linkBetween: LinkBetween) {
    this.#group = group;
    const ids = Array.from({ length: group.size }, (_, id) => id);
    this.#delaysUs = ids.map(() => 0);
    this.#lastArrivals = new Float64Array(group.size * group.size);
    this.#links = ids.map((from) =>
      ids.map((to) => (from === to ? undefined : linkBetween(from, to))),
    );
  }

  /** Cuts or mends the connections between two members, both ways. */
  connect(a: number, b: number, isConnected: boolean): void {
    for (const key of [`${a}>${b}`, `${b}>${a}`]) {
      if (isConnected) this.#cuts.delete(key);
      else this.#cuts.add(key);
    }
  }

  /** Everything to and from a member takes so much longer; 0: as ever. */
  delay(id: number, delayUs: number): void {
    this.#delaysUs[id] = delayUs;
  }

  /** No connection is cut, and none is slow. */
  get isWhole(): boolean {
    return this.#cuts.size === 0 && this.#delaysUs.every((delayUs) => delayUs === 0);
  }

  isConnected(from: number, to: number): boolean {
    return !this.#cuts.has(`${from}>${to}`);
  }

  /** Sends the messages of one pass. */
  send(from: Member, messages: readonly Message[]): void {
    if (messages.length === 0) return;
    for (let to = 0; to < this.#group.size; to++) {
      if (to !== from.id) this.#sendTo(from, this.#group.members[to] as Member, messages);
    }
  }

  /** A request goes on to another member; when it arrives there. */
  arrivalAt(from: number, to: number, bytes: number): number {
    const link = this.#links[from]?.[to];
    const { now } = this.#group.simulation;
    const delayUs = (this.#delaysUs[from] as number) + (this.#delaysUs[to] as number);
    const at = (link === undefined ? now : link.send(now, bytes)) + delayUs;
    const way = from * this.#group.size + to;
    this.#lastArrivals[way] = Math.max(at, this.#lastArrivals[way] as number);
    return this.#lastArrivals[way] as number;
  }

  /** A bundle is there; a process that is stopped takes it later. */
  arrived(id: number): void {
    const bundle = this.#bundles.get(id);
    const to = this.#group.members[bundle.to] as Member;
    const from = this.#group.members[bundle.from] as Member;
    const { kinds } = this.#group;
    const isHeld =
      to.state === 'paused' && to.incarnation === bundle.incarnation && this.#reaches(from, to);
    if (isHeld && !to.accepts(bundle.incarnation, kinds.messagesArrived, bundle.to, id)) return;
    this.#bundles.remove(id);
    const isLost = to.incarnation !== bundle.incarnation || !this.#reaches(from, to);
    const snapshot = bundle.messages[0]?.type === 'MsgSnap';
    if (isLost) this.#lose(from, bundle.to, snapshot);
    else {
      to.metrics.peerReceived(bundle.from, bytesOf(bundle.messages));
      to.receive(bundle.messages);
      if (snapshot) from.snapshotDelivered(bundle.to, true);
    }
  }

  /** Those of the messages that are for that member. */
  #sendTo(from: Member, to: Member, messages: readonly Message[]): void {
    const others: Message[] = [];
    for (const message of messages) {
      if (message.to !== to.id) continue;
      if (message.type === 'MsgSnap') this.#sendSnapshot(from, to, message);
      else others.push(message);
    }
    if (others.length === 0) return;
    if (!this.#reaches(from, to)) return this.#lose(from, to.id, false);
    const bytes = bytesOf(others);
    from.metrics.peerSent(to.id, bytes);
    this.#deliver(from, to, others, this.arrivalAt(from.id, to.id, bytes));
  }

  #sendSnapshot(from: Member, to: Member, snapshot: Message): void {
    if (!this.#reaches(from, to)) return this.#lose(from, to.id, true);
    const bytes = from.backend.inUseBytes;
    const seconds = bytes / etcdCosts.snapshotBytesPerSecond;
    const { now } = this.#group.simulation;
    from.metrics.snapshotSent(to.id, bytes, seconds);
    this.#deliver(from, to, [snapshot], now + Math.round(seconds * 1_000_000));
  }

  #deliver(from: Member, to: Member, messages: Message[], at: number): void {
    const { incarnation } = to;
    const id = this.#bundles.add({ from: from.id, to: to.id, incarnation, messages });
    const { simulation, kinds } = this.#group;
    simulation.at(at, kinds.messagesArrived, to.id, id);
  }

  /** The connection stands: not cut, the process there, and not silent for too long. */
  #reaches(from: Member, to: Member): boolean {
    if (to.state === 'down') return false;
    if (this.#cuts.size > 0 && !this.isConnected(from.id, to.id)) return false;
    if (to.state === 'running') return true;
    return this.#group.simulation.now - to.pausedUs < etcdSettings.peerTimeoutUs;
  }

  #lose(from: Member, to: number, isSnapshot: boolean): void {
    from.metrics.peerSendFailed(to);
    if (isSnapshot) from.snapshotDelivered(to, false);
    else from.raft.reportUnreachable(to);
  }
}

function bytesOf(messages: readonly Message[]): number {
  let bytes = 0;
  for (const message of messages) bytes += messageBytes(message);
  return bytes;
}
