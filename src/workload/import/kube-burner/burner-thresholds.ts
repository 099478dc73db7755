/**
 * Measurements of kube-burner: thresholds of pod latencies become those of a scenario, the others
 * are named once.
 *
 * Source: kube-burner docs/measurements.md.
 */

import { durationUs } from '../../../scenario/duration.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import type { ImportNotes } from '../import-notes.js';
import type { BurnerText } from './kube-burner-schema.js';

/** Conditions of pods as our metrics name them. */
const metrics: ReadonlyMap<string, string> = new Map([
  ['ContainersReady', 'pod_startup_seconds'],
  ['PodScheduled', 'pod_scheduling_latency_seconds'],
  ['Ready', 'pod_startup_seconds'],
]);

/** Thresholds for the scenario. */
export function thresholdsOf({ global, jobs }: BurnerText, notes: ImportNotes): Tree {
  const found = new Map<string, Set<string>>([['pods_not_ready', new Set(['value==0'])]]);
  const all = [...(global?.measurements ?? []), ...jobs.flatMap((job) => job.measurements ?? [])];
  for (const { name, thresholds } of all) {
    if (name !== 'podLatency') {
      notes.add(`The measurement ${name} ({count}) is not simulated.`);
      continue;
    }
    for (const { conditionType, metric, threshold } of thresholds ?? []) {
      const ours = metrics.get(conditionType);
      const left = aggregationOf(metric);
      if (ours === undefined || left === undefined) {
        notes.add(`The threshold ${metric} of ${conditionType} ({count}) is not judged.`);
        continue;
      }
      const expressions = found.get(ours) ?? new Set();
      found.set(ours, expressions.add(`${left}<=${durationUs(threshold) / 1_000_000}`));
    }
  }
  return Object.fromEntries([...found].map(([name, expressions]) => [name, [...expressions]]));
}

/** `p(99)` for P99. */
function aggregationOf(metric: string): string | undefined {
  const percentile = /^P(\d+)$/i.exec(metric)?.[1];
  if (percentile !== undefined) return `p(${percentile})`;
  return { avg: 'avg', max: 'max', min: 'min' }[metric.toLowerCase()];
}
