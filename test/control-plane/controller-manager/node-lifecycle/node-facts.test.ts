import { describe, expect, test } from 'vitest';
import type { Node } from '../../../../src/api/node.js';
import { KnownNodes } from '../../../../src/control-plane/controller-manager/node-lifecycle/node-facts.js';

function node(ready?: 'True' | 'False' | 'Unknown', zone = ''): Node {
  const labels = zone === '' ? {} : { 'topology.kubernetes.io/zone': zone };
  const condition = { type: 'Ready', status: ready ?? 'True', reason: '', message: '' } as const;
  const times = { lastHeartbeatTime: 0, lastTransitionTime: 0 };
  const conditions = ready === undefined ? [] : [{ ...condition, ...times }];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'a', labels },
    spec: {},
    status: { conditions },
  };
}

describe('what a pass knows of a node', () => {
  test('is its Ready status, its zone, and the key of its Lease', () => {
    expect(new KnownNodes().of(node('False', 'zone-1'))).toMatchObject({
      leaseKey: 'kube-node-lease/a',
      readyStatus: 'False',
      isTainted: false,
      zone: ':\u0000:zone-1',
    });
  });

  test('is Unknown of a node that has never said', () => {
    expect(new KnownNodes().of(node()).readyStatus).toBe('Unknown');
  });

  test('counts the two NoExecute taints of the controller and no others', () => {
    const tainted = (key: string, effect: 'NoExecute' | 'NoSchedule'): boolean =>
      new KnownNodes().of({ ...node('True'), spec: { taints: [{ key, effect }] } }).isTainted;
    expect(tainted('node.kubernetes.io/not-ready', 'NoExecute')).toBe(true);
    expect(tainted('node.kubernetes.io/unreachable', 'NoExecute')).toBe(true);
    expect(tainted('node.kubernetes.io/not-ready', 'NoSchedule')).toBe(false);
    expect(tainted('dedicated', 'NoExecute')).toBe(false);
  });

  test('is worked out again when the node has changed, and only then', () => {
    const known = new KnownNodes();
    const first = node('True');
    const facts = known.of(first);
    expect(known.of(first)).toBe(facts);
    expect(known.of(node('False')).readyStatus).toBe('False');
    known.forget('a');
    expect(known.of(first)).not.toBe(facts);
  });
});
