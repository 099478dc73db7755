// The ranges of nodes as a scenario has them.
import { describe, expect, test } from 'vitest';
import { load } from './memory-files.js';

const scenario = (manager: string, more = '', nodes = 2) =>
  load(
    `nodePools: [{name: a, count: ${nodes}}]\ncontrolPlane: {controllerManager: {${manager}}}\n${more}`,
  );
const cidrsOf = (manager: string, more = '') => {
  const { scenario: found, problems } = scenario(manager, more);
  expect(problems).toEqual([]);
  return found?.cluster.controlPlane.controllerManager.nodeCidrs;
};
const problemsOf = (manager: string, more = ''): readonly string[] =>
  scenario(manager, more).problems.map(({ path, message }) => `${path}: ${message}`);

describe('a controller manager', () => {
  test('gives no ranges unless it is told to', () => {
    expect(cidrsOf('replicas: 1')).toBeUndefined();
    expect(cidrsOf('allocateNodeCIDRs: false')).toBeUndefined();
  });

  test('gives each node a /24 of 10.244.0.0/16, or what it is told', () => {
    expect(cidrsOf('allocateNodeCIDRs: true')).toEqual({
      clusterCidr: '10.244.0.0/16',
      maskBits: 24,
    });
    const manager = 'allocateNodeCIDRs: true, clusterCIDR: 10.8.0.0/13, nodeCIDRMaskSize: 26';
    expect(cidrsOf(manager)).toEqual({ clusterCidr: '10.8.0.0/13', maskBits: 26 });
  });

  test('gives what flannel was set up for', () => {
    const flannel = 'network: {cni: flannel, flannel: {network: 10.5.0.0/16, subnetLen: 25}}';
    expect(cidrsOf('allocateNodeCIDRs: true', flannel)).toEqual({
      clusterCidr: '10.5.0.0/16',
      maskBits: 25,
    });
  });

  test('says before the run that the ranges are too few', () => {
    const manager = 'allocateNodeCIDRs: true, clusterCIDR: 10.0.0.0/23';
    expect(scenario(manager, '', 3).scenario?.notices).toContain(
      'The clusterCIDR 10.0.0.0/23 has 2 ranges of a /24 for 3 nodes: the others get none.',
    );
    expect(scenario(manager, '', 2).scenario?.notices.join()).not.toContain('clusterCIDR');
  });
});

const at = 'spec.controlPlane.controllerManager';

test.each([
  [
    'clusterCIDR: 10.0.0.0/16',
    `${at}.clusterCIDR: clusterCIDR is not used without allocateNodeCIDRs`,
  ],
  [
    'nodeCIDRMaskSize: 25',
    `${at}.nodeCIDRMaskSize: nodeCIDRMaskSize is not used without allocateNodeCIDRs`,
  ],
  [
    'allocateNodeCIDRs: true, clusterCIDR: 10.0.0.7/16',
    `${at}.clusterCIDR: "10.0.0.7/16" is no IPv4 network`,
  ],
  [
    'allocateNodeCIDRs: true, clusterCIDR: 10.0.0.0/25',
    `${at}.clusterCIDR: a /24 for each node is more than 10.0.0.0/25 has`,
  ],
  [
    'allocateNodeCIDRs: true, nodeCIDRMaskSize: 12',
    `${at}.nodeCIDRMaskSize: a /12 for each node is more than 10.244.0.0/16 has`,
  ],
])('%s is a problem', (manager, problem) => {
  expect(problemsOf(manager)).toEqual([problem]);
});

test('a range that is not that of flannel is a problem', () => {
  const manager = 'allocateNodeCIDRs: true, clusterCIDR: 10.1.0.0/16';
  expect(problemsOf(manager, 'network: {cni: flannel}')).toEqual([
    `${at}.clusterCIDR: clusterCIDR is 10.1.0.0/16, and the network of flannel 10.244.0.0/16`,
  ]);
});
