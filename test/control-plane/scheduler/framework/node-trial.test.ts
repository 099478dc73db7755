// Trials leave no trace, and plugins hear of every pod that comes or goes in one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../../src/api/pod.js';
import {
  CycleState,
  type StateData,
} from '../../../../src/control-plane/scheduler/framework/cycle-state.js';
import {
  fixedFilters,
  NodeTrial,
  runFiltersWithNominatedPods,
} from '../../../../src/control-plane/scheduler/framework/node-trial.js';
import type {
  FilterPlugin,
  PreFilterPlugin,
} from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import { status } from '../../../../src/control-plane/scheduler/framework/status.js';
import { DecisionCluster, makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

/** Counts the pods that it has been told of, starting from 10. */
class Counted implements StateData {
  count: number;

  constructor(count: number) {
    this.count = count;
  }

  clone(): Counted {
    return new Counted(this.count);
  }
}

/** Refuses every node, with its count as the reason. */
class Counter implements PreFilterPlugin, FilterPlugin {
  readonly name = 'Counter';

  preFilter(state: CycleState) {
    state.write(this.name, new Counted(10));
    return {};
  }

  addPod(state: CycleState): void {
    (state.read(this.name) as Counted).count++;
  }

  removePod(state: CycleState): void {
    (state.read(this.name) as Counted).count--;
  }

  filter(state: CycleState) {
    const { count } = state.read(this.name) as Counted;
    return () => status('Unschedulable', `counted ${count}`);
  }
}

function trialOf(pods: readonly Pod[], ...extra: Counter[]) {
  const plugins = [...plainPlugins(), ...extra.map((plugin) => ({ plugin }))];
  const onNode = pods.map((pod) => ({ ...pod, spec: { ...pod.spec, nodeName: 'n' } }));
  const cluster = new DecisionCluster([makeNode('n')], onNode, plugins);
  const snapshot = cluster.cache.updateSnapshot();
  const { framework, nominator } = cluster;
  const pod = new PodInfo(makePod('incoming', { requests: { cpu: '1' }, spec: { priority: 5 } }));
  const context = { framework, nominator, pod, snapshot };
  const state = new CycleState();
  framework.runPreFilter(state, pod, snapshot);
  const row = snapshot.rowOf('n') as number;
  const infos = [...(snapshot.table.pods[row] as PodInfo[])];
  return { context, state, row, infos, cluster };
}

const reasonsOf = (answer: { status?: { reasons: readonly string[] } | undefined }) =>
  answer.status?.reasons;

describe('a trial', () => {
  test('judges the node as it has made it', () => {
    const { context, state, row, infos } = trialOf([makePod('a', { requests: { cpu: '4' } })]);
    const trial = new NodeTrial(context, state, row);
    expect(reasonsOf(trial.runFilters())).toEqual(['Insufficient cpu']);
    trial.removePod(infos[0] as PodInfo);
    expect(trial.runFilters().status).toBeUndefined();
    trial.addPod(new PodInfo(makePod('b', { requests: { cpu: '3500m' } })));
    expect(reasonsOf(trial.runFilters())).toEqual(['Insufficient cpu']);
    trial.end();
  });

  test('tells the plugins on a state of its own', () => {
    const { context, state, row, infos } = trialOf([makePod('a'), makePod('b')], new Counter());
    const trial = new NodeTrial(context, state, row);
    for (const info of infos) trial.removePod(info);
    expect(reasonsOf(trial.runFilters())).toEqual(['counted 8']);
    trial.addPod(infos[0] as PodInfo);
    expect(reasonsOf(trial.runFilters())).toEqual(['counted 9']);
    trial.end();
    expect((state.read('Counter') as Counted).count).toBe(10);
  });

  test('tells nothing to plugins that have skipped the pod', () => {
    const { context, state, row, infos } = trialOf([makePod('a')], new Counter());
    state.skipFilterPlugins.add('Counter');
    const trial = new NodeTrial(context, state, row);
    trial.removePod(infos[0] as PodInfo);
    expect(trial.runFilters().status).toBeUndefined();
    trial.end();
    expect((state.read('Counter') as Counted).count).toBe(10);
  });

  test('within another one sees that one', () => {
    const { context, state, row, infos, cluster } = trialOf([
      makePod('a', { requests: { cpu: '4' } }),
    ]);
    const nominated = makePod('other', { requests: { cpu: '3500m' }, spec: { priority: 5 } });
    cluster.nominator.nominate(new PodInfo(nominated), 'n');
    const trial = new NodeTrial(context, state, row);
    trial.removePod(infos[0] as PodInfo);
    expect(trial.runFilters().status).toBeUndefined();
    expect(reasonsOf(trial.runFiltersWithNominatedPods())).toEqual(['Insufficient cpu']);
    trial.end();
  });
});

test('filters are made once where no plugin hears of pods, and anew where one does', () => {
  const plain = trialOf([makePod('a', { requests: { cpu: '4' } })]);
  const filters = fixedFilters(plain.context, plain.state);
  expect(filters).toBeDefined();
  const trial = new NodeTrial(plain.context, plain.state, plain.row, filters);
  expect(reasonsOf(trial.runFilters())).toEqual(['Insufficient cpu']);
  trial.removePod(plain.infos[0] as PodInfo);
  expect(trial.runFilters().status).toBeUndefined();
  trial.end();
  const hearing = trialOf([makePod('a')], new Counter());
  expect(fixedFilters(hearing.context, hearing.state)).toBeUndefined();
  hearing.state.skipFilterPlugins.add('Counter');
  expect(fixedFilters(hearing.context, hearing.state)).toBeDefined();
});

test('nominated pods count when they are as important, and are not the pod itself', () => {
  const { context, state, row, cluster } = trialOf([]);
  const { framework, nominator } = cluster;
  const active = framework.startFilters(state, context.pod, context.snapshot);
  const judged = () =>
    reasonsOf(runFiltersWithNominatedPods(context, state, active, row)) ?? 'feasible';
  const nominate = (name: string, priority: number) =>
    nominator.nominate(
      new PodInfo(makePod(name, { requests: { cpu: '3500m' }, spec: { priority } })),
      'n',
    );
  nominate('incoming', 5);
  nominate('lower', 4);
  expect(judged()).toBe('feasible');
  nominate('equal', 5);
  expect(judged()).toEqual(['Insufficient cpu']);
});

const podOptions = fc.record({
  cpuMilli: fc.integer({ min: 0, max: 2000 }),
  gpus: fc.integer({ min: 0, max: 3 }),
  port: fc.option(fc.integer({ min: 80, max: 82 }), { nil: undefined }),
});

test('a trial leaves the node as it was: pods in their order, sums, ports', () => {
  fc.assert(
    fc.property(
      fc.array(podOptions, { maxLength: 6 }),
      fc.array(fc.nat({ max: 11 }), { maxLength: 20 }),
      (list, steps) => {
        const pods = list.map(({ cpuMilli, gpus, port }, i) =>
          makePod(`p${i}`, {
            spec: {
              containers: [
                {
                  name: 'main',
                  resources: { requests: { cpu: `${cpuMilli}m`, 'x.io/gpu': String(gpus) } },
                  ...(port !== undefined && { ports: [{ containerPort: 1, hostPort: port }] }),
                },
              ],
            },
          }),
        );
        const { context, state, row, infos } = trialOf(pods);
        const { table } = context.snapshot;
        const ports = [80, 81, 82].map((port) => ({
          ip: '0.0.0.0',
          protocolPort: `TCP/${port}`,
        }));
        const view = () => ({
          names: table.pods[row]?.map(({ key }) => key),
          count: table.podCount[row],
          cpu: table.cpu.requested[row],
          nonZeroCpu: table.nonZeroCpuMilli[row],
          gpus: table.scalars.get('x.io/gpu')?.requested[row],
          taken: ports.map((port) => table.hostPorts[row]?.conflictsWith(port) ?? false),
        });
        const before = view();
        const trial = new NodeTrial(context, state, row);
        const others = [0, 1, 2].map((i) => new PodInfo({ ...makePod(`new-${i}`) }));
        const all = [...infos, ...others];
        const present = new Set(infos);
        for (const step of steps) {
          const info = all[step % all.length] as PodInfo;
          if (present.delete(info)) trial.removePod(info);
          else {
            present.add(info);
            trial.addPod(info);
          }
        }
        expect(new Set(table.pods[row])).toEqual(present);
        trial.end();
        expect(view()).toEqual(before);
      },
    ),
  );
});
