/**
 * meta.json: the one file of a run that knows the clock and the host, and that lists the others.
 */

import { hostname } from 'node:os';
import { metaFile } from './results-folder.js';
import { modelledKubernetes, packageVersion } from './version.js';

/** What the command knows about a run. */
export interface RunFacts {
  readonly modelVersion: string;
  readonly traceHash: string;
  readonly wallMs: number;
}

/** The files of a run with meta.json. */
export function withMeta(
  files: ReadonlyMap<string, string>,
  { modelVersion, traceHash, wallMs }: RunFacts,
): ReadonlyMap<string, string> {
  const meta = {
    tool: 'kubeclock',
    schemaVersion: 1,
    version: packageVersion(),
    modelVersion,
    kubernetes: modelledKubernetes,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    host: hostname(),
    finishedAt: new Date().toISOString(),
    wallSeconds: Math.round(wallMs) / 1000,
    traceHash,
    files: [...files.keys()],
  };
  return new Map([...files, [metaFile, `${JSON.stringify(meta, null, 2)}\n`]]);
}
