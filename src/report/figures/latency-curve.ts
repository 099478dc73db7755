// The cumulative distribution of scheduling and startup latency.
import type { PodRow } from '../../metrics/run-result.js';
import { countUpTo } from '../../stats/count-up-to.js';
import { quantile } from '../../stats/quantile.js';
import { sorted } from '../../stats/sorted.js';
import { latencySample, podLatencies } from '../pod-latencies.js';
import type { Plot } from './plot.js';

/** Points that the distribution of one latency contributes. */
const curvePoints = 200;

/** Shortest latency on the logarithmic axis. */
const shortestUs = 1_000;

/** The share of pods that took no longer. Undefined when no pod got that far. */
export function latencyCurve(pods: readonly PodRow[]): Plot | undefined {
  const samples = podLatencies
    .map(({ title, ofPod }) => ({ title, sample: sorted(latencySample(pods, ofPod)) }))
    .filter(({ sample }) => sample.length > 0);
  if (samples.length === 0) return undefined;
  const points = samples.flatMap(({ sample }) =>
    Array.from({ length: curvePoints + 1 }, (_, i) =>
      Math.ceil(Math.max(shortestUs, quantile(sample, i / curvePoints))),
    ),
  );
  const gridUs = [...sorted([...new Set(points)])];
  return {
    title: 'Cumulative distribution of scheduling and startup latency',
    note:
      `The share of pods that took no longer. Up to ${curvePoints} quantiles of each latency; ` +
      'less than 1 ms is drawn at 1 ms.',
    xTitle: 'Seconds (logarithmic)',
    isLogX: true,
    yTitle: 'Share of pods',
    isStepped: true,
    x: gridUs.map((us) => us / 1_000_000),
    series: samples.map(({ title, sample }) => ({
      title,
      values: countUpTo(sample, gridUs).map((count) => count / sample.length),
    })),
  };
}
