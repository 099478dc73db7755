/**
 * Recordings of kube-scheduler-simulator: what was there when the recorder began is there when the
 * run begins, and every change comes at its time after that.
 *
 * Source: kube-scheduler-simulator simulator/recorder, simulator/replayer.
 */

import type { Problem } from '../../../api/problem.js';
import { parseTimestamp } from '../../../api/timestamp.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { clusterState } from '../cluster-dump/cluster-state.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  importProblemCodes,
  nameOfFile,
  textOf,
} from '../importer.js';
import { nameOf } from '../live-object.js';
import { horizonAfter, listFile, scenarioDocument } from '../scenario-document.js';
import { type ClusterRecord, isRecording, readRecords } from './record-file.js';
import { keyOf, RecordedChanges } from './recorded-changes.js';

/** The file in which the objects stand that are there from the start, beside the scenario. */
const objectsFile = 'objects.yaml';

export const schedulerSimulatorImporter: Importer = {
  format: 'scheduler-simulator',
  title: 'recording of kube-scheduler-simulator',
  recognises: (file) => (file.bytes[0] ?? 0xff) < 0x80 && isRecording(textOf(file)),
  read: (files, _options, problems) => readRecording(files, problems),
};

function readRecording(
  files: readonly ImportFile[],
  problems: Problem[],
): ImportedScenario | undefined {
  const records = files.flatMap((file) => readRecords(file, problems));
  // Informers of several kinds write side by side, and a folder has many files.
  const ordered = records
    .map((record, index) => ({ record, index }))
    .sort((a, b) => a.record.atUs - b.record.atUs || a.index - b.index)
    .map(({ record }) => record);
  const startUs = ordered[0]?.atUs ?? 0;
  const { start, later } = split(ordered, startUs);
  const nodes = ordered.filter(({ event, object }) => event === 'Add' && isNode(object));
  if (nodes.length === 0 && problems.length === 0) {
    const place = { file: files[0]?.path ?? '', line: 1, column: 1 };
    const message = 'the recording holds no Node that is added';
    const expected = 'all records from the start of the recorder on';
    problems.push(problemAt(place, importProblemCodes.notThisFormat, message, { expected }));
  }
  if (problems.length > 0) return undefined;
  const notes = new ImportNotes();
  const there = start.map(({ object }) => ({ kind: String(object['kind']), object }));
  const laterNodes = firstOfEach(later, start);
  const { nodePools, objects } = clusterState(there, laterNodes, false, notes);
  const pools = poolsByNode(nodePools, new Set(laterNodes.map(nameIn)));
  const changes = new RecordedChanges(
    {
      objects: start.map(({ object }) => object),
      startUs,
      pools: pools.later,
      returning: returningNodes(ordered),
    },
    ordered,
    notes,
  );
  const operations = later.flatMap((record) => changes.operationsOf(record));
  const spec = {
    horizon: horizonAfter((ordered.at(-1)?.atUs ?? startUs) - startUs),
    until: 'converged',
    nodePools: pools.atStart,
    ...(objects.length > 0 && { initialObjects: { manifests: objectsFile } }),
    ...(operations.length > 0 && { workload: { operations } }),
  };
  return {
    scenario: scenarioDocument(nameOfFile(files[0]?.path ?? '', 'recording'), spec),
    files: listFile(objectsFile, objects),
    notes: notes.sentences,
  };
}

function isNode({ kind }: Tree): boolean {
  return kind === 'Node';
}

function nameIn(object: Tree): string {
  return nameOf(object)?.name ?? '';
}

/** What was there when the recorder began, as it says itself, and what happened then. */
function split(records: readonly ClusterRecord[], startUs: number) {
  const seen = new Set<string>();
  const wasThere = ({ event, object }: ClusterRecord): boolean => {
    const { metadata } = object;
    const created = isTree(metadata) ? metadata['creationTimestamp'] : undefined;
    const createdUs = parseTimestamp(String(created));
    if (event !== 'Add' || createdUs === undefined || createdUs > startUs) return false;
    // A recorder that is started again adds everything anew.
    return seen.size < seen.add(keyOf(object)).size;
  };
  const start = records.filter(wasThere);
  const isStart = new Set(start);
  return { start, later: records.filter((record) => !isStart.has(record)) };
}

/** Nodes that come while others are there, each once, in the order in which they come. */
function firstOfEach(
  later: readonly ClusterRecord[],
  start: readonly ClusterRecord[],
): readonly Tree[] {
  const seen = new Set(start.flatMap(({ object }) => (isNode(object) ? [nameIn(object)] : [])));
  return later.flatMap(({ event, object }) => {
    if (event !== 'Add' || !isNode(object) || seen.has(nameIn(object))) return [];
    seen.add(nameIn(object));
    return [object];
  });
}

/** The pools with the nodes that are there at the start, and the pool of each later node. */
function poolsByNode(all: readonly Tree[], later: ReadonlySet<string>) {
  const byNode = new Map<string, string>();
  const atStart = all.map((pool) => {
    const names = pool['nodeNames'] as readonly string[];
    const coming = names.filter((name) => later.has(name));
    for (const name of coming) byNode.set(name, String(pool['name']));
    return { ...pool, count: names.length - coming.length };
  });
  return { atStart, later: byNode };
}

/** Nodes that are added again after they were deleted. */
function returningNodes(records: readonly ClusterRecord[]): ReadonlySet<string> {
  const gone = new Set<string>();
  const returning = new Set<string>();
  for (const { event, object } of records) {
    if (!isNode(object)) continue;
    const name = nameIn(object);
    if (event === 'Delete') gone.add(name);
    else if (event === 'Add' && gone.has(name)) returning.add(name);
  }
  return returning;
}
