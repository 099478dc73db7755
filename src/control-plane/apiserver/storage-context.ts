// What the parts of an apiserver's storage layer share.
import type { ApiRequest, ApiResponse } from '../../client/api-request.js';
import type { EtcdPort } from '../../client/etcd-client.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { RequestTable } from './request-table.js';
import type { WatchCache } from './watch-cache.js';

export interface StorageContext {
  readonly simulation: Simulation;
  /** Of the server. */
  readonly name: string;
  readonly etcd: EtcdPort;
  readonly requests: RequestTable;
  readonly observer: ClusterObserver;
  /** The answer is ready; `workUs` of CPU time went into it, beside its encoding. */
  readonly reply: (id: number, response: ApiResponse, workUs?: number) => void;
  readonly onWatch: (request: ApiRequest, change: 1 | -1) => void;
  cacheOf(resource: string): WatchCache;
  /** Of a read of one key: `get`, or the state that a write starts from. */
  readonly found: EventKind;
  /** Revision up to which everything has come from etcd. */
  readonly seenRevision: () => number;
}
