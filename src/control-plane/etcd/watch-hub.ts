// The watch streams of one member. A watcher that is up to date is told of changes as they are
// applied; its stream sends one response after the other and holds a limited number of them. Who
// does not keep up becomes a victim, is tried again, and then follows by passes over the history
// until it is up to date.
// Source: etcd v3.6 server/storage/mvcc/watchable_store.go, api/v3rpc/watch.go (reference:
// controlplane A10).
import type { WatchEvent } from '../../client/watch.js';
import type { SimTime } from '../../kernel/time.js';
import { etcdCosts, etcdSettings } from './constants.js';
import { DueTimer } from './due-timer.js';
import type { Group } from './group.js';
import type { Member } from './member.js';

/** Synced: told at once; victim: its stream was full; unsynced: behind, served by passes. */
export type WatchState = 'synced' | 'victim' | 'unsynced';

/** Where a stream ends. */
export interface WatchClient {
  /**
   * Everything up to `revision` is ready to leave the member at `sentUs`; `bytes` of it are new.
   * Returns when it has left.
   */
  watchSent(sentUs: SimTime, revision: number, bytes: number): SimTime;
  /** The stream has ended; what came after the last revision is to be asked for again. */
  watchCancelled(): void;
}

/** One watch of everything after `sentRevision`. */
export class WatchStream {
  readonly client: WatchClient;
  state: WatchState = 'synced';
  /** Highest revision that was put into the stream. */
  sentRevision: number;
  /** When everything in the stream is sent. */
  freeUs: SimTime = 0;
  /** What is in the stream: when it has left, and how many responses it is. */
  readonly #ends: SimTime[] = [];
  readonly #counts: number[] = [];
  #waiting = 0;

  constructor(client: WatchClient, sentRevision: number) {
    this.client = client;
    this.sentRevision = sentRevision;
  }

  /** Puts responses into the stream that will have left at a time. */
  fill(endUs: SimTime, responses: number): void {
    this.freeUs = endUs;
    this.#ends.push(endUs);
    this.#counts.push(responses);
    this.#waiting += responses;
  }

  /** Responses that wait. */
  waiting(now: SimTime): number {
    while (this.#ends.length > 0 && (this.#ends[0] as number) <= now) {
      this.#ends.shift();
      this.#waiting -= this.#counts.shift() as number;
    }
    return this.#waiting;
  }
}

export class WatchHub {
  readonly #group: Group;
  readonly #member: Member;
  readonly #victims: DueTimer;
  readonly #unsynced: DueTimer;
  readonly #progress: DueTimer;
  #streams: WatchStream[] = [];

  constructor(group: Group, member: Member) {
    this.#group = group;
    this.#member = member;
    const { simulation, kinds } = group;
    this.#victims = new DueTimer(simulation, kinds.victimsDue, member.id);
    this.#unsynced = new DueTimer(simulation, kinds.watchersDue, member.id);
    this.#progress = new DueTimer(simulation, kinds.progressDue, member.id);
  }

  get count(): number {
    return this.#streams.length;
  }

  /** Streams that are not up to date. */
  get slowCount(): number {
    return this.#streams.filter(({ state }) => state !== 'synced').length;
  }

  /** A client wants everything after a revision. */
  open(client: WatchClient, afterRevision: number): WatchStream {
    const stream = new WatchStream(client, afterRevision);
    this.#streams.push(stream);
    this.#member.metrics.watchesOpened++;
    if (afterRevision < this.#member.applier.revision) {
      stream.state = 'unsynced';
      this.#armPass();
    }
    return stream;
  }

  close(stream: WatchStream): void {
    this.#streams = this.#streams.filter((each) => each !== stream);
  }

  /** Everything up to a revision is applied. */
  notify(revision: number): void {
    for (const stream of this.#streams) {
      if (stream.state === 'synced') this.#push(stream, revision);
    }
  }

  /** Tries those again whose streams were full. */
  victimsDue(): void {
    this.#victims.fired();
    const { now } = this.#group.simulation;
    for (const stream of this.#streams) {
      if (stream.state !== 'victim') continue;
      if (stream.waiting(now) >= etcdSettings.watchStreamResponses) this.#armVictims();
      else {
        stream.state = 'unsynced';
        this.#armPass();
      }
    }
  }

