// One row a pod: when it reached each step of its life, from committed writes and from what
// components report. Memory: one record a pod until the end of the run.
import type { Endpoint, EndpointSlice } from '../api/endpoint-slice.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Pod } from '../api/pod.js';
import { type PodStage, type SchedulingResult, SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { isPodReady, podCondition } from '../control-plane/controller-manager/pod-state.js';
import type { Simulation } from '../kernel/simulation.js';
import type { PodRow } from './run-result.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Row = Mutable<PodRow>;

const STAGE_FIELD = {
  queued: 'queuedUs',
  scheduled: 'scheduledUs',
  sandboxCreated: 'sandboxUs',
  imagesPulled: 'imagePulledUs',
  containersStarted: 'startedUs',
} as const satisfies Record<PodStage, keyof PodRow>;

/** Collects the rows of pods.csv. */
export class PodTimelines extends SilentObserver {
  readonly #simulation: Simulation;
  readonly #rows = new Map<string, Row>();
  /** `Deployment/web` by UID of its ReplicaSet. */
  readonly #ownerOfReplicaSet = new Map<string, string>();
  /** Rows published but not programmed yet, in order of revision. */
  readonly #unprogrammed: { readonly revision: number; readonly row: Row }[] = [];
  #programmedHead = 0;
  /** Pods that exist, and those of them that are Ready, and that are bound. */
  podCount = 0;
  readyCount = 0;
  scheduledCount = 0;

  constructor(simulation: Simulation) {
    super();
    this.#simulation = simulation;
  }

  /** In order of creation. */
  get rows(): readonly PodRow[] {
    return [...this.#rows.values()];
  }

  override readonly committedKinds: ReadonlySet<string> = new Set([
    'Pod',
    'EndpointSlice',
    'ReplicaSet',
  ]);

  override committed(event: WatchEvent): void {
    const { object } = event;
    if (object.kind === 'Pod') this.#podCommitted(object, event);
    else if (object.kind === 'EndpointSlice') this.#sliceCommitted(object, event);
    else if (object.kind === 'ReplicaSet' && event.type === 'ADDED') {
      const owner = object.metadata.ownerReferences?.[0];
      if (owner)
        this.#ownerOfReplicaSet.set(object.metadata.uid ?? '', `${owner.kind}/${owner.name}`);
    }
  }

  override podReached(uid: string, stage: PodStage): void {
    const row = this.#rows.get(uid);
    if (row !== undefined) row[STAGE_FIELD[stage]] ??= this.#simulation.now;
  }

  override schedulingAttempted(uid: string, _result: SchedulingResult, _durationUs: number): void {
    const row = this.#rows.get(uid);
    if (row !== undefined) row.schedulingAttempts++;
  }

  override endpointsProgrammed(revision: number): void {
    const { now } = this.#simulation;
    for (; this.#programmedHead < this.#unprogrammed.length; this.#programmedHead++) {
      const next = this.#unprogrammed[this.#programmedHead] as { revision: number; row: Row };
      if (next.revision > revision) return;
      next.row.endpointProgrammedUs ??= now;
    }
    this.#unprogrammed.length = 0;
    this.#programmedHead = 0;
  }

  #podCommitted(pod: Pod, event: WatchEvent): void {
    const { now } = this.#simulation;
    const uid = pod.metadata.uid ?? '';
    const row = this.#rows.get(uid) ?? this.#newRow(pod);
    const wasReady = event.previous !== undefined && isPodReady(event.previous as Pod);
    const wasBound = (event.previous as Pod | undefined)?.spec.nodeName !== undefined;
    if (event.type === 'DELETED') {
      row.deletedUs = now;
      this.podCount--;
      if (wasReady) this.readyCount--;
      if (wasBound) this.scheduledCount--;
      return;
    }
    // Only what is stored before a run begins has a phase of its own already.
    const isOlder = event.previous === undefined && (pod.status?.phase ?? 'Pending') !== 'Pending';
    if (isOlder) row.wasThere = true;
    const ready = isPodReady(pod);
    if (ready !== wasReady) this.readyCount += ready ? 1 : -1;
    if (ready && row.wasThere !== true) row.readyUs ??= now;
    row.phase = pod.status?.phase ?? row.phase;
    if (pod.spec.nodeName !== undefined && !wasBound) {
      if (row.wasThere !== true) row.boundUs = now;
      row.node = pod.spec.nodeName;
      this.scheduledCount++;
    }
    const scheduled = podCondition(pod, 'PodScheduled');
    if (scheduled?.status === 'False') row.message = scheduled.message ?? '';
  }

  #newRow(pod: Pod): Row {
    const { namespace = '', name, uid = '' } = pod.metadata;
    const row: Row = {
      namespace,
      name,
      uid,
      owner: this.#ownerOf(pod),
      node: '',
      phase: 'Pending',
      createdUs: this.#simulation.now,
      queuedUs: undefined,
      scheduledUs: undefined,
      boundUs: undefined,
      sandboxUs: undefined,
      imagePulledUs: undefined,
      startedUs: undefined,
      readyUs: undefined,
      endpointPublishedUs: undefined,
      endpointProgrammedUs: undefined,
      deletedUs: undefined,
      schedulingAttempts: 0,
      message: '',
    };
    this.#rows.set(uid, row);
    this.podCount++;
    return row;
  }

  #ownerOf(pod: KubernetesObject): string {
    const owner = pod.metadata.ownerReferences?.[0];
    if (owner === undefined) return '';
    return this.#ownerOfReplicaSet.get(owner.uid) ?? `${owner.kind}/${owner.name}`;
  }

  /** Most endpoints are those of the slice before, and were looked at then. */
  #sliceCommitted({ endpoints }: EndpointSlice, { previous, revision }: WatchEvent): void {
    const before = (previous as EndpointSlice | undefined)?.endpoints;
    for (let i = 0; i < endpoints.length; i++) {
      const endpoint = endpoints[i] as Endpoint;
      if (before?.[i] === endpoint) continue;
      const { conditions, targetRef } = endpoint;
      if (conditions?.ready !== true) continue;
      const row = this.#rows.get(targetRef?.uid ?? '');
      if (row === undefined || row.endpointPublishedUs !== undefined) continue;
      row.endpointPublishedUs = this.#simulation.now;
      this.#unprogrammed.push({ revision, row });
    }
  }
}
