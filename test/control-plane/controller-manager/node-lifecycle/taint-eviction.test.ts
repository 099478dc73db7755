// How long a pod stays on a node with NoExecute taints.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { Node, Taint } from '../../../../src/api/node.js';
import type { Toleration } from '../../../../src/api/pod.js';
import { tolerationUs } from '../../../../src/control-plane/controller-manager/node-lifecycle/taint-eviction-controller.js';
import { pod } from '../../../support/objects.js';
import { NodeBench } from './node-bench.js';

const taint = (key: string): Taint => ({ key, effect: 'NoExecute' });

describe('the toleration of taints', () => {
  test.each<[string, readonly Toleration[], readonly Taint[], number]>([
    ['none of a pod without tolerations', [], [taint('a')], 0],
    ['for ever without taints', [], [], Number.POSITIVE_INFINITY],
    [
      'for ever with a toleration without a time',
      [{ key: 'a', operator: 'Exists' }],
      [taint('a')],
      Number.POSITIVE_INFINITY,
    ],
    ['its seconds', [{ key: 'a', operator: 'Exists', tolerationSeconds: 5 }], [taint('a')], 5e6],
    [
      'the shortest of several taints',
      [
        { key: 'a', operator: 'Exists', tolerationSeconds: 50 },
        { key: 'b', operator: 'Exists', tolerationSeconds: 20 },
      ],
      [taint('a'), taint('b')],
      20e6,
    ],
    [
      'none when one of them is not tolerated',
      [{ key: 'a', operator: 'Exists', tolerationSeconds: 50 }],
      [taint('a'), taint('b')],
      0,
    ],
    ['none with a negative time', [{ operator: 'Exists', tolerationSeconds: -1 }], [taint('a')], 0],
  ])('is %s', (_, tolerations, taints, us) => {
    expect(tolerationUs(pod('p', { tolerations }), taints)).toBe(us);
  });
});

describe('on a control plane', () => {
  const limit = { qps: 1000, burst: 1000 };
  const kubelet = { readyAfterUs: 1e5, stopAfterUs: 1e5, nodes: 2 };
  const bench = (): NodeBench =>
    new NodeBench({ 'node-0': 'a', 'node-1': 'a' }, { limit, kubelet });
  const setTaints = (plane: NodeBench, taints: readonly Taint[]): void => {
    const patch = {
      bytes: 100,
      apply: (node: KubernetesObject) => ({ ...(node as Node), spec: { taints } }),
    };
    plane.request(plane.user, {
      verb: 'patch',
      resource: 'nodes',
      namespace: '',
      name: 'node-0',
      patch,
    });
  };
  const names = (plane: NodeBench): string[] => plane.pods.map(({ metadata }) => metadata.name);

  test('an untolerated taint ends the pods of its node at once, and no others', () => {
    const plane = bench();
    for (const name of ['a', 'b', 'c', 'd']) {
      plane.create(pod(name, { nodeName: name === 'a' || name === 'c' ? 'node-0' : 'node-1' }));
    }
    plane.pass(2);
    setTaints(plane, [taint('maintenance')]);
    plane.pass(2);
    expect(names(plane)).toEqual(['b', 'd']);
  });

  test('a toleration runs from the taint and ends with it', () => {
    const plane = bench();
    const tolerations = [
      {
        key: 'maintenance',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 30,
      },
    ] as const;
    plane.create(pod('a', { tolerations, nodeName: 'node-0' }));
    plane.pass(2);
    setTaints(plane, [taint('maintenance')]);
    plane.pass(20);
    setTaints(plane, []);
    plane.pass(60);
    expect(names(plane)).toEqual(['a']);
    setTaints(plane, [taint('maintenance')]);
    plane.pass(29);
    expect(names(plane)).toEqual(['a']);
    plane.pass(3);
    expect(names(plane)).toEqual([]);
  });

  test('a pod that comes to a tainted node is evicted too', () => {
    const plane = bench();
    setTaints(plane, [taint('maintenance')]);
    plane.create(pod('a', { nodeName: 'node-0' }));
    plane.pass(2);
    expect(names(plane)).toEqual([]);
  });
});
