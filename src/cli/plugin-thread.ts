/**
 * Users' scheduler plugins in the thread that simulates. The thread belongs to the run, so what
 * would make two runs differ is taken from it while code of a plugin may be called: the clock of
 * the machine and the engine's own random numbers. From the rest (performance.now, timers, files,
 * the network) a plugin is told to keep away; `--verify` finds most of what it does with it.
 */

import { readFileSync } from 'node:fs';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { PluginFailure } from '../control-plane/scheduler/out-of-tree/plugin-failure.js';
import { userRegistry } from '../control-plane/scheduler/out-of-tree/user-plugin.js';
import { importPlugins } from '../scenario/plugin-files.js';
import type { LoadedScenario } from '../scenario/scenario.js';

/**
 * Imports the plugins of a scenario into this thread. `paths`: where their files lie.
 *
 * @throws PluginFailure for a file that can no longer be imported as it could be before.
 */
export async function pluginsOf(
  { plugins }: LoadedScenario,
  paths: ReadonlyMap<string, string>,
): Promise<PluginRegistry> {
  const files = [...new Set(plugins.map(({ file }) => file))];
  if (files.length === 0) return new Map();
  const pathOf = (file: string): string => paths.get(file) ?? file;
  const read = (file: string): string => readFileSync(pathOf(file), 'utf8');
  const restore = takeClockAndChance();
  try {
    const modules = [...(await importPlugins(files, { read, pathOf })).values()];
    const [problem] = modules.flatMap(({ problems }) => problems);
    if (problem !== undefined) {
      const { file, line, column, message } = problem;
      const call = { point: 'import', pod: '', node: '' };
      throw new PluginFailure(`${file}:${line}:${column}`, call, message);
    }
    return userRegistry(modules.flatMap((module) => module.plugins));
  } finally {
    restore();
  }
}

/** A scenario and where its files of plugins lie on this machine, by name. */
export interface ScenarioWithPlugins {
  readonly scenario: LoadedScenario;
  readonly pluginPaths: ReadonlyMap<string, string>;
}

/** What `run` returns, given the plugins; while it runs they have neither clock nor chance. */
export async function withPlugins<T>(
  { scenario, pluginPaths }: ScenarioWithPlugins,
  run: (plugins: PluginRegistry) => T,
): Promise<T> {
  const plugins = await pluginsOf(scenario, pluginPaths);
  return plugins.size === 0 ? run(plugins) : withoutClockAndChance(() => run(plugins));
}

/** What `body` returns; while it runs, the clock and chance throw. */
export function withoutClockAndChance<T>(body: () => T): T {
  const restore = takeClockAndChance();
  try {
    return body();
  } finally {
    restore();
  }
}

const chance = 'Math.random() differs from run to run: draw from handle.stream(purpose)';
const clock =
  'the clock of the machine differs from run to run: handle.now() is the simulated time';

/** Returns what gives both back. */
function takeClockAndChance(): () => void {
  const { random } = Math;
  const { now } = Date;
  // biome-ignore lint/style/noRestrictedGlobals: a plugin finds the clock in the global object.
  const own = globalThis;
  const OwnDate = Date;
  const refuse = (why: string) => (): never => {
    throw new Error(why);
  };
  Math.random = refuse(chance);
  Date.now = refuse(clock);
  own.Date = new Proxy(OwnDate, {
    construct: (target, args: unknown[]) =>
      args.length === 0 ? refuse(clock)() : Reflect.construct(target, args),
    apply: refuse(clock),
  });
  return () => {
    own.Date = OwnDate;
    Date.now = now;
    Math.random = random;
  };
}
