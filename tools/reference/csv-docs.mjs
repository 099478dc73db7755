// docs/csv.md as text, from the columns that the files of src/report declare.

const head = `# CSV files

A run writes these files to its folder. They follow RFC 4180, but lines end with \\n: commas between
cells, quotes around cells that need them, one header line. Numbers have a point, no exponent and at
most six decimals; times are seconds since the start of the scenario, exact to the microsecond. An
empty cell means that it did not happen, or that there was no sample. Columns are never renamed or
moved within one \`schemaVersion\` of \`summary.json\`; new ones come last.

This file is written from the code: \`npm run build && node tools/write-reference.mjs\`.
`;

/** The whole document. */
export function renderCsvDocs(files) {
  return [head, ...files.map(section)].join('\n');
}

function section({ name, description, csvColumns }) {
  const rows = csvColumns.map((column) => `| \`${column.name}\` | ${column.description} |`);
  return `## ${name}\n\n${description}\n\n| column | meaning |\n|---|---|\n${rows.join('\n')}\n`;
}
