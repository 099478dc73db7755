// Requests as the apiservers served them, by verb, resource, subresource and code; latencies exact.
// A request of a fleet counts once for each of its members.
import type { ApiCall } from '../client/api-call.js';
import { SilentObserver } from '../client/observer.js';
import { ascending } from '../stats/ascending.js';
import { summarise } from '../stats/summarise.js';
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

/** Collects the rows of api-requests.csv. 8 bytes a request. */
export class RequestStatistics extends SilentObserver {
  readonly #latencies = new Map<string, Samples>();
  total = 0;

  override requestServed(call: ApiCall, code: number, latencyUs: number): void {
    const { verb, resource, subresource = '', fleetMembers = 1 } = call.request;
    const key = `${verb} ${resource} ${subresource} ${code}`;
    let samples = this.#latencies.get(key);
    if (samples === undefined) {
      samples = new Samples();
      this.#latencies.set(key, samples);
    }
    this.total += fleetMembers;
    for (let member = 0; member < fleetMembers; member++) samples.push(latencyUs);
  }

  /** Sorted by resource, subresource, verb and code. */
  get rows(): readonly RequestRow[] {
    return [...this.#latencies]
      .sort(([a], [b]) => ascending(sortKey(a), sortKey(b)))
      .map(([key, samples]) => {
        const [verb = '', resource = '', subresource = '', code = ''] = key.split(' ');
        const { count, mean, p50, p90, p99, max } = summarise(samples.values);
        return {
          verb,
          resource,
          subresource,
          code: Number(code),
          count,
          meanUs: mean,
          p50Us: p50,
          p90Us: p90,
          p99Us: p99,
          maxUs: max,
        };
      });
  }
}

function sortKey(key: string): string {
  const [verb, resource, subresource, code] = key.split(' ');
  return `${resource} ${subresource} ${verb} ${code}`;
}
