// Arguments of the default plugins: defaults, strict fields, ranges.
// Source: kube-scheduler v1.36 apis/config/v1/defaults.go, apis/config/validation/
// validation_pluginargs.go; reference: scheduler 3. Left out: the gate StorageCapacityScoring.

import type { FieldPath } from '../../../api/field-path.js';
import {
  duplicateValue,
  forbidden,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../../../api/field-problem.js';
import { qualifiedNameProblems } from '../../../api/name-validation.js';
import { ArgumentFields } from './argument-fields.js';
import type { FieldReader } from './field-reader.js';
import type {
  DefaultPreemptionArgs,
  DynamicResourcesArgs,
  InterPodAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PluginArgs,
  ResourceSpec,
  ScoringStrategy,
  UtilizationShapePoint,
  VolumeBindingArgs,
} from './plugin-args.js';
import { readAddedAffinity, readPodTopologySpreadArgs } from './read-placement-args.js';

const strategyTypes = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const;
const cpuAndMemory: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** Reads the arguments of one plugin; `value` may be undefined. */
type ArgsReader<T> = (fields: ArgumentFields) => T;

/** Resources with weights; an absent weight, or 0, is 1. */
function readResources(fields: ArgumentFields, value: unknown, path: FieldPath): ResourceSpec[] {
  const { reader } = fields;
  return reader.list(value, path).map((item, index) => {
    const at = [...path, index];
    const { name, weight } = reader.object(item, at, ['name', 'weight']);
    return {
      name: reader.text(name, [...at, 'name']) ?? '',
      weight: reader.integer(weight, [...at, 'weight']) || 1,
    };
  });
}

function readShape(
  fields: ArgumentFields,
  value: unknown,
  path: FieldPath,
): UtilizationShapePoint[] {
  const { reader } = fields;
  const shape = reader.list(value, path).map((item, index) => {
    const at = [...path, index];
    const point = reader.object(item, at, ['utilization', 'score']);
    return {
      utilization: reader.integer(point['utilization'], [...at, 'utilization']) ?? 0,
      score: reader.integer(point['score'], [...at, 'score']) ?? 0,
    };
  });
  for (const [index, { utilization, score }] of shape.entries()) {
    const at = (name: string): FieldPath => [...path, index, name];
    if (utilization < 0 || utilization > 100) {
      reader.report(invalidValue(at('utilization'), utilization, 'not in valid range [0, 100]'));
    }
    if (score < 0 || score > 10) {
      reader.report(invalidValue(at('score'), score, 'not in valid range [0, 10]'));
    }
    if (index > 0 && (shape[index - 1]?.utilization ?? 0) >= utilization) {
      const detail = 'utilization values must be sorted in increasing order';
      reader.report(invalidValue(at('utilization'), utilization, detail));
    }
  }
  return shape;
}

function readStrategy(fields: ArgumentFields, value: unknown): ScoringStrategy {
  const { reader } = fields;
  const path = fields.at('scoringStrategy');
  const known = ['type', 'resources', 'requestedToCapacityRatio'];
  const strategy = reader.object(value, path, known);
  const stated = reader.text(strategy['type'], [...path, 'type']) || 'LeastAllocated';
  const type = strategyTypes.find((each) => each === stated);
  if (type === undefined) {
    reader.report(unsupportedValue([...path, 'type'], stated, strategyTypes));
  }
  const at = [...path, 'resources'];
  const resources = readResources(fields, strategy['resources'], at);
  for (const [index, { name, weight }] of resources.entries()) {
    if (weight >= 1 && weight <= 100) continue;
    const detail = `resource weight of ${name} not in valid range (0, 100]`;
    reader.report(invalidValue([...at, index, 'weight'], weight, detail));
  }
  const ratioPath = [...path, 'requestedToCapacityRatio'];
  const ratio = reader.object(strategy['requestedToCapacityRatio'], ratioPath, ['shape']);
  const shape = readShape(fields, ratio['shape'], [...ratioPath, 'shape']);
  if (type === 'RequestedToCapacityRatio' && shape.length === 0) {
    const detail = 'at least one point must be specified';
    reader.report(requiredValue([...ratioPath, 'shape'], detail));
  }
  return {
    type: type ?? 'LeastAllocated',
    resources: resources.length === 0 ? cpuAndMemory : resources,
    shape: type === 'RequestedToCapacityRatio' ? shape : [],
  };
}

function readNodeResourcesFit(fields: ArgumentFields): NodeResourcesFitArgs {
  const { reader } = fields;
  const lists = ['ignoredResources', 'ignoredResourceGroups'] as const;
  const known = fields.known(...lists, 'scoringStrategy');
  const [ignoredResources, ignoredResourceGroups] = lists.map((list) =>
    reader
      .list(known[list], fields.at(list))
      .map((item, index) => reader.text(item, fields.at(list, index)) ?? ''),
  ) as [string[], string[]];
  for (const [index, name] of ignoredResources.entries()) {
    for (const detail of qualifiedNameProblems(name)) {
      reader.report(invalidValue(fields.at('ignoredResources', index), name, detail));
    }
  }
  for (const [index, group] of ignoredResourceGroups.entries()) {
    if (!group.includes('/')) continue;
    const detail = "resource group name can't contain '/'";
    reader.report(invalidValue(fields.at('ignoredResourceGroups', index), group, detail));
  }
  const scoringStrategy = readStrategy(fields, known['scoringStrategy']);
  return { ignoredResources, ignoredResourceGroups, scoringStrategy };
}

function readBalancedAllocation(fields: ArgumentFields): NodeResourcesBalancedAllocationArgs {
  const { reader } = fields;
  const at = fields.at('resources');
  const resources = readResources(fields, fields.known('resources')['resources'], at);
  const seen = new Set<string>();
  for (const [index, { name, weight }] of resources.entries()) {
    if (seen.has(name)) reader.report(duplicateValue([...at, index, 'name'], name));
    seen.add(name);
    if (weight !== 1) reader.report(invalidValue([...at, index, 'weight'], weight, 'must be 1'));
  }
  return { resources: resources.length === 0 ? cpuAndMemory : resources };
}

function readInterPodAffinity(fields: ArgumentFields): InterPodAffinityArgs {
  const weight = 'hardPodAffinityWeight';
  const ignore = 'ignorePreferredTermsOfExistingPods';
  const known = fields.known(weight, ignore);
  return {
    hardPodAffinityWeight: fields.integer(known, weight, 1, 100, '[0, 100]'),
    ignorePreferredTermsOfExistingPods:
      fields.reader.boolean(known[ignore], fields.at(ignore)) ?? false,
  };
}

function readDefaultPreemption(fields: ArgumentFields): DefaultPreemptionArgs {
  const percentage = 'minCandidateNodesPercentage';
  const absolute = 'minCandidateNodesAbsolute';
  const known = fields.known(percentage, absolute);
  const most = Number.POSITIVE_INFINITY;
  const args = {
    minCandidateNodesPercentage: fields.integer(known, percentage, 10, 100, '[0, 100]'),
    minCandidateNodesAbsolute: fields.integer(known, absolute, 100, most, '[0, inf)'),
  };
  if (args[percentage] === 0 && args[absolute] === 0) {
    const detail = (other: string): string => `cannot be zero at the same time as ${other}`;
    fields.reader.report(invalidValue(fields.at(percentage), 0, detail(absolute)));
    fields.reader.report(invalidValue(fields.at(absolute), 0, detail(percentage)));
  }
  return args;
}

function readVolumeBinding(fields: ArgumentFields): VolumeBindingArgs {
  const { reader } = fields;
  const known = fields.known('bindTimeoutSeconds', 'shape');
  const path = fields.at('bindTimeoutSeconds');
  const bindTimeoutSeconds = reader.integer(known['bindTimeoutSeconds'], path) ?? 600;
  if (bindTimeoutSeconds < 0) {
    const detail = 'invalid BindTimeoutSeconds, should not be a negative value';
    reader.report(invalidValue(path, bindTimeoutSeconds, detail));
  }
  const shape = readShape(fields, known['shape'], fields.at('shape'));
  if (shape.length > 0) {
    const detail = 'needs the feature gate StorageCapacityScoring, which is off in 1.36';
    reader.report(forbidden(fields.at('shape'), detail));
  }
  return { bindTimeoutSeconds, shape };
}

function readDynamicResources(fields: ArgumentFields): DynamicResourcesArgs {
  const { reader } = fields;
  const known = fields.known('filterTimeout', 'bindingTimeout');
  const read = (name: string, absent: number): number =>
    reader.durationUs(known[name], fields.at(name)) ?? absent;
  return {
    filterTimeoutUs: read('filterTimeout', 10_000_000),
    bindingTimeoutUs: read('bindingTimeout', 600_000_000),
  };
}

const readers: { readonly [Name in keyof PluginArgs]: ArgsReader<PluginArgs[Name]> } = {
  DefaultPreemption: readDefaultPreemption,
  DynamicResources: readDynamicResources,
  InterPodAffinity: readInterPodAffinity,
  NodeAffinity: readAddedAffinity,
  NodeResourcesBalancedAllocation: readBalancedAllocation,
  NodeResourcesFit: readNodeResourcesFit,
  PodTopologySpread: readPodTopologySpreadArgs,
  VolumeBinding: readVolumeBinding,
};

/** The default plugins that take arguments, sorted. */
export const pluginsWithArgs: readonly string[] = Object.keys(readers).sort((a, b) =>
  a < b ? -1 : 1,
);

/** The arguments of a default plugin with defaults; `name` is one of `pluginsWithArgs`. */
export function readPluginArgs(
  reader: FieldReader,
  name: string,
  value: unknown,
  path: FieldPath,
): unknown {
  const fields = new ArgumentFields(reader, value, path, name);
  return readers[name as keyof PluginArgs](fields);
}
