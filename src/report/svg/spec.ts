// What all Vega-Lite specifications of the plots share: the colours of the page, in light.
import { lightPalette } from '../html/palette.js';
import type { JsonValue } from '../stable-json.js';
import { wrapText } from '../text-table.js';

/** A Vega-Lite specification. */
export type PlotSpec = { readonly [key: string]: JsonValue };

const { ink, muted, rule, series, paper } = lightPalette;

/** Colours of the series, those that lines of the page have. */
export const seriesColours: readonly string[] = series.map(
  (_, index) => series[(index + 2) % series.length] ?? ink,
);

/** Width of plots that have numbers beside them, px. */
export const plotWidth = 720;

/** Width of plots that have names beside them, px: with these they are hardly wider than a page. */
export const rowPlotWidth = 520;

/** Letters in a line under the title: more would make the drawing wider than its plot. */
const NOTE_LETTERS = 80;

const config: PlotSpec = {
  font: 'sans-serif',
  background: paper,
  padding: 12,
  view: { stroke: null },
  axis: {
    domainColor: muted,
    gridColor: rule,
    labelColor: ink,
    labelFontSize: 11,
    labelLimit: 460,
    maxExtent: 500,
    tickColor: muted,
    titleColor: ink,
    titleFontWeight: 'normal',
  },
  legend: { labelColor: ink, labelLimit: 320, orient: 'bottom', titleColor: ink, columns: 4 },
  title: {
    anchor: 'start',
    color: ink,
    fontSize: 15,
    offset: 12,
    subtitleColor: muted,
    subtitleFontSize: 11,
  },
};

/** The specification of a plot of rows of `values`. */
export function plotSpec(
  { title, note }: { readonly title: string; readonly note: string },
  values: readonly JsonValue[],
  rest: PlotSpec,
): PlotSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `${title}. ${note}`,
    title: { text: title, subtitle: wrapText(note, NOTE_LETTERS, '') },
    data: { values },
    config,
    ...rest,
  };
}

/** The axis of rows, whose names are distinct, in their order. */
export function rowAxis(names: readonly string[], title: string): PlotSpec {
  return { field: 'row', type: 'nominal', sort: names, title, scale: { domain: names } };
}

/** Names that occur more than once get a number, because a band of an axis is known by its name. */
export function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
