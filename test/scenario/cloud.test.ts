// Clouds and autoscalers of nodes, from the scenario file to the cluster.
import { describe, expect, test } from 'vitest';
import { cloudProviderNames } from '../../src/control-plane/cloud/cloud-profile.js';
import { brief, load, loaded } from './memory-files.js';

const types = `[{name: small, cpu: 2, memory: 4Gi, pods: 20, pricePerHour: 0.1, zones: [a, b]}, \
{name: large, cpu: 8, memory: 16Gi}]`;

const inCloud = (rest: string, cloud = `{provider: aws, instanceTypes: ${types}}`): string =>
  `cloud: ${cloud}\n${rest}`;

const messagesOf = (spec: string, files: Readonly<Record<string, string>> = {}): string[] =>
  load(spec, files).problems.map(brief);

describe('a cloud', () => {
  test('gives the nodes of a pool the size, the zones and the label of their type', () => {
    const { cluster } = loaded(inCloud('nodePools: [{name: p, count: 1, instanceType: small}]'));
    const [pool] = cluster.nodePools;
    expect(pool?.zones).toEqual(['a', 'b']);
    expect(pool?.template.metadata.labels).toMatchObject({
      'node.kubernetes.io/instance-type': 'small',
    });
    expect(pool?.template.status?.allocatable).toMatchObject({ cpu: '2', pods: '20' });
  });

  test('lets a pool use fewer zones than its type has', () => {
    const pools = 'nodePools: [{name: p, count: 1, instanceType: small, zones: [b]}]';
    expect(loaded(inCloud(pools)).cluster.nodePools[0]?.zones).toEqual(['b']);
  });

  test.each(cloudProviderNames)('of %s has figures for everything', (provider) => {
    const { cluster } = loaded(inCloud('', `{provider: ${provider}}`));
    const { boot, call, create, errorRate, loadBalancer, read, write } = cluster.cloud?.profile ?? {
      errorRate: 1,
    };
    for (const each of [boot, call, create, loadBalancer]) {
      expect(each).toMatchObject({ kind: 'logNormal' });
    }
    expect(errorRate).toBe(0);
    expect(read?.qps).toBeGreaterThan(write?.qps ?? Number.POSITIVE_INFINITY);
  });

  test('takes what is stated instead of the figures of its provider', () => {
    const { cluster } = loaded(
      inCloud(
        '',
        `{provider: gce, loadBalancer: 3s, instanceBoot: {p50: 1s, p99: 2s}, nodeReady: 0s, \
loadBalancerPerNode: 1s, api: {latency: 5ms, writeQPS: 1, writeBurst: 2, errorRate: 0.5}, \
controllerManager: {concurrentServiceSyncs: 4, nodeMonitorPeriod: 2s, kubeAPIQPS: 50}}`,
      ),
    );
    const { profile, controllerManager } = cluster.cloud ?? {};
    expect(profile).toMatchObject({
      loadBalancer: { kind: 'constant', value: 3_000_000 },
      boot: { kind: 'logNormal', p50: 1_000_000 },
      loadBalancerPerNodeUs: 1_000_000,
      call: { kind: 'constant', value: 5_000 },
      write: { qps: 1, burst: 2 },
      errorRate: 0.5,
    });
    expect(controllerManager?.settings).toMatchObject({
      concurrentServiceSyncs: 4,
      concurrentNodeSyncs: 1,
      nodeMonitorPeriodUs: 2_000_000,
      nodeStatusUpdateFrequencyUs: 300_000_000,
    });
    expect(controllerManager?.client).toEqual({ qps: 50, burst: 30 });
  });

  test('is absent unless it is stated', () => {
    expect(loaded('').cluster.cloud).toBeUndefined();
    expect(loaded('').cluster.autoscaler).toBeUndefined();
  });
});

