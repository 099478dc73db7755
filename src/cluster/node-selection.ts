// Which nodes a fault strikes: those that match what is stated, or a part of them by the seed.
import type { RandomStream } from '../kernel/random-stream.js';
import type { NodeSelection } from './fault-operation.js';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** A node as a selection sees it. */
export interface SelectableNode {
  readonly name: string;
  readonly pool: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether a node matches all that is stated, apart from share and count. */
export function matchesNode(selection: NodeSelection, node: SelectableNode): boolean {
  const { names, pool, zone, labels = [] } = selection;
  if (names !== undefined && !names.includes(node.name)) return false;
  if (pool !== undefined && node.pool !== pool) return false;
  if (zone !== undefined && node.labels[ZONE_LABEL] !== zone) return false;
  for (const [key, value] of labels) if (node.labels[key] !== value) return false;
  return true;
}

/** How many of so many that match: at least one, unless there is none. */
function selectedCount({ share = 1, count }: NodeSelection, matching: number): number {
  const part = Math.max(Math.round(share * matching), Math.min(1, matching));
  return Math.min(part, count ?? part);
}

/** The nodes of a selection, in their own order. O(nodes). */
export function selectNodes<N extends SelectableNode>(
  selection: NodeSelection,
  nodes: readonly N[],
  stream: RandomStream,
): readonly N[] {
  const matching = nodes.filter((node) => matchesNode(selection, node));
  let wanted = selectedCount(selection, matching.length);
  // Each is taken with the chance that just as many as are wanted will have been in the end.
  return matching.filter((_, index) => {
    const left = matching.length - index;
    if (wanted === 0 || (wanted < left && stream.below(left) >= wanted)) return false;
    wanted--;
    return true;
  });
}