  /** One pass over the history for those that are behind. */
  watchersDue(): void {
    this.#unsynced.fired();
    const { syncWatchersPerPass, syncRevisionsPerPass } = etcdSettings;
    const behind = this.#streams.filter(({ state }) => state === 'unsynced');
    const { revision } = this.#member.applier;
    for (const stream of behind.slice(0, syncWatchersPerPass)) {
      stream.state = 'synced';
      const last = Math.min(revision, stream.sentRevision + syncRevisionsPerPass);
      if (last > stream.sentRevision) this.#send(stream, last, 1);
      if (last < revision) stream.state = 'unsynced';
    }
    if (this.#streams.some(({ state }) => state === 'unsynced')) this.#armPass();
  }

  /** A client wants to know how far its watch is; nobody answers for one that is behind. */
  progress(stream: WatchStream): void {
    if (stream.state !== 'synced' || !this.#streams.includes(stream)) return;
    const { now } = this.#group.simulation;
    const readyUs = Math.max(now, stream.freeUs) + etcdCosts.watchSendCpuUs;
    stream.fill(stream.client.watchSent(readyUs, stream.sentRevision, 0), 1);
    this.#member.owe(etcdCosts.watchSendCpuUs);
  }

  /**
   * Those hear how far they are who have had nothing to hear for an interval. Once is enough: who
   * hears no change after that is as far as the store.
   */
  progressDue(): void {
    this.#progress.fired();
    const { simulation, options } = this.#group;
    const silentSince = simulation.now - options.watchProgressNotifyIntervalUs;
    for (const stream of this.#streams) {
      if (stream.freeUs <= silentSince) this.progress(stream);
      else this.#armProgress(stream.freeUs);
    }
  }

  /** The process is gone. */
  crash(): void {
    this.#streams = [];
    this.#victims.cancel();
    this.#unsynced.cancel();
    this.#progress.cancel();
  }

  /** There has been no leader for so long that watches are ended. */
  cancelAll(): void {
    const streams = this.#streams;
    this.crash();
    for (const { client } of streams) client.watchCancelled();
  }

  #push(stream: WatchStream, revision: number): void {
    const responses = revision - stream.sentRevision;
    const waiting = stream.waiting(this.#group.simulation.now);
    if (waiting + responses > etcdSettings.watchStreamResponses + 1) {
      stream.state = 'victim';
      this.#member.metrics.slowWatchers++;
      this.#armVictims();
    } else this.#send(stream, revision, responses);
  }

  #send(stream: WatchStream, revision: number, responses: number): void {
    const { store } = this.#group.machine;
    let bytes = 0;
    let events = 0;
    for (let next = stream.sentRevision + 1; next <= revision; next++) {
      const event = store.change(next);
      if (event === undefined) continue;
      events += 1 + store.furtherChanges(next).length;
      bytes += bytesOf(event);
      for (const further of store.furtherChanges(next)) bytes += bytesOf(further);
    }
    stream.sentRevision = revision;
    if (events === 0) return;
    const { now } = this.#group.simulation;
    const sendUs = Math.ceil(responses * etcdCosts.watchSendCpuUs);
    this.#member.owe(sendUs);
    this.#member.metrics.eventsSent += events;
    const readyUs = Math.max(now, stream.freeUs) + sendUs;
    stream.fill(stream.client.watchSent(readyUs, revision, bytes), responses);
    this.#armProgress(stream.freeUs);
  }

  #armVictims(): void {
    this.#victims.ensure(this.#group.simulation.now + etcdSettings.victimRetryUs);
  }

  #armPass(): void {
    const { syncIntervalUs } = etcdSettings;
    const passes = Math.floor(this.#group.simulation.now / syncIntervalUs) + 1;
    this.#unsynced.ensure(passes * syncIntervalUs);
  }

  #armProgress(sentUs: SimTime): void {
    const { watchProgressNotifyIntervalUs: intervalUs } = this.#group.options;
    if (intervalUs > 0) this.#progress.ensure(sentUs + intervalUs);
  }
}

/** The value before the change is sent with it. */
function bytesOf({ bytes, previous }: WatchEvent): number {
  return previous === undefined ? bytes : 2 * bytes;
}
