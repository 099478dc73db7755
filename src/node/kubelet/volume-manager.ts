// Volumes of pods: a pod waits until the populator has seen it, the reconciler has started its
// mounts, these are done, and the poll of the pod's worker comes round. A service account token,
// ConfigMaps and Secrets are asked of the API first, again and again when they are not there; the
// volumes of claims take their own way (claim-mounts.ts). A worker that has waited for claims in
// vain for 2m3s says so and begins to wait anew.
// Source: Kubernetes v1.36 pkg/kubelet/volumemanager (reference: nodes-controllers §1.12).
import type { Pod, Volume } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { ClaimMounts } from './claim-mounts.js';
import { type ConfigFault, ConfigReader } from './config-reader.js';
import { volumeReferences } from './config-references.js';
import { nextTick } from './durations.js';
import type { EventPoster } from './event-poster.js';
import type { KubeletContext } from './kubelet-context.js';
import type { NodeStorageSpec } from './node-storage.js';
import { noEvent, type PodRecord } from './pod-record.js';

/** True when the pod has a projected service account token. */
function needsToken({ spec }: Pod): boolean {
  const isToken = (volume: Volume): boolean =>
    volume.projected?.sources?.some((source) => source.serviceAccountToken !== undefined) ?? false;
  return spec.volumes?.some(isToken) ?? false;
}

/** First poll at or after `mountedUs`, of polls that began at `sinceUs`. */
export function pollUs(sinceUs: SimTime, mountedUs: SimTime, periodUs: number): SimTime {
  return mountedUs <= sinceUs ? sinceUs : nextTick(mountedUs, sinceUs, periodUs);
}

export interface VolumeManagerParts {
  readonly events: EventPoster;
  /** Absent: no pod has claims. */
  readonly storage: NodeStorageSpec | undefined;
  /** All volumes of a pod are there. */
  readonly onMounted: (record: PodRecord) => void;
  /** Nothing of a pod is mounted any more. */
  readonly onUnmounted: (record: PodRecord) => void;
  /** The volumes in use on a node are others than before. */
  readonly onVolumesChanged: (node: number) => void;
}

export class VolumeManager {
  readonly #context: KubeletContext;
  readonly #onMounted: (record: PodRecord) => void;
  readonly #mountStarted: EventKind;
  readonly #mounted: EventKind;
  readonly #waitTimedOut: EventKind;
  readonly #claims: ClaimMounts | undefined;
  readonly #events: EventPoster;
  readonly #config: ConfigReader;

