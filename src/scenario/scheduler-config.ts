/**
 * The KubeSchedulerConfiguration of a scenario: written in place, in a file, or in a ConfigMap that
 * carries one, as clusters deploy it.
 */

import { sortedKeys } from '../api/field-check.js';
import type { FieldPath } from '../api/field-path.js';
import { type FieldProblem, locateProblem } from '../api/field-problem.js';
import type { Problem } from '../api/problem.js';
import { assembleFrameworks } from '../control-plane/scheduler/configuration/plugin-sets.js';
import {
  configurationKind,
  readConfiguration,
} from '../control-plane/scheduler/configuration/read-configuration.js';
import type { SchedulerConfiguration } from '../control-plane/scheduler/configuration/scheduler-configuration.js';
import { inertHandle } from '../control-plane/scheduler/inert-handle.js';
import { registry } from '../control-plane/scheduler/plugins/registry.js';
import { assert } from '../kernel/assert.js';
import { checkExtenders, type ExtenderText, extenderWarnings } from './extenders.js';
import type { ObjectReader } from './objects.js';
import type { Place } from './scenario-problems.js';
import { isTree, readTree, type YamlTree } from './yaml-tree.js';

/** A configuration as text, with the name that the user knows it by. */
export interface SchedulerConfigText {
  readonly file: string;
  readonly text: string;
}

/** A tree and where its fields stand. */
interface LocatedTree {
  readonly tree: unknown;
  readonly placeOf: (path: FieldPath) => Place;
  /** Where a block of text starts, and by how much it is indented. */
  readonly blockStart: YamlTree['blockStart'];
}

/** A configuration that can be used, and what is wrong with it or with another one. */
export interface LoadedSchedulerConfig {
  /** The default one when the stated one has errors. */
  readonly configuration: SchedulerConfiguration;
  readonly problems: readonly Problem[];
}

/** What kube-scheduler does when nobody configures it. */
export function defaultSchedulerConfiguration(): SchedulerConfiguration {
  const { configuration } = readConfiguration(undefined);
  assert(configuration !== undefined, 'the default configuration is valid');
  return configuration;
}

/** A field that states a configuration. */
export interface SchedulerConfigField {
  readonly value: unknown;
  readonly path: FieldPath;
  /** What the scenario says about the configuration's extenders, and where. */
  readonly extenders: readonly ExtenderText[];
  readonly extendersPath: FieldPath;
  /** Used instead of the value. */
  readonly override: SchedulerConfigText | undefined;
  readonly reader: ObjectReader;
  /** Finds fields of the scenario. */
  readonly placeOf: (path: FieldPath) => Place;
}

/** Loads what a field stands for. */
export function loadSchedulerConfig(field: SchedulerConfigField): LoadedSchedulerConfig {
  const { extenders, extendersPath, placeOf } = field;
  const problems: Problem[] = [];
  const located = locate(field, problems);
  const judged = located === undefined ? undefined : judge(unwrapped(located), extenders, problems);
  const configuration = judged ?? defaultSchedulerConfiguration();
  const isSound = problems.every(({ severity }) => severity === 'warning');
  if (isSound) {
    const names = new Set(registry.keys());
    problems.push(...checkExtenders(configuration, extenders, names, extendersPath, placeOf));
  }
  return { configuration, problems };
}

function locate(field: SchedulerConfigField, problems: Problem[]): LocatedTree | undefined {
  const { value, override, reader, path: fieldPath } = field;
  if (override === undefined && typeof value !== 'string') {
    if (value === undefined) return undefined;
    const place = (path: FieldPath): Place => field.placeOf([...fieldPath, ...path]);
    return { tree: value, placeOf: place, blockStart: (path) => ({ ...place(path), indent: 0 }) };
  }
  const found = override ?? reader.textOf(String(value), field.placeOf(fieldPath), fieldPath);
  if (found === undefined) return undefined;
  const read = readTree(found.text, found.file);
  problems.push(...read.problems);
  if (read.tree === undefined) return undefined;
  const { file, tree, positionOf, blockStart } = read;
  return { tree, placeOf: (path) => ({ file, ...positionOf(path) }), blockStart };
}

/** The configuration in a ConfigMap, under whatever key; anything else as it is. */
function unwrapped(located: LocatedTree): LocatedTree {
  const { tree, placeOf, blockStart } = located;
  const data = isTree(tree) && tree['kind'] === 'ConfigMap' ? tree['data'] : undefined;
  if (!isTree(data)) return located;
  for (const key of sortedKeys(data)) {
    const { file } = placeOf(['data', key]);
    const inner = readTree(String(data[key]), file);
    if (!isTree(inner.tree) || inner.tree['kind'] !== configurationKind) continue;
    const { line, indent } = blockStart(['data', key]);
    return {
      tree: inner.tree,
      placeOf: (path) => {
        const position = inner.positionOf(path);
        return { file, line: position.line + line - 1, column: position.column + indent };
      },
      blockStart,
    };
  }
  return located;
}

/** Undefined when there is an error. */
function judge(
  { tree, placeOf }: LocatedTree,
  extenders: readonly ExtenderText[],
  problems: Problem[],
): SchedulerConfiguration | undefined {
  const { configuration, problems: found } = readConfiguration(tree, registry.keys());
  const assembly =
    configuration === undefined
      ? []
      : assembleFrameworks(configuration, registry, inertHandle()).problems;
  const warnings = configuration === undefined ? [] : extenderWarnings(configuration, extenders);
  for (const problem of [...found, ...assembly, ...warnings]) {
    problems.push(located(problem, placeOf));
  }
  return assembly.length === 0 ? configuration : undefined;
}

function located(problem: FieldProblem, placeOf: (path: FieldPath) => Place): Problem {
  return locateProblem(problem, placeOf(problem.path).file, placeOf);
}
