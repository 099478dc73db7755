/**
 * What the command line changes about a scenario, as assignments to its spec: `--set`, `--seed`,
 * `--until`, `--nodes`.
 */

import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import type { UserPlugin } from '../control-plane/scheduler/out-of-tree/user-plugin.js';
import { durationPattern } from './duration.js';
import { type Assignment, parseAssignment } from './layers.js';
import { parseNodes } from './node-pools.js';
import type { PluginModules } from './plugin-files.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { SchedulerConfigText } from './scheduler-config.js';
import { valueAt } from './yaml-tree.js';

/** Changes by the command, all optional. */
export interface Overrides {
  /** A partial spec below the scenario: values that the scenario states win. */
  readonly profile?: { readonly file: string; readonly text: string };
  /** `path=value`, the path relative to `spec`. */
  readonly set?: readonly string[];
  readonly seed?: string;
  /** `converged` or a duration. */
  readonly until?: string;
  /** `5`, `3x4cpu16Gi` or `3x4x16Gi`. */
  readonly nodes?: string;
  /** A KubeSchedulerConfiguration instead of the scenario's. */
  readonly schedulerConfig?: SchedulerConfigText;
  /** Scheduler plugins in files, besides those that the scenario names. */
  readonly pluginFiles?: readonly string[];
  /** What all these files hold, by path (see `importPlugins`). */
  readonly pluginModules?: PluginModules;
  /** Scheduler plugins that the calling program has itself. */
  readonly plugins?: readonly UserPlugin[];
  /** Whether warnings and unknown kinds are errors. */
  readonly strict?: boolean;
}

/** Assignments, what is wrong with the options, and the options' texts for excerpts. */
export interface Assignments {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads the options. `tree` is the scenario before them; it says how many pools there are. */
export function assignmentsOf(overrides: Overrides, tree: unknown): Assignments {
  const { set = [], seed, until, nodes, schedulerConfig } = overrides;
  const configPath: FieldPath = ['controlPlane', 'scheduler', 'config'];
  const parsed = [
    ...set.map((text, index) => parseAssignment(text, index + 1)),
    ...(seed === undefined ? [] : [option('--seed', ['seed'], seed)]),
    ...(until === undefined ? [] : untilOptions(until)),
    ...(nodes === undefined ? [] : nodesOptions(nodes, tree)),
    ...(schedulerConfig === undefined
      ? []
      : [option('--scheduler-config', configPath, schedulerConfig.file)]),
  ];
  const texts = new Map<string, string>();
  if (set.length > 0) texts.set('--set', set.join('\n'));
  for (const [name, text] of Object.entries({
    '--seed': seed,
    '--until': until,
    '--nodes': nodes,
  })) {
    if (text !== undefined) texts.set(name, text);
  }
  return {
    assignments: parsed.filter((each) => 'option' in each),
    problems: parsed.filter((each) => 'code' in each),
    texts,
  };
}

function option(name: string, path: Assignment['path'], value: unknown): Assignment {
  return { option: name, line: 1, path, value, column: 1 };
}

function untilOptions(text: string): readonly (Assignment | Problem)[] {
  if (text === 'converged') return [option('--until', ['until'], text)];
  if (durationPattern.test(text)) {
    return [option('--until', ['horizon'], text), option('--until', ['until'], 'horizon')];
  }
  const place = { file: '--until', line: 1, column: 1 };
  const expected = 'converged, or a duration such as 10m';
  const message = `${JSON.stringify(text)} is not allowed here`;
  return [problemAt(place, scenarioProblemCodes.badOption, message, { expected })];
}

function nodesOptions(text: string, tree: unknown): readonly (Assignment | Problem)[] {
  const parsed = parseNodes(text);
  const place = { file: '--nodes', line: 1, column: 1 };
  const { badOption } = scenarioProblemCodes;
  if (parsed === undefined) {
    const expected = 'a count, or count, CPUs and memory of each: 5, 3x4cpu16Gi or 3x4x16Gi';
    const message = `${JSON.stringify(text)} is not allowed here`;
    return [problemAt(place, badOption, message, { expected })];
  }
  const pools = valueAt(tree, ['spec', 'nodePools']);
  const count = Array.isArray(pools) ? pools.length : 0;
  if (parsed.cpu !== undefined || count === 0) {
    return [option('--nodes', ['nodePools'], [{ name: 'default', ...parsed }])];
  }
  if (count === 1) return [option('--nodes', ['nodePools', 0, 'count'], parsed.count)];
  const message = `the scenario has ${count} node pools, and "${text}" does not say which is meant`;
  const suggestion = `--set nodePools[0].count=${text}`;
  return [problemAt(place, badOption, message, { suggestion })];
}
