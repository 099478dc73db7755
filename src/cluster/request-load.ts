// Clients that read over and over, as a misbehaving agent or a dashboard does: each keeps a number
// of requests in flight, or sends at a rate, for a time. They retry what the server turns away as
// every client-go client does, and have no rate limit of their own.
import type { ApiCall } from '../client/api-call.js';
import { ApiClient } from '../client/api-client.js';
import type { ApiRequest } from '../client/api-request.js';
import type { EventKind } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import type { DriverOptions } from './driver.js';
import type { RequestsOperation } from './operation.js';

/** One client of a load. */
interface Reader {
  readonly client: ApiClient;
  sent: number;
  inFlight: number;
  isTimerSet: boolean;
}

export class RequestLoad {
  readonly #options: DriverOptions;
  readonly #operation: RequestsOperation;
  readonly #request: ApiRequest;
  readonly #readers: readonly Reader[];
  readonly #due: EventKind;
  #startUs: SimTime = 0;

  constructor(options: DriverOptions, operation: RequestsOperation) {
    const { simulation, transport, connect } = options;
    this.#options = options;
    this.#operation = operation;
    const { verb, resource, namespace, name, isConsistent } = operation;
    const { source, clients, user, contentType } = operation;
    const request = { verb, resource, namespace, name };
    this.#request = isConsistent ? request : { ...request, resourceVersion: 0 };
    const load = `load-generator/${source}`;
    this.#readers = Array.from({ length: clients }, (_, i) => {
      const id = `${load}/${i}`;
      const own = clients === 1 ? user : `${user}-${i}`;
      const client = new ApiClient(transport, {
        name: id,
        user: own,
        connection: connect(id),
        contentType,
      });
      return { client, sent: 0, inFlight: 0, isTimerSet: false };
    });
    this.#due = simulation.defineEvent(`${load}.RequestDue`, (index) => {
      const reader = this.#readers[index] as Reader;
      reader.isTimerSet = false;
      this.#sendDue(reader, index);
    });
  }

  start(): void {
    this.#startUs = this.#options.simulation.now;
    for (const [index, reader] of this.#readers.entries()) this.#sendDue(reader, index);
  }

  /** Sends what is due, as far as requests in flight allow; sets the timer for the next. */
  #sendDue(reader: Reader, index: number): void {
    const { workers, qps, durationUs } = this.#operation;
    const { simulation } = this.#options;
    while (reader.inFlight < workers && simulation.now < this.#startUs + durationUs) {
      const dueUs = this.#startUs + Math.floor((reader.sent * 1_000_000) / qps);
      if (dueUs > simulation.now) {
        if (!reader.isTimerSet) simulation.at(dueUs, this.#due, index);
        reader.isTimerSet = true;
        return;
      }
      reader.sent++;
      reader.inFlight++;
      reader.client.send(this.#request, this.#answered, index);
    }
  }

  readonly #answered = (call: ApiCall): void => {
    const index = call.context as number;
    const reader = this.#readers[index] as Reader;
    reader.inFlight--;
    this.#sendDue(reader, index);
  };
}
