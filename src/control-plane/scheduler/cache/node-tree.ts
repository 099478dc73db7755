// Node names by zone, and the order in which kube-scheduler looks at nodes: one of each zone in
// turn. Source: kube-scheduler v1.36 backend/cache/node_tree.go; reference: scheduler 1.4.

import type { Node } from '../../../api/node.js';
import { zoneKeyOf } from '../../../api/node-zone.js';

interface Zone {
  readonly key: string;
  readonly names: Set<string>;
}

/** Zones in the order in which they were first seen, nodes of a zone in that of their arrival. */
export class NodeTree {
  /** Number of nodes. */
  size = 0;
  readonly #zones: Zone[] = [];

  /** Appends to its zone; a node that is already there stays where it is. */
  add(node: Node): void {
    const key = zoneKeyOf(node);
    const { name } = node.metadata;
    const zone = this.#zones.find((each) => each.key === key);
    if (zone === undefined) this.#zones.push({ key, names: new Set([name]) });
    else if (zone.names.has(name)) return;
    else zone.names.add(name);
    this.size++;
  }

  /** An emptied zone disappears, and comes last if it returns. */
  remove(node: Node): void {
    const key = zoneKeyOf(node);
    const index = this.#zones.findIndex((each) => each.key === key);
    const zone = this.#zones[index];
    if (zone === undefined || !zone.names.delete(node.metadata.name)) return;
    if (zone.names.size === 0) this.#zones.splice(index, 1);
    this.size--;
  }

  /** A node whose zone has changed moves to the end of the new one. */
  update(previous: Node, node: Node): void {
    if (zoneKeyOf(previous) === zoneKeyOf(node)) return;
    this.remove(previous);
    this.add(node);
  }

  /** All names, zones round robin. */
  list(): string[] {
    const zones = this.#zones.map((zone) => [...zone.names]);
    const names: string[] = [];
    for (let index = 0; names.length < this.size; index++) {
      for (const zone of zones) {
        const name = zone[index];
        if (name !== undefined) names.push(name);
      }
    }
    return names;
  }
}
