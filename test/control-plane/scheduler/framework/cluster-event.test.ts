// Which events a change raises, and which of them bring back the pods of which plugin.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { Node } from '../../../../src/api/node.js';
import type { Pod } from '../../../../src/api/pod.js';
import {
  assignedPodAdd,
  assignedPodDelete,
  type ClusterEvent,
  clusterEvent,
  eventMatches,
  nodeAdd,
  nodeSchedulingPropertiesChange,
  podSchedulingPropertiesChange,
  unschedulableTimeout,
} from '../../../../src/control-plane/scheduler/framework/cluster-event.js';
import { multiPoint } from '../../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { QueuedPodInfo } from '../../../../src/control-plane/scheduler/queue/queued-pod-info.js';
import { QueueingHints } from '../../../../src/control-plane/scheduler/queue/queueing-hints.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const base = makeNode('n', { labels: { a: '1' } });
const labels = (events: readonly ClusterEvent[]): string[] => events.map(({ label }) => label);

describe('a node that changes', () => {
  const ready = (status: 'True' | 'False', lastHeartbeatTime: number): Node => ({
    ...base,
    status: { ...base.status, conditions: [{ type: 'Ready', status, lastHeartbeatTime }] },
  });

  test.each<[string, Node, Node, string[]]>([
    ['nothing', base, makeNode('n', { labels: { a: '1' } }), []],
    ['a heartbeat', ready('True', 1), ready('True', 2), []],
    ['its condition', ready('True', 1), ready('False', 2), ['NodeUpdateNodeCondition']],
    ['its labels', base, makeNode('n', { labels: { a: '2' } }), ['NodeUpdateNodeLabel']],
    [
      'its size',
      base,
      makeNode('n', { labels: { a: '1' }, allocatable: { cpu: '8' } }),
      ['NodeUpdateNodeAllocatable'],
    ],
    [
      'its taints',
      base,
      { ...base, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } },
      ['NodeUpdateNodeTaint'],
    ],
    ['it is uncordoned', { ...base, spec: { unschedulable: true } }, base, ['NodeUpdateNodeTaint']],
    ['it is cordoned', base, { ...base, spec: { unschedulable: true } }, []],
    [
      'its annotations',
      base,
      { ...base, metadata: { ...base.metadata, annotations: { x: 'y' } } },
      ['NodeUpdateNodeAnnotation'],
    ],
    [
      'several things at once',
      base,
      makeNode('n', {
        allocatable: { cpu: '8' },
        spec: { taints: [{ key: 'k', effect: 'NoExecute' }] },
      }),
      ['NodeUpdateNodeAllocatable', 'NodeUpdateNodeLabel', 'NodeUpdateNodeTaint'],
    ],
  ])('by %s', (_name, before, after, expected) => {
    expect(labels(nodeSchedulingPropertiesChange(before, after))).toEqual(expected);
  });
});

describe('a pod that changes', () => {
  const pod = makePod('p', { requests: { cpu: '2' }, labels: { a: '1' } });
  const bound = makePod('p', { requests: { cpu: '2' }, spec: { nodeName: 'n' } });
  const status = { name: 'main', ready: true, restartCount: 0, image: '', imageID: '' };
  const given = (cpu: string): Pod => ({
    ...bound,
    status: { containerStatuses: [{ ...status, resources: { requests: { cpu } } }] },
  });

  test.each<[string, Pod, Pod, string[]]>([
    ['its status', pod, { ...pod, status: { phase: 'Pending' } }, ['UnschedulablePodUpdate']],
    [
      'its labels',
      pod,
      makePod('p', { requests: { cpu: '2' } }),
      ['UnschedulablePodUpdatePodLabel'],
    ],
    [
      'smaller requests',
      pod,
      makePod('p', { requests: { cpu: '1' }, labels: { a: '1' } }),
      ['UnschedulablePodUpdatePodScaleDown'],
    ],
    [
      'larger requests',
      pod,
      makePod('p', { requests: { cpu: '3' }, labels: { a: '1' } }),
      ['UnschedulablePodUpdate'],
    ],
    [
      'its last gate',
      makePod('p', { spec: { schedulingGates: [{ name: 'g' }] } }),
      makePod('p'),
      ['UnschedulablePodUpdatePodSchedulingGatesEliminated'],
    ],
    [
      'a toleration',
      makePod('p'),
      makePod('p', { spec: { tolerations: [{ operator: 'Exists' }] } }),
      ['UnschedulablePodUpdatePodToleration'],
    ],
    ['a grant of less than it had', given('3'), given('2'), ['AssignedPodUpdatePodScaleDown']],
    ['a grant of more', given('2'), given('3'), ['AssignedPodUpdate']],
    ['a grant of less than it asks for', given('2'), given('1'), ['AssignedPodUpdate']],
    [
      'smaller requests on its node',
      bound,
      makePod('p', { spec: { nodeName: 'n' } }),
      ['AssignedPodUpdatePodScaleDown'],
    ],
  ])('by %s', (_name, before, after, expected) => {
    expect(labels(podSchedulingPropertiesChange(before, after))).toEqual(expected);
  });
});

