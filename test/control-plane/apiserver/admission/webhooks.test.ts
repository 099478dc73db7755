// Admission webhooks: who is asked, for how long that holds a request, and what happens when nobody
// answers.
import { describe, expect, test } from 'vitest';
import type { ApiCall } from '../../../../src/client/api-call.js';
import type { ApiRequest, ApiResponse } from '../../../../src/client/api-request.js';
import { SilentObserver } from '../../../../src/client/observer.js';
import {
  isCalledFor,
  type WebhookSpec,
} from '../../../../src/control-plane/apiserver/admission/webhook.js';
import { TestControlPlane } from '../../../support/control-plane.js';
import { configMap } from '../../../support/objects.js';

const MS = 1000;

function webhook(extra: Partial<WebhookSpec> = {}): WebhookSpec {
  return {
    name: 'policy.example.com',
    type: 'Validating',
    rules: [{ operations: ['*'], apiGroups: ['*'], resources: ['configmaps'] }],
    excludedNamespaces: [],
    latency: { kind: 'constant', value: 50 * MS },
    timeoutSeconds: 10,
    failurePolicy: 'Fail',
    outages: [],
    ...extra,
  };
}

const never = { kind: 'constant', value: 60_000 * MS } as const;

const at = { resource: 'configmaps', namespace: 'default', name: 'm' };
const create: ApiRequest = { verb: 'create', ...at, body: configMap('m') };

class Served extends SilentObserver {
  readonly calls: { readonly latencyUs: number; readonly webhookUs: number }[] = [];

  override requestServed({ webhookUs }: ApiCall, _: number, latencyUs: number): void {
    this.calls.push({ latencyUs, webhookUs });
  }
}

function ask(webhooks: readonly WebhookSpec[], requests: readonly ApiRequest[] = [create]) {
  const observer = new Served();
  const plane = new TestControlPlane({ webhooks, observer });
  const client = plane.client();
  const answers: ApiResponse[] = requests.map((request) => plane.request(client, request));
  return { plane, answers, calls: observer.calls, answer: answers.at(-1) as ApiResponse };
}

describe('a webhook', () => {
  test('holds a write until it has answered', () => {
    const without = ask([]).calls[0]?.latencyUs ?? 0;
    const { answer, calls } = ask([webhook()]);
    expect(answer.code).toBe(201);
    const extraUs = (calls[0]?.latencyUs ?? 0) - without;
    expect(extraUs).toBeGreaterThanOrEqual(50 * MS);
    expect(extraUs).toBeLessThan(51 * MS);
    expect(calls[0]?.webhookUs).toBeGreaterThanOrEqual(50 * MS);
  });

  test('is not asked about reads, nor about what its rules leave out', () => {
    const { calls } = ask([webhook({ rules: [] })], [create, { verb: 'get', ...at }]);
    expect(calls.map(({ webhookUs }) => webhookUs)).toEqual([0, 0]);
  });

  test('is asked again at every attempt of a patch', () => {
    const observer = new Served();
    const plane = new TestControlPlane({ webhooks: [webhook()], observer, fsyncUs: 20_000 });
    const client = plane.client();
    plane.request(client, create);
    let count = 0;
    for (let i = 0; i < 2; i++) {
      const apply = (current: object) => ({ ...current, data: { n: `${count++}` } }) as never;
      client.send({ verb: 'patch', ...at, patch: { bytes: 10, apply } }, () => {});
    }
    plane.simulation.run();
    // The second finds that the first was quicker, and is asked about once more.
    const rounds = observer.calls.map(({ webhookUs }) => Math.floor(webhookUs / (50 * MS)));
    expect(rounds).toEqual([1, 1, 2]);
  });

  test('that is mutating is asked before the next one; validating ones are asked together', () => {
    const types = (type: WebhookSpec['type']) =>
      ['a', 'b', 'c'].map((name) => webhook({ name, type }));
    const heldMs = (webhooks: readonly WebhookSpec[]): number =>
      Math.floor((ask(webhooks).calls[0]?.webhookUs ?? 0) / (50 * MS));
    expect(heldMs(types('Mutating'))).toBe(3);
    expect(heldMs(types('Validating'))).toBe(1);
    expect(heldMs([...types('Mutating'), ...types('Validating')])).toBe(4);
  });
});

