// The component: from the informer to the binding, through failures and back.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { schedulerConstants } from '../../../src/control-plane/scheduler/constants.js';
import { cycleCost } from '../../../src/control-plane/scheduler/cost-model.js';
import type {
  PermitPlugin,
  PreBindPlugin,
  ReservePlugin,
} from '../../../src/control-plane/scheduler/framework/plugin.js';
import { status } from '../../../src/control-plane/scheduler/framework/status.js';
import { refusal } from '../../support/fake-api-server.js';
import { DecisionCluster, makeNode, makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';
import { SchedulerFixture } from './scheduler-fixture.js';

const big = (name: string) => makePod(name, { requests: { cpu: '3' } });

function conditionOf(fixture: SchedulerFixture, name: string) {
  const { status: podStatus } = fixture.server.get<Pod>('pods', `default/${name}`);
  return podStatus?.conditions?.find(({ type }) => type === 'PodScheduled');
}

function patches(fixture: SchedulerFixture): number {
  return fixture.server.requests.filter(
    ({ verb, resource }) => verb === 'patch' && resource === 'pods',
  ).length;
}

describe('a pod that fits', () => {
  test('is bound, and an Event says where', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('node-1'), makePod('p'));
    fixture.start();
    expect(fixture.nodeOf('p')).toBe('node-1');
    expect(fixture.events()).toEqual([
      'Normal Scheduled: Successfully assigned default/p to node-1',
    ]);
    expect(patches(fixture)).toBe(0);
    expect(fixture.scheduler.cache.size).toEqual({ nodes: 1, pods: 1, assumedPods: 0 });
  });

  test('takes the time of its cycle, then the time of its binding', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('node-1'), makePod('p'));
    fixture.start();
    const [queued, scheduled, attempt] = fixture.log.lines.map((line) => line.split(' '));
    const decision = new DecisionCluster([makeNode('n')]).decide(makePod('q'));
    const snapshot = { changedRows: 1, areListsChanged: true };
    const { serialUs: costUs } = cycleCost(decision, snapshot, schedulerConstants);
    expect([queued?.[1], scheduled?.[1], attempt?.[1]]).toEqual(['queued', 'scheduled', 'attempt']);
    expect(Number(scheduled?.[0]) - Number(queued?.[0])).toBeGreaterThanOrEqual(Math.floor(costUs));
    // Two links of 500 µs lie between the assumption and the answer.
    const durationUs = Number(attempt?.[4]);
    expect(durationUs).toBeGreaterThanOrEqual(costUs + 1000);
    expect(durationUs).toBeLessThan(costUs + 1100);
  });

  test('waits until both informers have synced', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makePod('p'), makeNode('node-1'));
    fixture.run(1);
    expect(fixture.nodeOf('p')).toBe('');
    fixture.start();
    expect(fixture.nodeOf('p')).toBe('node-1');
  });

  test('does not wait for the binding of the one before it', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n'), ...['a', 'b', 'c'].map((name) => makePod(name)));
    fixture.start();
    const order = fixture.log.lines.map((line) => line.split(' ')[1]);
    expect(order.slice(3)).toEqual([
      'scheduled',
      'scheduled',
      'scheduled',
      'attempt',
      'attempt',
      'attempt',
    ]);
  });

  test('is not given room that another pod has been assumed to use', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n'), big('a'), big('b'));
    fixture.start();
    expect([fixture.nodeOf('a'), fixture.nodeOf('b')]).toEqual(['n', '']);
  });

  test('is bound as fast as the client may send', () => {
    const fixture = new SchedulerFixture({ qps: 10, burst: 1 });
    fixture.create(makeNode('n'), ...Array.from({ length: 21 }, (_, i) => makePod(`p-${i}`)));
    fixture.start(1.05);
    const bound = fixture.server.list<Pod>('pods').filter(({ spec }) => spec.nodeName === 'n');
    expect(bound).toHaveLength(11);
    expect(fixture.scheduler.cache.size.pods).toBe(21);
  });
});

