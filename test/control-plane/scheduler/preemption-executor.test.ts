// Preemptions by themselves: how many victims at once, what the gate says, pods that wait at
// Permit.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { ApiClient } from '../../../src/client/api-client.js';
import { ApiTransport } from '../../../src/client/api-transport.js';
import { Informer } from '../../../src/client/informer.js';
import { SeriesEventRecorder } from '../../../src/client/series-event-recorder.js';
import { ClusterObjects } from '../../../src/control-plane/scheduler/cache/cluster-objects.js';
import { SchedulerCache } from '../../../src/control-plane/scheduler/cache/scheduler-cache.js';
import { Nominator } from '../../../src/control-plane/scheduler/framework/nominator.js';
import { sequential } from '../../../src/control-plane/scheduler/framework/parallelizer.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { PreemptionExecutor } from '../../../src/control-plane/scheduler/preemption-executor.js';
import {
  InformerListers,
  RunningHandle,
} from '../../../src/control-plane/scheduler/scheduler-handle.js';
import type { SchedulingCycle } from '../../../src/control-plane/scheduler/scheduling-cycle.js';
import { WaitingPods } from '../../../src/control-plane/scheduler/waiting-pods.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { Link } from '../../../src/kernel/stations.js';
import { FakeApiServer } from '../../support/fake-api-server.js';
import { makePod } from './cluster-fixture.js';
import { running, wanting } from './preemption-fixture.js';

class ExecutorFixture {
  readonly simulation = new Simulation('preemption');
  readonly transport = new ApiTransport(this.simulation);
  readonly server = new FakeApiServer(this.transport);
  readonly nominator = new Nominator();
  readonly pods: Informer<Pod>;
  readonly rejected: string[] = [];
  readonly failed: string[] = [];
  ended = 0;
  readonly waitingPods: WaitingPods;
  /** Uids of pods whose binding can still be called off. */
  readonly inPreBind = new Set<string>();
  readonly executor: PreemptionExecutor;
  readonly preemptor = new PodInfo(wanting('1', 10));

  constructor() {
    const { simulation, nominator } = this;
    const link = (way: string) =>
      new Link(simulation, way, distribution({ kind: 'constant', value: 1000 }), 1e9);
    const connection = { up: link('up'), down: link('down'), server: this.server };
    const client = new ApiClient(this.transport, { name: 'client', user: 'user', connection });
    this.pods = new Informer<Pod>(simulation, { name: 'pods', resource: 'pods', client });
    this.pods.start();
    this.waitingPods = new WaitingPods(simulation, 'test', (cycle, { status }) =>
      this.rejected.push(`${cycle.assumed.uid}: ${status?.reasons.join()}`),
    );
    const recorder = new SeriesEventRecorder(simulation, 'test', client);
    this.executor = new PreemptionExecutor({
      simulation,
      client,
      listers: new InformerListers(this.pods),
      nominator,
      waitingPods: this.waitingPods,
      bindings: { cancel: (uid) => this.inPreBind.delete(uid) },
      recorderOf: () => recorder,
      failed: ({ uid }) => this.failed.push(uid),
      ended: () => this.ended++,
    });
  }

  /** Stores pods and starts to preempt them. */
  preempt(...pods: Pod[]): void {
    const stored = pods.map((pod) => this.server.create(pod));
    this.run(10);
    const victims = stored.map((pod) => new PodInfo(pod));
    this.executor.start(this.preemptor, 'n', victims);
  }

  run(milliseconds: number): void {
    this.simulation.run(this.simulation.now + milliseconds * 1000);
  }

  get isGated(): boolean {
    return this.executor.isPreempting(this.preemptor.uid);
  }

  /** Writes to pods that have arrived, as `delete p0`. */
  get writes(): string[] {
    return this.server.requests
      .filter(({ verb, resource }) => resource === 'pods' && verb !== 'list' && verb !== 'watch')
      .map(({ verb, name }) => `${verb} ${name}`);
  }
}

