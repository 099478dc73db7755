// Reads the repository as text for the tidy tests, and resolves imports without a compiler.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = join(dirname(fileURLToPath(import.meta.url)), '../..');

export interface SourceFile {
  /** Path from the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** All files of the given folders (or single files) whose name ends in one of `endings`, sorted. */
export function sourceFiles(places: readonly string[], endings: readonly string[]): SourceFile[] {
  const paths = places.flatMap((place) => {
    const path = join(root, place);
    if (!existsSync(path)) return [];
    if (statSync(path).isFile()) return [place];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  });
  return paths
    .map((path) => path.split(sep).join('/'))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort()
    .map((path) => readSource(path));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, lines: text.replace(/\n$/, '').split('\n') };
}

const importForms: readonly RegExp[] = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+['"](?<target>\.[^'"]+)['"]/gm,
  /^\s*import\s+['"](?<target>\.[^'"]+)['"]/gm,
  /\bimport\(\s*['"`](?<target>\.[^'"`]+)['"`]/g,
  /\bnew URL\(\s*['"](?<target>\.[^'"]+)['"],\s*import\.meta\.url/g,
];

/** Paths of the TypeScript files that `file` imports, type imports and worker entries included. */
export function importsOf(file: SourceFile): string[] {
  const targets = importForms.flatMap((form) =>
    [...file.text.matchAll(form)].map((match) => match.groups?.['target'] ?? ''),
  );
  return targets
    .map((target) => posix.join(posix.dirname(file.path), target).replace(/\.js$/, '.ts'))
    .filter((target) => target.endsWith('.ts'));
}