describe('a pod that fits nowhere', () => {
  test('learns why by Event and condition', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('p'));
    fixture.start();
    const message = '0/1 nodes are available: 1 Insufficient cpu.';
    expect(conditionOf(fixture, 'p')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message,
    });
    expect(fixture.events()).toEqual([`Warning FailedScheduling: ${message}`]);
    expect(fixture.scheduler.pendingPods).toEqual({
      active: 0,
      backoff: 0,
      unschedulable: 1,
      gated: 0,
    });
  });

  test('comes back when room is made, and keeps its condition while the reason is the same', () => {
    const fixture = new SchedulerFixture();
    fixture.create(
      makeNode('n'),
      makePod('e', { requests: { cpu: '2' }, spec: { nodeName: 'n' } }),
      big('p'),
    );
    fixture.start();
    fixture.create(makeNode('small', { allocatable: { cpu: '1' } }));
    fixture.run(5);
    expect(patches(fixture)).toBe(1);
    fixture.server.remove('pods', 'default/e');
    fixture.run(1);
    expect(fixture.nodeOf('p')).toBe('n');
    expect(patches(fixture)).toBe(1);
  });

  test('is tried again after five minutes at the latest, at a look that comes every 30 s', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('p'));
    fixture.start();
    fixture.run(400);
    const attempts = fixture.log.lines.filter((line) => line.includes('attempt unschedulable'));
    expect(attempts).toHaveLength(2);
    const at = Number(attempts[1]?.split(' ')[0]) / 1_000_000;
    expect(at).toBeGreaterThan(330);
    expect(at).toBeLessThan(330.1);
  });

  test('costs nothing while it waits', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('p'));
    fixture.start(10);
    const { events } = fixture.simulation;
    fixture.run(200);
    expect(fixture.simulation.events).toBe(events);
  });

  test('holds up the next pod until its condition is written', () => {
    const fixture = new SchedulerFixture({ qps: 1, burst: 1 });
    fixture.create(
      makeNode('n'),
      makePod('hopeless', { requests: { cpu: '9' }, spec: { priority: 9 } }),
    );
    fixture.create(
      makePod('second-hopeless', { requests: { cpu: '8' }, spec: { priority: 8 } }),
      makePod('ok'),
    );
    fixture.start(0.5);
    expect(fixture.log.lines.some((line) => line.includes('scheduled'))).toBe(false);
    fixture.run(3);
    expect(fixture.nodeOf('ok')).toBe('n');
  });

  test('is forgotten when it is deleted', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('p'));
    fixture.start();
    fixture.server.remove('pods', 'default/p');
    fixture.run(1);
    expect(fixture.scheduler.pendingPods.unschedulable).toBe(0);
  });

  test('in an empty cluster is tried again with backoff', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makePod('p'));
    fixture.start(20);
    const seconds = fixture.log.lines
      .filter((line) => line.includes('attempt unschedulable'))
      .map((line) => Math.floor(Number(line.split(' ')[0]) / 1_000_000));
    expect(seconds).toEqual([0, 2, 5, 10, 19]);
    expect(conditionOf(fixture, 'p')?.message).toBe('no nodes available to schedule pods');
  });
});

