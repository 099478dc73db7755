import { describe, expect, test } from 'vitest';
import type { Overrides } from '../../src/scenario/overrides.js';
import { brief, load, loaded } from './memory-files.js';

const spec = `
  seed: 1
  horizon: 5m
  nodePools: [{name: a, count: 3, cpu: 2}]
  applicationStart: {p50: 1s, p99: 2s}
`;

const withOptions = (overrides: Overrides) => loaded(spec, {}, overrides);
const sourceOf = (path: string, overrides: Overrides): string | undefined =>
  withOptions(overrides).provenance.find((row) => row.path === path)?.source;

describe('--set', () => {
  test('changes one value and leaves its neighbours', () => {
    const [pool] = withOptions({ set: ['nodePools[0].count=9'] }).cluster.nodePools;
    expect(pool).toMatchObject({ count: 9, name: 'a' });
    expect(pool?.template.status?.allocatable).toMatchObject({ cpu: '2' });
  });

  test('may begin with spec, and may make what is not there yet', () => {
    const scenario = withOptions({
      set: ['spec.controlPlane.etcd.disk=hdd', 'kubeProxy.mode=ipvs'],
    });
    expect(scenario.cluster.kubeProxy).toMatchObject({ mode: 'ipvs', minSyncPeriodUs: 0 });
    expect(scenario.cluster.controlPlane.etcd.disk.fsync.kind).toBe('mixture');
  });

  test('takes any YAML as value, and the last of two wins', () => {
    const set = ['applicationStart={uniform: [1ms, 3ms]}', 'seed=4', 'seed=5'];
    const { cluster, seed } = withOptions({ set });
    expect(cluster.applicationStart).toEqual({ kind: 'uniform', low: 1000, high: 3000 });
    expect(seed).toBe('5');
  });

  test('replaces a distribution whole instead of mixing two', () => {
    expect(
      withOptions({ set: ['applicationStart={exponential: 1s}'] }).cluster.applicationStart,
    ).toEqual({
      kind: 'exponential',
      mean: 1_000_000,
    });
  });

  test.each([
    ['horizon=90', 9, 'horizon: 90s'],
    ['nodePools[0].count=-1', 20, undefined],
    ['horizn=90s', 8, 'horizon:'],
    ['nodePools[0].cpu=4x', 18, undefined],
  ])('%s is refused at its place, as in a file', (set, column, suggestion) => {
    const { scenario, problems, texts } = load(spec, {}, { set: ['seed=1', set] });
    expect(scenario).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: '--set', line: 2, column });
    expect(problems[0]?.suggestion).toBe(suggestion);
    expect(texts.get('--set')).toBe(`seed=1\n${set}`);
  });

  test.each([
    ['horizon', 'is not path=value'],
    ['=5', 'is not path=value'],
    ['nodePools[3].count=1', 'spec.nodePools has 1 items, so there is no [3]'],
    ['seed.deep=1', 'spec.seed is not a mapping'],
    ['horizon=[', 'is not a YAML value'],
  ])('%s is refused', (set, message) => {
    const { problems } = load(spec, {}, { set: [set] });
    expect(problems.map(brief).join()).toContain(message);
  });
});

describe('the short options', () => {
  test('--seed is text, so that 007 and 7 are two seeds', () => {
    expect(withOptions({ seed: '007' }).seed).toBe('007');
    expect(withOptions({ seed: '7' }).seed).toBe('7');
  });

  test('--until a duration runs to its end, --until converged stops early', () => {
    expect(withOptions({ until: '90s' })).toMatchObject({
      horizonUs: 90_000_000,
      untilConverged: false,
    });
    expect(withOptions({ until: 'converged' })).toMatchObject({
      horizonUs: 300_000_000,
      untilConverged: true,
    });
    expect(load(spec, {}, { until: 'later' }).problems).toMatchObject([
      { file: '--until', column: 1 },
    ]);
  });

  test('--nodes N changes the one pool, --nodes NxCPUxMEM replaces all', () => {
    expect(withOptions({ nodes: '8' }).cluster.nodePools).toMatchObject([{ name: 'a', count: 8 }]);
    expect(withOptions({ nodes: '8x4x8Gi' }).cluster.nodePools).toMatchObject([
      { name: 'default', count: 8 },
    ]);
  });

  test('--nodes N does not guess between two pools', () => {
    const two = 'nodePools: [{name: a, count: 1}, {name: b, count: 1}]';
    const { problems } = load(two, {}, { nodes: '5' });
    expect(problems).toMatchObject([{ file: '--nodes', suggestion: '--set nodePools[0].count=5' }]);
  });

  test('an option wins over --set', () => {
    expect(withOptions({ set: ['seed=3'], seed: '4' }).seed).toBe('4');
  });
});

