// The recorder of Events: combining, counting, the spam filter, and one post at a time.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/api/event.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { ReplicaSet } from '../../src/api/replica-set.js';
import type { ApiRequest } from '../../src/client/api-request.js';
import { clientConstants } from '../../src/client/constants.js';
import { EventRecorder } from '../../src/client/event-recorder.js';
import { LruMap } from '../../src/client/lru-map.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { answer, ScriptedServer } from '../support/scripted-server.js';

function replicaSet(name: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'default', uid: `uid-of-${name}` },
    spec: { replicas: 1, selector: { matchLabels: { app: name } } },
  };
}

interface Posted {
  readonly verb: string;
  readonly atUs: number;
  readonly name: string;
  /** The Event after the request. */
  readonly event: Event;
}

/** A recorder whose server keeps Events and takes `serviceUs` for each request. */
function bench(serviceUs = 0, limit?: { qps: number; burst: number }) {
  const simulation = new Simulation('events');
  const server = new ScriptedServer(simulation);
  const stored = new Map<string, Event>();
  const posted: Posted[] = [];
  server.serviceUs = () => serviceUs;
  server.script = ({ request }) => {
    const event = applied(request, stored.get(request.name));
    if (event === undefined) return answer(404, { reason: 'NotFound' });
    stored.set(request.name, event);
    posted.push({ verb: request.verb, atUs: simulation.now, name: request.name, event });
    return answer(200);
  };
  const recorder = new EventRecorder(
    simulation,
    'replicaset-controller',
    server.client(limit && { limit }),
  );
  const create = (object: KubernetesObject, pod: number): void =>
    recorder.record(object, 'Normal', 'SuccessfulCreate', `Created pod: web-${pod}`);
  return { simulation, server, recorder, stored, posted, create };
}

function applied({ verb, body, patch }: ApiRequest, before: Event | undefined): Event | undefined {
  if (verb === 'create') return body as Event;
  return before && (patch?.apply(before) as Event);
}

