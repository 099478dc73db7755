// Volumes: one that only one node may have is never attached to two, a claim has one volume and
// keeps it, and no two claims are bound to one volume.
import { isMultiAttachable } from '../api/attachable-volume.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttachment,
} from '../api/persistent-volume.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

export class VolumeBindings extends Checker {
  /** Volumes that several nodes may have. */
  readonly #shared = new Set<string>();
  /** Nodes that have a volume, by its name. */
  readonly #nodes = new Map<string, Set<string>>();
  /** UID of the claim that is bound to a volume, by its name. */
  readonly #claims = new Map<string, string>();
  /** Volume that is bound to a claim, by the claim's UID. */
  readonly #volumes = new Map<string, string>();
  /** The same the other way round. */
  readonly #claimOf = new Map<string, string>();

  override readonly committedKinds: ReadonlySet<string> = new Set([
    'PersistentVolume',
    'PersistentVolumeClaim',
    'VolumeAttachment',
  ]);

  override committed({ type, object }: WatchEvent): void {
    const isGone = type === 'DELETED';
    if (object.kind === 'PersistentVolume') this.#volumeCommitted(object, isGone);
    else if (object.kind === 'PersistentVolumeClaim') this.#claimCommitted(object, isGone);
    else if (object.kind === 'VolumeAttachment') this.#attachmentCommitted(object, isGone);
  }

  #volumeCommitted(volume: PersistentVolume, isGone: boolean): void {
    const { name } = volume.metadata;
    if (isMultiAttachable(volume)) this.#shared.add(name);
    const uid = volume.spec.claimRef?.uid ?? '';
    const before = this.#claimOf.get(name);
    if (before !== undefined && (isGone || before !== uid)) {
      this.#claimOf.delete(name);
      this.#volumes.delete(before);
    }
    if (isGone || uid === '' || volume.status?.phase !== 'Bound') return;
    const other = this.#volumes.get(uid) ?? name;
    this.expect(other === name, () => `a claim is bound to the volumes ${other} and ${name}`);
    this.#volumes.set(uid, name);
    this.#claimOf.set(name, uid);
  }

  #claimCommitted({ metadata, spec, status }: PersistentVolumeClaim, isGone: boolean): void {
    const { volumeName = '' } = spec;
    const { uid = '', namespace, name } = metadata;
    if (volumeName === '' || status?.phase !== 'Bound') return;
    const holder = this.#claims.get(volumeName) ?? uid;
    if (isGone) {
      if (holder === uid) this.#claims.delete(volumeName);
      return;
    }
    this.expect(holder === uid, () => `${namespace}/${name} and another have ${volumeName}`);
    this.#claims.set(volumeName, uid);
  }

  #attachmentCommitted({ spec, status }: VolumeAttachment, isGone: boolean): void {
    const volume = spec.source.persistentVolumeName ?? '';
    const nodes = this.#nodes.get(volume) ?? new Set<string>();
    this.#nodes.set(volume, nodes);
    if (isGone || status?.attached !== true) {
      nodes.delete(spec.nodeName);
      return;
    }
    nodes.add(spec.nodeName);
    const isLegal = nodes.size === 1 || this.#shared.has(volume);
    this.expect(isLegal, () => `${volume} is attached to ${[...nodes].join(' and ')}`);
  }
}
