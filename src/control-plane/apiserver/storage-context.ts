// What the parts of an apiserver's storage layer share.
import type { ApiRequest, ApiResponse } from '../../client/api-request.js';
import type { EtcdPort } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { EtcdLatencies } from './etcd-latencies.js';
import type { EventLeases } from './event-leases.js';
import type { RequestTable } from './request-table.js';
import type { WatchCache } from './watch-cache.js';

export interface StorageContext {
  readonly simulation: Simulation;
  /** Of the server. */
  readonly name: string;
  readonly etcd: EtcdPort;
  readonly requests: RequestTable;
  readonly observer: ClusterObserver;
  readonly latencies: EtcdLatencies;
  /** The answer is ready; `workUs` of CPU time went into it, beside its encoding. */
  readonly reply: (id: number, response: ApiResponse, workUs?: number) => void;
  readonly onWatch: (request: ApiRequest, change: 1 | -1) => void;
  /** The watch of a request has sent what it begins with, or has ended. */
  readonly onWatchInitialized: (id: number) => void;
  cacheOf(resource: string): WatchCache;
  readonly leases: EventLeases;
  /** Reads a request's object in etcd, and goes on with a get or a write of it. */
  readonly readStored: (id: number) => void;
  /** Revision up to which everything has come from etcd. */
  readonly seenRevision: () => number;
}
