// Runs the pods of Jobs until enough have succeeded. Events of pods are looked at a second later,
// all of them in one sync: it creates what is missing, names what has ended in the status, removes
// the finalizers of those pods, and then counts them. Left out: adoption.
// Source: Kubernetes v1.36 pkg/controller/job (reference: nodes-controllers 3.8).
import type { Job, JobStatus } from '../../../api/job.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import { controllerOf } from '../../../api/object-meta.js';
import type { Pod } from '../../../api/pod.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import {
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
  keyOf,
  objectKey,
} from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { controllerManagerConstants } from '../constants.js';
import { Expectations } from '../expectations.js';
import type { OwnerIndex } from '../owner-index.js';
import { PodControl } from '../pod-control.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { jobConstants as constants } from './constants.js';
import { limitsIndexes } from './index-failures.js';
import { JobBackoffs } from './job-backoffs.js';
import {
  finalCondition,
  isFinished,
  type JobState,
  type Judgement,
  judge,
  stateOf,
  suspensionNews,
} from './job-judgement.js';
import { changeFor, type JobPods, jobPods } from './job-plan.js';
import { type Found, foundStatus, isFoundNews } from './job-status.js';
import {
  type Finished,
  hasTracking,
  newlyFinished,
  withCounted,
  withinLimit,
  withoutTracking,
} from './job-tracking.js';

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly key: string;
  /** As read, then as last written. */
  job: Job;
  readonly finished: Finished;
  /** Pods whose finalizers go. */
  readonly released: readonly Pod[];
  /** UIDs of pods that have their finalizers. */
  readonly tracked: Set<string>;
  /** Whether the Job is to end when all its pods are gone and counted. */
  readonly judgement: Judgement | undefined;
  /** For the status. */
  readonly found: Found;
  /** What is to be created and deleted when the finalizers of `victims` are gone. */
  bodies: readonly Pod[];
  victims: readonly Pod[];
  inFlight: number;
  failed: boolean;
}

/** The removal of one pod's finalizer. */
interface Release {
  readonly sync: Sync;
  readonly uid: string;
}

