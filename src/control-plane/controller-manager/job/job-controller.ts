// Runs the pods of Jobs until enough have succeeded. Events of pods are looked at a second later,
// all of them in one sync: it creates what is missing, names what has ended in the status, removes
// the finalizers of those pods, and then counts them. Left out: pod failure and success policies,
// limits per index, adoption, the interim conditions before Complete and Failed.
// Source: Kubernetes v1.36 pkg/controller/job (reference: nodes-controllers 3.8).
import type { Job, JobCondition, JobStatus } from '../../../api/job.js';
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
import { changeFor, failureOf, isComplete, isFinished, jobCondition, jobPods } from './job-plan.js';
import {
  type Finished,
  hasTracking,
  newlyFinished,
  totalCounts,
  withCounted,
  withinLimit,
  withoutTracking,
  withUncounted,
} from './job-tracking.js';
import { PodBackoff } from './pod-backoff.js';

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
  /** Condition that ends the Job when all its pods are counted. */
  verdict: JobCondition | undefined;
  active: number;
  readonly ready: number;
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
  readonly #backoff = new PodBackoff();
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
        this.#backoff.forget(keyOf(job));
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
    return owner?.kind === 'Job' ? `${pod.metadata.namespace}/${owner.name}` : undefined;
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
    const tracked = new Set(all.filter(hasTracking).map(({ metadata }) => metadata.uid ?? ''));
    for (const uid of this.#released) tracked.delete(uid);
    const finished = newlyFinished(job, all, this.#released);
    const counts = totalCounts(job, finished);
    this.#backoff.observe(key, finished.succeeded.length, finished.failed.length, now);
    const pods = jobPods(all);
    const failure = failureOf(job, counts, now);
    const limited = withinLimit(finished);
    const named = new Set([
      ...(job.status?.uncountedTerminatedPods?.succeeded ?? []),
      ...(job.status?.uncountedTerminatedPods?.failed ?? []),
    ]);
    const isNamed = (pod: Pod): boolean => named.has(pod.metadata.uid ?? '') && hasTracking(pod);
    const sync: Sync = {
      worker,
      key,
      job,
      finished: limited,
      released: [...all.filter(isNamed), ...limited.succeeded, ...limited.failed],
      tracked,
      verdict: failure && this.#verdict('Failed', failure),
      active: pods.active.length,
      ready: pods.ready,
      inFlight: 0,
      failed: false,
    };
    if (failure !== undefined) return this.#endPods(sync, pods.active);
    if (isComplete(job, counts, pods.active.length)) sync.verdict = this.#verdict('Complete', {});
    this.#rememberDeadline(job, key);
    const isSettled = this.#expectations.isSatisfied(key);
    if (sync.verdict !== undefined || !isSettled || job.metadata.deletionTimestamp !== undefined) {
      return this.#name(sync);
    }
    const change = changeFor(job, pods, finished, counts, now);
    const waitUs = change.bodies.length > 0 ? this.#backoff.remainingUs(key, now) : 0;
    if (waitUs > 0) {
      this.queue.addAfter(key, waitUs);
      return this.#name(sync);
    }
    sync.active += change.bodies.length - change.victims.length;
    this.#podControl.change(sync, job, change.bodies, change.victims);
  }

  /** Comes back at the deadline, unless something brings it back before. */
  #rememberDeadline({ spec, status }: Job, key: string): void {
    const { activeDeadlineSeconds, suspend } = spec;
    const startUs = status?.startTime;
    if (activeDeadlineSeconds === undefined || startUs === undefined || suspend === true) return;
    const leftUs = startUs + activeDeadlineSeconds * 1_000_000 - this.#simulation.now;
    this.queue.addAfter(key, leftUs);
  }

  #verdict(type: 'Complete' | 'Failed', why: Partial<JobCondition>): JobCondition {
    const { now } = this.#simulation;
    return { type, status: 'True', lastTransitionTime: now, ...why };
  }

  /** A Job that has failed keeps no pods. */
  #endPods(sync: Sync, active: readonly Pod[]): void {
    sync.active = 0;
    this.#podControl.change(sync, sync.job, [], active.slice(0, constants.maxPodsPerSync));
  }

  /** Names in the status what has ended; without news there is nothing to write. */
  #name(sync: Sync): void {
    const { job, finished, active, ready } = sync;
    const { now } = this.#simulation;
    const isFirst = job.status?.startTime === undefined && job.spec.suspend !== true;
    const before = withCounted(job.status ?? {}, sync.tracked);
    const hasEnded = finished.succeeded.length + finished.failed.length > 0;
    const named = hasEnded ? withUncounted({ ...job, status: before }, finished) : before;
    const isNews = (job.status?.active ?? 0) !== active || (job.status?.ready ?? 0) !== ready;
    if (!isFirst && !isNews && named === (job.status ?? {})) return this.#release(sync);
    const status: JobStatus = { ...named, active, ready, ...(isFirst && { startTime: now }) };
    this.#write(sync, status, this.#named);
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
    const apply = (pod: KubernetesObject): KubernetesObject => withoutTracking(pod as Pod);
    const patch = { bytes: constants.finalizerPatchBytes, apply };
    for (const { metadata } of sync.released) {
      const { namespace = '', name, uid = '' } = metadata;
      this.#released.add(uid);
      const release: Release = { sync, uid };
      this.#client.send(
        { verb: 'patch', resource: 'pods', namespace, name, patch },
        this.#podReleased,
        release,
      );
    }
  }

  readonly #podReleased = (call: ApiCall): void => {
    const { sync, uid } = call.context as Release;
    const response = call.response as ApiResponse;
    if (isSuccessOrGone(response)) {
      sync.tracked.delete(uid);
    } else {
      this.#released.delete(uid);
      sync.failed = true;
    }
    if (--sync.inFlight === 0) this.#count(sync);
  };

  /** Moves the released pods into the counts, and ends the Job when it is over. */
  #count(sync: Sync): void {
    const { job, verdict, failed } = sync;
    const before = job.status ?? {};
    const counted = withCounted(before, sync.tracked);
    const { succeeded = [], failed: uncountedFailed = [] } = counted.uncountedTerminatedPods ?? {};
    const isAllCounted = succeeded.length + uncountedFailed.length === 0;
    const isOver = verdict !== undefined && isAllCounted && !failed;
    if (!isOver && counted === before) return this.#finish(sync, failed);
    const { now } = this.#simulation;
    const status: JobStatus = isOver
      ? {
          ...counted,
          ready: 0,
          conditions: [...(before.conditions ?? []), verdict],
          ...(verdict.type === 'Complete' && { completionTime: now }),
        }
      : counted;
    if (isOver) this.#announce(job, verdict);
    this.#write(sync, status, this.#counted);
  }

  #announce(
    job: Job,
    { type, reason = 'Completed', message = 'Job completed' }: JobCondition,
  ): void {
    const isNew = jobCondition(job, type) === undefined;
    if (isNew)
      this.#recorder.record(job, type === 'Failed' ? 'Warning' : 'Normal', reason, message);
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
