// What every page is around its sections: one file that works from a disk without a network. Its
// policy (CSP) lets nothing be loaded and runs only the two scripts of the page, even should a name
// slip through unescaped.
import { assert } from '../../kernel/assert.js';
import { type Html, html, markup } from './markup.js';
import { plotScript } from './plot-script.js';
import { pageStyle } from './style.js';

/** uPlot as it is published, to be put into the page. */
export interface ReportAssets {
  /** `uPlot.iife.min.js`. */
  readonly uPlotJs: string;
  /** `uPlot.min.css`. */
  readonly uPlotCss: string;
}

/** A part of a page; one without a body is left out. */
export interface PageSection {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** What a page says. */
export interface PageContent {
  readonly title: string;
  /** Under the title: what the page is about. */
  readonly lead: Html;
  /** The first is the one that readers can skip to. */
  readonly sections: readonly PageSection[];
  readonly footer: Html;
  /** Beside that of the plots: plain JavaScript of our own. */
  readonly script?: string;
  /** Letters, digits and hyphens that nobody who gave a name in the page could have foreseen. */
  readonly nonce: string;
}

/**
 * The text of a page.
 * @throws AssertionError when an asset could end the element it is put into.
 */
export function renderFrame(content: PageContent, assets: ReportAssets): string {
  assert(!/<\/script|<!--/i.test(assets.uPlotJs), 'The plot library would end its script element.');
  assert(!/<\/style/i.test(assets.uPlotCss), 'The plot style would end its style element.');
  const { title, lead, footer, nonce, script = '' } = content;
  const shown = content.sections.filter(({ body }) => body.text !== '');
  return html`<!doctype html>
<html lang="en">
${head(content, assets)}<body>
<a class="skip" href="#${shown[0]?.id ?? ''}">Skip to the result</a>
<header>
<h1>${title}</h1>
<p class="lead">${lead}</p>
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
<p>${footer}</p>
</footer>
<script nonce="${nonce}">${markup(assets.uPlotJs)}</script>
<script nonce="${nonce}">${markup(plotScript + script)}</script>
</body>
</html>
`.text;
}

function head({ title, nonce }: PageContent, assets: ReportAssets): Html {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – kubeclock</title>
<style>
${markup(assets.uPlotCss)}
${markup(pageStyle)}</style>
</head>
`;
}
