// Reading a KubeSchedulerConfiguration: defaults, versions, fields, what belongs together.

import { describe, expect, it } from 'vitest';
import { defaultPluginList } from '../../../../src/control-plane/scheduler/configuration/default-plugin-list.js';
import { readConfiguration } from '../../../../src/control-plane/scheduler/configuration/read-configuration.js';
import { config, firstProfile, problemsOf, profileConfig, valid } from './configuration-fixture.js';

describe('a configuration that says nothing', () => {
  it('is that of kube-scheduler without a file', () => {
    const { profiles, ...rest } = valid(undefined);
    expect(rest).toEqual({
      parallelism: 16,
      percentageOfNodesToScore: 0,
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      clientConnection: { qps: undefined, burst: undefined },
      leaderElection: {
        leaderElect: true,
        leaseDurationUs: 15_000_000,
        renewDeadlineUs: 10_000_000,
        retryPeriodUs: 2_000_000,
        resourceName: 'kube-scheduler',
        resourceNamespace: 'kube-system',
      },
      extenders: [],
    });
    expect(profiles.map(({ schedulerName }) => schedulerName)).toEqual(['default-scheduler']);
  });

  it.each([null, {}, config(), config({ profiles: [] }), config({ profiles: null })])(
    'is the same however it says nothing: %j',
    (tree) => expect(valid(tree)).toEqual(valid(undefined)),
  );

  it('has the default plugins in their order with their weights', () => {
    const { multiPoint, points } = firstProfile(undefined);
    expect(multiPoint.enabled).toEqual(defaultPluginList);
    expect(multiPoint.enabled.filter(({ weight }) => (weight ?? 1) > 1)).toEqual([
      { name: 'TaintToleration', weight: 3 },
      { name: 'NodeAffinity', weight: 2 },
      { name: 'PodTopologySpread', weight: 2 },
      { name: 'InterPodAffinity', weight: 2 },
      { name: 'DynamicResources', weight: 2 },
    ]);
    expect(Object.values(points).flatMap(({ enabled }) => enabled)).toEqual([]);
  });
});

