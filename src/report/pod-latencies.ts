// The two latencies of a pod that everybody asks for, and their figures over a run. They are
// derived from the rows here, once, so that files, terminal and page cannot disagree.
import type { PodRow } from '../metrics/run-result.js';
import { type Summary, summarise } from '../stats/summarise.js';

/** Microseconds, or undefined when the pod did not get that far. */
export type PodLatency = (pod: PodRow) => number | undefined;

/** First seen by the scheduler to bound. */
export const schedulingLatencyUs: PodLatency = (pod) => difference(pod.queuedUs, pod.boundUs);

/** Created to ready. */
export const startupUs: PodLatency = (pod) => difference(pod.createdUs, pod.readyUs);

/** The latencies under the names that people read. */
export const podLatencies: readonly { readonly title: string; readonly ofPod: PodLatency }[] = [
  { title: 'Scheduling (queued to bound)', ofPod: schedulingLatencyUs },
  { title: 'Startup (created to ready)', ofPod: startupUs },
];

/** The latencies of the pods that got there, in microseconds, in order of creation. */
export function latencySample(pods: readonly PodRow[], ofPod: PodLatency): Float64Array {
  return Float64Array.from(pods.map(ofPod).filter((latency) => latency !== undefined));
}

/** Figures in microseconds; NaN when no pod got there. */
export function summariseLatency(pods: readonly PodRow[], ofPod: PodLatency): Summary {
  return summarise(latencySample(pods, ofPod));
}

function difference(fromUs: number | undefined, toUs: number | undefined): number | undefined {
  return fromUs === undefined || toUs === undefined ? undefined : toUs - fromUs;
}
