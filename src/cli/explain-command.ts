/**
 * `kubeclock explain pod NAME`: runs what was run before, or a scenario, and shows why the
 * scheduler did with the pod what it did.
 */

import type { PodReport } from '../experiment/explain/explain-pod.js';
import { findPod, type PodMatch } from '../experiment/explain/find-pod.js';
import { explanationJson } from '../report/explain/explanation-json.js';
import { explanationText } from '../report/explain/explanation-text.js';
import type { TextStyle } from '../report/summary-table.js';
import { askRun, recordedRun } from './asked-run.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import type { ExplainRequest } from './explain-worker.js';
import type { LookedRun } from './look-thread.js';
import { type InputArguments, outputFormat, single } from './options.js';
import type { Terminal } from './terminal.js';

/** Options of `explain`. */
export interface ExplainArguments extends InputArguments {
  /** What is explained: `pod`. */
  readonly subject?: string;
  readonly name?: string;
  readonly namespace?: string;
  /** A results folder. */
  readonly run?: string;
  readonly top?: string;
}

/** The thread's entry; tests put another in its place. */
const explainWorker: URL = new URL('./explain-worker.js', import.meta.url);

/** Nodes shown in a list unless `--top` says otherwise. */
const defaultTop = 10;

/** Pods named when several could be meant. */
const shownCandidates = 20;

/**
 * Explains one pod.
 *
 * @throws UsageError for arguments that contradict each other, and for a folder that is no run.
 */
export async function explainCommand(
  args: ExplainArguments,
  terminal: Terminal,
  entry: URL = explainWorker,
): Promise<ExitCode> {
  const format = outputFormat(args);
  const top = topOf(single('top', args.top));
  const wanted = wantedPod(args);
  const folder = single('run', args.run);
  const recorded = folder === undefined ? undefined : recordedRun(folder, args);
  const match = recorded === undefined ? { key: wanted } : findPod(wanted, recorded.pods);
  if (match.key === undefined) return sayMissing(wanted, match, terminal);

  const details: Omit<ExplainRequest, keyof LookedRun> = { wanted: match.key };
  const question = { args, folder, recorded, purpose: 'explained', details, entry };
  const found = await askRun<PodReport>(question, terminal);
  if ('code' in found) return found.code;
  const { answer } = found;
  if (answer.match.key === undefined) return sayMissing(wanted, answer.match, terminal);
  sayNotices(wanted, answer, terminal);
  showExplanation(answer, format, top, terminal);
  return exitCode.ok;
}

/** `namespace/name`. */
function wantedPod({ subject, name, namespace }: ExplainArguments): string {
  if (subject === undefined || name === undefined) {
    throw new UsageError('Name what is to be explained: explain pod NAME.');
  }
  if (!/^(?:pods?|po)$/i.test(subject)) {
    throw new UsageError(
      `explain ${subject}: only a pod can be explained; write explain pod NAME.`,
    );
  }
  const given = single('namespace', namespace);
  const [first = '', second, ...more] = String(name).split('/');
  if (more.length > 0 || first === '' || second === '') {
    throw new UsageError(`"${name}" is no pod: write NAME or NAMESPACE/NAME.`);
  }
  if (second === undefined) return `${given ?? 'default'}/${first}`;
  if (given !== undefined && given !== first) {
    throw new UsageError(`"${name}" is in namespace ${first}, but --namespace says ${given}.`);
  }
  return `${first}/${second}`;
}

function topOf(text: string | undefined): number {
  if (text === undefined) return defaultTop;
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--top ${text}: write a number of nodes, or all.`);
}

function sayMissing(
  wanted: string,
  match: Extract<PodMatch, { key: undefined }>,
  { err }: Terminal,
): ExitCode {
  const { candidates, nearest } = match;
  const hint = nearest === '' ? '' : ` Did you mean ${nearest}?`;
  const several = candidates.length === 0 ? '' : ' Pods with such a name:';
  err.write(`kubeclock: there is no pod ${wanted} in this run.${hint}${several}\n`);
  for (const candidate of candidates.slice(0, shownCandidates)) err.write(`  ${candidate}\n`);
  const left = candidates.length - shownCandidates;
  if (left > 0) err.write(`  and ${left} more\n`);
  return exitCode.invalidInput;
}

function sayNotices(wanted: string, answer: PodReport, { err, isQuiet }: Terminal): void {
  if (isQuiet) return;
  const { match, namesakes, outcome } = answer;
  if (match.key !== wanted) err.write(`${wanted} is the beginning of ${match.key}.\n`);
  if (namesakes > 0) {
    err.write(
      `${namesakes} ${namesakes === 1 ? 'pod' : 'pods'} had this name before; this is the last.\n`,
    );
  }
  if (outcome.partial) err.write(`What came later is not known: ${outcome.message}\n`);
}

function showExplanation(
  { explanation }: PodReport,
  format: 'json' | 'table',
  top: number,
  { out, outColors, width }: Terminal,
): void {
  if (explanation === undefined) return;
  const paint = {
    heading: outColors.bold,
    pass: outColors.green,
    fail: outColors.red,
    warn: outColors.yellow,
  };
  const color = (style: TextStyle, text: string): string => paint[style](text);
  out.write(
    format === 'json'
      ? explanationJson(explanation)
      : explanationText(explanation, { width, top, color }),
  );
}
