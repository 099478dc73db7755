// Which pods a node accepts.

import { describe, expect, test } from 'vitest';
import type { PodSpec } from '../../../src/api/pod.js';
import { NodeUsage, rejectionOf } from '../../../src/node/kubelet/pod-admission.js';
import { boundPod, KubeletBench, nodeObject, secondUs } from './kubelet-bench.js';

function asking(requests: Readonly<Record<string, string>>): PodSpec {
  return boundPod('web', { containers: [{ name: 'app', image: 'app:1', resources: { requests } }] })
    .spec;
}

describe('a node of 4 CPU, 8 Gi and 110 pods', () => {
  const node = nodeObject(0);

  test.each([
    [{ cpu: '4' }, undefined],
    [{ cpu: '4001m' }, 'OutOfcpu'],
    [{ memory: '8Gi' }, undefined],
    [{ memory: '8193Mi' }, 'OutOfmemory'],
    [{ cpu: '5', memory: '9Gi' }, 'OutOfcpu'],
    [{ 'nvidia.com/gpu': '1' }, 'OutOfnvidia.com/gpu'],
    [{}, undefined],
  ])('given a pod that asks for %j answers %s', (requests, reason) => {
    expect(rejectionOf(node, new NodeUsage(), asking(requests))?.reason).toBe(reason);
  });

  test('counts what is accepted, and forgets what has gone', () => {
    const usage = new NodeUsage();
    const spec = asking({ cpu: '3', memory: '1Gi' });
    usage.add(spec, 1);
    expect(rejectionOf(node, usage, spec)?.reason).toBe('OutOfcpu');
    usage.add(spec, -1);
    expect(rejectionOf(node, usage, spec)).toBeUndefined();
  });

  test('takes 110 pods and refuses the next (reference vector 14)', () => {
    const usage = new NodeUsage();
    const spec = asking({});
    for (let i = 0; i < 110; i++) {
      expect(rejectionOf(node, usage, spec)).toBeUndefined();
      usage.add(spec, 1);
    }
    expect(rejectionOf(node, usage, spec)?.reason).toBe('OutOfpods');
  });
});

describe('a pod that its node refuses', () => {
  const bench = new KubeletBench();
  const containers = asking({ cpu: '3' }).containers;
  bench.bind(0, 'first', { containers });
  bench.bind(secondUs, 'second', { containers });
  bench.bind(2 * secondUs, 'small');
  bench.run(5 * secondUs);

  test('fails with the reason, and nothing of it is started', () => {
    const { phase, reason, message } = bench.pod('second').status ?? {};
    expect({ phase, reason }).toEqual({ phase: 'Failed', reason: 'OutOfcpu' });
    expect(message).toContain('requested: 3000, used: 3000, capacity: 4000');
    expect(bench.stages.some(([, uid]) => uid === 'uid-second')).toBe(false);
  });

  test('does not stand in the way of others', () => {
    expect(bench.pod('small').status?.phase).toBe('Running');
  });

  test('is deleted at once when that is asked for', () => {
    bench.delete(6 * secondUs, 'second', 30);
    bench.run(7 * secondUs);
    expect(bench.server.find('pods', 'default/second')).toBeUndefined();
  });
});