describe('a profile', () => {
  const profile = (body: string) => ({
    file: 'p.yaml',
    text: `apiVersion: kubeclock.dev/v1alpha1\nkind: Profile\nmetadata: {name: p}\nspec: ${body}\n`,
  });

  test('gives what the scenario leaves open, and no more', () => {
    const given = profile(
      '{seed: 9, kubeProxy: {mode: nftables}, nodePools: [{name: p, count: 1, zones: [x]}]}',
    );
    const scenario = withOptions({ profile: given });
    expect(scenario.seed).toBe('1');
    expect(scenario.cluster.kubeProxy.mode).toBe('nftables');
    expect(scenario.cluster.nodePools).toMatchObject([{ name: 'a', zones: ['zone-a'] }]);
  });

  test('is checked like a scenario, at its own places', () => {
    const { scenario, problems } = load(
      spec,
      {},
      { profile: profile('{kubeProxy: {mod: ipvs}, clusterDns: {replicas: -1}}') },
    );
    expect(scenario).toBeUndefined();
    expect(problems).toMatchObject([
      { file: 'p.yaml', line: 4, column: 20, suggestion: 'mode:' },
      { file: 'p.yaml', line: 4, column: 55 },
    ]);
  });

  test('a scenario is no profile', () => {
    const text = profile('{}').text.replace('Profile', 'Scenario');
    const { problems } = load(spec, {}, { profile: { file: 'p.yaml', text } });
    expect(problems.map(brief).join()).toContain('p.yaml:2:7 kind');
  });

  test('a mistake that the scenario hides is still the profile mistake it is', () => {
    const { problems } = load('seed: 1', {}, { profile: profile('{horizon: 90}') });
    expect(problems).toMatchObject([{ file: 'p.yaml', suggestion: 'horizon: 90s' }]);
  });
});

describe('provenance', () => {
  const profile = {
    file: 'p.yaml',
    text: 'apiVersion: kubeclock.dev/v1alpha1\nkind: Profile\nmetadata: {name: p}\nspec: {kubeProxy: {mode: ipvs}, nodePools: [{name: z, count: 1, region: r}]}\n',
  };

  test('names who gave each value', () => {
    const overrides: Overrides = { profile, set: ['nodePools[0].count=4'], seed: '2' };
    expect(sourceOf('seed', overrides)).toBe('flag');
    expect(sourceOf('nodePools[0].count', overrides)).toBe('flag');
    expect(sourceOf('nodePools[0].cpu', overrides)).toBe('scenario');
    expect(sourceOf('nodePools[0].memory', overrides)).toBe('default');
    expect(sourceOf('kubeProxy.mode', overrides)).toBe('profile');
    expect(sourceOf('clusterDns.domain', overrides)).toBe('default');
  });

  test("does not credit a profile's list that the scenario's list replaced", () => {
    expect(sourceOf('nodePools[0].region', { profile })).toBe('default');
  });

  test('keeps values as they were written, in order of the paths', () => {
    const rows = withOptions({}).provenance;
    expect(rows.find(({ path }) => path === 'applicationStart')?.value).toEqual({
      p50: '1s',
      p99: '2s',
    });
    expect(rows.find(({ path }) => path === 'horizon')?.value).toBe('5m');
    const paths = rows.map(({ path }) => path);
    expect(paths).toEqual([...paths].sort((a, b) => (a < b ? -1 : 1)));
  });
});
