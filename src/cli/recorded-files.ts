/**
 * The files of a folder of recordings, some of which are compressed.
 */

import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { kindOf, walkFolder } from '../scenario/files.js';
import { UsageError } from './exit-code.js';

/** Files below a folder, as whoever reads recordings asks for them. */
export interface RecordedFiles {
  /** Paths below the folder with `/`, sorted. */
  readonly files: readonly string[];
  /** The text of a file, uncompressed. @throws Error of the file system. */
  readonly read: (file: string) => string;
}

/** The files below `folder`. @throws UsageError when it is no folder. */
export function recordedFilesIn(folder: string): RecordedFiles {
  if (kindOf(folder) !== 'folder') throw new UsageError(`${folder} is not a folder.`);
  return {
    files: walkFolder(folder).map((path) => relative(folder, path).split(sep).join('/')),
    read: (file) => {
      const bytes = readFileSync(join(folder, file));
      return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    },
  };
}
