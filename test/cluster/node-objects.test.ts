// What a node says about its machine.
import { expect, test } from 'vitest';
import type { Node } from '../../src/api/node.js';
import { withMachine } from '../../src/cluster/node-objects.js';
import { RandomRoot } from '../../src/kernel/random-stream.js';
import type { KubeletNode } from '../../src/node/kubelet/node-agent.js';

const kubelet = (name: string, status: Node['status'] = {}): KubeletNode => ({
  name,
  node: { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {}, status },
  runtime: 'cri-o',
  cores: 4,
  images: [],
  serializeImagePulls: true,
  maxParallelImagePulls: 1,
  isRegistered: true,
});
const machine = (each: KubeletNode, ordinal = 1, version = '1.36'): Node =>
  withMachine(each, ordinal, version, new RandomRoot('machines')).node;

test('a node has an address by its number, and its name', () => {
  const addressesOf = (ordinal: number): readonly string[] =>
    machine(kubelet('n'), ordinal).status?.addresses?.map(({ address }) => address) ?? [];
  expect(addressesOf(1)).toEqual(['192.168.0.1', 'n']);
  expect(addressesOf(5000)).toEqual(['192.168.19.136', 'n']);
  expect(addressesOf(70_000)).toEqual(['192.169.17.112', 'n']);
});

test('a node reports the versions of the cluster and of its runtime', () => {
  expect(machine(kubelet('n')).status?.nodeInfo).toMatchObject({
    kubeletVersion: 'v1.36.0',
    containerRuntimeVersion: expect.stringMatching(/^cri-o:\/\/1\./),
    machineID: expect.stringMatching(/^[0-9a-f]{32}$/),
    systemUUID: expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  });
  expect(machine(kubelet('n'), 1, '1.35.2').status?.nodeInfo?.kubeletVersion).toBe('v1.35.2');
});

test('machines differ, and each is the same in every run', () => {
  const idOf = (name: string): string | undefined =>
    machine(kubelet(name)).status?.nodeInfo?.machineID;
  expect(idOf('a')).not.toBe(idOf('b'));
  expect(idOf('a')).toBe(idOf('a'));
});

test('what the template says stays', () => {
  const addresses = [{ type: 'InternalIP', address: '10.0.0.1' }] as const;
  const capacity = { cpu: '4' };
  expect(machine(kubelet('n', { addresses, capacity })).status).toMatchObject({
    addresses,
    capacity,
  });
});
