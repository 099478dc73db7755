// An apiserver that stops and starts again: what its clients lose, how they come back, and that
// nothing is forgotten.
import { describe, expect, test } from 'vitest';
import { WatchHistory } from '../../../src/checkers/watch-history.js';
import { ApiClient } from '../../../src/client/api-client.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import type { Connection } from '../../../src/client/connection.js';
import { Informer } from '../../../src/client/informer.js';
import { ObserverGroup } from '../../../src/client/observer.js';
import { flowControlObjects } from '../../../src/cluster/bootstrap.js';
import { RoundRobin } from '../../../src/cluster/load-balancer.js';
import { ApiServer } from '../../../src/control-plane/apiserver/apiserver.js';
import { IdentityGenerator } from '../../../src/control-plane/apiserver/registry.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import {
  CommitLog,
  TestControlPlane,
  type TestControlPlaneOptions,
} from '../../support/control-plane.js';
import { configMap } from '../../support/objects.js';

const SECOND = 1_000_000;
const create = (name: string): ApiRequest => ({
  verb: 'create',
  resource: 'configmaps',
  namespace: 'default',
  name,
  body: configMap(name),
});

/** A plane whose clients go through a load balancer, with one more apiserver when asked for. */
class Site {
  readonly plane: TestControlPlane;
  readonly servers: readonly ApiServer[];
  readonly #balancer: RoundRobin;
  #clients = 0;

  constructor(replicas: 1 | 2, options: TestControlPlaneOptions = {}) {
    const preload = [...flowControlObjects(), ...(options.preload ?? [])];
    this.plane = new TestControlPlane({ ...options, preload, enablePriorityAndFairness: true });
    const { simulation, host, etcd, transport, server, log } = this.plane;
    const settings = {
      maxRequestsInflight: 400,
      maxMutatingRequestsInflight: 200,
      enablePriorityAndFairness: true,
      requestTimeoutUs: 60 * SECOND,
      goawayChance: 0,
    };
    const name = 'kube-apiserver-1';
    const identities = new IdentityGenerator(simulation.random);
    const observer = log;
    const second = (): ApiServer => {
      const port = etcd.connect(name, [{ member: 0, up: undefined, down: undefined }]);
      const more = { name, host, etcd: port, transport, observer, identities, settings };
      return new ApiServer(simulation, more);
    };
    this.servers = replicas === 1 ? [server] : [server, second()];
    this.#balancer = new RoundRobin(this.servers);
  }

  connection(): Connection {
    const balancer = this.#balancer;
    return { ...this.plane.connection(), server: balancer.pick() as ApiServer, balancer };
  }

  client(): ApiClient {
    const name = `client-${this.#clients++}`;
    const connection = this.connection();
    return new ApiClient(this.plane.transport, { name, user: name, connection });
  }

  informer(resource: string): { informer: Informer<never>; requests: string[] } {
    const client = this.client();
    /** `watchList` is a watch that begins with everything there is. */
    const requests: string[] = [];
    const send = client.send.bind(client);
    client.send = (request, onDone, context) => {
      requests.push(request.sendInitialEvents === true ? 'watchList' : request.verb);
      send(request, onDone, context);
    };
    const name = `informer-${this.#clients}`;
    const informer = new Informer<never>(this.plane.simulation, { name, resource, client });
    informer.start();
    return { informer, requests };
  }

  run(untilUs: number): void {
    this.plane.simulation.run(untilUs);
  }
}

describe('requests on a server that stops', () => {
  test('are lost; what the store had taken is there all the same', () => {
    const site = new Site(1, { fsyncUs: 100_000 });
    const codes: number[] = [];
    site.client().send(create('a'), ({ response }) => codes.push(response?.code ?? -1));
    site.run(50_000);
    site.servers[0]?.stop('SIGKILL');
    site.run(SECOND);
    expect(codes).toEqual([0]);
    expect(site.plane.log.lines).toContain('ADDED ConfigMap/a');
    expect(site.servers[0]?.flows?.levels.every(({ isIdle }) => isIdle)).toBe(true);
  });

  test('that wait in a queue of flow control are lost too', () => {
    const site = new Site(1, { fsyncUs: 500_000, cores: 64 });
    const codes: number[] = [];
    const client = site.client();
    for (let i = 0; i < 200; i++) {
      client.send(create(`map-${i}`), ({ response }) => codes.push(response?.code ?? -1));
    }
    site.run(100_000);
    site.servers[0]?.stop('SIGKILL');
    site.run(SECOND);
    expect(codes).toEqual(new Array(200).fill(0));
    expect(site.plane.transport.pending).toBe(0);
  });
});

describe('a server that is asked to stop', () => {
  test('finishes what it is at; watches end, and the next request goes elsewhere', () => {
    const site = new Site(2, { fsyncUs: 100_000 });
    const codes: [number, ApiServer | undefined][] = [];
    const client = site.client();
    const send = (name: string) =>
      client.send(create(name), ({ response, server }) =>
        codes.push([response?.code ?? -1, server as ApiServer]),
      );
    send('a');
    site.plane.wait(50_000);
    site.servers[0]?.stop('SIGTERM');
    send('b');
    site.plane.wait(SECOND);
    expect(codes).toEqual([
      [201, site.servers[0]],
      [201, site.servers[1]],
    ]);
  });
});

