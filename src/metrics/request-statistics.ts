// Requests as the apiservers served them, by kind and client; latencies exact. A request of a fleet
// counts once for each of its members. The clients of all nodes are told as one.
import type { ApiCall, Caller } from '../client/api-call.js';
import { SilentObserver } from '../client/observer.js';
import { PerCaller } from '../client/per-caller.js';
import { ascending } from '../stats/ascending.js';
import { summarise } from '../stats/summarise.js';
import { RequestKeys, scopeOf } from './request-keys.js';
import type { RequestRow } from './run-result.js';

/** A growing array of numbers in one typed block. */
class Samples {
  #values = new Float64Array(64);
  #count = 0;

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }
}

/** Requests that are alike. */
interface Requests {
  readonly of: Pick<RequestRow, 'verb' | 'resource' | 'subresource' | 'scope' | 'client'>;
  readonly latencies: Samples;
  errors: number;
  queueWaitUs: number;
  maxQueueWaitUs: number;
}

const NODE_PREFIX = 'system:node:';
/** Kinds of requests are fewer. */
const KINDS = 100_000;

/** Collects the rows of api-requests.csv. 8 bytes a request. */
export class RequestStatistics extends SilentObserver {
  readonly #keys = new RequestKeys();
  /** Numbers of clients, by name and by caller. */
  readonly #names = new Map<string, number>();
  readonly #clients = new PerCaller<number>();
  /** By client and kind of request. */
  readonly #requests = new Map<number, Requests>();
  total = 0;

  override requestServed(call: ApiCall, code: number, latencyUs: number): void {
    const requests = this.#of(call);
    const { fleetMembers = 1 } = call.request;
    this.total += fleetMembers;
    if (code >= 400) requests.errors += fleetMembers;
    requests.queueWaitUs += call.queueWaitUs * fleetMembers;
    if (call.queueWaitUs > requests.maxQueueWaitUs) requests.maxQueueWaitUs = call.queueWaitUs;
    for (let member = 0; member < fleetMembers; member++) requests.latencies.push(latencyUs);
  }

  #of(call: ApiCall): Requests {
    const key = this.#clientOf(call.caller) * KINDS + this.#keys.of(call);
    let requests = this.#requests.get(key);
    if (requests === undefined) {
      const { verb, resource, subresource } = call.request;
      const scope = scopeOf(call.request);
      const client = clientName(call.caller);
      const of = { verb, resource, subresource: subresource ?? '', scope, client };
      requests = { of, latencies: new Samples(), errors: 0, queueWaitUs: 0, maxQueueWaitUs: 0 };
      this.#requests.set(key, requests);
    }
    return requests;
  }

  #clientOf(caller: Caller): number {
    let client = this.#clients.get(caller);
    if (client === undefined) {
      const name = clientName(caller);
      client = this.#names.get(name) ?? this.#names.size;
      this.#names.set(name, client);
      this.#clients.set(caller, client);
    }
    return client;
  }

  /** Sorted by resource, subresource, verb, scope and client. */
  get rows(): readonly RequestRow[] {
    return [...this.#requests.values()]
      .sort((a, b) => ascending(sortKey(a), sortKey(b)))
      .map(({ of, latencies, errors, queueWaitUs, maxQueueWaitUs }) => {
        const { count, mean, p50, p90, p99, max } = summarise(latencies.values);
        return {
          ...of,
          count,
          errors,
          meanUs: mean,
          p50Us: p50,
          p90Us: p90,
          p99Us: p99,
          maxUs: max,
          meanQueueWaitUs: queueWaitUs / count,
          maxQueueWaitUs,
        };
      });
  }
}

/** The user, but one name for all nodes. */
function clientName({ user }: Caller): string {
  return user.startsWith(NODE_PREFIX) ? 'system:nodes' : user;
}

function sortKey({ of: { verb, resource, subresource, scope, client } }: Requests): string {
  return `${resource} ${subresource} ${verb} ${scope} ${client}`;
}
