// What components tell the outside: metrics, convergence and checkers listen, components never hear
// back. An observer must not change the model.
import type { ApiCall } from './api-call.js';
import type { FieldEquality, WatcherAddress } from './api-request.js';
import type { WatchEvent } from './watch.js';

/** Steps of a pod that leave no trace of their own in the API, in their order. */
export type PodStage =
  | 'queued'
  | 'scheduled'
  | 'sandboxCreated'
  | 'imagesPulled'
  | 'containersStarted';

/** Result of one scheduling attempt, as in scheduler_schedule_attempts_total. */
export type SchedulingResult = 'scheduled' | 'unschedulable' | 'error';

/** The seats of a priority level of an apiserver, as they are now. */
export interface SeatUse {
  readonly name: string;
  /** Its limit is none. */
  readonly isExempt: boolean;
  readonly seatsInUse: number;
  readonly limit: number;
  readonly requestsExecuting: number;
}

/** A watch that begins. Its address tells watchers apart, also after they have opened another. */
export interface OpenedWatch {
  readonly address: WatcherAddress;
  readonly resource: string;
  /** '': all. */
  readonly namespace: string;
  readonly fieldSelector: FieldEquality | undefined;
  /** It yields every change after this revision. */
  readonly afterRevision: number;
  /** So many additions come first, everything there is at that revision; -1: only changes. */
  readonly additions: number;
}

/** Everything that can be observed. Times are the simulation's now. */
export interface ClusterObserver {
  /** Kinds of objects of whose writes it wants to hear; absent: all. */
  readonly committedKinds?: ReadonlySet<string>;
  /** A write was applied by the store; in order of revision, each once. */
  committed(event: WatchEvent): void;
  /** An apiserver has answered; `latencyUs` from arrival to the answer leaving. */
  requestServed(call: ApiCall, code: number, latencyUs: number): void;
  /** A member of etcd leads from now on; its log ends at `lastIndex`. */
  etcdLeaderElected(member: number, term: number, lastIndex: number): void;
  /** A member of etcd has applied an entry; the store has that revision after it. */
  etcdEntryApplied(member: number, index: number, term: number, revision: number): void;
  /** A member of etcd goes on after that index: as a new process, or with a snapshot. */
  etcdMemberRestored(member: number, index: number): void;
  /**
   * A member of etcd has answered a write, or a linearizable read, from a revision;
   * `leastRevision` is the highest that any such answer had when it was asked.
   */
  etcdAnswered(member: number, revision: number, leastRevision: number): void;
  /** A priority level of an apiserver has given seats to a request. */
  seatsTaken(level: SeatUse): void;
  /** An apiserver serves a watch. */
  watchOpened(watch: OpenedWatch): void;
  /** A watcher has read an event of its watch. */
  watchEventRead(address: WatcherAddress, event: WatchEvent): void;
  podReached(uid: string, stage: PodStage): void;
  schedulingAttempted(uid: string, result: SchedulingResult, durationUs: number): void;
  /** All kube-proxies have programmed all EndpointSlice changes up to this store revision. */
  endpointsProgrammed(revision: number): void;
  /** A cluster DNS replica serves the state of Services and EndpointSlices of this revision. */
  dnsServes(replica: number, revision: number): void;
  /** The process of a cluster DNS replica has ended. */
  dnsStopped(replica: number): void;
  /** A node has finished pulling an image. */
  imagePulled(node: string, image: string, bytes: number, durationUs: number): void;
  /** The machine of a node has failed: nothing runs on it any more. */
  nodeFailed(node: string): void;
  /** A fault has struck; `nodes`: those that it is about, if any. */
  faultStruck(name: string, nodes: readonly string[]): void;
  /** That fault is over. */
  faultHealed(name: string): void;
  /** A CSI driver has answered a call, `OK` or with another gRPC code. */
  csiCalled(
    caller: CsiCaller,
    driver: string,
    method: string,
    code: string,
    durationUs: number,
  ): void;
  /** A kubelet or the attach/detach controller has ended an operation on a volume. */
  storageOperated(operation: string, plugin: string, isSuccess: boolean, durationUs: number): void;
}

/** Who calls CSI drivers: kubelets their node part, sidecars their controller. */
export type CsiCaller = 'kubelet' | 'sidecar';

/** Listens to nothing; a base to override. */
export class SilentObserver implements ClusterObserver {
  readonly committedKinds?: ReadonlySet<string>;
  committed(_event: WatchEvent): void {}
  requestServed(_call: ApiCall, _code: number, _latencyUs: number): void {}
  etcdLeaderElected(_member: number, _term: number, _lastIndex: number): void {}
  etcdEntryApplied(_member: number, _index: number, _term: number, _revision: number): void {}
  etcdMemberRestored(_member: number, _index: number): void {}
  etcdAnswered(_member: number, _revision: number, _leastRevision: number): void {}
  seatsTaken(_level: SeatUse): void {}
  watchOpened(_watch: OpenedWatch): void {}
  watchEventRead(_address: WatcherAddress, _event: WatchEvent): void {}
  podReached(_uid: string, _stage: PodStage): void {}
  schedulingAttempted(_uid: string, _result: SchedulingResult, _durationUs: number): void {}
  endpointsProgrammed(_revision: number): void {}
  dnsServes(_replica: number, _revision: number): void {}
  dnsStopped(_replica: number): void {}
  imagePulled(_node: string, _image: string, _bytes: number, _durationUs: number): void {}
  nodeFailed(_node: string): void {}
  faultStruck(_name: string, _nodes: readonly string[]): void {}
  faultHealed(_name: string): void {}
  csiCalled(
    _caller: CsiCaller,
    _driver: string,
    _method: string,
    _code: string,
    _durationUs: number,
  ): void {}
  storageOperated(
    _operation: string,
    _plugin: string,
    _isSuccess: boolean,
    _durationUs: number,
  ): void {}
}

