// The arguments of the default plugins: defaults, ranges, messages.

import { describe, expect, it } from 'vitest';
import { pluginsWithArgs } from '../../../../src/control-plane/scheduler/configuration/read-plugin-args.js';
import { argsConfig, firstProfile, problemsOf } from './configuration-fixture.js';

function read(name: string, args: unknown): unknown {
  return firstProfile(argsConfig(name, args)).pluginConfig.get(name);
}

/** Messages without the path to the arguments. */
function refusals(name: string, args: unknown): string[] {
  return problemsOf(argsConfig(name, args)).map((line) =>
    line.replace('error profiles[0].pluginConfig[0].args', '').replace(/^\./, ''),
  );
}

const cpuAndMemory = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

const defaults: Readonly<Record<string, unknown>> = {
  DefaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
  DynamicResources: { filterTimeoutUs: 10_000_000, bindingTimeoutUs: 600_000_000 },
  InterPodAffinity: { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
  NodeAffinity: { addedAffinity: undefined },
  NodeResourcesBalancedAllocation: { resources: cpuAndMemory },
  NodeResourcesFit: {
    ignoredResources: [],
    ignoredResourceGroups: [],
    scoringStrategy: { type: 'LeastAllocated', resources: cpuAndMemory, shape: [] },
  },
  PodTopologySpread: { defaultConstraints: [], defaultingType: 'System' },
  VolumeBinding: { bindTimeoutSeconds: 600, shape: [] },
};

describe('arguments', () => {
  it('are there for every plugin that takes some, whether or not the profile gives any', () => {
    expect(pluginsWithArgs).toEqual(Object.keys(defaults).sort());
    const { pluginConfig } = firstProfile(undefined);
    expect(Object.fromEntries(pluginConfig)).toEqual(defaults);
  });

  it.each(pluginsWithArgs)('of %s may be empty, null, or only say what they are', (name) => {
    const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: `${name}Args` };
    for (const args of [undefined, null, {}, head])
      expect(read(name, args)).toEqual(defaults[name]);
  });

  it.each(pluginsWithArgs)('of %s have no unknown fields and no other kind', (name) => {
    expect(refusals(name, { bogus: 1 })).toEqual([
      'bogus: unknown field "profiles[0].pluginConfig[0].args.bogus"',
    ]);
    expect(refusals(name, { kind: 'OtherArgs' })).toEqual([
      `kind: args for plugin ${name} were not of type ${name}Args.kubescheduler.config.k8s.io, got OtherArgs.kubescheduler.config.k8s.io`,
    ]);
  });

  it('of plugins that take none are left to them', () => {
    expect(read('ImageLocality', { a: [1] })).toEqual({ a: [1] });
  });
});

describe('NodeResourcesFitArgs', () => {
  it('give absent weights, and those of 0, the weight 1', () => {
    const scoringStrategy = {
      type: 'MostAllocated',
      resources: [{ name: 'cpu' }, { name: 'x.y/z', weight: 0 }, { name: 'memory', weight: 100 }],
    };
    expect(read('NodeResourcesFit', { scoringStrategy })).toMatchObject({
      scoringStrategy: {
        type: 'MostAllocated',
        resources: [
          { name: 'cpu', weight: 1 },
          { name: 'x.y/z', weight: 1 },
          { name: 'memory', weight: 100 },
        ],
      },
    });
  });

  it('keep a shape only for the strategy that has one', () => {
    const shape = [
      { utilization: 0, score: 10 },
      { utilization: 100, score: 0 },
    ];
    const requestedToCapacityRatio = { shape };
    const strategy = (type: string) => ({ scoringStrategy: { type, requestedToCapacityRatio } });
    expect(read('NodeResourcesFit', strategy('RequestedToCapacityRatio'))).toMatchObject({
      scoringStrategy: { shape },
    });
    expect(read('NodeResourcesFit', strategy('LeastAllocated'))).toMatchObject({
      scoringStrategy: { shape: [] },
    });
  });

  const ratio = (shape: unknown): object => ({
    scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape } },
  });
  const shapePath = 'scoringStrategy.requestedToCapacityRatio.shape';

  it.each([
    [
      { scoringStrategy: { type: 'Tightest' } },
      'scoringStrategy.type: Unsupported value: "Tightest": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
    ],
    [
      { scoringStrategy: { resources: [{ name: 'cpu', weight: 101 }] } },
      'scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]',
    ],
    [
      { scoringStrategy: { resources: [{ name: 'cpu', weight: -1 }] } },
      'scoringStrategy.resources[0].weight: Invalid value: -1: resource weight of cpu not in valid range (0, 100]',
    ],
    [ratio([]), `${shapePath}: Required value: at least one point must be specified`],
    [
      ratio([{ utilization: 101, score: 1 }]),
      `${shapePath}[0].utilization: Invalid value: 101: not in valid range [0, 100]`,
    ],
    [
      ratio([{ utilization: 1, score: 11 }]),
      `${shapePath}[0].score: Invalid value: 11: not in valid range [0, 10]`,
    ],
    [
      ratio([
        { utilization: 5, score: 1 },
        { utilization: 5, score: 2 },
      ]),
      `${shapePath}[1].utilization: Invalid value: 5: utilization values must be sorted in increasing order`,
    ],
    [
      { ignoredResourceGroups: ['a.b', 'a/b'] },
      `ignoredResourceGroups[1]: Invalid value: "a/b": resource group name can't contain '/'`,
    ],
    [{ ignoredResources: 'cpu' }, 'ignoredResources: found "cpu", expected a list'],
    [{ ignoredResources: [3] }, 'ignoredResources[0]: found 3, expected a string'],
  ])('are refused: %j', (args, line) => {
    expect(refusals('NodeResourcesFit', args)[0]).toBe(line);
  });

  it('name resources that can be', () => {
    expect(refusals('NodeResourcesFit', { ignoredResources: ['a b'] })[0]).toMatch(
      /^ignoredResources\[0\]: Invalid value: "a b": name part must consist/,
    );
  });
});

