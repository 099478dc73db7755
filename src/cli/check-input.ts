/**
 * From the arguments of `check` to scenarios with their baselines: all of them, or every problem.
 */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type FieldPath, parsePath } from '../api/field-path.js';
import { compareProblems, type Problem } from '../api/problem.js';
import type { Baseline } from '../experiment/check/baseline.js';
import { parseBaseline } from '../experiment/check/baseline-file.js';
import { type InputRows, inputRows } from '../experiment/check/input-rows.js';
import { type Model, parseModel } from '../experiment/check/model-file.js';
import { filesIn, kindOf, walkFolder } from '../scenario/files.js';
import { isScenarioText } from '../scenario/recognition.js';
import type { RunInputs } from '../scenario/run-inputs.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { problemAt, scenarioProblemCodes } from '../scenario/scenario-problems.js';
import { readTree } from '../scenario/yaml-tree.js';
import type { CheckTask } from './check-worker.js';
import { UsageError } from './exit-code.js';
import { type InputOptions, loadInput } from './input.js';

/** A scenario that is to be checked. */
export interface CheckItem extends Omit<CheckTask, 'stopFlag'> {
  readonly file: string;
  /** Where its baseline is, or will be. */
  readonly baselineFile: string;
  /** Line of the scenario file on which a field of `spec`, or its nearest parent, stands. */
  readonly lineOf: (path: FieldPath) => number;
}

/** What the arguments have led to. */
export interface CheckInputs {
  readonly items: readonly CheckItem[];
  /** The model that the baselines were made with; undefined when there is none. */
  readonly model: Model | undefined;
  /** Errors and warnings; with an error nothing can be run. */
  readonly problems: readonly Problem[];
  readonly texts: ReadonlyMap<string, string>;
}

/** Name of the file that holds the model, beside the baselines. */
export const modelFile = 'model.json';

/** Whether baselines are needed: `--update` makes those that are not there or not ours. */
interface BaselineFolder {
  readonly path: string;
  readonly isUpdate: boolean;
}

/** Loads all scenarios and their baselines. @throws UsageError for an argument that names nothing. */
export async function loadCheckInputs(
  paths: readonly string[],
  options: InputOptions,
  folder: BaselineFolder,
): Promise<CheckInputs> {
  const items: CheckItem[] = [];
  const problems: Problem[] = [];
  const texts = new Map<string, string>();
  for (const file of scenarioFiles(paths)) {
    const loaded = await loadInput([file], options);
    problems.push(...loaded.problems);
    for (const [name, text] of loaded.texts) texts.set(name, text);
    const { scenario, inputs, pluginPaths } = loaded;
    if (scenario === undefined || inputs === undefined) continue;
    const item = itemOf(file, scenario, inputs, folder);
    const twin = items.find(({ scenario: { name } }) => name === scenario.name);
    if (twin !== undefined) problems.push(sameName(item, twin));
    if (isProblem(item.baseline)) problems.push(item.baseline);
    else items.push({ ...item, pluginPaths, baseline: item.baseline });
  }
  const model = modelIn(folder, items);
  if (isProblem(model)) problems.push(model);
  return {
    items,
    model: isProblem(model) ? undefined : model,
    problems: problems.sort(compareProblems),
    texts,
  };
}

function isProblem(value: object | undefined): value is Problem {
  return value !== undefined && 'severity' in value;
}

/** The scenario files that the arguments stand for, each once, but for those after a `!`. */
function scenarioFiles(paths: readonly string[]): readonly string[] {
  const isLeftOut = (path: string): boolean => path.startsWith('!');
  const leftOut = paths.filter(isLeftOut).flatMap((path) => scenariosOf(path.slice(1)));
  const without = new Set(leftOut.map((file) => resolve(file)));
  const found = paths
    .filter((path) => !isLeftOut(path))
    .flatMap(scenariosOf)
    .filter((file) => !without.has(resolve(file)));
  if (found.length > 0) return [...new Set(found)];
  throw new UsageError(`${paths.join(' ')} names no scenario: what follows ! is left out.`);
}

