// The marks that the Cluster Autoscaler leaves on nodes that it does not need.
import { describe, expect, test } from 'vitest';
import type { Node, Taint } from '../../../src/api/node.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import {
  DeletionTaints,
  deletionCandidateTaint,
} from '../../../src/control-plane/autoscaling/cluster-autoscaler/deletion-taints.js';
import { datedTaint } from '../../../src/control-plane/autoscaling/node-taints.js';
import { toBeDeletedTaint } from '../../../src/control-plane/cloud-provider.js';

const own: Taint = { key: 'team', value: 'a', effect: 'NoSchedule' };

/** Nodes as the autoscaler has read them, which its requests change at once. */
class Nodes {
  readonly store = new Map<string, Node>();
  readonly requests: ApiRequest[] = [];
  readonly taints: DeletionTaints;

  constructor(...names: readonly string[]) {
    for (const name of names) this.set(name, [own]);
    const simulation = { now: 70_500_000 };
    const send = (request: ApiRequest): void => {
      this.requests.push(request);
      const node = this.store.get(request.name) as Node;
      this.store.set(request.name, request.patch?.apply(node) as Node);
    };
    this.taints = new DeletionTaints(simulation, { send }, this);
  }

  set(name: string, taints: readonly Taint[]): void {
    this.store.set(name, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      spec: { taints },
    });
  }

  taintsOf(name: string): readonly Taint[] {
    return this.store.get(name)?.spec.taints ?? [];
  }

  update(unneeded: readonly string[], leaving: readonly string[] = []): void {
    const removable = unneeded.map((name) => ({ node: this.store.get(name) as Node, pods: [] }));
    this.taints.update(removable, new Set(leaving));
  }
}

const soft = datedTaint(deletionCandidateTaint, 'PreferNoSchedule', 70_500_000);

describe('nodes that are not needed', () => {
  test('are marked once, so that the scheduler prefers others, and since when', () => {
    const nodes = new Nodes('a', 'b');
    nodes.update(['b']);
    nodes.update(['b']);
    expect(nodes.taintsOf('a')).toEqual([own]);
    expect(nodes.taintsOf('b')).toEqual([own, soft]);
    expect(soft.value).toBe('70');
    expect(nodes.requests.map(({ verb, resource, name }) => [verb, resource, name])).toEqual([
      ['patch', 'nodes', 'b'],
    ]);
  });

  test('are not marked any more when they are needed again', () => {
    const nodes = new Nodes('a', 'b');
    nodes.update(['a', 'b']);
    nodes.update(['a']);
    expect([nodes.taintsOf('a'), nodes.taintsOf('b')]).toEqual([[own, soft], [own]]);
  });

  test('are left alone while they are being removed', () => {
    const nodes = new Nodes('a');
    nodes.update(['a'], ['a']);
    expect(nodes.requests).toEqual([]);
  });

  test('are marked ten at a time, and unmarked ten at a time', () => {
    const names = Array.from({ length: 25 }, (_, index) => `node-${index}`);
    const nodes = new Nodes(...names);
    const marked = (): number => names.filter((name) => nodes.taintsOf(name).length === 2).length;
    const counts = [names, names, names, [], []].map((unneeded) => {
      nodes.update(unneeded);
      return marked();
    });
    expect(counts).toEqual([10, 20, 25, 15, 5]);
  });
});

test('what another process has left is taken away, and nothing else', () => {
  const nodes = new Nodes('a');
  nodes.set('b', [own, soft, datedTaint(toBeDeletedTaint, 'NoSchedule', 1_000_000)]);
  nodes.taints.cleanUp();
  expect(nodes.taintsOf('b')).toEqual([own]);
  expect(nodes.requests.map(({ name }) => name)).toEqual(['b', 'b']);
});
