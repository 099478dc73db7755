// The watchers of one resource by what they may want to hear of, so that a change is offered to
// those alone: of everything, of a namespace, of the pods of a node, of a name.
// Source: Kubernetes v1.36 apiserver storage/cacher/cacher.go indexedWatchers (reference:
// controlplane B9).
import type { WatchEvent } from '../../client/watch.js';
import { nodeNameOf, type Selection } from './selection.js';
import type { ServerWatch } from './server-watch.js';

type Watchers = Set<ServerWatch>;

export class WatcherIndex {
  readonly #all: Watchers = new Set();
  readonly #ofNamespace = new Map<string, Watchers>();
  readonly #ofNode = new Map<string, Watchers>();
  readonly #ofName = new Map<string, Watchers>();
  /** Clients that hear of every change. */
  clientCount = 0;
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(watch: ServerWatch): void {
    const watchers = this.#setFor(watch.selection);
    watchers.add(watch);
    this.#count++;
    if (watchers === this.#all) this.clientCount += watch.members;
  }

  remove(watch: ServerWatch): void {
    const watchers = this.#setFor(watch.selection);
    if (!watchers.delete(watch)) return;
    this.#count--;
    if (watchers === this.#all) this.clientCount -= watch.members;
  }

  /** Everyone, and nobody is left. */
  takeAll(): readonly ServerWatch[] {
    const maps = [this.#ofNamespace, this.#ofNode, this.#ofName];
    const scoped = maps.flatMap((map) => [...map.values()].flatMap((watchers) => [...watchers]));
    const watchers = [...this.#all, ...scoped];
    this.#all.clear();
    for (const map of maps) map.clear();
    this.clientCount = 0;
    this.#count = 0;
    return watchers;
  }

  /**
   * Calls `offer` for everyone who may want the change: those of everything first. O(those).
   */
  forEach(event: WatchEvent, offer: (watch: ServerWatch) => void): void {
    for (const watch of this.#all) offer(watch);
    if (this.#ofNamespace.size > 0) {
      offerTo(this.#ofNamespace.get(event.object.metadata.namespace ?? ''), offer);
    }
    if (this.#ofName.size > 0) offerTo(this.#ofName.get(event.object.metadata.name), offer);
    if (this.#ofNode.size === 0) return;
    const node = nodeNameOf(event.object);
    offerTo(this.#ofNode.get(node), offer);
    const previousNode = nodeNameOf(event.previous);
    if (previousNode !== node) offerTo(this.#ofNode.get(previousNode), offer);
  }

  #setFor({ namespace, field }: Selection): Watchers {
    if (field?.field === 'spec.nodeName') return setOf(this.#ofNode, field.value);
    if (field !== undefined) return setOf(this.#ofName, field.value);
    return namespace === '' ? this.#all : setOf(this.#ofNamespace, namespace);
  }
}

function setOf(map: Map<string, Watchers>, key: string): Watchers {
  let watchers = map.get(key);
  if (watchers === undefined) {
    watchers = new Set();
    map.set(key, watchers);
  }
  return watchers;
}

function offerTo(watchers: Watchers | undefined, offer: (watch: ServerWatch) => void): void {
  if (watchers !== undefined) for (const watch of watchers) offer(watch);
}
