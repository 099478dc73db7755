// Filter plugins: which node they refuse for which pod, in which words.
import { describe, expect, test } from 'vitest';
import type { Toleration } from '../../../../src/api/affinity.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { NodeName } from '../../../../src/control-plane/scheduler/plugins/node-name/node-name.js';
import { NodePorts } from '../../../../src/control-plane/scheduler/plugins/node-ports/node-ports.js';
import { NodeResourcesFit } from '../../../../src/control-plane/scheduler/plugins/node-resources-fit/node-resources-fit.js';
import { NodeUnschedulable } from '../../../../src/control-plane/scheduler/plugins/node-unschedulable/node-unschedulable.js';
import { SchedulingGates } from '../../../../src/control-plane/scheduler/plugins/scheduling-gates/scheduling-gates.js';
import { TaintToleration } from '../../../../src/control-plane/scheduler/plugins/taint-toleration/taint-toleration.js';
import { DecisionCluster, makeNode, makePod, type PodOptions } from '../cluster-fixture.js';

const unresolvable = 'UnschedulableAndUnresolvable';

describe('SchedulingGates', () => {
  const plugin = new SchedulingGates();

  test('keeps a pod with gates out and names them in their order', () => {
    const schedulingGates = [{ name: 'quota' }, { name: 'example.com/b' }];
    expect(plugin.preEnqueue(makePod('p', { spec: { schedulingGates } }))).toEqual({
      code: unresolvable,
      reasons: ['waiting for scheduling gates: [quota example.com/b]'],
    });
  });

  test('lets a pod without gates in', () => {
    expect(plugin.preEnqueue(makePod('p'))).toBeUndefined();
    expect(plugin.preEnqueue(makePod('p', { spec: { schedulingGates: [] } }))).toBeUndefined();
  });
});

describe('NodeName', () => {
  test('refuses every node but the one that the pod names', () => {
    const cluster = new DecisionCluster([makeNode('a'), makeNode('b')]);
    const pod = makePod('p', { spec: { nodeName: 'b' } });
    expect(cluster.refusals(new NodeName(), pod)).toEqual({
      a: { code: unresolvable, reasons: ["node(s) didn't match the requested node name"] },
    });
  });

  test('says nothing about a pod that names none', () => {
    const cluster = new DecisionCluster([makeNode('a')]);
    expect(cluster.refusals(new NodeName(), makePod('p'))).toEqual({});
  });
});

describe('NodeUnschedulable', () => {
  const cluster = new DecisionCluster([
    makeNode('open'),
    makeNode('cordoned', { spec: { unschedulable: true } }),
  ]);

  test('refuses a cordoned node', () => {
    expect(cluster.refusals(new NodeUnschedulable(), makePod('p'))).toEqual({
      cordoned: { code: unresolvable, reasons: ['node(s) were unschedulable'] },
    });
  });

  test.each<[string, Toleration, boolean]>([
    ['its taint by name', { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }, true],
    ['everything', { operator: 'Exists' }, true],
    ['another taint', { key: 'dedicated', operator: 'Exists' }, false],
    [
      'the taint with another effect',
      { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoExecute' },
      false,
    ],
  ])('of a pod that tolerates %s', (_name, toleration, isAllowed) => {
    const pod = makePod('p', { spec: { tolerations: [toleration] } });
    const refused = isAllowed ? [] : ['cordoned'];
    expect(Object.keys(cluster.refusals(new NodeUnschedulable(), pod))).toEqual(refused);
  });

  test('opens again when the node is uncordoned', () => {
    const nodes = new DecisionCluster([makeNode('n', { spec: { unschedulable: true } })]);
    expect(Object.keys(nodes.refusals(new NodeUnschedulable(), makePod('p')))).toEqual(['n']);
    nodes.cache.addNode(makeNode('n'));
    expect(nodes.refusals(new NodeUnschedulable(), makePod('p'))).toEqual({});
  });
});

describe('TaintToleration', () => {
  const taint = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' } as const;
  const cluster = new DecisionCluster([
    makeNode('plain'),
    makeNode('tainted', { spec: { taints: [taint] } }),
    makeNode('evicting', { spec: { taints: [{ key: 'disk', effect: 'NoExecute' }] } }),
    makeNode('soft', { spec: { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] } }),
  ]);

  test.each<[string, Toleration[], string[]]>([
    ['nothing', [], ['tainted', 'evicting']],
    ['everything', [{ operator: 'Exists' }], []],
    ['the value', [{ key: 'dedicated', value: 'gpu' }], ['evicting']],
    ['another value', [{ key: 'dedicated', value: 'cpu' }], ['tainted', 'evicting']],
    ['the key', [{ key: 'dedicated', operator: 'Exists' }], ['evicting']],
    [
      'the key with another effect',
      [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }],
      ['tainted', 'evicting'],
    ],
    ['one effect of all keys', [{ operator: 'Exists', effect: 'NoExecute' }], ['tainted']],
  ])('refuses the right nodes to a pod that tolerates %s', (_name, tolerations, refused) => {
    const pod = makePod('p', { spec: { tolerations } });
    expect(Object.keys(cluster.refusals(new TaintToleration(), pod))).toEqual(refused);
  });

  test('does not say which taint it was', () => {
    expect(cluster.refusals(new TaintToleration(), makePod('p'))['tainted']).toEqual({
      code: unresolvable,
      reasons: ['node(s) had untolerated taint(s)'],
    });
  });
});

