// Heartbeats and election timeouts. As long as all is well nothing ticks: a leader's heartbeat
// every 100 ms would reset every follower's clock and cost less than a thousandth of a core.
// Whatever may let an election begin — a fault, or a loop that is at one pass for half an election
// timeout — ends that, and every member ticks from where its clock would stand.
// Source: etcd-io/raft v3.6 tickElection, tickHeartbeat (reference: controlplane A2).
import type { SimTime } from '../../kernel/time.js';
import { etcdSettings } from './constants.js';
import { DueTimer } from './due-timer.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import type { Network } from './network.js';

export class Ticker {
  /** No member ticks. */
  isResting = true;
  /** When the last leader was lost; undefined: there is one. */
  leaderlessSinceUs: SimTime | undefined;
  /** How often a member has become leader. */
  leaderChanges = 0;
  readonly #group: Group;
  readonly #network: Network;
  readonly #watch: DueTimer;
  /** Time of the first tick of each member. */
  readonly #phases: readonly number[];
  readonly #isTicking: boolean[];
  /** Ticks of the leader since something was wrong. */
  #healthyTicks = 0;

  constructor(group: Group, network: Network) {
    this.#group = group;
    this.#network = network;
    this.#watch = new DueTimer(group.simulation, group.kinds.loopsWatched, 0);
    const stream = group.simulation.random.stream('etcd/ticks');
    this.#phases = Array.from({ length: group.size }, () => stream.below(this.#tickUs()));
    this.#isTicking = this.#phases.map(() => false);
  }

