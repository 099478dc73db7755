// Which volumes should be attached to which nodes: those of the pods that are there and have not
// ended. Kept with every change of a pod, of a claim or of a volume.
// Source: Kubernetes v1.36
// pkg/controller/volume/attachdetach/{cache/desired_state_of_world,util}.go.
import { isMultiAttachable, uniqueVolumeName } from '../../../api/attachable-volume.js';
import { isFullyBound } from '../../../api/claim-binding.js';
import { claimKeysOf } from '../../../api/claim-volumes.js';
import type {
  CSIDriver,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../api/persistent-volume.js';
import { isPodTerminal, type Pod } from '../../../api/pod.js';
import { keyOf, objectKey } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import type { PodsOfClaims } from '../storage/pods-of-claims.js';

/** What tells the volumes of a pod. */
export interface WantedVolumesInformers {
  readonly pods: Informer<Pod>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly drivers: Informer<CSIDriver>;
  readonly podsOfClaims: PodsOfClaims;
}

/** A volume as the controller deals with it. */
export interface AttachableVolume {
  /** See `uniqueVolumeName`. */
  readonly name: string;
  readonly persistentVolumeName: string;
  readonly driver: string;
  readonly isMultiAttachable: boolean;
}

/** What one pod wants. */
interface Wishes {
  readonly nodeName: string;
  readonly volumes: readonly AttachableVolume[];
}

const nobody: ReadonlyMap<string, Pod> = new Map();

export class WantedVolumes {
  readonly #informers: WantedVolumesInformers;
  readonly #onChanged: (volume: AttachableVolume) => void;
  readonly #wishes = new Map<string, Wishes>();
  /** Pods by volume and node. */
  readonly #users = new Map<string, Map<string, Map<string, Pod>>>();
  #count = 0;

  /** `onChanged`: a volume is wanted on a node more, or on one less. */
  constructor(informers: WantedVolumesInformers, onChanged: (volume: AttachableVolume) => void) {
    this.#informers = informers;
    this.#onChanged = onChanged;
    const look = (pod: Pod): void => this.#set(pod, this.#wishesOf(pod));
    informers.pods.addHandler({
      added: look,
      updated: (_, pod) => look(pod),
      deleted: (pod) => this.#set(pod, undefined),
    });
    const lookAtUsers = (claimKey: string): void => {
      for (const pod of informers.podsOfClaims.of(claimKey).values()) look(pod);
    };
    informers.claims.addHandler({
      added: (claim) => lookAtUsers(keyOf(claim)),
      updated: (_, claim) => lookAtUsers(keyOf(claim)),
    });
    informers.volumes.addHandler({
      added: ({ spec: { claimRef } }) => {
        if (claimRef !== undefined) lookAtUsers(objectKey(claimRef.namespace, claimRef.name ?? ''));
      },
    });
  }

  /** Volumes wanted, each as often as nodes want it. */
  get count(): number {
    return this.#count;
  }

  /** Nodes that should have the volume, in the order in which they came to want it. */
  nodesOf(volume: string): readonly string[] {
    return [...(this.#users.get(volume)?.keys() ?? [])];
  }

  isWanted(volume: string, nodeName: string): boolean {
    return this.#users.get(volume)?.has(nodeName) === true;
  }

  /** The pods of a node that use the volume. */
  podsOf(volume: string, nodeName: string): ReadonlyMap<string, Pod> {
    return this.#users.get(volume)?.get(nodeName) ?? nobody;
  }

  #wishesOf(pod: Pod): Wishes | undefined {
    const { nodeName = '' } = pod.spec;
    if (nodeName === '' || hasStopped(pod)) return undefined;
    const volumes = claimKeysOf(pod).flatMap((key) => this.#volumeOf(key) ?? []);
    return volumes.length === 0 ? undefined : { nodeName, volumes };
  }

  /** The volume of a claim, when it is bound and its driver attaches. */
  #volumeOf(claimKey: string): AttachableVolume | undefined {
    const { claims, volumes, drivers } = this.#informers;
    const claim = claims.get(claimKey);
    if (claim === undefined || !isFullyBound(claim)) return undefined;
    const volume = volumes.get(claim.spec.volumeName ?? '');
    const name = volume && uniqueVolumeName(volume);
    if (volume === undefined || name === undefined) return undefined;
    const { driver = '' } = volume.spec.csi ?? {};
    if (drivers.get(driver)?.spec.attachRequired === false) return undefined;
    return {
      name,
      persistentVolumeName: volume.metadata.name,
      driver,
      isMultiAttachable: isMultiAttachable(volume),
    };
  }

  #set(pod: Pod, wishes: Wishes | undefined): void {
    const key = keyOf(pod);
    const before = this.#wishes.get(key);
    if (before === undefined && wishes === undefined) return;
    if (wishes === undefined) this.#wishes.delete(key);
    else this.#wishes.set(key, wishes);
    for (const volume of wishes?.volumes ?? []) this.#add(volume, wishes?.nodeName ?? '', pod);
    for (const volume of before?.volumes ?? []) {
      const isKept =
        before?.nodeName === wishes?.nodeName &&
        wishes?.volumes.some(({ name }) => name === volume.name) === true;
      if (!isKept) this.#remove(volume, before?.nodeName ?? '', key);
    }
  }

  #add(volume: AttachableVolume, nodeName: string, pod: Pod): void {
    const nodes = this.#users.get(volume.name) ?? new Map<string, Map<string, Pod>>();
    this.#users.set(volume.name, nodes);
    const pods = nodes.get(nodeName);
    if (pods !== undefined) {
      pods.set(keyOf(pod), pod);
      return;
    }
    nodes.set(nodeName, new Map([[keyOf(pod), pod]]));
    this.#count++;
    this.#onChanged(volume);
  }

  #remove(volume: AttachableVolume, nodeName: string, podKey: string): void {
    const nodes = this.#users.get(volume.name);
    const pods = nodes?.get(nodeName);
    pods?.delete(podKey);
    if (nodes === undefined || pods === undefined || pods.size > 0) return;
    nodes.delete(nodeName);
    if (nodes.size === 0) this.#users.delete(volume.name);
    this.#count--;
    this.#onChanged(volume);
  }
}

/** Ended, or being deleted with nothing of it running. */
function hasStopped(pod: Pod): boolean {
  if (isPodTerminal(pod)) return true;
  const { deletionTimestamp } = pod.metadata;
  const statuses = pod.status?.containerStatuses ?? [];
  return (
    deletionTimestamp !== undefined &&
    statuses.length > 0 &&
    statuses.every(({ state }) => state?.running === undefined)
  );
}
