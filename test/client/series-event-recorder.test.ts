// The recorder of Events of events.k8s.io: no line, no filter, series instead of repeats.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/api/event.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import { SeriesEventRecorder } from '../../src/client/series-event-recorder.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { answer, ScriptedServer } from '../support/scripted-server.js';

const MINUTE_US = 60_000_000;

function pod(name: string): KubernetesObject {
  const metadata = { name, namespace: 'default', uid: name };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } };
}

/** A recorder whose server keeps Events; what it posted as `verb time count`. */
function bench(serviceUs = 0) {
  const simulation = new Simulation('events');
  const server = new ScriptedServer(simulation);
  const stored = new Map<string, Event>();
  const posted: string[] = [];
  server.serviceUs = () => serviceUs;
  server.script = ({ request: { verb, name, body, patch } }) => {
    const before = stored.get(name);
    if (verb === 'patch' && before === undefined) return answer(404, { reason: 'NotFound' });
    const event = (verb === 'create' ? body : patch?.apply(before as Event)) as Event;
    stored.set(name, event);
    posted.push(`${verb} ${Math.floor(simulation.now / MINUTE_US)} ${event.series?.count ?? 1}`);
    return answer(200);
  };
  const recorder = new SeriesEventRecorder(simulation, 'default-scheduler', server.client());
  const failed = simulation.defineEvent('test.SchedulingFailed', () =>
    recorder.record(pod('web'), 'Warning', 'FailedScheduling', `at ${simulation.now}`),
  );
  const failAt = (...minutes: number[]): void => {
    for (const minute of minutes) simulation.at(minute * MINUTE_US, failed);
  };
  return { simulation, server, recorder, stored, posted, failAt };
}

describe('Events of different objects, types or reasons', () => {
  test('are posted at once, none waits for the answer to another', () => {
    const { simulation, server, recorder, posted } = bench(5 * MINUTE_US);
    for (let i = 0; i < 2000; i++) recorder.record(pod(`p-${i}`), 'Normal', 'Scheduled', 'to n');
    recorder.record(pod('p-0'), 'Warning', 'FailedScheduling', 'no nodes');
    expect(server.transport.pending).toBe(2001);
    simulation.run(6 * MINUTE_US);
    expect(posted).toEqual(new Array(2001).fill('create 5 1'));
  });

  test('name their object, their component and their time', () => {
    const { simulation, recorder, stored } = bench();
    recorder.record(pod('web'), 'Normal', 'Scheduled', 'to n');
    simulation.run(MINUTE_US);
    const [event] = [...stored.values()];
    expect(event).toMatchObject({
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'web' },
      reportingComponent: 'default-scheduler',
      eventTime: 0,
      type: 'Normal',
      reason: 'Scheduled',
      message: 'to n',
    });
    expect(event?.metadata.name).toMatch(/^web\./);
  });
});

describe('the same Event again', () => {
  test('is written once more, as a series; then it is only counted, whatever its message', () => {
    const { simulation, posted, stored, failAt } = bench();
    failAt(0, 1, 2, 3, 4, 5);
    simulation.run(10 * MINUTE_US);
    expect(posted).toEqual(['create 0 1', 'patch 1 2']);
    expect([...stored.values()].map(({ message }) => message)).toEqual(['at 0']);
  });

  test('its count is written again every half hour', () => {
    const { simulation, posted, failAt } = bench();
    failAt(...Array.from({ length: 13 }, (_, i) => i * 5));
    simulation.run(64 * MINUTE_US);
    expect(posted).toEqual(['create 0 1', 'patch 5 2', 'patch 30 7', 'patch 60 13']);
  });

  test('and for the last time on the first look after 6 quiet minutes; then it is new again', () => {
    const { simulation, posted, failAt } = bench();
    failAt(0, 1, 2, 13, 14);
    simulation.run(100 * MINUTE_US);
    expect(posted).toEqual([
      'create 0 1',
      'patch 1 2',
      'patch 12 3',
      'create 13 1',
      'patch 14 2',
      'patch 24 2',
    ]);
  });

  test('a single Event is forgotten without a word', () => {
    const { simulation, posted, failAt } = bench();
    failAt(0, 20);
    simulation.run(60 * MINUTE_US);
    expect(posted).toEqual(['create 0 1', 'create 20 1']);
  });

  test('is created anew as a series when the first is gone from the server', () => {
    const { simulation, posted, stored, failAt } = bench();
    failAt(0);
    simulation.run(MINUTE_US / 2);
    stored.clear();
    failAt(1, 2);
    simulation.run(3 * MINUTE_US);
    expect(posted).toEqual(['create 0 1', 'create 1 2']);
  });
});

test('nothing stays planned when there is nothing to look after', () => {
  const { simulation, failAt } = bench();
  failAt(0, 1);
  simulation.run();
  expect(simulation.now).toBeLessThanOrEqual(60 * MINUTE_US);
});
