// The scheduler's configuration in a scenario: in place, in a file, in a ConfigMap, by option.

import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/api/problem.js';
import { brief, load, loaded } from './memory-files.js';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

const schedulerOf = (...args: Parameters<typeof loaded>) =>
  loaded(...args).cluster.controlPlane.scheduler;

const inFile = 'controlPlane: {scheduler: {config: sched.yaml}}';

const sourceOf = (spec: string, files: Record<string, string>, path: string) =>
  loaded(spec, files).provenance.find((row) => row.path.startsWith(path));

describe('the scheduler of a scenario', () => {
  test('is kube-scheduler as it comes when nothing is said', () => {
    const { configuration, client } = schedulerOf('');
    expect(configuration.profiles.map(({ schedulerName }) => schedulerName)).toEqual([
      'default-scheduler',
    ]);
    expect(client).toEqual({ qps: 50, burst: 100 });
  });

  test('takes a configuration written in place', () => {
    const { configuration } = schedulerOf(`
      controlPlane:
        scheduler:
          config:
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            percentageOfNodesToScore: 30
            profiles: [{schedulerName: tight}]`);
    expect(configuration).toMatchObject({
      percentageOfNodesToScore: 30,
      profiles: [{ schedulerName: 'tight' }],
    });
  });

  test('takes one from a file beside the scenario', () => {
    const files = { 'sched.yaml': `${head}podMaxBackoffSeconds: 7\n` };
    expect(schedulerOf(inFile, files).configuration.podMaxBackoffSeconds).toBe(7);
    expect(sourceOf(inFile, files, 'controlPlane.scheduler.config')).toEqual({
      path: 'controlPlane.scheduler.config',
      value: 'sched.yaml',
      source: 'scenario',
    });
  });

  test('takes one out of a ConfigMap, under any key', () => {
    const configMap = [
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata: {name: scheduler}',
      'data:',
      '  another: hello',
      '  scheduler-config.yaml: |',
      ...`${head}parallelism: 3`.split('\n').map((line) => `    ${line}`),
    ].join('\n');
    expect(schedulerOf(inFile, { 'sched.yaml': configMap }).configuration.parallelism).toBe(3);
  });

  test('takes one from the command instead of its own', () => {
    const schedulerConfig = { file: 'mine.yaml', text: `${head}parallelism: 5` };
    const spec = 'controlPlane: {scheduler: {config: {parallelism: 3}}}';
    expect(schedulerOf(spec, {}, { schedulerConfig }).configuration.parallelism).toBe(5);
    const { provenance } = loaded(spec, {}, { schedulerConfig });
    expect(provenance.find(({ path }) => path === 'controlPlane.scheduler.config')).toMatchObject({
      value: 'mine.yaml',
      source: 'flag',
    });
  });

  test('sends at the rate of the configuration, where that states one', () => {
    const spec = (config: string) =>
      `controlPlane: {scheduler: {kubeAPIQPS: 80, kubeAPIBurst: 90, config: ${config}}}`;
    expect(schedulerOf(spec('{}')).client).toEqual({ qps: 80, burst: 90 });
    expect(schedulerOf(spec('{clientConnection: {qps: 5}}')).client).toEqual({ qps: 5, burst: 90 });
  });
});

describe('problems with a configuration', () => {
  const first = (spec: string, files: Record<string, string> = {}): Problem => {
    const { scenario, problems } = load(spec, files);
    expect(scenario).toBeUndefined();
    const [problem] = problems.filter(({ severity }) => severity === 'error');
    if (problem === undefined) throw new Error('there is no problem');
    return problem;
  };

  test('stand where they are written, in the scenario', () => {
    const problem = first(`
      controlPlane:
        scheduler:
          config:
            profiles:
            - plugins:
                score: {enabled: [{name: NodeAfinity}]}`);
    expect(problem).toMatchObject({
      file: 'test.yaml',
      line: 10,
      path: 'profiles[0].plugins.score.enabled[0].name',
      suggestion: 'name: NodeAffinity',
    });
  });

  test('stand where they are written, in a file', () => {
    const problem = first(inFile, { 'sched.yaml': `${head}profiles:\n- pluginConfg: []\n` });
    expect(brief(problem)).toBe(
      'sched.yaml:4:3 profiles[0].pluginConfg: unknown field "profiles[0].pluginConfg"',
    );
  });

  test('stand where they are written, in a ConfigMap', () => {
    const text = `kind: ConfigMap\ndata:\n  c: |\n    kind: KubeSchedulerConfiguration\n    parallelism: 0\n`;
    const problem = first(inFile, { 'sched.yaml': text });
    expect(problem).toMatchObject({ file: 'sched.yaml', line: 5, column: 18, path: 'parallelism' });
  });

  test('of plugins that cannot run where they are named come at once', () => {
    const problem = first(`
      controlPlane: {scheduler: {config: {profiles: [
        {plugins: {filter: {enabled: [{name: ImageLocality}]}}}]}}}`);
    expect(problem.message).toContain('plugin "ImageLocality" does not extend FilterPlugin plugin');
  });

  test('come together with those of the scenario', () => {
    const { problems } = load('horizn: 5s\ncontrolPlane: {scheduler: {config: {parallelism: 0}}}');
    expect(problems.map(({ path }) => path)).toEqual(['spec.horizn', 'parallelism']);
  });

  test('of an older version are warnings, and errors where warnings are', () => {
    const old = { 'sched.yaml': head.replace('v1', 'v1beta3') };
    expect(schedulerOf(inFile, old).configuration.parallelism).toBe(16);
    const { scenario, problems } = load(inFile, old, { strict: true });
    expect(scenario).toBeUndefined();
    expect(problems[0]).toMatchObject({ severity: 'error', file: 'sched.yaml', line: 1 });
  });

  test.each([
    ['a file that is not there', inFile, {}, '"sched.yaml" names no file'],
    ['another kind', inFile, { 'sched.yaml': 'kind: Pod' }, 'no kind "Pod" is registered'],
    [
      'a ConfigMap of something else',
      inFile,
      { 'sched.yaml': 'kind: ConfigMap\ndata: {a: b}' },
      'no kind "ConfigMap" is registered for version',
    ],
    ['no YAML', inFile, { 'sched.yaml': 'a: [' }, ''],
    ['a list', 'controlPlane: {scheduler: {config: [1]}}', {}, ''],
  ] as const)('include %s', (_what, spec, files, message) => {
    expect(first(spec, files).message).toContain(message);
  });
});
