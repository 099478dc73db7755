// Creates the Jobs of CronJobs when their time has come, keeps the list of those that run, and
// deletes finished ones beyond the history. Each CronJob is looked at a tenth of a second after its
// next start time, and when one of its Jobs changes.
// Left out: time zones. Source: Kubernetes v1.36 pkg/controller/cronjob/cronjob_controllerv2.go
// (reference: nodes-controllers 3.8).

import type { CronJob, CronJobStatus } from '../../../api/cron-job.js';
import { isSameData } from '../../../api/data-equality.js';
import type { Job } from '../../../api/job.js';
import { controllerOf, type ObjectReference } from '../../../api/object-meta.js';
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
import type { SimTime } from '../../../kernel/time.js';
import { controllerManagerConstants } from '../constants.js';
import { isFinished, jobCondition } from '../job/job-judgement.js';
import { OwnerIndex } from '../owner-index.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { cronJobConstants as constants } from './constants.js';
import { beyondHistory, dueTime, jobFor } from './cron-job-plan.js';
import { parseSchedule } from './cron-schedule.js';

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly cronJob: CronJob;
  /** Names of Jobs of the status that are neither in the cache nor in the API. */
  readonly gone: Set<string>;
  /** As it will be written. */
  status: CronJobStatus;
  /** The start time that a Job is being created for. */
  scheduledUs: SimTime;
  /** The next start time; undefined: none, or it is suspended. */
  nextUs: SimTime | undefined;
  inFlight: number;
  failed: boolean;
}

