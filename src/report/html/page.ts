// report.html: one file that works from a disk without a network. Its policy (CSP) lets nothing be
// loaded and runs only the two scripts of the page, even should a name slip through unescaped.
import { assert } from '../../kernel/assert.js';
import type { RunResult } from '../../metrics/run-result.js';
import { convergenceSection } from './convergence.js';
import { headlineSection } from './headline.js';
import { latencySection } from './latency.js';
import { type Html, html, markup } from './markup.js';
import { eventSection, nodeSection, noticeSection, requestSection } from './objects.js';
import { plotScript } from './plot-script.js';
import { podProgressSection } from './pod-progress.js';
import { stationSection } from './stations.js';
import { pageStyle } from './style.js';
import { waterfallSection } from './waterfall.js';

/** uPlot as it is published, to be put into the page. */
export interface ReportAssets {
  /** `uPlot.iife.min.js`. */
  readonly uPlotJs: string;
  /** `uPlot.min.css`. */
  readonly uPlotCss: string;
}

interface Section {
  readonly id: string;
  readonly title: string;
  /** What follows the heading; when it is empty, the section is left out. */
  readonly render: (result: RunResult) => Html;
}

const sections: readonly Section[] = [
  { id: 'result', title: 'Result', render: headlineSection },
  { id: 'notices', title: 'Notices', render: noticeSection },
  { id: 'pods', title: 'Pod startup', render: waterfallSection },
  { id: 'progress', title: 'Pods over time', render: podProgressSection },
  { id: 'latency', title: 'Latency', render: latencySection },
  { id: 'convergence', title: 'Convergence', render: convergenceSection },
  { id: 'load', title: 'Utilisation and queues', render: stationSection },
  { id: 'api', title: 'API requests', render: requestSection },
  { id: 'nodes', title: 'Nodes', render: nodeSection },
  { id: 'events', title: 'Kubernetes Events', render: eventSection },
];

/**
 * The text of report.html. Its size is bounded whatever the size of the run: long tables and plots
 * show a part, chosen by a rule that the page states. O(pods log pods).
 * @throws AssertionError when an asset could end the element it is put into.
 */
export function renderPage(result: RunResult, assets: ReportAssets): string {
  assert(!/<\/script|<!--/i.test(assets.uPlotJs), 'The plot library would end its script element.');
  assert(!/<\/style/i.test(assets.uPlotCss), 'The plot style would end its style element.');
  const shown = sections
    .map((section) => ({ ...section, body: section.render(result) }))
    .filter(({ body }) => body.text !== '');
  const nonce = `kubeclock-${result.traceHash}`;
  return html`<!doctype html>
<html lang="en">
${head(result, assets, nonce)}<body>
<a class="skip" href="#result">Skip to the result</a>
<header>
<h1>${result.scenario}</h1>
<p class="lead">A run of the Kubernetes simulator kubeclock, seed ${result.seed}. All times are
simulated.</p>
<nav aria-label="Sections"><ul>
${shown.map(
  ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>
`,
)}</ul></nav>
</header>
<main>
${shown.map(
  ({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}</section>
`,
)}</main>
<footer>
<p>The same scenario and seed give this same page. Every figure is in the CSV and JSON files beside
it.</p>
</footer>
<script nonce="${nonce}">${markup(assets.uPlotJs)}</script>
<script nonce="${nonce}">${markup(plotScript)}</script>
</body>
</html>
`.text;
}

function head(result: RunResult, assets: ReportAssets, nonce: string): Html {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${result.scenario} – kubeclock</title>
<style>
${markup(assets.uPlotCss)}
${markup(pageStyle)}</style>
</head>
`;
}
