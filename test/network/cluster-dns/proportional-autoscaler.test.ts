// Replicas for the size of a cluster, and the autoscaler on the in-memory API server.
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../src/api/deployment.js';
import type { Node } from '../../../src/api/node.js';
import { ApiTransport } from '../../../src/client/api-transport.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { Link } from '../../../src/kernel/stations.js';
import {
  type LinearParameters,
  ProportionalAutoscaler,
  proportionalReplicas,
} from '../../../src/network/cluster-dns/proportional-autoscaler.js';
import { FakeApiServer } from '../../support/fake-api-server.js';

const secondUs = 1_000_000;

const linear: LinearParameters = {
  mode: 'linear',
  coresPerReplica: 256,
  nodesPerReplica: 16,
  min: 1,
  max: Number.POSITIVE_INFINITY,
  preventSinglePointFailure: true,
};

describe('replicas in proportion', () => {
  test.each([
    [5000, 40_000, 313],
    [100, 25_600, 100],
    [1, 4, 1],
    [2, 8, 2],
    [16, 64, 2],
    [33, 64, 3],
  ])('for %i nodes of %i cores together are %i', (nodes, cores, replicas) => {
    expect(proportionalReplicas(linear, nodes, cores)).toBe(replicas);
  });

  test('stay between the bounds, and what is 0 does not count', () => {
    const bounded = { ...linear, min: 3, max: 5 };
    expect(proportionalReplicas(bounded, 1, 1)).toBe(3);
    expect(proportionalReplicas(bounded, 5_000, 40_000)).toBe(5);
    expect(proportionalReplicas({ ...linear, nodesPerReplica: 0 }, 5_000, 512)).toBe(2);
    const single = { ...linear, preventSinglePointFailure: false };
    expect(proportionalReplicas(single, 10, 40)).toBe(1);
  });

  test('on a ladder are those of the last step reached, of cores or of nodes', () => {
    const ladder = {
      mode: 'ladder',
      coresToReplicas: [
        [1, 1],
        [64, 3],
        [512, 5],
      ],
      nodesToReplicas: [
        [1, 1],
        [2, 2],
      ],
    } as const;
    const of = (nodes: number, cores: number) => proportionalReplicas(ladder, nodes, cores);
    expect([of(1, 4), of(2, 8), of(2, 64), of(9, 511), of(9, 512)]).toEqual([1, 2, 3, 3, 5]);
  });
});

test('the autoscaler scales the Deployment at its next poll, for nodes that take pods', () => {
  const simulation = new Simulation('autoscaler');
  const transport = new ApiTransport(simulation);
  const server = new FakeApiServer(transport);
  const delay = distribution({ kind: 'constant', value: 1_000 });
  const link = (name: string): Link => new Link(simulation, name, delay, Number.POSITIVE_INFINITY);
  const node = (index: number, unschedulable = false): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}` },
    spec: { unschedulable },
    status: { capacity: { cpu: '4' } },
  });
  server.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system' },
    spec: { replicas: 1, selector: {}, template: {} },
  } as unknown as Deployment);
  for (const index of [0, 1, 2]) server.create(node(index));
  new ProportionalAutoscaler({
    simulation,
    transport,
    connection: { up: link('up'), down: link('down'), server },
    parameters: { ...linear, nodesPerReplica: 1 },
    namespace: 'kube-system',
    name: 'coredns',
  }).start();
  const replicas = (): number | undefined =>
    server.get<Deployment>('deployments', 'kube-system/coredns').spec.replicas;
  simulation.run(9 * secondUs);
  expect(replicas()).toBe(1);
  simulation.run(11 * secondUs);
  expect(replicas()).toBe(3);
  server.update(node(2, true));
  server.create(node(3));
  server.create(node(4));
  simulation.run(21 * secondUs);
  expect(replicas()).toBe(4);
  const writes = server.requests.filter(({ verb }) => verb === 'update').length;
  simulation.run(100 * secondUs);
  expect(server.requests.filter(({ verb }) => verb === 'update').length).toBe(writes);
});
