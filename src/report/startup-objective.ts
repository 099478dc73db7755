// Pod startup as SIG Scalability judges it: from the creation of a pod until all its containers are
// started, without the time its images take, the 99th percentile of every 5 minutes at most 5 s.
// Left out of the sample: pods that no node could take at first, because the objective is about
// those that fit. Stateful pods count too: a row does not tell them apart.
// Source: kubernetes/community sig-scalability/slos/pod_startup_latency.md (reference:
// validation-targets 1).
import type { PodRow } from '../metrics/run-result.js';
import { quantile } from '../stats/quantile.js';
import { sorted } from '../stats/sorted.js';

/** The verdict on pod startup. */
export interface StartupVerdict {
  /** Pods in the sample. */
  readonly count: number;
  /** The worst window's 99th percentile, µs. */
  readonly p99Us: number;
  readonly limitUs: number;
  readonly ok: boolean;
}

const windowUs = 300_000_000;
const limitUs = 5_000_000;

/** Undefined when no such pod started. O(pods log pods). */
export function startupVerdict(pods: readonly PodRow[]): StartupVerdict | undefined {
  const windows = new Map<number, number[]>();
  let count = 0;
  for (const pod of pods) {
    const us = startupWithoutPullUs(pod);
    if (us === undefined || pod.startedUs === undefined) continue;
    count++;
    const window = Math.floor(pod.startedUs / windowUs);
    const sample = windows.get(window);
    if (sample === undefined) windows.set(window, [us]);
    else sample.push(us);
  }
  if (count === 0) return undefined;
  const worst = [...windows.values()].map((sample) => quantile(sorted(sample), 0.99));
  const p99Us = worst.reduce((most, us) => Math.max(most, us), 0);
  return { count, p99Us, limitUs, ok: p99Us <= limitUs };
}

function startupWithoutPullUs(pod: PodRow): number | undefined {
  const { createdUs, sandboxUs, imagePulledUs, startedUs, message } = pod;
  if (startedUs === undefined || message !== '') return undefined;
  const pullUs =
    sandboxUs === undefined || imagePulledUs === undefined
      ? 0
      : Math.max(0, imagePulledUs - sandboxUs);
  return Math.max(0, startedUs - createdUs - pullUs);
}
