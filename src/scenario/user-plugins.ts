/**
 * The scheduler plugins of a run that its user has written: those of the files that the scenario
 * and the command name, and those that a program hands in.
 */

import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import { defaultPluginList } from '../control-plane/scheduler/configuration/default-plugin-list.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import {
  pluginFaults,
  type UserPlugin,
  userRegistry,
} from '../control-plane/scheduler/out-of-tree/user-plugin.js';
import type { Overrides } from './overrides.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';

/** A file of plugins that somebody has named. */
export interface NamedPluginFile {
  /** Undefined when there is no such file, which has been reported. */
  readonly file: string | undefined;
  /** Where it is named. */
  readonly place: Place;
  readonly path: FieldPath;
}

/** A plugin and who brought it. */
export interface UserPluginUse {
  readonly name: string;
  /** As the user knows it; '' for a plugin that a program has handed in. */
  readonly file: string;
}

/** The plugins of a run. */
export interface UserPlugins {
  readonly registry: PluginRegistry;
  /** Every file that was named and is there, imported or not. */
  readonly files: readonly string[];
  readonly uses: readonly UserPluginUse[];
  /** Where a plugin was brought in, by name. */
  readonly places: ReadonlyMap<string, Place>;
  /** Of the files and of the plugins. */
  readonly problems: readonly Problem[];
  /** Whether these are all plugins that were named. */
  readonly isComplete: boolean;
  /** Files, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

const defaultNames: ReadonlySet<string> = new Set(defaultPluginList.map(({ name }) => name));
const { badPlugin } = scenarioProblemCodes;

/** Collects the plugins of `files`, then those of `overrides`; the first of a name counts. */
export function collectUserPlugins(
  files: readonly NamedPluginFile[],
  { plugins = [], pluginModules = new Map() }: Overrides,
): UserPlugins {
  const problems: Problem[] = [];
  const texts = new Map<string, string>();
  const found: { readonly plugin: UserPlugin; readonly file: string; readonly place: Place }[] = [];
  const seen = new Set<string>();
  for (const { file, place, path } of files) {
    if (file === undefined || seen.has(file)) continue;
    seen.add(file);
    const module = pluginModules.get(file);
    if (module === undefined) {
      const expected = 'a file that importPlugins has read; loadWithPlugins does so by itself';
      const message = `"${file}" has not been imported`;
      problems.push(problemAt(place, badPlugin, message, { path, expected }));
      continue;
    }
    texts.set(file, module.text);
    problems.push(...module.problems);
    for (const plugin of module.plugins) {
      found.push({ plugin, file, place: { file, line: 1, column: 1 } });
    }
  }
  for (const plugin of plugins) {
    const place = { file: 'plugins', line: 1, column: 1 };
    const faults = pluginFaults(plugin).map((fault) => `plugin ${plugin.name} ${fault}`);
    problems.push(...faults.map((fault) => problemAt(place, badPlugin, fault)));
    if (faults.length === 0) found.push({ plugin, file: '', place });
  }
  const used = new Map<string, (typeof found)[number]>();
  for (const each of found) {
    const { name } = each.plugin;
    const other = used.get(name);
    if (defaultNames.has(name)) problems.push(takenByDefault(name, each.place));
    else if (other !== undefined) problems.push(takenByOther(name, each.place, other.file));
    else used.set(name, each);
  }
  return {
    registry: userRegistry([...used.values()].map(({ plugin }) => plugin)),
    uses: [...used.values()].map(({ plugin: { name }, file }) => ({ name, file })),
    files: [...seen],
    places: new Map([...used].map(([name, { place }]) => [name, place])),
    problems,
    isComplete: problems.length === 0 && files.every(({ file }) => file !== undefined),
    texts,
  };
}

function takenByDefault(name: string, place: Place): Problem {
  const message = `"${name}" is the name of a default plugin of kube-scheduler`;
  const expected = 'a name of its own; a configuration can disable the default plugin';
  return problemAt(place, badPlugin, message, { expected, suggestion: `name: 'My${name}'` });
}

function takenByOther(name: string, place: Place, file: string): Problem {
  const owner = file === '' ? 'another plugin that was handed in' : `a plugin of ${file}`;
  const message = `"${name}" is the name of ${owner} too`;
  return problemAt(place, badPlugin, message, { expected: 'a name of its own for each plugin' });
}
