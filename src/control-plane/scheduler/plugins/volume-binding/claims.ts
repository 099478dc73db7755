// What the scheduler's plugins say about PersistentVolumeClaims: found or not, whose, worth another
// attempt or not.
// Source: Kubernetes v1.36 component-helpers storage/ephemeral; reference: scheduler 2.10.

import { usesClaim } from '../../../../api/claim-volumes.js';
import type { PersistentVolumeClaim } from '../../../../api/persistent-volume.js';
import type { Pod } from '../../../../api/pod.js';
import type { PreFilterResult, QueueingHintFn } from '../../framework/plugin.js';
import { status } from '../../framework/status.js';

/** What is said when it was not. */
export function notOwnedText({ metadata: claim }: PersistentVolumeClaim, pod: Pod): string {
  const { namespace, name } = pod.metadata;
  const subject = `PVC ${claim.namespace}/${claim.name}`;
  return `${subject} was not created for pod ${namespace}/${name} (pod is not owner)`;
}

/** The API's sentence about an object that does not exist; `resource` in the singular. */
export function notFoundText(resource: string, name: string): string {
  return `${resource} "${name}" not found`;
}

/** A PreFilter that no node can satisfy. */
export function unresolvable(reason: string): PreFilterResult {
  return { status: status('UnschedulableAndUnresolvable', reason) };
}

/** The same because an object does not exist. */
export function notFound(resource: string, name: string): PreFilterResult {
  return unresolvable(notFoundText(resource, name));
}

/** Only a claim that the pod uses can change anything for it. */
export const hintOwnClaim: QueueingHintFn = (pod, _previous, object) =>
  object?.kind === 'PersistentVolumeClaim' && usesClaim(pod, object) ? 'Queue' : 'QueueSkip';
