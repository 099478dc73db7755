// The scores of the best nodes: one row a node; for each plugin the raw score, what normalising
// made of it, and the points that it adds to the total. Plugins that give every node the same stand
// above the table.
import type { FeasibleNode, NodeScore, Scorer } from '../../experiment/explain/pod-explanation.js';
import { ascending } from '../../stats/ascending.js';
import { formatCount, formatNumber } from '../number-format.js';
import { besideHead, clip, printable, wrapText } from '../text-table.js';

export interface ScoreTableOptions {
  /** The node that was taken; it is marked, and shown whatever its rank. */
  readonly chosen: string;
  /** Nodes to show. */
  readonly top: number;
  /** Widest line. */
  readonly width: number;
}

/** Columns of one plugin. */
interface Group {
  readonly letter: string;
  readonly headers: readonly string[];
  /** One row a node, one cell a header. */
  readonly cells: readonly (readonly string[])[];
}

const none: NodeScore = { raw: 0, normalized: 0, weighted: 0 };
const gap = '  ';
const groupGap = '   ';
/** Names of nodes give way beyond this, so that scores have room. */
const widestName = 28;

/** Best total first, then by name. */
function byTotal(a: FeasibleNode, b: FeasibleNode): number {
  return (b.total ?? 0) - (a.total ?? 0) || ascending(a.node, b.node);
}

/** The table with its legend. Plugins that do not fit beside each other follow below. */
export function scoreTable(
  scorers: readonly Scorer[],
  feasible: readonly FeasibleNode[],
  { chosen, top, width }: ScoreTableOptions,
): string[] {
  const ranked = [...feasible].sort(byTotal);
  const shown = ranked.filter(({ node }, rank) => rank < top || node === chosen);
  const constants = scorers.map((_, index) => constantOf(index, feasible));
  const groups = scorers.flatMap((_, index) =>
    constants[index] === undefined ? [groupOf(index, shown)] : [],
  );
  const names = shown.map(({ node }) => (node === chosen ? '→ ' : '  ') + printable(node));
  const totals = shown.map(({ total }) => formatNumber(total ?? 0));
  const left = ranked.length - shown.length;
  return [
    ...legendLines(scorers, constants, width),
    '',
    ...bandsOf(groups, names, totals, width).flat(),
    ...(left > 0 ? [`  and ${formatCount(left)} more feasible nodes (--top all)`] : []),
  ];
}

function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `P${index}`;
}

/** One line a plugin: its letter in the table, its weight, its scores if they are all the same. */
function legendLines(
  scorers: readonly Scorer[],
  constants: readonly (string | undefined)[],
  width: number,
): string[] {
  const names = scorers.map(({ plugin, weight }) => `${printable(plugin)} ×${weight}`);
  const nameWidth = Math.max(...names.map((name) => [...name].length));
  return names.flatMap((name, index) => {
    const constant = constants[index];
    const head = `${letterOf(index)}  ${name}`;
    if (constant === undefined) return wrapText(head, width, '   ');
    return besideHead(`${head.padEnd(nameWidth + 3)}  `, constant, width);
  });
}

/** The scores that every node has from a plugin; undefined when they differ. */
function constantOf(index: number, nodes: readonly FeasibleNode[]): string | undefined {
  const first = nodes[0]?.scores[index] ?? none;
  const isSame = nodes.every(({ scores }) => {
    const { raw, normalized } = scores[index] ?? none;
    return raw === first.raw && normalized === first.normalized;
  });
  if (!isSame) return undefined;
  const { raw, normalized, weighted } = first;
  const points = `${number(weighted)} points on every node`;
  const isPlain = raw === normalized && normalized === weighted;
  return isPlain ? points : `${points} (raw ${number(raw)}, norm ${number(normalized)})`;
}

/** One column where raw score, normalised score and points are the same on every node. */
function groupOf(index: number, nodes: readonly FeasibleNode[]): Group {
  const scores = nodes.map((node) => node.scores[index] ?? none);
  const isPlain = scores.every(
    ({ raw, normalized, weighted }) => raw === normalized && normalized === weighted,
  );
  return {
    letter: letterOf(index),
    headers: isPlain ? ['points'] : ['raw', 'norm', 'points'],
    cells: scores.map(({ raw, normalized, weighted }) =>
      isPlain ? [number(weighted)] : [raw, normalized, weighted].map(number),
    ),
  };
}

function number(value: number): string {
  return formatNumber(value, 2);
}

/** As many groups side by side as fit; the total stands in the first band only. */
function bandsOf(
  groups: readonly Group[],
  names: readonly string[],
  totals: readonly string[],
  width: number,
): string[][] {
  const nameWidth = Math.min(widestName, Math.max(6, ...names.map((name) => [...name].length)));
  const totalWidth = Math.max(5, ...totals.map((total) => total.length));
  const bands: string[][] = [];
  let rest = groups;
  do {
    const hasTotal = bands.length === 0;
    const used = nameWidth + (hasTotal ? gap.length + totalWidth : 0);
    const count = Math.max(1, groupsThatFit(rest, width - used));
    const lead = ['', '  node', ...names].map((name, line) => {
      const head = clip(name, nameWidth).padEnd(nameWidth);
      const total = ['', 'total', ...totals][line] ?? '';
      return hasTotal ? head + gap + total.padStart(totalWidth) : head;
    });
    const columns = rest.slice(0, count).map(linesOf);
    const separator = hasTotal ? [] : [''];
    bands.push([
      ...separator,
      ...lead
        .map((head, line) =>
          [head, ...columns.map((lines) => lines[line] ?? '')].join(groupGap).trimEnd(),
        )
        .slice(columns.length === 0 ? 1 : 0),
    ]);
    rest = rest.slice(count);
  } while (rest.length > 0);
  return bands;
}

function groupsThatFit(groups: readonly Group[], width: number): number {
  let room = width;
  let count = 0;
  for (const group of groups) {
    room -= groupGap.length + (linesOf(group)[0] ?? '').length;
    if (room < 0) break;
    count++;
  }
  return count;
}

/** The letter, the headers, one line a node; all of one width. */
function linesOf({ letter, headers, cells }: Group): string[] {
  const rows = [headers, ...cells];
  const widths = headers.map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), 0),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join(gap),
  );
  return [letter.padStart((lines[0] ?? '').length), ...lines];
}