  constructor(context: KubeletContext, parts: VolumeManagerParts) {
    const { onMounted, storage } = parts;
    const { simulation, pods } = context;
    this.#context = context;
    this.#onMounted = onMounted;
    this.#events = parts.events;
    this.#config = new ConfigReader((record, _, fault) =>
      fault === undefined ? this.#contentsCame(record) : this.#setUpFailed(record, fault),
    );
    this.#claims =
      storage &&
      new ClaimMounts(context, storage, {
        ...parts,
        onMounted: (record) => this.#claimsMounted(record),
      });
    this.#mountStarted = simulation.defineEvent('kubelet.VolumeMountStarted', (slot) => {
      const record = pods.get(slot);
      record.stepEvent = noEvent;
      this.#requestContents(record);
    });
    this.#mounted = simulation.defineEvent('kubelet.VolumesMounted', (slot) => {
      const record = pods.get(slot);
      record.stepEvent = noEvent;
      if (this.#claims?.mustWait(record) === true) return this.#waitForClaims(record);
      onMounted(record);
    });
    this.#waitTimedOut = simulation.defineEvent('kubelet.VolumeWaitTimedOut', (slot) => {
      const record = pods.get(slot);
      record.stepEvent = noEvent;
      this.#timeOut(record);
    });
  }

  /** What of claims the node's status reports; absent where there is no storage. */
  get claims(): ClaimMounts | undefined {
    return this.#claims;
  }

  /** Mounts the volumes of a pod whose worker begins to wait for them now. */
  mount(record: PodRecord): void {
    const { simulation, settings } = this.#context;
    const { now } = simulation;
    const { agent, pod } = record;
    record.volumesSinceUs = now;
    if ((pod.spec.volumes ?? []).length === 0) return this.#onMounted(record);
    const { volumeLoopUs } = settings;
    const populatedUs = nextTick(record.seenUs, agent.populatorPhaseUs, volumeLoopUs);
    const reconciledUs = nextTick(populatedUs, agent.reconcilerPhaseUs, volumeLoopUs);
    const startUs = Math.max(now, reconciledUs);
    this.#claims?.begin(record, Math.max(now, populatedUs));
    if (this.#asksForToken(pod) || volumeReferences(pod).length > 0) {
      record.stepEvent = simulation.at(startUs, this.#mountStarted, record.slot);
    } else {
      this.#mountedAt(record, startUs + record.times.mountUs);
    }
  }

  #mountedAt(record: PodRecord, atUs: SimTime): void {
    const { simulation, settings } = this.#context;
    const at = pollUs(record.volumesSinceUs, atUs, settings.volumePollUs);
    record.stepEvent = simulation.at(Math.max(at, simulation.now), this.#mounted, record.slot);
  }

  /** The worker goes on waiting, until it is told or loses patience. */
  #waitForClaims(record: PodRecord): void {
    const { simulation, settings } = this.#context;
    const at = Math.max(simulation.now, record.volumesSinceUs + settings.volumeWaitTimeoutUs);
    record.stepEvent = simulation.at(at, this.#waitTimedOut, record.slot);
  }

  #claimsMounted(record: PodRecord): void {
    const { simulation } = this.#context;
    if (record.state !== 'syncing') return; // the pod has been asked to go
    if (record.stepEvent !== noEvent) simulation.cancel(record.stepEvent);
    this.#mountedAt(record, simulation.now);
  }

  /** The sync has failed; the next one waits for what is still missing. */
  #timeOut(record: PodRecord): void {
    const { simulation, settings } = this.#context;
    const missing = this.#claims?.missing(record).join(' ') ?? '';
    const message =
      `Unable to attach or mount volumes: unmounted volumes=[${missing}], unattached volumes=[], ` +
      'failed to process volumes=[]: context deadline exceeded';
    const isRepeated = record.mountFaults++ > 0;
    this.#events.record(record, undefined, 'FailedMount', message, isRepeated);
    record.volumesSinceUs = simulation.now + settings.syncBackoffUs;
    this.#waitForClaims(record);
  }

  #asksForToken(pod: Pod): boolean {
    return this.#context.settings.requestTokens && needsToken(pod);
  }

  /** Asks for what the volumes hold: the token first. */
  #requestContents(record: PodRecord): void {
    if (!this.#asksForToken(record.pod)) return this.#readConfig(record);
    const { namespace = '' } = record.pod.metadata;
    const serviceAccount = record.pod.spec.serviceAccountName ?? 'default';
    record.agent.client.send(
      {
        verb: 'create',
        resource: 'serviceaccounts',
        subresource: 'token',
        namespace,
        name: serviceAccount,
        boundPod: record.pod.metadata.name,
      },
      this.#answered,
      record,
    );
  }

  readonly #answered = (call: ApiCall): void => {
    const record = call.context as PodRecord;
    if (record.state !== 'syncing') return; // the pod has been asked to go
    if (isSuccess(call.response as ApiResponse)) return this.#readConfig(record);
    this.#tryAgain(record);
  };

  #readConfig(record: PodRecord): void {
    this.#config.read(record, undefined, volumeReferences(record.pod));
  }

  #contentsCame(record: PodRecord): void {
    this.#mountedAt(record, this.#context.simulation.now + record.times.mountUs);
  }

  #setUpFailed(record: PodRecord, { reference, message }: ConfigFault): void {
    const why = `MountVolume.SetUp failed for volume "${reference.volume}" : ${message}`;
    this.#events.record(record, undefined, 'FailedMount', why, record.mountFaults++ > 0);
    this.#tryAgain(record);
  }

  #tryAgain(record: PodRecord): void {
    const { simulation, settings } = this.#context;
    const backoffUs = Math.min(
      Math.max(settings.mountBackoffInitialUs, 2 * record.mountRetryUs),
      settings.mountBackoffMaxUs,
    );
    record.mountRetryUs = backoffUs;
    record.stepEvent = simulation.after(backoffUs, this.#mountStarted, record.slot);
  }
}
