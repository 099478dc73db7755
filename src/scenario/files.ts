/**
 * The only file of this folder that touches a disk: reads files by name, folder or pattern.
 *
 * Left out: character classes and braces in patterns; `*`, `?` and `**` are enough for manifests.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a scenario gets at the files it names. Paths come out as the user would type them. */
export interface ScenarioFiles {
  /** The text of a file that `list` has named. @throws Error of the file system. */
  read(path: string): string;
  /**
   * The files that a path stands for: itself, the manifests of a folder but not of those below it
   * (as `kubectl apply -f` reads it), or what a pattern matches; sorted. Empty when there is none.
   */
  list(pattern: string): readonly string[];
}

/** Files below `folder` (relative to the working directory, or absolute); `-` is standard input. */
export function filesIn(folder: string): ScenarioFiles {
  return {
    read: (path) => textOf(readBytes(path)),
    list: (pattern) => {
      if (pattern === '-') return ['-'];
      return listFiles(isAbsolute(pattern) ? pattern : join(folder, pattern));
    },
  };
}

/** UTF-8, or UTF-16 where the text begins with its mark, as Windows PowerShell writes it. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return Buffer.from(bytes).toString('utf8');
}

/** The bytes of a file; `-` is standard input. @throws Error of the file system. */
export function readBytes(path: string): Uint8Array {
  return readFileSync(path === '-' ? 0 : path);
}

/** The folder of a file, for `filesIn`. */
export function folderOf(file: string): string {
  return file === '-' ? '.' : dirname(file);
}

/** The path of a profile that ships with kubeclock, whether or not there is one of that name. */
export function shippedProfile(name: string): string {
  return fileURLToPath(new URL(`../../scenarios/profiles/${name}.yaml`, import.meta.url));
}

/** Every file below a folder, hidden ones and node_modules left out, sorted; or only its own. */
export function walkFolder(folder: string, isRecursive = true): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    // A link may lead back up; what it points to is read only when it is a file.
    const isFile = entry.isFile() || (entry.isSymbolicLink() && kindOf(path) === 'file');
    if (isFile) found.push(path);
    else if (isRecursive && entry.isDirectory()) found.push(...walkFolder(path));
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** What stands at a path. */
export function kindOf(path: string): 'file' | 'folder' | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? 'folder' : 'file';
}

const manifestName = /\.(?:ya?ml|json)$/i;

function listFiles(path: string): readonly string[] {
  const kind = kindOf(path);
  if (kind === 'file') return [path];
  if (kind === 'folder') return walkFolder(path, false).filter((file) => manifestName.test(file));
  return /[*?]/.test(path) ? matchPattern(path) : [];
}

function matchPattern(pattern: string): readonly string[] {
  const steps = normalize(pattern).split(sep);
  const fixed = steps.findIndex((step) => /[*?]/.test(step));
  const folder = steps.slice(0, fixed).join(sep) || (pattern.startsWith(sep) ? sep : '.');
  if (kindOf(folder) !== 'folder') return [];
  const matcher = patternMatcher(normalize(pattern));
  return walkFolder(folder).filter((file) => matcher.test(file));
}

/** `**` crosses folders, `*` and `?` do not. */
function patternMatcher(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}
