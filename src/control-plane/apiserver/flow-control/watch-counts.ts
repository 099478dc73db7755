// How many watches of one apiserver get to see a write: those of the whole resource, of its
// namespace, of the very object. Watches of pods by node are not counted, as each of them sees few.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/watch_tracker.go
// (reference: controlplane B6).
import type { ApiRequest } from '../../../client/api-request.js';

interface Watches {
  all: number;
  /** By namespace, and by namespace and name. */
  readonly within: Map<string, number>;
  readonly single: Map<string, number>;
}

export class WatchCounts {
  readonly #watches = new Map<string, Watches>();

  /** A watch begins (1) or ends (-1); one of a fleet counts for each member. */
  count(request: ApiRequest, change: 1 | -1): void {
    const { resource, namespace, name, fieldSelector, fleetMembers = 1 } = request;
    if (fieldSelector?.field === 'spec.nodeName') return;
    const watches = this.#of(resource);
    const by = change * fleetMembers;
    const single = fieldSelector?.value ?? name;
    if (single !== '') add(watches.single, `${namespace}/${single}`, by);
    else if (namespace !== '') add(watches.within, namespace, by);
    else watches.all += by;
  }

  /** Watches that see a write of that object; a new one may not have a name yet. O(1). */
  interestedIn(resource: string, namespace: string, name: string): number {
    const watches = this.#watches.get(resource);
    if (watches === undefined) return 0;
    let count = watches.all;
    if (watches.within.size > 0) count += watches.within.get(namespace) ?? 0;
    if (watches.single.size > 0) count += watches.single.get(`${namespace}/${name}`) ?? 0;
    return count;
  }

  #of(resource: string): Watches {
    let watches = this.#watches.get(resource);
    if (watches === undefined) {
      watches = { all: 0, within: new Map(), single: new Map() };
      this.#watches.set(resource, watches);
    }
    return watches;
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
