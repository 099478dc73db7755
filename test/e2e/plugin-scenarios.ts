// Scenarios with plugins of their own, run through the program, and what their pods came to.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { root } from '../tidy/source-files.js';
import { kubeclockHere, type Outcome } from './kubeclock.js';

/** The folder of the scenarios and of their plugins. */
export const pluginScenarios: string = join(root, 'scenarios/plugins');

/** Takes the scenario's own policy away. */
export const byDefault: readonly string[] = ['--set', 'controlPlane.scheduler={}'];

type Row = Readonly<Record<string, string>>;

/** A run and its files. */
export interface PluginRun extends Outcome {
  readonly summary: {
    readonly traceHash: string;
    readonly events: number;
    readonly endSeconds: number;
    readonly outcome: { readonly end: string; readonly partial: boolean; readonly message: string };
    readonly counts: Readonly<Record<string, number>>;
    readonly notices: readonly string[];
  };
  /** Rows of a CSV file of the results. */
  rows(file: string): readonly Row[];
}

/** Runs a scenario of the folder by its name, or of another by its path, into `folder`. */
export async function runPlugins(
  name: string,
  folder: string,
  ...args: readonly string[]
): Promise<PluginRun> {
  const file = name.endsWith('.yaml') ? name : join(pluginScenarios, `${name}.yaml`);
  const outcome = await kubeclockHere(['run', file, '--out', 'out', '--json', ...args], {
    cwd: folder,
  });
  if (outcome.out === '') throw new Error(`the run gave no results: ${outcome.err}`);
  const out = join(folder, 'out');
  const texts = new Map(
    ['pods.csv', 'nodes.csv'].map((each) => [each, readFileSync(join(out, each), 'utf8')]),
  );
  return {
    ...outcome,
    summary: JSON.parse(outcome.out),
    rows: (each) => parse(texts.get(each) ?? '', { columns: true }) as Row[],
  };
}