describe('a preemption under way', () => {
  test('gates its pod until the last victim is seen to be terminating', () => {
    const fixture = new ExecutorFixture();
    expect(fixture.isGated).toBe(false);
    fixture.preempt(running('p0', 'n', 0));
    expect(fixture.isGated).toBe(true);
    expect(fixture.executor.isPreempting('uid-other')).toBe(false);
    // Marked at 1 ms, answered at 2, deleted at 3; the watch tells a millisecond later.
    fixture.run(3.5);
    expect(fixture.writes).toEqual(['patch p0', 'delete p0']);
    expect(fixture.isGated).toBe(true);
    fixture.run(0.6);
    expect(fixture.isGated).toBe(false);
  });

  test('has up to 16 victims at work together, then the last one alone', () => {
    const fixture = new ExecutorFixture();
    fixture.preempt(...Array.from({ length: 19 }, (_, i) => running(`p${i}`, 'n', 0)));
    fixture.run(1.1);
    expect(fixture.writes).toHaveLength(16);
    fixture.run(3);
    expect(fixture.writes.filter((line) => line.startsWith('delete'))).toHaveLength(16);
    fixture.run(1);
    expect(fixture.writes.slice(-2)).toEqual(['patch p16', 'patch p17']);
    fixture.run(50);
    expect(fixture.writes.slice(-4)).toEqual([
      'delete p16',
      'delete p17',
      'patch p18',
      'delete p18',
    ]);
    expect(fixture.executor.size).toBe(0);
    expect(fixture.failed).toEqual([]);
  });

  test('takes a place at Permit away without asking the API server', () => {
    const fixture = new ExecutorFixture();
    const waits = running('waits', 'n', 0);
    const cycle = { assumed: new PodInfo(waits) } as unknown as SchedulingCycle;
    fixture.waitingPods.add(cycle, new Map([['Gang', 60_000_000]]));
    fixture.preempt(waits, running('p1', 'n', 0));
    expect(fixture.rejected).toEqual(['uid-waits: preempted']);
    fixture.run(50);
    expect(fixture.writes).toEqual(['patch p1', 'delete p1']);
    const events = fixture.server.list('events') as unknown as { message: string }[];
    expect(events.map(({ message }) => message)).toEqual([
      'Preempted by pod uid-incoming on node n',
      'Preempted by pod uid-incoming on node n',
    ]);
  });

  test('calls a binding off that is in its PreBind without asking the API server', () => {
    const fixture = new ExecutorFixture();
    fixture.inPreBind.add('uid-p0');
    fixture.preempt(running('p0', 'n', 0), running('p1', 'n', 0));
    expect(fixture.inPreBind.size).toBe(0);
    fixture.run(50);
    expect(fixture.writes).toEqual(['patch p1', 'delete p1']);
    expect(fixture.server.list('events')).toHaveLength(2);
    expect(fixture.failed).toEqual([]);
  });

  test('does not mark a victim that is marked already', () => {
    const fixture = new ExecutorFixture();
    const marked = {
      type: 'DisruptionTarget',
      status: 'True' as const,
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    };
    const other = { ...marked, message: 'other-scheduler: preempting' };
    fixture.preempt(
      running('p0', 'n', 0, { status: { conditions: [marked] } }),
      running('p1', 'n', 0, { status: { conditions: [other] } }),
    );
    fixture.run(50);
    expect(fixture.writes).toEqual(['delete p0', 'patch p1', 'delete p1']);
  });

  test('clears nominations of less important pods first, one after the other', () => {
    const fixture = new ExecutorFixture();
    const nominated = (name: string, priority: number, nominatedNodeName?: string) => {
      const status = nominatedNodeName === undefined ? {} : { nominatedNodeName };
      const pod = fixture.server.create(makePod(name, { spec: { priority }, status }));
      fixture.nominator.nominate(new PodInfo(pod), 'n');
    };
    nominated('low-1', 1, 'n');
    nominated('low-2', 9, 'n');
    nominated('equal', 10, 'n');
    nominated('unwritten', 1);
    fixture.preempt(running('p0', 'n', 0));
    fixture.run(1.1);
    expect(fixture.writes).toEqual(['patch low-1']);
    fixture.run(50);
    expect(fixture.writes).toEqual(['patch low-1', 'patch low-2', 'patch p0', 'delete p0']);
    const statusOf = (name: string) => fixture.server.get<Pod>('pods', `default/${name}`).status;
    expect(statusOf('low-1')).toEqual({});
    expect(statusOf('equal')).toEqual({ nominatedNodeName: 'n' });
  });

  test('goes on when a nomination cannot be cleared, and then wants a new attempt', () => {
    const fixture = new ExecutorFixture();
    const status = { nominatedNodeName: 'n' };
    fixture.nominator.nominate(
      new PodInfo(makePod('gone', { spec: { priority: 1 }, status })),
      'n',
    );
    fixture.preempt(running('p0', 'n', 0));
    fixture.run(50);
    expect(fixture.writes).toEqual(['patch gone', 'patch p0', 'delete p0']);
    expect(fixture.failed).toEqual(['uid-incoming']);
  });

  test('begins no further victim after a failure, but waits for those at work', () => {
    const fixture = new ExecutorFixture();
    const pods = Array.from({ length: 19 }, (_, i) => running(`p${i}`, 'n', 0));
    fixture.server.intercept = ({ verb, name }) =>
      verb === 'patch' && name === 'p3'
        ? { code: 409, reason: 'Conflict', message: 'no', bytes: 100 }
        : undefined;
    fixture.preempt(...pods);
    fixture.run(50);
    expect(fixture.writes.filter((line) => line.startsWith('delete'))).toHaveLength(15);
    expect(fixture.writes).not.toContain('patch p18');
    expect(fixture.failed).toEqual(['uid-incoming']);
    expect(fixture.isGated).toBe(false);
  });
});

test('random numbers of one pod do not depend on those of another', () => {
  const { snapshot } = new SchedulerCache();
  const handle = (name: string) =>
    new RunningHandle({
      name,
      simulation: new Simulation('seed'),
      listers: new ClusterObjects(),
      snapshot,
      nominator: new Nominator(),
      parallelizer: sequential,
      isPreempting: () => false,
      waitingPods: () => ({ all: () => [], get: () => undefined }),
    });
  const alone = handle('s');
  const draws = [1, 2, 3, 4].map(() => alone.stream('preemption/a').below(1000));
  const both = handle('s');
  const mixed = [1, 2, 3, 4].map(() => {
    both.stream('preemption/b').below(1000);
    return both.stream('preemption/a').below(1000);
  });
  expect(mixed).toEqual(draws);
  expect(new Set(draws).size).toBeGreaterThan(1);
  expect(handle('t').stream('preemption/a').below(1000)).not.toBe(draws[0]);
});