describe('fields', () => {
  it('are all taken over', () => {
    const read = valid(
      config({
        parallelism: 4,
        percentageOfNodesToScore: 70,
        podInitialBackoffSeconds: 2,
        podMaxBackoffSeconds: 60,
        clientConnection: { kubeconfig: '/etc/k', contentType: 'x', qps: 200.5, burst: 400 },
        enableProfiling: false,
        enableContentionProfiling: false,
        delayCacheUntilActive: true,
        leaderElection: {
          leaderElect: false,
          leaseDuration: '1m30s',
          renewDeadline: '1.5s',
          retryPeriod: '500ms',
          resourceLock: 'leases',
          resourceName: 'mine',
          resourceNamespace: 'here',
        },
        profiles: [{ schedulerName: 'a', percentageOfNodesToScore: 0 }, { schedulerName: 'b' }],
      }),
    );
    expect(read).toMatchObject({
      parallelism: 4,
      percentageOfNodesToScore: 70,
      podInitialBackoffSeconds: 2,
      podMaxBackoffSeconds: 60,
      clientConnection: { qps: 200.5, burst: 400 },
      leaderElection: {
        leaderElect: false,
        leaseDurationUs: 90_000_000,
        renewDeadlineUs: 1_500_000,
        retryPeriodUs: 500_000,
        resourceName: 'mine',
        resourceNamespace: 'here',
      },
    });
    expect(
      read.profiles.map((each) => [each.schedulerName, each.percentageOfNodesToScore]),
    ).toEqual([
      ['a', 0],
      ['b', undefined],
    ]);
  });

  it.each([
    [{ parallelisme: 4 }, 'error parallelisme: unknown field "parallelisme"'],
    [{ parallelism: '4' }, 'error parallelism: found "4", expected an integer (int32)'],
    [{ parallelism: 1.5 }, 'error parallelism: found 1.5, expected an integer (int32)'],
    [
      { parallelism: 0 },
      'error parallelism: Invalid value: 0: should be an integer value greater than zero',
    ],
    [
      { percentageOfNodesToScore: 101 },
      'error percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
    ],
    [
      { percentageOfNodesToScore: -1 },
      'error percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]',
    ],
    [
      { podInitialBackoffSeconds: 0 },
      'error podInitialBackoffSeconds: Invalid value: 0: must be greater than 0',
    ],
    [
      { podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 4 },
      'error podMaxBackoffSeconds: Invalid value: 4: must be greater than or equal to PodInitialBackoffSeconds',
    ],
    [
      { clientConnection: { burst: -1 } },
      'error clientConnection.burst: Invalid value: -1: must be non-negative',
    ],
    [{ clientConnection: [] }, 'error clientConnection: found [], expected an object'],
    [
      { enableProfiling: 'yes' },
      'error enableProfiling: found "yes", expected a boolean (true or false)',
    ],
    [
      { leaderElection: { resourceLock: 'endpoints' } },
      'error leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"',
    ],
    [
      { leaderElection: { leaseDuration: '15' } },
      'error leaderElection.leaseDuration: Invalid value: "15": must be a duration such as 15s',
    ],
    [
      { leaderElection: { leaseDuration: '5s' } },
      'error leaderElection.leaseDuration: Invalid value: "5s": must be greater than `RenewDeadline`',
    ],
    [
      { leaderElection: { renewDeadline: '2400ms' } },
      'error leaderElection.renewDeadline: Invalid value: "2400ms": renewDeadline must be greater than retryPeriod*JitterFactor',
    ],
    [{ profiles: {} }, 'error profiles: found {}, expected a list'],
    [{ profiles: [7] }, 'error profiles[0]: found 7, expected an object'],
  ])('that are wrong are named: %j', (fields, line) => {
    expect(problemsOf(config(fields))).toEqual([line]);
    expect(readConfiguration(config(fields)).configuration).toBeUndefined();
  });

  it('that are misspelt come with what was meant', () => {
    const { problems } = readConfiguration(config({ podMaxBackofSeconds: 4 }));
    expect(problems[0]).toMatchObject({
      code: 'KUBECLOCK1101',
      suggestion: 'podMaxBackoffSeconds:',
    });
  });

  it('that are wrong in several places are all named', () => {
    const lines = problemsOf(config({ parallelism: 0, profiles: [{ nme: 1 }], extender: [] }));
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      'extender:',
      'parallelism:',
      'profiles[0].nme:',
    ]);
  });
});

describe('versions', () => {
  it.each(['v1beta1', 'v1beta2', 'v1beta3'])('%s is converted, with a warning', (version) => {
    const apiVersion = `kubescheduler.config.k8s.io/${version}`;
    const tree = { ...config({ parallelism: 3 }), apiVersion, healthzBindAddress: '0.0.0.0:10251' };
    expect(problemsOf(tree)).toEqual([
      `warning apiVersion: ${apiVersion} is no longer served since Kubernetes 1.29; it is read as kubescheduler.config.k8s.io/v1`,
    ]);
    expect(valid(tree).parallelism).toBe(3);
  });

  it.each(['kubescheduler.config.k8s.io/v1alpha1', 'kubescheduler.config.k8s.io/v1alpha2', 'v1'])(
    '%s is refused, with what to write',
    (apiVersion) => {
      const { configuration, problems } = readConfiguration({ ...config(), apiVersion });
      expect(configuration).toBeUndefined();
      expect(problems).toMatchObject([
        { path: ['apiVersion'], suggestion: 'apiVersion: kubescheduler.config.k8s.io/v1' },
      ]);
    },
  );

  it('has no fields of older ones', () => {
    expect(problemsOf(config({ healthzBindAddress: '' }))).toEqual([
      'error healthzBindAddress: unknown field "healthzBindAddress"',
    ]);
  });

  it('of another kind of object are refused', () => {
    expect(problemsOf({ ...config(), kind: 'Pod' })).toEqual([
      'error kind: no kind "Pod" is registered for version "kubescheduler.config.k8s.io/v1"',
    ]);
  });
});

