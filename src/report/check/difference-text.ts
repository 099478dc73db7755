// What differs from a baseline, in words: the same ones for every reporter.
import type { StageChange } from '../../experiment/check/change-paths.js';
import type { FirstDifference } from '../../experiment/check/first-difference.js';
import type { InputChange } from '../../experiment/check/input-rows.js';
import type { Difference, FigureMove } from '../../experiment/check/judgement.js';
import type { TraceEvent } from '../../experiment/check/landmarks.js';
import { metricOf } from '../../scenario/figure-metrics.js';
import { formatCount, formatNumber, formatSeconds } from '../number-format.js';
import { counted, modelText } from './check-report.js';

/** A cause or an observation: what it is about, and lines on it. */
export interface Finding {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Rows of one kind beyond this many are counted, not shown. */
const shownRows = 8;

/** What explains the figures, most telling first. */
export function findings({ input, model, first, stages }: Difference): readonly Finding[] {
  const found: Finding[] = [];
  if (input.length > 0) {
    found.push({ title: 'changed in the input', lines: limited(input.map(inputText)) });
  }
  if (model.length > 0) {
    found.push({ title: 'changed in the model', lines: limited(model.map(modelText)) });
  }
  if (first !== undefined) {
    found.push({ title: 'first differing event', lines: firstTexts(first) });
  }
  const [stage] = stages;
  if (stage !== undefined) {
    const others = stages.slice(1, 4).map(stageShort);
    const lines = [stageText(stage), ...(others.length > 0 ? [`also ${others.join(', ')}`] : [])];
    found.push({ title: 'stage of the critical path', lines });
  }
  return found;
}

function limited(lines: readonly string[]): readonly string[] {
  const left = lines.length - shownRows;
  return left > 0 ? [...lines.slice(0, shownRows), `… and ${left} more`] : lines;
}

/** `controlPlane.etcd.disk: nvme → hdd`. */
function inputText({ path, before, after }: InputChange): string {
  if (path.startsWith('file ')) {
    const what = before === undefined ? 'is new' : after === undefined ? 'is gone' : 'has changed';
    return `${path.slice('file '.length)} ${what}`;
  }
  return `${path}: ${before ?? 'not stated'} → ${after ?? 'not stated'}`;
}

/** What is known about the first event that differs. */
function firstTexts({ isExact, first, last, was, now, moved }: FirstDifference): readonly string[] {
  const range = isExact
    ? `event ${formatCount(first)}`
    : `one of the events ${formatCount(first)} to ${formatCount(last)}`;
  const lines = [`${range} of the trace, counted from 0`];
  if (was !== undefined) lines.push(`was ${eventText(was)}`);
  if (now !== undefined) lines.push(`now ${isExact ? '' : 'from '}${eventText(now)}`);
  else if (isExact) lines.push('now the run has ended before it');
  if (moved !== undefined) {
    const { was: before, now: after } = moved;
    const difference = signedSeconds(after.time - before.time);
    lines.push(
      `${before.kind} number ${formatCount(before.occurrence)}: ${placeText(before)} → ` +
        `${placeText(after)} (${difference})`,
    );
  }
  return lines;
}

/** `kubelet: ImagePulled of 3 at 1.25 s`. */
function eventText({ time, kind, target }: TraceEvent): string {
  const { component, name } = partsOf(kind);
  return `${component}: ${name} of ${target} at ${formatSeconds(time)} s`;
}

/** The component and the name of a kind of event. */
export function partsOf(kind: string): { readonly component: string; readonly name: string } {
  const dot = kind.indexOf('.');
  return { component: kind.slice(0, Math.max(0, dot)), name: kind.slice(dot + 1) };
}

function placeText({ time, target }: TraceEvent): string {
  return `${formatSeconds(time)} s of ${target}`;
}

function stageText(stage: StageChange): string {
  const { change, changeBeforeUs, changeAfterUs, changes } = stage;
  return (
    `${stageShort(stage)} over ${counted(changes, 'change')}, most in ${change} ` +
    `(${formatSeconds(changeBeforeUs)} s → ${formatSeconds(changeAfterUs)} s)`
  );
}

function stageShort({ activity, beforeUs, afterUs }: StageChange): string {
  return `${activity} ${signedSeconds(afterUs - beforeUs)}`;
}

function signedSeconds(us: number): string {
  return `${us > 0 ? '+' : us === 0 ? '±' : ''}${formatSeconds(us)} s`;
}

/** The cells of a row of figures: name, before, after, difference, verdict. */
export function moveCells(move: FigureMove): readonly [string, string, string, string, string] {
  const { figure, before, after, direction, tolerance, isAllowed } = move;
  const allowed = tolerance === undefined ? '' : ` (allowed: ${tolerance.text})`;
  const way = direction === 'other' ? 'moved' : direction;
  return [
    figure,
    valueText(figure, before),
    valueText(figure, after),
    differenceText(move),
    isAllowed
      ? `${way}, allowed${tolerance === undefined ? '' : ` by ${tolerance.text}`}`
      : way + allowed,
  ];
}

function valueText(figure: string, value: number | undefined): string {
  if (value === undefined) return 'no sample';
  return formatNumber(value) + unitOf(figure);
}

function differenceText({ figure, before, after }: FigureMove): string {
  if (before === undefined || after === undefined) return '';
  const difference = after - before;
  const sign = difference > 0 ? '+' : '';
  const share = before === 0 ? '' : ` (${sign}${((difference / before) * 100).toFixed(2)} %)`;
  return `${sign}${formatNumber(difference)}${unitOf(figure)}${share}`;
}

function unitOf(figure: string): string {
  return metricOf(figure).endsWith('_seconds') && !figure.endsWith('.count') ? ' s' : '';
}
