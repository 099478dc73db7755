// Connections through which nothing gets: what is lost comes later or never, and clients find out.
import { beforeEach, describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../src/api/config-map.js';
import type { ApiCall } from '../../src/client/api-call.js';
import { ApiClient } from '../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../src/client/api-request.js';
import { ApiTransport } from '../../src/client/api-transport.js';
import type { ApiServerPort, Connection, Way } from '../../src/client/connection.js';
import { Informer } from '../../src/client/informer.js';
import { ServerWatch } from '../../src/control-plane/apiserver/server-watch.js';
import { distribution } from '../../src/kernel/distributions.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { Link } from '../../src/kernel/stations.js';
import { TestControlPlane } from '../support/control-plane.js';

const answer: ApiResponse = { code: 200, reason: '', message: '', bytes: 0 };
const get: ApiRequest = { verb: 'get', resource: 'pods', namespace: 'default', name: 'a' };
const put: ApiRequest = { ...get, verb: 'update' };
const SECOND_US = 1_000_000;

/** Answers after a while. */
class Server implements ApiServerPort {
  served = 0;
  readonly #transport: ApiTransport;
  readonly #kept: ApiCall[] = [];
  readonly #thinking: number;

  constructor(transport: ApiTransport) {
    this.#transport = transport;
    this.#thinking = transport.simulation.defineEvent('test.Answered', () => {
      this.served++;
      transport.respond(this.#kept.shift() as ApiCall, answer);
    });
  }

  receive(call: ApiCall): void {
    this.#kept.push(call);
    this.#transport.simulation.after(10_000, this.#thinking);
  }
}

let simulation: Simulation;
let transport: ApiTransport;
let server: Server;
let connection: Connection;
let way: Way;
let log: string[];
let acted: (() => void)[];
let act: number;

beforeEach(() => {
  simulation = new Simulation('cuts');
  transport = new ApiTransport(simulation);
  server = new Server(transport);
  const delay = distribution({ kind: 'constant', value: 1_000 });
  const link = (name: string): Link => new Link(simulation, name, delay, 1e12);
  way = 'open';
  connection = { up: link('up'), down: link('down'), server, wayTo: () => way };
  log = [];
  acted = [];
  act = simulation.defineEvent('test.Acted', (index) => acted[index]?.());
});

function at(seconds: number, what: () => void): void {
  simulation.at(Math.round(seconds * SECOND_US), act, acted.push(what) - 1);
}

function send(request: ApiRequest, timeoutUs?: number): void {
  const client = new ApiClient(transport, { name: 'c', user: 'u', connection, timeoutUs });
  client.send(request, ({ response }) => {
    const { code = -1, reason = '' } = response ?? {};
    const ms = Math.round(simulation.now / 1_000);
    log.push(`${request.verb} ${code}${reason && ` ${reason}`} at ${ms} ms`);
  });
}

function cut(): void {
  way = 'dropped';
  transport.cuts.cut(connection);
}

function mend(): void {
  way = 'open';
  transport.cuts.mend(connection);
}

describe('a connection that is cut', () => {
  test('keeps requests back until TCP sends them again, at intervals that double', () => {
    at(1, cut);
    at(2, () => send(put));
    // Sent again after 0.2, 0.6, 1.4, 3.0, 6.2 seconds.
    at(6, mend);
    simulation.run();
    expect(log).toEqual(['update 200 at 8212 ms']);
  });

  test('keeps answers back, and what the server did is not done again', () => {
    at(2, () => send(put));
    at(2.005, cut);
    at(2.5, mend);
    simulation.run();
    expect(log).toEqual(['update 200 at 2612 ms']);
    expect(server.served).toBe(1);
  });

  test('is given up when a ping is not answered, even if the network is whole by then', () => {
    at(10, () => send(put));
    at(20, cut);
    at(21, () => send(put));
    at(21, () => send(get));
    // TCP would send again at 72.2 s.
    at(50, mend);
    simulation.run();
    // Read last at 10 s: pinged at 40 s, given up at 55 s.
    expect(log).toEqual([
      'update 200 at 10012 ms',
      'update 0 ConnectionLost at 55012 ms',
      'get 200 at 56028 ms',
    ]);
  });

  test('fails what waits when the client hangs up, and dials anew', () => {
    at(10, () => send(put));
    at(20, cut);
    at(21, () => send(put));
    at(21, () => send(get));
    at(58, mend);
    simulation.run();
    expect(log).toEqual([
      'update 200 at 10012 ms',
      'update 0 ConnectionLost at 55012 ms',
      // Again at 56.012 s: the first SYN is lost at 56.015 s, the next are sent 1 and 3 s later.
      'get 200 at 59028 ms',
    ]);
    expect(server.served).toBe(2);
  });

  test('lets a request fail in time where its client limits that, and is not closed by it', () => {
    at(1, cut);
    at(2, () => send(put, 5 * SECOND_US));
    at(9, mend);
    at(10, () => send(put, 5 * SECOND_US));
    simulation.run();
    // What follows waits with it for TCP, at 2 s + 12.6 s.
    expect(log).toEqual(['update 0 Timeout at 7000 ms', 'update 200 at 14612 ms']);
    expect(server.served).toBe(1);
  });

  test('cannot be opened: who dials gives up after 30 seconds', () => {
    connection.isClosed = true;
    at(1, () => {
      way = 'dropped';
      send(get);
    });
    at(2, () => send(put, 4 * SECOND_US));
    simulation.run();
    expect(log).toEqual(['update 0 Timeout at 6000 ms', 'get 0 ConnectionTimeout at 31003 ms']);
  });

  test('is reset at once where packets are refused, and stays refused', () => {
    at(1, () => send(put));
    at(1.005, () => {
      way = 'refused';
      transport.cuts.reset(connection);
    });
    at(2, () => send(put));
    at(3, () => {
      way = 'open';
      send(put);
    });
    simulation.run();
    expect(log).toEqual([
      'update 0 ConnectionLost at 1005 ms',
      'update 0 ConnectionRefused at 2004 ms',
      'update 200 at 3016 ms',
    ]);
  });

  test('does not keep a request or an answer that is on the wire', () => {
    at(1, () => send(put));
    at(1.0005, () => transport.cuts.reset(connection));
    at(2, () => send(put));
    at(2.0155, () => transport.cuts.reset(connection));
    simulation.run();
    expect(log).toEqual(['update 0 ConnectionLost at 1001 ms', 'update 200 at 2016 ms']);
    expect(transport.pending).toBe(0);
  });

  test('that is cut once more before the network is whole stays cut', () => {
    at(1, cut);
    at(2, () => send(put));
    at(4, mend);
    at(4.5, cut);
    at(9, mend);
    simulation.run();
    expect(log).toEqual(['update 200 at 14612 ms']);
  });

  test('of a process that has ended means nothing any more', () => {
    at(1, cut);
    at(2, () => send(get, 5 * SECOND_US));
    at(3, () => {
      connection.isEnded = true;
    });
    at(4, mend);
    simulation.run();
    expect(log).toEqual([]);
  });
});

