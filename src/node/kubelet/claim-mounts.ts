// Volumes of claims: the kubelet looks the claim and its volume up, reports the volume in use with
// its next node status, waits until the node's status says that it is attached, and has the driver
// stage it, once for the node, and publish it, for each pod. Back again when the pod has stopped.
// Left out: refusals of drivers, the reconstruction of mounts, resizing.
// Source: Kubernetes v1.36 pkg/kubelet/volumemanager, pkg/volume/util/operationexecutor,
// pkg/volume/csi (reference: nodes-controllers §1.12).
import { csiPluginName, uniqueVolumeName } from '../../api/attachable-volume.js';
import { isFullyBound } from '../../api/claim-binding.js';
import { claimVolumesOf } from '../../api/claim-volumes.js';
import type { Node } from '../../api/node.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/persistent-volume.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import { Slab } from '../../client/slab.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { nextTick } from './durations.js';
import type { KubeletContext } from './kubelet-context.js';
import type { NodeAgent } from './node-agent.js';
import {
  csiMethods,
  type NodeDriver,
  type NodeOperation,
  type NodeStorageSpec,
  nodeDrivers,
  storageOperations,
} from './node-storage.js';
import { ClaimMount, type MountStep, NodeVolume, NodeVolumes, PodMounts } from './node-volumes.js';
import type { PodRecord } from './pod-record.js';

export interface ClaimMountParts {
  /** Its volumes have all come while its worker waits for them. */
  readonly onMounted: (record: PodRecord) => void;
  readonly onUnmounted: (record: PodRecord) => void;
  /** The volumes in use on a node are others than before. */
  readonly onVolumesChanged: (node: number) => void;
}

export class ClaimMounts {
  readonly #context: KubeletContext;
  readonly #parts: ClaimMountParts;
  readonly #drivers: ReadonlyMap<string, NodeDriver>;
  readonly #state = new NodeVolumes();
  readonly #mounts = new Slab<ClaimMount>();
  readonly #staged = new Slab<NodeVolume>();
  readonly #stepDue: EventKind;
  readonly #stagingEnded: EventKind;

