// Requests on their way through one apiserver with API Priority and Fairness: who waits for whom,
// what is given up, and FlowSchemas as objects.
import { describe, expect, test } from 'vitest';
import type { FlowSchema, PriorityLevelConfiguration } from '../../../src/api/flow-control.js';
import type { ApiCall } from '../../../src/client/api-call.js';
import { ApiClient } from '../../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../../src/client/api-request.js';
import { SilentObserver } from '../../../src/client/observer.js';
import { flowControlObjects } from '../../../src/cluster/bootstrap.js';
import type { PriorityLevel } from '../../../src/control-plane/apiserver/flow-control/priority-level.js';
import { TestControlPlane, type TestControlPlaneOptions } from '../../support/control-plane.js';
import { configMap } from '../../support/objects.js';

const get = (name: string): ApiRequest => ({
  verb: 'get',
  resource: 'configmaps',
  namespace: 'default',
  name,
});
const create = (name: string): ApiRequest => ({
  ...get(name),
  verb: 'create',
  body: configMap(name),
});

function newPlane(options: TestControlPlaneOptions = {}): TestControlPlane {
  const preload = [...flowControlObjects(), ...(options.preload ?? [])];
  return new TestControlPlane({ ...options, enablePriorityAndFairness: true, preload });
}

function clientOf(plane: TestControlPlane, user: string, groups: readonly string[] = []) {
  const connection = plane.connection();
  return new ApiClient(plane.transport, { name: user, user, groups, connection });
}

function levelOf(plane: TestControlPlane, name: string): PriorityLevel {
  return plane.server.flows?.levels.find((level) => level.name === name) as PriorityLevel;
}

/** Sends all at once; what became of each, in order. */
function burst(
  plane: TestControlPlane,
  client: ApiClient,
  requests: readonly ApiRequest[],
): { codes: number[]; waits: number[]; attempts: number[] } {
  const found = { codes: [] as number[], waits: [] as number[], attempts: [] as number[] };
  for (const [i, request] of requests.entries()) {
    client.send(request, (call) => {
      found.codes[i] = call.response?.code ?? -1;
      found.waits[i] = call.queueWaitUs;
      found.attempts[i] = call.attempts;
    });
  }
  plane.simulation.run();
  return found;
}

describe('a burst of one user', () => {
  test('is served as its level has seats, the rest after a wait', () => {
    const plane = newPlane({ cores: 64, fsyncUs: 20_000 });
    const { codes, waits } = burst(
      plane,
      clientOf(plane, 'load-client'),
      Array.from({ length: 200 }, (_, i) => create(`map-${i}`)),
    );
    expect(new Set(codes)).toEqual(new Set([201]));
    // global-default of an idle server.
    expect(waits.filter((wait) => wait === 0)).toHaveLength(56);
    expect(Math.max(...waits)).toBeGreaterThan(40_000);
    expect(levelOf(plane, 'global-default').isIdle).toBe(true);
  });

  test('holds up nobody of another level', () => {
    const plane = newPlane({ cores: 64, fsyncUs: 20_000 });
    const flood = clientOf(plane, 'load-client');
    for (let i = 0; i < 300; i++) flood.send(create(`map-${i}`), () => {});
    const { waits } = burst(
      plane,
      clientOf(plane, 'system:node:a'),
      Array.from({ length: 50 }, (_, i) => get(`map-${i}`)),
    );
    expect(new Set(waits)).toEqual(new Set([0]));
  });

  test('that is larger than its queues is turned away, and comes again when it was told to', () => {
    // 56 seats and six queues of 50.
    const plane = newPlane({ cores: 64, fsyncUs: 1_000_000 });
    const { codes, attempts } = burst(
      plane,
      clientOf(plane, 'load-client'),
      Array.from({ length: 400 }, (_, i) => create(`map-${i}`)),
    );
    expect(attempts.filter((count) => count > 1)).toHaveLength(400 - 56 - 300);
    expect(new Set(codes)).toEqual(new Set([201]));
  });

  test('of a master never waits', () => {
    const plane = newPlane({ cores: 64, fsyncUs: 20_000 });
    const { waits } = burst(
      plane,
      clientOf(plane, 'admin', ['system:masters']),
      Array.from({ length: 700 }, (_, i) => get(`map-${i}`)),
    );
    expect(new Set(waits)).toEqual(new Set([0]));
  });
});

