// How close the simulator comes to recorded runs: each group of equal runs is simulated as often as
// it was recorded, with other seeds, and its figures are compared with the recorded ones.
import type { Figures } from './pod-stamps.js';
import { type Prediction, type Profile, predict } from './predict.js';
import type { RecordedGroup } from './recording.js';
import { type Comparison, compare, PASS_PERCENT } from './score.js';

/** One line of the table. */
export interface FidelityRow {
  /** `b500-200`. */
  readonly run: string;
  readonly metric: string;
  readonly recorded: number;
  readonly recordedMin: number;
  readonly recordedMax: number;
  /** Absent when there is no prediction; `reason` says why. */
  readonly comparison: Comparison | undefined;
  readonly reason: string;
}

/** The whole outcome. */
export interface FidelityScore {
  readonly rows: number;
  readonly matching: number;
  readonly close: number;
  /** Share of matching rows, %. */
  readonly percent: number;
  readonly ok: boolean;
}

/** Repeats that are simulated at most. */
const MOST_REPEATS = 3;

/** The rows of one group. */
export function compareGroup(group: RecordedGroup, profile: Profile): readonly FidelityRow[] {
  const { name, input, figures, repeats } = group;
  const predictions = Array.from({ length: Math.min(repeats, MOST_REPEATS) }, (_, i) =>
    predict(input, profile, String(i + 1)),
  );
  return figures.map((figure) => {
    const predicted = meanOf(predictions, figure.name);
    const isNumber = typeof predicted === 'number';
    return {
      run: name,
      metric: figure.name,
      recorded: figure.mean,
      recordedMin: figure.min,
      recordedMax: figure.max,
      comparison: isNumber ? compare(figure.name, figure.mean, predicted) : undefined,
      reason: isNumber ? '' : predicted,
    };
  });
}

/** The mean of a figure over the predictions, or why there is none. */
function meanOf(predictions: readonly Prediction[], name: string): number | string {
  let sum = 0;
  for (const prediction of predictions) {
    if ('notModelled' in prediction) return `not modelled: ${prediction.notModelled}`;
    const value = figureAt(prediction.figures, name);
    if (value === undefined) return 'not modelled: this figure';
    sum += value;
  }
  return sum / predictions.length;
}

/** `deploy.intervals_s.created_to_ready.p50` in nested figures; names of requests hold no dots. */
function figureAt(figures: Figures, name: string): number | undefined {
  let found: number | Figures | undefined = figures;
  for (const part of name.split('.')) {
    if (typeof found !== 'object') return undefined;
    found = found[part];
  }
  return typeof found === 'number' ? found : undefined;
}

/** Counts what matches. */
export function scoreOf(rows: readonly FidelityRow[]): FidelityScore {
  const matching = rows.filter(({ comparison }) => comparison?.matches === true).length;
  const close = rows.filter(({ comparison }) => comparison?.isClose === true).length;
  const percent = rows.length === 0 ? 0 : (100 * matching) / rows.length;
  return { rows: rows.length, matching, close, percent, ok: percent >= PASS_PERCENT };
}
