// Consolidation: every 10 s a node is looked for that is empty, or whose pods would fit on the
// others, or on the others and one cheaper node. It is looked at again 15 s later, and if that
// still holds it is drained and ended, as soon as the cheaper node is there if there is to be one.
// At most a tenth of a NodePool's nodes, rounded up, go at a time.
// Left out: several nodes by one, drift, the taint on a node that waits for its replacement.
// Source: kubernetes-sigs/karpenter pkg/controllers/disruption (reference: nodes-controllers 4.5).
import type { Node } from '../../../api/node.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import type { Informer } from '../../../client/informer.js';
import type { SimTime } from '../../../kernel/time.js';
import { fitsElsewhere, placeElsewhere } from '../elsewhere.js';
import { staysWithNode } from '../pod-removal.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import type { NodeClaim, NodeClaims } from './node-claims.js';
import type { PlannedNode } from './node-plan.js';

const KEEP = 'karpenter.sh/do-not-disrupt';

/** A node that may go. */
export interface Candidate {
  readonly claim: NodeClaim;
  readonly node: Node;
  /** Those that have to be moved. */
  readonly pods: readonly Pod[];
  readonly reason: 'empty' | 'underutilized';
  /** What has to be there before; undefined: nothing, the pods fit on what is there. */
  readonly replacement: PlannedNode | undefined;
}

/** A node before anybody has thought of where its pods would go. */
type Suspect = Omit<Candidate, 'replacement'>;

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
  /** Nodes that cost less than a price an hour, for pods that fit nowhere. */
  readonly planCheaper: (pods: readonly Pod[], pricePerHour: number) => readonly PlannedNode[];
}

/** The first node that may go: an empty one, else the one with the fewest pods. */
export function findCandidate(view: DisruptionView, now: SimTime): Candidate | undefined {
  const found: Suspect[] = [];
  for (const claim of view.claims.all) {
    const suspect = suspectOf(view, claim, now);
    if (suspect !== undefined) found.push(suspect);
  }
  found.sort((a, b) => a.pods.length - b.pods.length || a.claim.createdUs - b.claim.createdUs);
  for (const suspect of found) {
    const candidate = candidateOf(view, suspect);
    if (candidate !== undefined) return candidate;
  }
  return undefined;
}

/** What was found before, as it is now; undefined when it does not hold any more. */
export function validated(
  view: DisruptionView,
  before: Candidate,
  now: SimTime,
): Candidate | undefined {
  const suspect = suspectOf(view, before.claim, now);
  return suspect?.reason === before.reason ? candidateOf(view, suspect) : undefined;
}

function suspectOf(
  { nodes, scheduling, leaving, lastPodEventUs }: DisruptionView,
  claim: NodeClaim,
  now: SimTime,
): Suspect | undefined {
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

/** The node, if the budget allows it, and its pods may go and have a place to go to. */
function candidateOf(view: DisruptionView, suspect: Suspect): Candidate | undefined {
  const { claim, pods } = suspect;
  const { claims, nodes, budgets, leaving, scheduling, isKept } = view;
  const { nodePool, nodeName } = claim;
  const own = claims.ofPool(nodePool);
  const going = own.filter((each) => leaving.has(each.nodeName)).length;
  if (going >= Math.ceil(own.length * nodePool.budgetShare)) return undefined;
  const all = [...budgets.store.values()];
  if (pods.some((pod) => isKept(pod, all))) return undefined;
  const places = [...nodes.store.keys()].filter((name) => name !== nodeName && !leaving.has(name));
  if (fitsElsewhere(scheduling, pods, places)) return { ...suspect, replacement: undefined };
  const replacement = replacementOf(view, suspect, places);
  return replacement && { ...suspect, replacement };
}

/** The one cheaper node on which the pods fit that have no place elsewhere. */
function replacementOf(
  { scheduling, planCheaper }: DisruptionView,
  { claim, pods }: Suspect,
  places: readonly string[],
): PlannedNode | undefined {
  const { pricePerHour } = claim.offering;
  if (pricePerHour === undefined) return undefined;
  const moved = placeElsewhere(scheduling, pods, places, pods.length);
  if (moved === undefined) return undefined;
  const { placed, left } = moved;
  const planned = planCheaper(left, pricePerHour);
  for (const pod of placed) scheduling.forget(pod);
  const [replacement] = planned;
  const isEnough = planned.length === 1 && replacement?.pods.length === left.length;
  return isEnough ? replacement : undefined;
}
