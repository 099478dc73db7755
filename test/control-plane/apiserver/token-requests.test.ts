// Tokens of service accounts: what they wait for, and what they cost.
import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../../../src/client/api-request.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { pod } from '../../support/objects.js';

const token: ApiRequest = {
  verb: 'create',
  resource: 'serviceaccounts',
  subresource: 'token',
  namespace: 'default',
  name: 'default',
};

function ask(request: ApiRequest, plane = new TestControlPlane({ preload: [pod('a')] })) {
  const answer = plane.request(plane.client(), request);
  return { answer, plane, tookUs: plane.simulation.now };
}

describe('a token of a service account', () => {
  test('is issued without anything being stored', () => {
    const { answer, plane } = ask({ ...token, boundPod: 'a' });
    expect(answer.code).toBe(201);
    expect(answer.bytes).toBeGreaterThan(1000);
    expect(plane.log.events.map(({ event }) => event.object.kind)).toEqual(['Pod']);
  });

  test('takes a read of the account, one of the pod, and a signature', () => {
    const { storage } = ask({ ...token, boundPod: 'a' }).plane.server;
    expect(storage.latencies.of('serviceaccounts').get('get')?.count).toBe(1);
    expect(storage.latencies.of('pods').get('get')?.count).toBe(1);
    const { tookUs: plainUs } = ask({ ...token, verb: 'get', name: 'a', resource: 'pods' });
    expect(ask(token).tookUs - plainUs).toBeGreaterThan(1_200);
    expect(ask({ ...token, boundPod: 'a' }).tookUs).toBeGreaterThan(ask(token).tookUs);
  });

  test('is not issued for a pod that is not there', () => {
    expect(ask({ ...token, boundPod: 'b' }).answer).toMatchObject({
      code: 404,
      message: 'pods "b" not found',
    });
  });
});
