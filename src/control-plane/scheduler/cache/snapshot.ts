// What a scheduling cycle looks at: the node table in the order in which nodes are examined.
// A decision is computed in one go, so the amounts need no copy; the list of nodes does, because
// kube-scheduler rebuilds its own only when a node has come or gone.
// Source: kube-scheduler v1.36 backend/cache/{cache,snapshot}.go; reference: scheduler 1.4.

import type { ImageIndex } from './image-index.js';
import type { NodeTable } from './node-table.js';
import type { NodeTree } from './node-tree.js';
import { PlacementIndex } from './placement-index.js';

/** Refreshed by the cache at the start of every cycle. */
export class Snapshot {
  readonly table: NodeTable;
  readonly images: ImageIndex;
  /** Counts of pods by node and by topology value. */
  readonly placements: PlacementIndex;
  /** Rows in node-tree order; the first `count` entries are in use. */
  order: Int32Array = new Int32Array(64);
  count = 0;
  /**
   * Whether the last refresh changed one of the lists that kube-scheduler keeps: all nodes, nodes
   * with pods that have affinity, nodes with pods that have required anti-affinity. It then makes
   * all of them anew; the cost model charges for that.
   */
  areListsChanged = false;
  /** In which of the lists a row is: 1 for affinity, 2 for required anti-affinity, or both. */
  #listed: Uint8Array = new Uint8Array(64);
  readonly #rows = new Map<string, number>();
  readonly #tree: NodeTree;

  constructor(table: NodeTable, images: ImageIndex, tree: NodeTree) {
    this.table = table;
    this.images = images;
    this.placements = new PlacementIndex(table);
    this.#tree = tree;
  }

  /** The row of a node that the snapshot has; undefined for any other name. */
  rowOf(name: string): number | undefined {
    return this.#rows.get(name);
  }

  /** Whether a pod on one of the nodes uses the claim `namespace/name`. */
  isClaimUsed(claimKey: string): boolean {
    const users = this.table.claimUsers.get(claimKey) ?? [];
    return users.some(({ nodeName }) => this.#rows.has(nodeName));
  }

  /** Names in the order of examination. */
  names(): string[] {
    return [...this.order.subarray(0, this.count)].map((row) => this.table.names[row] as string);
  }

  /**
   * Takes over the rows that have changed since the last refresh. Linear in their number, and in
   * that of all nodes when one has come or gone. A node that was deleted and created again under
   * its name in between keeps its place, as does one that has moved to another zone.
   */
  refresh(changed: readonly number[]): void {
    const { table } = this;
    let isRebuilt = false;
    for (const row of changed) {
      this.images.summarise(row);
      if (table.nodes[row] === undefined) continue;
      const name = table.names[row] as string;
      if (this.#rows.has(name)) continue;
      this.#rows.set(name, row);
      isRebuilt = true;
    }
    if (this.#rows.size > this.#tree.size) {
      for (const row of changed) this.#removeWhenGone(row);
      isRebuilt = true;
    }
    if (isRebuilt) this.#rebuild();
    this.areListsChanged = this.#relist(changed) || isRebuilt;
    this.placements.refresh(changed);
  }

  #relist(changed: readonly number[]): boolean {
    const { capacity, affinityPodCount, antiAffinityPodCount } = this.table;
    if (this.#listed.length < capacity) {
      const listed = new Uint8Array(capacity);
      listed.set(this.#listed);
      this.#listed = listed;
    }
    let isChanged = false;
    for (const row of changed) {
      const lists = (affinityPodCount[row]! > 0 ? 1 : 0) + (antiAffinityPodCount[row]! > 0 ? 2 : 0);
      isChanged ||= lists !== this.#listed[row];
      this.#listed[row] = lists;
    }
    return isChanged;
  }

  #removeWhenGone(row: number): void {
    if (this.table.nodes[row] === undefined) this.#rows.delete(this.table.names[row] as string);
  }

  #rebuild(): void {
    const names = this.#tree.list();
    if (names.length > this.order.length) this.order = new Int32Array(names.length * 2);
    this.count = names.length;
    names.forEach((name, index) => {
      this.order[index] = this.#rows.get(name) as number;
    });
  }
}
