// Writes the graph and the table of docs/import-graph.md anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { graphMarkers, renderImportGraph } from './import-graph.mjs';
import { replaceSection } from './model-tables.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = join(root, 'docs/import-graph.md');
writeFileSync(
  path,
  replaceSection(readFileSync(path, 'utf8'), renderImportGraph(root), graphMarkers),
);
