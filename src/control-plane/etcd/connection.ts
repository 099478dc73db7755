// One client of etcd, as an apiserver has it: it deals its requests out to the endpoints that stand
// and asks again where that is safe, which for writes it never is.
// Source: etcd v3.6 client/v3 (round_robin, retry_interceptor) (reference: controlplane A3, B8).
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type {
  EtcdError,
  EtcdPort,
  EtcdRange,
  EtcdResult,
  EtcdTransaction,
} from '../../client/etcd-client.js';
import type { WatchEvent } from '../../client/watch.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind } from '../../kernel/simulation.js';
import { etcdClientConstants, etcdCosts } from './constants.js';
import type { Endpoint } from './endpoint.js';
import type { Group } from './group.js';
import type { Member } from './member.js';
import { failure, Request, type Requester, type RequestType } from './request.js';
import { WatchFollower } from './watch-follower.js';

const UNAVAILABLE: EtcdError = 'connection error: the member of etcd is not available';

/** What a read is asked again for. */
const REPEATABLE: ReadonlySet<EtcdError | undefined> = new Set<EtcdError>([
  UNAVAILABLE,
  'etcdserver: leader changed',
  'etcdserver: no leader',
]);

export class Connection implements EtcdPort, Requester {
  readonly #group: Group;
  readonly #endpoints: readonly Endpoint[];
  readonly #number: number;
  readonly #random: RandomStream;
  /** Endpoint that the next request goes to, if it stands. */
  #next = 0;
  #follower: WatchFollower | undefined;
  /** Of the last change that the client has looked at. */
  #readRevision = 0;

  /** `number`: its place among the connections of the cluster. */
  constructor(group: Group, name: string, number: number, endpoints: readonly Endpoint[]) {
    this.#group = group;
    this.#number = number;
    this.#endpoints = endpoints;
    this.#random = group.simulation.random.stream(`${name}/retry`);
  }

  propose(transaction: EtcdTransaction, kind: EventKind, target: number): void {
    const request = this.#request('transaction', kind, target);
    request.transaction = transaction;
    request.bytes += transaction.key.length + transaction.bytes;
    this.#send(request);
  }

  read(key: string, kind: EventKind, target: number): void {
    const request = this.#request('read', kind, target);
    request.key = key;
    this.#send(request);
  }

  /** A read of what one member has applied, however old that is. */
  readSerializable(key: string, kind: EventKind, target: number): void {
    const request = this.#request('read', kind, target);
    request.key = key;
    request.isSerializable = true;
    this.#send(request);
  }

  range(range: EtcdRange, kind: EventKind, target: number): void {
    const request = this.#request('range', kind, target);
    request.range = range;
    this.#send(request);
  }

  putBytes(
    key: string,
    expectedRevision: number,
    bytes: number,
    kind: EventKind,
    target: number,
  ): void {
    const request = this.#request('putBytes', kind, target);
    request.key = key;
    request.subject = bytes;
    request.detail = expectedRevision;
    request.bytes += key.length + bytes;
    this.#send(request);
  }

  grantLease(ttlSeconds: number, kind: EventKind, target: number): void {
    const request = this.#request('grant', kind, target);
    request.subject = this.#group.machine.newLeaseId();
    request.detail = ttlSeconds;
    this.#send(request);
  }

  keepLeaseAlive(leaseId: number, kind: EventKind, target: number): void {
    this.#sendAbout('keepAlive', leaseId, kind, target);
  }

  revokeLease(leaseId: number, kind: EventKind, target: number): void {
    this.#sendAbout('revoke', leaseId, kind, target);
  }

  compact(revision: number, kind: EventKind, target: number): void {
    this.#sendAbout('compact', revision, kind, target);
  }

  /** Switches the alarms off that a full database has raised. */
  disarmAlarms(kind: EventKind, target: number): void {
    this.#sendAbout('alarm', 0, kind, target);
  }

  /** Has the member that is next defragment its database; answered when it is done. */
  defragment(kind: EventKind, target: number): void {
    this.#send(this.#request('defragment', kind, target));
  }

  result(ticket: number): EtcdResult {
    return this.#group.requests.remove(ticket).result as EtcdResult;
  }