describe('a pod of no concern', () => {
  test('with another scheduler counts only once it is bound', () => {
    const fixture = new SchedulerFixture();
    fixture.create(
      makeNode('n'),
      makePod('other', { requests: { cpu: '3' }, spec: { schedulerName: 'mine' } }),
    );
    fixture.start();
    expect(fixture.scheduler.cache.size.pods).toBe(0);
    const other = fixture.server.get<Pod>('pods', 'default/other');
    fixture.server.update({ ...other, spec: { ...other.spec, nodeName: 'n' } });
    fixture.create(big('p'));
    fixture.run(1);
    expect(fixture.nodeOf('p')).toBe('');
  });

  test('that has ended gives its room back', () => {
    const fixture = new SchedulerFixture();
    fixture.create(
      makeNode('n'),
      makePod('job', { requests: { cpu: '3' }, spec: { nodeName: 'n' } }),
      big('p'),
    );
    fixture.start();
    expect(fixture.nodeOf('p')).toBe('');
    const job = fixture.server.get<Pod>('pods', 'default/job');
    fixture.server.update({ ...job, status: { phase: 'Succeeded' } });
    fixture.run(3);
    expect(fixture.nodeOf('p')).toBe('n');
  });

  test('that is about to go is skipped, with an Event', () => {
    const fixture = new SchedulerFixture();
    const pod = makePod('p');
    fixture.create(makeNode('n'), { ...pod, metadata: { ...pod.metadata, deletionTimestamp: 1 } });
    fixture.start();
    expect(fixture.nodeOf('p')).toBe('');
    expect(fixture.events()).toEqual([
      'Warning FailedScheduling: skip schedule deleting pod: default/p',
    ]);
  });

  test('is handled by its own scheduler beside this one', () => {
    const fixture = new SchedulerFixture();
    const mine = fixture.addScheduler('my-scheduler', 'mine');
    mine.start();
    fixture.create(makeNode('n'), makePod('a'), makePod('b', { spec: { schedulerName: 'mine' } }));
    fixture.start();
    expect([fixture.nodeOf('a'), fixture.nodeOf('b')]).toEqual(['n', 'n']);
    expect(mine.cache.size).toEqual(fixture.scheduler.cache.size);
    const sources = fixture.server
      .list('events')
      .map((event) => (event.kind === 'Event' ? event.reportingComponent : ''));
    expect(sources.sort()).toEqual(['default-scheduler', 'mine']);
  });
});

describe('a binding that is refused', () => {
  test('gives the room back and is tried again after a backoff', () => {
    const fixture = new SchedulerFixture();
    let refusals = 1;
    fixture.server.intercept = ({ subresource }) =>
      subresource === 'binding' && refusals-- > 0
        ? refusal(500, 'InternalError', 'etcd is away')
        : undefined;
    fixture.create(makeNode('n'), big('p'));
    fixture.start(0.5);
    expect(fixture.scheduler.cache.size.pods).toBe(0);
    expect(fixture.scheduler.pendingPods.backoff).toBe(1);
    expect(conditionOf(fixture, 'p')).toMatchObject({
      reason: 'SchedulerError',
      message: 'running Bind plugin "DefaultBinder": etcd is away',
    });
    fixture.run(2);
    expect(fixture.nodeOf('p')).toBe('n');
    const results = fixture.log.lines
      .filter((line) => line.includes('attempt'))
      .map((line) => line.split(' ')[2]);
    expect(results).toEqual(['error', 'scheduled']);
  });

  test('because the pod is gone leaves nothing behind', () => {
    const fixture = new SchedulerFixture();
    fixture.create(makeNode('n'), makePod('p'));
    fixture.server.intercept = ({ subresource }) => {
      if (subresource === 'binding') fixture.server.remove('pods', 'default/p');
      return undefined;
    };
    fixture.start(5);
    expect(fixture.scheduler.cache.size.pods).toBe(0);
    expect(fixture.scheduler.pendingPods).toEqual({
      active: 0,
      backoff: 0,
      unschedulable: 0,
      gated: 0,
    });
  });
});