describe('NodePorts', () => {
  const withPort = (name: string, port: object, nodeName?: string) =>
    makePod(name, {
      spec: {
        containers: [{ name: 'c', ports: [{ containerPort: 80, ...port }] }],
        ...(nodeName !== undefined && { nodeName }),
      },
    });
  const plugin = new NodePorts();

  test.each<[string, object, object, boolean]>([
    ['the same port', { hostPort: 80 }, { hostPort: 80 }, true],
    ['another port', { hostPort: 80 }, { hostPort: 81 }, false],
    ['another protocol', { hostPort: 80, protocol: 'UDP' }, { hostPort: 80 }, false],
    [
      'another address',
      { hostPort: 80, hostIP: '10.0.0.1' },
      { hostPort: 80, hostIP: '10.0.0.2' },
      false,
    ],
    ['any address against one', { hostPort: 80 }, { hostPort: 80, hostIP: '10.0.0.2' }, true],
    [
      'one address against any',
      { hostPort: 80, hostIP: '10.0.0.2' },
      { hostPort: 80, hostIP: '0.0.0.0' },
      true,
    ],
    ['no host port', {}, { hostPort: 80 }, false],
    ['host port 0', { hostPort: 0 }, { hostPort: 0 }, false],
  ])('%s', (_name, wanted, taken, conflicts) => {
    const cluster = new DecisionCluster([makeNode('n')], [withPort('e', taken, 'n')]);
    const reason = "node(s) didn't have free ports for the requested pod ports";
    expect(cluster.refusals(plugin, withPort('p', wanted))).toEqual(
      conflicts ? { n: { code: 'Unschedulable', reasons: [reason] } } : {},
    );
  });

  test('counts sidecars, not ordinary init containers', () => {
    const ports = [{ containerPort: 1, hostPort: 99 }];
    const pod = (restartPolicy?: 'Always') =>
      makePod('p', {
        spec: {
          initContainers: [{ name: 'i', ports, ...(restartPolicy && { restartPolicy }) }],
        },
      });
    expect(new PodInfo(pod('Always')).hostPorts).toHaveLength(1);
    expect(new PodInfo(pod()).hostPorts).toHaveLength(0);
  });

  test('has nothing to say about pods without host ports', () => {
    const info = new PodInfo(withPort('p', {}));
    expect(plugin.preFilter(new CycleState(), info).status?.code).toBe('Skip');
  });

  test('the port is free again when the pod has left', () => {
    const cluster = new DecisionCluster([makeNode('n')], [withPort('e', { hostPort: 80 }, 'n')]);
    cluster.cache.removePod('uid-e');
    expect(cluster.refusals(plugin, withPort('p', { hostPort: 80 }))).toEqual({});
  });
});

