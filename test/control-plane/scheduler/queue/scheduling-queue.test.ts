// The scheduling queue: order, backoff, gates, hints and what happens while a pod is under way.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../../src/api/pod.js';
import {
  assignedPodDelete,
  type ClusterEvent,
  clusterEvent,
  nodeAdd,
  nodeDelete,
} from '../../../../src/control-plane/scheduler/framework/cluster-event.js';
import { Framework } from '../../../../src/control-plane/scheduler/framework/framework.js';
import { Nominator } from '../../../../src/control-plane/scheduler/framework/nominator.js';
import type {
  FilterPlugin,
  PreEnqueuePlugin,
} from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { multiPoint } from '../../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { status } from '../../../../src/control-plane/scheduler/framework/status.js';
import { backoffUs } from '../../../../src/control-plane/scheduler/queue/backoff-queue.js';
import type { QueuedPodInfo } from '../../../../src/control-plane/scheduler/queue/queued-pod-info.js';
import { SchedulingQueue } from '../../../../src/control-plane/scheduler/queue/scheduling-queue.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const second = 1_000_000;

/** Rejects and lets itself be asked about every event; `isPending` makes its pods skip backoff. */
const anyEvent: FilterPlugin = { name: 'AnyEvent', filter: () => undefined };
/** Hears of node additions only. */
const nodesOnly: FilterPlugin = {
  name: 'NodesOnly',
  filter: () => undefined,
  eventsToRegister: () => [{ event: clusterEvent('Node', 'Add') }],
};
/** Hears of nodes called `good`. */
const goodNodes: FilterPlugin = {
  name: 'GoodNodes',
  filter: () => undefined,
  eventsToRegister: () => [
    {
      event: clusterEvent('Node', 'Add', 'UpdateNodeTaint'),
      hint: (_pod, _previous, object) => (object?.metadata.name === 'good' ? 'Queue' : 'QueueSkip'),
    },
  ],
};

class TestQueue {
  now = 0;
  readonly nominator = new Nominator();
  readonly queue: SchedulingQueue;

  constructor(...extra: (FilterPlugin | PreEnqueuePlugin)[]) {
    const all = [
      ...plainPlugins(),
      ...[anyEvent, nodesOnly, goodNodes, ...extra].map((plugin) => ({ plugin })),
    ];
    const framework = new Framework({
      schedulerName: 'default-scheduler',
      plugins: multiPoint(all),
    });
    this.queue = new SchedulingQueue({
      frameworks: [framework],
      nominator: this.nominator,
      hasExtenders: true,
      podInitialBackoffUs: second,
      podMaxBackoffUs: 10 * second,
      podMaxInUnschedulablePodsUs: 300 * second,
    });
  }

  add(name: string, priority = 0): PodInfo {
    const info = new PodInfo(makePod(name, { spec: { priority } }));
    this.queue.add(info, this.now);
    return info;
  }

  pop(): string | undefined {
    this.entry = this.queue.pop();
    return this.entry?.info.pod.metadata.name;
  }

  entry: QueuedPodInfo | undefined;

  /** The pod under way fails, rejected by `plugins`; none: by an error. */
  fail(...plugins: string[]): void {
    const entry = this.entry!;
    entry.unschedulablePlugins = new Set(plugins);
    this.queue.addUnschedulableIfNotPresent(entry, this.now);
  }

  /** The pod under way waits for something that `plugin` will hear of. */
  failPending(plugin: string): void {
    this.entry!.pendingPlugins = new Set([plugin]);
    this.fail();
  }

  nodeAdded(name = 'any'): void {
    this.happens(nodeAdd, undefined, makeNode(name));
  }

  happens(event: ClusterEvent, previous?: Pod, object?: ReturnType<typeof makeNode>): void {
    this.queue.moveAllToActiveOrBackoffQueue({ event, previous, object }, this.now);
  }

  get sizes(): string {
    const { active, backoff, unschedulable, gated } = this.queue.pendingPods;
    return `active ${active}, backoff ${backoff}, unschedulable ${unschedulable}, gated ${gated}`;
  }
}

