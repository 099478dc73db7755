import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiCall, type Caller } from '../../../src/client/api-call.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import { TokenBucket } from '../../../src/kernel/stations.js';
import { ClientLimits, LimitedClient } from '../../../src/metrics/critical-path/client-limits.js';
import { pod, replicaSet } from '../story.js';

const caller = (name: string, qps = 20): Caller =>
  ({ name, user: 'test', limit: { qps, burst: 1 } }) as unknown as Caller;

const call = (from: Caller, request: Partial<ApiRequest>): ApiCall => {
  const whole = { verb: 'get', resource: 'pods', namespace: 'default', name: 'a', ...request };
  return new ApiCall(from, whole as ApiRequest, 0, 0, () => {}, undefined);
};

describe('the time during which a client waits for its limit', () => {
  test('counts once however many requests wait', () => {
    const client = new LimitedClient(caller('kubectl'));
    client.wait(100, 50);
    client.wait(110, 90);
    expect([100, 120, 150, 200, 300].map((now) => client.waitedUs(now))).toEqual([
      0, 20, 50, 100, 100,
    ]);
  });

  test('does not count pauses between two waits', () => {
    const client = new LimitedClient(caller('kubectl'));
    client.wait(0, 10);
    client.wait(50, 10);
    expect(client.waitedUs(100)).toBe(20);
  });

  test('is that in which at least one request waits for a token', () => {
    const requests = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 5 }), (gaps, burst) => {
        const bucket = new TokenBucket('b', 10, burst);
        const client = new LimitedClient(caller('kubectl'));
        const waits: (readonly [from: number, until: number])[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const grant = bucket.take(now);
          client.wait(now, grant - now);
          waits.push([now, grant]);
        }
        // The union of all waits up to now, by sweeping over their ends.
        let waited = 0;
        let until = 0;
        for (const [from, end] of waits) {
          waited += Math.max(0, Math.min(end, now) - Math.max(from, until));
          until = Math.max(until, Math.min(end, now));
        }
        expect(client.waitedUs(now)).toBe(waited);
      }),
    );
  });
});

describe('whose limit it is that holds up', () => {
  const limits = new ClientLimits({ now: 0 });
  const owned = pod('web-1-x', { owner: replicaSet('web-1', 1) });
  const controller = caller('kube-controller-manager/replicaset-controller');
  const binder = caller('kube-scheduler/binder', 50);
  const collector = caller('kube-controller-manager/generic-garbage-collector');
  const kubelet = caller('kubelet');
  limits.throttled(call(controller, { verb: 'create', body: owned }), 0);
  limits.throttled(call(binder, { verb: 'create', subresource: 'binding' }), 0);
  limits.throttled(call(collector, { verb: 'delete' }), 0);
  limits.throttled(call(kubelet, { verb: 'delete', gracePeriodSeconds: 0 }), 0);

  test('the creation of pods: the controller of the kind that owns them', () => {
    expect(limits.of('create', 'ReplicaSet')?.name).toBe('replicaset-controller');
    expect(limits.of('create', 'DaemonSet')).toBeUndefined();
  });

  test('their placement: the scheduler that binds, with its own rate', () => {
    expect(limits.of('bind')).toMatchObject({ name: 'binder', qps: 50 });
  });

  test('their deletion: who asked for it, and not the kubelet that confirms their end', () => {
    expect(limits.of('terminate')?.name).toBe('generic-garbage-collector');
  });

  test('nobody of what no client does', () => {
    expect(limits.of('image_pull')).toBeUndefined();
  });
});
