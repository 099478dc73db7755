// When leases end: the leader alone keeps their time, ends those that are over by an entry of the
// log, and renews them without one. A new leader gives every lease its whole time again.
// Source: etcd v3.6 server/lease/lessor.go, etcdserver/server.go (reference: controlplane A9).
import type { SimTime } from '../../kernel/time.js';
import { etcdCosts, etcdSettings } from './constants.js';
import { DueTimer } from './due-timer.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import type { Network } from './network.js';
import { plainResult, Request } from './request.js';

const US_PER_SECOND = 1_000_000;

export class Lessor {
  readonly #group: Group;
  readonly #network: Network;
  readonly #timer: DueTimer;
  /** End of each lease, as the leader has it. */
  readonly #ends = new Map<number, SimTime>();
  /** Seconds that a lease had left at the last checkpoint. */
  readonly #remaining = new Map<number, number>();
  readonly #revoking = new Set<number>();
  #leader: Member | undefined;
  #checkpointUs: SimTime = 0;

  constructor(group: Group, network: Network) {
    this.#group = group;
    this.#network = network;
    this.#timer = new DueTimer(group.simulation, group.kinds.leasesDue, 0);
  }

  /** A member leads from now on. */
  promote(leader: Member): void {
    this.#leader = leader;
    this.#revoking.clear();
    const { leases } = this.#group.machine.store;
    const { electionTimeoutUs } = this.#group.options;
    for (const id of leases.ids) {
      const seconds = this.#remaining.get(id) ?? leases.ttlSeconds(id);
      this.#begin(id, seconds * US_PER_SECOND + electionTimeoutUs);
    }
  }

  /** An entry about a lease has been applied at a member. */
  applied(request: Request, member: Member): void {
    const { type, subject } = request;
    if (member !== this.#leader || request.outcome?.error !== undefined) return;
    if (type === 'grant') {
      this.#begin(subject, this.#group.machine.store.leases.ttlSeconds(subject) * US_PER_SECOND);
    } else if (type === 'revoke') {
      this.#ends.delete(subject);
      this.#remaining.delete(subject);
      this.#revoking.delete(subject);
      member.metrics.leasesRevoked++;
    } else if (type === 'checkpoint') this.#remaining.set(subject, request.detail);
  }

  /** Renews at the leader; another member asks that one. */
  keepAlive(request: Request, member: Member): void {
    const { leases } = this.#group.machine.store;
    if (member.raft.role !== 'leader') {
      const { lead } = member.raft;
      if (lead < 0) return member.fail(request, 'etcdserver: no leader');
      request.member = lead;
      const at = this.#network.arrivalAt(member.id, lead, request.bytes);
      const { simulation, kinds } = this.#group;
      simulation.at(at, kinds.requestForwarded, request.ticket);
      return;
    }
    if (!leases.has(request.subject)) {
      return member.fail(request, 'etcdserver: requested lease not found');
    }
    this.#begin(request.subject, leases.ttlSeconds(request.subject) * US_PER_SECOND);
    member.metrics.leasesRenewed++;
    member.answer(request, plainResult(member.applier.revision, request.subject));
  }

  /** Ends leases that are over, so many at a time. */
  due(): void {
    this.#timer.fired();
    const leader = this.#leader;
    if (leader === undefined || !leader.isRunning || leader.raft.role !== 'leader') return;
    const { now } = this.#group.simulation;
    const { leaseRevokesPerCheck, leaseRevokesInFlight } = etcdSettings;
    const most = Math.min(leaseRevokesPerCheck, leaseRevokesInFlight - this.#revoking.size);
    const over = [...this.#ends]
      .filter(([id, end]) => end <= now && !this.#revoking.has(id))
      .sort(([a, end], [b, other]) => end - other || a - b)
      .slice(0, most);
    for (const [id] of over) {
      this.#revoking.add(id);
      this.#propose(leader, 'revoke', id, 0);
    }
    if (this.#group.options.leaseCheckpoint) this.#checkpoint(leader);
    leader.wake();
    this.#arm();
  }

  #begin(id: number, forUs: SimTime): void {
    this.#ends.set(id, this.#group.simulation.now + forUs);
    this.#remaining.delete(id);
    this.#arm();
  }

  /** The next look is at a multiple of the interval at which something is over. */
  #arm(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const end of this.#ends.values()) if (end < first) first = end;
    if (this.#group.options.leaseCheckpoint && this.#ends.size > 0) {
      first = Math.min(first, this.#checkpointUs + etcdSettings.leaseCheckpointIntervalUs);
    }
    if (first === Number.POSITIVE_INFINITY) return;
    const { leaseCheckIntervalUs } = etcdSettings;
    const { now } = this.#group.simulation;
    const checks = Math.ceil(Math.max(first, now + 1) / leaseCheckIntervalUs);
    this.#timer.ensure(checks * leaseCheckIntervalUs);
  }

  /** Lets the others know what long leases have left. */
  #checkpoint(leader: Member): void {
    const { now } = this.#group.simulation;
    if (now < this.#checkpointUs + etcdSettings.leaseCheckpointIntervalUs) return;
    this.#checkpointUs = now;
    for (const [id, end] of this.#ends) {
      const seconds = Math.max(0, Math.ceil((end - now) / US_PER_SECOND));
      if (seconds * US_PER_SECOND > etcdSettings.leaseCheckpointIntervalUs) {
        this.#propose(leader, 'checkpoint', id, seconds);
      }
    }
  }

  #propose(leader: Member, type: 'revoke' | 'checkpoint', id: number, seconds: number): void {
    const request = new Request(type, undefined, 0, 0);
    request.subject = id;
    request.detail = seconds;
    request.bytes = etcdCosts.walBytesPerEntry;
    leader.propose(request);
  }
}
