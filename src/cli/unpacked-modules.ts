/**
 * The modules of plugins that a run has kept, in a folder of this machine, because Node imports
 * modules from files. The folder goes when the process ends.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { isModule } from '../scenario/plugin-files.js';

const esmSyntax = /^(?:export|import)\s/m;

/** Writes the modules among `texts`, and says where each of them is. */
export function unpackedModules(texts: ReadonlyMap<string, string>): (file: string) => string {
  const modules = [...texts].filter(([file]) => isModule(file));
  if (modules.length === 0) return (file) => file;
  const folder = mkdtempSync(join(tmpdir(), 'kubeclock-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const climbs = modules.map(([file]) => normalize(file).split(/\.\.[\\/]/).length - 1);
  // Names may lead out of the folder of the run; here they must not lead out of this one.
  const base = join(folder, ...Array.from({ length: Math.max(...climbs) }, () => 'up'));
  const pathOf = (file: string): string => join(base, file);
  for (const [file, text] of modules) {
    mkdirSync(dirname(pathOf(file)), { recursive: true });
    writeFileSync(pathOf(file), text);
  }
  // Node warns when it has to guess what a .js file is.
  const isEsm = modules.every(([file, text]) => !file.endsWith('.js') || esmSyntax.test(text));
  writeFileSync(join(folder, 'package.json'), isEsm ? '{"type": "module"}' : '{}');
  return pathOf;
}
