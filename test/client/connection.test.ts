// Connections that break: what becomes of requests on them, and how clients come back.
import { beforeEach, describe, expect, test } from 'vitest';
import type { ApiCall } from '../../src/client/api-call.js';
import { ApiClient } from '../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../src/client/api-request.js';
import { ApiTransport } from '../../src/client/api-transport.js';
import type { ApiServerPort, Connection } from '../../src/client/connection.js';
import { distribution } from '../../src/kernel/distributions.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { Link } from '../../src/kernel/stations.js';

const answer: ApiResponse = { code: 200, reason: '', message: '', bytes: 0 };
const get: ApiRequest = { verb: 'get', resource: 'pods', namespace: 'default', name: 'a' };
const patch: ApiRequest = {
  ...get,
  verb: 'patch',
  patch: { bytes: 10, apply: (object) => object },
};

/** Answers at once, or keeps what it gets. */
class Server implements ApiServerPort {
  readonly name: string;
  readonly kept: ApiCall[] = [];
  isKeeping = false;
  isUp = true;
  served = 0;
  readonly #transport: ApiTransport;

  constructor(transport: ApiTransport, name: string) {
    this.#transport = transport;
    this.name = name;
  }

  receive(call: ApiCall): void {
    if (!this.isUp) return this.#transport.abort(call);
    if (this.isKeeping) this.kept.push(call);
    else this.serve(call);
  }

  serve(call: ApiCall): void {
    this.served++;
    this.#transport.respond(call, answer);
  }

  crash(): void {
    this.isUp = false;
    for (const call of this.kept.splice(0)) this.#transport.abort(call);
  }
}

let simulation: Simulation;
let transport: ApiTransport;
let servers: readonly [Server, Server];
let connection: Connection;
let client: ApiClient;
let log: string[];

beforeEach(() => {
  simulation = new Simulation('connections');
  transport = new ApiTransport(simulation);
  servers = [new Server(transport, 'a'), new Server(transport, 'b')];
  let next = 1;
  const pick = () => {
    for (let tried = 0; tried < 2; tried++) {
      const server = servers[next++ % 2] as Server;
      if (server.isUp) return server;
    }
    return undefined;
  };
  const delay = distribution({ kind: 'constant', value: 1_000 });
  const link = (way: string): Link => new Link(simulation, way, delay, 1e12);
  connection = { up: link('up'), down: link('down'), server: servers[0], balancer: { pick } };
  client = new ApiClient(transport, { name: 'c', user: 'u', connection });
  log = [];
});

function send(request: ApiRequest, name: string): void {
  client.send(request, ({ response }) => {
    const { code = -1, reason = '' } = response ?? {};
    log.push(`${name} ${code}${reason && ` ${reason}`} at ${simulation.now / 1_000} ms`);
  });
}

describe('a connection', () => {
  test('is kept while its server answers', () => {
    for (let i = 0; i < 5; i++) send(get, `${i}`);
    simulation.run();
    expect([servers[0].served, servers[1].served]).toEqual([5, 0]);
    expect(log[0]).toBe('0 200 at 2 ms');
  });

  test('that breaks fails writes at once; reads come again a second later, on another server', () => {
    servers[0].isKeeping = true;
    send(patch, 'patch');
    send(get, 'get');
    simulation.run(5_000);
    servers[0].crash();
    simulation.run();
    expect(log[0]).toBe('patch 0 ConnectionLost at 2 ms');
    // A second after it learnt of that: two round trips to connect, one for the request.
    expect(log[1]).toBe('get 200 at 1008 ms');
    expect(servers[1].served).toBe(1);
    expect(transport.pending).toBe(0);
  });

  test('is opened once for all requests that wait for it, in their order', () => {
    connection.isClosed = true;
    for (let i = 0; i < 3; i++) send(get, `${i}`);
    simulation.run();
    expect(log.map((line) => line.slice(0, 5))).toEqual(['0 200', '1 200', '2 200']);
    expect(servers[1].served).toBe(3);
    // SYN, SYN+ACK, hello, hello back; then the request and its answer.
    expect(log[0]).toMatch(/at 6 ms/);
    expect(connection.isClosed).toBe(false);
  });

  test('is refused while no server is up', () => {
    for (const server of servers) server.isUp = false;
    connection.isClosed = true;
    send(get, 'get');
    simulation.run();
    expect(log).toEqual(['get 0 ConnectionRefused at 4 ms']);
    servers[1].isUp = true;
    send(get, 'again');
    simulation.run();
    expect(log[1]).toMatch(/^again 200/);
  });

  test('is left after GOAWAY, with what is under way on it finished by the old server', () => {
    servers[0].isKeeping = true;
    send(patch, 'slow');
    simulation.run(1_500);
    servers[0].isKeeping = false;
    const respond = transport.respond.bind(transport);
    transport.respond = (call, response) => {
      call.isGoAway = call.server === servers[0];
      respond(call, response);
    };
    send(get, 'first');
    simulation.run(4_000);
    send(get, 'second');
    simulation.run(12_000);
    expect([servers[0].served, servers[1].served]).toEqual([1, 1]);
    for (const call of servers[0].kept.splice(0)) servers[0].serve(call);
    simulation.run();
    expect(log.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'first 200',
      'second 200',
      'slow 200',
    ]);
    expect(connection.server).toBe(servers[1]);
  });

  test('is opened by the server that is dealt, when that has taken part in the handshake', () => {
    let asked = 0;
    const slow: ApiServerPort = {
      receive: (call) => transport.respond(call, answer),
      accept: (handshake, accepted) => {
        asked++;
        simulation.after(
          50_000,
          simulation.defineEvent('shaken', () => accepted(handshake)),
        );
      },
    };
    Object.assign(connection, { isClosed: true, balancer: { pick: () => slow } });
    send(get, 'get');
    simulation.run();
    expect(asked).toBe(1);
    expect(log[0]).toMatch(/at 56 ms/);
  });
});
