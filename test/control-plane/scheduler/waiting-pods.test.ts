// Pods that wait on Permit, as a plugin sees and answers them through its handle.

import { describe, expect, test } from 'vitest';
import type { Plugin } from '../../../src/control-plane/scheduler/framework/plugin.js';
import type { SchedulerHandle } from '../../../src/control-plane/scheduler/framework/plugin-handle.js';
import type { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { status } from '../../../src/control-plane/scheduler/framework/status.js';
import { makeNode, makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';
import { SchedulerFixture } from './scheduler-fixture.js';

const wait = { status: status('Wait'), timeoutUs: 60_000_000 };

/** A scheduler with one more plugin, which is made with the scheduler's handle. */
function withPlugin(make: (handle: SchedulerHandle) => Plugin & { permit?: unknown }) {
  return new SchedulerFixture({
    plugins: (handle) => [
      ...plainPlugins(),
      { plugin: { eventsToRegister: () => [], ...make(handle) } },
    ],
  });
}

const keysOf = (handle: SchedulerHandle): string[] =>
  handle.waitingPods().map(({ info }) => `${info.key} on ${info.nodeName}`);

describe('pods that wait on Permit', () => {
  test('are listed in the order in which they began to wait, with who holds them', () => {
    const seen: unknown[] = [];
    const fixture = withPlugin((handle) => ({
      name: 'P',
      permit: () => {
        seen.push([...keysOf(handle)]);
        return wait;
      },
    }));
    fixture.create(makeNode('n'), makePod('a'), makePod('b'), makePod('c'));
    fixture.start();
    expect(seen).toEqual([[], ['default/a on n'], ['default/a on n', 'default/b on n']]);
    const waiting = fixture.scheduler.waitingPods;
    expect(waiting.get('uid-b')?.pendingPlugins).toEqual(['P']);
    expect(waiting.get('uid-z')).toBeUndefined();
  });

  test('are bound as soon as a plugin allows them while it judges another pod', () => {
    const fixture = withPlugin((handle) => ({
      name: 'P',
      permit: () => {
        const waiting = handle.waitingPods();
        if (waiting.length < 2) return wait;
        for (const pod of waiting) pod.allow('P');
        return { status: undefined };
      },
    }));
    fixture.create(makeNode('n'), makePod('a'), makePod('b'));
    fixture.start();
    expect(['a', 'b'].map((name) => fixture.nodeOf(name))).toEqual(['', '']);
    fixture.create(makePod('c'));
    fixture.run(1);
    expect(['a', 'b', 'c'].map((name) => fixture.nodeOf(name))).toEqual(['n', 'n', 'n']);
  });

  test('go on waiting when somebody else is still to allow them', () => {
    const fixture = withPlugin(() => ({ name: 'P', permit: () => wait }));
    fixture.create(makeNode('n'), makePod('a'));
    fixture.start();
    const waiting = fixture.scheduler.waitingPods;
    waiting.get('uid-a')?.allow('Q');
    fixture.run(1);
    expect([waiting.size, fixture.nodeOf('a')]).toEqual([1, '']);
  });

  test('give their room back only after the decision in which a plugin rejects them', () => {
    const seen: number[] = [];
    const fixture = withPlugin((handle) => ({
      name: 'P',
      permit: (_state: unknown, { key }: PodInfo) =>
        key === 'default/a' ? wait : { status: undefined },
      filter: (_state: unknown, { key }: PodInfo) => {
        if (key !== 'default/b') return undefined;
        const before = handle.snapshot.table.podCount[0] as number;
        handle.waitingPod('uid-a')?.reject('P', 'make room');
        seen.push(before, handle.snapshot.table.podCount[0] as number);
        return undefined;
      },
    }));
    fixture.create(makeNode('n'), makePod('a'));
    fixture.start();
    fixture.create(makePod('b'));
    fixture.run(1);
    expect(seen).toEqual([1, 1]);
    expect(fixture.scheduler.waitingPods.size).toBe(0);
    expect([fixture.nodeOf('a'), fixture.nodeOf('b')]).toEqual(['', 'n']);
    const text = '0/1 nodes are available: 1 make room.';
    expect(fixture.events()).toContain(`Warning FailedScheduling: ${text}`);
  });

  test('may all be rejected by the first that is given back', () => {
    const unreserved: string[] = [];
    const fixture = withPlugin((handle) => ({
      name: 'P',
      permit: () => wait,
      reserve: () => undefined,
      unreserve: (_state: unknown, { key }: PodInfo) => {
        unreserved.push(key);
        for (const pod of handle.waitingPods()) pod.reject('P', 'not all of them fit');
      },
    }));
    const names = ['a', 'b', 'c', 'd'];
    fixture.create(makeNode('n'), ...names.map((name) => makePod(name)));
    fixture.start();
    fixture.scheduler.waitingPods.reject('uid-b', 'P', 'timeout');
    fixture.run(0.01);
    expect(unreserved).toEqual(['b', 'a', 'c', 'd'].map((name) => `default/${name}`));
    expect(fixture.scheduler.cache.size.pods).toBe(0);
  });
});
