// Whole clusters in a cloud: what its controllers and autoscalers do to nodes and Services, seen in
// Events, objects and metrics.
import { beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Node } from '../../src/api/node.js';
import type { Service } from '../../src/api/service.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { EventRow, RunResult } from '../../src/metrics/run-result.js';
import { deployment, loaded } from '../scenario/memory-files.js';

/** A cloud without chance: every time is stated. */
const cloudText = (more = ''): string => `
cloud:
  provider: aws
  instanceTypes:
    - {name: m, cpu: 2, memory: 8Gi, pods: 20, pricePerHour: 3.6}
    - {name: l, cpu: 8, memory: 32Gi, pods: 20, pricePerHour: 7.2, available: 1}
  createInstance: 2s
  instanceBoot: 30s
  nodeReady: 10s
  loadBalancer: 20s
  route: 4s
  api: {latency: 100ms${more}}`;

interface Seen {
  readonly result: RunResult;
  readonly objects: readonly KubernetesObject[];
}

function run(spec: string, cloud = cloudText()): Seen {
  let objects: readonly KubernetesObject[] = [];
  const look = {
    atUs: undefined,
    see: (all: readonly KubernetesObject[]) => {
      objects = all;
    },
  };
  const result = runScenario(loaded(`${cloud}\n${spec}`), { look });
  return { result, objects };
}

const eventsOf = ({ result }: Seen, reason: string): readonly EventRow[] =>
  result.kubernetesEvents.filter((event) => event.reason === reason);

/** When an Event first came, in seconds. */
const secondsOf = (seen: Seen, reason: string, involved = ''): number =>
  (eventsOf(seen, reason).find((event) => event.involved.includes(involved))?.timeUs ??
    Number.NaN) / 1_000_000;

const nodeOf = ({ objects }: Seen, name: string): Node | undefined =>
  objects.find(({ kind, metadata }) => kind === 'Node' && metadata.name === name) as Node;

const serviceOf = ({ objects }: Seen, name: string): Service | undefined =>
  objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name) as Service;

const metricOf = ({ result }: Seen, name: string): number =>
  result.metrics
    .filter((each) => each.name === name)
    .reduce((sum, { value = 0 }) => sum + value, 0);

const balanced = (name: string): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {type: LoadBalancer, \
selector: {app: x}, ports: [{port: 80}]}}`;

const podOfTeam = (name: string, cpu: number): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {nodeSelector: {team: a}, \
containers: [{name: c, image: i, resources: {requests: {cpu: ${cpu}}}}]}}`;

