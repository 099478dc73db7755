// The requests inside one apiserver, by small ids that events carry. A request whose client has
// been answered or has gone, while something of it is still under way, keeps its id until that
// comes back.
import type { ApiCall } from '../../client/api-call.js';
import type { ApiResponse } from '../../client/api-request.js';
import type { Principal } from './flow-control/principal.js';

/** Where a request is. */
const FREE = 0;
export const AUTHENTICATING = 1;
/** In a queue of flow control: nothing of it is under way. */
export const QUEUED = 2;
/** Holds seats. */
export const EXECUTING = 3;
/** Turned away: its refusal is being written. */
export const REFUSED = 4;
/** Nobody waits for its answer any longer. */
export const GONE = 5;

/** A watch that is answered and still sends what it begins with: it holds seats. */
export const STREAMING = 6;

/** The deletion of one object of a collection; the request for that stands for it outside. */
export const PART = 7;

/** Nobody waits for the answer of what is in one of these. */
const UNAWAITED: ReadonlySet<number> = new Set([FREE, GONE, STREAMING, PART]);

export class RequestTable {
  readonly #calls: (ApiCall | undefined)[] = [];
  readonly #senders: (Principal | undefined)[] = [];
  readonly #keys: string[] = [];
  readonly #responses: (ApiResponse | undefined)[] = [];
  readonly #phases: number[] = [];
  readonly #free: number[] = [];

  /** Takes a request in; `key`: of its object in the store. */
  add(call: ApiCall, sender: Principal, key: string): number {
    const id = this.#free.pop() ?? this.#calls.length;
    this.#calls[id] = call;
    this.#senders[id] = sender;
    this.#keys[id] = key;
    this.#responses[id] = undefined;
    this.#phases[id] = AUTHENTICATING;
    return id;
  }

  call(id: number): ApiCall {
    return this.#calls[id] as ApiCall;
  }

  sender(id: number): Principal {
    return this.#senders[id] as Principal;
  }

  /** `pods/default/web-1`. */
  key(id: number): string {
    return this.#keys[id] as string;
  }

  setKey(id: number, key: string): void {
    this.#keys[id] = key;
  }

  response(id: number): ApiResponse {
    return this.#responses[id] as ApiResponse;
  }

  setResponse(id: number, response: ApiResponse): void {
    this.#responses[id] = response;
  }

  phase(id: number): number {
    return this.#phases[id] as number;
  }

  setPhase(id: number, phase: number): void {
    this.#phases[id] = phase;
  }

  /** Whether nobody waits for its answer any longer. */
  isGone(id: number): boolean {
    return this.#phases[id] === GONE;
  }

  /** What was under way has come back: false, and the id is free, when nobody waits for it. */
  resume(id: number): boolean {
    if (this.#phases[id] !== GONE) return true;
    this.remove(id);
    return false;
  }

  remove(id: number): void {
    this.#calls[id] = undefined;
    this.#senders[id] = undefined;
    this.#phases[id] = FREE;
    this.#free.push(id);
  }

  /** Ids of the requests that somebody waits for. Linear in the most there ever were. */
  get waitedFor(): readonly number[] {
    const ids: number[] = [];
    for (const [id, phase] of this.#phases.entries()) {
      if (!UNAWAITED.has(phase)) ids.push(id);
    }
    return ids;
  }
}
