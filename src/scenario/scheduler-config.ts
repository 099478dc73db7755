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
import {
  enableUserPlugins,
  namedPlugins,
} from '../control-plane/scheduler/out-of-tree/enable-plugins.js';
import { registry } from '../control-plane/scheduler/plugins/registry.js';
import { assert } from '../kernel/assert.js';
import { checkExtenders, type ExtenderText, extenderWarnings } from './extenders.js';
import type { ObjectReader } from './objects.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { UserPlugins } from './user-plugins.js';
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
  /** Sentences on plugins of users that are enabled without having been asked for. */
  readonly pluginNotices: readonly string[];
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
  /** Of users, that it may enable. */
  readonly plugins: UserPlugins;
  readonly reader: ObjectReader;
  /** Finds fields of the scenario. */
  readonly placeOf: (path: FieldPath) => Place;
}

/** A configuration as written, before users' plugins have found their places in it. */
export interface ReadSchedulerConfig {
  /** Undefined when it has errors. */
  readonly configuration: SchedulerConfiguration | undefined;
  readonly problems: readonly Problem[];
  /** Names of plugins that it asks for. */
  readonly named: readonly string[];
  readonly placeOf: (path: FieldPath) => Place;
}

/**
 * Reads what a field stands for. Where plugins could not be read, nothing is said about the names
 * in a configuration.
 */
export function readSchedulerConfig(field: SchedulerConfigField): ReadSchedulerConfig {
  const problems: Problem[] = [];
  const located = locate(field, problems);
  const { placeOf } = field;
  if (located === undefined || !field.plugins.isComplete) {
    return { configuration: undefined, problems, named: [], placeOf };
  }
  const { tree, placeOf: place } = unwrapped(located);
  const known = [...registry.keys(), ...field.plugins.registry.keys()];
  const { configuration, problems: found } = readConfiguration(tree, known);
  problems.push(...found.map((problem) => withPlace(problem, place)));
  const named = field.extenders.flatMap(({ plugin = [] }) => plugin);
  if (configuration !== undefined) named.push(...namedPlugins(configuration));
  return { configuration, problems, named, placeOf: place };
}

/** Puts users' plugins into what was read; `named` are those that any scheduler asks for. */
export function completeSchedulerConfig(
  { plugins, extenders, extendersPath, placeOf }: SchedulerConfigField,
  read: ReadSchedulerConfig,
  named: ReadonlySet<string>,
): LoadedSchedulerConfig {
  const problems = [...read.problems];
  const nothing = { configuration: defaultSchedulerConfiguration(), problems, pluginNotices: [] };
  if (read.configuration === undefined) return nothing;
  const enabled = enableUserPlugins(read.configuration, plugins.registry, named, inertHandle());
  for (const [name, fault] of enabled.faults) {
    const place = plugins.places.get(name) ?? read.placeOf([]);
    problems.push(problemAt(place, scenarioProblemCodes.badPlugin, fault));
  }
  if (enabled.faults.size > 0) return nothing;
  const { configuration, unnamed } = enabled;
  const all = new Map([...registry, ...plugins.registry]);
  const report = (found: readonly FieldProblem[]): number =>
    problems.push(...found.map((problem) => withPlace(problem, read.placeOf)));
  const assembly = assembleFrameworks(configuration, all, inertHandle());
  report(assembly.problems);
  if (assembly.problems.length > 0) return nothing;
  report(extenderWarnings(configuration, extenders));
  const names = new Set(all.keys());
  problems.push(...checkExtenders(configuration, extenders, names, extendersPath, placeOf));
  const pluginNotices = [...unnamed].map(([name, points]) => noticeOf(name, points));
  return { configuration, problems, pluginNotices };
}

/** `Plugin X: …`. */
function noticeOf(name: string, points: readonly string[]): string {
  const list = points.map((point) => (point === 'score' ? 'score (weight 1)' : point)).join(', ');
  return `Plugin ${name}: no scheduler configuration names it, so every profile enables it at ${list}.`;
}

function locate(field: SchedulerConfigField, problems: Problem[]): LocatedTree | undefined {
  const { value, override, reader, path: fieldPath } = field;
  if (override === undefined && typeof value !== 'string') {
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

function withPlace(problem: FieldProblem, placeOf: (path: FieldPath) => Place): Problem {
  return locateProblem(problem, placeOf(problem.path).file, placeOf);
}
