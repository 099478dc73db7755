// The part of admission that takes time: webhooks, then quotas. Most requests need neither.
// Left out: a mutating webhook is asked after the object has been validated, as it changes nothing.
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { ResourceQuota } from '../../../api/resource-quota.js';
import type { ApiClient } from '../../../client/api-client.js';
import type { ApiRequest } from '../../../client/api-request.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { type Decided, QuotaAdmission } from './quota-admission.js';
import type { Rejection } from './rejection.js';
import { WebhookCalls, type WebhookCallsOptions } from './webhook-calls.js';

export interface OutsideChecksOptions extends WebhookCallsOptions {
  /** Of the server to itself. */
  readonly client: ApiClient;
  /** Of a namespace, as the cache has them, by name. */
  readonly quotas: (namespace: string) => readonly ResourceQuota[];
  /** Whether somebody still waits for the answer of a request. */
  readonly isWaitedFor: (id: number) => boolean;
}

export class OutsideChecks {
  readonly #options: OutsideChecksOptions;
  readonly #webhooks: WebhookCalls;
  readonly #quotas: QuotaAdmission;
  /** What is to be counted once the webhooks have let it pass. */
  readonly #uncounted = new Map<number, KubernetesObject>();

  constructor(simulation: Simulation, options: OutsideChecksOptions) {
    const { client, quotas, onDecided } = options;
    this.#options = options;
    const onAnswered: Decided = (id, rejection) => this.#afterWebhooks(id, rejection);
    this.#webhooks = new WebhookCalls(simulation, { ...options, onDecided: onAnswered });
    this.#quotas = new QuotaAdmission(client, quotas, onDecided);
  }

  /** Whether anybody has to be asked before the request may be stored. */
  concern(request: ApiRequest, object: KubernetesObject): boolean {
    return this.#webhooks.concerns(request) || this.#isCounted(request, object);
  }

  /** Asks all who have to be asked; `onDecided` is called when they have answered. */
  begin(id: number, request: ApiRequest, object: KubernetesObject): void {
    const isCounted = this.#isCounted(request, object);
    if (!this.#webhooks.concerns(request)) return this.#quotas.check(id, object);
    if (isCounted) this.#uncounted.set(id, object);
    this.#webhooks.ask(id, request, object);
  }

  #isCounted({ verb, subresource }: ApiRequest, object: KubernetesObject): boolean {
    return verb === 'create' && subresource === undefined && this.#quotas.concerns(object);
  }

  #afterWebhooks(id: number, rejection: Rejection | undefined): void {
    const { isWaitedFor, onDecided } = this.#options;
    const object = this.#uncounted.get(id);
    this.#uncounted.delete(id);
    if (rejection !== undefined || object === undefined || !isWaitedFor(id))
      return onDecided(id, rejection);
    this.#quotas.check(id, object);
  }
}
