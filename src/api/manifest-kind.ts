/**
 * What a value read from a file is: an object of a known kind, a list of objects, an object of a
 * kind that is not simulated, or no Kubernetes object at all.
 *
 * Source: kubectl v1.36 messages; reference real-inputs.md §1.
 */

import { didYouMean } from './did-you-mean.js';
import { isJsonObject, sortedKeys } from './field-check.js';
import type { FieldPath } from './field-path.js';
import type { ApiObject } from './object-meta.js';
import type { ProblemName } from './problem.js';
import {
  describeRemovedApiVersion,
  kindsOfVersion,
  removedApiVersion,
  resourceKindNamed,
  resourceKindOf,
} from './resource-kinds.js';

/** Why a value is no object of a known kind. */
export interface KindProblem {
  readonly is: 'problem';
  readonly name: ProblemName;
  readonly at: FieldPath;
  readonly message: string;
  readonly suggestion?: string;
}

/** What a value is. */
export type Identity =
  | { readonly is: 'known'; readonly object: ApiObject }
  | { readonly is: 'list'; readonly items: readonly unknown[]; readonly itemType: string }
  | { readonly is: 'unknown'; readonly apiVersion: string; readonly kind: string }
  | KindProblem;

/** API groups in which a known kind can only be the one that the simulator knows. */
const ownGroups: ReadonlySet<string> = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'extensions',
  'policy',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

function notAManifest(message: string, suggestion?: string): KindProblem {
  return {
    is: 'problem',
    name: 'notAManifest',
    at: [],
    message: `not a Kubernetes manifest: ${message}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Names of files and keys that give away what an untyped file is. */
function identifyForeign(value: Readonly<Record<string, unknown>>, file: string): KindProblem {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  const isKustomization = /^kustomization\.ya?ml$/i.test(name) || value['resources'] !== undefined;
  if (isKustomization && (Array.isArray(value['resources']) || Array.isArray(value['bases']))) {
    return notAManifest('this is a kustomization', 'kustomize build . > manifests.yaml');
  }
  if (/^(?:chart|values.*)\.ya?ml$/i.test(name)) {
    return notAManifest('this belongs to a Helm chart', 'helm template CHART > manifests.yaml');
  }
  if (Array.isArray(value['cohorts'])) {
    return notAManifest(
      "this is a generator of Kueue's performance tests, whose quotas are not simulated",
    );
  }
  return notAManifest('it has neither apiVersion nor kind');
}

/**
 * The kind of an untyped object that a server wrote: must-gather archives and insight dumps leave
 * the type out. Only pods and nodes can be told with certainty.
 */
function guessDumped(value: Readonly<Record<string, unknown>>): 'Pod' | 'Node' | undefined {
  const { metadata, spec, status } = value;
  if (!isJsonObject(metadata) || typeof metadata['uid'] !== 'string') return undefined;
  if (isJsonObject(spec) && Array.isArray(spec['containers'])) return 'Pod';
  return isJsonObject(status) && isJsonObject(status['nodeInfo']) ? 'Node' : undefined;
}

/** Points at the field that is meant, where there is one of a name that is nearly right. */
function missing(
  field: 'apiVersion' | 'kind',
  value: Readonly<Record<string, unknown>>,
  suggestion?: string,
): KindProblem {
  const near = didYouMean(field, sortedKeys(value));
  const told = near === undefined ? suggestion : `${field}:`;
  return {
    is: 'problem',
    name: 'notAManifest',
    at: near === undefined ? [] : [near],
    message: `object has no ${field}${near === undefined ? '' : `; "${near}" is no field of it`}`,
    ...(told === undefined ? {} : { suggestion: told }),
  };
}

function identifyTyped(
  value: Readonly<Record<string, unknown>>,
  apiVersion: string,
  kind: string,
): Identity {
  const items = value['items'];
  if (kind.endsWith('List') && (Array.isArray(items) || items === null)) {
    const itemKind = kind === 'List' ? '' : `${apiVersion} ${kind.slice(0, -'List'.length)}`;
    return { is: 'list', items: items ?? [], itemType: itemKind };
  }
  const served = resourceKindOf(apiVersion, kind);
  // What an add-on alone writes is not taken from a manifest, or from another cluster.
  if (served?.definedBy !== undefined) return { is: 'unknown', apiVersion, kind };
  if (served !== undefined) return { is: 'known', object: asObject(value, apiVersion, kind) };
  const removed = removedApiVersion(apiVersion, kind);
  if (removed !== undefined) {
    return {
      is: 'problem',
      name: 'removedApiVersion',
      at: ['apiVersion'],
      message: describeRemovedApiVersion(removed),
      suggestion: `apiVersion: ${removed.replacement}`,
    };
  }
  const known = resourceKindNamed(kind);
  if (known !== undefined && ownGroups.has(groupOf(apiVersion))) {
    return {
      is: 'problem',
      name: 'unknownKind',
      at: ['apiVersion'],
      message: `no matches for kind "${kind}" in version "${apiVersion}"`,
      suggestion: `apiVersion: ${known.apiVersion}`,
    };
  }
  const near = didYouMean(kind, kindsOfVersion(apiVersion));
  if (near !== undefined) {
    return {
      is: 'problem',
      name: 'unknownKind',
      at: ['kind'],
      message: `no matches for kind "${kind}" in version "${apiVersion}"`,
      suggestion: `kind: ${near}`,
    };
  }
  const isBuilt = kind === 'Kustomization' || kind === 'Component';
  if (isBuilt && groupOf(apiVersion) === 'kustomize.config.k8s.io') {
    return notAManifest('this is a kustomization', 'kustomize build . > manifests.yaml');
  }
  return { is: 'unknown', apiVersion, kind };
}

/** The object with its type, which the items of a `PodList` leave out, and with metadata. */
function asObject(
  value: Readonly<Record<string, unknown>>,
  apiVersion: string,
  kind: string,
): ApiObject {
  const isComplete = value['apiVersion'] === apiVersion && value['kind'] === kind;
  const typed = isComplete ? value : { apiVersion, kind, ...value };
  const metadata = typed['metadata'] ?? {};
  return (typed['metadata'] === metadata ? typed : { ...typed, metadata }) as unknown as ApiObject;
}

/**
 * What a value is.
 *
 * @param file the file's name, which can tell a kustomization or a chart.
 * @param inherited `apiVersion kind` of the items of a typed list, else empty.
 */
export function identify(value: unknown, file: string, inherited: string): Identity {
  if (!isJsonObject(value)) {
    return notAManifest(Array.isArray(value) ? 'it is a list' : 'it is plain text');
  }
  const [inheritedVersion, inheritedKind] = inherited.split(' ');
  const apiVersion =
    value['apiVersion'] ?? (inheritedVersion === '' ? undefined : inheritedVersion);
  const kind = value['kind'] ?? inheritedKind;
  if (apiVersion === undefined && kind === undefined) {
    const guessed = guessDumped(value);
    if (guessed === undefined) return identifyForeign(value, file);
    return { is: 'known', object: asObject(value, 'v1', guessed) };
  }
  if (typeof kind !== 'string' || kind === '') return missing('kind', value);
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    const known = resourceKindNamed(kind);
    return missing(
      'apiVersion',
      value,
      known === undefined ? undefined : `apiVersion: ${known.apiVersion}`,
    );
  }
  return identifyTyped(value, apiVersion, kind);
}
