/**
 * What the resource metrics API says of a pod: how much its containers have used of late.
 *
 * Quantities are whole numbers here, as they are never written by people.
 *
 * Source: metrics.k8s.io/v1beta1 `PodMetrics`.
 */

import type { Time } from './time.js';

/** Use of one container: the CPU on average over the window, the memory at its end. */
export interface ContainerMetrics {
  readonly name: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

export interface PodMetrics {
  readonly namespace: string;
  readonly name: string;
  /** End of the window. */
  readonly timestamp: Time;
  readonly windowUs: number;
  readonly containers: readonly ContainerMetrics[];
}

/** One value of a custom or external metric. */
export interface MetricValue {
  readonly metricName: string;
  readonly timestamp: Time;
  /** In thousandths. */
  readonly valueMilli: number;
}