describe('plugins of the binding', () => {
  const withPlugin = (plugin: ReservePlugin | PermitPlugin | PreBindPlugin) =>
    new SchedulerFixture({
      plugins: [...plainPlugins(), { plugin: { ...plugin, eventsToRegister: () => [] } }],
    });

  test('a plugin that registers nothing special hears of every event, even of its own condition', () => {
    let attempts = 0;
    const plugin: ReservePlugin = {
      name: 'R',
      reserve: () => (++attempts < 3 ? status('Unschedulable', `attempt ${attempts}`) : undefined),
      unreserve: () => undefined,
    };
    const fixture = new SchedulerFixture({ plugins: [...plainPlugins(), { plugin }] });
    fixture.create(makeNode('n'), makePod('p'));
    fixture.start(0.5);
    expect([attempts, fixture.nodeOf('p')]).toEqual([3, 'n']);
  });

  test('Reserve may refuse the node', () => {
    const unreserved: string[] = [];
    const fixture = withPlugin({
      name: 'R',
      reserve: (_state, { key }) =>
        key === 'default/p' ? status('Unschedulable', 'taken') : undefined,
      unreserve: (_state, { key }, nodeName) => void unreserved.push(`${key} ${nodeName}`),
    });
    fixture.create(makeNode('n'), makePod('p'));
    fixture.start();
    expect(unreserved).toEqual(['default/p n']);
    expect(conditionOf(fixture, 'p')?.message).toBe('0/1 nodes are available: 1 taken.');
    expect(fixture.scheduler.cache.size.pods).toBe(0);
  });

  test('Permit may let the pod wait until it is allowed', () => {
    const fixture = withPlugin({
      name: 'P',
      permit: () => ({ status: status('Wait'), timeoutUs: 60_000_000 }),
    });
    fixture.create(makeNode('n'), makePod('p'), makePod('q'));
    fixture.start(2);
    expect([fixture.nodeOf('p'), fixture.scheduler.waitingPods.size]).toEqual(['', 2]);
    fixture.scheduler.waitingPods.allow('uid-p', 'P');
    fixture.run(1);
    expect([fixture.nodeOf('p'), fixture.nodeOf('q')]).toEqual(['n', '']);
    fixture.scheduler.waitingPods.reject('uid-q', 'P', 'not you');
    fixture.run(0.1);
    expect(conditionOf(fixture, 'q')?.message).toBe('0/1 nodes are available: 1 not you.');
  });

  test('Permit does not wait for ever', () => {
    let isFirst = true;
    const fixture = withPlugin({
      name: 'P',
      permit: () => {
        const answer = isFirst
          ? { status: status('Wait'), timeoutUs: 5_000_000 }
          : { status: undefined };
        isFirst = false;
        return answer;
      },
    });
    fixture.create(makeNode('n'), makePod('p'));
    fixture.start(4.9);
    expect(fixture.scheduler.waitingPods.size).toBe(1);
    fixture.run(0.2);
    expect(conditionOf(fixture, 'p')?.message).toBe(
      '0/1 nodes are available: 1 rejected due to timeout after waiting 5s at plugin P.',
    );
    expect(fixture.scheduler.cache.size.pods).toBe(0);
  });

  test('PreBind sends its requests and waits for what they bring about', () => {
    const fixture = withPlugin({
      name: 'V',
      preBind: () => ({
        requests: [{ verb: 'get', resource: 'nodes', namespace: '', name: 'n' }],
        isComplete: () => fixture.simulation.now > 2_500_000,
      }),
    });
    fixture.create(makeNode('n'), makePod('p'));
    fixture.start(2.5);
    expect(fixture.server.requests.filter(({ verb }) => verb === 'get')).toHaveLength(1);
    expect(fixture.nodeOf('p')).toBe('');
    fixture.run(1);
    expect(fixture.nodeOf('p')).toBe('n');
  });

  test('PreBind that fails undoes the reservation', () => {
    const fixture = withPlugin({
      name: 'V',
      preBind: () => ({
        requests: [{ verb: 'get', resource: 'nodes', namespace: '', name: 'absent' }],
      }),
    });
    fixture.create(makeNode('n'), makePod('p'));
    fixture.start(0.5);
    expect(conditionOf(fixture, 'p')?.message).toBe(
      'running PreBind plugin "V": nodes "absent" not found',
    );
    expect(fixture.scheduler.cache.size.pods).toBe(0);
  });
});

describe('reproducibility', () => {
  test('two runs are the same to the last event', () => {
    const run = (): string => {
      const fixture = new SchedulerFixture();
      fixture.create(...Array.from({ length: 20 }, (_, i) => makeNode(`node-${i}`)));
      for (let i = 0; i < 200; i++)
        fixture.create(makePod(`p-${i}`, { requests: { cpu: `${i % 7}00m` } }));
      fixture.start(10);
      return `${fixture.simulation.traceHash} ${fixture.log.lines.join()}`;
    };
    expect(run()).toBe(run());
  });
});