  watch(kind: EventKind, target: number, afterRevision?: number): void {
    const after = afterRevision ?? this.#group.machine.store.revision;
    const consumer = { kind, target, number: this.#number };
    this.#readRevision = after;
    this.#follower = new WatchFollower(this.#group, this.#endpoints, consumer, after);
  }

  /** The watch of this connection; undefined before `watch`. */
  get follower(): WatchFollower | undefined {
    return this.#follower;
  }

  /** Changes up to this one have been sent to the client, and read by it; of no watch all. */
  get watchedRevision(): number {
    if (this.#follower === undefined) return Number.POSITIVE_INFINITY;
    return Math.min(this.#follower.revision, this.#readRevision);
  }

  hasChangesAfter(revision: number): boolean {
    return this.#group.machine.store.hasChangesAfter(revision);
  }

  requestProgress(): void {
    this.#follower?.requestProgress();
  }

  change(revision: number): WatchEvent | undefined {
    if (revision > this.#readRevision) this.#readRevision = revision;
    return this.#group.machine.store.change(revision);
  }

  furtherChanges(revision: number): readonly WatchEvent[] {
    return this.#group.machine.store.furtherChanges(revision);
  }

  snapshot(): { readonly revision: number; readonly values: readonly KubernetesObject[] } {
    const { store } = this.#group.machine;
    return { revision: store.revision, values: store.values };
  }

  /** A request has crossed the network. */
  arrived(request: Request): void {
    const endpoint = this.#endpointOf(request);
    if (endpoint.member.state === 'down') this.#lose(endpoint, request);
    else endpoint.session.receive(request);
  }

  answered(request: Request): void {
    const { error } = request.result as EtcdResult;
    if (error !== undefined && this.#mayRepeat(request, error)) return this.#repeatLater(request);
    const endpoint = this.#endpointOf(request);
    const { simulation } = this.#group;
    const at = endpoint.isLocal
      ? simulation.now
      : endpoint.answerUs(simulation.now, answerBytes(request.result as EtcdResult));
    simulation.at(at, request.kind, request.target, request.ticket);
  }

  /** The wait of a request that is repeated is over. */
  repeat(request: Request): void {
    this.#submit(request);
  }

  /** The process or the machine of a member is gone, or has been silent for too long. */
  memberLost(member: Member): void {
    for (const endpoint of this.#endpoints) {
      if (endpoint.member !== member) continue;
      endpoint.lost();
      this.#follower?.endpointLost(endpoint);
    }
  }

  #request(type: RequestType, kind: EventKind, target: number): Request {
    const request = new Request(type, this, kind, target);
    request.bytes = etcdCosts.walBytesPerEntry;
    return request;
  }

  #sendAbout(type: RequestType, subject: number, kind: EventKind, target: number): void {
    const request = this.#request(type, kind, target);
    request.subject = subject;
    this.#send(request);
  }

  #send(request: Request): void {
    request.leastRevision = this.#group.answeredRevision;
    this.#group.requests.add(request);
    this.#submit(request);
  }

  #submit(request: Request): void {
    const endpoint = this.#pick(request);
    if (endpoint === undefined) return this.#fail(request);
    request.member = endpoint.member.id;
    if (endpoint.isLocal) return this.arrived(request);
    const at = endpoint.arrivalUs(request.bytes);
    this.#group.simulation.at(at, this.#group.kinds.requestArrived, request.ticket);
  }

  /** The endpoints that stand, in turn. */
  #pick(request: Request): Endpoint | undefined {
    const count = this.#endpoints.length;
    for (let i = 0; i < count; i++) {
      const place = (this.#next + i) % count;
      const endpoint = this.#endpoints[place] as Endpoint;
      if (!endpoint.isStanding) continue;
      this.#next = (place + 1) % count;
      request.endpoint = place;
      return endpoint;
    }
    return undefined;
  }

  #endpointOf(request: Request): Endpoint {
    return this.#endpoints[request.endpoint] as Endpoint;
  }

  #lose(endpoint: Endpoint, request: Request): void {
    endpoint.lost();
    this.#fail(request);
  }

  #fail(request: Request): void {
    request.isOpen = false;
    request.result = failure(UNAVAILABLE, 0);
    this.answered(request);
  }

  #mayRepeat(request: Request, error: EtcdError): boolean {
    const { retryLimit } = etcdClientConstants;
    return request.isRead && REPEATABLE.has(error) && request.attempts < retryLimit;
  }

  /** At once on another endpoint; after a quorum of them, a wait comes first. */
  #repeatLater(request: Request): void {
    // The old one may still stand in some queue of a member.
    this.#group.requests.replace(request.copy());
    const quorum = (this.#endpoints.length >> 1) + 1;
    const { retryWaitUs, retryJitterPercent } = etcdClientConstants;
    const jitter = ((this.#random.uniform() * 2 - 1) * retryJitterPercent) / 100;
    const waitUs =
      (request.attempts + 1) % quorum === 0 ? Math.round(retryWaitUs * (1 + jitter)) : 0;
    const { simulation, kinds } = this.#group;
    simulation.after(waitUs, kinds.requestRetried, request.ticket);
  }
}

/** Bytes of an answer on the wire. */
function answerBytes({ current, values }: EtcdResult): number {
  let bytes = etcdCosts.walBytesPerEntry;
  if (current !== undefined) bytes += encodedBytes(current);
  for (const value of values) bytes += encodedBytes(value);
  return bytes;
}
