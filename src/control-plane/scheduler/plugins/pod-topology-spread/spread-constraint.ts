// Topology spread constraints, ready to be counted and matched.
// Source: kube-scheduler v1.36 plugins/podtopologyspread/common.go; reference: scheduler 2.8.

import type { TopologySpreadConstraint } from '../../../../api/affinity.js';
import {
  type LabelMatcher,
  type LabelRequirement,
  labelRequirements,
  matcherOf,
} from '../../../../api/label-selector.js';
import { requiredNodeMatcher } from '../../../../api/node-selector.js';
import type { Labels } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import { findUntoleratedTaint } from '../../../../api/toleration.js';
import { CountTable } from '../../cache/count-table.js';
import type { NodeSet } from '../../cache/node-set.js';
import type { PlacementCounter } from '../../cache/placement-counter.js';
import type { PlacementIndex } from '../../cache/placement-index.js';
import type { PodSelector } from '../../cache/pod-class.js';
import { namespaceOf, requirementsKey } from '../../framework/affinity-term.js';

/** One constraint of one pod. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly minDomains: number;
  readonly honorsNodeAffinity: boolean;
  readonly honorsNodeTaints: boolean;
  /** Whether labels are those of a pod to spread with; an empty selector means all pods here. */
  readonly matches: LabelMatcher;
  /** Undefined where no pod is counted: the selector is absent, or empty. */
  readonly counted: CountedLabels | undefined;
}

/** The labels of pods that are counted. */
interface CountedLabels {
  /** Equal for equal requirements. */
  readonly key: string;
  readonly requirements: readonly LabelRequirement[];
  /** Of the namespace that was asked for last: pods of one template are in one. */
  last: { readonly namespace: string; readonly selector: PodSelector } | undefined;
}

const known = new WeakMap<TopologySpreadConstraint, SpreadConstraint>();

/**
 * A constraint as its pod declares it: values of matchLabelKeys that the pod has are added to the
 * selector. Memoised on the constraint unless it has such keys.
 */
export function declaredConstraint(
  constraint: TopologySpreadConstraint,
  labels: Labels | undefined,
): SpreadConstraint {
  const { labelSelector, matchLabelKeys = [] } = constraint;
  if (matchLabelKeys.length > 0) {
    const keys = matchLabelKeys.filter((key) => Object.hasOwn(labels ?? {}, key));
    const matchLabels = Object.fromEntries(keys.map((key) => [key, labels?.[key] as string]));
    const own = labelSelector && labelRequirements(labelSelector);
    const added = labelRequirements({ matchLabels });
    return spreadConstraint(constraint, added.length > 0 ? [...added, ...(own ?? [])] : own);
  }
  let parsed = known.get(constraint);
  if (parsed === undefined) {
    parsed = spreadConstraint(constraint, labelSelector && labelRequirements(labelSelector));
    known.set(constraint, parsed);
  }
  return parsed;
}

/** A constraint over pods with certain labels; undefined requirements match no pod. */
export function spreadConstraint(
  constraint: TopologySpreadConstraint,
  requirements: readonly LabelRequirement[] | undefined,
): SpreadConstraint {
  const { maxSkew, topologyKey, minDomains, nodeAffinityPolicy, nodeTaintsPolicy } = constraint;
  const isCounted = requirements !== undefined && requirements.length > 0;
  return {
    maxSkew,
    topologyKey,
    minDomains: minDomains ?? 1,
    honorsNodeAffinity: nodeAffinityPolicy !== 'Ignore',
    honorsNodeTaints: nodeTaintsPolicy === 'Honor',
    matches: requirements === undefined ? () => false : matcherOf(requirements),
    counted: isCounted
      ? { key: requirementsKey(requirements), requirements, last: undefined }
      : undefined,
  };
}

/** Counts of the pods that a constraint of this pod counts; undefined where it counts none. */
export function countedPods(
  { counted, matches }: SpreadConstraint,
  pod: Pod,
  placements: PlacementIndex,
): PlacementCounter | undefined {
  if (counted === undefined) return undefined;
  const namespace = namespaceOf(pod);
  if (counted.last?.namespace !== namespace) {
    const selector: PodSelector = {
      key: `spread ${namespace} ${counted.key}`,
      requirements: counted.requirements,
      includesNamespace: (name) => name === namespace,
      matches,
      includesTerminating: false,
    };
    counted.last = { namespace, selector };
  }
  return placements.podsMatching(counted.last.selector);
}

/** What a constraint counts where there is nothing to count. Never changed. */
export const noPods: CountTable = new CountTable();

/** The nodes with all `keys` that a constraint of this pod takes into account. */
export function includedNodes(
  { honorsNodeAffinity, honorsNodeTaints }: SpreadConstraint,
  { spec }: Pod,
  keys: readonly string[],
  placements: PlacementIndex,
): NodeSet {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const isSelective = required !== undefined || spec.nodeSelector !== undefined;
  const checksAffinity = honorsNodeAffinity && isSelective;
  if (keys.length === 0 && !checksAffinity && !honorsNodeTaints) {
    return placements.nodeSet('', everyNode);
  }
  const affinity = checksAffinity ? JSON.stringify([spec.nodeSelector, required]) : '';
  const tolerations = honorsNodeTaints ? JSON.stringify(spec.tolerations ?? []) : '';
  const key = `${keys.join(',')} ${affinity} ${tolerations}`;
  const matches = requiredNodeMatcher(spec);
  return placements.nodeSet(key, (node) => {
    const labels = node.metadata.labels ?? {};
    if (!keys.every((each) => Object.hasOwn(labels, each))) return false;
    if (checksAffinity && !matches(node)) return false;
    if (!honorsNodeTaints) return true;
    const { taints } = node.spec ?? {};
    return findUntoleratedTaint(taints, spec.tolerations, hardEffects) === undefined;
  });
}

const everyNode = (): boolean => true;
const hardEffects = ['NoSchedule', 'NoExecute'] as const;
