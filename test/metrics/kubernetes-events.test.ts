import { expect, test } from 'vitest';
import type { Event } from '../../src/api/event.js';
import { KubernetesEvents } from '../../src/metrics/kubernetes-events.js';
import { pod, Story } from './story.js';

function event(name: string, overrides: Partial<Event> = {}): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default', uid: name, creationTimestamp: 5 },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'a' },
    reason: 'FailedScheduling',
    message: '0/1 nodes are available: 1 Insufficient cpu.',
    source: { component: 'default-scheduler' },
    firstTimestamp: 10,
    lastTimestamp: 10,
    count: 1,
    type: 'Warning',
    ...overrides,
  };
}

function told(): Story & { readonly kubernetesEvents: KubernetesEvents } {
  const kubernetesEvents = new KubernetesEvents();
  return Object.assign(new Story(() => [kubernetesEvents]), { kubernetesEvents });
}

test('an Event has one row, with its last state at the place of its first posting', () => {
  const story = told().put(event('a.1'), event('b.1', { reason: 'Pulled' }));
  story.put(event('a.1', { count: 4, lastTimestamp: 90 }), pod('a'));
  expect(story.kubernetesEvents.rows).toEqual([
    {
      timeUs: 90,
      namespace: 'default',
      involved: 'Pod/a',
      type: 'Warning',
      reason: 'FailedScheduling',
      message: '0/1 nodes are available: 1 Insufficient cpu.',
      source: 'default-scheduler',
      count: 4,
    },
    expect.objectContaining({ reason: 'Pulled', timeUs: 10, count: 1 }),
  ]);
});

test('a series counts and is dated by itself; a single Event of its API group by its own time', () => {
  const { firstTimestamp, lastTimestamp, count, source, ...single } = event('a.1');
  const story = told().put({ ...single, eventTime: 20, reportingComponent: 'default-scheduler' });
  const [row] = story.kubernetesEvents.rows;
  expect([row?.timeUs, row?.count, row?.source]).toEqual([20, 1, 'default-scheduler']);
  story.put({ ...single, eventTime: 20, series: { count: 7, lastObservedTime: 300 } });
  expect(story.kubernetesEvents.rows).toEqual([expect.objectContaining({ timeUs: 300, count: 7 })]);
});

test('what an Event does not state is filled in as kubectl would', () => {
  const { apiVersion, kind, metadata } = event('a.1');
  const involvedObject = { kind: 'Node', name: 'n' };
  const reportingComponent = 'kubelet';
  const story = told().put({ apiVersion, kind, metadata, involvedObject, reportingComponent });
  expect(story.kubernetesEvents.rows).toEqual([
    {
      timeUs: 5,
      namespace: 'default',
      involved: 'Node/n',
      type: 'Normal',
      reason: '',
      message: '',
      source: 'kubelet',
      count: 1,
    },
  ]);
});

test('Events of the same name in two namespaces are two', () => {
  const { metadata } = event('a.1');
  const other = event('a.1', { metadata: { ...metadata, namespace: 'shop' } });
  const story = told().put(event('a.1'));
  story.put(other);
  expect(story.kubernetesEvents.rows.map(({ namespace }) => namespace)).toEqual([
    'default',
    'shop',
  ]);
});

test('an Event that has been deleted stays in the record of the run', () => {
  const story = told().put(event('a.1')).remove('Event', 'a.1');
  expect(story.kubernetesEvents.rows).toHaveLength(1);
});