  /** A loop has begun a pass: should it take long, the ticks begin. */
  watchLoops(): void {
    if (!this.isResting || this.#isAlone()) return;
    this.#watch.ensure(this.#group.simulation.now + this.#patienceUs());
  }

  loopsWatched(): void {
    this.#watch.fired();
    if (!this.isResting) return;
    const { now } = this.#group.simulation;
    let oldest = Number.POSITIVE_INFINITY;
    for (const { busySinceUs, isRunning } of this.#group.members) {
      if (isRunning && busySinceUs >= 0 && busySinceUs < oldest) oldest = busySinceUs;
    }
    if (oldest + this.#patienceUs() <= now) this.begin();
    else if (oldest < now) this.#watch.ensure(oldest + this.#patienceUs());
  }

  /** Something is about to happen, or has: from now on members tick. */
  begin(): void {
    this.#healthyTicks = 0;
    if (this.#isAlone()) return;
    if (this.isResting) {
      this.isResting = false;
      for (const member of this.#group.members) if (member.isRunning) this.#setClock(member);
    }
    for (const member of this.#group.members) this.join(member);
  }

  /** A new process: it does not wait for a whole election timeout before it campaigns. */
  started(member: Member): void {
    const { size } = this.#group;
    member.raft.resumeTicking(this.#electionTicks() - (size === 1 ? 1 : 2));
    this.join(member);
  }

  /** A member ticks, unless it does. */
  join(member: Member): void {
    if (this.isResting || this.#isTicking[member.id] || !member.isRunning) return;
    this.#isTicking[member.id] = true;
    const { simulation, kinds } = this.#group;
    const next = (this.#ticksUntil(member.id, simulation.now) + 1) * this.#tickUs();
    simulation.at(this.#phase(member.id) + next, kinds.ticked, member.id);
  }

  ticked(member: Member): void {
    this.#isTicking[member.id] = false;
    if (this.isResting || !member.isRunning) return;
    this.#noteLateHeartbeats(member);
    member.raft.tick();
    if (member.raft.role === 'leader') this.#rest(member);
    this.join(member);
    member.wake();
  }

  /** A leader that is at one pass for more than two intervals: its heartbeats come too late. */
  #noteLateHeartbeats({ raft, busySinceUs, metrics }: Member): void {
    if (raft.role !== 'leader' || busySinceUs < 0) return;
    const lateUs = this.#group.simulation.now - busySinceUs - 2 * this.#tickUs();
    if (lateUs > 0 && lateUs <= this.#tickUs())
      metrics.heartbeatSendFailures += this.#group.size - 1;
  }

  /** A member has noticed that there is a leader. */
  leaderFound(member: Member): void {
    if (member.raft.role !== 'leader') return;
    this.leaderlessSinceUs = undefined;
    this.leaderChanges++;
  }

  /** A member does not lead any more, or is gone. */
  countLeaders(): void {
    const { simulation, members } = this.#group;
    const isLed = members.some(({ raft, isRunning }) => isRunning && raft.role === 'leader');
    if (!isLed) this.leaderlessSinceUs ??= simulation.now;
  }

  /** A member has noticed that there is no leader. */
  leaderLost(member: Member): void {
    const { simulation, kinds, options } = this.#group;
    this.countLeaders();
    const patienceUs = etcdSettings.noLeaderTimeouts * options.electionTimeoutUs;
    simulation.after(patienceUs, kinds.leaderMissed, member.id, member.incarnation);
  }

  /** The only member leads: nobody has to hear of it. */
  #isAlone(): boolean {
    return this.#group.size === 1 && this.#group.members[0]?.raft.role === 'leader';
  }

  #electionTicks(): number {
    return Math.round(this.#group.options.electionTimeoutUs / this.#tickUs());
  }

  #tickUs(): number {
    return this.#group.options.heartbeatIntervalUs;
  }

  #patienceUs(): number {
    return this.#group.options.electionTimeoutUs / 2;
  }

  #phase(member: number): number {
    return this.#phases[member] as number;
  }

  /** Ticks of a member until a time, the first counted as 0. */
  #ticksUntil(member: number, time: SimTime): number {
    return Math.floor((time - this.#phase(member)) / this.#tickUs());
  }

  /** Sets a member's clock to where it would stand if it had ticked all along. */
  #setClock(member: Member): void {
    const { now } = this.#group.simulation;
    const { raft, id } = member;
    const ticks = this.#ticksUntil(id, now);
    if (raft.role === 'leader') {
      raft.resumeTicking(Math.max(0, ticks) % this.#electionTicks());
      return;
    }
    const leader = this.#group.members[raft.lead];
    const heard = Math.max(member.leaderHeardUs, leader === undefined ? 0 : this.#lastBeat(leader));
    raft.resumeTicking(Math.max(0, ticks - this.#ticksUntil(id, heard)));
  }

  /** When the followers last heard a leader's heartbeat, its way left out. */
  #lastBeat(leader: Member): SimTime {
    const { now } = this.#group.simulation;
    // While it was at one pass for so long its heartbeats could not be sent.
    const isLate = leader.busySinceUs >= 0 && now - leader.busySinceUs >= this.#tickUs();
    const until = isLate ? leader.busySinceUs : now;
    return Math.max(
      0,
      this.#phase(leader.id) + this.#ticksUntil(leader.id, until) * this.#tickUs(),
    );
  }

  /** Everything has been well for two election timeouts: the ticks end. */
  #rest(leader: Member): void {
    this.#healthyTicks = this.#isHealthy(leader) ? this.#healthyTicks + 1 : 0;
    const { options } = this.#group;
    const isLong = this.#healthyTicks * this.#tickUs() >= 2 * options.electionTimeoutUs;
    if (!isLong && !this.#isAlone()) return;
    this.isResting = true;
    for (const member of this.#group.members) member.leaderKnownUs = this.#group.simulation.now;
  }

  #isHealthy(leader: Member): boolean {
    if (!this.#network.isWhole) return false;
    const { now } = this.#group.simulation;
    return this.#group.members.every((member) => {
      if (member.state === 'down') return true;
      const { raft, busySinceUs, isRunning } = member;
      const isQuick = busySinceUs < 0 || now - busySinceUs < this.#tickUs();
      const follows = raft.lead === leader.id && raft.term === leader.raft.term;
      return isRunning && isQuick && follows && leader.raft.isReplicatingTo(member.id);
    });
  }
}
