// A client's request on its way through a member, and, when it changes something, the data of its
// entry in the log.
import type {
  EtcdError,
  EtcdRange,
  EtcdResult,
  EtcdTransaction,
} from '../../client/etcd-client.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { EntryData } from './raft/entry-data.js';

/**
 * The first two only read; `keepAlive` is answered by the leader alone, `defragment` by the member
 * that is asked; all others are entries.
 */
export type RequestType =
  | 'read'
  | 'range'
  | 'keepAlive'
  | 'defragment'
  | 'transaction'
  | 'putBytes'
  | 'grant'
  | 'revoke'
  | 'checkpoint'
  | 'compact'
  | 'alarm';

/** Whoever is told the outcome. */
export interface Requester {
  /** The request has arrived at the member's machine. */
  arrived(request: Request): void;
  /** The result stands in the request. */
  answered(request: Request): void;
  /** Asks again. */
  repeat(request: Request): void;
}

const NO_VALUES: EtcdResult['values'] = [];

export class Request implements EntryData {
  readonly type: RequestType;
  readonly requester: Requester | undefined;
  readonly kind: EventKind;
  readonly target: number;
  /** Bytes on the wire and in the log. */
  bytes = 0;
  key = '';
  transaction: EtcdTransaction | undefined;
  range: EtcdRange | undefined;
  /** Lease, revision, or what else the type is about. */
  subject = 0;
  /** Of a lease in seconds; of putBytes the expected revision. */
  detail = 0;
  /** Number in the table of requests. */
  ticket = -1;
  /** The member that handles it. */
  member = 0;
  /** The connection's way to that member. */
  endpoint = 0;
  /** Arrival at the member; -1: not yet. */
  arrivedUs: SimTime = -1;
  attempts = 0;
  /** Highest revision that any client had seen when this was asked first. */
  leastRevision = 0;
  /** It reads what the member has applied, however old that is. */
  isSerializable = false;
  /** Index of its entry when that is applied; 0: not yet. */
  appliedIndex = 0;
  /** What applying or reading has yielded; the answer, if it is not too late for one. */
  outcome: EtcdResult | undefined;
  /** It was not answered yet. */
  isOpen = true;
  /** The answer. */
  result: EtcdResult | undefined;

  constructor(
    type: RequestType,
    requester: Requester | undefined,
    kind: EventKind,
    target: number,
  ) {
    this.type = type;
    this.requester = requester;
    this.kind = kind;
    this.target = target;
  }

  /** The next attempt at the same, under the same ticket. */
  copy(): Request {
    const again = new Request(this.type, this.requester, this.kind, this.target);
    again.bytes = this.bytes;
    again.key = this.key;
    again.transaction = this.transaction;
    again.range = this.range;
    again.subject = this.subject;
    again.detail = this.detail;
    again.ticket = this.ticket;
    again.attempts = this.attempts + 1;
    again.leastRevision = this.leastRevision;
    again.isSerializable = this.isSerializable;
    return again;
  }

  get isRead(): boolean {
    return this.type === 'read' || this.type === 'range';
  }

  /** It goes through the log. */
  get isProposal(): boolean {
    return !this.isRead && this.type !== 'keepAlive' && this.type !== 'defragment';
  }
}

/** Its answer must not be older than any that was given before it was asked. */
export function isLinearizable(request: Request): boolean {
  return request.isRead ? !request.isSerializable : request.isProposal;
}

/** The result of a request that has changed nothing. */
export function failure(error: EtcdError, revision: number): EtcdResult {
  return { ...plainResult(revision), succeeded: false, error };
}

/** The result of what compares and returns nothing. */
export function plainResult(revision: number, leaseId = 0): EtcdResult {
  return {
    succeeded: true,
    revision,
    current: undefined,
    values: NO_VALUES,
    count: 0,
    leaseId,
    error: undefined,
  };
}
