// Text for a terminal of a given width: aligned columns, wrapped paragraphs, nothing that a hostile
// name could use to move the cursor. Widths count code points; what is wider than one cell is not
// looked for, because Kubernetes names are ASCII.

/** Text on one line: control and bidirectional characters become a replacement sign. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd');
}

/** `text` in at most `width` places, with an ellipsis when it had more. */
export function clip(text: string, width: number): string {
  const points = [...text];
  return points.length <= width ? text : `${points.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** Paragraphs of at most `width` places, broken at spaces; the second line on is indented. */
export function wrapText(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current.trim() !== '' && [...longer].length > width) {
      lines.push(current);
      current = indent + word;
    } else {
      current = longer;
    }
    for (let points = [...current]; points.length > width; points = [...current]) {
      lines.push(points.slice(0, width).join(''));
      current = indent + points.slice(width).join('');
    }
  }
  return [...lines, current];
}

/** A paragraph of at most `width` places beside a head, which its further lines leave free. */
export function besideHead(head: string, text: string, width: number): string[] {
  const indent = ' '.repeat([...head].length);
  const [first = '', ...rest] = wrapText(text, Math.max(1, width - indent.length), '');
  return [head + first, ...rest.map((line) => indent + line)];
}

/** Columns of a table; the first one gives way when the rows are too wide. */
export interface TextColumns {
  /** One letter a column: `l` for left, `r` for right. */
  readonly align: string;
  /** Widest line. */
  readonly width: number;
}

const gap = '  ';

/** Aligned lines, one a row; every row has as many cells as `align` has letters. */
export function alignRows(rows: readonly (readonly string[])[], columns: TextColumns): string[] {
  const widths = [...columns.align].map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, [...(row[column] ?? '')].length), 0),
  );
  const total = widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
  const first = widths[0] ?? 0;
  widths[0] = Math.max(1, Math.min(first, first - (total - columns.width)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      const text = clip(cell, width);
      const space = ' '.repeat(width - [...text].length);
      return columns.align[column] === 'r' ? space + text : text + space;
    });
    return cells.join(gap).trimEnd();
  });
}
