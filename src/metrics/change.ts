// One change and its row in convergence.csv.
import type { ObjectReference } from '../cluster/operation.js';
import type { ConvergenceRow } from './run-result.js';
import { STAGES, type Stage, type WorkloadState } from './workload-state.js';

/** A change from the client's call on. */
export interface Change {
  readonly verb: string;
  readonly target: ObjectReference;
  readonly startedUs: number;
  /** Of all objects together: the last one to reach a stage counts. */
  readonly reachedUs: Map<Stage, number>;
  /** Objects whose consequences have not all come. */
  remaining: number;
  readonly objects: number;
  acceptedUs?: number;
  /** All its consequences have come, or it was refused. */
  closedUs?: number;
  isRefused?: boolean;
  /** The workload that it changed; absent for kinds without pods. */
  state?: WorkloadState;
  reason?: string;
}

/** The row; of a change that has not converged with the stages that hold now, and why. */
export function changeRow(change: Change): ConvergenceRow {
  const { verb, target, startedUs, state } = change;
  const isConverged = change.closedUs !== undefined && change.isRefused !== true;
  const reached = isConverged ? change.reachedUs : (state?.reachedUs ?? change.reachedUs);
  const at = (stage: Stage): number | undefined => reached.get(stage);
  const where = target.namespace === '' ? target.name : `${target.namespace}/${target.name}`;
  return {
    change: `${verb} ${target.kind} ${where}`,
    namespace: target.namespace,
    kind: target.kind,
    name: target.name,
    replicas: change.objects > 1 ? change.objects : (state?.desired ?? 0),
    startedUs,
    acceptedUs: change.acceptedUs,
    createdUs: at('created'),
    scheduledUs: at('scheduled'),
    readyUs: at('ready'),
    endpointsPublishedUs: at('endpointsPublished'),
    endpointsProgrammedUs: at('endpointsProgrammed'),
    dnsResolvableUs: at('dnsResolvable'),
    convergedUs: isConverged
      ? Math.max(change.acceptedUs ?? startedUs, ...reached.values())
      : undefined,
    longestStage: longestStage(change, reached),
    reason: change.reason ?? (isConverged ? '' : unfinished(change)),
  };
}

/** The stage that added most time after all stages before it; '' when nothing was reached. */
function longestStage(change: Change, reached: ReadonlyMap<Stage, number>): string {
  const ends: [string, number | undefined][] = [['accepted', change.acceptedUs]];
  for (const stage of STAGES) ends.push([stage, reached.get(stage)]);
  let latest = change.startedUs;
  let longest = '';
  let longestUs = 0;
  for (const [name, end] of ends) {
    if (end === undefined) continue;
    if (end - latest > longestUs) {
      longest = name;
      longestUs = end - latest;
    }
    latest = Math.max(latest, end);
  }
  return longest;
}

function unfinished({ acceptedUs, state, objects, remaining }: Change): string {
  if (objects > 1) return `${objects - remaining} of ${objects} objects have converged`;
  if (acceptedUs === undefined || state === undefined) return 'the API server has not answered';
  const { desired, createdPods, scheduledPods, readyPods, publishedPods, unschedulable } = state;
  if (createdPods < desired) return `${createdPods} of ${desired} pods exist`;
  if (scheduledPods < desired) {
    const why = unschedulable === '' ? '' : `: ${unschedulable}`;
    return `${scheduledPods} of ${desired} pods are scheduled${why}`;
  }
  if (readyPods < desired) return `${readyPods} of ${desired} pods are Ready`;
  if (publishedPods < desired) return `${publishedPods} of ${desired} endpoints are published`;
  return 'the last change has not reached every kube-proxy and DNS replica, or old pods still run';
}