describe('the cloud-controller-manager', () => {
  let seen: Seen;

  beforeAll(() => {
    seen = run(`
horizon: 3m
controlPlane: {controllerManager: {allocateNodeCIDRs: true}}
nodePools: [{name: p, count: 3, instanceType: m, zones: [a, b, c]}]
workload:
  operations:
    - {op: create, objects: [${balanced('one')}, ${balanced('two')}]}
    - {op: createNodes, at: 1s, pool: p, count: 1}
    - {op: terminateInstances, at: 5s, nodes: [p-1]}
    - {op: stopInstances, nodes: [p-2]}
    - {op: delete, at: 60s, targets: [Service/two]}`);
  });

  test('initialises a new node with what the cloud says of its instance', () => {
    const node = nodeOf(seen, 'p-3');
    expect(node?.spec.providerID).toMatch(/^aws:\/\/\/a\/i-/);
    expect(node?.metadata.labels).toMatchObject({
      'node.kubernetes.io/instance-type': 'm',
      'topology.kubernetes.io/zone': 'a',
    });
    expect(node?.spec.taints ?? []).toEqual([]);
    // registration, its watch, one call of 100 ms, one write
    expect(secondsOf(seen, 'Synced', 'p-3')).toBeGreaterThan(1.1);
    expect(secondsOf(seen, 'Synced', 'p-3')).toBeLessThan(1.3);
  });

  test('deletes the Node whose instance is gone within 5 s of its being NotReady', () => {
    expect(nodeOf(seen, 'p-1')).toBeUndefined();
    const notReady = secondsOf(seen, 'NodeNotReady', 'p-1');
    const deleting = secondsOf(seen, 'DeletingNode', 'p-1');
    expect(notReady - 5).toBeGreaterThan(40);
    expect(notReady - 5).toBeLessThan(56);
    expect(deleting - notReady).toBeLessThan(5.5);
  });

  test('taints the node whose instance is switched off, and keeps it', () => {
    const taints = nodeOf(seen, 'p-2')?.spec.taints?.map(({ key }) => key);
    expect(taints).toContain('node.cloudprovider.kubernetes.io/shutdown');
  });

  test('makes one load balancer after the other, each 20 s', () => {
    const one = secondsOf(seen, 'EnsuredLoadBalancer', 'one');
    const two = secondsOf(seen, 'EnsuredLoadBalancer', 'two');
    expect(one).toBeCloseTo(20, 0);
    expect(two - one).toBeCloseTo(20, 0);
    expect(serviceOf(seen, 'one')?.status?.loadBalancer?.ingress).toHaveLength(1);
    expect(serviceOf(seen, 'one')?.metadata.finalizers).toEqual([
      'service.kubernetes.io/load-balancer-cleanup',
    ]);
  });

  test('counts a Service as converged when it has its address', () => {
    const [row] = seen.result.convergence.filter(({ change }) => change.endsWith('default/one'));
    expect((row?.readyUs ?? 0) / 1_000_000).toBeCloseTo(20, 0);
    expect(row?.longestStage).toBe('ready');
  });

  test('tells load balancers of nodes that come and go, also when nothing else happens', () => {
    expect(eventsOf(seen, 'UpdatedLoadBalancer').length).toBeGreaterThan(0);
  });

  test('lets a Service go only when its load balancer is gone', () => {
    expect(serviceOf(seen, 'two')).toBeUndefined();
    expect(secondsOf(seen, 'DeletedLoadBalancer')).toBeGreaterThanOrEqual(60.1);
  });

  test('counts what it does under the names of the real one', () => {
    expect(metricOf(seen, 'service_controller_loadbalancer_sync_total')).toBe(3);
    const names = new Set(seen.result.metrics.map(({ name }) => name));
    for (const name of [
      'node_controller_cloud_provider_taint_removal_delay_seconds',
      'node_controller_initial_node_sync_delay_seconds',
      'service_controller_update_loadbalancer_host_latency_seconds',
      'cloudprovider_aws_api_request_duration_seconds',
    ]) {
      expect(names).toContain(name);
    }
  });

  test('pays for machines until they are ended', () => {
    const [row] = seen.result.nodeCosts;
    // p-0 and p-2 for 180 s, p-3 for 179 s, p-1 for 5 s, at 3.6 an hour
    expect(row).toMatchObject({ pool: 'p', instanceType: 'm', instances: 4 });
    expect(row?.cost).toBeCloseTo(0.544, 3);
  });
});

describe('the cloud API', () => {
  test('that refuses a load balancer is asked again 5 s and 10 s later', () => {
    const seen = run(
      `horizon: 1m
nodePools: [{name: p, count: 1, instanceType: m}]
workload: {operations: [{op: create, objects: [${balanced('one')}]}]}`,
      cloudText(', errorRate: 1'),
    );
    const [failed] = eventsOf(seen, 'SyncLoadBalancerFailed');
    expect(failed?.message).toContain('failed to ensure load balancer: InternalError');
    // each try takes the 20 s of the call; 20, 45, and 75 is beyond the horizon
    expect(failed?.count).toBe(2);
    expect(serviceOf(seen, 'one')?.status?.loadBalancer?.ingress ?? []).toEqual([]);
  });
});

describe('the route controller', () => {
  test('keeps a node unavailable until its route is there: at most 10 s and the call', () => {
    const seen = run(
      `horizon: 1m
controlPlane: {controllerManager: {allocateNodeCIDRs: true}}
nodePools: [{name: p, count: 1, instanceType: m}]
workload: {operations: [{op: createNodes, at: 20s, pool: p, count: 1}]}`,
      `${cloudText()}\n  controllerManager: {configureCloudRoutes: true}`,
    );
    const condition = nodeOf(seen, 'p-1')?.status?.conditions?.find(
      ({ type }) => type === 'NetworkUnavailable',
    );
    expect(condition).toMatchObject({ status: 'False', reason: 'RouteCreated' });
    const waitedUs = (condition?.lastTransitionTime ?? 0) - 20_000_000;
    expect(waitedUs).toBeGreaterThan(4_000_000);
    expect(waitedUs).toBeLessThan(15_000_000);
    expect(metricOf(seen, 'route_controller_route_sync_total')).toBeGreaterThan(4);
  });
});