describe('a registration', () => {
  test('for pods hears of assigned and unassigned ones', () => {
    const deleted = clusterEvent('Pod', 'Delete');
    expect(eventMatches(deleted, assignedPodDelete)).toBe(true);
    expect(eventMatches(deleted, clusterEvent('UnschedulablePod', 'Delete'))).toBe(true);
    expect(eventMatches(deleted, assignedPodAdd)).toBe(false);
  });

  test('for Update hears of every update', () => {
    const update = clusterEvent('Node', 'Update');
    expect(eventMatches(update, clusterEvent('Node', 'UpdateNodeTaint'))).toBe(true);
    expect(eventMatches(update, nodeAdd)).toBe(false);
  });

  test('for everything hears of everything, any other not of a timeout', () => {
    expect(eventMatches(clusterEvent('*', 'All'), unschedulableTimeout)).toBe(true);
    expect(eventMatches(clusterEvent('Node', 'All'), unschedulableTimeout)).toBe(false);
  });
});

describe('the hints of the default plugins', () => {
  const hints = new QueueingHints(multiPoint(plainPlugins()));
  type Objects = readonly [KubernetesObject | undefined, KubernetesObject | undefined];

  const brings = (
    plugin: string,
    pod: Pod,
    event: ClusterEvent,
    [previous, object]: Objects,
  ): boolean => {
    const entry = new QueuedPodInfo(new PodInfo(pod), 0, 0);
    entry.unschedulablePlugins = new Set([plugin]);
    return hints.strategyFor(entry, { event, previous, object }) !== 'skip';
  };
  const allocatable = clusterEvent('Node', 'UpdateNodeAllocatable');
  const label = clusterEvent('Node', 'UpdateNodeLabel');
  const taint = clusterEvent('Node', 'UpdateNodeTaint');
  const toleration = clusterEvent('UnschedulablePod', 'UpdatePodToleration');
  const scaleDown = clusterEvent('AssignedPod', 'UpdatePodScaleDown');
  const sized = (cpu: string, pods = '110') => makeNode('n', { allocatable: { cpu, pods } });
  const tainted = makeNode('n', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
  const cordoned = makeNode('n', { spec: { unschedulable: true } });
  const big = makePod('p', { requests: { cpu: '6' } });
  const ssd = makePod('p', { spec: { nodeSelector: { disk: 'ssd' } } });
  const withDisk = (disk: string) => makeNode('n', { labels: { disk } });
  const tolerant = makePod('p', { spec: { tolerations: [{ operator: 'Exists' }] } });
  const onNode = (cpu: string) => makePod('e', { requests: { cpu }, spec: { nodeName: 'n' } });
  const portUser = (hostPort: number, nodeName?: string) =>
    makePod(nodeName === undefined ? 'p' : 'e', {
      spec: {
        containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort }] }],
        ...(nodeName !== undefined && { nodeName }),
      },
    });

  test.each<[string, string, Pod, ClusterEvent, Objects, boolean]>([
    ['a node large enough', 'NodeResourcesFit', big, nodeAdd, [undefined, sized('8')], true],
    ['a node too small', 'NodeResourcesFit', big, nodeAdd, [undefined, sized('4')], false],
    ['a node for no pods', 'NodeResourcesFit', big, nodeAdd, [undefined, sized('8', '0')], false],
    [
      'a node that grew enough',
      'NodeResourcesFit',
      big,
      allocatable,
      [sized('7'), sized('8')],
      true,
    ],
    [
      'a node that did not grow enough',
      'NodeResourcesFit',
      big,
      allocatable,
      [sized('4'), sized('5')],
      false,
    ],
    ['a node that shrank', 'NodeResourcesFit', big, allocatable, [sized('9'), sized('8')], false],
    [
      'a node for more pods',
      'NodeResourcesFit',
      big,
      allocatable,
      [sized('8', '1'), sized('8', '2')],
      true,
    ],
    [
      'a bound pod that went',
      'NodeResourcesFit',
      big,
      assignedPodDelete,
      [onNode('1'), undefined],
      true,
    ],
    [
      'a pod that went unbound',
      'NodeResourcesFit',
      big,
      clusterEvent('UnschedulablePod', 'Delete'),
      [makePod('e'), undefined],
      false,
    ],
    [
      'a pod that asks for less of the same',
      'NodeResourcesFit',
      big,
      scaleDown,
      [onNode('2'), onNode('1')],
      true,
    ],
    [
      'a pod that asks for less of something else',
      'NodeResourcesFit',
      makePod('p', { requests: { memory: '1Gi' } }),
      scaleDown,
      [onNode('2'), onNode('1')],
      false,
    ],
    [
      'a taint that went (a node may now be open)',
      'NodeResourcesFit',
      big,
      taint,
      [tainted, base],
      true,
    ],
    ['a label that matches', 'NodeAffinity', ssd, label, [withDisk('hdd'), withDisk('ssd')], true],
    [
      'a label that matched before',
      'NodeAffinity',
      ssd,
      label,
      [withDisk('ssd'), withDisk('ssd')],
      false,
    ],
    ['a new node that matches', 'NodeAffinity', ssd, nodeAdd, [undefined, withDisk('ssd')], true],
    [
      'a new node that does not match',
      'NodeAffinity',
      ssd,
      nodeAdd,
      [undefined, withDisk('hdd')],
      false,
    ],
    ['any new node', 'NodeName', big, nodeAdd, [undefined, base], true],
    [
      'the same port set free',
      'NodePorts',
      portUser(80),
      assignedPodDelete,
      [portUser(80, 'n'), undefined],
      true,
    ],
    [
      'another port set free',
      'NodePorts',
      portUser(80),
      assignedPodDelete,
      [portUser(81, 'n'), undefined],
      false,
    ],
    ['an uncordoned node', 'NodeUnschedulable', big, taint, [cordoned, base], true],
    ['a taint on an open node', 'NodeUnschedulable', big, taint, [base, tainted], false],
    ['a cordoned new node', 'NodeUnschedulable', big, nodeAdd, [undefined, cordoned], false],
    [
      'its own toleration of a cordon',
      'NodeUnschedulable',
      tolerant,
      toleration,
      [makePod('p'), tolerant],
      true,
    ],
    ['a taint taken off', 'TaintToleration', big, taint, [tainted, base], true],
    ['a taint put on', 'TaintToleration', big, taint, [base, tainted], false],
    ['a tainted new node', 'TaintToleration', big, nodeAdd, [undefined, tainted], false],
    ['its own toleration', 'TaintToleration', tolerant, toleration, [makePod('p'), tolerant], true],
    [
      "another pod's toleration",
      'TaintToleration',
      makePod('q'),
      toleration,
      [makePod('p'), tolerant],
      false,
    ],
    [
      'its own last gate',
      'SchedulingGates',
      makePod('p'),
      clusterEvent('UnschedulablePod', 'UpdatePodSchedulingGatesEliminated'),
      [undefined, makePod('p')],
      true,
    ],
    ['a new bound pod', 'NodeResourcesFit', big, assignedPodAdd, [undefined, onNode('1')], false],
  ])('%s for %s', (_name, plugin, pod, event, objects, expected) => {
    expect(brings(plugin, pod, event, objects)).toBe(expected);
  });
});
