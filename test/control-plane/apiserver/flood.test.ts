// One client that floods an apiserver with expensive lists: its own level takes the harm
// (reference: controlplane E3.11; at full size in bench/validate/flow-control.check.mjs).
import { describe, expect, test } from 'vitest';
import type { ApiCall } from '../../../src/client/api-call.js';
import { ApiClient } from '../../../src/client/api-client.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import { flowControlObjects } from '../../../src/cluster/bootstrap.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { configMap } from '../../support/objects.js';

const SECOND = 1_000_000;
const AGENT = 'system:serviceaccount:monitoring:agent';

const list: ApiRequest = {
  verb: 'list',
  resource: 'configmaps',
  namespace: '',
  name: '',
  resourceVersion: 0,
};
const renewal: ApiRequest = {
  verb: 'update',
  resource: 'leases',
  namespace: 'kube-node-lease',
  name: 'a',
  body: {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'a', namespace: 'kube-node-lease' },
    spec: { holderIdentity: 'a' },
  },
};

/** What was seen in 60 s of 600 lists that are always under way on one core. */
function flood() {
  const maps = Array.from({ length: 20 }, (_, i) =>
    configMap(`m-${i}`, { d: 'x'.repeat(500_000) }),
  );
  const lease = { ...(renewal.body as object) } as (typeof maps)[number];
  const preload = [...flowControlObjects(), ...maps, lease];
  const plane = new TestControlPlane({ cores: 1, preload, enablePriorityAndFairness: true });
  const client = (user: string, groups: readonly string[] = []): ApiClient =>
    new ApiClient(plane.transport, { name: user, user, groups, connection: plane.connection() });
  const found = { waitUs: 0, seats: [] as number[], retryAfter: [] as number[], renewalUs: 0 };
  const agent = client(AGENT);
  const again = ({ queueWaitUs }: ApiCall): void => {
    found.waitUs = Math.max(found.waitUs, queueWaitUs);
    agent.send(list, again);
  };
  for (let i = 0; i < 600; i++) agent.send(list, again);
  const node = client('system:node:a');
  const renewed = ({ createdUs, response }: ApiCall): void => {
    expect(response?.code).toBe(200);
    found.renewalUs = Math.max(found.renewalUs, plane.simulation.now - createdUs);
  };
  const level = plane.server.flows?.levels.find(({ name }) => name === 'workload-low');
  for (let second = 1; second <= 60; second++) {
    node.send(renewal, renewed);
    plane.run(second * SECOND);
    found.seats.push(level?.limit ?? 0);
    found.retryAfter.push(level?.dropped.retryAfterSeconds ?? 0);
  }
  return { ...found, levels: plane.server.flows?.levels ?? [] };
}

describe('a flood of lists that are ten seats wide', () => {
  const { waitUs, seats, retryAfter, renewalUs, levels } = flood();

  test('makes its level borrow what the others do not need, at the next adjustments', () => {
    expect(seats[0]).toBe(56);
    expect(seats.at(-1)).toBe(368);
  });

  test('leaves the other levels what is theirs', () => {
    const others = levels.filter(({ name }) => name !== 'workload-low');
    expect(others.filter(({ limit, minLimit }) => limit < minLimit)).toEqual([]);
  });

  test('waits up to a quarter of the time-out of requests', () => {
    expect(waitUs).toBeGreaterThan(14 * SECOND);
    expect(waitUs).toBeLessThanOrEqual(15 * SECOND);
  });

  test('is turned away for longer and longer', () => {
    expect(retryAfter[0]).toBe(1);
    expect(Math.max(...retryAfter)).toBeGreaterThanOrEqual(4);
  });

  test('slows the renewal of a lease only by the processor that all share', () => {
    expect(renewalUs).toBeGreaterThan(0);
    expect(renewalUs).toBeLessThan(2 * SECOND);
  });
});
