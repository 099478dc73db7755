// One scheduling attempt for people: which nodes were looked at, why this one won, or why none did
// and what preemption came to.
import type {
  AttemptRecord,
  NodeChoice,
  NodeSearch,
  PreemptionRecord,
  ResourceAmount,
} from '../../experiment/explain/pod-explanation.js';
import { formatCount, formatDuration, formatNumber } from '../number-format.js';
import { alignRows, besideHead, printable, wrapText } from '../text-table.js';
import { refusalLines } from './refusal-text.js';
import { scoreTable } from './score-table.js';
import { secondsText } from './timeline.js';

export interface AttemptTextOptions {
  /** What the pod asks for. */
  readonly requests: readonly ResourceAmount[];
  /** Nodes to show in a list; Infinity for all. */
  readonly top: number;
  /** Widest line. */
  readonly width: number;
}

/** `scheduled on workers-0`, `unschedulable`. */
export function outcomeText({ result, node }: AttemptRecord): string {
  if (result === 'scheduled') return `scheduled on ${node}`;
  return node === '' ? result : `${result}, after ${node} was chosen`;
}

/** Everything but the heading. */
export function attemptLines(attempt: AttemptRecord, options: AttemptTextOptions): string[] {
  const { startedUs, endedUs, message, search, choice, scheduler, profile } = attempt;
  const { width } = options;
  const took = endedUs === undefined ? 'not over' : `took ${formatDuration(endedUs - startedUs)}`;
  const facts: [string, string][] = [
    ['when', `at ${secondsText(startedUs)} s, ${took}; ${scheduler}, profile ${profile}`],
    ...(message === '' ? [] : [['says', message] as [string, string]]),
    ...preFilterFacts(attempt),
    ...(search === undefined ? [] : searchFacts(attempt, search)),
    ...(choice === undefined ? [] : [['why', choiceText(choice)] as [string, string]]),
  ];
  return [
    ...facts.flatMap(([name, text]) => besideHead(`${name.padEnd(7)}  `, printable(text), width)),
    ...sectionsOf(attempt, options),
  ];
}

function sectionsOf(
  attempt: AttemptRecord,
  { requests, top, width }: AttemptTextOptions,
): string[] {
  const { scorers, feasible, refused, node, preemption } = attempt;
  const inner = width - 2;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
  const scores =
    scorers.length === 0 ? [] : scoreTable(scorers, feasible, { chosen: node, top, width: inner });
  const refusals =
    refused.length === 0 ? [] : refusalLines(refused, { requests, top, width: inner });
  return [
    ...section(`Scores of ${counted(feasible.length, 'feasible node')}`, scores),
    ...section(`Refused: ${counted(refused.length, 'node')}`, refusals),
    ...(preemption === undefined
      ? []
      : section('Preemption', preemptionLines(preemption, inner, top))),
  ];
}

function preFilterFacts({ preFilter }: AttemptRecord): [string, string][] {
  if (preFilter === undefined) return [];
  const { plugin, reasons } = preFilter;
  const who = plugin === '' ? 'PreFilter' : `PreFilter of ${plugin}`;
  return [['refused', `${who} refuses the pod on every node: ${reasons.join(', ')}`]];
}

function searchFacts(
  { feasible, refused, notExamined, isAbridged }: AttemptRecord,
  search: NodeSearch,
): [string, string][] {
  const { nodes, narrowedBy, candidates, wanted, firstNode, nominatedNode, examined } = search;
  const found = isAbridged
    ? 'which ones was not kept, for there are too many attempts'
    : `${formatCount(feasible.length)} feasible, ${formatCount(refused.length)} refused`;
  const counts = [
    `${formatCount(examined)} of ${counted(nodes, 'node')} examined, beginning with ${firstNode}: ` +
      found,
  ];
  if (notExamined.length > 0) counts.push(`${formatCount(notExamined.length)} not examined`);
  const sentences = [`${counts.join('; ')}.`];
  if (narrowedBy.length > 0) {
    const left = counted(candidates, 'node');
    sentences.push(`${narrowedBy.join(', ')} left ${left} to look at.`);
  }
  if (nominatedNode !== '') {
    sentences.push(`${nominatedNode}, to which the pod is nominated, was judged first.`);
  }
  if (examined < candidates) {
    const enough = `${formatCount(wanted)} of ${formatCount(candidates)}`;
    sentences.push(`The search ends when ${enough} are feasible and one more is found.`);
  }
  const filters =
    search.filters.length === 0
      ? 'none concerns this pod'
      : `${search.filters.join(', ')}; no other concerns this pod`;
  return [
    ['nodes', sentences.join(' ')],
    ['filters', filters],
  ];
}

