// All requests whose answers were not fetched yet, by ticket.
import type { Request } from './request.js';

/** Tickets are reused; all operations O(1) but for `open`. */
export class RequestTable {
  readonly #requests: (Request | undefined)[] = [];
  readonly #free: number[] = [];

  add(request: Request): void {
    request.ticket = this.#free.pop() ?? this.#requests.length;
    this.#requests[request.ticket] = request;
  }

  get(ticket: number): Request {
    return this.#requests[ticket] as Request;
  }

  /** Puts another in the place of the one with the same ticket. */
  replace(request: Request): void {
    this.#requests[request.ticket] = request;
  }

  remove(ticket: number): Request {
    const request = this.#requests[ticket] as Request;
    this.#requests[ticket] = undefined;
    this.#free.push(ticket);
    return request;
  }

  /** Requests that were not answered yet, by ticket. O(all). */
  get open(): readonly Request[] {
    return this.#requests.filter((request): request is Request => request?.isOpen === true);
  }
}
