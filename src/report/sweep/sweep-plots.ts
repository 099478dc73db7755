// How cells of a sweep are drawn: medians over the parameter that is a number and takes most
// values, a line for every combination of the others. Without such a parameter there are no plots.
import { cellLabel, type Parameter } from '../../experiment/sweep/parameter.js';
import type { CellResult, SweepResult } from '../../experiment/sweep/sweep-result.js';
import type { Plot, PlotSeries } from '../figures/plot.js';

/** The parameter along the x axis. */
export interface SweepAxis {
  readonly parameter: Parameter;
  /** Index of the parameter. */
  readonly index: number;
  readonly unit: string;
}

/** Lines in a plot; more could not be told apart. */
export const mostLines = 8;

const numberWithUnit = /^([+-]?\d+(?:\.\d+)?)([A-Za-z%]*)$/;

/** The parameter to draw along; of equally many values the last. Undefined: none is a number. */
export function axisOf({ parameters, cells }: SweepResult): SweepAxis | undefined {
  let best: SweepAxis | undefined;
  let most = 2;
  for (const [index, parameter] of parameters.entries()) {
    const values = new Set(cells.map(({ cell }) => cell.values[index] ?? ''));
    const units = new Set([...values].map((value) => numberWithUnit.exec(value)?.[2]));
    const [unit] = units;
    if (units.size !== 1 || unit === undefined || values.size < most) continue;
    most = values.size;
    best = { parameter, index, unit };
  }
  return best;
}

/** What the values of a measure are, from its name: the unit is the last word. */
function unitOf(measure: string): string {
  if (measure.endsWith('_per_second')) return 'per second';
  const unit = /_(seconds|ratio|bytes)$/.exec(measure)?.[1];
  return unit ?? 'count';
}

/** A plot of a measure over the axis. O(cells). */
export function measurePlot(result: SweepResult, measure: string, axis: SweepAxis): Plot {
  const { parameters, cells, measures, seeds } = result;
  const measureIndex = measures.indexOf(measure);
  const numberOf = ({ cell }: CellResult): number =>
    Number(numberWithUnit.exec(cell.values[axis.index] ?? '')?.[1]);
  const x = [...new Set(cells.map(numberOf))].sort((a, b) => a - b);
  const places = new Map(x.map((value, place) => [value, place]));
  const lines = new Map<string, (number | null)[]>();
  for (const each of cells) {
    const label = lineLabel(parameters, each, axis.index) || 'median';
    const line = lines.get(label) ?? x.map(() => null);
    const median = each.figures[measureIndex]?.median ?? Number.NaN;
    line[places.get(numberOf(each)) ?? 0] = Number.isFinite(median) ? median : null;
    lines.set(label, line);
  }
  const all: readonly PlotSeries[] = [...lines].map(([title, values]) => ({ title, values }));
  const left = all.length - mostLines;
  const more = left > 0 ? ` ${left} more combinations are in cells.csv.` : '';
  return {
    title: measure,
    note: `Medians of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}.${more}`,
    xTitle: axis.unit === '' ? axis.parameter.name : `${axis.parameter.name} (${axis.unit})`,
    isLogX: false,
    yTitle: unitOf(measure),
    isStepped: false,
    x,
    series: all.slice(0, mostLines),
    hasPoints: true,
  };
}

/** The combination of the other parameters. */
function lineLabel(parameters: readonly Parameter[], each: CellResult, axis: number): string {
  const others = parameters.filter((_, index) => index !== axis);
  const values = each.cell.values.filter((_, index) => index !== axis);
  return others.length === 0 ? '' : cellLabel(others, values);
}
