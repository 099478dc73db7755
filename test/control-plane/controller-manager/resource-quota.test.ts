// ResourceQuotas and their upkeep: what is used after objects have come and gone, and what a
// ReplicaSet makes of a quota that is full.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/api/event.js';
import type { Pod } from '../../../src/api/pod.js';
import type { ResourceList } from '../../../src/api/quantity.js';
import type { ResourceQuota } from '../../../src/api/resource-quota.js';
import { configMap, pod, replicaSet } from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const SECOND = 1_000_000;

function quota(hard: ResourceList): ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'default' },
    spec: { hard },
  };
}

const statusOf = (bench: ControllerBench): ResourceQuota['status'] => bench.get(quota({}))?.status;

describe('the status of a quota', () => {
  test('is worked out as soon as the quota is there, from everything in its namespace', () => {
    const elsewhere: Pod = { ...pod('c'), metadata: { name: 'c', namespace: 'other' } };
    const bench = new ControllerBench({ preload: [pod('a'), pod('b'), elsewhere] });
    const hard = { pods: '10', 'requests.cpu': '1', services: '5' };
    bench.create(quota(hard));
    bench.wait(SECOND);
    expect(statusOf(bench)).toEqual({
      hard,
      used: { pods: '2', 'requests.cpu': '200m', services: '0' },
    });
  });

  test('follows its spec', () => {
    const bench = new ControllerBench({ preload: [pod('a')] });
    bench.create(quota({ pods: '10' }));
    bench.wait(SECOND);
    bench.change(quota({}), (current) => ({ ...current, spec: { hard: { 'limits.cpu': '3' } } }));
    bench.wait(SECOND);
    expect(statusOf(bench)).toEqual({ hard: { 'limits.cpu': '3' }, used: { 'limits.cpu': '0' } });
  });

  test('gets smaller when something is deleted', () => {
    const bench = new ControllerBench({ preload: [quota({ pods: '10' })] });
    for (const name of ['a', 'b', 'c']) bench.create(pod(name));
    expect(statusOf(bench)?.used).toEqual({ pods: '3' });
    bench.ask(pod('b'), { verb: 'delete' });
    bench.wait(SECOND);
    expect(statusOf(bench)?.used).toEqual({ pods: '2' });
  });

  test('gets smaller when a pod has ended', () => {
    const bench = new ControllerBench({ preload: [quota({ pods: '10', 'count/pods': '10' })] });
    bench.create(pod('a'));
    bench.change(pod('a'), (current) => ({
      ...current,
      status: { ...current.status, phase: 'Succeeded' },
    }));
    bench.ask(pod('a'), {
      verb: 'patch',
      subresource: 'status',
      patch: {
        bytes: 20,
        apply: (current) => ({ ...current, status: { phase: 'Succeeded' } }) as Pod,
      },
    });
    bench.wait(SECOND);
    expect(statusOf(bench)?.used).toEqual({ pods: '0', 'count/pods': '1' });
  });

  test('is corrected after five minutes when nobody noticed that it is wrong', () => {
    const bench = new ControllerBench({ preload: [quota({ pods: '10' })] });
    const wrong = { hard: { pods: '10' }, used: { pods: '7' } };
    bench.ask(quota({}), {
      verb: 'patch',
      subresource: 'status',
      patch: { bytes: 20, apply: (current) => ({ ...current, status: wrong }) as ResourceQuota },
    });
    bench.wait(200 * SECOND);
    expect(statusOf(bench)?.used).toEqual({ pods: '7' });
    bench.wait(105 * SECOND);
    expect(statusOf(bench)?.used).toEqual({ pods: '0' });
  });

  test('is not written again while nothing has changed', () => {
    const bench = new ControllerBench({ preload: [quota({ pods: '10' })] });
    bench.create(configMap('m'));
    bench.wait(700 * SECOND);
    expect(bench.log.count('ResourceQuota', 'MODIFIED')).toBe(0);
  });
});

describe('a ReplicaSet whose quota is full', () => {
  const bench = new ControllerBench({ preload: [quota({ pods: '3' })] });
  bench.create(replicaSet('web', 5));
  bench.wait(10 * SECOND);

  test('has as many pods as fit', () => {
    expect(bench.pods).toHaveLength(3);
    expect(statusOf(bench)?.used).toEqual({ pods: '3' });
  });

  test('says why it has no more, in the server’s words', () => {
    const failures = bench.stored<Event>('Event').filter(({ reason }) => reason === 'FailedCreate');
    expect(failures[0]?.message).toMatch(
      /^Error creating: pods "web-\w+" is forbidden: exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3$/,
    );
  });

  test('gets another one when the quota is raised, and one of its own is in the way no longer', () => {
    bench.change(quota({}), (current) => ({ ...current, spec: { hard: { pods: '5' } } }));
    bench.wait(60 * SECOND);
    expect(bench.pods).toHaveLength(5);
    expect(statusOf(bench)?.used).toEqual({ pods: '5' });
  });
});
