/**
 * Cells of a sweep, loaded: the scenario with the values of the cell, and a digest of all that it
 * is made of.
 */

import { createHash } from 'node:crypto';
import type { Problem } from '../api/problem.js';
import { type Model, renderModel } from '../experiment/check/model-file.js';
import { measures } from '../experiment/compare/measures.js';
import { type CellValues, policyParameter } from '../experiment/sweep/parameter.js';
import type { PlannedCell } from '../experiment/sweep/sweep-plan.js';
import { renderInputsJson } from '../report/inputs-json.js';
import { shippedName } from '../scenario/input-files.js';
import { type InputOptions, loadInput, onceReadDisk } from './input.js';
import { ownModel } from './own-model.js';
import type { ReplicationInput } from './replication-pool.js';
import type { NamedPolicy } from './study-options.js';

/** A parameter and the option that has named it. */
export interface SweptParameter {
  readonly name: string;
  readonly values: readonly string[];
  /** As it is typed: `-L`, `--scan`, `--find`, `--policy`. */
  readonly option: string;
}

/** What differs between cells. */
export interface SweptInput {
  readonly policies: readonly NamedPolicy[];
  readonly parameters: readonly SweptParameter[];
}

/** A cell after loading. */
export interface LoadedCell {
  readonly planned: PlannedCell;
  /** Of the scenario; undefined when the cell cannot be run. */
  readonly name: string | undefined;
  /** Undefined when the cell cannot be run. */
  readonly input: ReplicationInput | undefined;
  readonly problems: readonly Problem[];
  /** What an import has left out. */
  readonly notes: readonly string[];
  /** Texts by the file that problems name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Names of measures in the order of the values of a run. */
export const measureNames: readonly string[] = measures.map(({ name }) => name);

export class CellLoader {
  readonly #paths: readonly string[];
  readonly #options: InputOptions;
  readonly #policies: ReadonlyMap<string, string | undefined>;
  readonly #parameters: readonly SweptParameter[];
  readonly #model: () => Promise<Model>;
  /** As text; read with the first cell. */
  #modelText: string | undefined;
  // All cells are of one input, whatever becomes of the files meanwhile.
  readonly #source = onceReadDisk();

  /** `model`: what runs depend on beside their input. */
  constructor(
    paths: readonly string[],
    options: InputOptions,
    { policies, parameters }: SweptInput,
    model: () => Promise<Model> = ownModel,
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#policies = new Map(policies.map(({ name, file }) => [name, file]));
    this.#parameters = parameters;
    this.#model = model;
  }

  /** What the cells that were loaded have read. */
  kept(): KeptFiles {
    const { profile, plugins = [], importValues = new Map() } = this.#options;
    const stated = [profile, ...plugins, ...[...importValues.values()].flat()];
    const named = [...this.#paths, ...this.#policies.values(), ...stated];
    const files = named.filter((file) => file !== undefined);
    const kept = this.#source.files.inputs({ name: '', seed: '', files, options: new Map() });
    const names = new Map(files.map((file, index) => [file, kept.files[index] ?? file]));
    // Profiles that ship with kubeclock are wherever it is.
    const own = [...kept.texts].filter(([path]) => path !== shippedName(profile ?? ''));
    return { files: new Map(own), nameOf: (file) => names.get(file) ?? file };
  }

  /** @throws UsageError for files that are not there. */
  async load(values: CellValues): Promise<LoadedCell> {
    const { set = [] } = this.#options;
    const swept = this.#parameters.map(({ name, option }, i) => ({
      name,
      option,
      value: values[i],
    }));
    const assigned = swept.filter(({ name }) => name !== policyParameter);
    const policy = swept.find(({ name }) => name === policyParameter)?.value ?? '';
    const file = this.#policies.get(policy);
    const options = {
      ...this.#options,
      set: [...set, ...assigned.map(({ name, value }) => `${name}=${value}`)],
      ...(file === undefined ? {} : { schedulerConfig: file }),
    };
    const found = await loadInput(this.#paths, options, this.#source);
    const { scenario, inputs, pluginPaths, importNotes: notes } = found;
    const places = assigned.map(({ name, option }) => `${option} ${name}`);
    const problems = found.problems.map((problem) => relocated(problem, places, set.length));
    const written = assigned.map(
      ({ name, value }, i) => [places[i] ?? '', `${name}=${value}`] as const,
    );
    const texts = new Map([...found.texts, ...written]);
    if (scenario === undefined || inputs === undefined) {
      const problem = shortProblem(problems);
      const planned = { values, problem };
      return { planned, name: undefined, input: undefined, problems, notes, texts };
    }
    this.#modelText ??= renderModel(await this.#model());
    const digest = digestOf(renderInputsJson(inputs), this.#modelText);
    const planned = { values, digest, seed: scenario.seed };
    const input = { scenario, pluginPaths };
    return { planned, name: scenario.name, input, problems, notes, texts };
  }
}

/** The files that cells were made of, by names that mean the same on every machine. */
export interface KeptFiles {
  readonly files: ReadonlyMap<string, string>;
  /** The name of a file of the arguments; other words stay as they are. */
  readonly nameOf: (file: string) => string;
}

/** Equal texts of inputs have equal digests as long as the model and its constants are equal. */
function digestOf(inputs: string, model: string): string {
  const whole = JSON.stringify([inputs, model, measureNames]);
  return createHash('sha256').update(whole).digest('hex').slice(0, 32);
}

/** The first error, on one line. */
function shortProblem(problems: readonly Problem[]): string {
  const { path = '', message = '' } = problems.find(({ severity }) => severity === 'error') ?? {};
  return path === '' ? message : `${path}: ${message}`;
}

/** Cells are loaded with assignments like those of `--set`, which nobody has typed as such. */
function relocated(problem: Problem, places: readonly string[], given: number): Problem {
  const file = problem.file === '--set' ? places[problem.line - given - 1] : undefined;
  return file === undefined ? problem : { ...problem, file, line: 1 };
}
