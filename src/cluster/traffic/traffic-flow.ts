// One kind of traffic: makes the connections that were due since the last look, each at its own
// time, and counts what becomes of them.
import { type Distribution, distribution } from '../../kernel/distributions.js';
import { log } from '../../kernel/math.js';
import type { RandomRoot, RandomStream } from '../../kernel/random-stream.js';
import type { SimTime } from '../../kernel/time.js';
import type { Dialer } from './dialer.js';
import type { PodServer } from './pod-servers-table.js';
import type { TrafficClients } from './traffic-clients.js';
import { TrafficCounter } from './traffic-counts.js';
import type { TrafficSpec } from './traffic-spec.js';

/** Of clients that wait for one to run. */
const RETRY_US = 1_000_000;

export class TrafficFlow {
  readonly spec: TrafficSpec;
  readonly counter: TrafficCounter;
  readonly #dialer: Dialer;
  readonly #clients: TrafficClients;
  readonly #duration: Distribution;
  readonly #thinkTime: Distribution;
  readonly #arriving: RandomStream;
  readonly #choosing: RandomStream;
  readonly #lasting: RandomStream;
  /** Ends of connections that are open, by who has accepted them. */
  readonly #open = new Map<PodServer, SimTime[]>();
  /** Where each client's last connection went. */
  readonly #lastAddress = new Map<string, string>();
  #beginsUs: SimTime | undefined;
  /** Of an open loop: the next connection, and how many came before it. */
  #nextUs: SimTime = 0;
  #made = 0;
  /** Of a closed loop: when each client connects again. */
  #clientsNextUs: SimTime[] = [];

  constructor(
    spec: TrafficSpec,
    dialer: Dialer,
    clients: TrafficClients,
    random: RandomRoot,
    intervalUs: number,
  ) {
    this.spec = spec;
    this.counter = new TrafficCounter(intervalUs);
    this.#dialer = dialer;
    this.#clients = clients;
    this.#duration = distribution(spec.duration);
    const { arrivals } = spec;
    const none = { kind: 'constant', value: 0 } as const;
    this.#thinkTime = distribution(arrivals.kind === 'closed' ? arrivals.thinkTime : none);
    this.#arriving = random.stream(`traffic/${spec.name}/arrivals`);
    this.#choosing = random.stream(`traffic/${spec.name}/clients`);
    this.#lasting = random.stream(`traffic/${spec.name}/durations`);
    if (spec.startUs !== undefined) this.#begin(spec.startUs);
  }

  /** Makes all connections up to now. `isServed`: every node can reach an endpoint. */
  proceed(now: SimTime, isServed: () => boolean): void {
    if (this.#beginsUs === undefined) {
      if (this.#clients.list.length === 0 || !isServed()) return;
      this.#begin(now);
    }
    this.#clients.comeThrough((node) => this.#dialer.canReach(node, now));
    const endUs = Math.min(now, (this.#beginsUs as SimTime) + this.spec.lastsUs);
    if (this.spec.arrivals.kind === 'open') this.#proceedOpen(endUs);
    else this.#proceedClosed(endUs);
  }

  /** What a pod had accepted breaks. */
  breakOpen(server: PodServer): void {
    const ends = this.#open.get(server);
    if (ends === undefined) return;
    this.#open.delete(server);
    const { stoppedUs } = server;
    const broken = ends.reduce((count, end) => count + (end > stoppedUs ? 1 : 0), 0);
    if (broken > 0) this.counter.countBroken(stoppedUs, broken);
  }

  #begin(at: SimTime): void {
    const { arrivals } = this.spec;
    this.#beginsUs = at;
    this.#nextUs = at;
    if (arrivals.kind === 'open') {
      this.#advance();
      return;
    }
    // They do not all begin in the same instant.
    this.#clientsNextUs = Array.from(
      { length: arrivals.clients },
      () => at + Math.floor(this.#arriving.uniform() * RETRY_US),
    );
  }

  #proceedOpen(endUs: SimTime): void {
    while (this.#nextUs <= endUs) {
      const client = this.#clients.any(this.#choosing);
      if (client !== undefined) this.#connect(client.node, client.address, this.#nextUs);
      this.#advance();
    }
  }

  /** To the next connection of an open loop. */
  #advance(): void {
    const { arrivals } = this.spec;
    if (arrivals.kind !== 'open') return;
    const meanUs = 1_000_000 / arrivals.perSecond;
    this.#made++;
    if (arrivals.process === 'constant') {
      this.#nextUs = (this.#beginsUs as SimTime) + Math.round(this.#made * meanUs);
    } else {
      this.#nextUs += Math.round(0 - meanUs * log(1 - this.#arriving.uniform()));
    }
  }

  #proceedClosed(endUs: SimTime): void {
    const next = this.#clientsNextUs;
    for (let index = 0; index < next.length; index++) {
      while ((next[index] as SimTime) <= endUs) {
        next[index] = this.#connectAgain(index, next[index] as SimTime);
      }
    }
  }

  /** When a client of a closed loop connects next. */
  #connectAgain(index: number, at: SimTime): SimTime {
    const { list } = this.#clients;
    if (list.length === 0) return at + RETRY_US;
    const { node, address } = list[index % list.length] as (typeof list)[number];
    const isOutside = this.spec.source.kind === 'external';
    const lastedUs = this.#connect(node, isOutside ? `external/${index}` : address, at);
    return at + Math.max(1, lastedUs + this.#thinkTime.sample(this.#arriving));
  }

  /** Returns how long its client was busy with it. */
  #connect(node: number, address: string, at: SimTime): number {
    const dialer = this.#dialer;
    dialer.dial(node, address, at);
    const { outcome, waitedUs, server } = dialer;
    this.counter.count(outcome, at, waitedUs);
    if (server === undefined) return waitedUs;
    const isSameEndpoint = this.#lastAddress.get(address) === server.address;
    if (!isSameEndpoint) this.#lastAddress.set(address, server.address);
    this.counter.countPlace(
      server.node === node,
      dialer.isSameZone(node, server.node),
      isSameEndpoint,
    );
    const durationUs = this.#duration.sample(this.#lasting);
    const end = at + waitedUs + durationUs;
    if (durationUs > 0) this.#keepOpen(server, at, end);
    return waitedUs + durationUs;
  }

  #keepOpen(server: PodServer, at: SimTime, end: SimTime): void {
    if (server.stoppedUs < end) {
      this.counter.countBroken(server.stoppedUs, 1);
      return;
    }
    const ends = this.#open.get(server) ?? [];
    ends.push(end);
    // Those that are over are dropped now and then, so that no more than twice the open are kept.
    const isGrown = ends.length >= 64 && (ends.length & (ends.length - 1)) === 0;
    this.#open.set(server, isGrown ? ends.filter((each) => each > at) : ends);
  }
}
