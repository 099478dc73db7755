// Bare pods that come when they come, beside what follows: a load in which nothing waits for the
// cluster (open), or in which the next pod comes when one has ended (closed).
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import type { ArrivalLimits, ArrivalSpec } from './arrival-times.js';
import type { Timed } from './operation.js';

/** When the pods come. */
export type PodArrivals =
  | { readonly kind: 'process'; readonly process: ArrivalSpec; readonly limits: ArrivalLimits }
  /** So many pods that have not ended, until `count` have come. */
  | {
      readonly kind: 'closedLoop';
      readonly inFlight: number;
      /** From the end of a pod to the next, µs. */
      readonly think: DistributionSpec;
      readonly count: number;
    }
  /** At these times since the operation began, µs, ascending. */
  | {
      readonly kind: 'times';
      readonly timesUs: readonly number[];
      /** For how long each pod runs, µs; undefined: as its template says. */
      readonly runTimesUs: readonly (number | undefined)[];
    };

export interface ArrivalsOperation extends Timed {
  readonly op: 'arrivals';
  readonly namespace: string;
  readonly namePrefix: string;
  /** A Pod. */
  readonly template: KubernetesObject;
  readonly arrivals: PodArrivals;
}
