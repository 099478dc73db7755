// Calls of admission webhooks: the mutating ones one after the other, then the validating ones all
// at once. What does not answer in time, or at all, fails the request or is passed over, as its
// failurePolicy says.
// Source: Kubernetes v1.36 apiserver admission/plugin/webhook/mutating/dispatcher.go,
// validating/dispatcher.go.
import { encodedBytes } from '../../../api/encoded-size.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { ApiRequest } from '../../../client/api-request.js';
import { type Distribution, distribution } from '../../../kernel/distributions.js';
import type { RandomStream } from '../../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { CpuHost } from '../../../kernel/stations.js';
import type { SimTime } from '../../../kernel/time.js';
import { ascending } from '../../../stats/ascending.js';
import { apiserverConstants as constants } from '../constants.js';
import type { AdmissionStatistics } from './admission-statistics.js';
import { admissionConstants } from './constants.js';
import type { Decided } from './quota-admission.js';
import { internalError, type Rejection } from './rejection.js';
import { isCalledFor, operationOf, type WebhookOperation, type WebhookSpec } from './webhook.js';

interface Webhook {
  readonly spec: WebhookSpec;
  readonly latency: Distribution;
  readonly stream: RandomStream;
}

/** A request that webhooks are asked about. */
interface Asking {
  readonly operation: WebhookOperation;
  readonly bytes: number;
  readonly mutating: readonly Webhook[];
  readonly validating: readonly Webhook[];
  readonly beganUs: SimTime;
  /** Mutating webhooks that have answered. */
  answered: number;
  rejection: Rejection | undefined;
}

export interface WebhookCallsOptions {
  /** Of the server. */
  readonly name: string;
  readonly host: CpuHost;
  readonly webhooks: readonly WebhookSpec[];
  readonly statistics: AdmissionStatistics;
  /** Told how long webhooks have held a request, µs. */
  readonly onHeld: (id: number, durationUs: SimTime) => void;
  readonly onDecided: Decided;
}

export class WebhookCalls {
  readonly #simulation: Simulation;
  readonly #options: WebhookCallsOptions;
  readonly #webhooks: readonly Webhook[];
  readonly #asking = new Map<number, Asking>();
  readonly #called: EventKind;
  readonly #answered: EventKind;

  constructor(simulation: Simulation, options: WebhookCallsOptions) {
    this.#simulation = simulation;
    this.#options = options;
    const { name, webhooks } = options;
    this.#webhooks = [...webhooks]
      .sort((a, b) => ascending(a.name, b.name))
      .map((spec) => ({
        spec,
        latency: distribution(spec.latency),
        stream: simulation.random.stream(`${name}/webhook/${spec.name}`),
      }));
    this.#called = simulation.defineEvent(`${name}.WebhookCalled`, (id) => this.#await(id));
    this.#answered = simulation.defineEvent(`${name}.WebhookAnswered`, (id) => this.#goOn(id));
  }

  /** Whether any webhook wants to see a request. */
  concerns(request: ApiRequest): boolean {
    if (this.#webhooks.length === 0) return false;
    const operation = operationOf(request);
    if (operation === undefined) return false;
    return this.#webhooks.some(({ spec }) => isCalledFor(spec, operation, request));
  }

  /** Asks all webhooks that want to see the request. */
  ask(id: number, request: ApiRequest, object: KubernetesObject): void {
    const operation = operationOf(request) as WebhookOperation;
    const asked = this.#webhooks.filter(({ spec }) => isCalledFor(spec, operation, request));
    this.#asking.set(id, {
      operation,
      bytes: encodedBytes(object),
      mutating: asked.filter(({ spec }) => spec.type === 'Mutating'),
      validating: asked.filter(({ spec }) => spec.type === 'Validating'),
      beganUs: this.#simulation.now,
      answered: 0,
      rejection: undefined,
    });
    this.#call(id);
  }

  /** Encodes the reviews of the next stage. */
  #call(id: number): void {
    const { mutating, validating, answered, bytes } = this.#asking.get(id) as Asking;
    const count = answered < mutating.length ? 1 : validating.length;
    const { jsonEncodeNanosecondsPerByte, garbageCollectionFactor } = constants;
    const eachUs =
      admissionConstants.webhookCallCpuUs + (bytes * jsonEncodeNanosecondsPerByte) / 1000;
    this.#options.host.run(count * eachUs * garbageCollectionFactor, this.#called, id);
  }

  #await(id: number): void {
    const asking = this.#asking.get(id) as Asking;
    const { mutating, validating, answered } = asking;
    const next = mutating[answered];
    const waits = (next === undefined ? validating : [next]).map((webhook) =>
      this.#waitFor(webhook, asking),
    );
    this.#simulation.after(Math.max(0, ...waits), this.#answered, id);
  }

  /** Until a webhook has answered or is given up, µs. */
  #waitFor({ spec, latency, stream }: Webhook, asking: Asking): SimTime {
    const { now } = this.#simulation;
    const isOut = spec.outages.some(({ fromUs, toUs }) => fromUs <= now && now < toUs);
    const timeoutUs = spec.timeoutSeconds * 1_000_000;
    const latencyUs = isOut ? admissionConstants.webhookRefusalUs : latency.sample(stream);
    const isLate = latencyUs >= timeoutUs;
    const waitUs = Math.min(latencyUs, timeoutUs);
    const fault = isOut ? 'connect: connection refused' : isLate ? 'context deadline exceeded' : '';
    const isRefused = fault !== '' && spec.failurePolicy === 'Fail';
    this.#options.statistics.webhookCalled(spec, asking.operation, waitUs, fault !== '');
    if (isRefused) asking.rejection ??= callFailed(spec, fault);
    return waitUs;
  }

  #goOn(id: number): void {
    const asking = this.#asking.get(id) as Asking;
    const { mutating, validating, rejection } = asking;
    const wasMutating = asking.answered < mutating.length;
    if (wasMutating) asking.answered++;
    const isMore = wasMutating && (asking.answered < mutating.length || validating.length > 0);
    if (rejection === undefined && isMore) return this.#call(id);
    this.#asking.delete(id);
    this.#options.onHeld(id, this.#simulation.now - asking.beganUs);
    this.#options.onDecided(id, rejection);
  }
}

function callFailed({ name, timeoutSeconds }: WebhookSpec, fault: string): Rejection {
  const url = `https://${name}:443/?timeout=${timeoutSeconds}s`;
  return internalError(
    `failed calling webhook "${name}": failed to call webhook: Post "${url}": ${fault}`,
  );
}
