// Extenders of a scenario: what is warned of, what is stated, and what a run makes of it.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { brief, load, loaded } from './memory-files.js';

const extender =
  '{urlPrefix: "http://gpu:80", filterVerb: filter, prioritizeVerb: score, weight: 1}';
const configured = (extenders: string, more = '') =>
  `controlPlane: {scheduler: {config: {extenders: [${extenders}]}${more}}}`;
const stated = (entry: string) => `, extenders: [${entry}]`;

const messages = (spec: string): string[] => load(spec).problems.map((problem) => problem.message);

describe('an extender of the configuration', () => {
  test('is named as one that passes all, where the scenario says nothing of it', () => {
    const { scenario, problems } = load(configured(extender));
    expect(scenario?.cluster.controlPlane.scheduler.extenders).toEqual([
      { latency: { kind: 'constant', value: 4000 }, plugin: '' },
    ]);
    expect(problems).toMatchObject([
      {
        severity: 'warning',
        path: 'extenders[0]',
        message: 'the extender at http://gpu:80 lets every node pass and answers in 4ms',
      },
    ]);
    expect(problems[0]?.expected).toContain('controlPlane.scheduler.extenders');
  });

  test('is taken as stated', () => {
    const entry = '{urlPrefix: "http://gpu:80", latency: {p50: 2ms, p99: 9ms}, plugin: NodeName}';
    const { extenders } = loaded(configured(extender, stated(entry))).cluster.controlPlane
      .scheduler;
    expect(extenders).toEqual([
      { latency: { kind: 'logNormal', p50: 2000, p99: 9000 }, plugin: 'NodeName' },
    ]);
    expect(messages(configured(extender, stated(entry)))).toEqual([]);
  });

  test('is warned of for the verbs that are not asked for', () => {
    const verbs = '{urlPrefix: "http://b", preemptVerb: victims, bindVerb: bind}';
    expect(messages(configured(verbs))).toEqual([
      'preemptVerb is not simulated: it is not asked about the victims of a preemption',
      'bindVerb is not simulated: kube-scheduler binds the pods itself',
    ]);
  });
});

describe('an entry', () => {
  const problems = (entry: string) =>
    load(configured(extender, stated(entry))).problems.filter(
      ({ severity }) => severity === 'error',
    );

  test('for an extender that there is not is refused', () => {
    const [problem] = problems('{urlPrefix: "http://gpu:8"}');
    expect(brief(problem!)).toContain(
      'spec.controlPlane.scheduler.extenders[0].urlPrefix: the scheduler\'s configuration has no extender at "http://gpu:8"',
    );
    expect(problem?.suggestion).toBe('urlPrefix: http://gpu:80');
  });

  test('that names no plugin is refused', () => {
    const [problem] = problems('{urlPrefix: "http://gpu:80", plugin: NodeNam}');
    expect(problem).toMatchObject({
      message: 'there is no plugin "NodeNam"',
      suggestion: 'plugin: NodeName',
    });
  });

  test('of another form is refused with what belongs there', () => {
    const [problem] = problems('{urlPrefix: "http://gpu:80", latency: 4}');
    expect(problem?.path).toBe('spec.controlPlane.scheduler.extenders[0].latency');
  });
});

describe('in a run', () => {
  const workload = `
nodePools: [{name: pool, count: 3}]
workload:
  operations:
  - op: createPods
    count: 5
    template: {spec: {containers: [{name: main, image: pause}]}}
`;
  const run = (controlPlane: string) => runScenario(loaded(`${controlPlane}${workload}`));
  const lastScheduledUs = (controlPlane: string): number =>
    Math.max(...run(controlPlane).pods.map(({ scheduledUs }) => scheduledUs ?? 0));

  test('every cycle stands still until the extender has answered twice', () => {
    const entry = (latency: string) => stated(`{urlPrefix: "http://gpu:80", latency: ${latency}}`);
    const fast = lastScheduledUs(configured(extender, entry('0s')));
    const slow = lastScheduledUs(configured(extender, entry('50ms')));
    expect(slow - fast).toBeGreaterThan(5 * 2 * 50_000 - 20_000);
    expect(slow - fast).toBeLessThan(5 * 2 * 50_000 + 20_000);
  });

  test('a plugin that stands for it decides', () => {
    const entry = stated('{urlPrefix: "http://gpu:80", plugin: NodeResourcesFit}');
    const off = '{plugins: {filter: {disabled: [{name: NodeResourcesFit}]}}}';
    const config = `{extenders: [${extender}], profiles: [${off}]}`;
    const big = workload.replace(
      'image: pause}',
      'image: pause, resources: {requests: {cpu: 99}}}',
    );
    const { pods } = runScenario(
      loaded(`horizon: 5s\ncontrolPlane: {scheduler: {config: ${config}${entry}}}${big}`),
    );
    expect(pods[0]).toMatchObject({
      node: '',
      message: expect.stringContaining('0/3 nodes are available: 3 Insufficient cpu.'),
    });
  });

  test('an attempt that fails for its timeout is tried again', () => {
    const entry = stated('{urlPrefix: "http://gpu:80", latency: 10s}');
    const { pods } = runScenario(
      loaded(`horizon: 30s\n${configured(extender, entry)}${workload.replace('5', '1')}`),
    );
    expect(pods[0]?.message).toContain('Client.Timeout exceeded while awaiting headers');
    expect(pods[0]?.schedulingAttempts).toBeGreaterThan(1);
  });
});