describe('activeQ', () => {
  test('is ordered by priority, then by time, then by arrival', () => {
    const test = new TestQueue();
    test.add('first');
    test.add('second');
    test.now = 1;
    test.add('third');
    test.add('urgent', 10);
    expect([1, 2, 3, 4, 5].map(() => test.pop())).toEqual([
      'urgent',
      'first',
      'second',
      'third',
      undefined,
    ]);
  });

  test('forgets a pod that is deleted, and replaces one that changes', () => {
    const test = new TestQueue();
    const info = test.add('p');
    test.queue.update(info.pod, new PodInfo(makePod('p', { spec: { priority: 7 } })), 0);
    test.add('q', 5);
    expect(test.pop()).toBe('p');
    const other = test.add('r');
    test.queue.delete(other.pod);
    expect([test.pop(), test.pop()]).toEqual(['q', undefined]);
  });
});

describe('backoff', () => {
  test('doubles from 1 s to 10 s', () => {
    const options = { podInitialBackoffUs: second, podMaxBackoffUs: 10 * second };
    const of = (count: number) =>
      backoffUs({ unschedulableCount: count, consecutiveErrorsCount: 0 }, options) / second;
    expect([0, 1, 2, 3, 4, 5, 6, 99].map(of)).toEqual([0, 1, 2, 4, 8, 10, 10, 10]);
    const errors = { unschedulableCount: 4, consecutiveErrorsCount: 1 };
    expect(backoffUs(errors, options)).toBe(second);
    expect(backoffUs(errors, { ...options, podMaxBackoffUs: 0 })).toBe(0);
  });

  test('ends at whole seconds, and not in the second in which it would end', () => {
    const test = new TestQueue();
    test.now = 12.3 * second;
    test.add('p');
    test.pop();
    test.fail();
    expect(test.sizes).toBe('active 0, backoff 1, unschedulable 0, gated 0');
    expect(test.queue.nextBackoffFlushUs()).toBe(14 * second);
    test.queue.flushBackoffQCompleted(13 * second);
    expect(test.pop()).toBeUndefined();
    test.queue.flushBackoffQCompleted(14 * second);
    expect(test.pop()).toBe('p');
    expect(test.queue.nextBackoffFlushUs()).toBeUndefined();
  });

  test('of a rejected pod is cut short when the scheduler has nothing else to do', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.fail('AnyEvent');
    test.nodeAdded();
    expect(test.sizes).toBe('active 0, backoff 1, unschedulable 0, gated 0');
    expect(test.queue.hasNext).toBe(true);
    test.add('q');
    expect([test.pop(), test.pop()]).toEqual(['q', 'p']);
  });

  test('after an error is served in full', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.fail();
    expect([test.queue.hasNext, test.pop()]).toEqual([false, undefined]);
  });

  test('counts errors and rejections apart', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.fail();
    test.queue.flushBackoffQCompleted(2 * second);
    test.pop();
    test.fail();
    expect(test.entry).toMatchObject({ consecutiveErrorsCount: 2, unschedulableCount: 0 });
    test.queue.flushBackoffQCompleted(60 * second);
    test.pop();
    test.fail('AnyEvent');
    expect(test.entry).toMatchObject({
      consecutiveErrorsCount: 0,
      unschedulableCount: 1,
      attempts: 3,
    });
  });

  test('is over for a pod that has lain in unschedulablePods long enough', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.fail('AnyEvent');
    test.now = 5 * second;
    test.nodeAdded();
    expect(test.sizes).toBe('active 1, backoff 0, unschedulable 0, gated 0');
  });
});

