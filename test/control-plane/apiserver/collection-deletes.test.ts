// DELETECOLLECTION: which objects go, what is answered and counted, and what ends it early.
import { describe, expect, test } from 'vitest';
import type { ApiCall } from '../../../src/client/api-call.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import type { WebhookSpec } from '../../../src/control-plane/apiserver/admission/webhook.js';
import { requestLabels } from '../../../src/metrics/request-keys.js';
import { CommitLog, TestControlPlane } from '../../support/control-plane.js';
import { configMap, pod } from '../../support/objects.js';

const inDefault = (resource: string): ApiRequest => ({
  verb: 'deletecollection',
  resource,
  namespace: 'default',
  name: '',
});

const maps = (count: number) => Array.from({ length: count }, (_, i) => configMap(`map-${i}`));

const storedNames = (plane: TestControlPlane): string[] =>
  plane.etcd.snapshot().values.map(({ metadata }) => metadata.name);

/** Notes what the server has served. */
class Served extends CommitLog {
  readonly calls: { readonly call: ApiCall; readonly code: number }[] = [];

  override requestServed(call: ApiCall, code: number): void {
    this.calls.push({ call, code });
  }
}

describe('a DELETECOLLECTION', () => {
  test('deletes what is in its namespace, one after the other, and answers with that list', () => {
    const observer = new Served();
    const elsewhere = { ...configMap('other'), metadata: { name: 'other', namespace: 'shop' } };
    const plane = new TestControlPlane({ preload: [...maps(3), elsewhere], observer });
    const response = plane.request(plane.client(), inDefault('configmaps'));
    expect(response.code).toBe(200);
    expect(response.items?.map(({ metadata }) => metadata.name)).toEqual([
      'map-0',
      'map-1',
      'map-2',
    ]);
    expect(storedNames(plane)).toEqual(['other']);
    expect(observer.lines.slice(-3)).toEqual([0, 1, 2].map((i) => `DELETED ConfigMap/map-${i}`));
    // One answer, under its own verb; the deletions in it are no requests of their own.
    expect(observer.calls).toHaveLength(1);
    expect(requestLabels((observer.calls[0] as (typeof observer.calls)[0]).call.request)).toEqual({
      group: '',
      version: 'v1',
      resource: 'configmaps',
      subresource: '',
      scope: 'namespace',
      verb: 'DELETECOLLECTION',
    });
  });

  test('of nothing answers with an empty list', () => {
    const plane = new TestControlPlane();
    const response = plane.request(plane.client(), inDefault('configmaps'));
    expect(response).toMatchObject({ code: 200, items: [] });
    expect(plane.log.events).toEqual([]);
  });

  test('takes as long as its deletions, each of which waits for the disk', () => {
    const timeOf = (count: number): number => {
      const plane = new TestControlPlane({ preload: maps(count), fsyncUs: 10_000 });
      plane.request(plane.client(), inDefault('configmaps'));
      return plane.simulation.now;
    };
    expect(timeOf(10) - timeOf(5)).toBeGreaterThanOrEqual(5 * 10_000);
    expect(timeOf(10) - timeOf(5)).toBeLessThan(5 * 20_000);
  });

  test('gives bound pods their grace period, and holds to finalizers', () => {
    const held = configMap('held');
    const preload = [
      pod('bound', { nodeName: 'node' }),
      pod('waiting'),
      { ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } },
    ];
    const plane = new TestControlPlane({ preload });
    const client = plane.client();
    plane.request(client, { ...inDefault('pods'), gracePeriodSeconds: 7 });
    plane.request(client, inDefault('configmaps'));
    const left = plane.etcd.snapshot().values.map(({ metadata }) => metadata);
    expect(left.map(({ name }) => name).sort()).toEqual(['bound', 'held']);
    expect(left.find(({ name }) => name === 'bound')?.deletionGracePeriodSeconds).toBe(7);
    expect(left.every(({ deletionTimestamp = 0 }) => deletionTimestamp > 0)).toBe(true);
  });

  test('goes by its field selector', () => {
    const preload = [pod('a', { nodeName: 'one' }), pod('b', { nodeName: 'two' })];
    const plane = new TestControlPlane({ preload });
    const fieldSelector = { field: 'spec.nodeName', value: 'two' } as const;
    const request = { ...inDefault('pods'), fieldSelector, gracePeriodSeconds: 0 };
    plane.request(plane.client(), request);
    expect(storedNames(plane)).toEqual(['a']);
  });

  test('does not mind that others delete the same objects', () => {
    const plane = new TestControlPlane({ preload: maps(20) });
    const codes: (number | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const done = (call: ApiCall): unknown => codes.push(call.response?.code);
      plane.client().send(inDefault('configmaps'), done);
    }
    plane.run(5_000_000);
    expect(codes).toEqual([200, 200, 200]);
    expect(storedNames(plane)).toEqual([]);
    expect(plane.log.count('ConfigMap', 'DELETED')).toBe(20);
  });
});

describe('a DELETECOLLECTION ends early', () => {
  test('with the failure of a deletion', () => {
    const webhook: WebhookSpec = {
      name: 'guard',
      type: 'Validating',
      rules: [{ operations: ['DELETE'], apiGroups: ['*'], resources: ['configmaps'] }],
      excludedNamespaces: [],
      latency: { kind: 'constant', value: 1_000 },
      timeoutSeconds: 1,
      failurePolicy: 'Fail',
      outages: [{ fromUs: 20_000, toUs: 1_000_000_000 }],
    };
    const plane = new TestControlPlane({ preload: maps(50), webhooks: [webhook] });
    const response = plane.request(plane.client(), inDefault('configmaps'));
    expect(response.code).toBe(500);
    const deleted = plane.log.count('ConfigMap', 'DELETED');
    expect(deleted).toBeGreaterThan(0);
    expect(deleted).toBeLessThan(50);
    plane.wait(5_000_000);
    expect(plane.log.count('ConfigMap', 'DELETED'), 'nothing goes after the answer').toBe(deleted);
  });

  test('when it takes longer than a request may', () => {
    const options = { preload: maps(50), fsyncUs: 10_000, requestTimeoutUs: 200_000 };
    const plane = new TestControlPlane(options);
    const client = plane.client();
    expect(plane.request(client, inDefault('configmaps')).code).toBe(504);
    plane.wait(1_000_000);
    const deleted = plane.log.count('ConfigMap', 'DELETED');
    expect(deleted).toBeGreaterThan(10);
    expect(deleted).toBeLessThan(25);
    const rest = plane.request(client, { ...inDefault('configmaps'), verb: 'list' });
    expect(rest.items).toHaveLength(50 - deleted);
  });

  test('with its server, which then deletes nothing more', () => {
    const plane = new TestControlPlane({ preload: maps(50), fsyncUs: 10_000 });
    let code: number | undefined;
    plane.client().send(inDefault('configmaps'), ({ response }) => {
      code = response?.code;
    });
    plane.run(200_000);
    plane.server.stop('SIGKILL');
    const deleted = plane.log.count('ConfigMap', 'DELETED');
    plane.wait(1_000_000);
    expect(code, 'no answer').toBe(0);
    expect(deleted).toBeGreaterThan(5);
    expect(plane.log.count('ConfigMap', 'DELETED') - deleted).toBeLessThanOrEqual(1);
  });
});
