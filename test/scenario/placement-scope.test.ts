// What a scenario of the scope `placement` may ask for, and how a mix of pods may be written.
import { describe, expect, test } from 'vitest';
import { brief, deployment, load } from './memory-files.js';

const problemsOf = (spec: string): readonly string[] => load(spec).problems.map(brief);

const template = '{spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 1}}}]}}';

describe('placement', () => {
  test('names every operation and part that nothing would come of', () => {
    const problems = problemsOf(`
      scope: placement
      metricsServer: {}
      controlPlane: {schedulers: [{name: a}]}
      workload:
        operations:
          - {op: apply, objects: [${deployment('web')}]}
          - {op: restart, component: kube-scheduler}
          - {op: createPods, count: 1, template: ${template}}`);
    const why = 'scope: placement simulates the decisions of the scheduler alone';
    expect(problems).toEqual([
      `test.yaml:6:3 spec.metricsServer: ${why}; metricsServer is beside them`,
      `test.yaml:7:18 spec.controlPlane.schedulers: ${why}; controlPlane.schedulers is beside them`,
      expect.stringMatching(
        /spec\.workload\.operations\[0\]\.objects\[0\]\.kind: .*no controller makes pods of a Deployment$/,
      ),
      expect.stringMatching(
        /spec\.workload\.operations\[1\]\.op: .*nobody would carry out restart$/,
      ),
    ]);
  });

  test('is a word of two, and the other one is near', () => {
    expect(load('scope: placment').problems[0]).toMatchObject({ line: 5, column: 10 });
  });
});

describe('a mix of pods', () => {
  const withMix = (mix: string): string => `
    nodePools: [{name: w, count: 1, cpu: 4, memory: 8Gi}]
    workload: {operations: [{op: createPodMix, ${mix}}]}`;

  test('of bare pods alone', () => {
    const [problem] = load(withMix(`kinds: [{count: 1, template: ${deployment('web')}}]`)).problems;
    expect(problem?.message).toBe('the template is a Deployment; createPodMix creates bare Pods');
    expect(problem?.path).toBe('spec.workload.operations[0].kinds[0].template');
  });

  test.each(['{spec: {}}', '{spce: {}}', '{spec: {containers: }}', '{}'])(
    'whose template is %s has problems, whatever its load is',
    (bad) => {
      const kinds = `kinds: [{count: 1, template: ${bad}}], load: {resource: cpu, ratio: 1}`;
      const { scenario, problems } = load(withMix(kinds));
      expect(scenario).toBeUndefined();
      expect(problems[0]?.path).toMatch(/^spec/);
    },
  );

  test('up to a load of something that nodes have and pods ask for', () => {
    const of = (resource: string) =>
      load(
        withMix(
          `load: {resource: ${resource}, ratio: 1}, kinds: [{count: 1, template: ${template}}]`,
        ),
      );
    expect(of('cpu').problems).toEqual([]);
    expect(of('cpus').problems.map(({ message, suggestion }) => [message, suggestion])).toEqual([
      ['no node has the resource "cpus"', 'cpu'],
      ['none of the kinds asks for "cpus"', 'cpu'],
    ]);
    expect(of('memory').problems.map(({ message }) => message)).toEqual([
      'none of the kinds asks for "memory"',
    ]);
  });

  test('with counts and orders that can be', () => {
    const bad = problemsOf(withMix(`order: random, kinds: [{count: 0, template: ${template}}]`));
    expect(bad).toHaveLength(2);
    expect(load(withMix('kinds: []')).problems[0]?.expected).toContain('kinds of pods');
  });
});