/** Passes everything on to several observers, in their order. */
export class ObserverGroup implements ClusterObserver {
  readonly #members: readonly ClusterObserver[];
  /** Those that listen to what is told most. */
  readonly #toCommits: readonly ClusterObserver[];
  /** Those of them that hear of a kind. */
  readonly #toCommitsOf = new Map<string, readonly ClusterObserver[]>();
  readonly #toRequests: readonly ClusterObserver[];
  readonly #toEtcd: readonly ClusterObserver[];
  readonly #toSeats: readonly ClusterObserver[];
  readonly #toWatches: readonly ClusterObserver[];
  readonly #toPods: readonly ClusterObserver[];
  readonly #toAttempts: readonly ClusterObserver[];
  readonly #toProgramming: readonly ClusterObserver[];
  readonly #toDns: readonly ClusterObserver[];

  constructor(members: readonly ClusterObserver[]) {
    this.#members = members;
    const silent = SilentObserver.prototype;
    const hearing = (told: keyof ClusterObserver): readonly ClusterObserver[] =>
      members.filter((member) => member[told] !== silent[told]);
    this.#toCommits = hearing('committed');
    this.#toRequests = hearing('requestServed');
    this.#toEtcd = hearing('etcdEntryApplied');
    this.#toSeats = hearing('seatsTaken');
    this.#toWatches = hearing('watchEventRead');
    this.#toPods = hearing('podReached');
    this.#toAttempts = hearing('schedulingAttempted');
    this.#toProgramming = hearing('endpointsProgrammed');
    this.#toDns = hearing('dnsServes');
  }

  committed(event: WatchEvent): void {
    const { kind } = event.object;
    const members = this.#toCommitsOf.get(kind) ?? this.#listenersOf(kind);
    for (const member of members) member.committed(event);
  }

  #listenersOf(kind: string): readonly ClusterObserver[] {
    const members = this.#toCommits.filter(
      ({ committedKinds }) => committedKinds === undefined || committedKinds.has(kind),
    );
    this.#toCommitsOf.set(kind, members);
    return members;
  }

  requestServed(call: ApiCall, code: number, latencyUs: number): void {
    for (const member of this.#toRequests) member.requestServed(call, code, latencyUs);
  }

  etcdLeaderElected(member: number, term: number, lastIndex: number): void {
    for (const each of this.#toEtcd) each.etcdLeaderElected(member, term, lastIndex);
  }

  etcdEntryApplied(member: number, index: number, term: number, revision: number): void {
    for (const each of this.#toEtcd) each.etcdEntryApplied(member, index, term, revision);
  }

  etcdMemberRestored(member: number, index: number): void {
    for (const each of this.#toEtcd) each.etcdMemberRestored(member, index);
  }

  etcdAnswered(member: number, revision: number, leastRevision: number): void {
    for (const each of this.#toEtcd) each.etcdAnswered(member, revision, leastRevision);
  }

  seatsTaken(level: SeatUse): void {
    for (const member of this.#toSeats) member.seatsTaken(level);
  }

  watchOpened(watch: OpenedWatch): void {
    for (const member of this.#toWatches) member.watchOpened(watch);
  }

  watchEventRead(address: WatcherAddress, event: WatchEvent): void {
    for (const member of this.#toWatches) member.watchEventRead(address, event);
  }

  podReached(uid: string, stage: PodStage): void {
    for (const member of this.#toPods) member.podReached(uid, stage);
  }

  schedulingAttempted(uid: string, result: SchedulingResult, durationUs: number): void {
    for (const member of this.#toAttempts) member.schedulingAttempted(uid, result, durationUs);
  }

  endpointsProgrammed(revision: number): void {
    for (const member of this.#toProgramming) member.endpointsProgrammed(revision);
  }

  dnsServes(replica: number, revision: number): void {
    for (const member of this.#toDns) member.dnsServes(replica, revision);
  }

  dnsStopped(replica: number): void {
    for (const member of this.#members) member.dnsStopped(replica);
  }

  imagePulled(node: string, image: string, bytes: number, durationUs: number): void {
    for (const member of this.#members) member.imagePulled(node, image, bytes, durationUs);
  }

  nodeFailed(node: string): void {
    for (const member of this.#members) member.nodeFailed(node);
  }

  faultStruck(name: string, nodes: readonly string[]): void {
    for (const member of this.#members) member.faultStruck(name, nodes);
  }

  faultHealed(name: string): void {
    for (const member of this.#members) member.faultHealed(name);
  }

  csiCalled(
    caller: CsiCaller,
    driver: string,
    method: string,
    code: string,
    durationUs: number,
  ): void {
    for (const member of this.#members) {
      member.csiCalled(caller, driver, method, code, durationUs);
    }
  }

  storageOperated(operation: string, plugin: string, isSuccess: boolean, durationUs: number): void {
    for (const member of this.#members) {
      member.storageOperated(operation, plugin, isSuccess, durationUs);
    }
  }
}
