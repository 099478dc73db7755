// Tables that can be read without a script, by a screen reader and on a narrow screen: a caption,
// headings with a scope, and a region of its own that scrolls sideways.
import { formatCount } from '../number-format.js';
import { clip } from '../text-table.js';
import { type Html, type HtmlContent, html, nothing } from './markup.js';

/** A column of rows of one type; the first column of a table holds the headings of its rows. */
export interface HtmlColumn<Row> {
  readonly title: string;
  /** Digits are set under each other. */
  readonly isNumeric?: boolean;
  readonly cell: (row: Row) => HtmlContent;
}

/** A column of whole numbers. */
export function countColumn<Row>(title: string, read: (row: Row) => number): HtmlColumn<Row> {
  return { title, isNumeric: true, cell: (row) => formatCount(read(row)) };
}

/** Longest free text in a cell; the CSV files hold the rest. */
const longestText = 240;

/** A table; `nothing` when there are no rows. */
export function table<Row>(
  caption: string,
  columns: readonly HtmlColumn<Row>[],
  rows: readonly Row[],
): Html {
  if (rows.length === 0) return nothing;
  const [heading, ...rest] = columns;
  if (heading === undefined) return nothing;
  const body = rows.map(
    (row) =>
      html`<tr><th scope="row">${heading.cell(row)}</th>${rest.map(
        (column) => html`<td${numeric(column)}>${column.cell(row)}</td>`,
      )}</tr>
`,
  );
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table>
<caption><span>${caption}</span></caption>
<thead><tr>${columns.map(
    (column) => html`<th scope="col"${numeric(column)}>${column.title}</th>`,
  )}</tr></thead>
<tbody>
${body}</tbody>
</table>
</div>
`;
}

/** Says which rows are shown when not all are; `rule` completes "Shown are". */
export function shownRows(shown: number, all: number, rule: string, file: string): Html {
  if (shown >= all) return nothing;
  return html`<p class="note">Shown are ${formatCount(shown)} of ${formatCount(all)}: ${rule}. All
are in <code>${file}</code>.</p>
`;
}

/** Free text, shortened so that one row cannot fill the page. */
export function shortText(text: string): string {
  return clip(text, longestText);
}

function numeric<Row>({ isNumeric }: HtmlColumn<Row>): Html {
  return isNumeric === true ? html` class="n"` : nothing;
}
