/**
 * Everything that a command reads of its input goes through one interface, so that it can be kept
 * and read again where the files are not: with the results of a run, on another machine.
 */

import { filesIn, kindOf, readBytes, type ScenarioFiles, shippedProfile } from './files.js';
import { portableNames } from './portable-names.js';
import type { FileList, RunInputs } from './run-inputs.js';

/** Where the input of a command comes from. `-` is standard input. */
export interface InputFiles {
  kindOf(path: string): 'file' | 'folder' | undefined;
  /** @throws Error of the file system. */
  read(path: string): string;
  /** What `read` gives the text of. @throws Error of the file system. */
  bytes(path: string): Uint8Array;
  /** What a path or a pattern stands for, relative to a folder; see `ScenarioFiles`. */
  list(folder: string, pattern: string): readonly string[];
  /** The text of a profile that ships with kubeclock; undefined when there is none of that name. */
  shippedProfile(name: string): string | undefined;
}

/** The files of this machine. */
export const diskFiles: InputFiles = {
  kindOf: (path) => (path === '-' ? 'file' : kindOf(path)),
  read: (path) => filesIn('.').read(path),
  bytes: readBytes,
  list: (folder, pattern) => filesIn(folder).list(pattern),
  shippedProfile: (name) => {
    const path = shippedProfile(name);
    return kindOf(path) === 'file' ? filesIn('.').read(path) : undefined;
  },
};

/** What a scenario in `folder` sees of the input: everything but standard input, which is empty. */
export function scenarioFilesIn(files: InputFiles, folder: string): ScenarioFiles {
  return {
    list: (pattern) => files.list(folder, pattern),
    read: (path) => (path === '-' ? '' : files.read(path)),
  };
}

/** Under which name a profile that ships with kubeclock is known and kept. */
export function shippedName(profile: string): string {
  return `profile ${profile}`;
}

/** What a command was told; see `RunInputs` for the meaning of the fields. */
export type StatedInput = Pick<RunInputs, 'name' | 'seed' | 'files' | 'options'>;

/** Remembers all that was read and listed. Reads nothing twice, so standard input counts as well. */
export class RecordingFiles implements InputFiles {
  readonly #files: InputFiles;
  readonly #texts = new Map<string, string>();
  readonly #lists: FileList[] = [];

  constructor(files: InputFiles) {
    this.#files = files;
  }

  kindOf(path: string): 'file' | 'folder' | undefined {
    return this.#files.kindOf(path);
  }

  shippedProfile(name: string): string | undefined {
    const text = this.#files.shippedProfile(name);
    if (text !== undefined) this.#texts.set(shippedName(name), text);
    return text;
  }

  read(path: string): string {
    let text = this.#texts.get(path);
    if (text === undefined) {
      text = this.#files.read(path);
      this.#texts.set(path, text);
    }
    return text;
  }

  /** Not kept: what is made of them is. Standard input can be read only once, so its text is. */
  bytes(path: string): Uint8Array {
    return path === '-' ? encoded(this.read(path)) : this.#files.bytes(path);
  }

  list(folder: string, pattern: string): readonly string[] {
    const known = this.#lists.find((each) => each.folder === folder && each.pattern === pattern);
    if (known !== undefined) return known.names;
    const names = this.#files.list(folder, pattern);
    this.#lists.push({ folder, pattern, names });
    return names;
  }

  /** What was read so far, under names that are the same on every machine. */
  inputs({ name, seed, files, options }: StatedInput): RunInputs {
    const read = [...this.#texts.keys()];
    const listed = this.#lists.flatMap(({ names }) => names);
    const folders = this.#lists.map(({ folder }) => folder);
    const portable = portableNames([...files, ...read, ...listed], folders);
    // A pattern inside a scenario is looked up as it stands there.
    const isArgument = ({ folder, pattern }: FileList): boolean =>
      folder === '.' && files.includes(pattern);
    return {
      name,
      seed,
      files: files.map(portable),
      options: new Map(
        [...options].map(([key, value]) => [
          key,
          typeof value === 'string'
            ? portable(value)
            : typeof value === 'boolean'
              ? value
              : value.map(portable),
        ]),
      ),
      lists: this.#lists.map((list) => ({
        folder: portable(list.folder),
        pattern: isArgument(list) ? portable(list.pattern) : list.pattern,
        names: list.names.map(portable),
      })),
      texts: new Map([...this.#texts].map(([path, text]) => [portable(path), text])),
    };
  }
}

/** The files with those of an import in front of them; these stand in the working directory. */
export function filesWith(imported: ReadonlyMap<string, string>, below: InputFiles): InputFiles {
  return {
    kindOf: (path) => (imported.has(path) ? 'file' : below.kindOf(path)),
    read: (path) => imported.get(path) ?? below.read(path),
    bytes: (path) => {
      const text = imported.get(path);
      return text === undefined ? below.bytes(path) : encoded(text);
    },
    list: (folder, pattern) =>
      folder === '.' && imported.has(pattern) ? [pattern] : below.list(folder, pattern),
    shippedProfile: (name) => below.shippedProfile(name),
  };
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The files of a run that was made elsewhere. What it did not read is not there. */
export function keptFiles({ lists, texts }: RunInputs): InputFiles {
  const read = (path: string): string => {
    const text = texts.get(path);
    if (text === undefined) throw new Error(`${path} is not among the kept inputs`);
    return text;
  };
  return {
    kindOf: (path) => (texts.has(path) ? 'file' : undefined),
    read,
    bytes: (path) => encoded(read(path)),
    list: (folder, pattern) =>
      lists.find((each) => each.folder === folder && each.pattern === pattern)?.names ?? [],
    shippedProfile: (name) => texts.get(shippedName(name)),
  };
}
