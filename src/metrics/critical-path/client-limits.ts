// How long the limits of clients have held requests back, client by client: the time during which
// at least one request waits for a token. Told by what the requests are for, so that a change knows
// whose limit it is that its pods wait for. O(1) a request.
import type { OwnerReference } from '../../api/object-meta.js';
import type { ApiCall, Caller, RestClientMonitor } from '../../client/api-call.js';
import type { ApiRequest } from '../../client/api-request.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { Activity } from './activities.js';

/** One client's limit. */
export class LimitedClient {
  /** `replicaset-controller`. */
  readonly name: string;
  /** Requests a second that it may send. */
  readonly qps: number;
  /** Time with a request that waits, up to the end of all waits that are known, µs. */
  #waitedUs = 0;
  /** When the last of them ends. */
  #untilUs = 0;

  constructor({ name, limit }: Caller) {
    this.name = name.slice(name.lastIndexOf('/') + 1);
    this.qps = limit?.qps ?? 0;
  }

  /** A request has to wait from now on. Requests wait in their order: the last ends last. */
  wait(now: number, waitUs: number): void {
    const from = Math.max(now, this.#untilUs);
    const until = now + waitUs;
    if (until <= from) return;
    this.#waitedUs += until - from;
    this.#untilUs = until;
  }

  /** Time with a request that waited, from the start of the simulation until now, µs. */
  waitedUs(now: number): number {
    return this.#waitedUs - Math.max(0, this.#untilUs - now);
  }
}

export class ClientLimits implements Pick<RestClientMonitor, 'throttled'> {
  readonly #simulation: Pick<Simulation, 'now'>;
  readonly #clients = new Map<Caller, LimitedClient>();
  /** The client that was last seen to do it. */
  readonly #doing = new Map<Activity, LimitedClient>();
  /** The one that was last seen to create dependents, by the kind of their owner. */
  readonly #creating = new Map<string, LimitedClient>();

  constructor(simulation: Pick<Simulation, 'now'>) {
    this.#simulation = simulation;
  }

  throttled(call: ApiCall, waitUs: number): void {
    const does = purposeOf(call.request);
    if (does === undefined && waitUs === 0) return;
    let client = this.#clients.get(call.caller);
    if (client === undefined) {
      client = new LimitedClient(call.caller);
      this.#clients.set(call.caller, client);
    }
    if (does === 'create') this.#creating.set(ownerOf(call.request)?.kind ?? '', client);
    else if (does !== undefined) this.#doing.set(does, client);
    client.wait(this.#simulation.now, waitUs);
  }

  /** Whose limit holds up an activity; `ownerKind`: of creations, the kind that wants dependents. */
  of(activity: Activity, ownerKind = ''): LimitedClient | undefined {
    return activity === 'create' ? this.#creating.get(ownerKind) : this.#doing.get(activity);
  }
}

/** The activity that a request belongs to; undefined for those that no change waits for. */
function purposeOf(request: ApiRequest): Activity | undefined {
  const { verb, resource, subresource } = request;
  if (resource === 'endpointslices') return 'publish';
  // Kubelets confirm with a grace period of 0 that a pod has ended.
  const isDeletion = verb === 'delete' && request.gracePeriodSeconds !== 0;
  if (resource === 'pods' && isDeletion) return 'terminate';
  if (verb !== 'create') return undefined;
  if (subresource === 'binding') return 'bind';
  return subresource === undefined && ownerOf(request) !== undefined ? 'create' : undefined;
}

/** Of the object of a creation. */
function ownerOf({ body }: ApiRequest): OwnerReference | undefined {
  return body?.metadata.ownerReferences?.[0];
}
