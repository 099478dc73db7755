// Consolidation: every 10 s nodes are looked for that are empty, all of them at once; else as many
// as possible whose pods would fit on the others, or on the others and one node that costs less
// than all of them (several by one, found by halving); else a single one, the one with the fewest
// pods first. They are looked at again 15 s later, and if that still holds they are drained and
// ended, as soon as the cheaper node is there if there is to be one. At most a tenth of a
// NodePool's nodes, rounded up, go at a time.
// Left out: drift; the cost of a disruption but for the number of pods.
// Source: kubernetes-sigs/karpenter pkg/controllers/disruption emptiness.go,
// multinodeconsolidation.go, singlenodeconsolidation.go (reference: nodes-controllers 4.5).
import type { Node } from '../../../api/node.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import type { Informer } from '../../../client/informer.js';
import type { SimTime } from '../../../kernel/time.js';
import { autoscalingConstants } from '../constants.js';
import { placeElsewhere } from '../elsewhere.js';
import { staysWithNode } from '../pod-removal.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import { karpenterConstants as constants } from './constants.js';
import type { KarpenterNodePool } from './karpenter-settings.js';
import type { NodeClaim, NodeClaims } from './node-claims.js';
import type { PlannedNode } from './node-plan.js';

const KEEP = 'karpenter.sh/do-not-disrupt';

/** A node that may go. */
export interface Candidate {
  readonly claim: NodeClaim;
  readonly node: Node;
  /** Those that have to be moved. */
  readonly pods: readonly Pod[];
}

/** Nodes that are to go together. */
export interface Command {
  readonly reason: 'empty' | 'underutilized';
  readonly candidates: readonly Candidate[];
  /** What has to be there before; undefined: nothing, the pods fit on what is there. */
  readonly replacement: PlannedNode | undefined;
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
  /** Most pods that a node can have that replaces others. */
  readonly mostPods: number;
  /** Nodes that cost less than a price an hour, for pods that fit nowhere. */
  readonly planCheaper: (pods: readonly Pod[], pricePerHour: number) => readonly PlannedNode[];
}

/** What to do next: about the empty nodes, else about several, else about one of the others. */
export function findCommand(view: DisruptionView, now: SimTime): Command | undefined {
  const found = candidatesOf(view, view.claims.all, now);
  found.sort((a, b) => a.pods.length - b.pods.length || a.claim.createdUs - b.claim.createdUs);
  const empty = withinBudgets(
    view,
    found.filter(({ pods }) => pods.length === 0),
  );
  if (empty.length > 0) return { reason: 'empty', candidates: empty, replacement: undefined };
  const budgets = [...view.budgets.store.values()];
  const movable = found.filter(({ pods }) => !pods.some((pod) => view.isKept(pod, budgets)));
  return several(view, withinBudgets(view, movable)) ?? single(view, movable);
}

/** What was found before, as it is now; undefined when it does not hold any more. */
export function validated(
  view: DisruptionView,
  before: Command,
  now: SimTime,
): Command | undefined {
  const claims = before.candidates.map(({ claim }) => claim);
  const found = candidatesOf(view, claims, now);
  const isEmpty = found.every(({ pods }) => pods.length === 0);
  const within = withinBudgets(view, found);
  if (within.length < claims.length || isEmpty !== (before.reason === 'empty')) return undefined;
  if (isEmpty) return { ...before, candidates: within };
  const budgets = [...view.budgets.store.values()];
  const isKept = within.some(({ pods }) => pods.some((pod) => view.isKept(pod, budgets)));
  return isKept ? undefined : commandOf(view, within);
}

/** Nodes that their policy lets go, in the order of the claims. */
function candidatesOf(
  view: DisruptionView,
  claims: Iterable<NodeClaim>,
  now: SimTime,
): Candidate[] {
  const found: Candidate[] = [];
  for (const claim of claims) {
    const candidate = candidateOf(view, claim, now);
    if (candidate !== undefined) found.push(candidate);
  }
  return found;
}