describe('unschedulablePods', () => {
  test('keep a pod until something happens that its rejectors have registered', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.fail('NodesOnly');
    test.now = 20 * second;
    test.happens(assignedPodDelete, makePod('e', { spec: { nodeName: 'n' } }));
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 1, gated 0');
    test.nodeAdded();
    expect(test.sizes).toBe('active 1, backoff 0, unschedulable 0, gated 0');
  });

  test('ask the hints of the rejectors only', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.fail('GoodNodes');
    test.now = 20 * second;
    test.nodeAdded('bad');
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 1, gated 0');
    test.nodeAdded('good');
    expect(test.pop()).toBe('p');
  });

  test('one of several rejectors is enough', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.fail('GoodNodes', 'NodesOnly');
    test.now = 20 * second;
    test.nodeAdded('bad');
    expect(test.pop()).toBe('p');
  });

  test('hear of everything when an extender has rejected them', () => {
    for (const event of [assignedPodDelete, nodeDelete]) {
      const test = new TestQueue();
      test.add('p');
      test.pop();
      test.fail('Extender');
      test.now = 20 * second;
      test.happens(event);
      expect(test.pop()).toBe('p');
    }
  });

  test('hear of taints when they wait for nodes and did not ask for taints', () => {
    const test = new TestQueue();
    const taintChanged = clusterEvent('Node', 'UpdateNodeTaint');
    for (const name of ['NodesOnly', 'GoodNodes']) {
      test.add(name);
      test.pop();
      test.fail(name);
    }
    test.now = 20 * second;
    test.happens(taintChanged, undefined, makeNode('bad'));
    expect([test.pop(), test.pop()]).toEqual(['NodesOnly', undefined]);
  });

  test('let a pod that is pending skip its backoff', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.failPending('NodesOnly');
    test.nodeAdded();
    expect(test.sizes).toBe('active 1, backoff 0, unschedulable 0, gated 0');
  });

  test('are tried again after five minutes without a reason', () => {
    const test = new TestQueue();
    test.add('p');
    test.now = 7 * second;
    test.pop();
    test.fail('NodesOnly');
    expect(test.queue.nextLeftoverUs()).toBe(307 * second);
    test.queue.flushUnschedulablePodsLeftover(307 * second);
    expect(test.pop()).toBeUndefined();
    test.queue.flushUnschedulablePodsLeftover(307 * second + 1);
    expect(test.pop()).toBe('p');
    expect(test.queue.nextLeftoverUs()).toBeUndefined();
  });

  test('may be restricted to some pods', () => {
    const test = new TestQueue();
    for (const name of ['low', 'high']) {
      test.add(name, name === 'high' ? 5 : 1);
      test.pop();
      test.fail('AnyEvent');
    }
    const observed = { event: assignedPodDelete, previous: undefined, object: undefined };
    test.queue.moveAllToActiveOrBackoffQueue(
      observed,
      20 * second,
      ({ priority }) => priority <= 1,
    );
    expect([test.pop(), test.pop()]).toEqual(['low', undefined]);
  });
});

describe('a pod in flight', () => {
  test('does not miss what happens meanwhile', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.nodeAdded();
    test.fail('NodesOnly');
    expect(test.sizes).toBe('active 0, backoff 1, unschedulable 0, gated 0');
  });

  test('is not moved by what happened before, or by what does not concern it', () => {
    const test = new TestQueue();
    test.add('p');
    test.nodeAdded();
    test.pop();
    test.happens(assignedPodDelete, makePod('e', { spec: { nodeName: 'n' } }));
    test.fail('NodesOnly');
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 1, gated 0');
  });

  test('hears only what came after its own start', () => {
    const test = new TestQueue();
    test.add('p');
    test.add('q');
    test.pop();
    const first = test.entry;
    test.nodeAdded();
    test.pop();
    test.fail('NodesOnly');
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 1, gated 0');
    test.entry = first;
    test.fail('NodesOnly');
    expect(test.sizes).toBe('active 0, backoff 1, unschedulable 1, gated 0');
  });

  test('may be changed, which counts as something that happened', () => {
    const tolerant: FilterPlugin = {
      name: 'Tolerant',
      filter: () => undefined,
      eventsToRegister: () => [{ event: clusterEvent('Pod', 'UpdatePodToleration') }],
    };
    const test = new TestQueue(tolerant);
    const info = test.add('p');
    test.pop();
    const changed = makePod('p', { spec: { priority: 0, tolerations: [{ operator: 'Exists' }] } });
    test.queue.update(info.pod, new PodInfo(changed), 0);
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 0, gated 0');
    test.fail('Tolerant');
    expect(test.sizes).toBe('active 0, backoff 1, unschedulable 0, gated 0');
  });

  test('that was deleted and created again does not come back twice', () => {
    const test = new TestQueue();
    const info = test.add('p');
    test.pop();
    test.queue.delete(info.pod);
    test.add('p');
    test.fail('AnyEvent');
    expect(test.sizes).toBe('active 1, backoff 0, unschedulable 0, gated 0');
  });

  test('that is rejected in its binding goes to backoffQ', () => {
    const test = new TestQueue();
    test.add('p');
    test.pop();
    test.queue.done('uid-p');
    test.fail('NodesOnly');
    expect(test.sizes).toBe('active 0, backoff 1, unschedulable 0, gated 0');
  });
});

