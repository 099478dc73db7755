// The nodes of a cluster by name: where they are in the fleets, and what faults choose them by.
import { assert } from '../kernel/assert.js';
import type { KubeletNode } from '../node/kubelet/node-agent.js';
import type { SelectableNode } from './node-selection.js';

/** A node that has been started. */
export interface ClusterNode extends SelectableNode {
  /** In the fleets. */
  readonly index: number;
}

export class ClusterNodes {
  readonly #byName = new Map<string, ClusterNode>();
  readonly #names: string[] = [];
  readonly #zones: string[] = [];
  readonly #indexes = new Map<string, number>();

  /** So many have been started so far. */
  get count(): number {
    return this.#names.length;
  }

  /** Of all that have been started, by index. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Names and zones by index, and the latest index by name, of all that have been started. */
  get places(): {
    readonly names: readonly string[];
    readonly zones: readonly string[];
    readonly indexes: ReadonlyMap<string, number>;
  } {
    return { names: this.#names, zones: this.#zones, indexes: this.#indexes };
  }

  /** Those that are not gone. O(nodes). */
  get present(): readonly ClusterNode[] {
    return [...this.#byName.values()];
  }

  /** The next node. */
  add({ name, node }: KubeletNode, pool: string): void {
    const { labels = {} } = node.metadata;
    this.#byName.set(name, { index: this.#names.length, name, pool, labels });
    this.#indexes.set(name, this.#names.length);
    this.#names.push(name);
    this.#zones.push(labels['topology.kubernetes.io/zone'] ?? '');
  }

  /** Whether a machine is a node that is there. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Whether the machine at a place in the fleets is not gone. */
  holds(index: number): boolean {
    return this.#byName.get(this.#names[index] ?? '')?.index === index;
  }

  /** Where a node is in the fleets. */
  indexOf(name: string): number {
    const node = this.#byName.get(name);
    assert(node !== undefined, `there is no node "${name}"`);
    return node.index;
  }

  /** Takes out a node that is gone for good. */
  remove(name: string): ClusterNode {
    const node = this.#byName.get(name);
    assert(node !== undefined, `there is no node "${name}"`);
    this.#byName.delete(name);
    return node;
  }
}
