/**
 * From the FILE arguments of a command to a loaded scenario: a scenario file, or Kubernetes
 * manifests as files, folders, patterns or standard input.
 */

import { basename, dirname } from 'node:path';
import { folderOf } from '../scenario/files.js';
import {
  diskFiles,
  type InputFiles,
  keptFiles,
  RecordingFiles,
  scenarioFilesIn,
  shippedName,
} from '../scenario/input-files.js';
import { type LoadResult, loadManifests, loadScenario } from '../scenario/load.js';
import type { Overrides } from '../scenario/overrides.js';
import { isScenarioText } from '../scenario/recognition.js';
import type { OptionValue, RunInputs } from '../scenario/run-inputs.js';
import { UsageError } from './exit-code.js';

/** What the options of `run` and `plan` say about the input. */
export interface InputOptions extends Omit<Overrides, 'profile' | 'schedulerConfig'> {
  /** Name of a profile that ships with kubeclock, or a file. */
  readonly profile?: string;
  /** A file that holds a KubeSchedulerConfiguration. */
  readonly schedulerConfig?: string;
}

/** What the arguments have led to. */
export interface LoadedInput extends LoadResult {
  /** What to keep with the results, so that the run can be made again; only with a scenario. */
  readonly inputs: RunInputs | undefined;
}

/**
 * Loads what the arguments name.
 *
 * @throws UsageError for arguments that name nothing, or scenarios and manifests at once.
 */
export function loadInput(
  paths: readonly string[],
  options: InputOptions,
  disk: InputFiles = diskFiles,
): LoadedInput {
  const files = new RecordingFiles(disk);
  const result = loadFrom(paths, options, files);
  const { scenario } = result;
  if (scenario === undefined) return { ...result, inputs: undefined };
  const { seed: _seed, ...rest } = options;
  const { name, seed } = scenario;
  const stated = new Map(Object.entries<OptionValue>(rest));
  return { ...result, inputs: files.inputs({ name, seed, files: paths, options: stated }) };
}

/** Loads what a run has kept of its input. */
export function loadKeptInput(inputs: RunInputs): LoadResult {
  const options: InputOptions = { ...Object.fromEntries(inputs.options), seed: inputs.seed };
  const { scenario, ...rest } = loadInput(inputs.files, options, keptFiles(inputs));
  return { ...rest, scenario: scenario && { ...scenario, name: inputs.name } };
}

function loadFrom(paths: readonly string[], options: InputOptions, files: InputFiles): LoadResult {
  const { profile, schedulerConfig, ...rest } = options;
  const overrides: Overrides = {
    ...rest,
    ...(profile === undefined ? {} : { profile: readProfile(profile, files) }),
    ...(schedulerConfig === undefined
      ? {}
      : { schedulerConfig: readConfig(schedulerConfig, files) }),
  };
  for (const path of paths) {
    if (files.list('.', path).length === 0) throw new UsageError(describeMissing(path, files));
  }
  const scenario = paths.find((path) => isScenario(path, files));
  if (scenario === undefined) {
    const all = { read: files.read.bind(files), list: files.list.bind(files, '.') };
    return loadManifests(paths, nameFor(paths[0] ?? '-'), all, overrides);
  }
  if (paths.length > 1) {
    throw new UsageError(
      `${scenario} is a scenario, so it is run alone; name its manifests inside it (op: apply).`,
    );
  }
  const beside = scenarioFilesIn(files, folderOf(scenario));
  return loadScenario(files.read(scenario), scenario, beside, overrides);
}

function isScenario(path: string, files: InputFiles): boolean {
  return files.kindOf(path) === 'file' && isScenarioText(files.read(path));
}

function describeMissing(path: string, files: InputFiles): string {
  return files.kindOf(path) === 'folder'
    ? `${path} holds no .yaml, .yml or .json files.`
    : `${path} does not exist; FILE is a scenario, Kubernetes manifests (file, folder, pattern), ` +
        'or - for standard input.';
}

/** A name for a scenario made of manifests: that of the file or folder, as a DNS label. */
export function nameFor(path: string): string {
  if (path === '-') return 'stdin';
  const base = basename(path).replace(/\.(?:ya?ml|json)$/i, '');
  const own = /^[.*?]*$/.test(base) ? basename(dirname(path)) : base;
  const label = own
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return label === '' ? 'manifests' : label;
}

/** @throws UsageError when there is no such file. */
function readConfig(file: string, files: InputFiles): { file: string; text: string } {
  if (files.kindOf(file) !== 'file') {
    throw new UsageError(`--scheduler-config ${file}: there is no such file.`);
  }
  return { file, text: files.read(file) };
}

/** A profile by its name or file. @throws UsageError when there is none. */
export function readProfile(
  profile: string,
  files: InputFiles = diskFiles,
): { file: string; text: string } {
  if (files.kindOf(profile) === 'file') return { file: profile, text: files.read(profile) };
  const text = /^[a-z0-9-]+$/.test(profile) ? files.shippedProfile(profile) : undefined;
  if (text !== undefined) return { file: shippedName(profile), text };
  throw new UsageError(
    `There is no profile "${profile}": it is neither a file nor one that ships with kubeclock.`,
  );
}
