/**
 * The folder that a run writes its files to: all of them or none. Files go to a folder beside it
 * first, which then takes its name; a folder of an earlier run is replaced, anything else is not.
 * A folder that cannot be renamed, such as a volume of a container, is filled instead, meta.json
 * last: without it nobody takes what is there for results.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from './exit-code.js';

/** Name of the file by which a results folder is recognised. */
export const metaFile = 'meta.json';

/** Name of the file that holds what the run was made of. */
export const inputsFile = 'inputs.json';

/** A results folder that is being prepared. */
export interface ResultsFolder {
  readonly path: string;
  /** Writes all files and puts the folder in its place. @throws Error of the file system. */
  commit(files: ReadonlyMap<string, string>): void;
  /** Removes everything that was prepared. Does nothing after `commit`. */
  discard(): void;
}

/**
 * Makes sure, before the run, that its results can be written.
 *
 * @throws UsageError when something that is not a results folder stands at `path`.
 * @throws Error of the file system when nothing can be written there.
 */
export function openResultsFolder(path: string): ResultsFolder {
  refuseForeign(path);
  // Behind a link is the folder that is meant; the link stays.
  const place = existsSync(path) ? realpathSync(path) : path;
  const { temporary, firstMade } = told(path, () => openTemporary(place));
  let isDone = false;
  const discard = (): void => {
    if (isDone) return;
    isDone = true;
    rmSync(temporary, { recursive: true, force: true });
    removeEmptyParents(dirname(temporary), firstMade);
  };
  return {
    path,
    discard,
    commit(files) {
      try {
        told(path, () => {
          for (const [name, text] of files) writeInside(temporary, name, text);
          swap(temporary, place);
        });
      } catch (error) {
        discard();
        throw error;
      }
      isDone = true;
    },
  };
}

/**
 * Adds files to the results of a run, or puts them in the place of those that it had; meta.json
 * lists them then. Each file is whole at any time.
 *
 * @throws Error of the file system.
 */
export function addToResults(path: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  for (const [name, text] of files) {
    const unfinished = `${name}.partial-${process.pid}`;
    writeInside(path, unfinished, text);
    renameSync(join(path, unfinished), join(path, name));
  }
  const meta: { files: string[] } = JSON.parse(readFileSync(join(path, metaFile), 'utf8'));
  const listed = { ...meta, files: [...new Set([...meta.files, ...files.keys()])] };
  writeFileSync(join(path, metaFile), `${JSON.stringify(listed, null, 2)}\n`);
}

/** Does what may fail with an error of the file system, which then says what it was about. */
function told<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const { message, code, syscall } = error as NodeJS.ErrnoException;
    const sentence = `results cannot be written to ${path}: ${message}`;
    throw Object.assign(new Error(sentence, { cause: error }), { code, syscall });
  }
}

/** Codes of errors that a folder is fixed where it is, while it may take files. */
const fixedCodes: readonly unknown[] = ['EACCES', 'EBUSY', 'EPERM', 'EROFS', 'EXDEV'];

function isFixed(error: unknown): boolean {
  return fixedCodes.includes((error as NodeJS.ErrnoException).code);
}

/** The folder of unfinished files; `firstMade` is the first of its parents that was not there. */
function openTemporary(place: string): { temporary: string; firstMade: string | undefined } {
  const name = `.partial-${process.pid}`;
  const beside = `${place}${name}`;
  const firstMade = mkdirSync(dirname(beside), { recursive: true });
  try {
    return { temporary: emptyFolder(beside), firstMade };
  } catch (error) {
    if (!isFixed(error) || !existsSync(place)) throw error;
    return { temporary: emptyFolder(join(place, name)), firstMade };
  }
}

function emptyFolder(path: string): string {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  return path;
}

function writeInside(folder: string, name: string, text: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Removes the parents that were made for nothing, as long as they are empty. */
function removeEmptyParents(folder: string, firstMade: string | undefined): void {
  if (firstMade === undefined) return;
  for (let each = folder; each.length >= firstMade.length; each = dirname(each)) {
    if (!existsSync(each) || readdirSync(each).length > 0) return;
    rmdirSync(each);
  }
}

function swap(temporary: string, path: string): void {
  if (!existsSync(path)) {
    renameSync(temporary, path);
    return;
  }
  const former = `${path}.former-${process.pid}`;
  try {
    renameSync(path, former);
  } catch (error) {
    if (!isFixed(error)) throw error;
    fill(path, temporary);
    return;
  }
  try {
    renameSync(temporary, path);
  } catch (error) {
    renameSync(former, path);
    throw error;
  }
  rmSync(former, { recursive: true, force: true });
}

/** Puts the files of `temporary` in the place of those in `path`. */
function fill(path: string, temporary: string): void {
  const names = readdirSync(temporary).filter((name) => name !== metaFile);
  const former = readdirSync(path).filter((name) => join(path, name) !== temporary);
  rmSync(join(path, metaFile), { force: true });
  for (const name of former) rmSync(join(path, name), { recursive: true, force: true });
  for (const name of [...names, metaFile]) {
    cpSync(join(temporary, name), join(path, name), { recursive: true });
  }
  rmSync(temporary, { recursive: true, force: true });
}

function refuseForeign(path: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    if (!isFile && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
    if (!isFile) throw error;
    throw new UsageError(
      `${path} is a file, so results cannot be written there; choose another --out.`,
    );
  }
  if (names.length === 0) return;
  const own = ownFiles(path);
  const foreign = names.find((name) => !own.has(name));
  if (foreign === undefined) return;
  throw new UsageError(
    `${path} holds ${foreign}, which no run has written, so it is not replaced; ` +
      'choose another --out or remove it.',
  );
}

/** The files that the run which made the folder has listed. */
function ownFiles(path: string): ReadonlySet<string> {
  try {
    const meta: unknown = JSON.parse(readFileSync(join(path, metaFile), 'utf8'));
    const { tool, files } = meta as { readonly tool?: unknown; readonly files?: unknown };
    if (tool !== 'kubeclock' || !Array.isArray(files)) return new Set();
    const listed: readonly string[] = files.map(String);
    return new Set([metaFile, ...listed, ...listed.map((name) => dirname(name))]);
  } catch {
    // No meta.json, or none of ours: nothing in the folder is.
    return new Set();
  }
}
