/**
 * A live cluster as `kubectl get nodes,pods,… -A -o json` shows it: its nodes are the nodes of
 * the scenario, its pods run on them from the start, and whatever else is simulated is stored.
 */

import type { Problem } from '../../../api/problem.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  importProblemCodes,
  nameOfFile,
  textOf,
} from '../importer.js';
import { listFile, scenarioDocument } from '../scenario-document.js';
import { isRecording } from '../scheduler-simulator/record-file.js';
import { clusterState, objectsOf } from './cluster-state.js';
import { readObjects, schedulerConfigIn } from './read-objects.js';

/** The file in which the objects stand, beside the scenario. */
const objectsFile = 'objects.yaml';

export const clusterDumpImporter: Importer = {
  format: 'cluster-dump',
  title: 'objects of a live cluster, as kubectl get -A -o json shows them',
  recognises: isDump,
  read: readDump,
};

/** Nodes that say what machine they are are those of a cluster that runs. */
function isDump(file: ImportFile): boolean {
  const first = file.bytes[0] ?? 0;
  if (first >= 0x80 && first !== 0xef) return false;
  const text = textOf(file);
  const isSnapshot =
    /^\s*\{/.test(text) && /"schedulerConfig"\s*:/.test(text) && /"pvcs"/.test(text);
  // The Stages of KWOK have templates of the same in them, and recordings the same over time.
  if (/^kind:\s*["']?(?:Stage|KwokctlResource|ResourcePatch)\b/m.test(text)) return false;
  if (isRecording(text)) return false;
  return (
    isSnapshot || (/["']?nodeInfo["']?\s*:/.test(text) && /["']?allocatable["']?\s*:/.test(text))
  );
}

function readDump(
  files: readonly ImportFile[],
  _options: unknown,
  problems: Problem[],
): ImportedScenario | undefined {
  const notes = new ImportNotes();
  const found = readObjects(files, notes, problems);
  if (problems.length > 0) return undefined;
  if (objectsOf(found, 'Node').length === 0) {
    const place = { file: files[0]?.path ?? '', line: 1, column: 1 };
    const expected = 'nodes and pods: kubectl get nodes,pods,deploy,rs -A -o json';
    const { notThisFormat } = importProblemCodes;
    problems.push(problemAt(place, notThisFormat, 'the dump holds no Node', { expected }));
    return undefined;
  }
  const { nodePools, objects } = clusterState(found, [], true, notes);
  const config = schedulerConfigIn(files);
  const spec = {
    horizon: '30m',
    until: 'converged',
    ...(config !== undefined && { controlPlane: { scheduler: { config } } }),
    nodePools,
    ...(objects.length > 0 && { initialObjects: { manifests: objectsFile } }),
  };
  return {
    scenario: scenarioDocument(nameFor(files), spec),
    files: listFile(objectsFile, objects),
    notes: notes.sentences,
  };
}

/** That of the file; of several none tells what they are together. */
function nameFor(files: readonly ImportFile[]): string {
  return files.length === 1 ? nameOfFile(files[0]?.path ?? '', 'cluster') : 'cluster';
}
