// Sets the replicas of what HorizontalPodAutoscalers point at: every fifteen seconds each of them
// reads the scale, asks for its metrics one after the other, and writes the scale and its status
// where they change.
// Left out: scaling to zero, more than one autoscaler for one target.
// Source: Kubernetes v1.36 pkg/controller/podautoscaler/horizontal.go (reference: nodes-controllers
// 3.15).
import { isSameData } from '../../../api/data-equality.js';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
  MetricStatus,
} from '../../../api/horizontal-pod-autoscaler.js';
import { quantityMilliValue } from '../../../api/quantity.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf } from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { controllerManagerConstants } from '../constants.js';
import type { SharedInformers } from '../shared-informers.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { withCondition } from './conditions.js';
import { autoscalerConstants as constants } from './constants.js';
import { metricRequest, type Proposal, proposalOf } from './metric-source.js';
import type { Tolerances } from './replica-calculator.js';
import { limitedScale, noteScale, type ScaleHistory, type Why } from './scale-limits.js';
import { isScalable, podsOf, type ScaleTarget, scaledTo } from './scale-target.js';

type Status = HorizontalPodAutoscalerStatus;

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly key: string;
  readonly autoscaler: HorizontalPodAutoscaler;
  target: ScaleTarget | undefined;
  /** One for each metric that has been answered. */
  readonly proposals: Proposal[];
  /** As it will be written. */
  status: Status;
  /** Why the scale is being changed. */
  why: string;
}

