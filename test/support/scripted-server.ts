// An apiserver for tests of clients: it writes down what arrives and answers as it is told.
import type { ApiCall } from '../../src/client/api-call.js';
import { ApiClient, type ApiClientOptions } from '../../src/client/api-client.js';
import type { ApiResponse } from '../../src/client/api-request.js';
import { ApiTransport } from '../../src/client/api-transport.js';
import type { ApiServerPort, Connection } from '../../src/client/connection.js';
import { distribution } from '../../src/kernel/distributions.js';
import type { Simulation } from '../../src/kernel/simulation.js';
import { Link } from '../../src/kernel/stations.js';

/** An answer without a body. */
export function answer(code: number, extra: Partial<ApiResponse> = {}): ApiResponse {
  return { code, reason: '', message: '', bytes: 0, ...extra };
}

/** Answers every call after `serviceUs` with what `script` says. */
export class ScriptedServer implements ApiServerPort {
  /** Names of the requested objects with their times of arrival. */
  readonly arrivals: (readonly [string, number])[] = [];
  readonly transport: ApiTransport;
  script: (call: ApiCall) => ApiResponse = () => answer(200);
  serviceUs: (call: ApiCall) => number = () => 0;
  readonly #simulation: Simulation;
  readonly #calls: ApiCall[] = [];
  readonly #served: number;
  #connections = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.transport = new ApiTransport(simulation);
    this.#served = simulation.defineEvent('test.RequestServed', (index) => {
      const call = this.#calls[index] as ApiCall;
      this.transport.respond(call, this.script(call));
    });
  }

  receive(call: ApiCall): void {
    this.arrivals.push([call.request.name, this.#simulation.now]);
    this.#simulation.after(this.serviceUs(call), this.#served, this.#calls.push(call) - 1);
  }

  /** A connection of constant delay each way and great width. */
  connect(delayUs: number): Connection {
    const name = `connection-${this.#connections++}`;
    const delay = distribution({ kind: 'constant', value: delayUs });
    const link = (direction: string) =>
      new Link(this.#simulation, `${name}/${direction}`, delay, 1e12);
    return { up: link('up'), down: link('down'), server: this };
  }

  client(options: Partial<ApiClientOptions> = {}): ApiClient {
    const name = `client-${this.#connections}`;
    return new ApiClient(this.transport, {
      name,
      user: name,
      connection: this.connect(1000),
      ...options,
    });
  }
}
