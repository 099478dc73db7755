/**
 * What happened to a cluster while it was recorded, as operations: what came is applied, what went
 * is deleted when it was told to go, nodes come, go, and are cordoned and tainted. Where pods went
 * is left to the scheduler, and how long they ran is what the recording says.
 *
 * Left out: statuses, claims and volumes as controllers change them, static pods that come later.
 */

import { behaviour } from '../../../api/pod-behaviour.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { formatDuration } from '../../../scenario/duration.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { controllerRef } from '../cluster-dump/made-up-owners.js';
import { wasRunning } from '../cluster-dump/stored-objects.js';
import type { ImportNotes } from '../import-notes.js';
import { annotated, asWritten, nameOf, startable, withPods } from '../live-object.js';
import { nodeChanges } from './node-changes.js';
import { changesBetween } from './object-changes.js';
import { exitsOf, type PodExit } from './pod-exits.js';
import type { ClusterRecord } from './record-file.js';

/** Kinds whose changes controllers make here as they did there. */
const controlled: ReadonlySet<string> = new Set(['PersistentVolume', 'PersistentVolumeClaim']);

/** A cluster as it was when the recording began. */
export interface RecordedStart {
  readonly objects: readonly Tree[];
  readonly startUs: number;
  /** The pool of each node that comes later, by its name. */
  readonly pools: ReadonlyMap<string, string>;
  /** Names of nodes that go and come back. */
  readonly returning: ReadonlySet<string>;
}

/** The identity of an object among all records. */
export function keyOf(object: Tree): string {
  const { kind = '', namespace = '', name = '' } = nameOf(object) ?? {};
  return `${kind}/${namespace}/${name}`;
}

/** Turns records into operations, and remembers how each object is at the time. */
export class RecordedChanges {
  /** Objects as they were recorded last, and not told to go. */
  readonly #present = new Map<string, Tree>();
  /** UIDs of what is there and makes objects: these are left to it. */
  readonly #makers = new Set<unknown>();
  readonly #start: RecordedStart;
  readonly #exits: ReadonlyMap<string, PodExit>;
  readonly #notes: ImportNotes;

  constructor(start: RecordedStart, records: readonly ClusterRecord[], notes: ImportNotes) {
    this.#start = start;
    this.#exits = exitsOf(records, keyOf);
    this.#notes = notes;
    for (const object of start.objects) this.#remember(object);
  }

  /** The operations of one record; each record is given once, in order of time. */
  operationsOf({ event, object, atUs }: ClusterRecord): readonly Tree[] {
    const kind = String(object['kind']);
    if (resourceKindNamed(kind) === undefined) {
      this.#notes.add(`${kind} is not simulated: {count} changes were left out.`);
      return [];
    }
    const known = this.#present.get(keyOf(object));
    const found =
      event === 'Add' && known === undefined
        ? this.#added(object)
        : event === 'Delete'
          ? this.#gone(object, known)
          : this.#changed(object, known);
    const at = formatDuration(Math.max(0, atUs - this.#start.startUs));
    return found.map(({ op, ...rest }) => ({ op, at, ...rest }));
  }

  #remember(object: Tree): void {
    this.#present.set(keyOf(object), object);
    const { metadata, kind } = object;
    if (kind !== 'Pod' && isTree(metadata)) this.#makers.add(metadata['uid']);
  }

  #added(object: Tree): readonly Tree[] {
    const { kind } = object;
    const owner = controllerRef(object);
    if (owner?.['kind'] === 'Node') {
      this.#notes.add('{count} pods of the kubelets themselves that come later are left out.');
      return [];
    }
    if (owner !== undefined && this.#makers.has(owner['uid'])) {
      this.#notes.add('{count} objects that a controller makes are left to the controllers.');
      return [];
    }
    if (isProvisioned(object)) {
      this.#notes.add('{count} volumes that a provisioner makes are left to it.');
      return [];
    }
    this.#remember(object);
    if (kind === 'Node') {
      const pool = this.#start.pools.get(nameOf(object)?.name ?? '');
      return pool === undefined ? [] : [{ op: 'createNodes', pool, count: 1 }];
    }
    if (kind === 'Pod' && !wasRunning(object)) return [];
    return [{ op: 'apply', objects: [this.#written(object)] }];
  }

  #gone(object: Tree, known: Tree | undefined): readonly Tree[] {
    if (known === undefined) return [];
    if (known['kind'] === 'Node' && this.#start.returning.has(nameOf(known)?.name ?? '')) {
      this.#notes.add('{count} nodes that went and came back stay.');
      return [];
    }
    this.#present.delete(keyOf(object));
    return [{ op: 'delete', targets: [targetOf(known)] }];
  }

  #changed(object: Tree, known: Tree | undefined): readonly Tree[] {
    if (known === undefined) return [];
    const { metadata, kind } = object;
    if (isTree(metadata) && metadata['deletionTimestamp'] != null) {
      return this.#gone(object, known);
    }
    this.#present.set(keyOf(object), object);
    if (kind === 'Node') return nodeChanges(known, object);
    if (controlled.has(String(kind))) return [];
    const patch = changesBetween(this.#written(known), this.#written(object));
    return patch === undefined ? [] : [{ op: 'update', target: targetOf(object), patch }];
  }

  /** As a user would have applied it; a pod ends as it was recorded to. */
  #written(object: Tree): Tree {
    if (object['kind'] !== 'Pod') return withPods(asWritten(object), startable);
    const pod = startable(asWritten(object));
    const exit = this.#exits.get(keyOf(object));
    if (exit === undefined) return pod;
    const ending = annotated(pod, behaviour.runTime, formatDuration(exit.runTimeUs));
    return exit.code === 0 ? ending : annotated(ending, behaviour.exitCode, String(exit.code));
  }
}

function targetOf(object: Tree): Tree {
  const { kind = '', namespace = '', name = '' } = nameOf(object) ?? {};
  return { kind, ...(namespace !== '' && { namespace }), name };
}

/** Volumes of claims come from the provisioner of their class. */
function isProvisioned({ kind, metadata }: Tree): boolean {
  const annotations = isTree(metadata) ? metadata['annotations'] : undefined;
  return (
    kind === 'PersistentVolume' &&
    isTree(annotations) &&
    annotations['pv.kubernetes.io/provisioned-by'] !== undefined
  );
}
