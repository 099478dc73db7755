/**
 * Choosing the importer of files, and the text of what it makes of them.
 */

import { yamlText } from '../../api/yaml-dialect.js';
import type { ImportedScenario, Importer, ImportFile } from './importer.js';
import { importers } from './importers.js';

/** The file in which an imported scenario stands. */
export const importedFile = 'scenario.yaml';

/** The importer that recognises one of the files, the first of them that any does. */
export function importerOf(files: readonly ImportFile[]): Importer | undefined {
  for (const file of files) {
    const found = importers.find((each) => each.recognises(file));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As many of them are named. */
const namedSources = 3;

function named(sources: readonly string[]): string {
  const more = sources.length - namedSources;
  return sources.slice(0, namedSources).join(', ') + (more > 0 ? ` and ${more} more files` : '');
}

/** The scenario as YAML with a head that says where it comes from; the further files beside it. */
export function importedTexts(
  { scenario, files, notes }: ImportedScenario,
  { title }: Importer,
  sources: readonly string[],
): ReadonlyMap<string, string> {
  const head = [`Imported from ${named(sources)} (${title}).`, ...notes.map((note) => `- ${note}`)];
  const comment = head.map((line) => `# ${line.replaceAll(/\s*[\r\n]+\s*/g, ' ')}\n`).join('');
  return new Map([[importedFile, `${comment}${yamlText(scenario)}`], ...files]);
}
