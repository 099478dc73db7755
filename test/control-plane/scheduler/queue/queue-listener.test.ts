// What a listener hears of the queue: which store, which cause under the name of the metric's
// label, and whose hint has let the pod go.
import { describe, expect, test } from 'vitest';
import {
  assignedPodDelete,
  clusterEvent,
  nodeAdd,
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
import type { QueueEntry } from '../../../../src/control-plane/scheduler/queue/queue-listener.js';
import type { QueuedPodInfo } from '../../../../src/control-plane/scheduler/queue/queued-pod-info.js';
import { SchedulingQueue } from '../../../../src/control-plane/scheduler/queue/scheduling-queue.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const second = 1_000_000;

/** Rejects pods; wants them back when a node called `good` comes. */
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

/** Keeps pods out that have the label `closed`. */
const gate: PreEnqueuePlugin = {
  name: 'Gate',
  preEnqueue: ({ metadata }) =>
    metadata.labels?.['closed'] === undefined ? undefined : status('Unschedulable', 'closed'),
};

class HeardQueue {
  now = 0;
  readonly heard: string[] = [];
  readonly queue: SchedulingQueue;

  constructor() {
    const all = [...plainPlugins(), { plugin: goodNodes }, { plugin: gate }];
    const plugins = multiPoint(all);
    this.queue = new SchedulingQueue({
      frameworks: [new Framework({ schedulerName: 'default-scheduler', plugins })],
      nominator: new Nominator(),
      podInitialBackoffUs: second,
      podMaxBackoffUs: 10 * second,
      podMaxInUnschedulablePodsUs: 300 * second,
      listener: { entered: (entry) => this.heard.push(lineOf(entry)) },
    });
  }

  /** What was heard since the last call. */
  take(): string[] {
    return this.heard.splice(0);
  }

  add(name: string, labels: Record<string, string> = {}): PodInfo {
    const info = new PodInfo(makePod(name, { labels }));
    this.queue.add(info, this.now);
    return info;
  }

  /** Pops a pod and fails it. */
  fail(...plugins: string[]): void {
    this.failPopped(this.queue.pop(), plugins);
  }

  failPopped(entry: QueuedPodInfo | undefined, plugins: readonly string[]): void {
    (entry as QueuedPodInfo).unschedulablePlugins = new Set(plugins);
    this.queue.addUnschedulableIfNotPresent(entry as QueuedPodInfo, this.now);
  }

  nodeAdded(name: string): void {
    const observed = { event: nodeAdd, previous: undefined, object: makeNode(name) };
    this.queue.moveAllToActiveOrBackoffQueue(observed, this.now);
  }
}

function lineOf({ entry, store, cause, hints }: QueueEntry): string {
  const missed = (cause.missed ?? []).map(({ event }) => event.label);
  const plugins = [cause, ...(cause.missed ?? [])].flatMap((each) =>
    hints.pluginsThatQueue(entry, each),
  );
  const { info } = entry;
  return [info.pod.metadata.name, store, cause.event.label, ...missed, ...plugins].join(' ');
}

describe('a listener of the queue', () => {
  test('hears of a new pod, and not of its being popped from activeQ', () => {
    const heard = new HeardQueue();
    heard.add('p');
    heard.queue.pop();
    expect(heard.take()).toEqual(['p active UnschedulablePodAdd']);
  });

  test('hears of a failed attempt, of the event that helps and of whose hint it was', () => {
    const heard = new HeardQueue();
    heard.add('p');
    heard.fail('GoodNodes');
    heard.nodeAdded('bad');
    heard.nodeAdded('good');
    expect(heard.take()).toEqual([
      'p active UnschedulablePodAdd',
      'p unschedulable ScheduleAttemptFailure',
      'p backoff NodeAdd GoodNodes',
    ]);
  });

  test('hears that an idle scheduler takes a pod before its backoff is over', () => {
    const heard = new HeardQueue();
    heard.add('p');
    heard.fail('GoodNodes');
    heard.nodeAdded('good');
    heard.take();
    heard.queue.pop();
    expect(heard.take()).toEqual(['p active PopFromBackoffQ']);
  });

  test('hears of an error, whose backoff has to be waited for', () => {
    const heard = new HeardQueue();
    heard.add('p');
    heard.fail();
    heard.now = 3 * second;
    heard.queue.flushBackoffQCompleted(heard.now);
    expect(heard.take().slice(1)).toEqual([
      'p backoff ScheduleAttemptFailure',
      'p active BackoffComplete',
    ]);
  });

  test('hears what a pod has missed during its attempt', () => {
    const heard = new HeardQueue();
    heard.add('p');
    const entry = heard.queue.pop();
    heard.nodeAdded('good');
    heard.failPopped(entry, ['GoodNodes']);
    expect(heard.take().slice(1)).toEqual(['p backoff ScheduleAttemptFailure NodeAdd GoodNodes']);
  });

  test('hears once that a pod is kept out, however often it is asked about', () => {
    const heard = new HeardQueue();
    const { pod } = heard.add('p', { closed: 'yes' });
    expect(heard.take()).toEqual(['p gated UnschedulablePodAdd']);
    for (const label of ['a', 'b']) {
      const next = { ...pod, metadata: { ...pod.metadata, labels: { closed: label } } };
      heard.queue.update(pod, new PodInfo(next), heard.now);
    }
    expect(heard.take()).toEqual([]);
    heard.queue.update(pod, new PodInfo(makePod('p')), heard.now);
    expect(heard.take()).toEqual(['p active UnschedulablePodUpdatePodLabel Gate']);
  });

  test('hears of pods that a plugin wants back, and of those that nothing has moved', () => {
    const heard = new HeardQueue();
    const info = heard.add('p');
    heard.fail('GoodNodes');
    heard.queue.activate(info, heard.now);
    heard.fail('GoodNodes');
    heard.take();
    heard.now = 301 * second;
    heard.queue.flushUnschedulablePodsLeftover(heard.now);
    expect(heard.take()).toEqual(['p active UnschedulableTimeout']);
  });

  test('hears nothing of pods that an event does not concern', () => {
    const heard = new HeardQueue();
    heard.add('p');
    heard.fail('GoodNodes');
    heard.take();
    const observed = { event: assignedPodDelete, previous: makePod('q'), object: undefined };
    heard.queue.moveAllToActiveOrBackoffQueue(observed, heard.now);
    expect(heard.take()).toEqual([]);
  });
});
