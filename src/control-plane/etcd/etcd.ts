// An etcd cluster: members on their machines, connected with each other, replicating one log and
// applying it to one store; clients connect to any of them. When it begins, member 0 leads.
// Left out: learners and membership changes, authentication, TLS, the corruption check.
// Source: etcd v3.6, etcd raft v3.6 (reference: controlplane A).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { ClusterObserver } from '../../client/observer.js';
import { Slab } from '../../client/slab.js';
import { assert } from '../../kernel/assert.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import { toSeconds } from '../../kernel/time.js';
import { passedRevision, watchedBy } from './compacted-changes.js';
import { Connection } from './connection.js';
import { etcdSettings } from './constants.js';
import { DueTimer } from './due-timer.js';
import { Endpoint, type EndpointLinks } from './endpoint.js';
import { Faults } from './faults.js';
import { type EtcdKinds, type EtcdOptions, eventNames, type Group } from './group.js';
import { Lessor } from './lessor.js';
import { Member, type MemberPlace } from './member.js';
import type { MemberMetrics } from './member-metrics.js';
import { type MemberReport, memberReports } from './member-report.js';
import { type LinkBetween, Network } from './network.js';
import type { Request } from './request.js';
import { RequestTable } from './request-table.js';
import { Session } from './session.js';
import { StateMachine } from './state-machine.js';
import { Ticker } from './ticker.js';

/** The settings of a cluster that was given none. */
export const defaultEtcdOptions: EtcdOptions = {
  heartbeatIntervalUs: etcdSettings.heartbeatIntervalUs,
  electionTimeoutUs: etcdSettings.electionTimeoutUs,
  quotaBackendBytes: etcdSettings.quotaBackendBytes,
  watchProgressNotifyIntervalUs: etcdSettings.watchProgressNotifyIntervalUs,
  leaseCheckpoint: false,
};

type EventName = keyof EtcdKinds;
type Handler = (target: number, arg: number) => void;

/** Entries in the log of a cluster that has just begun: the one of the first leader. */
const FIRST_ENTRIES = 1;

/** A client's way to one member. */
export interface EndpointSpec extends EndpointLinks {
  readonly member: number;
}

export interface EtcdSetup {
  readonly members: readonly MemberPlace[];
  readonly options: EtcdOptions;
  readonly linkBetween: LinkBetween;
}

export class Etcd {
  readonly faults: Faults;
  readonly #group: Group;
  readonly #network: Network;
  readonly #ticker: Ticker;
  readonly #lessor: Lessor;
  readonly #members: Member[] = [];
  readonly #sessions: Session[] = [];
  readonly #connections: Connection[] = [];

