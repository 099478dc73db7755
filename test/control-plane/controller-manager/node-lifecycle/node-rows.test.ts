import { describe, expect, test } from 'vitest';
import type { Lease } from '../../../../src/api/lease.js';
import type { Node } from '../../../../src/api/node.js';
import { LazyHeartbeats } from '../../../../src/client/lazy-heartbeats.js';
import {
  hasNoExecuteTaint,
  NodeRows,
  readyStatusOf,
} from '../../../../src/control-plane/controller-manager/node-lifecycle/node-rows.js';
import { Simulation } from '../../../../src/kernel/simulation.js';

interface Look {
  readonly name?: string;
  readonly ready?: 'True' | 'False' | 'Unknown' | 'never';
  readonly heartbeatUs?: number;
  readonly zone?: string;
  readonly taints?: NonNullable<Node['spec']>['taints'];
}

function node({ name = 'a', ready = 'True', heartbeatUs = 0, zone = '', taints }: Look = {}): Node {
  const labels = zone === '' ? {} : { 'topology.kubernetes.io/zone': zone };
  const times = { lastHeartbeatTime: heartbeatUs, lastTransitionTime: 0 };
  const condition = { type: 'Ready', reason: '', message: '', ...times };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, creationTimestamp: 0 },
    spec: { ...(taints && { taints }) },
    status: { conditions: ready === 'never' ? [] : [{ ...condition, status: ready }] },
  };
}

function lease(renewTime: number, name = 'a', namespace = 'kube-node-lease'): Lease {
  const kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;
  return { ...kind, metadata: { name, namespace }, spec: { renewTime } };
}

const S = 1_000_000;

/** Rows with one node that was looked at when it came, at 0 s. */
function observed(first: Node = node()): NodeRows {
  const rows = new NodeRows(() => undefined);
  rows.put(first);
  rows.setKnown(0);
  rows.observe(0, 0);
  return rows;
}

describe('what is known of a node', () => {
  test('is its Ready status, Unknown of one that has never said', () => {
    expect(readyStatusOf(node({ ready: 'False' }))).toBe('False');
    expect(readyStatusOf(node({ ready: 'never' }))).toBe('Unknown');
  });

  test('counts the two NoExecute taints of the controller and no others', () => {
    const isTainted = (key: string, effect: 'NoExecute' | 'NoSchedule'): boolean =>
      hasNoExecuteTaint(node({ taints: [{ key, effect }] }));
    expect(isTainted('node.kubernetes.io/not-ready', 'NoExecute')).toBe(true);
    expect(isTainted('node.kubernetes.io/unreachable', 'NoExecute')).toBe(true);
    expect(isTainted('node.kubernetes.io/not-ready', 'NoSchedule')).toBe(false);
    expect(isTainted('dedicated', 'NoExecute')).toBe(false);
  });
});

describe('a node', () => {
  test('is silent when neither its heartbeat nor its Lease has changed for the grace period', () => {
    const rows = observed();
    expect(rows.observe(0, 50 * S)).toBe(false);
    expect(rows.observe(0, 50 * S + 1)).toBe(true);
  });

  test('has given a sign of life with a new renew time, at the look that finds it', () => {
    const rows = observed();
    rows.leaseChanged(lease(20 * S), false);
    expect(rows.observe(0, 30 * S)).toBe(false);
    expect(rows.observe(0, 80 * S)).toBe(false);
    expect(rows.observe(0, 80 * S + 1)).toBe(true);
  });

  test('has given none with an older renew time, another Lease, or one that is gone', () => {
    const rows = observed();
    rows.leaseChanged(lease(20 * S), false);
    rows.observe(0, 30 * S);
    rows.leaseChanged(lease(10 * S), false);
    rows.leaseChanged(lease(90 * S, 'b'), false);
    rows.leaseChanged(lease(90 * S, 'a', 'default'), false);
    rows.leaseChanged(lease(90 * S), true);
    expect(rows.observe(0, 80 * S + 1)).toBe(true);
  });

  test('has given a sign of life with a new heartbeat, and none with any other change', () => {
    const rows = observed();
    rows.put(node({ zone: 'zone-1' }));
    expect(rows.observe(0, 50 * S + 1)).toBe(true);
    rows.put(node({ heartbeatUs: 51 * S }));
    expect(rows.observe(0, 60 * S)).toBe(false);
    expect(rows.observe(0, 110 * S)).toBe(false);
    expect(rows.observe(0, 110 * S + 1)).toBe(true);
  });

  test('that has never reported counts from its creation, and has longer', () => {
    const rows = observed(node({ ready: 'never' }));
    expect(rows.observe(0, 60 * S)).toBe(false);
    expect(rows.observe(0, 60 * S + 1)).toBe(true);
  });

  test('is given the whole time again when all are taken as seen', () => {
    const rows = observed();
    rows.restart(100 * S);
    expect(rows.observe(0, 150 * S)).toBe(false);
    expect(rows.observe(0, 150 * S + 1)).toBe(true);
  });

  test('whose Lease was there before it is known with it', () => {
    const rows = new NodeRows((name) => lease(5 * S, name));
    rows.put(node());
    rows.observe(0, 0);
    rows.leaseChanged(lease(5 * S), false);
    expect(rows.observe(0, 50 * S + 1)).toBe(true);
  });
});

