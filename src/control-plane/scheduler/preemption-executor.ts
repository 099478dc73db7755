// Carries preemptions out while the scheduling goroutine goes on: takes back nominations of less
// important pods, then deletes the victims, the last one when all others are done. Until then the
// preemptor stays out of the queue. Pods that are not bound yet only lose their place.
// Source: kube-scheduler v1.36 framework/preemption/executor.go; reference: scheduler 1.10.

import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { PodCondition } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { SeriesEventRecorder } from '../../client/series-event-recorder.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { BindingCycles } from './binding-cycle.js';
import { schedulerConstants } from './constants.js';
import type { Nominator } from './framework/nominator.js';
import type { ClusterListers } from './framework/plugin-handle.js';
import type { PodInfo } from './framework/pod-info.js';
import { hasCondition, withCondition } from './pod-condition.js';
import type { SchedulerMonitor } from './scheduler-monitor.js';
import type { WaitingPods } from './waiting-pods.js';

export interface PreemptionExecutorOptions {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly listers: Pick<ClusterListers, 'pod'>;
  readonly nominator: Nominator;
  readonly waitingPods: WaitingPods;
  readonly bindings: Pick<BindingCycles, 'cancel'>;
  readonly monitor?: Pick<SchedulerMonitor, 'victimsSelected' | 'preemptionEnded'> | undefined;
  /** The recorder of the pod's profile. */
  readonly recorderOf: (preemptor: PodInfo) => SeriesEventRecorder;
  /** A preemption has failed: the preemptor is worth a new attempt at once. */
  readonly failed: (preemptor: PodInfo) => void;
  /** A preemption is over, whether it has failed or not. */
  readonly ended: () => void;
}

interface Preemption {
  readonly preemptor: PodInfo;
  readonly nodeName: string;
  /** Pods whose nomination is in the way. */
  readonly nominated: readonly PodInfo[];
  readonly victims: readonly PodInfo[];
  readonly startedUs: SimTime;
  /** Index of the first pod of either list that has not been begun. */
  nextNominated: number;
  nextVictim: number;
  /** Victims that have been begun and not ended. */
  outstanding: number;
  hasFailed: boolean;
  /** A victim could not be preempted, so the last one is spared. */
  isCancelled: boolean;
}

/** The context of requests about one victim. */
interface VictimWork {
  readonly preemption: Preemption;
  readonly victim: PodInfo;
}

/** Goroutines that preempt victims of one pod. */
const workers = 16;
const plugin = 'DefaultPreemption';
const clearedNomination = '{"status":{"nominatedNodeName":null}}';

/** All preemptions that are under way, by uid of the preemptor. */
export class PreemptionExecutor {
  readonly #options: PreemptionExecutorOptions;
  readonly #preemptions = new Map<string, Preemption>();

  constructor(options: PreemptionExecutorOptions) {
    this.#options = options;
  }

  /** Number of preemptions under way. */
  get size(): number {
    return this.#preemptions.size;
  }

  /**
   * Whether the pod has to wait: until its last victim is the only one left, and is terminating or
   * gone.
   */
  isPreempting(uid: string): boolean {
    const preemption = this.#preemptions.get(uid);
    if (preemption === undefined) return false;
    const { victims, nextVictim } = preemption;
    if (nextVictim < victims.length) return true;
    const { namespace = '', name } = (victims.at(-1) as PodInfo).pod.metadata;
    const last = this.#options.listers.pod(namespace, name);
    return last !== undefined && last.metadata.deletionTimestamp === undefined;
  }

  /** Begins. `victims` is not empty and holds no pod that is terminating. */
  start(preemptor: PodInfo, nodeName: string, victims: readonly PodInfo[]): void {
    const nominated = this.#options.nominator
      .podsFor(nodeName)
      .filter(
        ({ priority, pod }) =>
          priority < preemptor.priority && (pod.status?.nominatedNodeName ?? '') !== '',
      );
    const preemption: Preemption = {
      preemptor,
      nodeName,
      nominated,
      victims,
      startedUs: this.#options.simulation.now,
      nextNominated: 0,
      nextVictim: 0,
      outstanding: 0,
      hasFailed: false,
      isCancelled: false,
    };
    this.#preemptions.set(preemptor.uid, preemption);
    this.#options.monitor?.victimsSelected(victims.length);
    this.#clearNominations(preemption);
  }

