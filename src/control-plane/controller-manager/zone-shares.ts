// The share of each zone in the CPU of all nodes that are ready, by which endpoints are dealt out
// to zones. Nodes of the control plane do not count; one node without a zone or CPU, and nothing
// can be said. Left out: the CPU that the controller takes to look at a node that has changed.
// Source: Kubernetes v1.36 staging endpointslice/topologycache SetNodes.
import type { Node } from '../../api/node.js';
import { quantityMilliValue } from '../../api/quantity.js';
import type { Informer } from '../../client/informer.js';
import { ascending } from '../../stats/ascending.js';

/** Undefined for a node that is in none, or that is not known. */
export function zoneOf(node: Node | undefined): string | undefined {
  return node?.metadata.labels?.['topology.kubernetes.io/zone'];
}

const excludedLabels = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** By zone, in the order of their names; they add up to 1. */
export type CpuShares = ReadonlyMap<string, number>;

export class ZoneShares {
  readonly #nodes: Pick<Informer<Node>, 'store'>;
  /** What of each node counts, by name. */
  readonly #counted = new Map<string, string>();
  #known: CpuShares | undefined;
  #isKnown = false;

  /** `changed` is called when the shares may be others than before. */
  constructor(nodes: Pick<Informer<Node>, 'store' | 'addIndex'>, changed: () => void) {
    this.#nodes = nodes;
    nodes.addIndex({
      changed: (node, isDeleted) => {
        const { name } = node.metadata;
        const counts = isDeleted ? undefined : `${weightOf(node)} ${zoneOf(node)}`;
        if (this.#counted.get(name) === counts) return;
        if (counts === undefined) this.#counted.delete(name);
        else this.#counted.set(name, counts);
        this.#isKnown = false;
        changed();
      },
    });
  }

  /** Undefined where nodes say too little, or are all in one zone. O(nodes) after a change. */
  get shares(): CpuShares | undefined {
    if (!this.#isKnown) this.#known = cpuShares(this.#nodes.store.values());
    this.#isKnown = true;
    return this.#known;
  }
}

/** The shares in the CPU of these nodes. O(nodes) */
export function cpuShares(nodes: Iterable<Node>): CpuShares | undefined {
  const byZone = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    const milli = weightOf(node);
    if (milli === undefined) continue;
    const zone = zoneOf(node);
    if (zone === undefined || zone === '' || milli === 0) return undefined;
    byZone.set(zone, (byZone.get(zone) ?? 0) + milli);
    total += milli;
  }
  if (byZone.size < 2) return undefined;
  const sorted = [...byZone].sort(([a], [b]) => ascending(a, b));
  return new Map(sorted.map(([zone, milli]) => [zone, milli / total]));
}

/** CPU of a node that counts, milli. */
function weightOf(node: Node): number | undefined {
  const { labels = {} } = node.metadata;
  if (excludedLabels.some((label) => labels[label] !== undefined)) return undefined;
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? milliCpuOf(node) : undefined;
}

function milliCpuOf({ status }: Node): number {
  return quantityMilliValue(status?.allocatable?.['cpu'] ?? '0');
}
