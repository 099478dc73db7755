// How a Deployment's ReplicaSets are told apart and what is noted on them: the label with the hash
// of the template, the revision, and the sizes that the Deployment had when they were last scaled.
// Pure. Left out: the list of earlier revisions on a ReplicaSet that is used again; hashes that
// collide. Source: Kubernetes v1.36 pkg/controller/deployment/util/deployment_util.go (reference:
// nodes-controllers 3.5).
import type { Deployment } from '../../../api/deployment.js';
import { extended } from '../../../api/extended.js';
import { sortedKeys } from '../../../api/field-check.js';
import type { ReplicaSet } from '../../../api/replica-set.js';
import { ascending } from '../../../stats/ascending.js';
import { controllerReference } from '../owner-index.js';
import { podTemplateHash } from '../template-hash.js';
import { maxReplicas } from './rollout.js';

const HASH_LABEL = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
/** A Deployment's annotations that its ReplicaSets do not take over. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  'deployment.kubernetes.io/revision-history',
  REVISION,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

/** The ReplicaSet of a Deployment's present template, if there is one, and the others. */
export interface ReplicaSets {
  readonly current: ReplicaSet | undefined;
  /** Oldest first. */
  readonly old: readonly ReplicaSet[];
}

/** All of them, the present one last. */
export function allOf({ current, old }: ReplicaSets): readonly ReplicaSet[] {
  return current === undefined ? old : [...old, current];
}

/** Tells the present ReplicaSet from the old ones. O(n log n). */
export function replicaSetsOf(deployment: Deployment, owned: Iterable<ReplicaSet>): ReplicaSets {
  const hash = podTemplateHash(deployment.spec.template);
  const all = [...owned];
  if (all.length > 1) all.sort(byAge);
  const current = all.find((each) => each.metadata.labels?.[HASH_LABEL] === hash);
  return { current, old: all.filter((each) => each !== current) };
}

function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const older = (a.metadata.creationTimestamp ?? 0) - (b.metadata.creationTimestamp ?? 0);
  return older || byName(a, b);
}

function byName(a: ReplicaSet, b: ReplicaSet): number {
  return ascending(a.metadata.name, b.metadata.name);
}

/** 0 for an object without a revision. */
export function revisionOf({ metadata }: ReplicaSet | Deployment): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

/** One more than the highest revision of the old ReplicaSets. */
function nextRevision(old: readonly ReplicaSet[]): number {
  return 1 + Math.max(0, ...old.map(revisionOf));
}

/** The Deployment with a revision noted; the same object when it has that one. */
export function withRevision(deployment: Deployment, revision: number): Deployment {
  if (revisionOf(deployment) === revision) return deployment;
  const { metadata } = deployment;
  const annotations = extended(metadata.annotations ?? {}, { [REVISION]: String(revision) });
  return { ...deployment, metadata: extended(metadata, { annotations }) };
}

/** The ReplicaSet of a new template. */
export function newReplicaSet(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  replicas: number,
): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const { namespace = '', name } = deployment.metadata;
  const hash = { [HASH_LABEL]: podTemplateHash(template) };
  const labels = extended(template.metadata?.labels ?? {}, hash);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash[HASH_LABEL]}`,
      namespace,
      labels,
      annotations: {
        ...handedDown(deployment),
        [REVISION]: String(nextRevision(old)),
        ...sizeAnnotations(deployment),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: extended(selector, { matchLabels: extended(selector.matchLabels ?? {}, hash) }),
      template: extended(template, { metadata: extended(template.metadata ?? {}, { labels }) }),
      ...(minReadySeconds !== undefined && { minReadySeconds }),
    },
  };
}

/**
 * The present ReplicaSet as the Deployment wants it noted: its annotations and minReadySeconds, and
 * the next revision when it was an older one. The same object when nothing differs.
 */
export function withNotesOf(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): ReplicaSet {
  const { metadata, spec } = current;
  const { minReadySeconds = 0 } = deployment.spec;
  const revision = nextRevision(old);
  const isOlder = revisionOf(current) < revision;
  const wanted = { ...handedDown(deployment), ...(isOlder && { [REVISION]: String(revision) }) };
  if (hasAnnotations(current, wanted) && (spec.minReadySeconds ?? 0) === minReadySeconds)
    return current;
  return {
    ...current,
    metadata: extended(metadata, { annotations: extended(metadata.annotations ?? {}, wanted) }),
    spec: extended(spec, { minReadySeconds }),
  };
}

function handedDown({ metadata }: Deployment): Readonly<Record<string, string>> {
  const { annotations = {} } = metadata;
  const keys = sortedKeys(annotations).filter((key) => !OWN_ANNOTATIONS.has(key));
  return Object.fromEntries(keys.map((key) => [key, annotations[key] as string]));
}

function sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  return {
    [DESIRED_REPLICAS]: String(deployment.spec.replicas ?? 1),
    [MAX_REPLICAS]: String(maxReplicas(deployment)),
  };
}

/** The ReplicaSet with so many replicas, and the Deployment's sizes noted on it. */
export function resized(
  deployment: Deployment,
  replicaSet: ReplicaSet,
  replicas: number,
): ReplicaSet {
  const { metadata, spec } = replicaSet;
  const annotations = extended(metadata.annotations ?? {}, sizeAnnotations(deployment));
  const renoted = extended(metadata, { annotations });
  return { ...replicaSet, metadata: renoted, spec: extended(spec, { replicas }) };
}

/** True when the sizes noted on a ReplicaSet are the Deployment's. */
export function hasSizesOf(deployment: Deployment, replicaSet: ReplicaSet): boolean {
  return hasAnnotations(replicaSet, sizeAnnotations(deployment));
}

function hasAnnotations(
  { metadata }: ReplicaSet,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return sortedKeys(wanted).every((key) => metadata.annotations?.[key] === wanted[key]);
}

/** Replicas that the Deployment wanted when the ReplicaSet was last scaled, if that is noted. */
export function desiredReplicasNoted({ metadata }: ReplicaSet): number | undefined {
  const noted = metadata.annotations?.[DESIRED_REPLICAS];
  return noted === undefined ? undefined : Number(noted);
}

/** Replicas and surge of the Deployment when the ReplicaSet was last scaled; 0 if not noted. */
export function maxReplicasNoted({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[MAX_REPLICAS] ?? 0);
}

/**
 * The ReplicaSets beyond the history limit that have no pods any more, lowest revision first; those
 * that still have some count towards it and stay.
 */
export function surplusReplicaSets(
  deployment: Deployment,
  old: readonly ReplicaSet[],
): readonly ReplicaSet[] {
  const kept = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = Math.max(0, kept.length - (deployment.spec.revisionHistoryLimit ?? 10));
  return kept
    .sort((a, b) => revisionOf(a) - revisionOf(b) || byName(a, b))
    .slice(0, surplus)
    .filter(({ metadata, spec, status }) => {
      const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1);
      return spec.replicas === 0 && (status?.replicas ?? 0) === 0 && isSeen;
    });
}
