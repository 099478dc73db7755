// How long etcd takes as an apiserver sees it, by operation and resource.
// Source: Kubernetes v1.36 apiserver storage/etcd3/metrics (reference: controlplane B13).
import type { Simulation } from '../../kernel/simulation.js';
import { WholeHistogram } from '../../stats/whole-histogram.js';

/** As the label `operation` has it. */
export type EtcdOperation = 'create' | 'update' | 'delete' | 'get' | 'list';

const BOUNDS_MS = [
  5, 25, 50, 100, 200, 400, 600, 800, 1000, 1250, 1500, 2000, 3000, 4000, 5000, 6000, 8000, 10_000,
  15_000, 20_000, 30_000, 45_000, 60_000,
];
const BOUNDS_US = BOUNDS_MS.map((ms) => ms * 1000);

/** A request of the apiserver waits for one answer of etcd at a time. All operations O(1). */
export class EtcdLatencies {
  readonly #simulation: Simulation;
  /** By request. */
  #askedUs = new Float64Array(64);
  readonly #byResource = new Map<string, Map<EtcdOperation, WholeHistogram>>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** A request begins to wait for etcd. */
  asked(id: number): void {
    if (id >= this.#askedUs.length) {
      const longer = new Float64Array(Math.max(id + 1, this.#askedUs.length * 2));
      longer.set(this.#askedUs);
      this.#askedUs = longer;
    }
    this.#askedUs[id] = this.#simulation.now;
  }

  /** etcd has answered it. */
  answered(id: number, resource: string, operation: EtcdOperation): void {
    let operations = this.#byResource.get(resource);
    if (operations === undefined) {
      operations = new Map();
      this.#byResource.set(resource, operations);
    }
    let histogram = operations.get(operation);
    if (histogram === undefined) {
      histogram = new WholeHistogram(BOUNDS_US);
      operations.set(operation, histogram);
    }
    histogram.observe(this.#simulation.now - (this.#askedUs[id] as number));
  }

  /** Of one resource, µs. */
  of(resource: string): ReadonlyMap<EtcdOperation, WholeHistogram> {
    return this.#byResource.get(resource) ?? new Map();
  }
}
