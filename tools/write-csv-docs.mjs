// Writes docs/csv.md from the columns of the built program.
// Usage: npm run build && node tools/write-csv-docs.mjs

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { renderCsvDocs } from './csv-docs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = (file) => import(pathToFileURL(join(root, 'dist/report', file)).href);
const { csvFiles } = await built('csv-files.js');
const { perfCsvFiles } = await built('scheduler-perf/perf-files.js');
const files = [...csvFiles, ...perfCsvFiles];

writeFileSync(join(root, 'docs/csv.md'), renderCsvDocs(files));
console.log(`docs/csv.md describes ${files.length} files.`);
