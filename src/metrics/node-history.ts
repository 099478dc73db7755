// What every node held at each sample of the time series, kept as changes: a node that stays as it
// was costs nothing, whatever the number of samples.
import type { NodeHistory } from './run-result.js';

/** What is asked of a node. */
export interface NodeUse {
  readonly ready: boolean;
  readonly pods: number;
  /** Requested of allocatable, 0 to 1 and more. */
  readonly cpuShare: number;
  readonly memoryShare: number;
}

const gone: NodeUse = { ready: false, pods: 0, cpuShare: 0, memoryShare: 0 };

/** Collects the history of nodes, sample by sample. */
export class NodeHistoryRecorder {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #zones: string[] = [];
  /** The last change of each node, as its index among the changes. */
  readonly #latest: number[] = [];
  readonly #sample: number[] = [];
  readonly #node: number[] = [];
  readonly #state: number[] = [];
  readonly #pods: number[] = [];
  readonly #cpuPercent: number[] = [];
  readonly #memoryPercent: number[] = [];

  /**
   * What a node is at the sample of that number; `undefined`: it is not registered any more.
   * Numbers of samples never fall. A node that comes again is the same one. O(1).
   */
  note(sample: number, name: string, zone: string, use: NodeUse | undefined): void {
    let node = this.#numbers.get(name);
    if (node === undefined) {
      if (use === undefined) return;
      node = this.#names.length;
      this.#numbers.set(name, node);
      this.#names.push(name);
      this.#zones.push(zone);
    }
    const { pods, ready, cpuShare, memoryShare } = use ?? gone;
    const state = use === undefined ? 0 : ready ? 2 : 1;
    const cpuPercent = Math.round(cpuShare * 100);
    const memoryPercent = Math.round(memoryShare * 100);
    const before = this.#latest[node] ?? -1;
    if (
      this.#state[before] === state &&
      this.#pods[before] === pods &&
      this.#cpuPercent[before] === cpuPercent &&
      this.#memoryPercent[before] === memoryPercent
    ) {
      return;
    }
    this.#latest[node] = this.#sample.length;
    this.#sample.push(sample);
    this.#node.push(node);
    this.#state.push(state);
    this.#pods.push(pods);
    this.#cpuPercent.push(cpuPercent);
    this.#memoryPercent.push(memoryPercent);
  }

  get history(): NodeHistory {
    return {
      names: this.#names,
      zones: this.#zones,
      sample: this.#sample,
      node: this.#node,
      state: this.#state,
      pods: this.#pods,
      cpuPercent: this.#cpuPercent,
      memoryPercent: this.#memoryPercent,
    };
  }
}
