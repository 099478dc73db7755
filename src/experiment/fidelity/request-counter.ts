// Requests by verb and resource, as apiserver_request_total counts them, and successful writes of
// the store.
import type { ApiCall } from '../../client/api-call.js';
import { SilentObserver } from '../../client/observer.js';
import { verbLabel } from '../../metrics/request-keys.js';

/** Counts by `PATCH pods/status`. */
export type RequestCounts = ReadonlyMap<string, number>;

/** Observes a run. */
export class RequestCounter extends SilentObserver {
  /** Committed puts; deletions are no puts. */
  puts = 0;
  readonly #counts = new Map<string, number>();

  override committed({ type }: { readonly type: string }): void {
    if (type !== 'DELETED') this.puts++;
  }

  override requestServed({ request }: ApiCall, _code: number, _latencyUs: number): void {
    const { verb, resource, subresource } = request;
    const path = subresource === undefined ? resource : `${resource}/${subresource}`;
    const key = `${verbLabel(verb)} ${path}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** What was counted so far. */
  get counts(): RequestCounts {
    return new Map(this.#counts);
  }
}
