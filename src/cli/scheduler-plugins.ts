/**
 * Which plugin runs where in which profile, for `kubeclock plan`.
 */

import { frameworksFor } from '../control-plane/scheduler/configuration/plugin-sets.js';
import {
  extensionPoints,
  type SchedulerConfiguration,
} from '../control-plane/scheduler/configuration/scheduler-configuration.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { inertHandle } from '../control-plane/scheduler/inert-handle.js';
import { registry } from '../control-plane/scheduler/plugins/registry.js';
import { wrapText } from '../report/text-table.js';

/** A plugin at an extension point; only scores have weights. */
export interface EffectivePlugin {
  readonly name: string;
  readonly weight?: number;
}

/** The plugins of one profile by extension point, in order of execution. */
export interface EffectiveProfile {
  readonly schedulerName: string;
  readonly plugins: readonly (readonly [point: string, plugins: readonly EffectivePlugin[]])[];
}

/**
 * What the profiles of a configuration come to; extension points without plugins are left out.
 * `userPlugins` are those besides the default ones.
 */
export function effectiveProfiles(
  configuration: SchedulerConfiguration,
  userPlugins: PluginRegistry = new Map(),
): EffectiveProfile[] {
  const all = new Map([...registry, ...userPlugins]);
  return frameworksFor(configuration, all, inertHandle()).map(({ schedulerName, plugins }) => ({
    schedulerName,
    plugins: extensionPoints.flatMap((point) => {
      const list: readonly EffectivePlugin[] =
        point === 'score'
          ? plugins.score.map(({ plugin, weight }) => ({ name: plugin.name, weight }))
          : [plugins[point]].flat().map(({ name }) => ({ name }));
      return list.length === 0 ? [] : [[point, list] as const];
    }),
  }));
}

/** Lines for people of at most `width` places: `score  NodeAffinity 2, ImageLocality 1`. */
export function profileLines(
  { schedulerName, plugins }: EffectiveProfile,
  width: number,
): readonly string[] {
  const indent = 2 + Math.max(...plugins.map(([point]) => point.length)) + 2;
  return [
    `profile ${schedulerName}`,
    ...plugins.flatMap(([point, list]) => {
      const names = list.map(({ name, weight }) =>
        weight === undefined ? name : `${name} ${weight}`,
      );
      const [first = '', ...rest] = wrapText(names.join(', '), width - indent, '');
      const head = `  ${point}`.padEnd(indent);
      return [head + first, ...rest.map((line) => ' '.repeat(indent) + line)];
    }),
  ];
}
