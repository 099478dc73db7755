// Nodes that were refused, by reason: how many, which, and how much was missing.
import type { RefusedNode, ResourceAmount } from '../../experiment/explain/pod-explanation.js';
import { ascending } from '../../stats/ascending.js';
import { formatCount } from '../number-format.js';
import { besideHead, printable } from '../text-table.js';
import { formatAmount } from './resource-text.js';

/** Nodes that one plugin refused for the same reasons. */
interface RefusalGroup {
  readonly plugin: string;
  readonly reasons: string;
  readonly nodes: readonly RefusedNode[];
}

export interface RefusalOptions {
  /** What the pod asks for. */
  readonly requests: readonly ResourceAmount[];
  /** Names of nodes to show for a reason. */
  readonly top: number;
  /** Widest line. */
  readonly width: number;
}

/** The most frequent reason first. */
export function refusalLines(refused: readonly RefusedNode[], options: RefusalOptions): string[] {
  const groups = groupsOf(refused);
  const countWidth = Math.max(...groups.map(({ nodes }) => formatCount(nodes.length).length), 1);
  const indent = ' '.repeat(countWidth + 2);
  return groups.flatMap(({ plugin, reasons, nodes }) => {
    const count = formatCount(nodes.length).padStart(countWidth);
    const beside = (head: string, text: string): string[] =>
      besideHead(head, printable(text), options.width);
    return [
      ...beside(`${count}  `, `${plugin}: ${reasons}`),
      ...missingOf(nodes, options.requests).flatMap((text) => beside(indent, text)),
      ...beside(indent, namesOf(nodes, options.top)),
    ];
  });
}

function groupsOf(refused: readonly RefusedNode[]): RefusalGroup[] {
  const groups = new Map<string, RefusedNode[]>();
  for (const node of refused) {
    const key = `${node.plugin}\n${node.reasons.join(', ')}`;
    const nodes = groups.get(key);
    if (nodes === undefined) groups.set(key, [node]);
    else nodes.push(node);
  }
  return [...groups]
    .sort(([a, x], [b, y]) => y.length - x.length || ascending(a, b))
    .map(([key, nodes]) => {
      const [plugin = '', reasons = ''] = key.split('\n');
      return { plugin, reasons, nodes };
    });
}

/** For every resource that a reason names: what is asked for, and the most that is free. */
function missingOf(
  nodes: readonly RefusedNode[],
  requests: readonly ResourceAmount[],
): readonly string[] {
  const reasons = nodes[0]?.reasons ?? [];
  return reasons.flatMap((reason) => {
    const [, resource] = /^Insufficient (.+)$/.exec(reason) ?? [];
    const request = requests.find((each) => each.resource === resource);
    if (request === undefined) return [];
    const best = nodes.reduce((a, b) => (freeOf(b, request) > freeOf(a, request) ? b : a));
    const wants = formatAmount(request.resource, request.amount);
    const free = formatAmount(request.resource, freeOf(best, request));
    const where = nodes.length === 1 ? '' : ` (${best.node})`;
    const text = `asks for ${request.resource} ${wants}, at most ${free} is free${where}`;
    const isNominated = freeOf(best, request) >= request.amount;
    return [isNominated ? `${text}, and pods nominated to the node count too` : text];
  });
}

function freeOf({ free }: RefusedNode, { resource }: ResourceAmount): number {
  return free.find((each) => each.resource === resource)?.amount ?? 0;
}

function namesOf(nodes: readonly RefusedNode[], top: number): string {
  const names = nodes.map(({ node }) => node).sort(ascending);
  const left = names.length - top;
  return left > 0
    ? `${names.slice(0, top).join(', ')} and ${formatCount(left)} more`
    : names.join(', ');
}
