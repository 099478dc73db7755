// Writes docs/csv.md from the columns of the built program.
// Usage: npm run build && node tools/write-csv-docs.mjs

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { renderCsvDocs } from './csv-docs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const built = join(root, 'dist/report/csv-files.js');
const { csvFiles } = await import(pathToFileURL(built).href);

writeFileSync(join(root, 'docs/csv.md'), renderCsvDocs(csvFiles));
console.log(`docs/csv.md describes ${csvFiles.length} files.`);
