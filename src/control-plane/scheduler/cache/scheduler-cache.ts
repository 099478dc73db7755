// kube-scheduler's cache: nodes and the pods on them, with the pods that are assumed to be on a
// node before the API server has said so. Assumed pods do not expire (as in 1.36).
// Source: kube-scheduler v1.36 backend/cache/cache.go; reference: scheduler 1.4 and 1.11.

import type { Node } from '../../../api/node.js';
import { assert } from '../../../kernel/assert.js';
import type { PodInfo } from '../framework/pod-info.js';
import { ImageIndex } from './image-index.js';
import { NodeTable } from './node-table.js';
import { NodeTree } from './node-tree.js';
import { Snapshot } from './snapshot.js';

interface CachedPod {
  info: PodInfo;
  row: number;
  isAssumed: boolean;
}

/** All operations are O(1) but for the length of one node's list of pods. */
export class SchedulerCache {
  readonly snapshot: Snapshot;
  /** Rows that the last `updateSnapshot` has taken over. */
  changedRows = 0;
  readonly #table = new NodeTable();
  readonly #images = new ImageIndex();
  readonly #tree = new NodeTree();
  readonly #rows = new Map<string, number>();
  readonly #pods = new Map<string, CachedPod>();
  readonly #changed: number[] = [];
  readonly #isChanged: boolean[] = [];
  #assumedCount = 0;

  constructor() {
    this.snapshot = new Snapshot(this.#table, this.#images, this.#tree);
  }

  /** Number of nodes, pods and assumed pods, as in scheduler_cache_size. */
  get size(): { readonly nodes: number; readonly pods: number; readonly assumedPods: number } {
    return { nodes: this.#tree.size, pods: this.#pods.size, assumedPods: this.#assumedCount };
  }

  /** A node that is new or has changed. */
  addNode(node: Node): void {
    const row = this.#rowOf(node.metadata.name);
    const previous = this.#table.nodes[row];
    if (previous === undefined) this.#tree.add(node);
    else this.#tree.update(previous, node);
    this.#setNode(row, node);
  }

  /** Pods of the node stay until they are removed themselves. */
  removeNode(name: string): void {
    const row = this.#rows.get(name);
    const node = row === undefined ? undefined : this.#table.nodes[row];
    if (row === undefined || node === undefined) return;
    this.#tree.remove(node);
    this.#setNode(row, undefined);
  }

  /** A bound pod that is new or has changed. Confirms the assumption if there is one. */
  addPod(info: PodInfo): void {
    const cached = this.#pods.get(info.uid);
    if (cached === undefined) {
      this.#put(info, false);
      return;
    }
    if (cached.isAssumed) this.#confirm(cached);
    this.#replace(cached, info);
  }

  /** The pod is gone, or has ended; assumed or not. */
  removePod(uid: string): void {
    const cached = this.#pods.get(uid);
    if (cached === undefined) return;
    if (cached.isAssumed) this.#confirm(cached);
    this.#pods.delete(uid);
    this.#table.removePod(cached.row, cached.info);
    this.#mark(cached.row);
  }

  /** Counts the pod on its node from now on. `info` carries the node's name. */
  assumePod(info: PodInfo): void {
    assert(!this.#pods.has(info.uid), `pod ${info.key} is already in the cache`);
    this.#put(info, true);
    this.#assumedCount++;
  }

  /** Takes an assumption back; nothing happens when the pod is confirmed, or unknown. */
  forgetPod(uid: string): void {
    if (this.isAssumed(uid)) this.removePod(uid);
  }

  isAssumed(uid: string): boolean {
    return this.#pods.get(uid)?.isAssumed === true;
  }

  /** The pod as the cache has it. */
  podOf(uid: string): PodInfo | undefined {
    return this.#pods.get(uid)?.info;
  }

  /** Brings the snapshot up to date; see Snapshot.refresh for the cost. */
  updateSnapshot(): Snapshot {
    const changed = this.#changed;
    this.changedRows = changed.length;
    this.snapshot.refresh(changed);
    for (const row of changed) {
      this.#isChanged[row] = false;
      if (this.#table.nodes[row] === undefined && this.#table.podCount[row] === 0) {
        this.#rows.delete(this.#table.names[row] as string);
        this.#table.freeRow(row);
      }
    }
    changed.length = 0;
    return this.snapshot;
  }

  /** A row is given back only at the next snapshot, so that a returning node finds its own. */
  #rowOf(name: string): number {
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = this.#table.addRow(name);
      this.#rows.set(name, row);
    }
    return row;
  }

  #setNode(row: number, node: Node | undefined): void {
    this.#table.setNode(row, node);
    this.#images.setNode(row, node);
    this.#mark(row);
  }

  #put(info: PodInfo, isAssumed: boolean): void {
    const row = this.#rowOf(info.nodeName);
    this.#pods.set(info.uid, { info, row, isAssumed });
    this.#table.addPod(row, info);
    this.#mark(row);
  }

  /** Takes the pod out and appends it again: the order of the node's list is observable. */
  #replace(cached: CachedPod, info: PodInfo): void {
    const before = cached.info;
    cached.info = info;
    if (before.nodeName === info.nodeName) {
      this.#table.replacePod(cached.row, before, info);
      this.#mark(cached.row);
      return;
    }
    this.#table.removePod(cached.row, before);
    this.#mark(cached.row);
    cached.row = this.#rowOf(info.nodeName);
    this.#table.addPod(cached.row, info);
    this.#mark(cached.row);
  }

  #confirm(cached: CachedPod): void {
    cached.isAssumed = false;
    this.#assumedCount--;
  }

  #mark(row: number): void {
    if (this.#isChanged[row] === true) return;
    this.#isChanged[row] = true;
    this.#changed.push(row);
  }
}