export class JobController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #jobs: Informer<Job>;
  readonly #ownedPods: OwnerIndex<Pod>;
  readonly #loop: SyncLoop;
  readonly #expectations: Expectations;
  readonly #podControl: PodControl<Sync>;
  readonly #backoffs = new JobBackoffs();
  /** UIDs of pods whose finalizers were removed and are not yet seen without them. */
  readonly #released = new Set<string>();

  constructor(
    options: ControllerOptions,
    jobs: Informer<Job>,
    pods: Informer<Pod>,
    ownedPods: OwnerIndex<Pod>,
  ) {
    const { simulation, client } = options;
    this.#simulation = simulation;
    this.#client = client;
    this.#jobs = jobs;
    this.#ownedPods = ownedPods;
    this.#recorder = new EventRecorder(simulation, 'job-controller', client);
    const expectations = new Expectations(simulation);
    this.#expectations = expectations;
    const recorder = this.#recorder;
    const onDone = (sync: Sync): void => this.#name(sync);
    this.#podControl = new PodControl({ client, recorder, expectations, onDone });
    this.#loop = new SyncLoop(options, {
      name: 'job',
      workers: constants.concurrentJobSyncs,
      retryLimits: { baseDelayUs: constants.retryBaseUs, maxDelayUs: constants.retryMaxUs },
      cpuUs: (key) => this.#cpuUs(key),
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    jobs.addHandler({
      added: (job) => this.queue.add(keyOf(job)),
      updated: (previous, job) => this.#jobChanged(job, previous),
      deleted: (job) => {
        expectations.forget(keyOf(job));
        this.#backoffs.forget(keyOf(job));
        this.queue.add(keyOf(job));
      },
    });
    pods.addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (previous, pod) => this.#podChanged(pod, previous),
      deleted: (pod) => this.#podGone(pod),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #cpuUs(key: string): number {
    const uid = this.#jobs.get(key)?.metadata.uid ?? '';
    const { syncCpuUs, podCpuUs } = controllerManagerConstants;
    return syncCpuUs + podCpuUs * this.#ownedPods.of(uid).size;
  }

  /** A new spec is looked at at once, a new status like an event of a pod. */
  #jobChanged(job: Job, previous: Job): void {
    const isNewSpec = job.metadata.generation !== previous.metadata.generation;
    this.queue.addAfter(keyOf(job), isNewSpec ? 0 : constants.syncBatchPeriodUs);
  }

  #ownerKey(pod: Pod): string | undefined {
    const owner = controllerOf(pod);
    return owner?.kind === 'Job' ? objectKey(pod.metadata.namespace, owner.name) : undefined;
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    const { uid = '', deletionTimestamp } = pod.metadata;
    if (!hasTracking(pod)) this.#released.delete(uid);
    if (deletionTimestamp !== undefined) this.#expectations.deletionObserved(key, keyOf(pod));
    else if (previous === undefined) this.#expectations.creationObserved(key);
    this.queue.addAfter(key, constants.syncBatchPeriodUs);
  }

  #podGone(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    this.#released.delete(pod.metadata.uid ?? '');
    this.#expectations.deletionObserved(key, keyOf(pod));
    this.queue.addAfter(key, constants.syncBatchPeriodUs);
  }

  #sync(key: string, worker: number): void {
    const job = this.#jobs.get(key);
    if (job === undefined || isFinished(job)) return this.#loop.finish(worker, false);
    const { now } = this.#simulation;
    const all = [...this.#ownedPods.of(job.metadata.uid ?? '').values()];
    const finished = newlyFinished(job, all, this.#released);
    this.#backoffs.observe(job, key, finished, now);
    const pods = jobPods(all);
    const state = stateOf(job, finished, pods.active.length);
    const judgement = judge(job, state, all, now);
    const sync = this.#newSync(job, worker, finished, pods, state, judgement);
    if (judgement !== undefined && pods.active.length > 0) return this.#endPods(sync, pods.active);
    this.#rememberDeadline(job, key);
    const isSettled = this.#expectations.isSatisfied(key);
    if (judgement !== undefined || !isSettled || job.metadata.deletionTimestamp !== undefined) {
      return this.#name(sync);
    }
    const change = changeFor(job, pods, state, this.#backoffs.indexWait(key, now), now);
    const waitUs = this.#backoffs.remainingUs(job, key, change.bodies.length, now);
    if (waitUs > 0) this.queue.addAfter(key, waitUs);
    if (waitUs > 0 && !limitsIndexes(job)) return this.#name(sync);
    sync.found.active += change.bodies.length - change.victims.length;
    sync.found.terminating += change.victims.length;
    sync.bodies = change.bodies;
    sync.victims = change.victims;
    this.#releaseVictims(sync);
  }

  #newSync(
    job: Job,
    worker: number,
    finished: Finished,
    { all, active, ready, terminating }: JobPods,
    { failedIndexes }: JobState,
    judgement: Judgement | undefined,
  ): Sync {
    const tracked = new Set(all.filter(hasTracking).map(({ metadata }) => metadata.uid ?? ''));
    for (const uid of this.#released) tracked.delete(uid);
    const limited = withinLimit(finished);
    const named = new Set([
      ...(job.status?.uncountedTerminatedPods?.succeeded ?? []),
      ...(job.status?.uncountedTerminatedPods?.failed ?? []),
    ]);
    const isNamed = (pod: Pod): boolean => named.has(pod.metadata.uid ?? '') && hasTracking(pod);
    const { succeeded, failed, ignored } = limited;
    return {
      worker,
      key: keyOf(job),
      job,
      finished: limited,
      released: [...all.filter(isNamed), ...succeeded, ...failed, ...ignored],
      tracked,
      judgement,
      found: {
        active: active.length,
        ready,
        terminating,
        failedIndexes,
        judgement,
        suspension: suspensionNews(job, this.#simulation.now),
      },
      bodies: [],
      victims: [],
      inFlight: 0,
      failed: false,
    };
  }

  /** Pods that are given up count for nothing: they lose their finalizers before they go. */
  #releaseVictims(sync: Sync): void {
    sync.inFlight = sync.victims.length;
    if (sync.inFlight === 0) return this.#podControl.change(sync, sync.job, sync.bodies, []);
    for (const pod of sync.victims) this.#removeFinalizer(sync, pod, this.#victimReleased);
  }

  readonly #victimReleased = (call: ApiCall): void => {
    const { sync } = this.#finalizerRemoved(call);
    if (--sync.inFlight > 0) return;
    this.#podControl.change(sync, sync.job, sync.bodies, sync.victims);
  };

  /** Comes back at the deadline, unless something brings it back before. */
  #rememberDeadline({ spec, status }: Job, key: string): void {
    const { activeDeadlineSeconds, suspend } = spec;
    const startUs = status?.startTime;
    if (activeDeadlineSeconds === undefined || startUs === undefined || suspend === true) return;
    const leftUs = startUs + activeDeadlineSeconds * 1_000_000 - this.#simulation.now;
    this.queue.addAfter(key, leftUs);
  }

  /** A Job that is over keeps no pods. */
  #endPods(sync: Sync, active: readonly Pod[]): void {
    const victims = active.slice(0, constants.maxPodsPerSync);
    sync.found.active -= victims.length;
    sync.found.terminating += victims.length;
    this.#podControl.change(sync, sync.job, [], victims);
  }

  /** Names in the status what has ended; without news there is nothing to write. */
  #name(sync: Sync): void {
    const { job, finished, found } = sync;
    const { now } = this.#simulation;
    const before = withCounted(job.status ?? {}, sync.tracked);
    const counted = { ...job, status: before };
    if (before === (job.status ?? {}) && !isFoundNews(job, finished, found)) {
      return this.#release(sync);
    }
    const { suspension } = found;
    if (suspension !== undefined) this.#announceSuspension(job, suspension.status === 'True');
    this.#write(sync, foundStatus(counted, finished, found, now), this.#named);
  }

  #announceSuspension(job: Job, isSuspended: boolean): void {
    const word = isSuspended ? 'Suspended' : 'Resumed';
    this.#recorder.record(job, 'Normal', word, `Job ${word.toLowerCase()}`);
  }

  #write(sync: Sync, status: JobStatus, onDone: (call: ApiCall) => void): void {
    const { namespace = '', name } = sync.job.metadata;
    const body: Job = { ...sync.job, status };
    this.#client.send(
      { verb: 'update', resource: 'jobs', subresource: 'status', namespace, name, body },
      onDone,
      sync,
    );
  }

  readonly #named = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#finish(sync, response.code !== 404);
    sync.job = response.object as Job;
    this.#release(sync);
  };

  /** Removes the finalizers of the pods that the status names, all at once. */
  #release(sync: Sync): void {
    sync.inFlight = sync.released.length;
    if (sync.inFlight === 0) return this.#count(sync);
    for (const pod of sync.released) this.#removeFinalizer(sync, pod, this.#podReleased);
  }

  #removeFinalizer(sync: Sync, { metadata }: Pod, onDone: (call: ApiCall) => void): void {
    const { namespace = '', name, uid = '' } = metadata;
    const apply = (pod: KubernetesObject): KubernetesObject => withoutTracking(pod as Pod);
    const patch = { bytes: constants.finalizerPatchBytes, apply };
    this.#released.add(uid);
    const release: Release = { sync, uid };
    this.#client.send({ verb: 'patch', resource: 'pods', namespace, name, patch }, onDone, release);
  }

  #finalizerRemoved(call: ApiCall): Release {
    const release = call.context as Release;
    const { sync, uid } = release;
    if (isSuccessOrGone(call.response as ApiResponse)) {
      sync.tracked.delete(uid);
    } else {
      this.#released.delete(uid);
      sync.failed = true;
    }
    return release;
  }

  readonly #podReleased = (call: ApiCall): void => {
    const { sync } = this.#finalizerRemoved(call);
    if (--sync.inFlight === 0) this.#count(sync);
  };

  /** Moves the released pods into the counts, and ends the Job when it is over. */
  #count(sync: Sync): void {
    const { job, judgement, found, failed } = sync;
    const before = job.status ?? {};
    const counted = withCounted(before, sync.tracked);
    const { succeeded = [], failed: uncountedFailed = [] } = counted.uncountedTerminatedPods ?? {};
    const isLeft = succeeded.length + uncountedFailed.length + found.active + found.terminating > 0;
    const isOver = judgement !== undefined && !isLeft && !failed;
    if (!isOver && counted === before) return this.#finish(sync, failed);
    if (!isOver) return this.#write(sync, counted, this.#counted);
    const { now } = this.#simulation;
    const isComplete = judgement.target === 'SuccessCriteriaMet';
    const conditions = [...(before.conditions ?? []), finalCondition(judgement, now)];
    const completion = isComplete ? { completionTime: now } : {};
    this.#announceEnd(job, judgement);
    this.#write(sync, { ...counted, ready: 0, conditions, ...completion }, this.#counted);
  }

  #announceEnd(job: Job, { target, reason, message }: Judgement): void {
    if (target === 'FailureTarget') this.#recorder.record(job, 'Warning', reason, message);
    else this.#recorder.record(job, 'Normal', 'Completed', 'Job completed');
  }

  readonly #counted = (call: ApiCall): void => {
    const { code } = call.response as ApiResponse;
    const sync = call.context as Sync;
    this.#finish(sync, sync.failed || (code >= 300 && code !== 404));
  };

  #finish({ worker }: Sync, failed: boolean): void {
    this.#loop.finish(worker, failed);
  }
}
