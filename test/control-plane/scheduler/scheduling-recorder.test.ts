// What a recorder is told by a scheduler at work, and that the scheduler does not care.
import { describe, expect, test } from 'vitest';
import { CycleNotes } from '../../../src/control-plane/scheduler/framework/cycle-notes.js';
import type { PermitPlugin } from '../../../src/control-plane/scheduler/framework/plugin.js';
import type { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { status } from '../../../src/control-plane/scheduler/framework/status.js';
import type { QueueEntry } from '../../../src/control-plane/scheduler/queue/queue-listener.js';
import type { Failure } from '../../../src/control-plane/scheduler/scheduling-cycle.js';
import type {
  RecordedCycle,
  SchedulingRecorder,
} from '../../../src/control-plane/scheduler/scheduling-recorder.js';
import { makeNode, makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';
import { SchedulerFixture } from './scheduler-fixture.js';

/** One line a call, for pods whose name begins with `r`. */
class Lines implements SchedulingRecorder {
  readonly lines: string[] = [];
  readonly cycles: RecordedCycle[] = [];

  notesFor({ pod }: PodInfo): CycleNotes | undefined {
    return pod.metadata.name.startsWith('r') ? new CycleNotes() : undefined;
  }

  decided(cycle: RecordedCycle): void {
    const { entry, decision, algorithm, snapshot } = cycle;
    const feasible = [...algorithm.feasible].map((row) => snapshot.table.names[row]);
    this.cycles.push(cycle);
    this.lines.push(`${entry.key} ${entry.attempts} ${decision.result} of ${feasible.join()}`);
  }

  assumed({ key, nodeName }: PodInfo, waits: ReadonlyMap<string, number>): void {
    this.lines.push(`${key} assumed on ${nodeName}${waits.size > 0 ? ', waits' : ''}`);
  }

  attemptEnded({ key }: PodInfo, failure: Failure | undefined): void {
    this.lines.push(`${key} ended ${failure?.message ?? 'bound'}`);
  }

  entered({ entry, store, cause }: QueueEntry): void {
    this.lines.push(`${entry.key} ${store} ${cause.event.label}`);
  }
}

const big = (name: string) => makePod(name, { requests: { cpu: '3' } });

describe('a recorder', () => {
  test('is told of the cycles that it asks for, and how every attempt ends', () => {
    const recorder = new Lines();
    const fixture = new SchedulerFixture({ recorder });
    fixture.create(makeNode('node-1'), makeNode('node-2'), makePod('r'), makePod('other'));
    fixture.start();
    expect(recorder.lines).toEqual([
      'default/r active UnschedulablePodAdd',
      'default/other active UnschedulablePodAdd',
      'default/r 1 scheduled of node-1,node-2',
      'default/r assumed on node-1',
      'default/other assumed on node-2',
      'default/r ended bound',
      'default/other ended bound',
    ]);
  });

  test('is told why a pod fits nowhere, and what brings it back', () => {
    const recorder = new Lines();
    const fixture = new SchedulerFixture({ recorder });
    fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('r'));
    fixture.start();
    fixture.create(makeNode('larger'));
    fixture.run(3);
    expect(recorder.lines).toEqual([
      'default/r active UnschedulablePodAdd',
      'default/r 1 unschedulable of ',
      'default/r ended 0/1 nodes are available: 1 Insufficient cpu.',
      'default/r unschedulable ScheduleAttemptFailure',
      'default/r backoff NodeAdd',
      'default/r active PopFromBackoffQ',
      'default/r 2 scheduled of larger',
      'default/r assumed on larger',
      'default/r ended bound',
    ]);
    expect(recorder.cycles.map(({ notes }) => notes.searches[0]?.nodes)).toEqual([1, 2]);
  });

  test('is told of a pod that has to wait, and why it did not get its node', () => {
    const recorder = new Lines();
    const patience: PermitPlugin = {
      name: 'Patience',
      permit: () => ({ status: status('Wait'), timeoutUs: 2_000_000 }),
    };
    const plugins = [...plainPlugins(), { plugin: patience }];
    const fixture = new SchedulerFixture({ recorder, plugins });
    fixture.create(makeNode('n'), makePod('r'));
    fixture.start(2.5);
    expect(recorder.lines.slice(1, 4)).toEqual([
      'default/r 1 scheduled of n',
      'default/r assumed on n, waits',
      expect.stringMatching(/^default\/r ended 0\/1 nodes are available: 1 .*Patience/),
    ]);
  });

  test('is told of the nodes on which preemption was tried', () => {
    const recorder = new Lines();
    const fixture = new SchedulerFixture({ recorder, isComplete: true });
    const low = makePod('low', { requests: { cpu: '3' }, spec: { nodeName: 'n', priority: 0 } });
    const urgent = makePod('r', { requests: { cpu: '3' }, spec: { priority: 10 } });
    fixture.create(makeNode('n'), makeNode('tiny', { allocatable: { cpu: '1' } }), low, urgent);
    fixture.start();
    const { postFilter } = recorder.cycles[0]?.notes ?? {};
    expect(postFilter).toMatchObject({ nominatedNodeName: 'n', status: undefined });
    const victims = postFilter?.trials?.map(({ victims: pods }) =>
      pods.map(({ pod }) => pod.metadata.name),
    );
    expect(victims).toEqual([['low']]);
  });

  test('changes nothing: the same events at the same times, the same trace', () => {
    const traceOf = (fixture: SchedulerFixture): unknown => {
      fixture.create(makeNode('n', { allocatable: { cpu: '1' } }), big('r'), makePod('rest'));
      fixture.start();
      fixture.create(makeNode('larger'));
      fixture.run(15);
      return [fixture.log.lines, fixture.simulation.traceHash];
    };
    const recorder = new Lines();
    const recorded = traceOf(new SchedulerFixture({ recorder }));
    expect(recorded).toEqual(traceOf(new SchedulerFixture()));
    expect(recorder.cycles.length).toBeGreaterThan(1);
  });
});
