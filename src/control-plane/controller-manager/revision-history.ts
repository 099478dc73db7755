// The past templates of StatefulSets and DaemonSets, kept as ControllerRevisions: a template that
// is like an old one takes that revision up again with a new number; old ones that no pod uses go
// beyond the history limit. Left out: name collisions of differing templates.
// Source: Kubernetes v1.36 pkg/controller/history (reference: nodes-controllers 3.6).
import type { ControllerRevision } from '../../api/controller-revision.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { PodTemplateSpec } from '../../api/pod.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiRequest, type ApiResponse, isSuccess } from '../../client/api-request.js';
import { controllerReference, type OwnerIndex } from './owner-index.js';
import { podTemplateHash } from './template-hash.js';

/** Label of a pod that names the template it was made from. */
export const REVISION_LABEL = 'controller-revision-hash';

const HASH_LABEL = 'controller.kubernetes.io/hash';

/** An owner of pods with a template that is kept in revisions. */
export type RevisionedObject = KubernetesObject & {
  readonly spec: { readonly template: PodTemplateSpec; readonly revisionHistoryLimit?: number };
};

/** The revisions of an owner, oldest first. O(n log n). */
export function revisionsOf(
  owner: KubernetesObject,
  index: OwnerIndex<ControllerRevision>,
): readonly ControllerRevision[] {
  const revisions = [...index.of(owner.metadata.uid ?? '').values()];
  return revisions.sort((a, b) => a.revision - b.revision || (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ metadata }: ControllerRevision): string {
  return metadata.name;
}

/** The template that a revision keeps. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec {
  return (data as { readonly spec: { readonly template: PodTemplateSpec } }).spec.template;
}

/** Name of the revision of the owner's present template. */
export function revisionName({ metadata, spec }: RevisionedObject): string {
  return `${metadata.name}-${podTemplateHash(spec.template)}`;
}

/**
 * The write that makes the owner's present template its newest revision; undefined when it is. A
 * create that is answered with 409 has been done before.
 */
export function revisionWrite(
  owner: RevisionedObject,
  revisions: readonly ControllerRevision[],
): ApiRequest | undefined {
  const { namespace = '' } = owner.metadata;
  const name = revisionName(owner);
  const newest = revisions.at(-1);
  const number = (newest?.revision ?? 0) + 1;
  const equal = revisions.find((each) => nameOf(each) === name);
  if (equal !== undefined && equal === newest) return undefined;
  const resource = 'controllerrevisions';
  if (equal !== undefined) {
    return { verb: 'update', resource, namespace, name, body: { ...equal, revision: number } };
  }
  const { template } = owner.spec;
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: podTemplateHash(template) };
  const body: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name, namespace, labels, ownerReferences: [controllerReference(owner)] },
    data: { spec: { template } },
    revision: number,
  };
  return { verb: 'create', resource, namespace, name, body };
}

/** Revisions beyond the owner's limit that `used` does not name, oldest first. */
export function surplusRevisions(
  { spec }: RevisionedObject,
  revisions: readonly ControllerRevision[],
  used: ReadonlySet<string>,
): readonly ControllerRevision[] {
  const unused = revisions.filter((each) => !used.has(nameOf(each)));
  return unused.slice(0, Math.max(0, unused.length - (spec.revisionHistoryLimit ?? 10)));
}

/** Deletes revisions; nobody waits for it. */
export function deleteRevisions(client: ApiClient, revisions: readonly ControllerRevision[]): void {
  for (const { metadata } of revisions) {
    const { namespace = '', name } = metadata;
    const request = { verb: 'delete', resource: 'controllerrevisions', namespace, name } as const;
    client.send(request, () => {});
  }
}

/** True when the revision is stored, whoever wrote it. */
export function isRevisionStored(response: ApiResponse): boolean {
  return isSuccess(response) || response.code === 409;
}
