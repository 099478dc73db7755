// Several schedulers in a scenario: what each is told, what cannot be, and what they do together.
import { describe, expect, test } from 'vitest';
import type { SchedulerSpec } from '../../src/cluster/cluster-spec.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { brief, load, loaded } from './memory-files.js';

const profile = (name: string): string => `config: {profiles: [{schedulerName: ${name}}]}`;

function schedulersOf(...args: Parameters<typeof loaded>): readonly SchedulerSpec[] {
  const { scheduler, additionalSchedulers } = loaded(...args).cluster.controlPlane;
  return [scheduler, ...additionalSchedulers];
}

const profileNames = ({ configuration }: SchedulerSpec): string[] =>
  configuration.profiles.map(({ schedulerName }) => schedulerName);

describe('schedulers', () => {
  test('are one, named kube-scheduler, when nothing else is said', () => {
    const [only, ...others] = schedulersOf('');
    expect(only).toMatchObject({ name: 'kube-scheduler', hosts: ['control-plane-0'] });
    expect(others).toEqual([]);
  });

  test('take what they do not state from `scheduler`', () => {
    const [first, second] = schedulersOf(`
      controlPlane:
        hosts: [{name: a, cores: 2}, {name: b, cores: 8}]
        scheduler: {kubeAPIQPS: 80, tieBreak: reservoir}
        schedulers:
        - {name: kube-scheduler}
        - {name: batch, host: b, kubeAPIQPS: 500, ${profile('batch')}}`);
    expect(first).toMatchObject({ client: { qps: 80, burst: 100 }, tieBreak: 'reservoir' });
    expect(profileNames(first!)).toEqual(['default-scheduler']);
    expect(second).toMatchObject({
      name: 'batch',
      hosts: ['b'],
      client: { qps: 500, burst: 100 },
      tieBreak: 'reservoir',
    });
    expect(profileNames(second!)).toEqual(['batch']);
  });

  test('have the first of them configured by the option of the command', () => {
    const schedulerConfig = { file: 'mine.yaml', text: 'parallelism: 3\n' };
    const spec = `controlPlane: {schedulers: [{name: a}, {name: b, ${profile('b')}}]}`;
    const [first, second] = schedulersOf(spec, {}, { schedulerConfig });
    expect(first?.configuration.parallelism).toBe(3);
    expect(second?.configuration.parallelism).toBe(16);
  });
});

describe('problems', () => {
  const problems = (schedulers: string) =>
    load(`controlPlane: {schedulers: ${schedulers}}`).problems.map(
      (problem) => `${problem.severity} ${brief(problem).replace(/^test.yaml:\d+:\d+ /, '')}`,
    );

  test('are two of one name', () => {
    expect(problems(`[{name: a}, {name: a, ${profile('b')}}]`)).toEqual([
      'error spec.controlPlane.schedulers[1].name: two schedulers are named "a"',
    ]);
  });

  test('are hosts that are not there', () => {
    expect(problems('[{name: a, host: control-plane-1}]')).toEqual([
      'error spec.controlPlane.schedulers[0].host: the control plane has no host "control-plane-1"',
    ]);
  });

  test('are profiles of one name, of which a warning tells what will happen', () => {
    expect(problems('[{name: a}, {name: b}]')).toEqual([
      'warning spec.controlPlane.schedulers[1]: a and b both schedule the pods of "default-scheduler": whoever binds a pod second is refused',
    ]);
  });

  test('of a configuration stand where that is written', () => {
    expect(problems('[{name: a, config: {parallelism: 0}}]')).toEqual([
      'error parallelism: Invalid value: 0: should be an integer value greater than zero',
    ]);
    const { problems: found } = load(`
      controlPlane:
        schedulers:
        - name: a
        - name: b
          config:
            parallelism: 0`);
    expect(found[0]).toMatchObject({ file: 'test.yaml', line: 10, path: 'parallelism' });
  });

  test('are a list without entries, and entries without a name', () => {
    expect(problems('[]')[0]).toContain('spec.controlPlane.schedulers: ');
    expect(problems('[{kubeAPIQPS: 5}]')[0]).toContain('spec.controlPlane.schedulers[0].name: ');
  });
});

describe('two schedulers', () => {
  const pods = (count: number, schedulerName: string, at = '0s') => `
  - op: createPods
    at: ${at}
    count: ${count}
    namePrefix: ${schedulerName}-
    template:
      spec:
        schedulerName: ${schedulerName}
        containers: [{name: main, image: pause, resources: {requests: {cpu: 900m}}}]`;
  const run = (spec: string) => runScenario(loaded(spec));

  test('that share nodes promise the same room, and the kubelet turns one of the pods away', () => {
    // Two nodes of one CPU; each scheduler is told to place two pods at the same moment.
    const { pods: rows, schedulers } = run(`
horizon: 1m
controlPlane:
  hosts: {count: 1, cores: 8}
  schedulers:
  - {name: kube-scheduler}
  - {name: batch, ${profile('batch')}}
nodePools: [{name: pool, count: 2, cpu: 1}]
workload:
  operations:${pods(2, 'default-scheduler')}${pods(2, 'batch')}`);
    const rejected = rows.filter(({ phase }) => phase === 'Failed');
    expect(rejected.length).toBeGreaterThan(0);
    expect(rows.filter(({ phase }) => phase === 'Running')).toHaveLength(2);
    expect(schedulers.map(({ name }) => name)).toEqual(['kube-scheduler', 'batch']);
    const total = schedulers.reduce((sum, { podsRejected }) => sum + podsRejected, 0);
    expect(total).toBe(rejected.length);
    expect(schedulers.map(({ bindingConflicts }) => bindingConflicts)).toEqual([0, 0]);
  });

  test('see what the other has bound, a little later', () => {
    const { pods: rows, schedulers } = run(`
horizon: 1m
controlPlane:
  schedulers:
  - {name: kube-scheduler}
  - {name: batch, ${profile('batch')}}
nodePools: [{name: pool, count: 2, cpu: 1}]
workload:
  operations:${pods(2, 'default-scheduler')}${pods(2, 'batch', '10s')}`);
    expect(schedulers).toEqual([
      { name: 'kube-scheduler', podsBound: 2, bindingConflicts: 0, podsRejected: 0 },
      { name: 'batch', podsBound: 0, bindingConflicts: 0, podsRejected: 0 },
    ]);
    expect(rows.filter(({ phase }) => phase === 'Pending').map(({ message }) => message)).toEqual(
      Array(2).fill(expect.stringContaining('0/2 nodes are available: 2 Insufficient cpu.')),
    );
  });

  test('of one name bind what the other has not: the second binding is refused', () => {
    const { pods: rows, schedulers } = run(`
horizon: 1m
controlPlane:
  hosts: {count: 1, cores: 8}
  schedulers: [{name: a}, {name: b}]
nodePools: [{name: pool, count: 20, cpu: 4}]
workload:
  operations:${pods(40, 'default-scheduler')}`);
    expect(rows.filter(({ phase }) => phase === 'Running')).toHaveLength(40);
    const [a, b] = schedulers;
    expect(a!.podsBound + b!.podsBound).toBe(40);
    expect(a!.bindingConflicts + b!.bindingConflicts).toBeGreaterThan(10);
    expect(a!.podsRejected + b!.podsRejected).toBe(0);
  });

  test('come to the same in every run', () => {
    const spec = `
controlPlane: {schedulers: [{name: a}, {name: b}]}
nodePools: [{name: pool, count: 5}]
workload:
  operations:${pods(12, 'default-scheduler')}`;
    expect(run(spec).traceHash).toBe(run(spec).traceHash);
  });
});