describe('a webhook that does not answer in time', () => {
  test('fails the write under failurePolicy Fail, in the server’s words', () => {
    const { answer, calls, plane } = ask([webhook({ latency: never, timeoutSeconds: 2 })]);
    expect(answer).toMatchObject({
      code: 500,
      reason: 'InternalError',
      message:
        'Internal error occurred: failed calling webhook "policy.example.com": failed to call ' +
        'webhook: Post "https://policy.example.com:443/?timeout=2s": context deadline exceeded',
    });
    expect(calls[0]?.latencyUs).toBeGreaterThanOrEqual(2_000 * MS);
    expect(calls[0]?.latencyUs).toBeLessThan(2_002 * MS);
    expect(plane.etcd.snapshot().values).toEqual([]);
  });

  test('lets the write pass under Ignore, after its time', () => {
    const slow = webhook({ latency: never, timeoutSeconds: 2, failurePolicy: 'Ignore' });
    const { answer, calls, plane } = ask([slow]);
    expect(answer.code).toBe(201);
    expect(calls[0]?.latencyUs).toBeGreaterThanOrEqual(2_000 * MS);
    expect(plane.server.admission.webhooks).toMatchObject([
      { operation: 'CREATE', isFailed: true },
    ]);
  });

  test('keeps those behind it from being asked when it is mutating', () => {
    const first = webhook({ name: 'a', type: 'Mutating', latency: never, timeoutSeconds: 1 });
    const { plane } = ask([first, webhook({ name: 'b' })]);
    expect(plane.server.admission.webhooks.map((each) => each.webhook.name)).toEqual(['a']);
  });
});

test('a webhook that is down refuses at once, until it is up again', () => {
  const outages = [{ fromUs: 0, toUs: 1_000 * MS }];
  const plane = new TestControlPlane({ webhooks: [webhook({ outages })] });
  const client = plane.client();
  expect(plane.request(client, create).message).toMatch(/connect: connection refused$/);
  expect(plane.simulation.now).toBeLessThan(5 * MS);
  plane.wait(1_000 * MS);
  expect(plane.request(client, create).code).toBe(201);
});

describe('the rules of a webhook', () => {
  const rule = (resources: string[], operations = ['*'], apiGroups = ['*']) =>
    webhook({ rules: [{ resources, apiGroups, operations: operations as never }] });
  const status: ApiRequest = {
    verb: 'patch',
    ...at,
    resource: 'deployments',
    subresource: 'status',
  };
  const scale: ApiRequest = { ...status, subresource: 'scale' };
  const plain: ApiRequest = { verb: 'patch', ...at, resource: 'deployments' };

  test.each<[string, WebhookSpec, boolean[]]>([
    ['a resource, without its subresources', rule(['deployments']), [true, false, false]],
    ['one of its subresources', rule(['deployments/status']), [false, true, false]],
    ['the resource with all of them', rule(['deployments', 'deployments/*']), [true, true, true]],
    ['every resource', rule(['*']), [true, false, false]],
    ['everything', rule(['*/*']), [true, true, true]],
    ['another group', rule(['*/*'], ['*'], ['']), [false, false, false]],
    ['its group', rule(['*/*'], ['*'], ['apps']), [true, true, true]],
    ['another operation', rule(['*/*'], ['CREATE']), [false, false, false]],
  ])('name %s', (_, spec, expected) => {
    expect([plain, status, scale].map((each) => isCalledFor(spec, 'UPDATE', each))).toEqual(
      expected,
    );
  });

  test('do not reach excluded namespaces', () => {
    expect(isCalledFor(webhook({ excludedNamespaces: ['default'] }), 'CREATE', create)).toBe(false);
    expect(isCalledFor(webhook({ excludedNamespaces: ['other'] }), 'CREATE', create)).toBe(true);
  });
});
