// Who measures proxies.
import type { SimTime } from '../../kernel/time.js';
import type { ProxyMode } from './sync-cost.js';

/** What is measured of a proxy. */
export interface ProxyMonitor {
  /** A node has spent CPU time on a sync; told of every proxy, the rest of a sample. */
  worked(node: string, durationUs: number): void;
  /** A sync has ended; a full one writes everything. */
  synced(durationUs: number, isFull: boolean, endUs: SimTime): void;
  /** A change of endpoints is in the rules so long after what led to it. */
  programmed(latencyUs: number): void;
  /** Rules are written for so many service ports and endpoints. */
  rulesCounted(mode: ProxyMode, servicePorts: number, endpoints: number): void;
}
