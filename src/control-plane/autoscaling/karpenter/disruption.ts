// Consolidation: every 10 s a node is looked for that is empty, or whose pods would fit on the
// others. It is looked at again 15 s later, and if that still holds it is drained and ended. At
// most a tenth of a NodePool's nodes, rounded up, go at a time.
// Left out: replacing a node by a cheaper one, several nodes by one, expiry, drift.
// Source: kubernetes-sigs/karpenter pkg/controllers/disruption (reference: nodes-controllers 4.5).
import type { Node } from '../../../api/node.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import type { Informer } from '../../../client/informer.js';
import type { SimTime } from '../../../kernel/time.js';
import { fitsElsewhere } from '../elsewhere.js';
import { staysWithNode } from '../pod-removal.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import type { NodeClaim, NodeClaims } from './node-claims.js';

const KEEP = 'karpenter.sh/do-not-disrupt';

/** A node that may go. */
export interface Candidate {
  readonly claim: NodeClaim;
  readonly node: Node;
  /** Those that have to be moved. */
  readonly pods: readonly Pod[];
  readonly reason: 'empty' | 'underutilized';
}

export interface DisruptionView {
  readonly claims: NodeClaims;
  readonly scheduling: SchedulingSimulation;
  readonly nodes: Informer<Node>;
  readonly budgets: Informer<PodDisruptionBudget>;
  /** Nodes that are on their way out. */
  readonly leaving: ReadonlySet<string>;
  /** When a pod was last bound to a node or left it. */
  readonly lastPodEventUs: ReadonlyMap<string, SimTime>;
  /** Whether a pod's disruption budget, or nobody to make another one, keeps it where it is. */
  readonly isKept: (pod: Pod, budgets: readonly PodDisruptionBudget[]) => boolean;
}

/** The first node that may go: an empty one, else the one with the fewest pods. */
export function findCandidate(view: DisruptionView, now: SimTime): Candidate | undefined {
  const found: Candidate[] = [];
  for (const claim of view.claims.all) {
    const candidate = candidateOf(view, claim, now);
    if (candidate !== undefined) found.push(candidate);
  }
  found.sort((a, b) => a.pods.length - b.pods.length || a.claim.createdUs - b.claim.createdUs);
  return found.find((candidate) => isDisruptable(view, candidate));
}

/** What was found before, as it is now; undefined when it does not hold any more. */
export function validated(
  view: DisruptionView,
  before: Candidate,
  now: SimTime,
): Candidate | undefined {
  const candidate = candidateOf(view, before.claim, now);
  const isSame = candidate?.reason === before.reason;
  return isSame && isDisruptable(view, candidate) ? candidate : undefined;
}

function candidateOf(
  { nodes, scheduling, leaving, lastPodEventUs }: DisruptionView,
  claim: NodeClaim,
  now: SimTime,
): Candidate | undefined {
  const { nodeName, nodePool, isInitialized } = claim;
  const node = nodes.get(nodeName);
  if (!isInitialized || node === undefined || leaving.has(nodeName)) return undefined;
  const quietUs = now - (lastPodEventUs.get(nodeName) ?? claim.createdUs);
  if (quietUs < nodePool.consolidateAfterUs || isMarked(node)) return undefined;
  const pods = scheduling.podsOf(nodeName).filter((pod) => !staysWithNode(pod));
  if (pods.length === 0) return { claim, node, pods, reason: 'empty' };
  if (nodePool.consolidationPolicy === 'WhenEmpty' || pods.some(isMarked)) return undefined;
  return { claim, node, pods, reason: 'underutilized' };
}

function isMarked({ metadata }: Node | Pod): boolean {
  return metadata.annotations?.[KEEP] === 'true';
}

/** Whether the budget allows it, and the pods may go and have a place to go to. */
function isDisruptable(view: DisruptionView, { claim, pods }: Candidate): boolean {
  const { claims, nodes, budgets, leaving, scheduling, isKept } = view;
  const { nodePool, nodeName } = claim;
  const own = claims.ofPool(nodePool);
  const going = own.filter((each) => leaving.has(each.nodeName)).length;
  if (going >= Math.ceil(own.length * nodePool.budgetShare)) return false;
  const all = [...budgets.store.values()];
  if (pods.some((pod) => isKept(pod, all))) return false;
  const places = [...nodes.store.keys()].filter((name) => name !== nodeName && !leaving.has(name));
  return fitsElsewhere(scheduling, pods, places);
}