describe('plugins of older versions', () => {
  const old = (profile: object): object => ({
    ...profileConfig(profile),
    apiVersion: 'kubescheduler.config.k8s.io/v1beta1',
  });

  it.each([
    ['NodeResourcesLeastAllocated', 'LeastAllocated'],
    ['NodeResourcesMostAllocated', 'MostAllocated'],
  ])('%s becomes a scoring strategy', (name, type) => {
    const profile = firstProfile(
      old({ plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name, weight: 5 }] } } }),
    );
    expect(profile.points.score).toEqual({
      enabled: [{ name: 'NodeResourcesFit', weight: 5 }],
      disabled: ['*'],
    });
    expect(profile.pluginConfig.get('NodeResourcesFit')).toMatchObject({
      scoringStrategy: { type },
    });
  });

  it('keep their arguments', () => {
    const args = {
      shape: [
        { utilization: 0, score: 0 },
        { utilization: 100, score: 10 },
      ],
      resources: [{ name: 'nvidia.com/gpu', weight: 3 }],
    };
    const profile = firstProfile(
      old({ pluginConfig: [{ name: 'RequestedToCapacityRatio', args }] }),
    );
    expect(profile.pluginConfig.get('NodeResourcesFit')).toMatchObject({
      scoringStrategy: { type: 'RequestedToCapacityRatio', ...args },
    });
  });

  it('without a successor are left out, with a warning', () => {
    const tree = old({ plugins: { filter: { enabled: [{ name: 'NodeLabel' }] } } });
    expect(firstProfile(tree).points.filter.enabled).toEqual([]);
    expect(problemsOf(tree)[1]).toBe(
      'warning profiles[0].plugins.filter.enabled[0].name: plugin "NodeLabel" is gone since Kubernetes 1.29 and is left out',
    );
  });

  it.each(['filter', 'score'])('of in-tree volumes are refused as v1 does at %s', (point) => {
    const profile = {
      plugins: {
        [point]: { enabled: [{ name: 'EBSLimits' }] },
        multiPoint: { enabled: [{ name: 'EBSLimits' }] },
      },
      pluginConfig: [{ name: 'GCEPDLimits' }],
    };
    const version = '"kubescheduler.config.k8s.io/v1"';
    const why = `was invalid in version ${version} (KubeSchedulerConfiguration is version ${version})`;
    expect(problemsOf(profileConfig(profile))).toEqual([
      `error profiles[0].plugins.${point}.enabled[0].name: Invalid value: "EBSLimits": ${why}`,
      'error profiles[0].plugins.multiPoint.enabled[0].name: Invalid value: "EBSLimits": plugin "EBSLimits" does not exist',
      `error profiles[0].pluginConfig[0]: Invalid value: "GCEPDLimits": ${why}`,
    ]);
  });

  it('are unknown in v1', () => {
    const plugins = { filter: { enabled: [{ name: 'NodeLabel' }] } };
    expect(problemsOf(profileConfig({ plugins }))).toEqual([
      'error profiles[0].plugins.filter.enabled[0].name: Invalid value: "NodeLabel": FilterPlugin "NodeLabel" does not exist',
    ]);
  });
});

