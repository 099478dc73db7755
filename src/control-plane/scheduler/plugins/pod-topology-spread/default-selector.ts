// What a pod that declares no constraints is spread with: the other pods of its Services and of its
// ReplicationController, ReplicaSet or StatefulSet.
// Source: kube-scheduler v1.36 plugins/helper/spread.go; reference: scheduler 2.8.

import {
  compileEqualitySelector,
  type LabelMatcher,
  type LabelRequirement,
  labelRequirements,
} from '../../../../api/label-selector.js';
import { controllerOf } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import type { Service } from '../../../../api/service.js';
import { namespaceOf } from '../../framework/affinity-term.js';
import type { ClusterListers } from '../../framework/plugin-handle.js';

/** The listers that default constraints need. */
export type SpreadListers = Pick<
  ClusterListers,
  'services' | 'replicationController' | 'replicaSet' | 'statefulSet'
>;

type EqualitySelector = Readonly<Record<string, string>>;

const matchers = new WeakMap<EqualitySelector, LabelMatcher>();

function selects({ spec }: Service, pod: Pod): boolean {
  const selector = spec?.selector;
  if (selector === undefined) return false;
  let matches = matchers.get(selector);
  if (matches === undefined) {
    matches = compileEqualitySelector(selector);
    matchers.set(selector, matches);
  }
  return matches(pod.metadata.labels);
}

/** What labels must be; none when nothing selects the pod. Linear in the namespace's Services. */
export function defaultRequirements(listers: SpreadListers, pod: Pod): readonly LabelRequirement[] {
  const namespace = namespaceOf(pod);
  let matchLabels: EqualitySelector = {};
  for (const service of listers.services(namespace)) {
    if (selects(service, pod)) matchLabels = { ...matchLabels, ...service.spec?.selector };
  }
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
