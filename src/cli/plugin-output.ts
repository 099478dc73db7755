/**
 * What the author of a scheduler plugin is told on stderr: where the plugin takes part without
 * having been asked for, and what it has done wrong.
 */

import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedScenario } from '../scenario/scenario.js';
import type { SimulationAnswer } from './simulation-protocol.js';
import type { Terminal } from './terminal.js';

/** One line for each plugin that no configuration names. */
export function printPluginNotices(
  { pluginNotices }: LoadedScenario,
  { err, isQuiet }: Terminal,
): void {
  if (isQuiet) return;
  for (const notice of pluginNotices) err.write(`${notice}\n`);
}

/** The place in the author's file, or under `isDebug` the whole stack. */
export function printPluginFailure(
  { pluginFailure }: SimulationAnswer,
  { plugins }: LoadedScenario,
  isDebug: boolean,
  { err }: Terminal,
): void {
  if (pluginFailure === undefined) return;
  const { stack } = pluginFailure;
  const files = plugins.map(({ file }) => resolve(file));
  const place = placeIn(stack, files);
  if (place !== undefined) err.write(`  at ${place}\n`);
  if (isDebug) err.write(`${stack}\n`);
  else err.write('This is a fault of the plugin. --debug shows the stack.\n');
}

/** The innermost place of a stack that lies in one of `files`: `plugins/cost.ts:12:7`. */
function placeIn(stack: string, files: readonly string[]): string | undefined {
  for (const [, url = '', position] of stack.matchAll(/(file:\/\/[^\s()]+?):(\d+:\d+)/g)) {
    const file = fileURLToPath(url);
    if (files.includes(file)) return `${relative('.', file)}:${position}`;
  }
  return undefined;
}
