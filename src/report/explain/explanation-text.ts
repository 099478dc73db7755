// What `kubeclock explain pod` prints: the pod, its life in order of time, each attempt to schedule
// it. Attempts that ended like the one before them are only named.
import type { AttemptRecord, PodExplanation } from '../../experiment/explain/pod-explanation.js';
import type { TextStyle } from '../summary-table.js';
import { besideHead, printable, wrapText } from '../text-table.js';
import { attemptLines, outcomeText } from './attempt-text.js';
import { formatResource } from './resource-text.js';
import { secondsText, timelineCells, timelineOf } from './timeline.js';

/** Choices for `explanationText`. */
export interface ExplanationOptions {
  /** Adds colour; plain text when left out. It must not change what is read. */
  readonly color?: (style: TextStyle, text: string) => string;
  /** Widest line, in places. */
  readonly width: number;
  /** Nodes to show in a list; Infinity for all. */
  readonly top: number;
}

const margin = '  ';

/** The explanation as lines of at most `width` places, \n at the end. */
export function explanationText(explanation: PodExplanation, options: ExplanationOptions): string {
  const { pod, requests, attempts } = explanation;
  const paint = options.color ?? ((_style, text) => text);
  const width = options.width - margin.length;
  const section = (title: string, lines: readonly string[]): string => {
    const body = lines.map((line) => (line === '' ? '\n' : `${margin}${line}\n`));
    return `${paint('heading', title)}\n${body.join('')}`;
  };
  const shown = { requests, top: options.top, width };
  const sections = [
    section(`POD ${pod.namespace}/${printable(pod.name)}`, podLines(explanation, width)),
    section('TIMELINE', timelineLines(explanation, width)),
    ...alike(attempts).map(([first, ...others]) => {
      const title = `ATTEMPT ${first.number}`;
      const style = first.result === 'scheduled' ? 'pass' : 'fail';
      const lines = [...attemptLines(first, shown), ...othersLines(others, width)];
      return section(`${title}: ${paint(style, outcomeText(first))}`, lines);
    }),
  ];
  return sections.join('\n');
}

function podLines(explanation: PodExplanation, width: number): string[] {
  const { pod, priority, requests, attempts, moves } = explanation;
  const asked = requests.length === 0 ? 'nothing' : requests.map(formatResource).join(', ');
  const state = pod.deletedUs === undefined ? pod.phase : `${pod.phase}, deleted`;
  const node = pod.node === '' ? 'none' : pod.node;
  const tries = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`;
  const facts: readonly (readonly [string, string])[] = [
    ...(pod.owner === '' ? [] : [['owner', pod.owner] as const]),
    ...(moves.length === 0 ? [] : [['asks', `${asked}; priority ${priority}`] as const]),
    ['node', `${node} (${state}; ${tries} to schedule it)`],
    ...(attempts.length > 0 ? [] : [['why', untriedText(explanation)] as const]),
  ];
  return facts.flatMap(([name, text]) => besideHead(`${name.padEnd(7)}  `, printable(text), width));
}

/** Why nobody has tried to schedule the pod. */
function untriedText({ pod, moves }: PodExplanation): string {
  const gate = moves.at(-1)?.gate;
  if (gate !== undefined)
    return `${gate.plugin} keeps it out of activeQ: ${gate.reasons.join(', ')}`;
  if (moves.length > 0) return 'the run ended before its turn came';
  return pod.node === ''
    ? 'no scheduler of the cluster has taken it up'
    : 'its spec names the node, so that no scheduler was asked';
}

function timelineLines(explanation: PodExplanation, width: number): string[] {
  const cells = timelineCells(timelineOf(explanation));
  const timeWidth = Math.max(...cells.map(([time]) => time.length));
  const sinceWidth = Math.max(...cells.map(([, since]) => since.length));
  return cells.flatMap(([time, since, text]) => {
    const head = `${time.padStart(timeWidth)}  ${since.padStart(sinceWidth)}  `;
    return besideHead(head, printable(text), width);
  });
}

/** Runs of attempts with the same outcome and message. */
function alike(attempts: readonly AttemptRecord[]): [AttemptRecord, ...AttemptRecord[]][] {
  const groups: [AttemptRecord, ...AttemptRecord[]][] = [];
  for (const attempt of attempts) {
    const last = groups.at(-1);
    const isAlike = last?.[0].message === attempt.message && last[0].result === attempt.result;
    if (last !== undefined && isAlike && attempt.result !== 'scheduled') last.push(attempt);
    else groups.push([attempt]);
  }
  return groups;
}

function othersLines(others: readonly AttemptRecord[], width: number): string[] {
  if (others.length === 0) return [];
  const named = others.map(({ number, startedUs }) => `${number} at ${secondsText(startedUs)} s`);
  const noun = others.length === 1 ? 'Attempt' : 'Attempts';
  const verb = others.length === 1 ? 'ends' : 'end';
  return ['', ...wrapText(`${noun} ${named.join(', ')} ${verb} the same way.`, width, '')];
}