describe('gates', () => {
  const gated = (name: string, ...gates: string[]) =>
    makePod(name, { spec: { schedulingGates: gates.map((gate) => ({ name: gate })) } });

  test('keep a pod out until the last one is gone', () => {
    const test = new TestQueue();
    const before = gated('p', 'a', 'b');
    test.queue.add(new PodInfo(before), 0);
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 0, gated 1');
    const between = gated('p', 'b');
    test.queue.update(before, new PodInfo(between), second);
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 0, gated 1');
    test.queue.update(between, new PodInfo(makePod('p')), 2 * second);
    expect(test.pop()).toBe('p');
    expect(test.entry).toMatchObject({ attempts: 1, initialAttemptUs: 2 * second });
  });

  test('are not opened by events or by time', () => {
    const test = new TestQueue();
    test.queue.add(new PodInfo(gated('p', 'a')), 0);
    test.nodeAdded();
    test.queue.flushUnschedulablePodsLeftover(1000 * second);
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 0, gated 1');
    expect(test.queue.nextLeftoverUs()).toBeUndefined();
  });

  test('are asked again whenever a pod is to be moved', () => {
    let isOpen = true;
    const gate: PreEnqueuePlugin = {
      name: 'Gate',
      preEnqueue: () => (isOpen ? undefined : status('UnschedulableAndUnresolvable', 'closed')),
      eventsToRegister: () => [{ event: clusterEvent('Node', 'Add') }],
    };
    const test = new TestQueue(gate);
    test.add('p');
    test.pop();
    test.fail('AnyEvent');
    isOpen = false;
    test.now = 20 * second;
    test.nodeAdded();
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 0, gated 1');
    isOpen = true;
    test.happens(assignedPodDelete, makePod('e', { spec: { nodeName: 'n' } }));
    expect(test.sizes).toBe('active 0, backoff 0, unschedulable 0, gated 1');
    test.nodeAdded();
    expect(test.pop()).toBe('p');
  });
});

describe('nominations', () => {
  test('come from the pod and go with it', () => {
    const test = new TestQueue();
    const pod = makePod('p', { status: { nominatedNodeName: 'n' } });
    test.queue.add(new PodInfo(pod), 0);
    expect(test.nominator.podsFor('n').map(({ key }) => key)).toEqual(['default/p']);
    const moved = makePod('p', { status: { nominatedNodeName: 'm' } });
    test.queue.update(pod, new PodInfo(moved), 0);
    expect([test.nominator.podsFor('n').length, test.nominator.podsFor('m').length]).toEqual([
      0, 1,
    ]);
    test.queue.delete(moved);
    expect(test.nominator.isEmpty).toBe(true);
  });

  test('made by the scheduler survive an update that does not know of them', () => {
    const test = new TestQueue();
    const info = test.add('p');
    test.nominator.nominate(info, 'n');
    const changed = makePod('p', { spec: { priority: 3 } });
    test.queue.update(info.pod, new PodInfo(changed), 0);
    expect(test.nominator.podsFor('n').map(({ priority }) => priority)).toEqual([3]);
  });
});
