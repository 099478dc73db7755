// Which profiles run a user's plugin. A configuration that names a plugin, be it to disable it,
// decides; one that names it nowhere leaves a plugin that was handed in on purpose without use, so
// then every profile enables it at every extension point that it implements. kube-scheduler has no
// such rule: there a plugin that no profile names is compiled in and idle.

import { extensionPointMethods, pluginHandle } from '../configuration/plugin-sets.js';
import type {
  PluginSetting,
  SchedulerConfiguration,
  SchedulerProfile,
} from '../configuration/scheduler-configuration.js';
import { type ExtensionPoint, extensionPoints } from '../configuration/scheduler-configuration.js';
import type { Plugin } from '../framework/plugin.js';
import type { PluginRegistry, SchedulerHandle } from '../framework/plugin-handle.js';
import { PluginFailure } from './plugin-failure.js';

/** A configuration with users' plugins in their places. */
export interface EnabledUserPlugins {
  readonly configuration: SchedulerConfiguration;
  /** The extension points of plugins that no profile names, by plugin. */
  readonly unnamed: ReadonlyMap<string, readonly ExtensionPoint[]>;
  /** Why plugins cannot be made with the arguments that a profile has for them, by plugin. */
  readonly faults: ReadonlyMap<string, string>;
}

/**
 * Makes every plugin once for every profile, to see that it can be made and what it implements.
 * `named`: plugins that somebody asks for; they are left to the configuration.
 */
export function enableUserPlugins(
  configuration: SchedulerConfiguration,
  plugins: PluginRegistry,
  named: ReadonlySet<string>,
  handle: SchedulerHandle,
): EnabledUserPlugins {
  const unnamed = new Map<string, readonly ExtensionPoint[]>();
  const faults = new Map<string, string>();
  let { profiles } = configuration;
  for (const [name, factory] of plugins) {
    try {
      const made = profiles.map(({ pluginConfig }) =>
        factory(
          pluginConfig.get(name),
          pluginHandle(handle, () => undefined),
        ),
      );
      if (named.has(name)) continue;
      const points = extensionPoints.filter((point) =>
        made.some((plugin) => extensionPointMethods[point] in plugin),
      );
      unnamed.set(name, points);
      profiles = profiles.map((profile, index) =>
        enabledEverywhere(profile, made[index] as Plugin),
      );
    } catch (error) {
      if (!(error instanceof PluginFailure)) throw error;
      faults.set(name, error.message);
    }
  }
  return { configuration: { ...configuration, profiles }, unnamed, faults };
}

/** The plugins that the profiles enable or disable by name. */
export function namedPlugins({ profiles }: SchedulerConfiguration): readonly string[] {
  return profiles.flatMap(({ multiPoint, points }) =>
    [multiPoint, ...extensionPoints.map((point) => points[point])].flatMap(
      ({ enabled, disabled }) => [...enabled.map(({ name }) => name), ...disabled],
    ),
  );
}

/**
 * Behind all others, but for two points where that would mean never: there is one queue sort only,
 * and the first plugin that binds a pod is the last that is asked.
 */
function enabledEverywhere(profile: SchedulerProfile, plugin: Plugin): SchedulerProfile {
  const reference = { name: plugin.name };
  const { multiPoint, points } = profile;
  const first = ({ enabled, disabled }: PluginSetting): PluginSetting => ({
    enabled: [reference, ...enabled],
    disabled,
  });
  const last = ({ enabled, disabled }: PluginSetting): PluginSetting => ({
    enabled: [...enabled, reference],
    disabled,
  });
  return {
    ...profile,
    multiPoint: last(multiPoint),
    points: {
      ...points,
      ...('less' in plugin && { queueSort: { ...last(points.queueSort), disabled: ['*'] } }),
      ...('bind' in plugin && { bind: first(points.bind) }),
    },
  };
}