describe('an informer', () => {
  test('watches on at another server from where it was, without reading everything again', () => {
    const site = new Site(2, { preload: [configMap('a')] });
    const { informer, requests } = site.informer('configmaps');
    site.run(10 * SECOND);
    site.servers[0]?.stop('SIGKILL');
    site.run(11 * SECOND);
    site.client().send(create('b'), () => {});
    site.run(12 * SECOND);
    expect(requests).toEqual(['watchList', 'watch']);
    expect([...informer.store.keys()]).toEqual(['default/a', 'default/b']);
  });

  test('tries again while no server is up, and reads all when what it knows is too old for the new one', () => {
    const site = new Site(1, { preload: [configMap('a')], fsyncUs: 100_000 });
    const { informer, requests } = site.informer('configmaps');
    site.plane.wait(SECOND);
    // The store has it in the end, when nobody follows the store.
    site.client().send(create('b'), () => {});
    site.plane.wait(50_000);
    site.servers[0]?.stop('SIGKILL');
    site.plane.wait(20 * SECOND);
    const count = (verb: string): number => requests.filter((each) => each === verb).length;
    const tries = count('watch');
    expect(tries).toBeGreaterThan(3);
    expect([count('watchList'), informer.store.size]).toEqual([1, 1]);
    site.servers[0]?.start();
    site.plane.wait(80 * SECOND);
    expect(count('watchList')).toBe(2);
    expect([...informer.store.keys()]).toEqual(['default/a', 'default/b']);
    site.client().send(create('c'), () => {});
    site.plane.wait(SECOND);
    expect([...informer.store.keys()]).toEqual(['default/a', 'default/b', 'default/c']);
  });
});

describe('a server that starts', () => {
  test('serves when its caches are filled, from what is stored then', () => {
    const site = new Site(1, { preload: [configMap('a')], cores: 1 });
    const [server] = site.servers as [ApiServer];
    server.stop('SIGKILL');
    server.start();
    expect(server.isServing).toBe(false);
    site.run(SECOND);
    expect(server.isServing).toBe(true);
    const { items } = site.plane.request(site.client(), {
      verb: 'list',
      resource: 'configmaps',
      namespace: '',
      name: '',
      resourceVersion: 0,
    });
    expect(items?.map(({ metadata }) => metadata.name)).toEqual(['a']);
  });

  test('takes longer the more there is', () => {
    const upAfterUs = (count: number): number => {
      const preload = Array.from({ length: count }, (_, i) => configMap(`map-${i}`));
      const site = new Site(1, { preload, cores: 1 });
      const [server] = site.servers as [ApiServer];
      server.stop('SIGKILL');
      server.start();
      for (let us = 100; ; us += 100) {
        site.run(us);
        if (server.isServing) return us;
      }
    };
    expect(upAfterUs(2000) - upAfterUs(1000)).toBeGreaterThan(1000 * 25);
  });

  test('moves nobody: clients stay where they went', () => {
    const site = new Site(2);
    const clients = Array.from({ length: 4 }, () => site.client());
    const serversOf = () =>
      clients.map(({ connection }) => site.servers.indexOf(connection.server as ApiServer));
    expect(serversOf()).toEqual([0, 1, 0, 1]);
    const [first] = site.servers as [ApiServer];
    for (const client of clients) client.send(create('x'), () => {});
    first.stop('SIGKILL');
    site.run(SECOND);
    for (const client of clients) client.send(create('y'), () => {});
    site.run(2 * SECOND);
    first.start();
    site.run(3 * SECOND);
    for (const client of clients) client.send(create('z'), () => {});
    site.run(4 * SECOND);
    expect(serversOf()).toEqual([1, 1, 1, 1]);
  });
});

test('over a restart no watcher loses an event, gets one twice, or goes back', () => {
  const observed = new CommitLog();
  const checker = new WatchHistory(new Simulation('clock'));
  const observer = new ObserverGroup([observed, checker]);
  const preload = Array.from({ length: 50 }, (_, i) => configMap(`old-${i}`));
  const site = new Site(1, { preload, observer });
  observed.simulation = site.plane.simulation;
  const informers = Array.from({ length: 8 }, () => site.informer('configmaps').informer);
  const [server] = site.servers as [ApiServer];
  const writer = site.client();
  for (let i = 0; i < 60; i++) {
    writer.send(create(`map-${i}`), () => {});
    site.plane.wait(SECOND / 4);
    if (i % 20 === 10) server.stop('SIGKILL');
    if (i % 20 === 14) server.start();
  }
  site.plane.wait(90 * SECOND);
  const stored = site.plane.etcd.snapshot().values.filter(({ kind }) => kind === 'ConfigMap');
  expect(stored.length).toBeGreaterThan(90);
  for (const { store } of informers) expect(store.size).toBe(stored.length);
  expect(checker.violations).toEqual([]);
});

describe('a server whose caches cannot be filled', () => {
  test('serves after a minute, and answers 429 where it needs them', () => {
    const site = new Site(1, { preload: [configMap('a')], members: 3 });
    const [server] = site.servers as [ApiServer];
    site.run(SECOND);
    server.stop('SIGKILL');
    // Without a quorum nothing can be read.
    for (const member of [1, 2]) site.plane.etcd.faults.crash(member);
    site.run(5 * SECOND);
    server.start();
    site.run(60 * SECOND);
    expect(server.isServing).toBe(false);
    site.run(66 * SECOND);
    expect(server.isServing).toBe(true);
    const codes: number[] = [];
    const { observer } = { observer: site.plane.log };
    observer.requestServed = (_, code) => codes.push(code);
    const list = { verb: 'list', resource: 'configmaps', namespace: '', name: '' } as const;
    site.client().send({ ...list, resourceVersion: 0 }, () => {});
    site.run(67 * SECOND);
    expect(codes).toEqual([429]);
  });
});