function scenariosOf(path: string): readonly string[] {
  if (path === '-') throw new UsageError('check reads files, not standard input.');
  const kind = kindOf(path);
  if (kind === 'file') {
    if (isScenarioText(readFileSync(path, 'utf8'))) return [path];
    throw new UsageError(`${path} is no scenario, so it has no name to keep a baseline under.`);
  }
  const candidates = kind === 'folder' ? walkFolder(path) : filesIn('.').list(path);
  const files = candidates.filter(
    (file) => /\.ya?ml$/i.test(file) && isScenarioText(readFileSync(file, 'utf8')),
  );
  if (files.length > 0) return files;
  if (kind === 'folder') throw new UsageError(`${path} holds no scenarios.`);
  throw new UsageError(`${path} does not exist; name scenarios, folders or patterns.`);
}

interface FoundItem extends Omit<CheckItem, 'baseline' | 'pluginPaths'> {
  readonly baseline: Baseline | Problem | undefined;
}

function itemOf(
  file: string,
  scenario: LoadedScenario,
  inputs: RunInputs,
  folder: BaselineFolder,
): FoundItem {
  const baselineFile = join(folder.path, `${scenario.name}.json`);
  const tree = readTree(inputs.texts.get(inputs.files[0] ?? '') ?? '', file);
  const lineOf = (path: FieldPath): number => tree.positionOf(['spec', ...path]).line;
  const input: InputRows = inputRows(scenario, inputs);
  const baseline = baselineIn(baselineFile, scenario, folder);
  return { file, scenario, input, baselineFile, baseline, lineOf };
}

/** Undefined when it is to be made. */
function baselineIn(
  file: string,
  { name, seed }: LoadedScenario,
  { isUpdate }: BaselineFolder,
): Baseline | Problem | undefined {
  if (kindOf(file) !== 'file') {
    return isUpdate ? undefined : missing(file, 'there is no such baseline');
  }
  const text = readFileSync(file, 'utf8');
  const baseline = parseBaseline(text, file);
  if (isUpdate) return isProblem(baseline) || baseline.seed !== seed ? undefined : baseline;
  if (isProblem(baseline)) return baseline;
  const others = [
    ['scenario', baseline.scenario, name],
    ['seed', baseline.seed, seed],
  ] as const;
  for (const [field, before, after] of others) {
    if (before === after) continue;
    const line = text.slice(0, text.indexOf(`"${field}"`)).split('\n').length;
    return problemAt(
      { file, line, column: 2 },
      scenarioProblemCodes.badBaseline,
      `the baseline was made with the ${field} ${before}, and this is ${after}`,
      { expected: `the same ${field}, or --update to make the baseline anew` },
    );
  }
  return baseline;
}

function modelIn(
  { path, isUpdate }: BaselineFolder,
  items: readonly CheckItem[],
): Model | Problem | undefined {
  const file = join(path, modelFile);
  if (kindOf(file) !== 'file') {
    const isNeeded = !isUpdate && items.length > 0;
    return isNeeded ? missing(file, 'the model of the baselines is not there') : undefined;
  }
  const model = parseModel(readFileSync(file, 'utf8'), file);
  return isUpdate && isProblem(model) ? undefined : model;
}

function missing(file: string, message: string): Problem {
  return problemAt({ file, line: 1, column: 1 }, scenarioProblemCodes.badBaseline, message, {
    expected: 'a file that kubeclock check --update has written',
  });
}

function sameName({ file, scenario }: FoundItem, twin: CheckItem): Problem {
  return problemAt(
    { file, line: 1, column: 1 },
    scenarioProblemCodes.duplicateName,
    `${twin.file} is called ${scenario.name} too, and a baseline is kept under that name`,
    { expected: 'names that differ' },
  );
}

/** Line of the first change of the input that the scenario file itself states; else its first. */
export function lineOfChange({ lineOf }: CheckItem, paths: readonly string[]): number {
  const path = paths.find((each) => !each.startsWith('file '));
  return path === undefined ? 1 : lineOf(parsePath(path));
}
