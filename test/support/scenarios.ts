// Scenarios of the repository, loaded as the command line loads them, and the bytes they yield.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatProblem } from '../../src/api/problem.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { renderRun } from '../../src/report/render-run.js';
import { filesIn } from '../../src/scenario/files.js';
import { type LoadResult, loadScenario } from '../../src/scenario/load.js';
import type { Overrides } from '../../src/scenario/overrides.js';
import type { LoadedScenario } from '../../src/scenario/scenario.js';

/** The repository. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url));

export const scenarioFolder: string = join(root, 'scenarios');

/** Folders that hold no scenarios of their own: parts of others, and what needs a plugin. */
const otherFolders = ['plugins', 'profiles', 'quickstart'];

/** Names of all scenario files, sorted; those of folders begin with the folder: `nodes/reboot`. */
export function scenarioNames(): string[] {
  return namesIn(scenarioFolder, '.yaml').filter(
    (name) => !otherFolders.some((folder) => name.startsWith(`${folder}/`)),
  );
}

/** Paths of the files below a folder, without the extension, sorted. */
export function namesIn(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(extension))
    .map((path) => path.slice(0, -extension.length).replaceAll('\\', '/'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** The scenario, or an error with all its problems. */
export function loaded(result: LoadResult): LoadedScenario {
  if (result.scenario !== undefined) return result.scenario;
  throw new Error(result.problems.map((problem) => formatProblem(problem)).join('\n'));
}

export function loadNamed(name: string, overrides: Overrides = {}): LoadedScenario {
  const file = join(scenarioFolder, `${name}.yaml`);
  return loaded(loadScenario(readFileSync(file, 'utf8'), file, filesIn(dirname(file)), overrides));
}

/** summary.json of a run. */
export function summaryOf(result: RunResult): string {
  const files = renderRun(result, { uPlotJs: '', uPlotCss: '' });
  return files.get('summary.json') as string;
}

export function summaryOfScenario(scenario: LoadedScenario): string {
  return summaryOf(runScenario(scenario));
}