describe('a catalogue', () => {
  const cloud = '{provider: aws, instanceTypes: types.yaml}';
  const pools = 'nodePools: [{name: p, count: 1, instanceType: m}]';

  test('may stand in a file of its own', () => {
    const files = { 'types.yaml': 'instanceTypes:\n  - {name: m, cpu: 3, memory: 1Gi}\n' };
    const { cluster } = loaded(inCloud(pools, cloud), files);
    expect(cluster.cloud?.instanceTypes.map(({ name }) => name)).toEqual(['m']);
    expect(cluster.nodePools[0]?.template.status?.allocatable?.['cpu']).toBe('3');
  });

  test('is checked where it stands', () => {
    const files = { 'types.yaml': 'instanceTypes:\n  - {name: m, cpu: none, memory: 1Gi}\n' };
    expect(messagesOf(inCloud(pools, cloud), files)).toEqual([
      expect.stringContaining('types.yaml:2:20 instanceTypes[0].cpu'),
    ]);
  });

  test('that is not there is reported once', () => {
    expect(messagesOf(inCloud(pools, cloud))).toEqual([
      expect.stringContaining('"types.yaml" names no file'),
    ]);
  });

  test('has each type once', () => {
    const twice = `{provider: aws, instanceTypes: [{name: m, cpu: 1, memory: 1Gi}, \
{name: m, cpu: 2, memory: 1Gi}]}`;
    expect(messagesOf(inCloud('', twice))).toEqual([
      expect.stringContaining('an instance type named "m" is there already'),
    ]);
  });
});

describe('a pool of instances', () => {
  test.each([
    ['of an unknown type', '{instanceType: smal}', 'has no instance type "smal"'],
    ['that states a size too', '{instanceType: small, cpu: 4}', 'cpu and instanceType both say'],
    ['with a template', '{instanceType: small, template: {}}', 'template and instanceType both'],
    [
      'in a zone without its type',
      '{instanceType: small, zones: [c]}',
      'not to be had in zone "c"',
    ],
  ])('%s is refused', (_, parts, message) => {
    const pool = parts.replace('{', '{name: p, count: 1, ');
    expect(messagesOf(inCloud(`nodePools: [${pool}]`)).join()).toContain(message);
  });

  test('needs a cloud', () => {
    expect(messagesOf('nodePools: [{name: p, count: 1, instanceType: small}]').join()).toContain(
      'is an instance of a cloud, and there is none',
    );
  });
});

describe('operations on instances', () => {
  const terminate = 'workload: {operations: [{op: terminateInstances, nodes: [p-0]}]}';

  test('name nodes that are there', () => {
    const pools = 'nodePools: [{name: p, count: 1, instanceType: small}]';
    expect(messagesOf(inCloud(`${pools}\n${terminate}`))).toEqual([]);
    expect(messagesOf(inCloud(`${pools}\n${terminate.replace('p-0', 'p-1')}`)).join()).toContain(
      'no operation before this one creates Node/p-1',
    );
  });

  test('need a cloud', () => {
    expect(messagesOf(`nodePools: [{name: p, count: 1}]\n${terminate}`).join()).toContain(
      'nodes are instances only in a cloud',
    );
  });
});

