// The order in which nodes are examined.
import { describe, expect, test } from 'vitest';
import { zoneKeyOf } from '../../../../src/api/node-zone.js';
import { NodeTree } from '../../../../src/control-plane/scheduler/cache/node-tree.js';
import { makeNode } from '../cluster-fixture.js';

const zoneLabel = 'topology.kubernetes.io/zone';
const inZone = (name: string, zone: string) => makeNode(name, { labels: { [zoneLabel]: zone } });

function treeOf(...nodes: ReturnType<typeof makeNode>[]): NodeTree {
  const tree = new NodeTree();
  for (const node of nodes) tree.add(node);
  return tree;
}

describe('NodeTree', () => {
  test('takes a node of each zone in turn', () => {
    const tree = treeOf(
      inZone('a1', 'A'),
      inZone('a2', 'A'),
      inZone('a3', 'A'),
      inZone('b1', 'B'),
      inZone('c1', 'C'),
      inZone('c2', 'C'),
    );
    expect(tree.list()).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  test('nodes without zone are one zone, in order of arrival', () => {
    expect(treeOf(makeNode('y'), makeNode('x'), inZone('a', 'A')).list()).toEqual(['y', 'a', 'x']);
  });

  test('an emptied zone comes last when it returns', () => {
    const tree = treeOf(inZone('a', 'A'), inZone('b', 'B'));
    tree.remove(inZone('a', 'A'));
    expect(tree.list()).toEqual(['b']);
    tree.add(inZone('a', 'A'));
    expect(tree.list()).toEqual(['b', 'a']);
  });

  test('a node that changes its zone goes to the end of the new one', () => {
    const tree = treeOf(inZone('a1', 'A'), inZone('a2', 'A'), inZone('b1', 'B'));
    tree.update(inZone('a1', 'A'), inZone('a1', 'B'));
    expect(tree.list()).toEqual(['a2', 'b1', 'a1']);
    tree.update(inZone('b1', 'B'), inZone('b1', 'B'));
    expect(tree.list()).toEqual(['a2', 'b1', 'a1']);
  });

  test('counts every node once', () => {
    const tree = treeOf(inZone('a', 'A'), inZone('a', 'A'));
    expect(tree.size).toBe(1);
    tree.remove(inZone('unknown', 'A'));
    expect(tree.size).toBe(1);
    tree.remove(inZone('a', 'A'));
    expect([tree.size, tree.list()]).toEqual([0, []]);
  });
});

describe('zoneKeyOf', () => {
  const beta = 'failure-domain.beta.kubernetes.io';

  test('is empty without labels, and made of region and zone otherwise', () => {
    expect(zoneKeyOf(makeNode('n'))).toBe('');
    expect(zoneKeyOf(inZone('n', 'z'))).toBe(':\u0000:z');
    const labels = { 'topology.kubernetes.io/region': 'r', [zoneLabel]: 'z' };
    expect(zoneKeyOf(makeNode('n', { labels }))).toBe('r:\u0000:z');
  });

  test('prefers the beta labels', () => {
    const labels = { [`${beta}/zone`]: 'old', [zoneLabel]: 'new', [`${beta}/region`]: 'r' };
    expect(zoneKeyOf(makeNode('n', { labels }))).toBe('r:\u0000:old');
  });
});
