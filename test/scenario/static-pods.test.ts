// Static pods of node pools in scenarios.

import { describe, expect, test } from 'vitest';
import { load, loaded } from './memory-files.js';

const pools = (pods: string, more = '') =>
  `nodePools: [{name: w, count: 2, cpu: 4, memory: 16Gi, pods: 110, staticPods: [${pods}]}]${more}`;
const pod =
  '{metadata: {name: etcd, namespace: kube-system}, spec: {containers: [{name: c, image: i}]}}';

const problems = (spec: string): readonly string[] =>
  load(spec).problems.map(({ message }) => message);

describe('static pods', () => {
  test('are decoded as Pods of their pool', () => {
    const [found] = loaded(pools(pod)).cluster.nodePools[0]?.staticPods ?? [];
    expect(found).toMatchObject({ kind: 'Pod', metadata: { name: 'etcd' } });
    expect(found?.spec.restartPolicy).toBe('Always');
  });

  test('come from files as well', () => {
    const file = {
      'etcd.yaml': 'kind: Pod\nmetadata: {name: etcd}\nspec: {containers: [{name: c, image: i}]}\n',
    };
    expect(loaded(pools('etcd.yaml'), file).cluster.nodePools[0]?.staticPods).toHaveLength(1);
  });

  test('have mirrors that operations may name', () => {
    const operations = (name: string) =>
      `, workload: {operations: [{op: delete, targets: [Pod/kube-system/${name}]}]}`;
    const spec = (name: string) => `{${pools(pod, operations(name))}}`;
    expect(problems(spec('etcd-w-1'))).toEqual([]);
    expect(problems(spec('etcd-w-2')).join()).toContain('etcd-w-2');
  });

  test.each([
    [
      '{kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}',
      'a static pod cannot be a Service',
    ],
    ['{metadata: {name: p}, spec: {containers: []}}', 'spec.containers'],
    ['missing.yaml', 'names no file'],
    [
      pod.replace('namespace', 'annotations: {kubeclock.dev/run-tme: 5s}, namespace'),
      'unknown annotation',
    ],
  ])('%s is refused', (text, what) => {
    const told = load(pools(text)).problems.map(({ path, message }) => `${path} ${message}`);
    expect(told.join('\n')).toContain(what);
  });
});
