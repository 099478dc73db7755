// Which pod a user means, among those that a run has had: names that controllers make end with
// something that nobody remembers.
import { didYouMean } from '../../api/did-you-mean.js';

/** A pod by its name, and what it belongs to. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
  /** `Deployment/web`; '' for a bare pod. */
  readonly owner: string;
}

/** The pod that is meant, or what could be meant instead. */
export type PodMatch =
  | { readonly key: string }
  | { readonly key: undefined; readonly candidates: readonly string[]; readonly nearest: string };

/** `namespace/name`. */
export function podKey({ namespace, name }: Pick<PodName, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/**
 * The pod of exactly the name `wanted` (`namespace/name`), or the only one of the namespace that
 * begins so. Otherwise the pods that begin so in any namespace or belong to a workload of that name
 * (`deployment/web`), and, when there is none, the nearest name. Linear in the pods.
 */
export function findPod(wanted: string, pods: Iterable<PodName>): PodMatch {
  const [, name = ''] = wanted.split('/');
  const keys = new Set<string>();
  const beginning = new Set<string>();
  const candidates = new Set<string>();
  for (const pod of pods) {
    const key = podKey(pod);
    keys.add(key);
    if (key.startsWith(wanted)) beginning.add(key);
    const isOwned = pod.owner.toLowerCase() === wanted.toLowerCase();
    if (pod.name.startsWith(name) || isOwned) candidates.add(key);
  }
  if (keys.has(wanted)) return { key: wanted };
  const [only, ...others] = beginning;
  if (only !== undefined && others.length === 0) return { key: only };
  const found = [...(beginning.size > 0 ? beginning : candidates)];
  const nearest = found.length > 0 ? '' : (didYouMean(wanted, keys) ?? '');
  return { key: undefined, candidates: found.sort((a, b) => (a < b ? -1 : 1)), nearest };
}
