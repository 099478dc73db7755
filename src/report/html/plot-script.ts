// The script of the page: draws every plot from the data beside it, again when the colour scheme or
// the width changes, and in light colours for print.
import { compactJson } from '../stable-json.js';
import { darkPalette, lightPalette, type Palette } from './palette.js';

function colours({ ink, rule, series }: Palette): { ink: string; rule: string; series: string[] } {
  return { ink, rule, series: [...series] };
}

const themes = compactJson({ light: colours(lightPalette), dark: colours(darkPalette) });

/** Plain JavaScript for any browser that uPlot runs in; expects the global `uPlot`. */
export const plotScript: string = `
'use strict';
{
  const themes = ${themes};
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  let printing = false;
  const dashes = [[], [8, 4], [2, 4]];
  const borders = ['solid', 'dashed', 'dotted'];
  const plots = [];

  function shorten(value) {
    if (value === null || value === undefined) return '\\u2013';
    if (Math.abs(value) < 1000) return String(Number(value.toPrecision(3)));
    return String(Math.round(value)).replace(/\\B(?=(\\d{3})+$)/g, ',');
  }

  function axis(theme, title, size) {
    return {
      label: title,
      stroke: theme.ink,
      grid: { stroke: theme.rule, width: 1 },
      ticks: { stroke: theme.rule, width: 1 },
      font: '12px system-ui, sans-serif',
      labelFont: '12px system-ui, sans-serif',
      labelSize: 20,
      size: size,
      values: function (_, splits) {
        return splits.map(function (value) { return value === null ? '' : shorten(value); });
      },
    };
  }

  /** Room for the longest value beside an axis. */
  function widthOf(_, values) {
    const longest = (values || []).reduce(function (most, text) {
      return Math.max(most, text.length);
    }, 0);
    return Math.max(52, 20 + 7 * longest);
  }

  function options(spec, width, theme) {
    const series = spec.titles.map(function (title, index) {
      return {
        label: title,
        stroke: theme.series[(index + 2) % theme.series.length],
        width: 2,
        dash: dashes[index % dashes.length],
        points: spec.hasPoints ? { show: true, size: 7 } : { show: false },
        paths: spec.isStepped ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear(),
        value: function (_, value) { return shorten(value); },
      };
    });
    const x = { label: spec.xTitle, value: function (_, value) { return shorten(value); } };
    return {
      width: width,
      height: Math.round(Math.max(180, Math.min(300, width * 0.45))),
      scales: {
        x: { time: false, distr: spec.isLogX ? 3 : 1 },
        y: {
          range: function (_, low, high) {
            return [Math.min(0, low), high > 0 ? high * 1.05 : 1];
          },
        },
      },
      axes: [axis(theme, spec.xTitle, 34), axis(theme, spec.yTitle, widthOf)],
      series: [x].concat(series),
      legend: {
        markers: {
          dash: function (_, index) { return borders[(index - 1) % borders.length]; },
        },
      },
      cursor: { points: { size: 6 }, drag: { x: true, y: false } },
    };
  }

  function draw() {
    const theme = dark.matches && !printing ? themes.dark : themes.light;
    plots.forEach(function (plot) {
      if (plot.chart) plot.chart.destroy();
      plot.width = plot.box.clientWidth;
      plot.chart = new uPlot(options(plot.spec, plot.width, theme), plot.spec.data, plot.box);
    });
  }

  document.querySelectorAll('.js-plot').forEach(function (figure) {
    const data = figure.querySelector('script[type="application/json"]');
    plots.push({ box: figure.querySelector('.plot'), spec: JSON.parse(data.textContent) });
  });
  draw();
  dark.addEventListener('change', draw);
  window.addEventListener('resize', function () {
    if (plots.some(function (plot) { return plot.box.clientWidth !== plot.width; })) draw();
  });
  window.addEventListener('beforeprint', function () { printing = true; draw(); });
  window.addEventListener('afterprint', function () { printing = false; draw(); });
}
`;
