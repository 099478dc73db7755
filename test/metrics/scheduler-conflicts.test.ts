// Conflicts between schedulers, counted from requests and from the pods that kubelets turn away.
import { describe, expect, test } from 'vitest';
import type { PodStatus } from '../../src/api/pod.js';
import { ApiCall, type Caller } from '../../src/client/api-call.js';
import { SchedulerConflicts } from '../../src/metrics/scheduler-conflicts.js';
import { request } from './calls.js';
import { pod, Story } from './story.js';

const schedulers = [
  { name: 'kube-scheduler', user: 'system:kube-scheduler' },
  { name: 'batch', user: 'system:serviceaccount:kube-system:batch' },
];

/** Two schedulers; `bind` answers a binding, `fail` lets the kubelet fail a pod. */
function told() {
  const conflicts = new SchedulerConflicts(schedulers);
  const story = new Story(() => [conflicts]).put(pod('a'), pod('b'));
  const bind = (user: string, name: string, code: number): void => {
    const caller = { user } as Caller;
    const binding = request('create', { subresource: 'binding', name });
    conflicts.requestServed(new ApiCall(caller, binding, 0, 0, () => {}, undefined), code);
  };
  const fail = (name: string, reason: string): void => {
    const found = story.get('Pod', name);
    const status: PodStatus = { ...found.status, phase: 'Failed', reason };
    story.put({ ...found, status });
  };
  return { conflicts, story, bind, fail };
}

const [one, two] = schedulers.map(({ user }) => user) as [string, string];

describe('bindings', () => {
  test('are counted for who sent them, by how they were answered', () => {
    const { conflicts, bind } = told();
    bind(one, 'a', 201);
    bind(two, 'a', 409);
    bind(two, 'b', 201);
    bind(one, 'b', 404);
    bind('somebody', 'b', 409);
    expect(conflicts.rows).toEqual([
      { name: 'kube-scheduler', podsBound: 1, bindingConflicts: 0, podsRejected: 0 },
      { name: 'batch', podsBound: 1, bindingConflicts: 1, podsRejected: 0 },
    ]);
  });

  test('are no other requests', () => {
    const { conflicts } = told();
    const caller = { user: one } as Caller;
    const create = new ApiCall(caller, request('create'), 0, 0, () => {}, undefined);
    conflicts.requestServed(create, 409);
    expect(conflicts.rows[0]).toMatchObject({ podsBound: 0, bindingConflicts: 0 });
  });
});

describe('pods that are turned away', () => {
  test('are counted once, for the scheduler that had bound them', () => {
    const { conflicts, bind, fail } = told();
    bind(one, 'a', 201);
    bind(two, 'b', 201);
    fail('b', 'OutOfcpu');
    fail('b', 'OutOfcpu');
    expect(conflicts.rows.map(({ podsRejected }) => podsRejected)).toEqual([0, 1]);
    fail('a', 'NodePorts');
    expect(conflicts.rows.map(({ podsRejected }) => podsRejected)).toEqual([1, 1]);
  });

  test('are no pods that fail for other reasons, nor pods that nobody bound', () => {
    const { conflicts, story, bind, fail } = told();
    bind(one, 'a', 201);
    fail('a', 'Evicted');
    fail('b', 'OutOfmemory');
    bind(one, 'b', 201);
    story.remove('Pod', 'b').put(pod('b'));
    fail('b', 'OutOfmemory');
    expect(conflicts.rows[0]?.podsRejected).toBe(0);
  });
});

test('the counts are metrics, one sample a scheduler', () => {
  const { conflicts, bind } = told();
  bind(two, 'a', 409);
  const samples = conflicts.samples.map(({ name, labels, value }) => [name, labels, value]);
  expect(samples).toContainEqual([
    'kubeclock_scheduler_binding_conflicts_total',
    [['scheduler', 'batch']],
    1,
  ]);
  expect(samples).toHaveLength(6);
});
