// What can happen to members: crash, stop, slowness, sick disks, cut networks, maintenance. Members
// are named by their number. Every fault sets the clocks going, since an election may follow.
import type { Disk } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import type { Connection } from './connection.js';
import { etcdClientConstants } from './constants.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import type { Network } from './network.js';
import { NONE } from './raft/raft-core.js';
import type { Ticker } from './ticker.js';

export class Faults {
  /** Since when no quorum of members has been running and connected; undefined: there is one. */
  quorumLostUs: SimTime | undefined;
  readonly #group: Group;
  readonly #network: Network;
  readonly #ticker: Ticker;
  readonly #connections: readonly Connection[];

  constructor(group: Group, network: Network, ticker: Ticker, connections: readonly Connection[]) {
    this.#group = group;
    this.#network = network;
    this.#ticker = ticker;
    this.#connections = connections;
  }

  /** The process ends at once: what is not on its disks is lost, its clients are cut off. */
  crash(id: number): void {
    const member = this.#member(id);
    if (member.state === 'down') return;
    this.#ticker.begin();
    member.crash();
    this.#giveUp(member);
    this.#ticker.countLeaders();
    this.#countQuorum();
  }

  /** The process is asked to end: a leader hands over first. */
  shutDown(id: number): void {
    const member = this.#member(id);
    const { raft } = member;
    const heir = this.#heirOf(member);
    if (raft.role === 'leader' && heir !== NONE && member.isRunning) {
      this.#ticker.begin();
      raft.transferLeadership(heir);
      member.isLeaving = true;
      member.wake();
      const { simulation, kinds, options } = this.#group;
      simulation.after(options.electionTimeoutUs, kinds.leavingDue, id, member.incarnation);
      return;
    }
    this.crash(id);
  }

  /** A new process begins with what is on the disks of the old one. */
  start(id: number): void {
    const member = this.#member(id);
    if (member.state !== 'down') return;
    member.start();
    this.#ticker.begin();
    this.#ticker.started(member);
    this.#countQuorum();
  }

  /** The process is stopped (SIGSTOP, or its machine hangs). */
  pause(id: number): void {
    const member = this.#member(id);
    if (!member.isRunning) return;
    this.#ticker.begin();
    member.pause();
    const { simulation, kinds } = this.#group;
    simulation.after(etcdClientConstants.keepAliveUs, kinds.silenceDue, id, member.incarnation);
    this.#countQuorum();
  }

  resume(id: number): void {
    const member = this.#member(id);
    if (member.state !== 'paused') return;
    member.resume();
    this.#ticker.join(member);
    this.#countQuorum();
  }

  /** Cuts (or mends) the connections between two members. */
  connect(a: number, b: number, isConnected: boolean): void {
    this.#ticker.begin();
    this.#network.connect(a, b, isConnected);
    this.#countQuorum();
  }

  /** Cuts (or mends) all connections of a member to other members. */
  isolate(id: number, isIsolated: boolean): void {
    for (let other = 0; other < this.#group.size; other++) {
      if (other !== id) this.connect(id, other, !isIsolated);
    }
  }

  /** Messages between it and other members take so much longer, each way; 0: as ever. */
  delayMessages(id: number, delayUs: SimTime): void {
    this.#ticker.begin();
    this.#network.delay(id, delayUs);
  }

  /** Its work takes `factor` times the CPU time. */
  slow(id: number, factor: number): void {
    this.#ticker.begin();
    this.#member(id).cpuFactor = factor;
  }

  /** Every flush of its disks takes `factor` times as long. */
  degradeDisks(id: number, factor: number): void {
    this.#ticker.begin();
    for (const disk of this.#disks(id)) disk.degrade(factor);
  }

  /** No flush of its disks ends before `durationUs` are over. */
  stallDisks(id: number, durationUs: SimTime): void {
    this.#ticker.begin();
    for (const disk of this.#disks(id)) disk.stall(durationUs);
  }

  /** The file system of its WAL is full (or has room again): the next write ends the process. */
  fillDisk(id: number, isFull: boolean): void {
    this.#member(id).isWalFull = isFull;
  }

  /** `etcdctl defrag` for one member. */
  defragment(id: number): void {
    this.#member(id).backend.defragment();
  }

  /** A process has been stopped for so long that its clients give it up. */
  silenceDue(id: number, incarnation: number): void {
    const member = this.#member(id);
    const silentUs = this.#group.simulation.now - member.pausedUs;
    const isSilent = member.state === 'paused' && silentUs >= etcdClientConstants.keepAliveUs;
    if (!isSilent || member.incarnation !== incarnation) return;
    this.#giveUp(member);
  }

  #member(id: number): Member {
    return this.#group.members[id] as Member;
  }

  #disks(id: number): ReadonlySet<Disk> {
    const { wal, backendDisk } = this.#member(id);
    return new Set([wal, backendDisk]);
  }

  /** Clients lose their connections to a member, and what they have asked there. */
  #giveUp(member: Member): void {
    for (const request of this.#group.requests.open) {
      // What is still on its way finds out when it arrives.
      if (request.member !== member.id || request.arrivedUs < 0) continue;
      member.fail(request, 'connection error: the member of etcd is not available');
    }
    for (const connection of this.#connections) connection.memberLost(member);
  }

  /** The voter that is connected and has most of the log. */
  #heirOf({ id, raft }: Member): number {
    let heir = NONE;
    for (const other of this.#group.members) {
      const isFit = other.id !== id && other.isRunning && this.#network.isConnected(id, other.id);
      if (isFit && (heir === NONE || raft.matchOf(other.id) > raft.matchOf(heir))) heir = other.id;
    }
    return heir;
  }

  #countQuorum(): void {
    const quorum = (this.#group.size >> 1) + 1;
    const hasQuorum = this.#group.members.some((member) => this.#reachableFrom(member) >= quorum);
    if (hasQuorum) this.quorumLostUs = undefined;
    else this.quorumLostUs ??= this.#group.simulation.now;
  }

  /** Members that run and that a member talks to, itself included. */
  #reachableFrom({ id, isRunning }: Member): number {
    if (!isRunning) return 0;
    return this.#group.members.filter(
      (other) => other.isRunning && (other.id === id || this.#network.isConnected(id, other.id)),
    ).length;
  }
}