describe('the arguments of other plugins', () => {
  it.each([
    [
      'NodeResourcesBalancedAllocation',
      { resources: [{ name: 'cpu', weight: 2 }] },
      ['resources[0].weight: Invalid value: 2: must be 1'],
    ],
    [
      'NodeResourcesBalancedAllocation',
      { resources: [{ name: 'cpu' }, { name: 'cpu' }] },
      ['resources[1].name: Duplicate value: "cpu"'],
    ],
    [
      'InterPodAffinity',
      { hardPodAffinityWeight: 101 },
      ['hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]'],
    ],
    [
      'DefaultPreemption',
      { minCandidateNodesPercentage: 101, minCandidateNodesAbsolute: -1 },
      [
        'minCandidateNodesPercentage: Invalid value: 101: not in valid range [0, 100]',
        'minCandidateNodesAbsolute: Invalid value: -1: not in valid range [0, inf)',
      ],
    ],
    [
      'DefaultPreemption',
      { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 },
      [
        'minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute',
        'minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage',
      ],
    ],
    [
      'VolumeBinding',
      { bindTimeoutSeconds: -1 },
      [
        'bindTimeoutSeconds: Invalid value: -1: invalid BindTimeoutSeconds, should not be a negative value',
      ],
    ],
    [
      'VolumeBinding',
      { shape: [{ utilization: 0, score: 1 }] },
      ['shape: Forbidden: needs the feature gate StorageCapacityScoring, which is off in 1.36'],
    ],
    ['DynamicResources', { filterTimeout: 10 }, ['filterTimeout: found 10, expected a string']],
  ])('of %s are refused: %j', (name, args, lines) => {
    expect(refusals(name, args)).toEqual(lines);
  });

  it('are taken over', () => {
    expect(read('DynamicResources', { filterTimeout: '0', bindingTimeout: '2m' })).toEqual({
      filterTimeoutUs: 0,
      bindingTimeoutUs: 120_000_000,
    });
    expect(
      read('InterPodAffinity', {
        hardPodAffinityWeight: 0,
        ignorePreferredTermsOfExistingPods: true,
      }),
    ).toEqual({ hardPodAffinityWeight: 0, ignorePreferredTermsOfExistingPods: true });
    expect(read('DefaultPreemption', { minCandidateNodesPercentage: 0 })).toEqual({
      minCandidateNodesPercentage: 0,
      minCandidateNodesAbsolute: 100,
    });
  });
});

describe('NodeAffinityArgs', () => {
  const term = { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] };
  const required = (nodeSelectorTerms: unknown): object => ({
    addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  });

  it('hold a node affinity', () => {
    expect(read('NodeAffinity', required([term]))).toEqual(required([term]));
  });

  it.each([
    [
      required([]),
      'addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
    ],
    [
      { addedAffinity: { required: {} } },
      'addedAffinity.required: unknown field "profiles[0].pluginConfig[0].args.addedAffinity.required"',
    ],
    [
      {
        addedAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: term }],
        },
      },
      'addedAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
    ],
  ])('are refused: %j', (args, line) => {
    expect(refusals('NodeAffinity', args)[0]).toBe(line);
  });
});

describe('PodTopologySpreadArgs', () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'ScheduleAnyway',
  };

  it('with constraints and without a type are a List', () => {
    expect(read('PodTopologySpread', { defaultConstraints: [constraint] })).toEqual({
      defaultConstraints: [constraint],
      defaultingType: 'List',
    });
    expect(read('PodTopologySpread', { defaultingType: 'List' })).toEqual({
      defaultConstraints: [],
      defaultingType: 'List',
    });
  });

  it.each([
    [{ ...constraint, maxSkew: 0 }, '.maxSkew: Invalid value: 0: not in valid range (0, inf)'],
    [{ ...constraint, topologyKey: '' }, '.topologyKey: Required value: can not be empty'],
    [{ maxSkew: 1, topologyKey: 'a' }, '.whenUnsatisfiable: Required value: can not be empty'],
    [
      { ...constraint, whenUnsatisfiable: 'Never' },
      '.whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
    [
      { ...constraint, labelSelector: {} },
      '.labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod',
    ],
    [
      { ...constraint, maxSkew: 'x' },
      '.maxSkew: found the string "x", expected an integer (int32)',
    ],
  ])('are refused: %j', (each, line) => {
    const args = { defaultConstraints: [each], defaultingType: 'List' };
    expect(refusals('PodTopologySpread', args)).toEqual([`defaultConstraints[0]${line}`]);
  });

  it('do not repeat a constraint, nor mix it with the system ones', () => {
    expect(refusals('PodTopologySpread', { defaultConstraints: [constraint, constraint] })).toEqual(
      ['defaultConstraints[1]: Duplicate value: "{topology.kubernetes.io/zone, ScheduleAnyway}"'],
    );
    const both = { defaultConstraints: [constraint], defaultingType: 'System' };
    expect(refusals('PodTopologySpread', both)).toEqual([
      'defaultingType: Invalid value: "System": when .defaultConstraints are not empty',
    ]);
    expect(refusals('PodTopologySpread', { defaultingType: 'Some' })).toEqual([
      'defaultingType: Unsupported value: "Some": supported values: "List", "System"',
    ]);
  });
});
