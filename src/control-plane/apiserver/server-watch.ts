// One open watch on an apiserver. The dispatcher puts an event into the channel of the watch's
// goroutine, that one into the channel of the handler that writes to the client's connection. As
// long as the connection takes what is written the channels are empty and an event leaves at once;
// a client that reads too slowly lets them fill up.
// A fleet watch stands for many alike clients and gets events at dispatch (see FleetWatchEvent).
// Source: Kubernetes v1.36 apiserver storage/cacher/cache_watcher.go, endpoints/handlers/watch.go
// (reference: controlplane B9).
import type { WatcherAddress } from '../../client/api-request.js';
import type { WatchEvent, WatchStream } from '../../client/watch.js';
import type { Link } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { apiserverConstants } from './constants.js';
import { type Selection, viewOf } from './selection.js';
import type { StorageStatistics } from './storage-statistics.js';
import type { WatchGoroutine, WatchRuntime } from './watch-runtime.js';

export interface ServerWatchOptions {
  readonly address: WatcherAddress;
  readonly selection: Selection;
  /** The client knows everything up to this revision. */
  readonly afterRevision: number;
  /** The client's connection. */
  readonly link: Link;
  /** Clients that this watch stands for. */
  readonly members: number;
  /** Room in each of the two channels. */
  readonly channelEvents: number;
  readonly allowsBookmarks: boolean;
  readonly statistics: StorageStatistics;
  /** A bookmark for a watch whose time is nearly over. */
  readonly onLastBookmark: (watch: ServerWatch) => void;
  /** Nothing is dispatched to it any more. */
  readonly onClose: (watch: ServerWatch) => void;
  /** Nothing keeps its end from the client: what becomes of the connection is all one to it. */
  readonly onForgotten: (watch: ServerWatch) => void;
}

/** Returned by `offer`: there is no room. */
export const FULL = -1;

const RELEASED = -1;

/** Read events are cut off in steps of at least so many. */
const READ_STEP = 256;
/** Initial events that are encoded at a time. */
const INITIAL_STEP = 100;

export class ServerWatch implements WatchStream, WatchGoroutine {
  readonly selection: Selection;
  /** Clients that this watch stands for. */
  readonly members: number;
  readonly allowsBookmarks: boolean;
  readonly #runtime: WatchRuntime;
  readonly #options: ServerWatchOptions;
  #slot: number;
  #events: WatchEvent[] = [];
  #arrivals: SimTime[] = [];
  #head = 0;
  /** Dispatched, and waiting in the channels. */
  #queue: WatchEvent[] = [];
  /** Events that come before all others, and how many of them have been written. */
  #initial: readonly WatchEvent[] = [];
  #initialWritten = 0;
  #onInitialized: ((isWhole: boolean) => void) | undefined;
  #isResumeDue = false;
  #deadlineUs: SimTime = Number.POSITIVE_INFINITY;
  /** A wake-up is scheduled, or has fired and the client has not read yet. */
  #isArmed = false;
  #wakeAt: SimTime = 0;
  #isClosed = false;
  #hasLeft = false;
  #isForgotten = false;
  /** No longer dispatched to: it ends when the channels are empty. */
  #isTerminated = false;
  /** When the client learns that the server has hung up. */
  #endsAt: SimTime = Number.POSITIVE_INFINITY;
  #isEnded = false;
  /** Nothing gets to the client. */
  #isHeld = false;

  constructor(runtime: WatchRuntime, options: ServerWatchOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.selection = options.selection;
    this.members = options.members;
    this.allowsBookmarks = options.allowsBookmarks;
    this.#slot = runtime.add(this);
  }

  /**
   * Writes these events before any other, then calls `onInitialized`; not whole: the watch has
   * ended before that.
   */
  begin(initial: readonly WatchEvent[], onInitialized: (isWhole: boolean) => void): void {
    if (initial.length === 0) return onInitialized(true);
    this.#initial = initial;
    this.#onInitialized = onInitialized;
    this.#encodeInitialEvents();
  }

  /** The server ends the watch after this time. */
  endAt(deadlineUs: SimTime): void {
    this.#deadlineUs = deadlineUs;
    const { lastBookmarkBeforeEndUs } = apiserverConstants;
    this.#runtime.nearDeadlineAt(deadlineUs - lastBookmarkBeforeEndUs, this.#slot);
  }

