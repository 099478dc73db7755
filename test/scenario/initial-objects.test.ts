// Objects that are there when a run begins, and nodes with names of their own: what a scenario may
// say of them.
import { describe, expect, test } from 'vitest';
import { nodeOfPool } from '../../src/cluster/cluster-spec.js';
import { brief, load, loaded } from './memory-files.js';

const pools = 'nodePools: [{name: pool, count: 3, cpu: 4, memory: 8Gi, nodeNames: [a.example, b]}]';
const pod = (node: string) =>
  `{kind: Pod, apiVersion: v1, metadata: {name: p, namespace: shop}, spec: {${node}containers: ` +
  '[{name: c, image: i, resources: {requests: {cpu: 1}}}]}}';
const initial = (...objects: string[]) => `initialObjects: {objects: [${objects.join(', ')}]}`;
const faultsOf = (...lines: string[]) => load(lines.join('\n')).problems.map(brief);

describe('nodes with names of their own', () => {
  test('are the first of their pool; the others are numbered as ever', () => {
    const [pool] = loaded(pools).cluster.nodePools;
    const names = [0, 1, 2].map((index) => pool && nodeOfPool(pool, index).metadata);
    expect(names.map((each) => each?.name)).toEqual(['a.example', 'b', 'pool-2']);
    expect(names[0]?.labels?.['kubernetes.io/hostname']).toBe('a.example');
  });

  test('are known to operations by these names', () => {
    const drain = (node: string) => `workload: {operations: [{op: cordon, nodes: [${node}]}]}`;
    expect(faultsOf(pools, drain('b'))).toEqual([]);
    expect(faultsOf(pools, drain('pool-2'))).toEqual([]);
    expect(faultsOf(pools, drain('c'))).toEqual([expect.stringContaining('creates Node/c')]);
  });

  test('may be those of nodes that operations add', () => {
    const named = 'nodePools: [{name: p, count: 1, cpu: 4, memory: 8Gi, nodeNames: [a, b, c]}]';
    const add = (count: number) =>
      `workload: {operations: [{op: createNodes, pool: p, count: ${count}}]}`;
    expect(faultsOf(named, add(2))).toEqual([]);
    expect(faultsOf(named, add(1))).toEqual([
      expect.stringContaining('3 nodes have names, and the pool has 2'),
    ]);
  });

  test('are as many as there are nodes at most, and each is there once', () => {
    const twice = 'nodePools: [{name: p, count: 1, cpu: 4, memory: 8Gi, nodeNames: [a, a]}]';
    expect(faultsOf(twice)).toEqual([
      expect.stringContaining('2 nodes have names, and the pool has 1'),
      expect.stringContaining('a node named "a" is there already'),
    ]);
    const odd = 'nodePools: [{name: p, count: 1, cpu: 4, memory: 8Gi, nodeNames: [A_B]}]';
    expect(faultsOf(odd)).toEqual([expect.stringContaining('"A_B" is not allowed here')]);
  });
});

describe('initial objects', () => {
  test('are part of the cluster with the namespaces that they need, not of what is done', () => {
    const { cluster, operations } = loaded([pools, initial(pod('nodeName: b, '))].join('\n'));
    expect(operations).toEqual([]);
    const kinds = cluster.initialObjects?.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(kinds).toEqual(['Namespace/shop', 'Pod/p']);
  });

  test('are there for the operations, which may change and delete them', () => {
    const gone = 'workload: {operations: [{op: delete, targets: [Pod/shop/p]}]}';
    expect(faultsOf(pools, initial(pod('')), gone)).toEqual([]);
    expect(faultsOf(pools, gone)).toHaveLength(1);
  });

  test('decide like those of operations how large a cluster is that nobody describes', () => {
    const { cluster } = loaded(initial(pod('').replace('cpu: 1', 'cpu: 7')));
    expect(cluster.nodePools.map(({ cores }) => cores)).toEqual([8]);
  });

  test('are neither nodes nor on nodes that are not there', () => {
    const node = '{kind: Node, apiVersion: v1, metadata: {name: x}}';
    expect(faultsOf(pools, initial(node, pod('nodeName: c, ')))).toEqual([
      expect.stringContaining('a Node is not an initial object'),
      expect.stringContaining('there is no node "c"'),
    ]);
  });

  test('are some, where the word stands', () => {
    expect(faultsOf(pools, 'initialObjects: {}')).toEqual([
      expect.stringContaining('initialObjects has no objects'),
    ]);
    expect(faultsOf(pools, 'initialObjects: {file: x}')[0]).toContain('file');
  });
});
