// Which nodes report which container images. A node sees the spread of its images as it was when
// the snapshot last took the node over, like kube-scheduler's snapshot.
// Source: kube-scheduler v1.36 backend/cache (image states); reference: scheduler 2.4.

import type { ContainerImage, Node } from '../../../api/node.js';

/** One image name. */
interface ImageState {
  /** As the first node reported it. */
  readonly sizeBytes: number;
  readonly rows: Set<number>;
}

/** What one node knows about one of its images. */
export interface ImageSummary {
  readonly sizeBytes: number;
  /** Nodes that had the image when this was written down. */
  readonly numNodes: number;
}

/** Rows are those of the node table. */
export class ImageIndex {
  readonly #states = new Map<string, ImageState>();
  /** The states that a row's node has reported, by name. */
  readonly #reported = new Map<number, Map<string, ImageState>>();
  readonly #images: (readonly ContainerImage[] | undefined)[] = [];
  readonly #summaries = new Map<string, Map<number, ImageSummary>>();
  readonly #summarised = new Map<number, { readonly names: string[]; readonly version: number }>();
  #version = 0;

  /** True while no node has ever reported an image. */
  get isEmpty(): boolean {
    return this.#summaries.size === 0;
  }

  /** Takes over the images of a row's node; undefined removes them. */
  setNode(row: number, node: Node | undefined): void {
    const images = node?.status?.images;
    if (images === this.#images[row]) return;
    const before = this.#reported.get(row);
    this.#images[row] = images;
    this.#version++;
    for (const [name, state] of before ?? []) {
      state.rows.delete(row);
      if (state.rows.size === 0 && this.#states.get(name) === state) this.#states.delete(name);
    }
    const reported = new Map<string, ImageState>();
    for (const { names, sizeBytes } of images ?? []) {
      for (const name of names ?? []) this.#report(row, name, sizeBytes ?? 0, reported);
    }
    if (reported.size === 0) this.#reported.delete(row);
    else this.#reported.set(row, reported);
  }

  /** Writes down what the row's node knows now. Free while no node has changed its images. */
  summarise(row: number): void {
    const before = this.#summarised.get(row);
    const reported = this.#reported.get(row);
    if (before === undefined && reported === undefined) return;
    if (before?.version === this.#version) return;
    for (const name of before?.names ?? []) this.#summaries.get(name)?.delete(row);
    const names = [...(reported?.keys() ?? [])];
    for (const [name, { sizeBytes, rows }] of reported ?? []) {
      let summaries = this.#summaries.get(name);
      if (summaries === undefined) {
        summaries = new Map();
        this.#summaries.set(name, summaries);
      }
      summaries.set(row, { sizeBytes, numNodes: rows.size });
    }
    this.#summarised.set(row, { names, version: this.#version });
  }

  /** What each row that has the image knows about it; undefined when none has. */
  summariesOf(name: string): ReadonlyMap<number, ImageSummary> | undefined {
    return this.#summaries.get(name);
  }

  #report(row: number, name: string, sizeBytes: number, reported: Map<string, ImageState>): void {
    let state = this.#states.get(name);
    if (state === undefined) {
      state = { sizeBytes, rows: new Set() };
      this.#states.set(name, state);
    }
    state.rows.add(row);
    if (!reported.has(name)) reported.set(name, state);
  }
}