describe('the Cluster Autoscaler', () => {
  const group = (more = '', scaleDown = ''): string => `
nodePools: [{name: p, count: 1, instanceType: m}, {name: q, count: 0, instanceType: l}]
autoscaler:
  kind: cluster-autoscaler
  expander: least-nodes
  nodeGroups: [{pool: p, minSize: 1, maxSize: 3}${more}]
  scaleDown: {unneededTime: 40s, delayAfterAdd: 10s${scaleDown}}`;
  const apply = (replicas: number, cpu: string): string =>
    `- {op: apply, at: 1s, objects: [${deployment('web', replicas, `{cpu: ${cpu}}`)}]}`;

  test('decides within a scan, and the nodes come in the time of the cloud', () => {
    const seen = run(`horizon: 3m${group()}\nworkload:\n  operations:\n    ${apply(3, '1500m')}`);
    const decided = secondsOf(seen, 'TriggeredScaleUp');
    expect(decided).toBeGreaterThan(10);
    expect(decided).toBeLessThan(11);
    expect(eventsOf(seen, 'TriggeredScaleUp')[0]?.message).toBe(
      'pod triggered scale-up: [{p 1->3 (max: 3)}]',
    );
    // group 1 s, launch 2 s, boot 30 s, network 10 s
    const readyUs = seen.result.pods.map((pod) => pod.boundUs ?? Number.POSITIVE_INFINITY);
    expect(Math.max(...readyUs) / 1_000_000 - decided).toBeGreaterThan(43);
    expect(Math.max(...readyUs) / 1_000_000 - decided).toBeLessThan(46);
    expect(metricOf(seen, 'cluster_autoscaler_scaled_up_nodes_total')).toBe(2);
  });

  test('says why it does not help', () => {
    const seen = run(`horizon: 1m${group()}\nworkload:\n  operations:\n    ${apply(1, '30')}`);
    expect(eventsOf(seen, 'NotTriggerScaleUp')[0]?.message).toBe(
      "pod didn't trigger scale-up: 1 Insufficient cpu",
    );
    expect(eventsOf(seen, 'TriggeredScaleUp')).toEqual([]);
  });

  test('leaves a group alone of which the cloud has no more, and takes another one', () => {
    const seen = run(
      `horizon: 3m${group(', {pool: q, minSize: 0, maxSize: 2}')}
workload:\n  operations:\n    ${apply(7, '1900m')}`,
    );
    const messages = eventsOf(seen, 'ScaledUpGroup').map(({ message }) => message);
    expect(messages[0]).toContain('group q size to 2');
    expect(eventsOf(seen, 'ScaleUpTimedOut')[0]?.message).toContain('Out of capacity: group q');
    expect(messages.some((message) => message.includes('group p'))).toBe(true);
    expect(metricOf(seen, 'cluster_autoscaler_failed_scale_ups_total')).toBe(1);
  });

  test('drains and ends nodes that nobody needs, down to the least size', () => {
    const seen = run(`horizon: 6m${group()}
workload:
  operations:
    ${apply(3, '900m')}
    - {op: barrier}
    - {op: scale, target: Deployment/web, replicas: 1}`);
    const nodes = seen.objects.filter(({ kind }) => kind === 'Node');
    expect(nodes).toHaveLength(1);
    const removed = metricOf(seen, 'cluster_autoscaler_scaled_down_nodes_total');
    expect(removed).toBe(metricOf(seen, 'cluster_autoscaler_scaled_up_nodes_total'));
    const scaledUs = seen.result.convergence[1]?.startedUs ?? 0;
    const wait = secondsOf(seen, 'ScaleDownEmpty') - scaledUs / 1_000_000;
    expect(wait).toBeGreaterThanOrEqual(40);
    expect(wait).toBeLessThan(61);
    const map = seen.objects.find(({ metadata }) => metadata.name === 'cluster-autoscaler-status');
    expect(JSON.stringify(map)).toContain('clusterHealth: Healthy');
  });

  test('keeps a node whose pods a disruption budget holds', () => {
    const budget = `{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, \
spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}}`;
    const seen = run(`horizon: 4m${group().replace('count: 1', 'count: 3')}
workload:
  operations:
    - {op: create, objects: [${budget}]}
    ${apply(3, '100m')}`);
    const evicted = metricOf(seen, 'cluster_autoscaler_evicted_pods_total');
    expect(evicted).toBe(0);
    const used = new Set(seen.result.pods.map(({ node }) => node));
    expect(seen.objects.filter(({ kind }) => kind === 'Node')).toHaveLength(used.size);
  });
});