describe('NodeResourcesFit', () => {
  const node = makeNode('n', {
    allocatable: {
      cpu: '2',
      memory: '4Gi',
      pods: '2',
      'ephemeral-storage': '10Gi',
      'example.com/gpu': '2',
    },
  });
  const existing = makePod('e', {
    requests: { cpu: '1', memory: '1Gi', 'example.com/gpu': '1' },
    spec: { nodeName: 'n' },
  });
  const plugin = new NodeResourcesFit();
  const refuse = (options: PodOptions, pods = [existing]) =>
    new DecisionCluster([node], pods).refusals(plugin, makePod('p', options))['n'];

  test.each<[string, Record<string, string>, string | undefined, string[]]>([
    ['nothing', {}, undefined, []],
    ['exactly what is left', { cpu: '1', memory: '3Gi' }, undefined, []],
    ['a milli-CPU too much', { cpu: '1001m' }, 'Unschedulable', ['Insufficient cpu']],
    ['a byte too much', { memory: '3221225473' }, 'Unschedulable', ['Insufficient memory']],
    ['more CPU than the node has', { cpu: '2001m' }, unresolvable, ['Insufficient cpu']],
    [
      'too much disk',
      { 'ephemeral-storage': '11Gi' },
      unresolvable,
      ['Insufficient ephemeral-storage'],
    ],
    [
      'too many devices',
      { 'example.com/gpu': '2' },
      'Unschedulable',
      ['Insufficient example.com/gpu'],
    ],
    [
      'devices that nobody has',
      { 'example.com/fpga': '1' },
      unresolvable,
      ['Insufficient example.com/fpga'],
    ],
    ['no devices of an unknown kind', { 'example.com/fpga': '0' }, undefined, []],
    [
      'too much of all',
      { cpu: '3', memory: '5Gi', 'example.com/gpu': '2' },
      unresolvable,
      ['Insufficient cpu', 'Insufficient memory', 'Insufficient example.com/gpu'],
    ],
  ])('a pod that asks for %s', (_name, requests, code, reasons) => {
    const answer = refuse({ requests });
    expect(answer).toEqual(code === undefined ? undefined : { code, reasons });
  });

  test('counts pods, and says so before anything else', () => {
    const other = makePod('f', { requests: { cpu: '1' }, spec: { nodeName: 'n' } });
    expect(refuse({}, [existing, other])).toEqual({
      code: 'Unschedulable',
      reasons: ['Too many pods'],
    });
    expect(refuse({ requests: { cpu: '1m' } }, [existing, other])?.reasons).toEqual([
      'Too many pods',
      'Insufficient cpu',
    ]);
  });

  test('takes init containers and overhead into account', () => {
    const initContainers = [{ name: 'i', resources: { requests: { cpu: '950m' } } }];
    const spec = { initContainers, overhead: { cpu: '51m' } };
    expect(refuse({ requests: { cpu: '100m' }, spec })?.reasons).toEqual(['Insufficient cpu']);
    expect(refuse({ requests: { cpu: '100m' }, spec: { initContainers } })).toBeUndefined();
  });

  test('does not look at extended resources that the profile ignores', () => {
    const requests = { 'example.com/gpu': '9', 'other.org/x': '1' };
    const cluster = new DecisionCluster([node], [existing]);
    const lenient = new NodeResourcesFit({
      ignoredResources: ['example.com/gpu'],
      ignoredResourceGroups: ['other.org'],
    });
    expect(cluster.refusals(lenient, makePod('p', { requests }))).toEqual({});
  });

  test('a pod with more than 31 kinds of devices still gets all its reasons', () => {
    const names = Array.from({ length: 40 }, (_, i) => `example.com/d${i}`);
    const requests = Object.fromEntries(names.map((name) => [name, '1']));
    expect(refuse({ requests })?.reasons).toHaveLength(40);
  });

  test('counts a pod that is being resized with what it has been given', () => {
    const status = { name: 'main', ready: true, restartCount: 0, image: '', imageID: '' };
    const given = (cpu: string, reason?: string) => ({
      ...existing,
      status: {
        containerStatuses: [{ ...status, resources: { requests: { cpu } } }],
        conditions:
          reason === undefined
            ? []
            : [{ type: 'PodResizePending', status: 'True' as const, reason }],
      },
    });
    const pod = { requests: { cpu: '1' } };
    expect(refuse(pod, [given('1')])).toBeUndefined();
    expect(refuse(pod, [given('1500m')])?.reasons).toEqual(['Insufficient cpu']);
    expect(refuse({ requests: { cpu: '1500m' } }, [given('500m', 'Infeasible')])).toBeUndefined();
    expect(refuse({ requests: { cpu: '1500m' } }, [given('500m', 'Deferred')])).toBeDefined();
  });

  test('refuses amounts that no node can have', () => {
    for (const memory of ['7Ei', '1Pi', '9223372036854775807']) {
      expect(refuse({ requests: { memory } })?.reasons).toEqual(['Insufficient memory']);
    }
    expect(refuse({ requests: { cpu: '9223372036854775' } })?.code).toBe(unresolvable);
  });
});
