// What a pod that declares no constraints is spread with: the other pods of its Services and of its
// ReplicationController, ReplicaSet or StatefulSet.
// Source: kube-scheduler v1.36 plugins/helper/spread.go; reference: scheduler 2.8.

import {
  type LabelMatcher,
  type LabelRequirement,
  labelRequirements,
  matcherOf,
} from '../../../../api/label-selector.js';
import { controllerOf, type Labels } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import type { Service } from '../../../../api/service.js';
import { SelectorBuckets } from '../../../../api/selector-buckets.js';
import { namespaceOf } from '../../framework/affinity-term.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';

/** The listers that default constraints need. */
export type SpreadListers = Pick<
  ClusterListers,
  'services' | 'replicationController' | 'replicaSet' | 'statefulSet'
>;

/** The selector of a Service. */
interface ServiceSelector {
  readonly requirements: readonly LabelRequirement[];
  readonly matches: LabelMatcher;
}

// A namespace may have hundreds of Services; the list is the same array until one of them changes.
const knownSelectors = new WeakMap<readonly Service[], SelectorBuckets<ServiceSelector>>();

function selectorsOf(services: readonly Service[]): SelectorBuckets<ServiceSelector> {
  let selectors = knownSelectors.get(services);
  if (selectors === undefined) {
    selectors = new SelectorBuckets();
    for (const { spec } of services) {
      if (spec?.selector === undefined) continue;
      const requirements = labelRequirements({ matchLabels: spec.selector });
      selectors.add({ requirements, matches: matcherOf(requirements) });
    }
    knownSelectors.set(services, selectors);
  }
  return selectors;
}

/** Labels that the Services of the pod select by; they are labels of the pod. */
function serviceLabels(services: readonly Service[], { metadata }: Pod): Labels {
  const labels: Record<string, string> = {};
  for (const { requirements, matches } of selectorsOf(services).candidates(metadata.labels)) {
    if (!matches(metadata.labels)) continue;
    for (const { key } of requirements) labels[key] = metadata.labels?.[key] ?? '';
  }
  return labels;
}

/** What labels must be; none when nothing selects the pod. Linear in a new list of Services. */
export function defaultRequirements(listers: SpreadListers, pod: Pod): readonly LabelRequirement[] {
  const namespace = namespaceOf(pod);
  const matchLabels = serviceLabels(listers.services(namespace), pod);
  const owner = controllerOf(pod);
  const kind = owner === undefined ? '' : `${owner.apiVersion} ${owner.kind}`;
  const name = owner?.name ?? '';
  if (kind === 'v1 ReplicationController') {
    const controller = listers.replicationController(namespace, name);
    return labelRequirements({ matchLabels: { ...matchLabels, ...controller?.spec?.selector } });
  }
  const requirements = labelRequirements({ matchLabels });
  if (kind === 'apps/v1 ReplicaSet') {
    const selector = listers.replicaSet(namespace, name)?.spec?.selector;
    return [...requirements, ...labelRequirements(selector ?? {})];
  }
  if (kind === 'apps/v1 StatefulSet') {
    const selector = listers.statefulSet(namespace, name)?.spec?.selector;
    return [...requirements, ...labelRequirements(selector ?? {})];
  }
  return requirements;
}
