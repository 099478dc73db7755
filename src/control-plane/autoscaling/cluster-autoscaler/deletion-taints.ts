// What the Cluster Autoscaler writes on nodes that it does not need: a taint by which the scheduler
// prefers others, as long as nobody needs them, a few nodes an iteration. What a process before has
// left on nodes is taken away when the next one begins.
// Source: kubernetes/autoscaler cluster-autoscaler core/scaledown/actuation/softtaint.go,
// core/static_autoscaler.go cleanUpIfRequired.
import type { Node } from '../../../api/node.js';
import type { ApiClient } from '../../../client/api-client.js';
import type { Informer } from '../../../client/informer.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { toBeDeletedTaint } from '../../cloud-provider.js';
import type { RemovableNode } from '../node-remover.js';
import { datedTaint, hasTaint, taintRequest } from '../node-taints.js';
import { clusterAutoscalerConstants as constants } from './constants.js';

/** The taint of a node that may be removed before long. */
export const deletionCandidateTaint = 'DeletionCandidateOfClusterAutoscaler';

type Sender = Pick<ApiClient, 'send'>;

const ignore = (): void => {};

export class DeletionTaints {
  readonly #simulation: Pick<Simulation, 'now'>;
  readonly #client: Sender;
  readonly #nodes: Pick<Informer<Node>, 'store'>;

  constructor(
    simulation: Pick<Simulation, 'now'>,
    client: Sender,
    nodes: Pick<Informer<Node>, 'store'>,
  ) {
    this.#simulation = simulation;
    this.#client = client;
    this.#nodes = nodes;
  }

  /** Takes away what another process has left. O(nodes) */
  cleanUp(): void {
    for (const node of this.#nodes.store.values()) {
      for (const key of [toBeDeletedTaint, deletionCandidateTaint]) this.#remove(node, key);
    }
  }

  /** Marks nodes that are not needed, and those that are needed again not any more. O(nodes) */
  update(removable: readonly RemovableNode[], leaving: ReadonlySet<string>): void {
    const unneeded = new Set(removable.map(({ node }) => node.metadata.name));
    let additions = 0;
    let removals = 0;
    for (const node of this.#nodes.store.values()) {
      const { name } = node.metadata;
      if (leaving.has(name)) continue;
      const isMarked = hasTaint(node, deletionCandidateTaint);
      if (unneeded.has(name) && !isMarked && additions++ < constants.maxBulkSoftTaints) {
        const { now } = this.#simulation;
        const taint = datedTaint(deletionCandidateTaint, 'PreferNoSchedule', now);
        this.#client.send(
          taintRequest(name, (taints) => [...taints, taint]),
          ignore,
        );
      } else if (!unneeded.has(name) && isMarked && removals++ < constants.maxBulkSoftTaints) {
        this.#remove(node, deletionCandidateTaint);
      }
    }
  }

  #remove(node: Node, key: string): void {
    if (!hasTaint(node, key)) return;
    const { name } = node.metadata;
    const others = taintRequest(name, (taints) => taints.filter((taint) => taint.key !== key));
    this.#client.send(others, ignore);
  }
}