describe('one object with many similar Events', () => {
  test('makes 9 separate Events, a combined one and 15 updates of it, then none', () => {
    const { simulation, recorder, posted, create } = bench();
    const owner = replicaSet('web');
    for (let pod = 0; pod < 500; pod++) create(owner, pod);
    simulation.run();
    expect(posted.map(({ verb }) => verb)).toEqual([
      ...new Array(10).fill('create'),
      ...new Array(15).fill('patch'),
    ]);
    expect(posted.slice(0, 9).map(({ event }) => event.message)).toEqual(
      Array.from({ length: 9 }, (_, pod) => `Created pod: web-${pod}`),
    );
    expect(posted.slice(9).map(({ event }) => event.count)).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 1),
    );
    expect(new Set(posted.slice(9).map(({ name }) => name)).size).toBe(1);
    expect(posted.at(-1)?.event.message).toBe(
      '(combined from similar events): Created pod: web-24',
    );
    expect(recorder.dropped).toBe(475);
  });

  test('may make one more every 5 minutes, which counts those that were dropped', () => {
    const { simulation, recorder, posted, create } = bench();
    const owner = replicaSet('web');
    const due = simulation.defineEvent('test.PodCreated', (pod) => create(owner, pod));
    for (let pod = 0; pod < 30; pod++) simulation.at(0, due, pod);
    for (const [pod, second] of [
      [30, 299],
      [31, 300],
      [32, 301],
      [33, 600],
    ] as const) {
      simulation.at(second * 1_000_000, due, pod);
    }
    simulation.run();
    expect(
      posted.slice(25).map(({ atUs, event }) => [Math.floor(atUs / 1e6), event.count]),
    ).toEqual([
      [300, 23],
      [600, 25],
    ]);
    expect(recorder.dropped).toBe(5 + 1 + 1);
  });

  test('does not silence another object', () => {
    const { simulation, posted, create } = bench();
    for (let pod = 0; pod < 100; pod++) create(replicaSet('web'), pod);
    for (let pod = 0; pod < 5; pod++) create(replicaSet('db'), pod);
    simulation.run();
    const of = (name: string) =>
      posted.filter(({ event }) => event.involvedObject.name === name).length;
    expect([of('web'), of('db')]).toEqual([25, 5]);
  });

  test('is silenced over all its reasons together', () => {
    const { simulation, posted, recorder, create } = bench();
    const owner = replicaSet('web');
    for (let pod = 0; pod < 20; pod++) create(owner, pod);
    for (let pod = 0; pod < 20; pod++) {
      recorder.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: web-${pod}`);
    }
    simulation.run();
    const reasons = posted.map(({ event }) => event.reason);
    expect(reasons.filter((reason) => reason === 'SuccessfulCreate')).toHaveLength(20);
    expect(reasons.filter((reason) => reason === 'SuccessfulDelete')).toHaveLength(5);
  });

  test('starts afresh when nothing similar was seen for 10 minutes', () => {
    const { simulation, posted, create } = bench();
    const owner = replicaSet('web');
    const due = simulation.defineEvent('test.PodCreated', (pod) => create(owner, pod));
    for (let pod = 0; pod < 12; pod++) simulation.at(0, due, pod);
    simulation.at(600_000_000, due, 12);
    simulation.at(1_200_000_001, due, 13);
    simulation.run();
    expect(posted.slice(-2).map(({ verb, event }) => [verb, event.message])).toEqual([
      ['patch', '(combined from similar events): Created pod: web-12'],
      ['create', 'Created pod: web-13'],
    ]);
  });
});

describe('the same Event again', () => {
  test('raises the count of the first', () => {
    const { simulation, recorder, posted, stored } = bench();
    const owner = replicaSet('web');
    const due = simulation.defineEvent('test.CreateFailed', () => {
      recorder.record(owner, 'Warning', 'FailedCreate', 'Error creating: exceeded quota');
    });
    for (const second of [0, 700, 1400]) simulation.at(second * 1_000_000, due);
    simulation.run();
    expect(posted.map(({ verb, event }) => [verb, event.count])).toEqual([
      ['create', 1],
      ['patch', 2],
      ['patch', 3],
    ]);
    expect(stored.size).toBe(1);
    const [event] = [...stored.values()];
    expect([event?.firstTimestamp, event?.lastTimestamp]).toEqual([0, 1_400_000_000]);
  });

  test('creates it anew when it is gone from the server', () => {
    const { simulation, recorder, posted, stored } = bench();
    const owner = replicaSet('web');
    const due = simulation.defineEvent('test.CreateFailed', () => {
      recorder.record(owner, 'Warning', 'FailedCreate', 'Error creating: exceeded quota');
    });
    simulation.at(0, due);
    simulation.run();
    stored.clear();
    simulation.after(1000, due);
    simulation.after(2000, due);
    simulation.run();
    expect(posted.map(({ verb, event }) => [verb, event.count])).toEqual([
      ['create', 1],
      ['create', 2],
      ['patch', 3],
    ]);
  });
});

describe('posting', () => {
  test('is serial: the next Event leaves when the answer to the last has come', () => {
    const { simulation, server, posted, create } = bench(3000);
    for (let pod = 0; pod < 3; pod++) create(replicaSet('web'), pod);
    expect(server.transport.pending).toBe(1);
    simulation.run();
    // 1 ms each way and 3 ms in the server.
    expect(posted.map(({ atUs }) => atUs)).toEqual([4000, 9000, 14_000]);
  });

  test('takes tokens of the client of its component, behind what waits there', () => {
    const simulation = new Simulation('events');
    const server = new ScriptedServer(simulation);
    const client = server.client({ limit: { qps: 20, burst: 1 } });
    const recorder = new EventRecorder(simulation, 'test', client);
    for (let i = 0; i < 3; i++) {
      client.send({ verb: 'get', resource: 'pods', namespace: '', name: `pod-${i}` }, () => {});
    }
    recorder.record(replicaSet('web'), 'Normal', 'SuccessfulCreate', 'Created pod: web-0');
    simulation.run();
    expect(server.arrivals.map(([name, time]) => [name.split('.')[0], time])).toEqual([
      ['pod-0', 1000],
      ['pod-1', 51_000],
      ['pod-2', 101_000],
      ['web', 151_000],
    ]);
  });

  test('loses what does not fit into a queue of 1000, before the spam filter sees it', () => {
    const { simulation, recorder, posted } = bench(1_000_000);
    for (let i = 0; i < 1500; i++) {
      recorder.record(replicaSet(`web-${i}`), 'Normal', 'SuccessfulCreate', 'Created');
    }
    expect(recorder.dropped).toBe(499);
    simulation.run();
    expect(posted).toHaveLength(1001);
  });

  test('goes on after a refusal', () => {
    const { simulation, server, create } = bench();
    const codes = [500, 201];
    server.script = () => answer(codes.shift() ?? 201);
    for (let pod = 0; pod < 2; pod++) create(replicaSet('web'), pod);
    simulation.run();
    expect(server.arrivals).toHaveLength(2);
  });
});

describe('what is remembered', () => {
  test('is bounded: an object not heard of for 4096 others has its burst again', () => {
    const { simulation, recorder, posted, create } = bench();
    const owner = replicaSet('web');
    for (let pod = 0; pod < 30; pod++) create(owner, pod);
    simulation.run();
    const before = posted.length;
    for (let i = 0; i < clientConstants.eventCacheEntries; i++) {
      recorder.record(replicaSet(`other-${i}`), 'Normal', 'SuccessfulCreate', 'Created');
      simulation.run();
    }
    create(owner, 99);
    simulation.run();
    expect(before).toBe(25);
    expect(posted.at(-1)?.event.message).toBe('Created pod: web-99');
  });

  test('an LRU map drops what was neither read nor written for longest', () => {
    const map = new LruMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
    map.set('a', 4);
    map.set('d', 5);
    expect([map.get('c'), map.get('a'), map.size]).toEqual([undefined, 4, 2]);
  });
});