/** Those that the budgets of their NodePools still allow, the first ones first. */
function withinBudgets(
  view: DisruptionView,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const left = new Map<KarpenterNodePool, number>();
  return candidates.filter(({ claim: { nodePool } }) => {
    const allowed = left.get(nodePool) ?? allowedOf(view, nodePool);
    left.set(nodePool, allowed - 1);
    return allowed > 0;
  });
}

/** How many nodes of a NodePool may go now. O(claims). */
function allowedOf({ claims, leaving }: DisruptionView, nodePool: KarpenterNodePool): number {
  const own = claims.ofPool(nodePool);
  const going = own.filter((each) => leaving.has(each.nodeName)).length;
  return Math.ceil(own.length * nodePool.budgetShare) - going;
}

/**
 * As many of the first nodes as can go together, at least two. The number is halved as upstream
 * does, and the search ends when its checks have taken a minute.
 */
function several(view: DisruptionView, sorted: readonly Candidate[]): Command | undefined {
  const { scheduling } = view;
  const checksBefore = scheduling.checks;
  let best: Command | undefined;
  let least = 2;
  let most = Math.min(sorted.length, constants.multiNodeCandidates);
  while (least <= most) {
    const spentNs = (scheduling.checks - checksBefore) * autoscalingConstants.checkNanoseconds;
    if (spentNs / 1_000 > constants.multiNodeTimeoutUs) break;
    const count = (least + most) >> 1;
    const command = commandOf(view, sorted.slice(0, count));
    if (command === undefined) most = count - 1;
    else {
      best = command;
      least = count + 1;
    }
  }
  return best;
}

function single(view: DisruptionView, sorted: readonly Candidate[]): Command | undefined {
  const allowed = new Map<KarpenterNodePool, number>();
  for (const candidate of sorted) {
    const { nodePool } = candidate.claim;
    const most = allowed.get(nodePool) ?? allowedOf(view, nodePool);
    allowed.set(nodePool, most);
    const command = most > 0 ? commandOf(view, [candidate]) : undefined;
    if (command !== undefined) return command;
  }
  return undefined;
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
  const isStaying = nodePool.consolidationPolicy === 'WhenEmpty' || pods.some(isMarked);
  return pods.length > 0 && isStaying ? undefined : { claim, node, pods };
}

function isMarked({ metadata }: Node | Pod): boolean {
  return metadata.annotations?.[KEEP] === 'true';
}

/** Nodes with pods, if these have a place to go to. */
function commandOf(view: DisruptionView, candidates: readonly Candidate[]): Command | undefined {
  const { nodes, leaving, scheduling } = view;
  const going = new Set(candidates.map(({ claim }) => claim.nodeName));
  const places = [...nodes.store.keys()].filter((name) => !going.has(name) && !leaving.has(name));
  const pods = candidates.flatMap((candidate) => candidate.pods);
  const isPriced = candidates.every(({ claim }) => claim.offering.pricePerHour !== undefined);
  const moved = placeElsewhere(scheduling, pods, places, isPriced ? view.mostPods : 0);
  if (moved === undefined) return undefined;
  const { placed, left } = moved;
  const replacement = left.length === 0 ? undefined : replacementOf(view, candidates, left);
  for (const pod of placed) scheduling.forget(pod);
  const isPossible = left.length === 0 || replacement !== undefined;
  return isPossible ? { reason: 'underutilized', candidates, replacement } : undefined;
}

/** The one node for the pods that have no other place, cheaper than all that it replaces. */
function replacementOf(
  { planCheaper }: DisruptionView,
  candidates: readonly Candidate[],
  left: readonly Pod[],
): PlannedNode | undefined {
  let pricePerHour = 0;
  for (const { claim } of candidates) {
    if (claim.offering.pricePerHour === undefined) return undefined;
    pricePerHour += claim.offering.pricePerHour;
  }
  const [replacement, second] = planCheaper(left, pricePerHour);
  if (second !== undefined || replacement?.pods.length !== left.length) return undefined;
  // One of the same type could have stayed: then the others go, and nothing comes.
  const { instanceType } = replacement.offering;
  const isSame = candidates.some(({ claim }) => claim.offering.instanceType === instanceType);
  return isSame ? undefined : replacement;
}
