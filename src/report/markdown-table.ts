// Tables in Markdown, for pull requests and wikis.

/** A table whose first row is its header; the first `texts` columns are set left, others right. */
export function markdownTable(rows: readonly (readonly string[])[], texts = 1): readonly string[] {
  const [head = [], ...body] = rows;
  const rule = head.map((_, column) => (column < texts ? '---' : '---:'));
  return [line(head), `| ${rule.join(' | ')} |`, ...body.map(line)];
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
