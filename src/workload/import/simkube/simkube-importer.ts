/**
 * SimKube traces as timed operations: every event applies and deletes its objects at its time after
 * the first event. Pods whose life was traced run for as long as they did.
 *
 * Left out: the hashes of the index, the end of traced pods that were still running, objects that a
 * controller makes (the trace has none).
 *
 * Source: SimKube docs/ref/trace-files.md; the driver of SimKube applies and deletes in the same
 * order.
 */

import { behaviour } from '../../../api/pod-behaviour.js';
import type { Problem } from '../../../api/problem.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { formatDuration } from '../../../scenario/duration.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import { ImportNotes } from '../import-notes.js';
import { type ImportedScenario, type Importer, type ImportFile, nameOfFile } from '../importer.js';
import {
  annotated,
  asWritten,
  nameOf,
  type ObjectName,
  startable,
  withPods,
} from '../live-object.js';
import { oneFile } from '../one-file.js';
import { horizonAfter, scenarioDocument } from '../scenario-document.js';
import { isTrace, readTrace, type SimkubeTrace } from './simkube-trace.js';

export const simkubeImporter: Importer = {
  format: 'simkube',
  title: 'SimKube trace',
  recognises: isTrace,
  read: (files, _options, problems) => oneFile(files, 'a SimKube trace', problems, readSimkube),
};

function readSimkube(file: ImportFile, problems: Problem[]): ImportedScenario | undefined {
  const trace = readTrace(file, problems);
  if (trace === undefined) return undefined;
  const notes = new ImportNotes();
  const startTs = trace.events[0]?.ts ?? 0;
  const runTimes = runTimesOf(trace, notes);
  const replay = new Replay(runTimes, notes);
  const operations = trace.events.flatMap((event) =>
    replay.operationsOf(event, (event.ts - startTs) * 1_000_000),
  );
  const lastUs = ((trace.events.at(-1)?.ts ?? 0) - startTs) * 1_000_000;
  const spec = { horizon: horizonAfter(lastUs), until: 'converged', workload: { operations } };
  return {
    scenario: scenarioDocument(nameOfFile(file.path, 'simkube'), spec),
    files: new Map(),
    notes: notes.sentences,
  };
}

type TraceEvent = SimkubeTrace['events'][number];

/** Turns events into operations, and remembers which objects there are. */
class Replay {
  readonly #present = new Set<string>();
  readonly #runTimes: ReadonlyMap<string, string>;
  readonly #notes: ImportNotes;

  constructor(runTimes: ReadonlyMap<string, string>, notes: ImportNotes) {
    this.#runTimes = runTimes;
    this.#notes = notes;
  }

  operationsOf({ applied_objs, deleted_objs }: TraceEvent, atUs: number): readonly Tree[] {
    const at = formatDuration(atUs);
    const objects = this.#applied(applied_objs);
    const targets = this.#deleted(deleted_objs);
    return [
      ...(objects.length > 0 ? [{ op: 'apply', at, objects }] : []),
      ...(targets.length > 0 ? [{ op: 'delete', at, targets }] : []),
    ];
  }

  /** What an event applies more than once counts as it is in the end. */
  #applied(objects: readonly Tree[]): readonly Tree[] {
    const byKey = new Map<string, Tree>();
    for (const object of objects) {
      const name = this.#knownName(object);
      if (name === undefined) continue;
      const key = keyOf(name);
      if (byKey.has(key))
        this.#notes.add('{count} objects that one event applies twice count once.');
      byKey.set(key, written(object, this.#runTimes));
      this.#present.add(key);
    }
    return [...byKey.values()];
  }

  #deleted(objects: readonly Tree[]): readonly Tree[] {
    return objects.flatMap((object) => {
      const name = this.#knownName(object);
      if (name === undefined) return [];
      if (!this.#present.delete(keyOf(name))) {
        this.#notes.add('{count} deletions of what the trace has not applied were left out.');
        return [];
      }
      const { kind, namespace } = name;
      return [{ kind, ...(namespace !== '' && { namespace }), name: name.name }];
    });
  }

  /** The identity of an object of a kind that is simulated. */
  #knownName(object: Tree): ObjectName | undefined {
    const name = nameOf(object);
    if (name === undefined) this.#notes.add('{count} objects without kind or name were left out.');
    else if (resourceKindNamed(name.kind) !== undefined) return name;
    else this.#notes.add(`${name.kind} is not simulated: {count} changes were left out.`);
    return undefined;
  }
}

function keyOf({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${namespace}/${name}`;
}

function written(object: Tree, runTimes: ReadonlyMap<string, string>): Tree {
  const { apiVersion = '', kind = '', namespace = '', name = '' } = nameOf(object) ?? {};
  const runTime = runTimes.get(ownerKey(`${apiVersion}.${kind}`, `${namespace}/${name}`));
  return withPods(asWritten(object), (pod) => {
    const own = startable(pod);
    return runTime === undefined ? own : annotated(own, behaviour.runTime, runTime);
  });
}

/** The tuple of an owner as the keys of the trace have it. */
function ownerKey(groupVersionKind: string, name: string): string {
  return JSON.stringify([groupVersionKind, name]);
}

/** For how long the pods of each owner ran: exactly, or between the shortest and the longest. */
function runTimesOf(
  { pod_lifecycles: lifecycles }: SimkubeTrace,
  notes: ImportNotes,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [owner, byTemplate] of Object.entries(lifecycles)) {
    const all = Object.values(byTemplate).flat();
    const lived = all.flatMap((each) =>
      typeof each === 'object' && 'Finished' in each ? [each.Finished[1] - each.Finished[0]] : [],
    );
    if (lived.length === 0 || Math.min(...lived) < 0) continue;
    const [low, high] = [Math.min(...lived), Math.max(...lived)];
    const text = (seconds: number): string => formatDuration(seconds * 1_000_000);
    found.set(owner, low === high ? text(low) : `${text(low)}..${text(high)}`);
    notes.add('{count} pods run for as long as they were traced to.', lived.length);
  }
  return found;
}
