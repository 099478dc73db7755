// One open watch on an apiserver: events that were dispatched to it, each with the time at which it
// arrives at the client. The client is woken when the first of them has arrived.
// A fleet watch stands for many alike clients and gets events at dispatch (see FleetWatchEvent).
import type { FieldEquality, WatcherAddress } from '../../client/api-request.js';
import type { FleetWatchEvent, WatchEvent, WatchStream } from '../../client/watch.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { Link } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';
import { viewOf } from './selection.js';

export interface ServerWatchOptions {
  readonly address: WatcherAddress;
  readonly selector: FieldEquality | undefined;
  /** The client knows everything up to this revision. */
  readonly afterRevision: number;
  /** The client's connection. */
  readonly link: Link;
  /** Clients that this watch stands for. */
  readonly members: number;
  readonly onClose: (watch: ServerWatch) => void;
}

/** Read events are cut off in steps of at least so many. */
const READ_STEP = 256;

export class ServerWatch implements WatchStream {
  readonly selector: FieldEquality | undefined;
  readonly #simulation: Simulation;
  readonly #options: ServerWatchOptions;
  #events: WatchEvent[] = [];
  #arrivals: SimTime[] = [];
  #head = 0;
  /** A wake-up is scheduled, or has fired and the client has not read yet. */
  #isArmed = false;
  #wakeAt: SimTime = 0;
  #isClosed = false;
  /** When the client learns that the server has hung up. */
  #endsAt: SimTime = Number.POSITIVE_INFINITY;
  #isEnded = false;

  constructor(simulation: Simulation, options: ServerWatchOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.selector = options.selector;
  }

  /** Clients that this watch stands for. */
  get members(): number {
    return this.#options.members;
  }

  /**
   * Sends what the watch's selector sees of a change, unless the client knows it already; returns
   * the CPU time that all members' deliveries take, µs.
   */
  push(change: WatchEvent): number {
    const { members, link, afterRevision } = this.#options;
    const event = change.revision > afterRevision ? viewOf(change, this.selector) : undefined;
    if (event === undefined) return 0;
    const { now } = this.#simulation;
    const { watchDeliveryCpuUs, watchDeliveryNanosecondsPerByte } = apiserverConstants;
    const deliveryUs = watchDeliveryCpuUs + (event.bytes * watchDeliveryNanosecondsPerByte) / 1000;
    if (members > 1) {
      const spacingUs = apiserverConstants.watchDispatchPerWatcherNanoseconds / 1000;
      const forFleet: FleetWatchEvent = { ...event, dispatchedAtUs: now, spacingUs };
      this.#events.push(forFleet);
      this.#arrivals.push(now);
    } else {
      this.#events.push(event);
      this.#arrivals.push(link.send(now, event.bytes + apiserverConstants.watchFrameBytes));
    }
    if (!this.#isArmed) this.#arm();
    return deliveryUs * members;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The server hangs up: nothing more is sent. */
  end(): void {
    const { now } = this.#simulation;
    const { members, link } = this.#options;
    this.#endsAt = members > 1 ? now : link.send(now, apiserverConstants.watchFrameBytes);
    if (!this.#isArmed) this.#arm();
  }

  next(now: SimTime): WatchEvent | undefined {
    if (this.#wakeAt <= now) this.#isArmed = false;
    if (this.#isClosed || this.#head === this.#events.length) {
      this.#events.length = 0;
      this.#arrivals.length = 0;
      this.#head = 0;
      if (this.#endsAt <= now) this.#isEnded = true;
      else if (this.#endsAt < Number.POSITIVE_INFINITY && !this.#isArmed) this.#arm();
      return undefined;
    }
    if ((this.#arrivals[this.#head] as SimTime) > now) {
      if (!this.#isArmed) this.#arm();
      return undefined;
    }
    const event = this.#events[this.#head++];
    if (this.#head >= READ_STEP && this.#head * 2 > this.#events.length) this.#forgetRead();
    return event;
  }

  #forgetRead(): void {
    this.#events = this.#events.slice(this.#head);
    this.#arrivals = this.#arrivals.slice(this.#head);
    this.#head = 0;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.onClose(this);
  }

  #arm(): void {
    const { kind, target } = this.#options.address;
    this.#isArmed = true;
    this.#wakeAt = this.#arrivals[this.#head] ?? this.#endsAt;
    this.#simulation.at(this.#wakeAt, kind, target);
  }
}
