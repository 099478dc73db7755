// Preemption in a running scheduler: what it asks the API server for, in which order, and when the
// pod it was for gets its node.

import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/api/event.js';
import type { Pod } from '../../../src/api/pod.js';
import { makePod } from './cluster-fixture.js';
import { budget, nodeOf, running, wanting } from './preemption-fixture.js';
import { SchedulerFixture } from './scheduler-fixture.js';

/** Pods of one CPU on `n`, which has as many CPUs, and a scheduler that sees them. */
function fullNode(priorities: readonly number[], qps = 50): SchedulerFixture {
  const fixture = new SchedulerFixture({ isComplete: true, qps, burst: 1 });
  fixture.create(nodeOf('n', String(priorities.length)));
  for (const [i, priority] of priorities.entries()) {
    fixture.create(running(`p${i}`, 'n', priority, { start: i }));
  }
  fixture.start();
  return fixture;
}

/** Requests other than reads and Events: `patch pods/status p0`. */
function writes(fixture: SchedulerFixture): string[] {
  return fixture.server.requests
    .filter(({ verb, resource }) => verb !== 'list' && verb !== 'watch' && resource !== 'events')
    .map(({ verb, resource, subresource, name }) =>
      [verb, subresource === undefined ? resource : `${resource}/${subresource}`, name].join(' '),
    );
}

function podOf(fixture: SchedulerFixture, name: string): Pod {
  return fixture.server.get<Pod>('pods', `default/${name}`);
}

function terminates(fixture: SchedulerFixture, name: string): boolean {
  return podOf(fixture, name).metadata.deletionTimestamp !== undefined;
}

describe('a pod that needs room', () => {
  test('is nominated; its victim is marked, deleted and told', () => {
    const fixture = fullNode([3]);
    fixture.create(wanting('1', 5));
    fixture.run(1);
    expect(writes(fixture)).toEqual([
      'patch pods/status p0',
      'patch pods/status incoming',
      'delete pods p0',
    ]);
    expect(podOf(fixture, 'p0').status?.conditions).toEqual([
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
        lastTransitionTime: expect.any(Number),
      },
    ]);
    expect(terminates(fixture, 'p0')).toBe(true);
    expect(podOf(fixture, 'incoming').status?.nominatedNodeName).toBe('n');
    expect(fixture.events()).toEqual([
      'Warning FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.',
      'Normal Preempted: Preempted by pod uid-incoming on node n',
    ]);
    expect(fixture.scheduler.preemptionsUnderWay).toBe(0);
  });

  test('is bound when its victim has gone', () => {
    const fixture = fullNode([3]);
    fixture.create(wanting('1', 5));
    fixture.run(10);
    expect(fixture.nodeOf('incoming')).toBe('');
    fixture.server.remove('pods', 'default/p0');
    fixture.run(1);
    expect(fixture.nodeOf('incoming')).toBe('n');
  });

  test('keeps its room from less important pods while it waits', () => {
    const fixture = fullNode([3, 3]);
    fixture.create(wanting('2', 5));
    fixture.run(1);
    fixture.create(makePod('small', { requests: { cpu: '1' }, spec: { priority: 4 } }));
    fixture.server.remove('pods', 'default/p0');
    fixture.run(5);
    expect(fixture.nodeOf('small')).toBe('');
    fixture.server.remove('pods', 'default/p1');
    fixture.run(5);
    expect(fixture.nodeOf('incoming')).toBe('n');
    expect(fixture.nodeOf('small')).toBe('');
  });

  test('takes no second set of victims while the first is on its way', () => {
    const fixture = fullNode([3, 3]);
    fixture.create(wanting('2', 5));
    fixture.run(1);
    // Half of the room is there; the pod is tried again and has to wait.
    fixture.server.remove('pods', 'default/p0');
    fixture.run(1);
    expect(podOf(fixture, 'incoming').status?.conditions?.[0]?.message).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, ' +
        'preemption: not eligible due to a terminating pod on the nominated node.',
    );
    // The Event of the first attempt has become a series, with its first message.
    const [failure] = fixture.server.list('events') as readonly Event[];
    expect(failure).toMatchObject({ reason: 'FailedScheduling', series: { count: 2 } });
    expect(writes(fixture).filter((line) => line.startsWith('delete'))).toEqual([
      'delete pods p0',
      'delete pods p1',
    ]);
    expect(podOf(fixture, 'incoming').status?.nominatedNodeName).toBe('n');
  });

  test('spares a protected pod when another one will do', () => {
    const fixture = new SchedulerFixture({ isComplete: true });
    fixture.create(nodeOf('n', '1'), nodeOf('m', '1'), budget('web', 0));
    fixture.create(running('web', 'n', 0, { labels: { app: 'web' } }), running('db', 'm', 1));
    fixture.start();
    fixture.create(wanting('1', 5));
    fixture.run(1);
    expect([terminates(fixture, 'web'), terminates(fixture, 'db')]).toEqual([false, true]);
  });

  test('gives up its nomination when it can no longer get room', () => {
    const fixture = fullNode([3]);
    fixture.create(wanting('1', 5));
    fixture.run(1);
    // Somebody of higher priority was quicker.
    fixture.server.remove('pods', 'default/p0');
    fixture.create(running('rival', 'n', 9));
    fixture.run(5);
    expect(fixture.nodeOf('incoming')).toBe('');
    expect(podOf(fixture, 'incoming').status?.nominatedNodeName).toBe('');
  });
});

