// What an autoscaler scales, and the pods that are counted for it.
// Left out: pods are found by their owners, not by the selector of the scale: the same, unless
// selectors overlap.
// Source: Kubernetes v1.36 pkg/controller/podautoscaler, k8s.io/client-go/scale.
import type { Deployment } from '../../../api/deployment.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { LabelSelector } from '../../../api/label-selector.js';
import type { Pod } from '../../../api/pod.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import type { ReplicationController } from '../../../api/replication-controller.js';
import type { StatefulSet } from '../../../api/stateful-set.js';
import type { SharedInformers } from '../shared-informers.js';

/** An object with a scale subresource. */
export type ScaleTarget = Deployment | ReplicaSet | ReplicationController | StatefulSet;

const KINDS: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
]);

/** Whether objects of the kind can be scaled. */
export function isScalable(kind: string): boolean {
  return KINDS.has(kind);
}

/** The target with another number of replicas. */
export function scaledTo(target: ScaleTarget, replicas: number): KubernetesObject {
  return { ...target, spec: { ...target.spec, replicas } } as KubernetesObject;
}

/** The selector of its scale. */
export function selectorOf(target: ScaleTarget): LabelSelector {
  if (target.kind !== 'ReplicationController') return target.spec.selector;
  return { matchLabels: target.spec.selector ?? {} };
}

/** Its pods as the informers know them. O(pods of the target). */
export function podsOf(target: ScaleTarget, informers: SharedInformers): readonly Pod[] {
  const { podsByOwner, replicaSetsByOwner } = informers;
  const uid = target.metadata.uid ?? '';
  if (target.kind !== 'Deployment') return [...podsByOwner.of(uid).values()];
  return [...replicaSetsByOwner.of(uid).values()].flatMap(({ metadata }) => [
    ...podsByOwner.of(metadata.uid ?? '').values(),
  ]);
}