describe('a Cluster Autoscaler', () => {
  const pools = 'nodePools: [{name: p, count: 2, instanceType: small}]';
  const autoscaler = (parts: string): string =>
    inCloud(`${pools}\nautoscaler: {kind: cluster-autoscaler, ${parts}}`);

  test('has the defaults of its flags', () => {
    const { cluster } = loaded(autoscaler('nodeGroups: [{pool: p, minSize: 1, maxSize: 5}]'));
    expect(cluster.autoscaler).toMatchObject({
      kind: 'cluster-autoscaler',
      client: { qps: 5, burst: 10 },
      groups: [{ name: 'p', minSize: 1, maxSize: 5 }],
      settings: {
        expander: 'random',
        scanIntervalUs: 10_000_000,
        maxNodeProvisionTimeUs: 900_000_000,
        scaleDownUnneededTimeUs: 600_000_000,
        scaleDownDelayAfterAddUs: 600_000_000,
        scaleDownDelayAfterDeleteUs: 10_000_000,
        scaleDownUtilizationThreshold: 0.5,
        groups: [{ name: 'p', priority: 0, pricePerHour: 0.1 }],
      },
    });
  });

  test.each([
    ['an unknown pool', '[{pool: q, minSize: 0, maxSize: 1}]', 'there is no node pool "q"'],
    ['more at least than at most', '[{pool: p, minSize: 3, maxSize: 2}]', 'minSize 3 is more than'],
    ['fewer nodes than at least', '[{pool: p, minSize: 3, maxSize: 9}]', 'begins with 2 nodes'],
    [
      'one pool twice',
      '[{pool: p, minSize: 0, maxSize: 9}, {pool: p, minSize: 0, maxSize: 9}]',
      'the pool "p" is a node group already',
    ],
  ])('with %s is refused', (_, groups, message) => {
    expect(messagesOf(autoscaler(`nodeGroups: ${groups}`)).join()).toContain(message);
  });

  test('needs a cloud', () => {
    const spec = `nodePools: [{name: p, count: 1}]
autoscaler: {kind: cluster-autoscaler, nodeGroups: [{pool: p, minSize: 0, maxSize: 2}]}`;
    expect(messagesOf(spec).join()).toContain('asks a cloud for nodes, and there is none');
  });
});

describe('Karpenter', () => {
  const karpenter = (pool: string): string =>
    inCloud(`nodePools: [{name: p, count: 0}]
autoscaler: {kind: karpenter, nodePools: [${pool}]}`);

  test('may use every type of the catalogue where it is to be had', () => {
    const { cluster } = loaded(karpenter('{name: k, zones: [b, c]}'));
    const { autoscaler } = cluster;
    expect(autoscaler?.pools.map(({ name, namePrefix }) => [name, namePrefix])).toEqual([
      ['k/small', 'k-'],
      ['k/large', 'k-'],
    ]);
    const [pool] = autoscaler?.kind === 'karpenter' ? autoscaler.settings.nodePools : [];
    expect(pool).toMatchObject({ budgetShare: 0.1, consolidateAfterUs: 0, weight: 0 });
    expect(pool?.offerings.map(({ instanceType, zones }) => [instanceType, zones])).toEqual([
      ['small', ['b']],
      ['large', ['b', 'c']],
    ]);
  });

  test('tries NodePools of a higher weight first', () => {
    const { autoscaler } = loaded(karpenter('{name: k}, {name: m, weight: 5}')).cluster;
    const pools = autoscaler?.kind === 'karpenter' ? autoscaler.settings.nodePools : [];
    expect(pools.map(({ name }) => name)).toEqual(['m', 'k']);
  });

  test('reads limits, budgets and times', () => {
    const text = `{name: k, limits: {cpu: 10}, \
disruption: {budget: 25%, consolidateAfter: Never, consolidationPolicy: WhenEmpty}}`;
    const { autoscaler } = loaded(karpenter(text)).cluster;
    const [pool] = autoscaler?.kind === 'karpenter' ? autoscaler.settings.nodePools : [];
    expect(pool).toMatchObject({
      limitCpuMilli: 10_000,
      limitMemoryBytes: Number.POSITIVE_INFINITY,
      budgetShare: 0.25,
      consolidateAfterUs: Number.POSITIVE_INFINITY,
      consolidationPolicy: 'WhenEmpty',
    });
  });

  test.each([
    ['an unknown type', '{name: k, instanceTypes: [larg]}', 'has no instance type "larg"'],
    ['a name that a pool has', '{name: p}', 'a node pool named "p" is there already'],
    ['no type in its zones', '{name: k, instanceTypes: [small], zones: [z]}', 'is to be had for'],
    ['a budget that is no share', '{name: k, disruption: {budget: 3}}', 'budget'],
  ])('with %s is refused', (_, pool, message) => {
    expect(messagesOf(karpenter(pool)).join()).toContain(message);
  });

  test('is told apart from other kinds by its kind', () => {
    const [problem] = load(inCloud('autoscaler: {kind: carpenter, nodePools: []}')).problems;
    expect(problem?.expected).toContain('cluster-autoscaler or karpenter');
  });
});
