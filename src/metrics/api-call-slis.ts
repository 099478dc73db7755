// API call latency as SIG Scalability judges it: the 99th percentile of every kind of call over
// every 5 minutes, without the wait in a queue of flow control, must stay below 1 s for calls on
// one object and for writes, below 30 s for reads of a namespace or a cluster. Of the windows of a
// run the 99th percentile counts, which below 100 windows is the worst.
// Left out: calls that stay open (watches), and those that were turned away.
// Source: kubernetes/community sig-scalability/slos/api_call_latency.md (reference:
// validation-targets 4.1).
import type { ApiCall } from '../client/api-call.js';
import { SilentObserver } from '../client/observer.js';
import { ascending } from '../stats/ascending.js';
import { quantile } from '../stats/quantile.js';
import { sorted } from '../stats/sorted.js';
import { RequestKeys, requestLabels } from './request-keys.js';
import type { ApiCallSli } from './run-result.js';

const WINDOW_US = 300_000_000;
const OBJECT_LIMIT_US = 1_000_000;
const COLLECTION_LIMIT_US = 30_000_000;

interface Kind {
  readonly of: Pick<ApiCallSli, 'verb' | 'resource' | 'subresource' | 'scope'>;
  readonly limitUs: number;
  /** Of the window that is open. */
  latencies: number[];
  /** 99th percentiles of the windows before, µs. */
  readonly windows: number[];
  count: number;
}

export class ApiCallSlis extends SilentObserver {
  readonly #keys = new RequestKeys();
  readonly #kinds = new Map<number, Kind>();
  #window = 0;

  override requestServed(call: ApiCall, code: number, latencyUs: number): void {
    const { verb } = call.request;
    if (verb === 'watch' || code === 429) return;
    const window = Math.floor((call.receivedUs + latencyUs) / WINDOW_US);
    if (window !== this.#window) this.#closeWindow(window);
    const kind = this.#of(call);
    kind.count++;
    kind.latencies.push(latencyUs - call.queueWaitUs - call.webhookUs);
  }

  #of(call: ApiCall): Kind {
    const { request } = call;
    const key = this.#keys.of(call);
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      const { verb, resource, subresource, scope } = requestLabels(request);
      const isCollection = request.verb === 'list' && scope !== 'resource';
      const limitUs = isCollection ? COLLECTION_LIMIT_US : OBJECT_LIMIT_US;
      const of = { verb, resource, subresource, scope };
      kind = { of, limitUs, latencies: [], windows: [], count: 0 };
      this.#kinds.set(key, kind);
    }
    return kind;
  }

  #closeWindow(next: number): void {
    this.#window = next;
    for (const kind of this.#kinds.values()) {
      if (kind.latencies.length === 0) continue;
      kind.windows.push(p99(kind.latencies));
      kind.latencies = [];
    }
  }

  /** Sorted by resource, subresource, verb and scope. */
  get rows(): readonly ApiCallSli[] {
    this.#closeWindow(this.#window);
    return [...this.#kinds.values()]
      .sort((a, b) => ascending(sortKey(a), sortKey(b)))
      .map(({ of, limitUs, windows, count }) => {
        const worst = windows.length < 100 ? Math.max(...windows) : p99(windows);
        return { ...of, count, p99Us: worst, limitUs, ok: worst <= limitUs };
      });
  }
}

function p99(values: readonly number[]): number {
  return quantile(sorted(values), 0.99);
}

function sortKey({ of: { verb, resource, subresource, scope } }: Kind): string {
  return `${resource} ${subresource} ${verb} ${scope}`;
}
