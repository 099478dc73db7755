/**
 * Where values come from: a profile, the scenario on top of it, options of the command on top of
 * both, and defaults below all. Mappings merge; lists, scalars and distributions replace.
 */

import { type FieldPath, formatPath, parsePath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import { loadYaml } from '../api/yaml-dialect.js';
import { isDistributionTree } from './distribution-text.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import { isTree, type Tree, valueAt, type YamlTree } from './yaml-tree.js';

/** Who gave a value. */
export type ValueSource = 'default' | 'profile' | 'scenario' | 'flag';

/** A value of the spec that the run uses, and who gave it. */
export interface Provenance {
  /** `controlPlane.etcd.disk`, without `spec`. */
  readonly path: string;
  readonly value: unknown;
  readonly source: ValueSource;
}

/** A change to the spec by an option of the command, `--set horizon=5m`. */
export interface Assignment {
  /** The option as it is typed: `--set`, `--until`; its line in messages is `line`. */
  readonly option: string;
  readonly line: number;
  readonly path: FieldPath;
  readonly value: unknown;
  /** Where the value starts in the option's text, from 1. */
  readonly column: number;
}

/** The upper tree over the lower one; neither is changed. */
export function mergeTrees(lower: unknown, upper: unknown): unknown {
  if (upper === undefined) return lower;
  if (!isTree(lower) || !isTree(upper) || isDistributionTree(upper)) return upper;
  const merged: Record<string, unknown> = { ...lower };
  for (const key of Object.keys(upper)) merged[key] = mergeTrees(lower[key], upper[key]);
  return merged;
}

/**
 * Reads `path=value`. The path is relative to `spec`; the value is YAML, so that `3`, `16Gi`,
 * `true` and `{p50: 1ms, p99: 4ms}` mean what they mean in a file.
 */
export function parseAssignment(text: string, line: number): Assignment | Problem {
  const option = '--set';
  const place = { file: option, line, column: 1 };
  const equals = text.indexOf('=');
  const path = parsePath(text.slice(0, Math.max(0, equals)).replace(/^spec\./, ''));
  if (equals < 1 || path.length === 0) {
    return problemAt(place, scenarioProblemCodes.badOption, `"${text}" is not path=value`, {
      expected: 'a path below spec and a value, such as nodePools[0].count=5',
    });
  }
  const column = equals + 2;
  try {
    return { option, line, path, value: loadYaml(text.slice(equals + 1), 'refuse')[0], column };
  } catch {
    const message = `"${text.slice(equals + 1)}" is not a YAML value`;
    return problemAt({ ...place, column }, scenarioProblemCodes.badOption, message);
  }
}

/** The tree with the value put at its path, or the sentence that says why there is no such path. */
export function assign(tree: unknown, { path, value }: Assignment): { tree: unknown } | string {
  const result = place(tree, path, 0, value);
  return typeof result === 'string' ? result : { tree: result.tree };
}

function place(
  tree: unknown,
  path: FieldPath,
  depth: number,
  value: unknown,
): { tree: unknown } | string {
  const step = path[depth];
  if (step === undefined) return { tree: value };
  const here = formatPath(path.slice(0, depth)) || 'spec';
  if (typeof step === 'number') {
    const items: readonly unknown[] = Array.isArray(tree) ? tree : [];
    if (step >= items.length) return `${here} has ${items.length} items, so there is no [${step}]`;
    const inner = place(items[step], path, depth + 1, value);
    return typeof inner === 'string' ? inner : { tree: items.with(step, inner.tree) };
  }
  if (tree !== undefined && !isTree(tree)) return `${here} is not a mapping`;
  const inner = place(tree?.[step], path, depth + 1, value);
  return typeof inner === 'string' ? inner : { tree: { ...tree, [step]: inner.tree } };
}

/** The layers of one run, from the top down. */
export interface Layers {
  readonly assignments: readonly Assignment[];
  readonly scenario: YamlTree | undefined;
  readonly profile: YamlTree | undefined;
}

const isPrefix = (prefix: FieldPath, path: FieldPath): boolean =>
  prefix.length <= path.length && prefix.every((step, index) => step === path[index]);

/** Where the value at a path of the spec was given. */
export function locateInLayers(layers: Layers, path: FieldPath, wants: 'key' | 'value'): Place {
  const assignment = layers.assignments.findLast((each) => isPrefix(each.path, path));
  if (assignment !== undefined) {
    return { file: assignment.option, line: assignment.line, column: assignment.column };
  }
  const { scenario, profile } = layers;
  const layer = sourceOf(layers, path) === 'profile' ? profile : (scenario ?? profile);
  if (layer === undefined) return { file: 'defaults', line: 1, column: 1 };
  return { file: layer.file, ...layer.positionOf(['spec', ...path], wants) };
}

/** Every leaf of a tree with its path; distributions and lists without mappings are leaves. */
export function leavesOf(tree: unknown): readonly (readonly [path: string, value: unknown])[] {
  return leaves(tree, []).map(({ path, value }) => [formatPath(path), value]);
}

/** Every leaf of the spec that the run uses, with its source, in order of the paths. */
export function provenanceOf(spec: Tree, layers: Layers): readonly Provenance[] {
  return leaves(spec, [])
    .map(({ path, value }) => ({ path: formatPath(path), value, source: sourceOf(layers, path) }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function leaves(value: unknown, path: FieldPath): readonly { path: FieldPath; value: unknown }[] {
  if (isTree(value) && !isDistributionTree(value) && Object.keys(value).length > 0) {
    return Object.keys(value).flatMap((key) => leaves(value[key], [...path, key]));
  }
  if (Array.isArray(value) && value.some(isTree)) {
    return value.flatMap((item, index) => leaves(item, [...path, index]));
  }
  return value === undefined ? [] : [{ path, value }];
}

function sourceOf(layers: Layers, path: FieldPath): ValueSource {
  if (layers.assignments.some((each) => isPrefix(each.path, path))) return 'flag';
  const full = ['spec', ...path];
  const scenario = layers.scenario?.tree;
  if (valueAt(scenario, full) !== undefined) return 'scenario';
  // A list of the scenario hides the profile's list, whatever the two have at the same index.
  const isHidden = full.some((_, index) => Array.isArray(valueAt(scenario, full.slice(0, index))));
  return isHidden || valueAt(layers.profile?.tree, full) === undefined ? 'default' : 'profile';
}
