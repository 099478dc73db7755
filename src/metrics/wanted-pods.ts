// What objects say of the pods that they want: how many, of which revision, in which order.
import type { DaemonSet } from '../api/daemon-set.js';
import type { Deployment } from '../api/deployment.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { StatefulSet } from '../api/stateful-set.js';
import { revisionName } from '../control-plane/controller-manager/revision-history.js';
import { podTemplateHash } from '../control-plane/controller-manager/template-hash.js';

/** Pods that a set wants; undefined while its controller has not counted its nodes. */
export function wantedPods(object: StatefulSet | DaemonSet): number | undefined {
  if (object.kind === 'StatefulSet') return object.spec.replicas ?? 1;
  const { status, metadata } = object;
  const isCounted = status?.observedGeneration === metadata.generation;
  return isCounted ? status?.desiredNumberScheduled : undefined;
}

/** Whether each pod is created when those before it are Ready. */
export function isOrdered(object: StatefulSet | DaemonSet): boolean {
  return object.kind === 'StatefulSet' && object.spec.podManagementPolicy !== 'Parallel';
}

/** Revision label of wanted pods; '' where pods of any revision will do. */
export function wantedRevision(object: StatefulSet | DaemonSet): string {
  const { updateStrategy, template } = object.spec;
  if (updateStrategy?.type === 'OnDelete') return '';
  if (object.kind === 'DaemonSet') return podTemplateHash(template);
  const partition = object.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  return partition > 0 ? '' : revisionName(object);
}

/** Is being deleted, and its pods with it. */
export function isLeaving({ metadata }: KubernetesObject): boolean {
  const { deletionTimestamp, finalizers = [] } = metadata;
  return deletionTimestamp !== undefined && !finalizers.includes('orphan');
}

/** What the condition Progressing says of a rollout that has given up; '' when none does. */
export function rolloutFault({ status }: Deployment): string {
  const found = status?.conditions?.find(({ type }) => type === 'Progressing');
  return found?.status === 'False' ? `${found.reason}, ${found.message}` : '';
}