describe('what takes too long is given up', () => {
  test('a read after the time-out of requests, with 504; its seat is free then', () => {
    const plane = newPlane({ requestTimeoutUs: 60_000_000 });
    plane.etcd.faults.pause(0);
    const codes: [string, number, number][] = [];
    const client = clientOf(plane, 'u');
    const note = (name: string) => (call: { readonly response?: ApiResponse | undefined }) =>
      codes.push([name, call.response?.code ?? -1, plane.simulation.now]);
    client.send(create('slow'), note('create'));
    plane.run(1_000_000);
    expect(levelOf(plane, 'global-default').seatsInUse).toBe(1);
    plane.run(39_000_000);
    const [[name, code, atUs] = ['', 0, 0]] = codes;
    expect([name, code]).toEqual(['create', 504]);
    // 34 s from when it was served.
    expect(atUs / 1_000_000).toBeCloseTo(34, 2);
    expect(levelOf(plane, 'global-default').seatsInUse).toBe(0);
    // The store goes on: the object is there in the end.
    plane.etcd.faults.resume(0);
    plane.simulation.run();
    expect(plane.log.lines).toContain('ADDED ConfigMap/slow');
    expect(codes).toHaveLength(1);
  });

  test('a request that is still in its queue after a quarter of that, with 429', () => {
    const served: [number, number][] = [];
    class Recorder extends SilentObserver {
      override requestServed(call: ApiCall, code: number, latencyUs: number): void {
        if (call.request.verb === 'create') served.push([code, latencyUs]);
      }
    }
    const limits = { maxRequestsInflight: 20, maxMutatingRequestsInflight: 10 };
    const plane = newPlane({ cores: 64, observer: new Recorder(), ...limits });
    plane.etcd.faults.pause(0);
    const client = clientOf(plane, 'u');
    for (let i = 0; i < 60; i++) client.send(create(`map-${i}`), () => {});
    plane.run(14_000_000);
    const waiting = levelOf(plane, 'global-default').requestsWaiting;
    expect(waiting).toBeGreaterThan(30);
    expect(served).toEqual([]);
    plane.run(15_500_000);
    expect(served).toHaveLength(waiting);
    expect(new Set(served.map(([code]) => code))).toEqual(new Set([429]));
    for (const [, latencyUs] of served) expect(latencyUs / 1_000_000).toBeCloseTo(15, 1);
  });

  test('gets no time less than it asked for', () => {
    const plane = newPlane({ fsyncUs: 2_000_000, requestTimeoutUs: 3_000_000 });
    const { codes } = burst(plane, clientOf(plane, 'u'), [create('a')]);
    expect(codes).toEqual([201]);
  });
});

describe('FlowSchemas and levels as objects', () => {
  const version = 'flowcontrol.apiserver.k8s.io/v1' as const;
  const level: PriorityLevelConfiguration = {
    apiVersion: version,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: 'batch' },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 5,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  };
  const schema: FlowSchema = {
    apiVersion: version,
    kind: 'FlowSchema',
    metadata: { name: 'batch' },
    spec: {
      priorityLevelConfiguration: { name: 'batch' },
      matchingPrecedence: 50,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: 'batch-client' } }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }],
        },
      ],
    },
  };
  const createObject = (resource: string, body: PriorityLevelConfiguration | FlowSchema) => ({
    verb: 'create' as const,
    resource,
    namespace: '',
    name: body.metadata.name,
    body,
  });
  const conditionOf = (plane: TestControlPlane): unknown => {
    const request = { verb: 'get' as const, resource: 'flowschemas', namespace: '', name: 'batch' };
    const { object } = plane.request(clientOf(plane, 'reader'), request);
    return (object as FlowSchema).status?.conditions?.[0];
  };

  test('are taken over as soon as the server sees them', () => {
    const plane = newPlane();
    const admin = clientOf(plane, 'admin');
    plane.request(admin, createObject('prioritylevelconfigurations', level));
    plane.request(admin, createObject('flowschemas', schema));
    plane.wait(100_000);
    // 5 of 250 shares of 600.
    expect(levelOf(plane, 'batch').limit).toBe(12);
    const { attempts } = burst(
      plane,
      clientOf(plane, 'batch-client'),
      Array.from({ length: 30 }, (_, i) => create(`map-${i}`)),
    );
    expect(attempts.filter((count) => count > 1).length).toBe(18);
  });

  test('are marked by the server: a schema without its level is dangling until that is there', () => {
    const plane = newPlane();
    const admin = clientOf(plane, 'admin');
    plane.request(admin, createObject('flowschemas', schema));
    plane.wait(100_000);
    expect(conditionOf(plane)).toMatchObject({ status: 'True', reason: 'NotFound' });
    plane.request(admin, createObject('prioritylevelconfigurations', level));
    plane.wait(100_000);
    expect(conditionOf(plane)).toMatchObject({ status: 'False', reason: 'Found' });
  });

  test('cannot be written against the rules', () => {
    const plane = newPlane();
    const wrong = { ...schema, spec: { ...schema.spec, matchingPrecedence: 20_000 } };
    const response = plane.request(clientOf(plane, 'admin'), createObject('flowschemas', wrong));
    expect(response).toMatchObject({ code: 422, reason: 'Invalid' });
  });
});

describe('the CPU of the chain', () => {
  const busyUs = (user: string, count: number): number => {
    const plane = newPlane({ preload: [configMap('a')] });
    const client = clientOf(plane, user);
    const request = { ...get('a'), resourceVersion: 0 };
    for (let i = 0; i < count; i++) plane.request(client, request);
    return plane.host.meter.busyUs(plane.simulation.now);
  };

  test("looks at a service account's token once in 10 s", () => {
    const account = 'system:serviceaccount:team:a';
    const extra = busyUs(account, 1) - busyUs('u', 1);
    expect(extra).toBeCloseTo(130 * 1.3, 0);
    expect(busyUs(account, 20) - busyUs('u', 20)).toBeCloseTo(extra, 0);
  });

  test('is spent before flow control too: a refused request costs, a served one costs more', () => {
    const cost = (limit: number): number => {
      const plane = new TestControlPlane({ maxMutatingRequestsInflight: limit, fsyncUs: 10_000 });
      const client = clientOf(plane, 'u');
      for (let i = 0; i < 10; i++) client.send(create(`map-${i}`), () => {});
      plane.run(900_000);
      return plane.host.meter.busyUs(900_000);
    };
    const refused = (cost(1) - cost(10)) / 9;
    expect(cost(1)).toBeGreaterThan(9 * 100 * 1.3);
    expect(refused).toBeLessThan(0);
  });
});