describe('a steady node', () => {
  test('is known, Ready, not tainted, not silent, and as it was last seen', () => {
    expect(observed().isSteady(0, 50 * S)).toBe(true);
    expect(observed().isSteady(0, 50 * S + 1)).toBe(false);
    expect(observed(node({ ready: 'Unknown' })).isSteady(0, 1)).toBe(false);
    expect(observed(node({ ready: 'never' })).isSteady(0, 1)).toBe(false);
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] as const;
    expect(observed(node({ taints })).isSteady(0, 1)).toBe(false);
    const unseen = new NodeRows(() => undefined);
    unseen.put(node());
    expect(unseen.isSteady(0, 1)).toBe(false);
    unseen.observe(0, 0);
    expect(unseen.isSteady(0, 1)).toBe(false);
    unseen.setAllKnown();
    expect(unseen.isSteady(0, 1)).toBe(true);
  });

  test('stays so by its Lease alone, as if each look had been a full one', () => {
    const [steady, full] = [observed(), observed()];
    for (let at = 5; at <= 300; at += 5) {
      if (at % 10 === 0 && at <= 200) {
        for (const rows of [steady, full]) rows.leaseChanged(lease(at * S), false);
      }
      expect(steady.isSteady(0, at * S)).toBe(!full.observe(0, at * S));
    }
  });

  test('is looked at again after a new heartbeat', () => {
    const rows = observed();
    rows.put(node({ heartbeatUs: 7 }));
    expect(rows.isSteady(0, 1)).toBe(false);
    rows.observe(0, 1);
    expect(rows.isSteady(0, 2)).toBe(true);
  });
});

describe('nodes of zones', () => {
  test('are counted by zone in the order in which zones came', () => {
    const rows = new NodeRows(() => undefined);
    rows.put(node({ name: 'a', zone: 'two' }));
    rows.put(node({ name: 'b', zone: 'one' }));
    rows.put(node({ name: 'c', zone: 'two', ready: 'False' }));
    const counts = [...rows.countsByZone].map(([zone, each]) => [zone.split('\u0000:')[1], each]);
    expect(counts).toEqual([
      ['two', { ready: 1, notReady: 1 }],
      ['one', { ready: 1, notReady: 0 }],
    ]);
  });

  test('keep what is known of them when others go, and those that come back begin anew', () => {
    const rows = new NodeRows(() => undefined);
    const names = Array.from({ length: 40 }, (_, i) => `node-${i}`);
    for (const name of names) rows.put(node({ name, zone: name }));
    rows.setAllKnown();
    for (let row = 0; row < rows.length; row++) rows.observe(row, 0);
    for (const name of names.slice(0, 30)) rows.remove(name);
    rows.remove('nobody');
    rows.put(node({ name: 'node-0' }));
    const left = Array.from({ length: rows.length }, (_, row) => row).filter(
      (row) => rows.node(row) !== undefined,
    );
    expect(left.map((row) => rows.node(row)?.metadata.name)).toEqual([
      ...names.slice(30),
      'node-0',
    ]);
    expect(left.map((row) => rows.isSteady(row, 1))).toEqual([
      ...names.slice(30).map(() => true),
      false,
    ]);
    expect(rows.countsByZone.size).toBe(11);
  });
});

test('a heartbeat that nobody has sent is a sign of life where heartbeats are lazy', () => {
  const lazy = new LazyHeartbeats(new Simulation('lazy'));
  lazy.latestSignUs = (name, now) => (name === 'a' && now >= 30 * S ? 29 * S : -1);
  const rows = new NodeRows(() => lease(-5), 50 * S, lazy);
  rows.put(node());
  rows.put(node({ name: 'b' }));
  for (const row of [0, 1]) {
    rows.setKnown(row);
    rows.observe(row, 0);
  }
  expect([rows.isSteady(0, 35 * S), rows.isSteady(1, 35 * S)]).toEqual([true, true]);
  expect([rows.isSteady(0, 85 * S), rows.isSteady(1, 85 * S)]).toEqual([true, false]);
  expect(rows.isSteady(0, 85 * S + 1)).toBe(false);
});