  /** One after the other; a failure does not stop the preemption. */
  #clearNominations(preemption: Preemption): void {
    const info = preemption.nominated[preemption.nextNominated++];
    if (info === undefined) {
      this.#preemptVictims(preemption);
      return;
    }
    const patch = { bytes: clearedNomination.length, apply: withoutNomination };
    const request = { verb: 'patch', ...addressOf(info), subresource: 'status', patch } as const;
    this.#options.client.send(request, this.#nominationCleared, preemption);
  }

  readonly #nominationCleared = (call: ApiCall): void => {
    const preemption = call.context as Preemption;
    if (!isSuccess(call.response as ApiResponse)) preemption.hasFailed = true;
    this.#clearNominations(preemption);
  };

  /** Begins as many victims as may be under way together; the last one alone. */
  #preemptVictims(preemption: Preemption): void {
    const { victims } = preemption;
    while (preemption.nextVictim < victims.length && !preemption.isCancelled) {
      const isLast = preemption.nextVictim === victims.length - 1;
      if (preemption.outstanding >= (isLast ? 1 : workers)) return;
      const victim = victims[preemption.nextVictim++] as PodInfo;
      this.#preemptVictim({ preemption, victim });
    }
    if (preemption.outstanding > 0) return;
    this.#preemptions.delete(preemption.preemptor.uid);
    const { monitor, simulation } = this.#options;
    monitor?.preemptionEnded(preemption.hasFailed, simulation.now - preemption.startedUs);
    if (preemption.hasFailed) this.#options.failed(preemption.preemptor);
    this.#options.ended();
  }

  /** A pod that waits at Permit, or is in its PreBind, goes back to the queue. */
  #preemptVictim(work: VictimWork): void {
    const { waitingPods, bindings, client, simulation } = this.#options;
    const { preemption, victim } = work;
    const { uid } = victim;
    if (waitingPods.reject(uid, plugin, 'preempted') || bindings.cancel(uid)) {
      this.#record(work);
      return;
    }
    preemption.outstanding++;
    const { schedulerName } = preemption.preemptor;
    const condition: PodCondition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
    };
    if (hasCondition(victim.pod, condition)) {
      this.#delete(work);
      return;
    }
    const { now } = simulation;
    const apply = (pod: KubernetesObject): KubernetesObject =>
      pod.kind === 'Pod' ? withCondition(pod, condition, now) : pod;
    const bytes = schedulerConstants.conditionPatchBytes + (condition.message ?? '').length;
    const patch = { bytes, apply };
    const request = { verb: 'patch', ...addressOf(victim), subresource: 'status', patch } as const;
    client.send(request, this.#patched, work);
  }

  readonly #patched = (call: ApiCall): void => {
    const work = call.context as VictimWork;
    if (isSuccess(call.response as ApiResponse)) this.#delete(work);
    else this.#ended(work, call);
  };

  #delete(work: VictimWork): void {
    const request = { verb: 'delete', ...addressOf(work.victim) } as const;
    this.#options.client.send(request, this.#deleted, work);
  }

  readonly #deleted = (call: ApiCall): void => {
    const work = call.context as VictimWork;
    if (isSuccess(call.response as ApiResponse)) this.#record(work);
    this.#ended(work, call);
  };

  /** Somebody else may have deleted the victim first; that is as good. */
  #ended({ preemption }: VictimWork, { response }: ApiCall): void {
    const { code } = response as ApiResponse;
    if (code >= 300 && code !== 404) {
      preemption.hasFailed = true;
      preemption.isCancelled = true;
    }
    preemption.outstanding--;
    this.#preemptVictims(preemption);
  }

  #record({ preemption, victim }: VictimWork): void {
    const { preemptor, nodeName } = preemption;
    const note = `Preempted by pod ${preemptor.uid} on node ${nodeName}`;
    this.#options.recorderOf(preemptor).record(victim.pod, 'Normal', 'Preempted', note);
  }
}

function addressOf({ pod: { metadata } }: PodInfo) {
  return { resource: 'pods', namespace: metadata.namespace ?? '', name: metadata.name } as const;
}

function withoutNomination(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Pod' || object.status?.nominatedNodeName === undefined) return object;
  const { nominatedNodeName: _cleared, ...status } = object.status;
  return { ...object, status };
}
