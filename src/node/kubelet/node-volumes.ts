// The volumes of claims on the nodes: what is staged, and for which pods it is published. They stay
// when a kubelet ends, and are lost with the machine. Data and its upkeep; claim-mounts.ts acts.
// Source: Kubernetes v1.36 pkg/kubelet/volumemanager/cache.
import type { NodeDriver } from './node-storage.js';
import type { PodRecord } from './pod-record.js';

/** Whether the driver has prepared a volume on a node. */
export type StagingState = 'unstaged' | 'staging' | 'staged' | 'unstaging';

/** One volume on one node. */
export class NodeVolume {
  /** `kubernetes.io/csi/DRIVER^HANDLE`. */
  readonly name: string;
  readonly node: number;
  /** Undefined where no driver of that name is on the node. */
  readonly driver: NodeDriver | undefined;
  /** Known to be attached. */
  isAttached = false;
  staging: StagingState = 'unstaged';
  /** UIDs of the pods that want it here, or still have it. */
  readonly users: Set<string> = new Set();
  /** Mounts that wait for it to be staged. */
  waiting: ClaimMount[] = [];

  constructor(name: string, node: number, driver: NodeDriver | undefined) {
    this.name = name;
    this.node = node;
    this.driver = driver;
  }

  get needsAttach(): boolean {
    return this.driver?.attachRequired !== false;
  }
}

/** What a mount does next, when its event is due. */
export type MountStep = 'findClaim' | 'verifyAttached' | 'published' | 'unpublished';

/** A volume of a pod that stands for a claim. */
export class ClaimMount {
  readonly pod: PodMounts;
  /** Of the volume within the pod. */
  readonly name: string;
  readonly claimName: string;
  volume: NodeVolume | undefined;
  next: MountStep = 'findClaim';
  isWaitingForReport = false;
  isPublished = false;
  retryUs = 0;
  sinceUs = 0;

  constructor(pod: PodMounts, name: string, claimName: string) {
    this.pod = pod;
    this.name = name;
    this.claimName = claimName;
  }
}

/** All volumes of a pod that stand for claims. */
export class PodMounts {
  record: PodRecord;
  readonly mounts: ClaimMount[] = [];
  /** The pod's other volumes are there. */
  isPlainDone = false;
  isLeaving = false;

  constructor(record: PodRecord) {
    this.record = record;
  }

  get isComplete(): boolean {
    return this.mounts.every(({ isPublished }) => isPublished);
  }

  get isEmpty(): boolean {
    return this.mounts.every(({ isPublished }) => !isPublished);
  }
}

/** By node; all operations O(1) but those that list. */
export class NodeVolumes {
  readonly #volumes: Map<string, NodeVolume>[] = [];
  readonly #pods: Map<string, PodMounts>[] = [];
  /** Names that the API knows to be in use, by node. */
  readonly #reported: ReadonlySet<string>[] = [];

  volumesOf(node: number): Map<string, NodeVolume> {
    this.#volumes[node] ??= new Map();
    return this.#volumes[node];
  }

  /** By UID. */
  podsOf(node: number): Map<string, PodMounts> {
    this.#pods[node] ??= new Map();
    return this.#pods[node];
  }

  mountsOf({ agent, uid }: PodRecord): PodMounts | undefined {
    return this.#pods[agent.index]?.get(uid);
  }

  /** For `status.volumesInUse`. */
  namesOf(node: number): readonly string[] {
    return [...(this.#volumes[node]?.keys() ?? [])];
  }

  isReported({ node, name }: NodeVolume): boolean {
    return this.#reported[node]?.has(name) === true;
  }

  setReported(node: number, names: readonly string[]): void {
    this.#reported[node] = new Set(names);
  }

  /** The machine is gone. */
  lose(node: number): void {
    this.volumesOf(node).clear();
    this.podsOf(node).clear();
  }
}