describe('Karpenter', () => {
  test('waits until no pod has come for 1 s, and asks for the cheapest node', () => {
    const seen = run(`horizon: 4m
nodePools: [{name: p, count: 1, instanceType: m}]
autoscaler:
  kind: karpenter
  nodePools: [{name: k, disruption: {consolidateAfter: 20s, budget: 100%}}]
workload:
  operations:
    - {op: apply, at: 1s, objects: [${deployment('big', 1, '{cpu: 1900m}')}]}
    - {op: apply, at: 1500ms, objects: [${deployment('web', 2, '{cpu: 1500m}')}]}
    - {op: sleep, duration: 90s}
    - {op: delete, targets: [Deployment/web]}`);
    const nominated = secondsOf(seen, 'Nominated');
    expect(nominated).toBeGreaterThan(2.5);
    expect(nominated).toBeLessThan(2.6);
    const costs = seen.result.nodeCosts.filter(({ pool }) => pool.startsWith('k/'));
    expect(costs.map(({ instanceType, instances }) => [instanceType, instances])).toEqual([
      ['l', 1],
    ]);
    // the node is empty after 92 s: quiet for 20 s, validated after 15 s, ended
    const ended = secondsOf(seen, 'DisruptionTerminating');
    expect(ended).toBeGreaterThan(92 + 20 + 15);
    expect(ended).toBeLessThan(92 + 31 + 20 + 15 + 10);
    expect(seen.objects.filter(({ kind }) => kind === 'Node')).toHaveLength(1);
    expect(metricOf(seen, 'karpenter_nodeclaims_created_total')).toBe(1);
    expect(metricOf(seen, 'karpenter_nodeclaims_terminated_total')).toBe(1);
  });

  test('takes another type when the cloud has none of the cheapest', () => {
    const seen = run(`horizon: 2m
nodePools: [{name: p, count: 0, instanceType: m}, {name: q, count: 1, instanceType: l}]
autoscaler: {kind: karpenter, nodePools: [{name: k, labels: {team: a}}]}
workload:
  operations:
    - op: apply
      objects:
        - ${podOfTeam('a', 1)}
        - ${podOfTeam('b', 6)}`);
    // the one large machine is there already: only the smaller pod gets a node
    const [a, b] = seen.result.pods;
    expect(a?.readyUs).toBeDefined();
    expect(b?.readyUs).toBeUndefined();
    expect(metricOf(seen, 'karpenter_nodeclaims_launched_total')).toBe(1);
    expect(metricOf(seen, 'karpenter_nodeclaims_terminated_total')).toBeGreaterThan(0);
  });

  test('replaces a node by a cheaper one, which is there before the pods go', () => {
    const seen = run(`horizon: 5m
nodePools: [{name: p, count: 0, instanceType: m}]
autoscaler:
  kind: karpenter
  nodePools: [{name: k, disruption: {consolidateAfter: 20s, budget: 100%}}]
workload:
  operations:
    - op: apply
      at: 1s
      objects: [${deployment('big', 1, '{cpu: 3}')}, ${deployment('web', 1, '{cpu: 1}')}]
    - {op: sleep, duration: 90s}
    - {op: delete, targets: [Deployment/big]}`);
    const costs = seen.result.nodeCosts.map(({ instanceType, instances }) => [
      instanceType,
      instances,
    ]);
    expect(costs).toEqual([
      ['l', 1],
      ['m', 1],
    ]);
    const [, registered] = eventsOf(seen, 'RegisteredNode').map(({ timeUs }) => timeUs);
    const [ended] = eventsOf(seen, 'DisruptionTerminating').map(({ timeUs }) => timeUs);
    expect(ended).toBeGreaterThan(registered ?? Number.POSITIVE_INFINITY);
    const web = seen.result.pods.filter(({ name }) => name.startsWith('web'));
    expect(web.at(-1)?.readyUs).toBeDefined();
    expect(seen.objects.filter(({ kind }) => kind === 'Node')).toHaveLength(1);
  });

  test('replaces nodes that have expired, whatever their pods say', () => {
    const seen = run(`horizon: 190s
nodePools: [{name: p, count: 0, instanceType: m}]
autoscaler: {kind: karpenter, nodePools: [{name: k, expireAfter: 100s}]}
workload:
  operations:
    - {op: apply, at: 1s, objects: [${deployment('web', 1, '{cpu: 1}')}]}`);
    expect(metricOf(seen, 'karpenter_nodeclaims_disrupted_total')).toBeGreaterThan(0);
    // asked for after 2 s; looked at every 10 s
    expect(secondsOf(seen, 'DisruptionTerminating')).toBeGreaterThanOrEqual(102);
    expect(secondsOf(seen, 'DisruptionTerminating')).toBeLessThan(113);
    expect(metricOf(seen, 'karpenter_nodeclaims_created_total')).toBeGreaterThan(1);
    expect(seen.result.pods.at(-1)?.readyUs).toBeDefined();
  });
});
