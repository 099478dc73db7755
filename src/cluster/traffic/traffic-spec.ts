// Connections of clients to a Service, as plain data.
import type { LabelSelector } from '../../api/label-selector.js';
import type { DistributionSpec } from '../../kernel/distributions.js';

/** Who connects. */
export type TrafficSource =
  | { readonly kind: 'pods'; readonly namespace: string; readonly selector: LabelSelector }
  /** Processes on nodes of the pools; all nodes when there are none. */
  | { readonly kind: 'nodes'; readonly pools: readonly string[] }
  /** So many clients outside, each of whose connections a load balancer gives to any node. */
  | { readonly kind: 'external'; readonly clients: number };

/** When connections are made. */
export type TrafficArrivals =
  /** At a rate of all clients together, each connection by any of them. */
  | { readonly kind: 'open'; readonly perSecond: number; readonly process: 'poisson' | 'constant' }
  /** So many clients, each with one connection after the other. */
  | { readonly kind: 'closed'; readonly clients: number; readonly thinkTime: DistributionSpec };

/** One kind of traffic. Times in µs. */
export interface TrafficSpec {
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
  readonly source: TrafficSource;
  readonly arrivals: TrafficArrivals;
  /** A connection stays open so long. */
  readonly duration: DistributionSpec;
  /** A client gives up after so long without an answer. */
  readonly timeoutUs: number;
  /** Undefined: as soon as every node can reach a ready endpoint. */
  readonly startUs: number | undefined;
  /** Of its beginning; Infinity: to the end of the run. */
  readonly lastsUs: number;
}

/** All traffic of a run. */
export interface TrafficPlan {
  readonly flows: readonly TrafficSpec[];
  /** Connections are counted by intervals of this length, µs. */
  readonly intervalUs: number;
}
