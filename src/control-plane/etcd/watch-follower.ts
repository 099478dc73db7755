// A client's watch over everything, across the members that serve it one after the other: it goes
// on after the last revision that came, wherever a connection stands and a leader is known.
// Source: etcd v3.6 client/v3/watch.go; Kubernetes v1.36 storage/etcd3/watcher.go requires a leader
// (reference: controlplane B8).
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { etcdClientConstants, etcdCosts } from './constants.js';
import { DueTimer } from './due-timer.js';
import type { Endpoint } from './endpoint.js';
import type { Group } from './group.js';
import { NONE } from './raft/raft-core.js';
import type { WatchClient, WatchStream } from './watch-hub.js';

/** Whom to tell: the event and its target, and the number of the connection. */
export interface WatchConsumer {
  readonly kind: EventKind;
  readonly target: number;
  readonly number: number;
}

export class WatchFollower implements WatchClient {
  readonly #group: Group;
  readonly #endpoints: readonly Endpoint[];
  readonly #consumer: WatchConsumer;
  readonly #timer: DueTimer;
  #stream: WatchStream | undefined;
  #endpoint: Endpoint | undefined;
  /** Revision up to which everything has come, or is on its way. */
  #revision: number;

  constructor(
    group: Group,
    endpoints: readonly Endpoint[],
    consumer: WatchConsumer,
    afterRevision: number,
  ) {
    this.#group = group;
    this.#endpoints = endpoints;
    this.#consumer = consumer;
    this.#timer = new DueTimer(group.simulation, group.kinds.reconnectDue, consumer.number);
    this.#revision = afterRevision;
    this.#open();
  }

  get revision(): number {
    return this.#revision;
  }

  watchSent(sentUs: SimTime, revision: number, bytes: number): SimTime {
    this.#revision = revision;
    const endpoint = this.#endpoint as Endpoint;
    const at = endpoint.answerUs(sentUs, bytes);
    const { kind, target } = this.#consumer;
    this.#group.simulation.at(at, kind, target, revision);
    return Math.max(sentUs, endpoint.downFreeUs);
  }

  watchCancelled(): void {
    this.#stream = undefined;
    this.#open();
  }

  /** A connection broke. */
  endpointLost(endpoint: Endpoint): void {
    if (endpoint !== this.#endpoint || this.#stream === undefined) return;
    endpoint.member.watches.close(this.#stream);
    this.watchCancelled();
  }

  reconnectDue(): void {
    this.#timer.fired();
    if (this.#stream === undefined) this.#open();
  }

  /** Asks the member to say how far the watch is. */
  requestProgress(): void {
    if (this.#stream === undefined || this.#endpoint === undefined) return;
    const { simulation, kinds } = this.#group;
    const at = this.#endpoint.arrivalUs(etcdCosts.walBytesPerEntry);
    simulation.at(at, kinds.progressRequested, this.#consumer.number);
  }

  /** That question has arrived. */
  progressRequested(): void {
    if (this.#stream !== undefined) this.#endpoint?.member.watches.progress(this.#stream);
  }

  #open(): void {
    const { now } = this.#group.simulation;
    const endpoint = this.#endpoints.find(
      ({ isStanding, member }) => isStanding && member.isRunning && member.raft.lead !== NONE,
    );
    if (endpoint !== undefined) {
      this.#endpoint = endpoint;
      this.#stream = endpoint.member.watches.open(this, this.#revision);
      return;
    }
    this.#timer.ensure(now + etcdClientConstants.reconnectWaitUs);
  }
}
