// Deletes Jobs some time after they have finished, with all that they own: looks at a Job when its
// time is over, and reads it from the API once more before it deletes it.
// Source: Kubernetes v1.36 pkg/controller/ttlafterfinished (reference: nodes-controllers 3.8).
import type { Job } from '../../../api/job.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import {
  type ApiResponse,
  isSuccess,
  isSuccessOrGone,
  keyOf,
} from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { Simulation } from '../../../kernel/simulation.js';
import type { SimTime } from '../../../kernel/time.js';
import { controllerManagerConstants } from '../constants.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { jobConstants as constants } from './constants.js';
import { endOf } from './job-judgement.js';

export class TtlAfterFinishedController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #jobs: Informer<Job>;
  readonly #loop: SyncLoop;

  constructor(options: ControllerOptions, jobs: Informer<Job>) {
    this.#simulation = options.simulation;
    this.#client = options.client;
    this.#jobs = jobs;
    this.#loop = new SyncLoop(options, {
      name: 'ttl-after-finished',
      metricName: 'ttl_jobs_to_delete',
      workers: constants.concurrentTtlSyncs,
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    jobs.addHandler({
      added: (job) => this.#look(job),
      updated: (_, job) => this.#look(job),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #look(job: Job): void {
    const dueUs = expiryOf(job);
    if (dueUs === undefined || job.metadata.deletionTimestamp !== undefined) return;
    this.queue.addAfter(keyOf(job), dueUs - this.#simulation.now);
  }

  /** True when the Job's time is over; one that has time left comes again. */
  #isDue(job: Job | undefined): boolean {
    const dueUs = job === undefined ? undefined : expiryOf(job);
    if (job === undefined || dueUs === undefined) return false;
    if (job.metadata.deletionTimestamp !== undefined) return false;
    if (dueUs <= this.#simulation.now) return true;
    this.#look(job);
    return false;
  }

  #sync(key: string, worker: number): void {
    const job = this.#jobs.get(key);
    if (job === undefined || !this.#isDue(job)) return this.#loop.finish(worker, false);
    const { namespace = '', name } = job.metadata;
    this.#client.send({ verb: 'get', resource: 'jobs', namespace, name }, this.#read, worker);
  }

  readonly #read = (call: ApiCall): void => {
    const worker = call.context as number;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#loop.finish(worker, response.code !== 404);
    const job = response.object as Job;
    if (!this.#isDue(job)) return this.#loop.finish(worker, false);
    const { resource, namespace, name } = call.request;
    const { uid } = job.metadata;
    this.#client.send(
      {
        verb: 'delete',
        resource,
        namespace,
        name,
        ...(uid !== undefined && { uidPrecondition: uid }),
      },
      this.#deleted,
      worker,
    );
  };

  readonly #deleted = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    this.#loop.finish(call.context as number, !isSuccessOrGone(response));
  };
}

/** When a finished Job with a time to live is to be deleted; undefined for all others. */
function expiryOf(job: Job): SimTime | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined) return undefined;
  const endUs = endOf(job)?.lastTransitionTime;
  if (endUs === undefined) return undefined;
  return endUs + ttlSecondsAfterFinished * 1_000_000;
}
