// The way of an assumed pod to its node: nomination, Permit, PreBind, binding, being called off.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import type {
  PermitPlugin,
  Plugin,
  PreBindPlugin,
} from '../../../src/control-plane/scheduler/framework/plugin.js';
import type { PluginHandle } from '../../../src/control-plane/scheduler/framework/plugin-handle.js';
import { skip, status } from '../../../src/control-plane/scheduler/framework/status.js';
import { DefaultPreemption } from '../../../src/control-plane/scheduler/plugins/default-preemption/default-preemption.js';
import { makeNode, makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';
import { SchedulerFixture, type SchedulerFixtureOptions } from './scheduler-fixture.js';

function withPlugins(plugins: readonly Plugin[], options: SchedulerFixtureOptions = {}) {
  const all = [...plainPlugins(), ...plugins.map((plugin) => ({ plugin }))];
  const fixture = new SchedulerFixture({ plugins: all, ...options });
  fixture.create(makeNode('n'), makePod('p'));
  return fixture;
}

/** Looks after `looks` looks as if its work were done. */
function slow(looks: number): PreBindPlugin {
  let left = looks;
  return { name: 'Slow', preBind: () => ({ requests: [], isComplete: () => --left <= 0 }) };
}

const waits: PermitPlugin = {
  name: 'Waits',
  permit: () => ({ status: status('Wait'), timeoutUs: 60_000_000 }),
};

/** Writes to the pod that have arrived, `patch status` or `create binding`. */
function writes({ server }: SchedulerFixture, name = 'p'): string[] {
  return server.requests
    .filter((request) => request.resource === 'pods' && request.name === name)
    .map(({ verb, subresource }) => `${verb} ${subresource ?? ''}`.trim());
}

const podOf = (fixture: SchedulerFixture, name = 'p'): Pod =>
  fixture.server.get<Pod>('pods', `default/${name}`);

const nominationOf = (fixture: SchedulerFixture, name = 'p'): string | undefined =>
  podOf(fixture, name).status?.nominatedNodeName;

describe('a nomination', () => {
  test('is not written for a pod that is bound at once', () => {
    const fixture = withPlugins([]);
    fixture.start();
    expect(writes(fixture)).toEqual(['create binding']);
  });

  test('is written for a pod that waits on Permit, and cleared by the binding', () => {
    const fixture = withPlugins([waits]);
    fixture.start();
    expect(writes(fixture)).toEqual(['patch status']);
    expect(nominationOf(fixture)).toBe('n');
    fixture.scheduler.waitingPods.allow('uid-p', 'Waits');
    fixture.run(1);
    expect(fixture.nodeOf('p')).toBe('n');
    expect(nominationOf(fixture)).toBeUndefined();
  });

  test('is written for a pod whose PreBind has work, or does not say that it has none', () => {
    const told = (preBindPreFlight?: PreBindPlugin['preBindPreFlight']) => {
      const plugin: PreBindPlugin = {
        name: 'V',
        preBind: () => undefined,
        ...(preBindPreFlight && { preBindPreFlight }),
      };
      const fixture = withPlugins([plugin]);
      fixture.start();
      return writes(fixture);
    };
    expect(told()).toEqual(['patch status', 'create binding']);
    expect(told(() => undefined)).toEqual(['patch status', 'create binding']);
    expect(told(() => skip)).toEqual(['create binding']);
  });

  test('is not written without the gate NominatedNodeNameForExpectation', () => {
    const fixture = withPlugins([waits], { gates: { NominatedNodeNameForExpectation: false } });
    fixture.start();
    expect(writes(fixture)).toEqual([]);
    expect(fixture.scheduler.waitingPods.size).toBe(1);
  });

  test('is not written again where it stands already', () => {
    const fixture = withPlugins([waits]);
    fixture.create(makePod('q', { status: { nominatedNodeName: 'n' } }));
    fixture.start();
    expect(writes(fixture, 'q')).toEqual([]);
  });

  test('holds the binding up until it is answered, and a refusal does not matter', () => {
    const answers: string[] = [];
    const fixture = withPlugins([slow(1)]);
    fixture.server.intercept = ({ subresource, verb }) => {
      answers.push(`${fixture.simulation.now} ${verb} ${subresource}`);
      return subresource === 'status'
        ? { code: 500, reason: 'InternalError', message: 'no', bytes: 100 }
        : undefined;
    };
    fixture.start();
    expect(fixture.nodeOf('p')).toBe('n');
    const atUs = (what: string) =>
      Number(answers.find((line) => line.endsWith(what))?.split(' ')[0]);
    // Half a millisecond back, half a millisecond there.
    expect(atUs('create binding') - atUs('patch status')).toBeGreaterThanOrEqual(1000);
  });

  test('outlives the attempt that wrote it, which knows the status from before', () => {
    const fixture = withPlugins([waits]);
    fixture.start();
    const reject = (why: string) => {
      fixture.scheduler.waitingPods.reject('uid-p', 'Waits', why);
      fixture.run(0.01);
      return podOf(fixture).status;
    };
    const first = reject('no');
    expect(first?.conditions?.[0]?.message).toBe('0/1 nodes are available: 1 no.');
    expect(first?.nominatedNodeName).toBe('n');
    fixture.create(makeNode('m'));
    fixture.run(3);
    expect(fixture.scheduler.waitingPods.size).toBe(1);
    expect(reject('never')?.nominatedNodeName).toBe('');
  });

  test('ends the attempt when PreFlight fails', () => {
    const broken: PreBindPlugin = {
      name: 'V',
      preBindPreFlight: () => status('Unschedulable', 'no way'),
      preBind: () => undefined,
    };
    const fixture = withPlugins([broken]);
    fixture.start(0.5);
    expect(podOf(fixture).status?.conditions?.[0]?.message).toBe(
      'running PreBindPreFlight "V": no way',
    );
    expect(fixture.scheduler.cache.size.assumedPods).toBe(0);
  });
});

describe('Permit', () => {
  test('that is over before the nomination is written lets the pod go on after that', () => {
    const fixture = withPlugins([waits]);
    const seen: string[] = [];
    fixture.server.intercept = ({ subresource, verb }) => {
      seen.push(`${verb} ${subresource}`);
      if (subresource === 'status') fixture.scheduler.waitingPods.allow('uid-p', 'Waits');
      return undefined;
    };
    fixture.start();
    expect(fixture.nodeOf('p')).toBe('n');
    expect(seen.filter((line) => !line.endsWith('undefined'))).toEqual([
      'patch status',
      'create binding',
    ]);
  });

  test('that refuses before the nomination is written ends the attempt after that', () => {
    const fixture = withPlugins([waits]);
    fixture.server.intercept = ({ subresource }) => {
      if (subresource === 'status') fixture.scheduler.waitingPods.reject('uid-p', 'Waits', 'no');
      return undefined;
    };
    fixture.start(0.05);
    expect(fixture.scheduler.pendingPods).toMatchObject({ active: 0 });
    expect(fixture.events()).toContain('Warning FailedScheduling: 0/1 nodes are available: 1 no.');
  });
});

describe('a binding that is called off', () => {
  test('by preemption gives its room back without a word to the API server', () => {
    const args = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };
    const plugins = (handle: PluginHandle) => [
      ...plainPlugins(),
      { plugin: new DefaultPreemption(args, handle) },
      { plugin: { ...slow(1000), preBindPreFlight: () => skip } },
    ];
    const fixture = new SchedulerFixture({ plugins });
    fixture.create(makeNode('n'), makePod('low', { requests: { cpu: '3' } }));
    fixture.start();
    fixture.create(makePod('high', { requests: { cpu: '3' }, spec: { priority: 9 } }));
    fixture.run(0.5);
    expect(writes(fixture, 'low').filter((line) => line !== 'patch status')).toEqual([]);
    expect(podOf(fixture, 'low').metadata.deletionTimestamp).toBeUndefined();
    expect(fixture.events()).toContainEqual(expect.stringContaining('Normal Preempted'));
    const { pendingPods, cache } = fixture.scheduler;
    expect(pendingPods.backoff + pendingPods.unschedulable).toBe(1);
    expect(cache.podOf('uid-high')?.nodeName).toBe('n');
    expect(cache.podOf('uid-low')).toBeUndefined();
  });

  test('by the deletion of its pod gives the room to others at once', () => {
    const fixture = withPlugins([waits]);
    fixture.create(makePod('big', { requests: { cpu: '4' } }));
    fixture.start();
    expect(fixture.scheduler.waitingPods.size).toBe(2);
    const pod = podOf(fixture, 'big');
    fixture.server.update({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: 1 } });
    fixture.run(0.1);
    expect(fixture.scheduler.waitingPods.size).toBe(1);
    expect(fixture.scheduler.cache.podOf('uid-big')).toBeUndefined();
  });

  test('ignores what its requests are answered afterwards', () => {
    const plugin: PreBindPlugin = {
      name: 'V',
      preBind: () => ({
        requests: [{ verb: 'get', resource: 'nodes', namespace: '', name: 'n' }],
        isComplete: () => false,
      }),
    };
    const fixture = withPlugins([plugin]);
    fixture.server.intercept = ({ resource, verb }) => {
      const pod = fixture.server.find<Pod>('pods', 'default/p');
      if (resource === 'nodes' && verb === 'get' && pod?.metadata.deletionTimestamp === undefined) {
        const metadata = { ...pod!.metadata, deletionTimestamp: 1 };
        fixture.server.update({ ...pod!, metadata });
      }
      return undefined;
    };
    fixture.start(5);
    expect(fixture.nodeOf('p')).toBe('');
    expect(fixture.scheduler.cache.size.assumedPods).toBe(0);
  });
});
