// Which pods a node puts out to make room for a critical pod that was bound to it or that it runs
// from a file: as few as will do, of the lowest quality of service and priority first.
// Left out: the sync loop, which waits meanwhile.
// Source: Kubernetes v1.36 pkg/kubelet/preemption (reference: nodes-controllers §1.5).
import type { PodSpec } from '../../api/pod.js';
import { podQosClass } from '../../api/resource-requests.js';
import { ascending } from '../../stats/ascending.js';
import { isCritical } from './eviction-ranking.js';
import type { NodeAgent } from './node-agent.js';
import { type Rejection, rejectionOf } from './pod-admission.js';
import type { PodRecord } from './pod-record.js';

/** Why the requests of a pod do not fit a node beside those it has accepted. */
export function fitRejection(agent: NodeAgent, spec: PodSpec): Rejection | undefined {
  const { configuration, usage } = agent;
  const { node, cores } = agent.spec;
  return rejectionOf(node, usage, spec, configuration.podsPerCore, cores);
}

const order = ['BestEffort', 'Burstable', 'Guaranteed'];

/** Pods to put out so that one fits; empty when even all that may go would not do. */
export function preemptionVictims(agent: NodeAgent, spec: PodSpec): readonly PodRecord[] {
  const { usage } = agent;
  const chosen: PodRecord[] = [];
  for (const record of candidates(agent)) {
    if (fitRejection(agent, spec) === undefined) break;
    usage.add(record.pod.spec, -1);
    chosen.push(record);
  }
  const isEnough = fitRejection(agent, spec) === undefined;
  const needed = isEnough ? chosen.filter((record) => isNeeded(agent, spec, record)) : [];
  for (const record of isEnough ? needed : chosen) usage.add(record.pod.spec, 1);
  return needed;
}

/** Takes a chosen pod in again where the others are enough. */
function isNeeded(agent: NodeAgent, spec: PodSpec, { pod }: PodRecord): boolean {
  agent.usage.add(pod.spec, 1);
  if (fitRejection(agent, spec) === undefined) return false;
  agent.usage.add(pod.spec, -1);
  return true;
}

function candidates({ pods }: NodeAgent): readonly PodRecord[] {
  const place = ({ pod }: PodRecord): number => order.indexOf(podQosClass(pod.spec));
  const priority = ({ pod }: PodRecord): number => pod.spec.priority ?? 0;
  return [...pods.values()]
    .filter(({ isCounted, state, pod }) => isCounted && state !== 'terminating' && !isCritical(pod))
    .sort(
      (a, b) =>
        place(a) - place(b) ||
        priority(a) - priority(b) ||
        b.seenUs - a.seenUs ||
        ascending(a.uid, b.uid),
    );
}