describe('a watch on a connection that is cut', () => {
  const configMap = (name: string): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
  });

  class Watched {
    readonly plane = new TestControlPlane();
    readonly seen: string[] = [];
    readonly connection = this.plane.connection();
    readonly #writer = this.plane.client();

    constructor() {
      const { simulation: clock, transport: api } = this.plane;
      const client = new ApiClient(api, { name: 'w', user: 'w', connection: this.connection });
      const informer = new Informer<ConfigMap>(clock, {
        name: 'w/configmaps',
        resource: 'configmaps',
        client,
      });
      informer.addHandler({
        added: ({ metadata }) =>
          this.seen.push(`${metadata.name} at ${Math.round(clock.now / 1e6)} s`),
      });
      informer.start();
      this.plane.run(SECOND_US);
    }

    create(name: string): void {
      const body = configMap(name);
      const where = { resource: 'configmaps', namespace: 'default', name } as const;
      expect(this.plane.request(this.#writer, { verb: 'create', ...where, body }).code).toBe(201);
    }
  }

  test('is silent, and goes on where it was when the network is whole soon', () => {
    const watched = new Watched();
    const { plane } = watched;
    plane.transport.cuts.cut(watched.connection);
    watched.create('a');
    plane.wait(5 * SECOND_US);
    watched.create('b');
    expect(watched.seen).toEqual([]);
    plane.transport.cuts.mend(watched.connection);
    plane.wait(SECOND_US);
    expect(watched.seen).toEqual(['a at 6 s', 'b at 6 s']);
  });

  test('ends when the connection is given up, and is opened anew from where it was', () => {
    const watched = new Watched();
    const { plane } = watched;
    plane.transport.cuts.cut(watched.connection);
    watched.create('a');
    plane.wait(50 * SECOND_US);
    // Nothing hinders a new connection: the client has only to find out that the old one is dead.
    expect(watched.seen).toHaveLength(1);
    const seconds = Number(/at (\d+) s/.exec(watched.seen[0] ?? '')?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(15);
    expect(seconds).toBeLessThanOrEqual(46);
    watched.create('b');
    plane.wait(SECOND_US);
    expect(watched.seen).toHaveLength(2);
  });

  test('whose time is over meanwhile is opened anew when the network is whole', () => {
    const watched = new Watched();
    const { plane } = watched;
    const [watch] = watched.connection.watches ?? [];
    if (!(watch instanceof ServerWatch)) throw new Error('the server has no watch');
    plane.transport.cuts.cut(watched.connection);
    watch.end();
    plane.wait(SECOND_US);
    expect(watch.isEnded).toBe(false);
    plane.transport.cuts.mend(watched.connection);
    plane.wait(SECOND_US);
    expect(watch.isEnded).toBe(true);
    expect(watched.connection.watches).toHaveLength(1);
    expect(watched.connection.watches).not.toContain(watch);
    watched.create('a');
    plane.wait(SECOND_US);
    expect(watched.seen).toHaveLength(1);
  });

  test('whose time is over meanwhile is opened anew when the connection is given up', () => {
    const watched = new Watched();
    const { plane } = watched;
    const [watch] = watched.connection.watches ?? [];
    if (!(watch instanceof ServerWatch)) throw new Error('the server has no watch');
    plane.transport.cuts.cut(watched.connection);
    watch.end();
    watched.create('a');
    plane.wait(60 * SECOND_US);
    expect(watch.isEnded).toBe(true);
    expect(watched.seen).toHaveLength(1);
  });
});