  deadlineNeared(): void {
    if (this.#runtime.simulation.now >= this.#deadlineUs) return this.end();
    this.#options.onLastBookmark(this);
    this.#runtime.nearDeadlineAt(this.#deadlineUs, this.#slot);
  }

  /**
   * What the watch's selection sees of a change, unless the client knows it already; returns the
   * CPU time that all members' deliveries take, µs, or FULL.
   */
  offer(change: WatchEvent): number {
    if (change.revision <= this.#options.afterRevision || this.#isTerminated) return 0;
    const event = change.type === 'BOOKMARK' ? change : viewOf(change, this.selection);
    if (event === undefined) return 0;
    if (this.members > 1) this.#handInTurn(event);
    else if (this.#hasRoomToWrite()) this.#write(event);
    else if (this.#queue.length >= this.#room()) return FULL;
    else this.#enqueue(event);
    return deliveryCpuUs(event) * this.members;
  }

  /** When a full watch will have room for one more, if nothing else uses its connection. */
  get roomAtUs(): SimTime {
    return this.#options.link.drainedUs(apiserverConstants.watchUnreadBytes);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** It could not take an event in time: what its handler has is still sent, then it ends. */
  terminate(): void {
    this.#options.statistics.terminatedWatchers++;
    this.#isTerminated = true;
    this.#queue.length = Math.min(this.#queue.length, this.#options.channelEvents + 1);
    this.#leave();
    if (this.#queue.length === 0) this.#hangUp();
  }

  /** The server hangs up: nothing more is sent. */
  end(): void {
    if (this.#isClosed) return;
    this.#leave();
    this.#hangUp();
  }

  next(now: SimTime): WatchEvent | undefined {
    if (this.#wakeAt <= now) this.#isArmed = false;
    if (this.#isHeld) return undefined;
    if (this.#isClosed || this.#head === this.#events.length) {
      this.#forgetAll();
      if (this.#endsAt <= now) this.#isEnded = true;
      else if (this.#endsAt < Number.POSITIVE_INFINITY && !this.#isArmed) this.#arm();
      return undefined;
    }
    if ((this.#arrivals[this.#head] as SimTime) > now) {
      if (!this.#isArmed) this.#arm();
      return undefined;
    }
    const event = this.#events[this.#head++] as WatchEvent;
    if (this.#head >= READ_STEP && this.#head * 2 > this.#events.length) this.#forgetRead();
    this.#runtime.observer.watchEventRead(this.#options.address, event);
    return event;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isHeld = false;
    this.#leave();
    this.#release();
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    const isNews = this.#head < this.#events.length || this.#endsAt < Number.POSITIVE_INFINITY;
    if (isHeld) return;
    if (isNews && !this.#isArmed) this.#arm();
    if (this.#hasLeft) this.#forget();
  }

  lose(): void {
    if (this.#isClosed) return;
    this.#isHeld = false;
    this.#leave();
    this.#isTerminated = true;
    this.#queue = [];
    this.#initial = [];
    this.#forgetAll();
    this.#endsAt = this.#runtime.simulation.now;
    this.#release();
    if (!this.#isArmed) this.#arm();
  }

  writeResumed(): void {
    this.#isResumeDue = false;
    if (this.#initial.length > 0) this.#encodeInitialEvents();
    else this.flush();
  }

  /** Writes what the connection takes. */
  flush(): void {
    if (this.#initial.length > 0) return;
    const { watchUnreadBytes } = apiserverConstants;
    const { now } = this.#runtime.simulation;
    let written = 0;
    while (written < this.#queue.length) {
      if (this.#options.link.drainedUs(watchUnreadBytes) > now) break;
      this.#write(this.#queue[written++] as WatchEvent);
    }
    if (written > 0) this.#queue.splice(0, written);
    if (this.#queue.length > 0) this.#resumeLater();
    else if (this.#isTerminated) this.#hangUp();
  }

  initialEventsEncoded(): void {
    if (this.#endsAt < Number.POSITIVE_INFINITY) return;
    const upTo = Math.min(this.#initialWritten + INITIAL_STEP, this.#initial.length);
    while (this.#initialWritten < upTo) {
      const event = this.#initial[this.#initialWritten++] as WatchEvent;
      if (this.members > 1) this.#hand(event);
      else this.#write(event);
    }
    if (upTo === this.#initial.length) {
      this.#initial = [];
      this.#initialWritten = 0;
      if (this.members > 1) for (const event of this.#queue.splice(0)) this.#hand(event);
      this.#initialized(true);
    }
    this.#resumeLater();
  }

  #hasRoomToWrite(): boolean {
    if (this.#queue.length > 0 || this.#initial.length > 0) return false;
    const { watchUnreadBytes } = apiserverConstants;
    return this.#options.link.drainedUs(watchUnreadBytes) <= this.#runtime.simulation.now;
  }

  /** Both channels and what each goroutine has in its hand; initial events fill the second. */
  #room(): number {
    const { channelEvents } = this.#options;
    return this.#initial.length > 0 ? channelEvents : 2 * channelEvents + 2;
  }

  #enqueue(event: WatchEvent): void {
    this.#queue.push(event);
    if (this.#initial.length === 0) this.#resumeLater();
  }

  #resumeLater(): void {
    if (this.#isResumeDue || this.#queue.length + this.#initial.length === 0) return;
    this.#isResumeDue = true;
    this.#runtime.resumeAt(this.roomAtUs, this.#slot);
  }

  #encodeInitialEvents(): void {
    const { encodeNanosecondsPerByte, garbageCollectionFactor } = apiserverConstants;
    const upTo = Math.min(this.#initialWritten + INITIAL_STEP, this.#initial.length);
    let cpuUs = 0;
    for (let i = this.#initialWritten; i < upTo; i++) {
      const event = this.#initial[i] as WatchEvent;
      cpuUs += deliveryCpuUs(event) + (event.bytes * encodeNanosecondsPerByte) / 1000;
    }
    this.#runtime.encode(cpuUs * garbageCollectionFactor * this.members, this.#slot);
  }

  #write(event: WatchEvent): void {
    const { link, statistics } = this.#options;
    const { now } = this.#runtime.simulation;
    statistics.eventBytes.observe(event.bytes);
    this.#events.push(event);
    this.#arrivals.push(link.send(now, event.bytes + apiserverConstants.watchFrameBytes));
    if (!this.#isArmed) this.#arm();
  }

  /** What comes while initial events are still encoded comes after them. */
  #handInTurn(event: WatchEvent): void {
    if (this.#initial.length > 0) this.#queue.push(event);
    else this.#hand(event);
  }

  /** To all members, one after the other. */
  #hand(event: WatchEvent): void {
    const { now } = this.#runtime.simulation;
    const spacingUs = apiserverConstants.watchDispatchPerWatcherNanoseconds / 1000;
    const { type, object, previous, revision, bytes } = event;
    const dispatchedAtUs = now;
    const forFleet = { type, object, previous, revision, bytes, dispatchedAtUs, spacingUs };
    this.#options.statistics.eventBytes.observe(event.bytes, this.members);
    this.#events.push(forFleet);
    this.#arrivals.push(now);
    if (!this.#isArmed) this.#arm();
  }

  #hangUp(): void {
    const { now } = this.#runtime.simulation;
    const { link } = this.#options;
    this.#isTerminated = true;
    this.#queue = [];
    this.#initial = [];
    this.#endsAt = this.members > 1 ? now : link.send(now, apiserverConstants.watchFrameBytes);
    this.#release();
    if (!this.#isArmed) this.#arm();
  }

  /** Nothing is dispatched to it from now on. */
  #leave(): void {
    if (!this.#isHeld) this.#forget();
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#options.onClose(this);
    this.#initialized(false);
  }

  /** While it is held its client has to be told of its end once the network lets it through. */
  #forget(): void {
    if (this.#isForgotten) return;
    this.#isForgotten = true;
    this.#options.onForgotten(this);
  }

  #initialized(isWhole: boolean): void {
    const tell = this.#onInitialized;
    this.#onInitialized = undefined;
    tell?.(isWhole);
  }

  #release(): void {
    if (this.#slot === RELEASED) return;
    this.#runtime.release(this.#slot);
    this.#slot = RELEASED;
  }

  /** Mostly one event is there: to take it off is ten times as fast as to set a length of 0. */
  #forgetAll(): void {
    while (this.#events.length > 0) this.#events.pop();
    while (this.#arrivals.length > 0) this.#arrivals.pop();
    this.#head = 0;
  }

  #forgetRead(): void {
    this.#events = this.#events.slice(this.#head);
    this.#arrivals = this.#arrivals.slice(this.#head);
    this.#head = 0;
  }

  #arm(): void {
    const { kind, target } = this.#options.address;
    this.#isArmed = true;
    const { now } = this.#runtime.simulation;
    this.#wakeAt = Math.max(now, this.#arrivals[this.#head] ?? this.#endsAt);
    this.#runtime.simulation.at(this.#wakeAt, kind, target);
  }
}

function deliveryCpuUs({ bytes }: WatchEvent): number {
  const { watchDeliveryCpuUs, watchDeliveryNanosecondsPerByte } = apiserverConstants;
  return watchDeliveryCpuUs + (bytes * watchDeliveryNanosecondsPerByte) / 1000;
}
