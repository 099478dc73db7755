// Pods between the decision and the word of the API server: changes, deletions and other writers.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { makeNode, makePod } from './cluster-fixture.js';
import { SchedulerFixture } from './scheduler-fixture.js';

/** A scheduler that has assumed `p` and waits for the token of its first request. */
function withSlowBinding(): SchedulerFixture {
  const fixture = new SchedulerFixture({ qps: 0.1, burst: 1 });
  fixture.create(makeNode('n'), makePod('first'), makePod('p', { requests: { cpu: '3' } }));
  fixture.start(1);
  expect(fixture.scheduler.cache.isAssumed('uid-p')).toBe(true);
  return fixture;
}

const attemptsOf = (fixture: SchedulerFixture, uid: string): string[] =>
  fixture.log.lines
    .filter((line) => line.includes(`${uid}`))
    .map((line) => line.split(' ').slice(1, 3).join(' '));

describe('an assumed pod', () => {
  test('is not queued again when it changes', () => {
    const fixture = withSlowBinding();
    const pod = fixture.server.get<Pod>('pods', 'default/p');
    fixture.server.update({ ...pod, metadata: { ...pod.metadata, labels: { changed: 'yes' } } });
    fixture.run(1);
    expect(fixture.scheduler.pendingPods).toEqual({
      active: 0,
      backoff: 0,
      unschedulable: 0,
      gated: 0,
    });
    fixture.run(20);
    expect(fixture.nodeOf('p')).toBe('n');
    expect(attemptsOf(fixture, 'uid-p')).toEqual([
      'queued uid-p',
      'scheduled uid-p',
      'attempt scheduled',
    ]);
  });

  test('that is deleted gives its room back when its binding is refused', () => {
    const fixture = withSlowBinding();
    fixture.server.remove('pods', 'default/p');
    fixture.run(1);
    expect(fixture.scheduler.cache.size.pods).toBe(2);
    fixture.run(20);
    expect(fixture.scheduler.cache.size.pods).toBe(1);
    expect(attemptsOf(fixture, 'uid-p').at(-1)).toBe('attempt error');
  });

  test('that somebody else binds elsewhere is counted there', () => {
    const fixture = withSlowBinding();
    fixture.create(makeNode('m'));
    const pod = fixture.server.get<Pod>('pods', 'default/p');
    fixture.server.update({ ...pod, spec: { ...pod.spec, nodeName: 'm' } });
    fixture.run(20);
    const snapshot = fixture.scheduler.cache.updateSnapshot();
    const cpu = (name: string) => snapshot.table.cpu.requested[snapshot.rowOf(name) ?? -1];
    expect([cpu('n'), cpu('m')]).toEqual([0, 3000]);
    expect(fixture.scheduler.pendingPods.backoff).toBe(0);
  });

  test('keeps its room on a node that has gone, until its binding is refused or it is deleted', () => {
    const fixture = withSlowBinding();
    fixture.server.remove('nodes', 'n');
    fixture.create(makePod('q'));
    fixture.run(1);
    expect(fixture.nodeOf('q')).toBe('');
    expect(fixture.scheduler.cache.size).toEqual({ nodes: 0, pods: 2, assumedPods: 1 });
  });
});

describe('a pod that is created again under its name', () => {
  test('is a new pod', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n'), makePod('p', { requests: { cpu: '9' } }));
    fixture.start(1);
    expect(fixture.scheduler.pendingPods.unschedulable).toBe(1);
    fixture.server.remove('pods', 'default/p');
    const again = makePod('p');
    fixture.create({ ...again, metadata: { ...again.metadata, uid: 'uid-again' } });
    fixture.run(1);
    expect(fixture.nodeOf('p')).toBe('n');
    expect(attemptsOf(fixture, 'uid-again')).toEqual([
      'queued uid-again',
      'scheduled uid-again',
      'attempt scheduled',
    ]);
  });
});
