// What a pod that declares no constraints is spread with: the other pods of its Services and of its
// ReplicationController, ReplicaSet or StatefulSet.
// Source: kube-scheduler v1.36 plugins/helper/spread.go; reference: scheduler 2.8.

import { sortedKeys } from '../../../../api/field-check.js';
import {
  type LabelRequirement,
  type LabelSelector,
  labelRequirements,
} from '../../../../api/label-selector.js';
import { controllerOf, type Labels, type OwnerReference } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import type { Service } from '../../../../api/service.js';
import { namespaceOf } from '../../framework/affinity-term.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';

/** The listers that default constraints need. */
export type SpreadListers = Pick<
  ClusterListers,
  'servicesSelecting' | 'replicationController' | 'replicaSet' | 'statefulSet'
>;

/** What the pods of one template have in common. */
interface Known {
  readonly namespace: string;
  readonly serviceSelectors: readonly Labels[];
  readonly ownerKind: string;
  readonly ownerSelector: Selector;
  readonly requirements: readonly LabelRequirement[];
}

type Selector = LabelSelector | Labels | undefined;

// Pods of a template share their labels; whether what selects them is what it was is compared.
const known = new WeakMap<Labels, Known>();

const noLabels: Labels = {};

/**
 * What labels must be; none when nothing selects the pod. The same array as long as the same
 * selectors select the same labels. Linear in the Services that agree with the pod in one label.
 */
export function defaultRequirements(listers: SpreadListers, pod: Pod): readonly LabelRequirement[] {
  const namespace = namespaceOf(pod);
  const { labels = noLabels } = pod.metadata;
  const services = listers.servicesSelecting(namespace, labels);
  const owner = controllerOf(pod);
  const ownerKind = owner?.kind ?? '';
  const ownerSelector = owner && selectorOf(listers, namespace, owner);
  const before = known.get(labels);
  if (
    before?.namespace === namespace &&
    before.ownerKind === ownerKind &&
    before.ownerSelector === ownerSelector &&
    haveSelectors(services, before.serviceSelectors)
  ) {
    return before.requirements;
  }
  const serviceSelectors = services.map(({ spec }) => spec.selector ?? noLabels);
  const ours = serviceLabels(serviceSelectors, labels);
  const requirements =
    ownerKind === 'ReplicationController'
      ? labelRequirements({ matchLabels: { ...ours, ...(ownerSelector as Labels | undefined) } })
      : [
          ...labelRequirements({ matchLabels: ours }),
          ...labelRequirements((ownerSelector as LabelSelector | undefined) ?? {}),
        ];
  known.set(labels, { namespace, serviceSelectors, ownerKind, ownerSelector, requirements });
  return requirements;
}

function haveSelectors(services: readonly Service[], selectors: readonly Labels[]): boolean {
  if (services.length !== selectors.length) return false;
  for (let i = 0; i < services.length; i++) {
    if (services[i]?.spec.selector !== selectors[i]) return false;
  }
  return true;
}

/** The selector of an owner of a kind that counts. */
function selectorOf(
  listers: SpreadListers,
  namespace: string,
  { apiVersion, kind, name }: OwnerReference,
): Selector {
  if (apiVersion === 'v1' && kind === 'ReplicationController') {
    return listers.replicationController(namespace, name)?.spec?.selector;
  }
  if (apiVersion !== 'apps/v1') return undefined;
  if (kind === 'ReplicaSet') return listers.replicaSet(namespace, name)?.spec?.selector;
  if (kind === 'StatefulSet') return listers.statefulSet(namespace, name)?.spec?.selector;
  return undefined;
}

/** Labels that the Services of the pod select by; they are labels of the pod. */
function serviceLabels(selectors: readonly Labels[], labels: Labels): Labels {
  const selected: Record<string, string> = {};
  for (const selector of selectors) {
    for (const key of sortedKeys(selector)) selected[key] = labels[key] ?? '';
  }
  return selected;
}