describe('several victims', () => {
  test('are marked together, and deleted before the last one is touched', () => {
    const fixture = fullNode([0, 0, 0]);
    fixture.create(wanting('3', 5));
    fixture.run(5);
    const lines = writes(fixture).filter((line) => !line.includes('incoming'));
    expect(lines).toEqual([
      'patch pods/status p0',
      'patch pods/status p1',
      'delete pods p0',
      'delete pods p1',
      'patch pods/status p2',
      'delete pods p2',
    ]);
  });

  test('gate the pod until the last of them is going', () => {
    const fixture = fullNode([0, 0], 0.5);
    const spec = { terminationGracePeriodSeconds: 0 };
    for (const name of ['p0', 'p1']) {
      const pod = podOf(fixture, name);
      fixture.server.update({ ...pod, spec: { ...pod.spec, ...spec } });
    }
    fixture.create(wanting('2', 5));
    // A write every two seconds: patch p0, patch incoming, delete p0, patch p1, delete p1.
    fixture.run(5);
    expect(fixture.server.find('pods', 'default/p0')).toBeUndefined();
    expect(fixture.scheduler.pendingPods).toMatchObject({ unschedulable: 0, gated: 1 });
    fixture.run(2);
    expect(fixture.scheduler.pendingPods.gated).toBe(1);
    fixture.run(10);
    expect(fixture.nodeOf('incoming')).toBe('n');
    expect(fixture.scheduler.pendingPods.gated).toBe(0);
  });

  test('that have gone by themselves are no failure, and nobody is told', () => {
    const fixture = fullNode([0, 0]);
    fixture.server.intercept = ({ verb, name, resource }) => {
      if (resource !== 'pods' || verb !== 'patch' || name !== 'p0') return undefined;
      fixture.server.intercept = undefined;
      fixture.server.remove('pods', 'default/p0');
      return undefined;
    };
    fixture.create(wanting('2', 5));
    fixture.run(2);
    expect(terminates(fixture, 'p1')).toBe(true);
    expect(fixture.events().filter((line) => line.includes('Preempted'))).toHaveLength(1);
    fixture.server.remove('pods', 'default/p1');
    fixture.run(5);
    expect(fixture.nodeOf('incoming')).toBe('n');
  });

  test.each([
    ['patch', 'p0'],
    ['delete', 'p0'],
  ])(
    'of which one cannot be reached (%s) spare the last one; the pod tries again',
    (verb, name) => {
      const fixture = fullNode([0, 0]);
      let refused = 0;
      fixture.server.intercept = (request) => {
        if (request.resource !== 'pods' || request.verb !== verb || request.name !== name) return;
        if (refused++ > 0) return;
        expect(terminates(fixture, 'p1')).toBe(false);
        return { code: 500, reason: 'InternalError', message: 'no', bytes: 100 };
      };
      fixture.create(wanting('2', 5));
      fixture.run(5);
      expect(refused).toBeGreaterThan(1);
      // The second attempt has reached both.
      expect([terminates(fixture, 'p0'), terminates(fixture, 'p1')]).toEqual([true, true]);
    },
  );
});

describe('pods that wait for the node already', () => {
  test('lose their nomination to a more important one, and get what room is left', () => {
    const fixture = fullNode([0]);
    fixture.create(makePod('first', { requests: { cpu: '1' }, spec: { priority: 4 } }));
    fixture.run(1);
    expect(podOf(fixture, 'first').status?.nominatedNodeName).toBe('n');
    // The first victim has gone, and another pod of low priority has slipped in.
    const slipped = running('slipped', 'n', 1);
    fixture.create(slipped);
    fixture.server.remove('pods', 'default/p0');
    fixture.run(0.001);
    fixture.create(wanting('1', 5));
    fixture.run(2);
    const cleared = podOf(fixture, 'first').status?.nominatedNodeName;
    expect(cleared === undefined || cleared === '').toBe(true);
    expect(podOf(fixture, 'incoming').status?.nominatedNodeName).toBe('n');
    // A new node is for the more important one too; the other takes the place it waited for.
    fixture.create(nodeOf('m', '1'));
    fixture.run(5);
    expect(fixture.nodeOf('incoming')).toBe('m');
    expect(fixture.nodeOf('first')).toBe('');
    fixture.server.remove('pods', 'default/slipped');
    fixture.run(5);
    expect(fixture.nodeOf('first')).toBe('n');
  });
});