function choiceText(choice: NodeChoice): string {
  switch (choice.rule) {
    case 'nominated node':
      return 'The pod is nominated to this node, and it is feasible: no other is looked at.';
    case 'only feasible node':
      return 'It is the only feasible node, so nothing is scored.';
    case 'first feasible node':
      return 'No plugin of the profile scores: the first feasible node is taken.';
    case 'highest total': {
      const { total, runnerUp } = choice;
      const next = `${runnerUp.node} with ${formatNumber(runnerUp.total)}`;
      return `Highest total: ${formatNumber(total)}; the next is ${next}.`;
    }
    case 'tie': {
      const count = `${formatCount(choice.nodes.length)} nodes have the highest total`;
      const rule =
        choice.tieBreak === 'heap'
          ? 'kube-scheduler puts nodes on a heap in the order of examination and takes its top'
          : 'one of them is drawn at random';
      return `Tie: ${count}, ${formatNumber(choice.total)}; ${rule}.`;
    }
  }
}

function preemptionLines(record: PreemptionRecord, width: number, top: number): string[] {
  const { nominatedNode, victims, tried, rule } = record;
  const wrap = (text: string): string[] => wrapText(printable(text), width, '  ');
  if (nominatedNode === '') {
    const none = `No victims would make room (${counted(tried.length, 'node')} tried).`;
    return [
      ...wrap(tried.length === 0 ? 'No node was tried.' : none),
      ...triedLines(record, width, top),
    ];
  }
  const gone = victims.map(({ pod, priority, deletedUs }) => [
    pod,
    `priority ${formatNumber(priority)}`,
    deletedUs === undefined
      ? 'not gone by the end of the run'
      : `gone at ${secondsText(deletedUs)} s`,
  ]);
  return [
    ...wrap(`Victims on ${nominatedNode}, ${ruleText(rule)}; the pod is nominated to that node:`),
    ...alignRows(gone, { align: 'lll', width: width - 2 }).map((line) => `  ${line}`),
    ...(tried.length > 1 ? triedLines(record, width, top) : []),
  ];
}

/** Why preemption takes that node. */
function ruleText(rule: string): string {
  if (rule === 'only candidate') return 'the only candidate';
  return rule === 'first in order'
    ? 'the first tried of equal candidates (the trials begin at a random node)'
    : `which has the ${rule}`;
}

/** Candidates first, in order of trial. */
function triedLines(
  { tried, nominatedNode }: PreemptionRecord,
  width: number,
  top: number,
): string[] {
  const isCandidate = (reasons: readonly string[]): boolean => reasons.length === 0;
  const sorted = [
    ...tried.filter(({ reasons }) => isCandidate(reasons)),
    ...tried.filter(({ reasons }) => !isCandidate(reasons)),
  ];
  const shown = sorted.filter(({ node }, index) => index < top || node === nominatedNode);
  const rows = shown.map(({ node, victims, pdbViolations, reasons, plugin }) => {
    const mark = node === nominatedNode ? '→ ' : '  ';
    const highest = victims.reduce((most, { priority }) => Math.max(most, priority), -Infinity);
    const text = isCandidate(reasons)
      ? `${counted(victims.length, 'victim')}, highest priority ${highest}, ` +
        `${formatCount(pdbViolations)} PodDisruptionBudgets violated`
      : `no candidate: ${plugin === '' ? '' : `${plugin}: `}${reasons.join(', ')}`;
    return [mark + printable(node), printable(text)] as const;
  });
  const nameWidth = Math.max(0, ...rows.map(([name]) => [...name].length));
  const left = sorted.length - shown.length;
  return [
    ...rows.flatMap(([name, text]) => besideHead(`${name.padEnd(nameWidth)}  `, text, width)),
    ...(left > 0 ? [`  and ${formatCount(left)} more (--top all)`] : []),
  ];
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
