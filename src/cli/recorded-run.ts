/**
 * A run that was made before, from its results folder: what it was made of, and by what it is
 * recognised when it is made again.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PodName } from '../experiment/explain/find-pod.js';
import type { RunTrace } from '../experiment/rerun.js';
import type { RunResult } from '../metrics/run-result.js';
import { kindOf } from '../scenario/files.js';
import { parseRunInputs, type RunInputs } from '../scenario/run-inputs.js';
import { UsageError } from './exit-code.js';
import { inputsFile } from './results-folder.js';

/** What a results folder tells about its run. */
export interface RecordedRun {
  readonly inputs: RunInputs;
  readonly trace: RunTrace;
  /** In order of creation. */
  readonly pods: readonly PodName[];
}

/** Whether a run has written the folder. */
export function isResultsFolder(folder: string): boolean {
  return kindOf(folder) === 'folder' && traceOf(textIn(folder, 'summary.json')) !== undefined;
}

/**
 * Reads a results folder.
 *
 * @throws UsageError for a folder that is none, or that another version has written.
 */
export function readRun(folder: string): RecordedRun {
  if (kindOf(folder) !== 'folder') throw new UsageError(`${folder}: there is no such folder.`);
  const trace = traceOf(textIn(folder, 'summary.json'));
  if (trace === undefined) {
    throw new UsageError(
      `${folder} is not the results folder of a run; name one that kubeclock run has written, ` +
        'such as results/quickstart-1.',
    );
  }
  const text = textIn(folder, inputsFile);
  const inputs = text === undefined ? undefined : parseRunInputs(text);
  if (inputs === undefined) {
    const fault = text === undefined ? `holds no ${inputsFile}` : `has another ${inputsFile}`;
    throw new UsageError(
      `${folder} ${fault}: another version of kubeclock wrote it. Run it again with this one.`,
    );
  }
  return { inputs, trace, pods: podsIn(textIn(folder, 'pods.csv') ?? '') };
}

function textIn(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return kindOf(path) === 'file' ? readFileSync(path, 'utf8') : undefined;
}

/** Undefined when the text is no summary. */
function traceOf(text: string | undefined): RunTrace | undefined {
  let summary: unknown;
  try {
    summary = JSON.parse(text ?? '');
  } catch {
    // Not ours, or cut short.
    return undefined;
  }
  const { traceHash, modelVersion, outcome, events } = (summary ?? {}) as Partial<RunResult>;
  if (typeof traceHash !== 'string' || outcome === undefined) return undefined;
  const wasStopped = outcome.end === 'limit' || outcome.end === 'interrupted';
  const stoppedAtEvents = wasStopped ? events : undefined;
  return { traceHash, modelVersion: String(modelVersion), stoppedAtEvents };
}

/** Namespace, name, UID and owner are the first columns of pods.csv, and hold no commas. */
function podsIn(csv: string): readonly PodName[] {
  const rows = csv.split('\n').slice(1);
  return rows.flatMap((row) => {
    const [namespace = '', name, , owner = ''] = row.split(',', 4);
    return name === undefined ? [] : [{ namespace, name, owner }];
  });
}
