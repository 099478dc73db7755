// The stages that a pod and a change go through, as data: tables, columns and bars are made of
// them. What ends a stage is said where the time is recorded, in RunResult.
import type { ConvergenceRow, PodRow } from '../metrics/run-result.js';

/** A stage ends at a time in microseconds since the start of the scenario, or never. */
export interface Stage<Row> {
  /** For columns and style classes, snake_case. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly endUs: (row: Row) => number | undefined;
}

/** From the creation of a pod to its endpoint on every node. */
export const podStages: readonly Stage<PodRow>[] = [
  { name: 'scheduling', title: 'Scheduling', endUs: (pod) => pod.boundUs },
  { name: 'sandbox', title: 'Sandbox', endUs: (pod) => pod.sandboxUs },
  { name: 'image_pull', title: 'Image pull', endUs: (pod) => pod.imagePulledUs },
  { name: 'container_start', title: 'Container start', endUs: (pod) => pod.startedUs },
  { name: 'readiness', title: 'Readiness', endUs: (pod) => pod.readyUs },
  { name: 'endpoints', title: 'Endpoints', endUs: (pod) => pod.endpointProgrammedUs },
];

/** From a client's request to the last consequence of it. */
export const convergenceStages: readonly Stage<ConvergenceRow>[] = [
  { name: 'accepted', title: 'Accepted', endUs: (row) => row.acceptedUs },
  { name: 'created', title: 'Pods created', endUs: (row) => row.createdUs },
  { name: 'scheduled', title: 'Scheduled', endUs: (row) => row.scheduledUs },
  { name: 'ready', title: 'Ready', endUs: (row) => row.readyUs },
  {
    name: 'endpoints_published',
    title: 'Endpoints published',
    endUs: (row) => row.endpointsPublishedUs,
  },
  {
    name: 'endpoints_programmed',
    title: 'Endpoints programmed',
    endUs: (row) => row.endpointsProgrammedUs,
  },
  { name: 'dns_resolvable', title: 'DNS resolvable', endUs: (row) => row.dnsResolvableUs },
];

/** What one stage added, in microseconds since the start of the scenario. */
export interface StageSpan {
  readonly fromUs: number;
  readonly toUs: number;
}

/**
 * The span of every stage, undefined where it did not end: from the latest end among the stages
 * before it to its own, so that spans never overlap and their lengths add up. A stage that ended
 * before an earlier one has length 0.
 */
export function stageSpans<Row>(
  stages: readonly Stage<Row>[],
  startUs: number,
  row: Row,
): (StageSpan | undefined)[] {
  let fromUs = startUs;
  return stages.map((stage) => {
    const endUs = stage.endUs(row);
    if (endUs === undefined) return undefined;
    const span = { fromUs, toUs: Math.max(fromUs, endUs) };
    fromUs = span.toUs;
    return span;
  });
}
