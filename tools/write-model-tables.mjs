// Rewrites the generated section of docs/MODEL.md from the constants of the built program.
// Usage: npm run build && node tools/write-model-tables.mjs

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { renderModelTables, replaceSection } from './model-tables.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const { constantsTable } = await import(pathToFileURL(join(dist, 'stats/constants.js')).href);

const tables = [];
for (const source of readdirSync(join(root, 'src'), { recursive: true }).sort()) {
  if (!source.endsWith('constants.ts')) continue;
  const built = join(dist, source.replace(/\.ts$/, '.js'));
  const module = await import(pathToFileURL(built).href);
  for (const value of Object.values(module)) {
    const table = constantsTable(value);
    if (table !== undefined) tables.push(table);
  }
}

const model = join(root, 'docs/MODEL.md');
writeFileSync(model, replaceSection(readFileSync(model, 'utf8'), renderModelTables(tables)));
console.log(`docs/MODEL.md lists ${tables.flat().length} constants of ${tables.length} groups.`);
