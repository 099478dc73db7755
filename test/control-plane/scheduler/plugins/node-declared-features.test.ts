// NodeDeclaredFeatures: pods that need something of the kubelet.
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../../src/api/node.js';
import type { PodSpec } from '../../../../src/api/pod.js';
import { CycleState } from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { NodeDeclaredFeatures } from '../../../../src/control-plane/scheduler/plugins/node-declared-features/node-declared-features.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';

const restartAll = 'RestartAllContainersOnContainerExits';
const userNamespaces = 'UserNamespacesHostNetworkSupport';
const plugin = new NodeDeclaredFeatures();

const declaring = (name: string, ...declaredFeatures: string[]): Node =>
  makeNode(name, { status: { declaredFeatures } });
const hostUsers = { hostNetwork: true, hostUsers: false };
const withRules = (...actions: string[]) => ({
  name: 'c',
  restartPolicyRules: actions.map((action) => ({ action })),
});
const refused = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match Pod's required features"],
};

describe('what a pod needs', () => {
  const all = declaring('all', restartAll, userNamespaces);
  const nodes = [all, declaring('restarts', restartAll), declaring('users', userNamespaces)];

  test.each<[string, Partial<PodSpec>, string[]]>([
    ['host network with users of its own', hostUsers, ['restarts']],
    ['a rule that restarts all', { containers: [withRules('RestartAllContainers')] }, ['users']],
    [
      'such a rule of an init container',
      { initContainers: [withRules('Restart', 'RestartAllContainers')] },
      ['users'],
    ],
    [
      'both',
      { ...hostUsers, containers: [withRules('RestartAllContainers')] },
      ['restarts', 'users'],
    ],
  ])('%s', (_name, spec, refusing) => {
    const cluster = new DecisionCluster([...nodes, makeNode('old')]);
    const refusals = cluster.refusals(plugin, makePod('p', { spec }));
    expect(refusals).toEqual(
      Object.fromEntries([...refusing, 'old'].map((name) => [name, refused])),
    );
  });

  test.each<[string, Partial<PodSpec>]>([
    ['nothing', {}],
    ['the host network alone', { hostNetwork: true }],
    ['users of its own alone', { hostUsers: false }],
    ['the host users', { hostNetwork: true, hostUsers: true }],
    ['other restart rules', { containers: [withRules('Restart')] }],
  ])('%s: the plugin skips', (_name, spec) => {
    const answer = plugin.preFilter(new CycleState(), new PodInfo(makePod('p', { spec })));
    expect(answer.status?.code).toBe('Skip');
  });
});

describe('hints', () => {
  const [nodeChanged, podChanged] = plugin.eventsToRegister();
  const pod = makePod('p', { spec: hostUsers });

  test('a node helps when it declares now what the pod needs', () => {
    const hint = (before: Node | undefined, after: Node) => nodeChanged?.hint?.(pod, before, after);
    expect(hint(undefined, declaring('n', userNamespaces))).toBe('Queue');
    expect(hint(undefined, declaring('n', restartAll))).toBe('QueueSkip');
    expect(hint(makeNode('n'), declaring('n', userNamespaces))).toBe('Queue');
    const both = declaring('n', userNamespaces, restartAll);
    expect(hint(declaring('n', userNamespaces), both)).toBe('QueueSkip');
  });

  test('an update of the pod helps when it needs something else now', () => {
    const plain = makePod('p');
    expect(podChanged?.hint?.(plain, pod, plain)).toBe('Queue');
    expect(podChanged?.hint?.(pod, pod, { ...pod, metadata: { ...pod.metadata } })).toBe(
      'QueueSkip',
    );
    expect(podChanged?.hint?.(pod, makePod('q', { spec: hostUsers }), makePod('q'))).toBe(
      'QueueSkip',
    );
    expect(podChanged?.hint?.(pod, undefined, pod)).toBe('QueueSkip');
  });
});
