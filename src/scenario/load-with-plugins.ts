/**
 * Loading a scenario whose plugins lie in files: only the scenario says which files, and modules
 * are imported asynchronously, so it is loaded, its plugins are imported, and it is loaded again.
 */

import type { LoadResult } from './load.js';
import {
  type ImportOptions,
  importPlugins,
  type PluginModule,
  type PluginModules,
} from './plugin-files.js';

/**
 * Calls `load` until it asks for no file that has not been imported: once without plugins, twice
 * with. `load` hands the modules on as `pluginModules`.
 *
 *     const result = await loadWithPlugins((pluginModules) =>
 *       loadScenario(text, 'shop.yaml', filesIn('.'), { pluginModules }),
 *     );
 *
 * @throws Error of the file system for a file that cannot be read.
 */
export async function loadWithPlugins(
  load: (pluginModules: PluginModules) => LoadResult,
  options?: ImportOptions,
): Promise<LoadResult> {
  const modules = new Map<string, PluginModule>();
  for (;;) {
    const result = load(modules);
    const missing = result.pluginFiles.filter((file) => !modules.has(file));
    if (missing.length === 0) return result;
    for (const [file, module] of await importPlugins(missing, options)) {
      modules.set(file, module);
    }
  }
}
