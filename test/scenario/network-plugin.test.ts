// What a scenario may say about its network plugin, and what is refused with its place.
import { describe, expect, test } from 'vitest';
import { formatCidr } from '../../src/api/cidr.js';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';

function load(spec: string): ReturnType<typeof loadScenario> {
  const head = 'apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n';
  const pools = '  nodePools: [{name: a, count: 2}, {name: b, count: 1, segment: other}]\n';
  return loadScenario(`${head}${pools}  network: ${spec}\n`, 'scenario.yaml', filesIn('.'));
}

const problemsOf = (spec: string): readonly string[] =>
  load(spec).problems.map(
    ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
  );

describe('a network plugin', () => {
  test('is one with a range on every node when nothing is said', () => {
    expect(load('{}').scenario?.cluster.network.cni).toEqual({ type: 'generic' });
  });

  test("is flannel with kube-flannel's network and vxlan when that is all that is said", () => {
    const cni = load('{cni: flannel}').scenario?.cluster.network.cni;
    if (cni?.type !== 'flannel') throw new Error('it is not flannel');
    const { config, backend, subnetManager, reservations } = cni.flannel;
    expect([formatCidr(config.network), config.subnetBits]).toEqual(['10.244.0.0/16', 24]);
    expect([backend.type, subnetManager, reservations.size]).toEqual(['vxlan', 'kube', 0]);
  });

  test('of podCIDRs says so when new nodes would get none', () => {
    const notices = (text: string): string => load(text).scenario?.notices.join() ?? '';
    expect(notices('{cni: flannel}')).toMatch(/Nodes that come later get no podCIDR/);
    expect(notices('{cni: flannel, flannel: {subnetManager: etcd}}')).not.toMatch(/podCIDR/);
    const allocating =
      '{cni: flannel}\n  controlPlane: {controllerManager: {allocateNodeCIDRs: true}}';
    expect(notices(allocating)).not.toMatch(/podCIDR/);
  });

  test('that does without one says so in the notices', () => {
    expect(load('{cni: none}').scenario?.notices.join()).toMatch(/nodes stay NotReady/);
  });

  test('with host-gw over two L2 networks says so in the notices', () => {
    const of = (type: string): string =>
      load(`{cni: flannel, flannel: {backend: {type: ${type}}}}`).scenario?.notices.join() ?? '';
    expect(of('host-gw')).toMatch(/pods in the default one, other do not reach each other/);
    expect(of('vxlan')).not.toMatch(/do not reach/);
  });

  test('with too few subnets for the nodes says so in the notices', () => {
    const text =
      '{cni: flannel, flannel: {subnetManager: etcd, network: 10.1.0.0/28, subnetMin: 10.1.0.12}}';
    expect(load(text).scenario?.notices.join()).toMatch(/has 1 subnets for 3 nodes/);
  });
});

describe('what is refused', () => {
  test.each([
    ['{cni: calico}', 'scenario.yaml:6:18'],
    ['{flannel: {}}', 'the settings of flannel are not used with cni: generic'],
    ['{cni: flannel, flannel: {network: 10.1.0.1/16}}', '"10.1.0.1/16" is no network'],
    ['{cni: flannel, flannel: {subnetLen: 17}}', 'a /16 network takes subnets of /18 to /30'],
    ['{cni: flannel, flannel: {subnetMin: 10.9.0.0}}', '10.9.0.0 is not the first address'],
    [
      '{cni: flannel, flannel: {backend: {type: udp, directRouting: true}}}',
      'directRouting belongs to vxlan, and the backend is udp',
    ],
    [
      '{cni: flannel, flannel: {reservations: [{node: a-0, subnet: 10.244.7.0/24}]}}',
      'reservations are kept in etcd, and subnetManager is kube',
    ],
    [
      '{cni: flannel, flannel: {subnetManager: etcd, reservations: [{node: a, subnet: 10.9.0.0/24}]}}',
      '10.9.0.0/24 is not one of the subnets that nodes are given',
    ],
    [
      '{cni: flannel, flannel: {subnetManager: etcd, reservations: [{node: a, subnet: 10.244.7.0/24}, {node: b, subnet: 10.244.7.0/24}]}}',
      '10.244.7.0/24 is reserved for a already',
    ],
    ['{cni: flannel, flannel: {backends: []}}', 'backends'],
  ])('%s', (spec, expected) => {
    const problems = problemsOf(spec);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
    expect(problems[0]).toMatch(/^scenario\.yaml:6:\d+ /);
  });
});