export class CronJobController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #cronJobs: Informer<CronJob>;
  readonly #jobs: Informer<Job>;
  readonly #owned: OwnerIndex<Job>;
  readonly #loop: SyncLoop;

  constructor(options: ControllerOptions, cronJobs: Informer<CronJob>, jobs: Informer<Job>) {
    const { simulation, client } = options;
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = new EventRecorder(simulation, 'cronjob-controller', client);
    this.#cronJobs = cronJobs;
    this.#jobs = jobs;
    this.#owned = new OwnerIndex(jobs);
    this.#loop = new SyncLoop(options, {
      name: 'cronjob',
      workers: constants.concurrentCronJobSyncs,
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    cronJobs.addHandler({
      added: (cronJob) => this.queue.add(keyOf(cronJob)),
      updated: (_, cronJob) => this.queue.add(keyOf(cronJob)),
      deleted: (cronJob) => this.queue.add(keyOf(cronJob)),
    });
    const changed = (job: Job): void => {
      const owner = controllerOf(job);
      if (owner?.kind === 'CronJob') {
        this.queue.add(objectKey(job.metadata.namespace, owner.name));
      }
    };
    jobs.addHandler({ added: changed, updated: (_, job) => changed(job), deleted: changed });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #sync(key: string, worker: number): void {
    const cronJob = this.#cronJobs.get(key);
    if (cronJob === undefined) return this.#loop.finish(worker, false);
    const sync: Sync = {
      worker,
      cronJob,
      gone: new Set(),
      status: {},
      scheduledUs: 0,
      nextUs: undefined,
      inFlight: 0,
      failed: false,
    };
    const { namespace = '' } = cronJob.metadata;
    const unknown = (cronJob.status?.active ?? []).filter(
      ({ name = '' }) => this.#jobs.get(objectKey(namespace, name)) === undefined,
    );
    sync.inFlight = unknown.length;
    if (unknown.length === 0) return this.#plan(sync);
    for (const { name = '' } of unknown) {
      this.#client.send({ verb: 'get', resource: 'jobs', namespace, name }, this.#lookedUp, sync);
    }
  }

  readonly #lookedUp = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (call.response?.code === 404) sync.gone.add(call.request.name);
    if (--sync.inFlight === 0) this.#plan(sync);
  };

  #plan(sync: Sync): void {
    const { cronJob } = sync;
    sync.status = this.#observedStatus(cronJob, sync.gone);
    const { metadata, spec } = cronJob;
    const schedule = parseSchedule(spec.schedule);
    const isIdle = metadata.deletionTimestamp !== undefined || spec.suspend === true;
    if (isIdle || schedule === undefined) return this.#cleanUp(sync);
    const { now } = this.#simulation;
    const { scheduledUs, missed, nextUs } = dueTime(cronJob, schedule, now);
    sync.nextUs = nextUs;
    if (missed > constants.manyMissedTimes) this.#warnOfMissed(cronJob, missed);
    if (scheduledUs === undefined) return this.#cleanUp(sync);
    sync.scheduledUs = scheduledUs;
    this.#begin(sync);
  }

  /** The status with what the informer says of its Jobs. */
  #observedStatus(cronJob: CronJob, gone: ReadonlySet<string>): CronJobStatus {
    const { active = [], ...status } = cronJob.status ?? {};
    const running: ObjectReference[] = [];
    let lastSuccessfulTime = status.lastSuccessfulTime;
    for (const reference of active) {
      const job = this.#jobs.get(objectKey(reference.namespace, reference.name ?? ''));
      const isGone = gone.has(reference.name ?? '');
      if (isGone || (job !== undefined && isFinished(job))) {
        this.#recordEnd(cronJob, reference, job);
      } else running.push(reference);
    }
    for (const job of this.#owned.of(cronJob.metadata.uid ?? '').values()) {
      const endUs =
        jobCondition(job, 'Complete')?.status === 'True' ? job.status?.completionTime : 0;
      if ((endUs ?? 0) > (lastSuccessfulTime ?? 0)) lastSuccessfulTime = endUs;
    }
    const last = lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime };
    return { ...status, ...(running.length > 0 && { active: running }), ...last };
  }

  #recordEnd(cronJob: CronJob, { name = '' }: ObjectReference, job: Job | undefined): void {
    if (job === undefined) {
      const message = `Active job went missing: ${name}`;
      return this.#recorder.record(cronJob, 'Normal', 'MissingJob', message);
    }
    const end = jobCondition(job, 'Complete')?.status === 'True' ? 'Complete' : 'Failed';
    const message = `Saw completed job: ${name}, condition: ${end}`;
    this.#recorder.record(cronJob, 'Normal', 'SawCompletedJob', message);
  }

  #warnOfMissed(cronJob: CronJob, missed: number): void {
    const message =
      `too many missed start times (${missed}). Set or decrease .spec.startingDeadlineSeconds ` +
      'or check clock skew';
    this.#recorder.record(cronJob, 'Warning', 'TooManyMissedTimes', message);
  }

  /** Creates the Job that is due, unless one that runs is in the way. */
  #begin(sync: Sync): void {
    const { cronJob, status } = sync;
    const { concurrencyPolicy = 'Allow' } = cronJob.spec;
    const active = status.active ?? [];
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const message =
        'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#recorder.record(cronJob, 'Normal', 'JobAlreadyActive', message);
      return this.#cleanUp(sync);
    }
    if (concurrencyPolicy !== 'Replace' || active.length === 0) return this.#create(sync);
    sync.inFlight = active.length;
    sync.status = { ...status, active: [] };
    for (const { name = '' } of active) this.#delete(sync, name, this.#replaced);
  }

  readonly #replaced = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (--sync.inFlight === 0) this.#create(sync);
  };

  #create(sync: Sync): void {
    const body = jobFor(sync.cronJob, sync.scheduledUs);
    const { namespace = '', name } = body.metadata;
    this.#client.send(
      { verb: 'create', resource: 'jobs', namespace, name, body },
      this.#created,
      sync,
    );
  }

  /** One that is there already was created by this controller before it could say so. */
  readonly #created = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { cronJob, status } = sync;
    const response = call.response as ApiResponse;
    if (!isSuccess(response) && response.reason !== 'AlreadyExists') {
      const message = `Error creating job: ${response.message}`;
      this.#recorder.record(cronJob, 'Warning', 'FailedCreate', message);
      return this.#finish(sync, true);
    }
    const job = response.object as Job | undefined;
    if (job !== undefined) {
      const { namespace = '', name, uid = '' } = job.metadata;
      this.#recorder.record(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
      const reference = { apiVersion: job.apiVersion, kind: job.kind, namespace, name, uid };
      sync.status = { ...status, active: [...(status.active ?? []), reference] };
    }
    sync.status = { ...sync.status, lastScheduleTime: sync.scheduledUs };
    this.#cleanUp(sync);
  };

  #cleanUp(sync: Sync): void {
    const jobs = this.#owned.of(sync.cronJob.metadata.uid ?? '').values();
    const old = beyondHistory(sync.cronJob, jobs);
    sync.inFlight = old.length;
    if (old.length === 0) return this.#writeStatus(sync);
    for (const { metadata } of old) this.#delete(sync, metadata.name, this.#cleanedUp);
  }

  readonly #cleanedUp = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) {
      const message = `Deleted job ${call.request.name}`;
      this.#recorder.record(sync.cronJob, 'Normal', 'SuccessfulDelete', message);
    } else if (response.code !== 404) sync.failed = true;
    if (--sync.inFlight === 0) this.#writeStatus(sync);
  };

  #delete(sync: Sync, name: string, onDone: (call: ApiCall) => void): void {
    const { namespace = '' } = sync.cronJob.metadata;
    this.#client.send({ verb: 'delete', resource: 'jobs', namespace, name }, onDone, sync);
  }

  #writeStatus(sync: Sync): void {
    const { cronJob, status } = sync;
    if (isSameData(status, cronJob.status ?? {})) return this.#finish(sync, sync.failed);
    const { namespace = '', name } = cronJob.metadata;
    const body: CronJob = { ...cronJob, status };
    this.#client.send(
      { verb: 'update', resource: 'cronjobs', subresource: 'status', namespace, name, body },
      this.#written,
      sync,
    );
  }

  readonly #written = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    this.#finish(sync, sync.failed || !isSuccessOrGone(response));
  };

  #finish({ worker, cronJob, nextUs }: Sync, failed: boolean): void {
    if (!failed && nextUs !== undefined) {
      const afterUs = nextUs + constants.nextScheduleDeltaUs - this.#simulation.now;
      this.queue.addAfter(keyOf(cronJob), afterUs);
    }
    this.#loop.finish(worker, failed);
  }
}