describe('profiles', () => {
  it('need names when there are several, and different ones', () => {
    expect(problemsOf(config({ profiles: [{}, {}] }))).toEqual([
      'error profiles[0].schedulerName: Required value',
      'error profiles[1].schedulerName: Required value',
    ]);
    const twice = [{ schedulerName: 'x' }, { schedulerName: 'y' }, { schedulerName: 'x' }];
    expect(problemsOf(config({ profiles: twice }))).toEqual([
      'error profiles[2].schedulerName: Duplicate value: "x"',
    ]);
  });

  it('must sort the queue alike', () => {
    const queueSort = { enabled: [{ name: 'Mine' }], disabled: [{ name: '*' }] };
    const profiles = [
      { schedulerName: 'a', plugins: { queueSort } },
      { schedulerName: 'b', plugins: { queueSort } },
      { schedulerName: 'c' },
    ];
    expect(problemsOf(config({ profiles }), ['Mine'])).toEqual([
      'error profiles[2].plugins.queueSort: Invalid value: []: must be the same for all profiles',
    ]);
    const pluginConfig = (by: string) => [{ name: 'Mine', args: { by } }];
    const argued = ['age', 'size', 'age'].map((by, i) => ({
      ...profiles[0],
      schedulerName: `s${i}`,
      pluginConfig: pluginConfig(by),
    }));
    expect(problemsOf(config({ profiles: argued }), ['Mine'])).toEqual([
      'error profiles[1].pluginConfig.args: Invalid value: {"by":"size"}: queueSort must be the same for all profiles',
    ]);
    const two = { enabled: [{ name: 'Mine' }, { name: 'PrioritySort' }] };
    expect(problemsOf(profileConfig({ plugins: { queueSort: two } }), ['Mine'])).toEqual([
      'error profiles[0].plugins.queueSort.enabled: Invalid value: 2: only one queue sort plugin can be enabled',
    ]);
  });

  it('name plugins that there are, and know what was meant', () => {
    const plugins = { multiPoint: { enabled: [{ name: 'NodeAfinity' }] } };
    const { problems } = readConfiguration(profileConfig({ plugins }));
    expect(problems).toMatchObject([
      {
        severity: 'error',
        message: 'Invalid value: "NodeAfinity": plugin "NodeAfinity" does not exist',
        suggestion: 'name: NodeAffinity',
      },
    ]);
  });

  it('may name plugins of the caller', () => {
    const plugins = { score: { enabled: [{ name: 'Mine', weight: 7 }] } };
    expect(firstProfile(profileConfig({ plugins }), ['Mine']).points.score.enabled).toEqual([
      { name: 'Mine', weight: 7 },
    ]);
  });

  it('may disable and configure what is not there, but hear of it', () => {
    const profile = {
      plugins: { score: { disabled: [{ name: 'ImageLocalty' }] } },
      pluginConfig: [{ name: 'Other', args: { a: 1 } }],
    };
    expect(problemsOf(profileConfig(profile))).toEqual([
      'warning profiles[0].plugins.score.disabled[0].name: Invalid value: "ImageLocalty": ScorePlugin "ImageLocalty" does not exist',
      'warning profiles[0].pluginConfig[0].name: Invalid value: "Other": plugin "Other" does not exist',
    ]);
    expect(firstProfile(profileConfig(profile)).pluginConfig.get('Other')).toEqual({ a: 1 });
  });

  it('have weights of at least 0, where 0 counts as 1', () => {
    const score = (weight: number) =>
      profileConfig({ plugins: { score: { enabled: [{ name: 'ImageLocality', weight }] } } });
    expect(firstProfile(score(0)).points.score.enabled).toEqual([{ name: 'ImageLocality' }]);
    expect(problemsOf(score(0))).toEqual([
      'warning profiles[0].plugins.score.enabled[0].weight: a weight of 0 counts as 1; a plugin is turned off by naming it in disabled',
    ]);
    expect(problemsOf(score(-2))).toEqual([
      'error profiles[0].plugins.score.enabled[0].weight: Invalid value: -2: must not be negative',
    ]);
    expect(problemsOf(score(2_147_483_648))[0]).toContain('expected an integer (int32)');
  });

  it('configure a plugin once, by name', () => {
    const pluginConfig = [{ name: 'Mine' }, { name: 'Mine' }, { args: {} }];
    expect(problemsOf(profileConfig({ pluginConfig }), ['Mine'])).toEqual([
      'error profiles[0].pluginConfig[1]: Duplicate value: "Mine"',
      'error profiles[0].pluginConfig[2].name: Required value',
    ]);
  });

  it('hear that plugins of placements are not simulated', () => {
    const plugins = { placementScore: { enabled: [{ name: 'ImageLocality' }] } };
    expect(problemsOf(profileConfig({ plugins }))).toEqual([
      'warning profiles[0].plugins.placementScore: placementScore plugins are not simulated',
    ]);
  });
});
