// What the members of one etcd cluster share: the clock, the settings, the state machine, the
// requests on their way, the kinds of events.

import type { ClusterObserver } from '../../client/observer.js';
import type { Slab } from '../../client/slab.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { DueTimer } from './due-timer.js';
import type { Member } from './member.js';
import type { Request } from './request.js';
import type { RequestTable } from './request-table.js';
import type { StateMachine } from './state-machine.js';

/** Settings of all members, by etcd's flags. */
export interface EtcdOptions {
  readonly heartbeatIntervalUs: number;
  readonly electionTimeoutUs: number;
  readonly quotaBackendBytes: number;
  /** 0: never. */
  readonly watchProgressNotifyIntervalUs: number;
  /** The leader tells the others of the time that leases have left. */
  readonly leaseCheckpoint: boolean;
}

/** Events of the cluster, as `etcd.RequestArrived`. */
export const eventNames = [
  'requestArrived',
  'requestForwarded',
  'requestsDecoded',
  'requestsExpired',
  'requestRetried',
  'readyProcessed',
  'readyPersisted',
  'messagesArrived',
  'entriesApplied',
  'rangeRead',
  'readIndexDue',
  'backendDue',
  'backendPrepared',
  'pagesWritten',
  'backendCommitted',
  'compactionDue',
  'defragmented',
  'ticked',
  'loopsWatched',
  'leasesDue',
  'victimsDue',
  'watchersDue',
  'progressRequested',
  'progressDue',
  'reconnectDue',
  'leaderMissed',
  'silenceDue',
  'leavingDue',
  'cpuUsed',
] as const;

export type EtcdKinds = Readonly<Record<(typeof eventNames)[number], EventKind>>;

export interface Group {
  readonly simulation: Simulation;
  readonly options: EtcdOptions;
  readonly kinds: EtcdKinds;
  readonly machine: StateMachine;
  readonly observer: ClusterObserver;
  /** Highest revision that an answer to a write or a linearizable read had. */
  answeredRevision: number;
  /** Members, and how many there are: complete when the first event comes. */
  readonly members: readonly Member[];
  readonly size: number;
  readonly requests: RequestTable;
  /** Reads that their goroutines are at. */
  readonly readings: Slab<Request>;
  /** Of requests that wait for too long. */
  readonly expiry: DueTimer;
}