  constructor(context: KubeletContext, storage: NodeStorageSpec, parts: ClaimMountParts) {
    const { simulation } = context;
    this.#context = context;
    this.#parts = parts;
    this.#drivers = nodeDrivers(storage);
    this.#stepDue = simulation.defineEvent('kubelet.ClaimMountStepDue', (slot) =>
      this.#step(this.#mounts.remove(slot)),
    );
    this.#stagingEnded = simulation.defineEvent('kubelet.VolumeStagingEnded', (slot, sinceUs) =>
      this.#endStaging(this.#staged.remove(slot), sinceUs),
    );
  }

  /** For the status of the node. */
  volumesInUse(node: number): readonly string[] {
    return this.#state.namesOf(node);
  }

  /** Begins to mount the claims of a pod that has some; `fromUs`: its pod is known from then on. */
  begin(record: PodRecord, fromUs: SimTime): void {
    const claims = claimVolumesOf(record.pod);
    if (claims.length === 0) return;
    const pods = this.#state.podsOf(record.agent.index);
    const pod = pods.get(record.uid) ?? new PodMounts(record);
    pods.set(record.uid, pod);
    pod.record = record;
    pod.isPlainDone = false;
    if (pod.mounts.length > 0) return; // another kubelet has mounted them
    for (const { name, claimName } of claims) {
      const mount = new ClaimMount(pod, name, claimName);
      pod.mounts.push(mount);
      this.#plan(mount, 'findClaim', fromUs);
    }
  }

  /** Whether a pod whose other volumes are there has to wait for claims. */
  mustWait(record: PodRecord): boolean {
    const pod = this.#state.mountsOf(record);
    if (pod === undefined || pod.isComplete) return false;
    pod.isPlainDone = true;
    return true;
  }

  /** Names of the pod's volumes that are not there yet. */
  missing(record: PodRecord): readonly string[] {
    const mounts = this.#state.mountsOf(record)?.mounts ?? [];
    return mounts.filter(({ isPublished }) => !isPublished).map(({ name }) => name);
  }

  /** Begins to unmount the claims of a pod that has stopped; false when there is nothing to do. */
  unmount(record: PodRecord): boolean {
    const pod = this.#state.mountsOf(record);
    if (pod === undefined || pod.isLeaving) return pod !== undefined;
    pod.record = record;
    pod.isLeaving = true;
    for (const mount of pod.mounts) {
      const { volume } = mount;
      if (mount.isPublished && volume !== undefined) this.#call(mount, 'unpublish', 'unpublished');
      else if (volume !== undefined) this.#letGo(mount, volume);
    }
    if (!pod.isEmpty) return true;
    this.#state.podsOf(record.agent.index).delete(record.uid);
    return false;
  }

  /** A status of the node is stored that names these volumes in use. */
  reported(agent: NodeAgent, names: readonly string[]): void {
    this.#state.setReported(agent.index, names);
    for (const { mounts } of this.#state.podsOf(agent.index).values()) {
      for (const mount of mounts) {
        const { volume } = mount;
        if (!mount.isWaitingForReport || volume === undefined) continue;
        if (!this.#state.isReported(volume)) continue;
        mount.isWaitingForReport = false;
        this.#verifyLater(mount);
      }
    }
  }

  /** A kubelet has ended: what it was about to mount is forgotten, what is mounted stays. */
  stop({ index }: NodeAgent): void {
    const pods = this.#state.podsOf(index);
    for (const [uid, pod] of pods) {
      if (pod.isComplete && !pod.isLeaving) continue;
      pods.delete(uid);
      for (const { volume } of pod.mounts) volume?.users.delete(uid);
      pod.isLeaving = true;
    }
    const volumes = this.#state.volumesOf(index);
    for (const [name, volume] of volumes) {
      volume.waiting = [];
      if (volume.users.size === 0) volumes.delete(name);
      else if (volume.staging === 'staging') volume.staging = 'unstaged';
    }
  }

  /** The machine of a node is gone, with all that was mounted. */
  lose(node: number): void {
    this.#state.lose(node);
  }

  #plan(mount: ClaimMount, next: MountStep, at: SimTime): void {
    const { simulation } = this.#context;
    mount.next = next;
    simulation.at(Math.max(at, simulation.now), this.#stepDue, this.#mounts.add(mount));
  }

  /** Whether the kubelet that works on the mount still runs, and the pod still wants it. */
  #isWanted({ pod }: ClaimMount): boolean {
    return !pod.isLeaving && !pod.record.agent.isStopped;
  }

  #step(mount: ClaimMount): void {
    if (mount.next === 'unpublished') return this.#onUnpublished(mount);
    if (!this.#isWanted(mount)) return;
    if (mount.next === 'findClaim') this.#findClaim(mount);
    else if (mount.next === 'verifyAttached') this.#verifyAttached(mount);
    else this.#onPublished(mount);
  }

  #findClaim(mount: ClaimMount): void {
    const { agent, pod } = mount.pod.record;
    const { namespace = '' } = pod.metadata;
    const request = { verb: 'get', resource: 'persistentvolumeclaims', namespace } as const;
    agent.client.send({ ...request, name: mount.claimName }, this.#claimFound, mount);
  }

  readonly #claimFound = (call: ApiCall): void => {
    const mount = call.context as ClaimMount;
    if (!this.#isWanted(mount)) return;
    const response = call.response as ApiResponse;
    const claim = response.object as PersistentVolumeClaim | undefined;
    const isUsable =
      isSuccess(response) &&
      claim !== undefined &&
      isFullyBound(claim) &&
      claim.metadata.deletionTimestamp === undefined;
    if (!isUsable) return this.#findAgain(mount);
    const name = claim.spec.volumeName ?? '';
    const request = { verb: 'get', resource: 'persistentvolumes', namespace: '', name } as const;
    mount.pod.record.agent.client.send(request, this.#volumeFound, mount);
  };

  /** The populator tries a pod that it could not process at each of its ticks. */
  #findAgain(mount: ClaimMount): void {
    const { simulation, settings } = this.#context;
    const { populatorPhaseUs } = mount.pod.record.agent;
    const at = nextTick(simulation.now + 1, populatorPhaseUs, settings.volumeLoopUs);
    this.#plan(mount, 'findClaim', at);
  }

  readonly #volumeFound = (call: ApiCall): void => {
    const mount = call.context as ClaimMount;
    if (!this.#isWanted(mount)) return;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#findAgain(mount);
    const found = response.object as PersistentVolume;
    const name = uniqueVolumeName(found);
    const { record } = mount.pod;
    // A directory, a share: it is mounted like the pod's other volumes.
    if (name === undefined) {
      const { simulation } = this.#context;
      return this.#plan(mount, 'published', simulation.now + record.times.mountUs);
    }
    const volumes = this.#state.volumesOf(record.agent.index);
    let volume = volumes.get(name);
    if (volume === undefined) {
      const driver = this.#drivers.get(found.spec.csi?.driver ?? '');
      volume = new NodeVolume(name, record.agent.index, driver);
      volumes.set(name, volume);
      this.#parts.onVolumesChanged(record.agent.index);
    }
    volume.users.add(record.uid);
    mount.volume = volume;
    this.#goOn(mount, volume);
  };

  /** What comes next for a mount whose volume is known. */
  #goOn(mount: ClaimMount, volume: NodeVolume): void {
    if (volume.staging === 'staged') return this.#call(mount, 'publish', 'published');
    if (volume.staging !== 'unstaged') {
      volume.waiting.push(mount);
    } else if (volume.isAttached || !volume.needsAttach) {
      volume.waiting.push(mount);
      this.#beginStaging(volume, 'stage');
    } else if (this.#state.isReported(volume)) {
      this.#verifyLater(mount);
    } else {
      mount.isWaitingForReport = true;
    }
  }

  #verifyLater(mount: ClaimMount): void {
    const { simulation, settings } = this.#context;
    const { reconcilerPhaseUs } = mount.pod.record.agent;
    mount.sinceUs = simulation.now;
    const at = nextTick(simulation.now, reconcilerPhaseUs, settings.volumeLoopUs);
    this.#plan(mount, 'verifyAttached', at);
  }

  #verifyAttached(mount: ClaimMount): void {
    const { agent } = mount.pod.record;
    const request = {
      verb: 'get',
      resource: 'nodes',
      namespace: '',
      name: agent.spec.name,
    } as const;
    agent.client.send(request, this.#nodeRead, mount);
  }

  readonly #nodeRead = (call: ApiCall): void => {
    const mount = call.context as ClaimMount;
    if (!this.#isWanted(mount)) return;
    const { simulation, settings, observer } = this.#context;
    const volume = mount.volume as NodeVolume;
    const node = call.response?.object as Node | undefined;
    const isAttached = node?.status?.volumesAttached?.some(({ name }) => name === volume.name);
    const plugin = pluginOf(volume);
    const durationUs = simulation.now - mount.sinceUs;
    const operation = 'verify_controller_attached_volume';
    observer.storageOperated(operation, plugin, isAttached === true, durationUs);
    if (isAttached === true) {
      volume.isAttached = true;
      return this.#goOn(mount, volume);
    }
    const { mountBackoffInitialUs, mountBackoffMaxUs, volumeLoopUs } = settings;
    mount.retryUs = Math.min(Math.max(mountBackoffInitialUs, 2 * mount.retryUs), mountBackoffMaxUs);
    mount.sinceUs = simulation.now + mount.retryUs;
    const { reconcilerPhaseUs } = mount.pod.record.agent;
    this.#plan(mount, 'verifyAttached', nextTick(mount.sinceUs, reconcilerPhaseUs, volumeLoopUs));
  };

  #beginStaging(volume: NodeVolume, operation: 'stage' | 'unstage'): void {
    const { simulation } = this.#context;
    volume.staging = operation === 'stage' ? 'staging' : 'unstaging';
    const durationUs = this.#draw(volume, operation, volume.name);
    const slot = this.#staged.add(volume);
    simulation.after(durationUs, this.#stagingEnded, slot, simulation.now);
  }

  #endStaging(volume: NodeVolume, sinceUs: SimTime): void {
    const isKnown = this.#state.volumesOf(volume.node).get(volume.name) === volume;
    const operation = volume.staging === 'staging' ? 'stage' : 'unstage';
    if (!isKnown || (volume.staging !== 'staging' && volume.staging !== 'unstaging')) return;
    this.#note(volume, operation, sinceUs);
    volume.staging = operation === 'stage' ? 'staged' : 'unstaged';
    const waiting = volume.waiting.splice(0);
    if (operation === 'unstage') volume.isAttached = false;
    for (const mount of waiting) if (this.#isWanted(mount)) this.#goOn(mount, volume);
    this.#dropIfUnused(volume);
  }

  /** Has the driver do something for a pod; the mount goes on with `next`. */
  #call(mount: ClaimMount, operation: 'publish' | 'unpublish', next: MountStep): void {
    const { simulation } = this.#context;
    mount.sinceUs = simulation.now;
    const { record } = mount.pod;
    const subject = `${record.uid}/${mount.name}`;
    const durationUs = this.#draw(mount.volume as NodeVolume, operation, subject);
    this.#plan(mount, next, simulation.now + durationUs);
  }

  #draw({ driver, node }: NodeVolume, operation: NodeOperation, subject: string): number {
    const { simulation, agents } = this.#context;
    const name = `kubelet/${agents[node]?.spec.name}/csi/${operation}/${subject}`;
    return driver?.times[operation].sample(simulation.random.stream(name)) ?? 0;
  }

  #note(volume: NodeVolume, operation: NodeOperation, sinceUs: SimTime): void {
    const { observer, simulation } = this.#context;
    const durationUs = simulation.now - sinceUs;
    const driver = volume.driver?.name ?? '';
    observer.csiCalled('kubelet', driver, csiMethods[operation], 'OK', durationUs);
    if (operation === 'stage') return; // a mount is both, and noted when it is published
    observer.storageOperated(storageOperations[operation], pluginOf(volume), true, durationUs);
  }

  #onPublished(mount: ClaimMount): void {
    const { volume, pod } = mount;
    mount.isPublished = true;
    if (volume !== undefined) this.#note(volume, 'publish', mount.sinceUs);
    if (pod.isComplete && pod.isPlainDone) this.#parts.onMounted(pod.record);
  }

  #onUnpublished(mount: ClaimMount): void {
    const { volume, pod } = mount;
    const { record } = pod;
    if (record.agent.isStopped || volume === undefined) return;
    this.#note(volume, 'unpublish', mount.sinceUs);
    mount.isPublished = false;
    this.#letGo(mount, volume);
    if (!pod.isEmpty) return;
    this.#state.podsOf(record.agent.index).delete(record.uid);
    this.#parts.onUnmounted(record);
  }

  #letGo({ pod }: ClaimMount, volume: NodeVolume): void {
    volume.users.delete(pod.record.uid);
    this.#dropIfUnused(volume);
  }

  /** A volume that no pod uses is unstaged, and then not in use any more. */
  #dropIfUnused(volume: NodeVolume): void {
    if (volume.users.size > 0) return;
    if (volume.staging === 'staged') return this.#beginStaging(volume, 'unstage');
    if (volume.staging !== 'unstaged') return;
    this.#state.volumesOf(volume.node).delete(volume.name);
    this.#parts.onVolumesChanged(volume.node);
  }
}

function pluginOf({ driver }: NodeVolume): string {
  return `${csiPluginName}:${driver?.name ?? ''}`;
}