  constructor(simulation: Simulation, setup: EtcdSetup, observer: ClusterObserver) {
    const size = setup.members.length;
    assert(size % 2 === 1, 'etcd needs an odd number of members');
    const kinds = this.#defineKinds(simulation);
    const group: Group = {
      simulation,
      options: setup.options,
      kinds,
      machine: new StateMachine(observer, FIRST_ENTRIES),
      observer,
      answeredRevision: 0,
      members: this.#members,
      size,
      requests: new RequestTable(),
      readings: new Slab(),
      expiry: new DueTimer(simulation, kinds.requestsExpired, 0),
    };
    this.#group = group;
    group.machine.passedRevision = () => passedRevision(group, this.#connections);
    group.machine.store.watched = () => watchedBy(this.#connections);
    const network = new Network(group, setup.linkBetween);
    this.#network = network;
    this.#ticker = new Ticker(group, network);
    this.#lessor = new Lessor(group, network);
    this.faults = new Faults(group, network, this.#ticker, this.#connections);
    const services = {
      network,
      ticker: this.#ticker,
      lessor: this.#lessor,
      crash: (member: Member): void => this.faults.crash(member.id),
    };
    for (const [id, place] of setup.members.entries()) {
      this.#members.push(new Member(group, id, place, services));
    }
    this.#lessor.promote(this.#members[0] as Member);
  }

  /** Puts objects that existed before the run; observers see them as added. */
  preload(objects: readonly KubernetesObject[]): void {
    const { machine } = this.#group;
    for (const object of objects) machine.preload(object);
    for (const { applier, backend } of this.#members) {
      applier.restore(machine.applied);
      backend.countPages();
    }
  }

  /** A client of that name with its ways to one or more members. */
  connect(name: string, endpoints: readonly EndpointSpec[]): Connection {
    const { simulation, kinds } = this.#group;
    const ends = endpoints.map(({ member: id, up, down }) => {
      const member = this.#members[id];
      assert(member !== undefined, `etcd has no member ${id}`);
      const session = new Session(simulation, member, this.#sessions.length, kinds.requestsDecoded);
      this.#sessions.push(session);
      member.sessions.push(session);
      return new Endpoint(simulation, member, session, { up, down });
    });
    const connection = new Connection(this.#group, name, this.#connections.length, ends);
    this.#connections.push(connection);
    return connection;
  }

  /** The member that leads; undefined: none does. */
  get leader(): number | undefined {
    return this.#members.find(({ raft, isRunning }) => isRunning && raft.role === 'leader')?.id;
  }

  get memberCount(): number {
    return this.#group.size;
  }

  /** How often the leader has changed since the beginning. */
  get leaderChanges(): number {
    return this.#ticker.leaderChanges;
  }

  /** All members run and have applied the same, and nothing is on its way. */
  get isSettled(): boolean {
    const { applied } = this.#group.machine;
    return this.#members.every(
      ({ applier, isRunning }) => isRunning && applier.applied === applied,
    );
  }

  /** Why nothing can be written, for whoever asks at the end of a run; undefined: it can. */
  get verdict(): string | undefined {
    const { quorumLostUs } = this.faults;
    if (quorumLostUs !== undefined) {
      const running = this.#members.filter(({ isRunning }) => isRunning).length;
      return (
        `etcd has no quorum from t=${toSeconds(quorumLostUs)} s: ` +
        `${running} of ${this.#group.size} members ${running === 1 ? 'is' : 'are'} running`
      );
    }
    const { leaderlessSinceUs } = this.#ticker;
    if (leaderlessSinceUs === undefined) return undefined;
    return `etcd has had no leader since t=${toSeconds(leaderlessSinceUs)} s: no election succeeded`;
  }

  isRunning(member: number): boolean {
    return this.#members[member]?.isRunning === true;
  }

  /** A member was asked to end and hands over. */
  isLeaving(member: number): boolean {
    return this.#members[member]?.isLeaving === true;
  }

  /** Some member still deletes revisions that an entry has compacted. */
  get isCompacting(): boolean {
    return this.#members.some(({ isRunning, backend }) => isRunning && backend.isCompacting);
  }

  /** All members as a scrape of their metrics would see them now. */
  get reports(): readonly MemberReport[] {
    return memberReports(this.#group, (from, to) => this.#network.isConnected(from, to));
  }

  /** What a member has counted. */
  metricsOf(member: number): MemberMetrics | undefined {
    return this.#members[member]?.metrics;
  }

  /** Size of a member's database file. */
  fileBytesOf(member: number): number {
    return this.#members[member]?.backend.fileBytes ?? 0;
  }

  /** The value of a key in the newest state. */
  get(key: string): KubernetesObject | undefined {
    return this.#group.machine.store.get(key);
  }

  /** All values and the revision of the newest state. */
  snapshot(): ReturnType<Connection['snapshot']> {
    const { store } = this.#group.machine;
    return { revision: store.revision, values: store.values };
  }

  #defineKinds(simulation: Simulation): EtcdKinds {
    const handlers = this.#handlers();
    const kinds: Partial<Record<EventName, EventKind>> = {};
    for (const name of eventNames) {
      kinds[name] = simulation.defineEvent(`etcd.${titleOf(name)}`, handlers[name]);
    }
    return kinds as EtcdKinds;
  }

  /** Work of a member that its process must be there for; `arg` is the incarnation. */
  #work(name: EventName, handle: (member: Member) => void): Handler {
    return (target, arg) => {
      const member = this.#members[target] as Member;
      if (member.accepts(arg, this.#group.kinds[name], target, arg)) handle(member);
    };
  }

  /** A timer of a member: of a process that is stopped it waits until that goes on. */
  #timer(name: EventName, handle: (member: Member) => void): Handler {
    return (target) => {
      const member = this.#members[target] as Member;
      if (member.accepts(member.incarnation, this.#group.kinds[name], target, 0)) handle(member);
    };
  }

  #handlers(): Readonly<Record<EventName, Handler>> {
    const request = (ticket: number): Request => this.#group.requests.get(ticket);
    const connection = (number: number): Connection => this.#connections[number] as Connection;
    return {
      requestArrived: (ticket) => request(ticket).requester?.arrived(request(ticket)),
      requestForwarded: (ticket) => this.#forwarded(request(ticket)),
      requestsDecoded: (session, arg) => this.#decoded(session, arg),
      requestsExpired: () => this.#expire(),
      requestRetried: (ticket) => request(ticket).requester?.repeat(request(ticket)),
      readyProcessed: this.#work('readyProcessed', (each) => each.processed()),
      readyPersisted: this.#work('readyPersisted', (each) => each.persisted()),
      messagesArrived: (_, bundle) => this.#network.arrived(bundle),
      entriesApplied: this.#work('entriesApplied', (each) => each.applier.finish()),
      rangeRead: (reading, arg) => this.#answerRead(reading, arg),
      readIndexDue: this.#timer('readIndexDue', (each) => each.reads.retryDue()),
      backendDue: this.#timer('backendDue', (each) => each.backend.batchIntervalOver()),
      backendPrepared: this.#work('backendPrepared', (each) => each.backend.prepared()),
      pagesWritten: this.#work('pagesWritten', (each) => each.backend.pagesWritten()),
      backendCommitted: this.#work('backendCommitted', (each) => each.backend.committed()),
      compactionDue: this.#timer('compactionDue', (each) => each.backend.compactionDue()),
      defragmented: this.#work('defragmented', (each) => each.backend.defragmented()),
      ticked: (target) => this.#ticker.ticked(this.#members[target] as Member),
      loopsWatched: () => this.#ticker.loopsWatched(),
      leasesDue: () => this.#lessor.due(),
      victimsDue: this.#timer('victimsDue', (each) => each.watches.victimsDue()),
      watchersDue: this.#timer('watchersDue', (each) => each.watches.watchersDue()),
      progressRequested: (number) => connection(number).follower?.progressRequested(),
      progressDue: this.#timer('progressDue', (each) => each.watches.progressDue()),
      reconnectDue: (number) => connection(number).follower?.reconnectDue(),
      leaderMissed: this.#work('leaderMissed', (each) => each.leaderMissed()),
      silenceDue: (target, arg) => this.faults.silenceDue(target, arg),
      leavingDue: this.#work('leavingDue', ({ id, isLeaving }) => {
        if (isLeaving) this.faults.crash(id);
      }),
      cpuUsed: () => {},
    };
  }

  #forwarded(request: Request): void {
    const member = this.#members[request.member] as Member;
    if (member.isRunning && request.isOpen) this.#lessor.keepAlive(request, member);
  }

  #decoded(id: number, incarnation: number): void {
    const session = this.#sessions[id] as Session;
    const { requestsDecoded } = this.#group.kinds;
    if (session.member.accepts(incarnation, requestsDecoded, id, incarnation)) session.handle();
  }

  #answerRead(id: number, incarnation: number): void {
    const { readings, kinds } = this.#group;
    const request = readings.get(id);
    const member = this.#members[request.member] as Member;
    if (!member.accepts(incarnation, kinds.rangeRead, id, incarnation)) return;
    readings.remove(id);
    if (request.outcome !== undefined) member.answer(request, request.outcome);
  }

  /** Requests that nobody could answer in time fail. */
  #expire(): void {
    const { expiry, requests, simulation } = this.#group;
    expiry.fired();
    const { requestTimeoutUs } = etcdSettings;
    for (const request of requests.open) {
      const member = this.#members[request.member] as Member;
      // etcdctl waits as long as it takes.
      if (request.arrivedUs < 0 || request.type === 'defragment') continue;
      if (member.state === 'down') continue;
      const dueUs = request.arrivedUs + requestTimeoutUs;
      if (dueUs > simulation.now) expiry.ensure(dueUs);
      else if (member.isRunning) member.fail(request, 'etcdserver: request timed out');
      else expiry.ensure(simulation.now + requestTimeoutUs);
    }
  }
}

/** `entriesApplied`: EntriesApplied. */
function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