export class HorizontalPodAutoscalerController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly #informers: SharedInformers;
  readonly #loop: SyncLoop;
  readonly #histories = new Map<string, ScaleHistory>();

  constructor(
    options: ControllerOptions,
    autoscalers: Informer<HorizontalPodAutoscaler>,
    informers: SharedInformers,
  ) {
    const { simulation, client } = options;
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = new EventRecorder(simulation, 'horizontal-pod-autoscaler', client);
    this.#autoscalers = autoscalers;
    this.#informers = informers;
    this.#loop = new SyncLoop(options, {
      name: 'horizontalpodautoscaler',
      workers: constants.concurrentSyncs,
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    const { syncPeriodUs } = constants;
    autoscalers.addHandler({
      added: (autoscaler) => this.queue.addAfter(keyOf(autoscaler), syncPeriodUs),
      updated: (_, autoscaler) => this.queue.addAfter(keyOf(autoscaler), syncPeriodUs),
      deleted: (autoscaler) => this.#histories.delete(keyOf(autoscaler)),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #sync(key: string, worker: number): void {
    const autoscaler = this.#autoscalers.get(key);
    if (autoscaler === undefined) return this.#loop.finish(worker, false);
    const { metadata, spec, status } = autoscaler;
    const begun = {
      ...(status ?? { desiredReplicas: 0 }),
      observedGeneration: metadata.generation ?? 1,
    };
    const sync: Sync = {
      worker,
      key,
      autoscaler,
      target: undefined,
      proposals: [],
      status: begun,
      why: '',
    };
    const { kind, name } = spec.scaleTargetRef;
    const { namespace = '' } = metadata;
    const found = resourceKindNamed(kind);
    if (found === undefined || !isScalable(kind)) {
      return this.#failScale(sync, 'FailedGetScale', `no matches for kind "${kind}"`);
    }
    const { resource } = found;
    this.#client.send(
      { verb: 'get', resource, subresource: 'scale', namespace, name },
      this.#scaleRead,
      sync,
    );
  }

  #condition(
    sync: Sync,
    type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited',
    isTrue: boolean,
    why: Why,
  ): void {
    sync.status = withCondition(sync.status, type, isTrue, why, this.#simulation.now);
  }

  #warn({ autoscaler }: Sync, reason: string, message: string): void {
    this.#recorder.record(autoscaler, 'Warning', reason, message);
  }

  #failScale(sync: Sync, reason: string, error: string): void {
    const what =
      reason === 'FailedGetScale' ? "get the target's current scale" : 'update the target scale';
    const message = `the HPA controller was unable to ${what}: ${error}`;
    this.#condition(sync, 'AbleToScale', false, { reason, message });
    if (reason === 'FailedGetScale') this.#warn(sync, reason, error);
    this.#writeStatus(sync);
  }

  readonly #scaleRead = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#failScale(sync, 'FailedGetScale', response.message);
    const target = response.object as ScaleTarget;
    sync.target = target;
    this.#condition(sync, 'AbleToScale', true, {
      reason: 'SucceededGetScale',
      message: "the HPA controller was able to get the target's current scale",
    });
    const { spec } = sync.autoscaler;
    const current = target.spec.replicas ?? 1;
    sync.status = { ...sync.status, currentReplicas: target.status?.replicas ?? 0 };
    const { maxReplicas, minReplicas = 1 } = spec;
    if (current === 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.#condition(sync, 'ScalingActive', false, { reason: 'ScalingDisabled', message });
      return this.#setScale(sync, 0, '');
    }
    const of = 'Current number of replicas';
    if (current > maxReplicas) {
      return this.#setScale(sync, maxReplicas, `${of} above Spec.MaxReplicas`);
    }
    if (current < minReplicas) {
      return this.#setScale(sync, minReplicas, `${of} below Spec.MinReplicas`);
    }
    this.#nextMetric(sync);
  };

  /** Asks for the next metric, or acts on what all have said. */
  #nextMetric(sync: Sync): void {
    const { autoscaler, proposals, target } = sync;
    const metric = autoscaler.spec.metrics?.[proposals.length];
    if (metric === undefined) return this.#propose(sync);
    this.#client.send(metricRequest(metric, target as ScaleTarget), this.#metricRead, sync);
  }

  readonly #metricRead = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { autoscaler, proposals } = sync;
    const target = sync.target as ScaleTarget;
    const metric = autoscaler.spec.metrics?.[proposals.length] as MetricSpec;
    proposals.push(
      proposalOf({
        metric,
        response: call.response as ApiResponse,
        target,
        pods: podsOf(target, this.#informers),
        current: target.spec.replicas ?? 1,
        tolerances: tolerancesOf(autoscaler),
        now: this.#simulation.now,
      }),
    );
    this.#nextMetric(sync);
  };

  /** Of several metrics the one that asks for most counts. */
  #propose(sync: Sync): void {
    const { autoscaler, proposals, target } = sync;
    const current = target?.spec.replicas ?? 1;
    let wanted = -1;
    let name = '';
    const currentMetrics: MetricStatus[] = [];
    for (const proposal of proposals) {
      if ('reason' in proposal) continue;
      currentMetrics.push(proposal.status);
      if (proposal.replicas > wanted) [wanted, name] = [proposal.replicas, proposal.name];
    }
    sync.status = { ...sync.status, currentMetrics };
    const failures = proposals.filter((proposal) => 'reason' in proposal);
    const [failure] = failures;
    if (failure !== undefined && wanted < current) {
      return this.#failMetrics(sync, failure, failures.length);
    }
    const message = `the HPA was able to successfully calculate a replica count from ${name}`;
    this.#condition(sync, 'ScalingActive', true, { reason: 'ValidMetricFound', message });
    const { now } = this.#simulation;
    const limited = limitedScale(
      autoscaler.spec,
      this.#history(sync, current),
      current,
      wanted,
      now,
    );
    this.#condition(sync, 'AbleToScale', true, limited.stabilization);
    this.#condition(sync, 'ScalingLimited', limited.limit.isLimited, limited.limit);
    const why = wanted > current ? `${name} above target` : 'All metrics below target';
    this.#setScale(sync, limited.replicas, why);
  }

  #failMetrics(sync: Sync, { reason, message }: Why, failures: number): void {
    for (const proposal of sync.proposals) {
      if ('reason' in proposal) this.#warn(sync, proposal.reason, proposal.message);
    }
    const active = `the HPA was unable to compute the replica count: ${message}`;
    this.#condition(sync, 'ScalingActive', false, { reason, message: active });
    const count = `${failures} invalid out of ${sync.proposals.length}`;
    const error = `invalid metrics (${count}), first error is: ${message}`;
    this.#warn(sync, 'FailedComputeMetricsReplicas', error);
    const current = sync.target?.spec.replicas ?? 1;
    sync.status = { ...sync.status, desiredReplicas: current };
    this.#writeStatus(sync);
  }

  /** What was wanted before the autoscaler was first looked at is what there was. */
  #history({ key }: Sync, current: number): ScaleHistory {
    const known = this.#histories.get(key);
    if (known !== undefined) return known;
    const first = { atUs: this.#simulation.now, replicas: current };
    const history = { recommendations: [first], ups: [], downs: [] };
    this.#histories.set(key, history);
    return history;
  }

  #setScale(sync: Sync, replicas: number, why: string): void {
    const target = sync.target as ScaleTarget;
    sync.why = why;
    sync.status = { ...sync.status, desiredReplicas: replicas };
    if (replicas === (target.spec.replicas ?? 1)) return this.#writeStatus(sync);
    const { namespace = '', name } = target.metadata;
    const resource = resourceKindNamed(target.kind)?.resource ?? '';
    const body = scaledTo(target, replicas);
    this.#client.send(
      { verb: 'update', resource, subresource: 'scale', namespace, name, body },
      this.#scaled,
      sync,
    );
  }

  readonly #scaled = (call: ApiCall): void => {
    const sync = call.context as Sync;
    const { autoscaler, why } = sync;
    const response = call.response as ApiResponse;
    const replicas = sync.status.desiredReplicas;
    const current = sync.target?.spec.replicas ?? 1;
    const what = `New size: ${replicas}; reason: ${why}`;
    if (!isSuccess(response)) {
      this.#warn(sync, 'FailedRescale', `${what}; error: ${response.message}`);
      sync.status = { ...sync.status, desiredReplicas: current };
      return this.#failScale(sync, 'FailedUpdateScale', response.message);
    }
    this.#recorder.record(autoscaler, 'Normal', 'SuccessfulRescale', what);
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    this.#condition(sync, 'AbleToScale', true, { reason: 'SucceededRescale', message });
    const { now } = this.#simulation;
    noteScale(autoscaler.spec, this.#history(sync, current), replicas - current, now);
    sync.status = { ...sync.status, lastScaleTime: now };
    this.#writeStatus(sync);
  };

  #writeStatus(sync: Sync): void {
    const { autoscaler, status } = sync;
    if (isSameData(status, autoscaler.status ?? {})) return this.#finish(sync);
    const { namespace = '', name } = autoscaler.metadata;
    const body: HorizontalPodAutoscaler = { ...autoscaler, status };
    const resource = 'horizontalpodautoscalers';
    this.#client.send(
      { verb: 'update', resource, subresource: 'status', namespace, name, body },
      this.#written,
      sync,
    );
  }

  readonly #written = (call: ApiCall): void => this.#finish(call.context as Sync);

  /** Whatever came of it, the next sync is a period later. */
  #finish({ worker, key }: Sync): void {
    this.queue.addAfter(key, constants.syncPeriodUs);
    this.#loop.finish(worker, false);
  }
}

function tolerancesOf({ spec }: HorizontalPodAutoscaler): Tolerances {
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  const of = (text: string | undefined): number =>
    text === undefined ? constants.tolerance : quantityMilliValue(text) / 1000;
  return { up: of(scaleUp?.tolerance), down: of(scaleDown?.tolerance) };
}
