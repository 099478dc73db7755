// Whether what is bound to a node can be expected to fit on it.
import type { SchedulerSpec } from '../cluster/cluster-spec.js';
import { frameworksFor } from '../control-plane/scheduler/configuration/plugin-sets.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { inertHandle } from '../control-plane/scheduler/inert-handle.js';
import { registry } from '../control-plane/scheduler/plugins/registry.js';

/**
 * Whether room is promised once only: by one scheduler alone, each profile of which filters by what
 * is left of a node. `plugins` are those besides the default ones.
 */
export function promisesRoomOnce(
  schedulers: readonly SchedulerSpec[],
  plugins: PluginRegistry,
): boolean {
  const [only, ...others] = schedulers;
  if (only === undefined || others.length > 0) return false;
  const all = new Map([...registry, ...plugins]);
  return frameworksFor(only.configuration, all, inertHandle()).every((framework) =>
    framework.plugins.filter.some(({ name }) => name === 'NodeResourcesFit'),
  );
}
