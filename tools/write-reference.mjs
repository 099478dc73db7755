// Writes the pages of docs/ that are made from the built program.
// Usage: npm run build && node tools/write-reference.mjs

import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { referencePages } from './reference/pages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const load = (module) => import(pathToFileURL(join(root, 'dist', `${module}.js`)).href);
const metricModules = readdirSync(join(root, 'src/metrics'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length));

for (const [path, text] of await referencePages(load, metricModules)) {
  writeFileSync(join(root, path), text);
  console.log(`${path}: ${text.split('\n').length} lines`);
}
