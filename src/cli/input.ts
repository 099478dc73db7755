/**
 * From the FILE arguments of a command to a loaded scenario: a scenario file, Kubernetes manifests
 * as files, folders, patterns or standard input, or files of a format that can be imported.
 */

import { basename, dirname, normalize } from 'node:path';
import { didYouMean } from '../api/did-you-mean.js';
import { folderOf } from '../scenario/files.js';
import {
  diskFiles,
  filesWith,
  type InputFiles,
  keptFiles,
  RecordingFiles,
  scenarioFilesIn,
  shippedName,
} from '../scenario/input-files.js';
import { type LoadResult, loadManifests, loadScenario } from '../scenario/load.js';
import { loadWithPlugins } from '../scenario/load-with-plugins.js';
import type { Overrides } from '../scenario/overrides.js';
import type { PluginModules } from '../scenario/plugin-files.js';
import { dnsLabel } from '../scenario/portable-names.js';
import { isScenarioText } from '../scenario/recognition.js';
import type { OptionValue, RunInputs } from '../scenario/run-inputs.js';
import { importedFile } from '../workload/import/import-files.js';
import { UsageError } from './exit-code.js';
import { importAmong } from './import-input.js';
import type { ImportValues } from './import-options.js';
import { shellWord } from './shell-word.js';
import { unpackedModules } from './unpacked-modules.js';

/** What the options of `run` and `plan` say about the input. */
export interface InputOptions
  extends Pick<Overrides, 'set' | 'seed' | 'until' | 'nodes' | 'strict'> {
  /** Name of a profile that ships with kubeclock, or a file. */
  readonly profile?: string;
  /** A file that holds a KubeSchedulerConfiguration. */
  readonly schedulerConfig?: string;
  /** Files that hold scheduler plugins. */
  readonly plugins?: readonly string[];
  /** Options of foreign formats, by name. */
  readonly importValues?: ImportValues;
}

/** What the arguments have led to. */
export interface LoadedInput extends LoadResult {
  /** What to keep with the results, so that the run can be made again; only with a scenario. */
  readonly inputs: RunInputs | undefined;
  /** Where files of plugins lie on this machine, by the name that the scenario has for them. */
  readonly pluginPaths: ReadonlyMap<string, string>;
  /** What was left out or assumed of a foreign format; sentences. */
  readonly importNotes: readonly string[];
}

/** The files of a command, and where those that are imported lie on this machine. */
export interface Source {
  readonly files: InputFiles;
  readonly pathOf: (file: string) => string;
}

const disk: Source = { files: diskFiles, pathOf: (file) => file };

/** This machine's files, each read once however often they are loaded: standard input, say. */
export function onceReadDisk(): Source & { readonly files: RecordingFiles } {
  return { ...disk, files: new RecordingFiles(diskFiles) };
}

/**
 * Loads what the arguments name, and imports the scheduler plugins that it uses.
 *
 * @throws UsageError for arguments that name nothing, or scenarios and manifests at once.
 */
export async function loadInput(
  paths: readonly string[],
  options: InputOptions,
  { files: given, pathOf }: Source = disk,
): Promise<LoadedInput> {
  const { importValues = new Map(), ...overrides } = options;
  const original = new RecordingFiles(given);
  const foreign = importAmong(paths, importValues, original);
  if (foreign !== undefined && foreign.scenario === undefined) {
    const { problems, texts } = foreign;
    return { ...nothingLoaded, problems, texts };
  }
  const texts = foreign?.scenario;
  const files = texts === undefined ? original : new RecordingFiles(filesWith(texts, given));
  const named = texts === undefined ? paths : [importedFile];
  const result = await loadWithPlugins(loaderOf(named, overrides, files), {
    read: files.read.bind(files),
    pathOf,
  });
  const { scenario } = result;
  const pluginPaths = new Map(result.pluginFiles.map((file) => [file, pathOf(file)]));
  const importNotes = foreign?.notes ?? [];
  const loaded = {
    ...result,
    problems: [...(foreign?.problems ?? []), ...result.problems],
    texts: new Map([...(foreign?.texts ?? []), ...result.texts]),
    inputs: undefined,
    pluginPaths,
    importNotes,
  };
  if (scenario === undefined) return loaded;
  const { seed: _seed, ...rest } = overrides;
  const { name, seed } = scenario;
  const stated = new Map(Object.entries<OptionValue>(rest));
  const inputs = files.inputs({ name, seed, files: named, options: stated });
  return { ...loaded, inputs };
}

/** A load that has come to nothing before it began. */
const nothingLoaded = {
  scenario: undefined,
  inputs: undefined,
  pluginFiles: [],
  plugins: new Map(),
  pluginPaths: new Map(),
  importNotes: [],
};

/**
 * Loads what a run has kept of its input. Modules of plugins lie in a folder of their own until the
 * process ends, since they can be imported from a disk only.
 */
export async function loadKeptInput(inputs: RunInputs): Promise<LoadedInput> {
  const options: InputOptions = { ...Object.fromEntries(inputs.options), seed: inputs.seed };
  const source = { files: keptFiles(inputs), pathOf: unpackedModules(inputs.texts) };
  const { scenario, ...rest } = await loadInput(inputs.files, options, source);
  return { ...rest, scenario: scenario && { ...scenario, name: inputs.name } };
}

/** The options with the texts of the files that they name. @throws UsageError when one is missing. */
export function overridesFrom(options: InputOptions, files: InputFiles): Overrides {
  const { profile, schedulerConfig, plugins, importValues: _importValues, ...rest } = options;
  for (const file of plugins ?? []) requireFile('--plugin', file, files);
  return {
    ...rest,
    ...(profile === undefined ? {} : { profile: readProfile(profile, files) }),
    ...(schedulerConfig === undefined
      ? {}
      : { schedulerConfig: readConfig(schedulerConfig, files) }),
    ...(plugins === undefined ? {} : { pluginFiles: plugins }),
  };
}

/** What loads the scenario of the arguments, given the plugins that it has asked for before. */
function loaderOf(
  paths: readonly string[],
  options: InputOptions,
  files: InputFiles,
): (pluginModules: PluginModules) => LoadResult {
  const overrides = overridesFrom(options, files);
  for (const path of paths) {
    if (files.list('.', path).length === 0) throw new UsageError(describeMissing(path, files));
  }
  const scenario = paths.find((path) => isScenario(path, files));
  if (scenario === undefined) {
    refuseScenarios(paths, files);
    const all = { read: files.read.bind(files), list: files.list.bind(files, '.') };
    const name = nameFor(paths[0] ?? '-');
    return (pluginModules) => loadManifests(paths, name, all, { ...overrides, pluginModules });
  }
  if (paths.length > 1) {
    throw new UsageError(
      `${scenario} is a scenario, so it is run alone; name its manifests inside it (op: apply).`,
    );
  }
  const text = files.read(scenario);
  const beside = scenarioFilesIn(files, folderOf(scenario));
  return (pluginModules) => loadScenario(text, scenario, beside, { ...overrides, pluginModules });
}

function isScenario(path: string, files: InputFiles): boolean {
  return files.kindOf(path) === 'file' && isScenarioText(files.read(path));
}

/** Scenarios in a folder or a pattern would be taken for objects of a kind that is not simulated. */
function refuseScenarios(paths: readonly string[], files: InputFiles): void {
  for (const path of paths) {
    if (files.kindOf(path) === 'file') continue;
    const first = files.list('.', path).find((file) => isScenario(file, files));
    if (first === undefined) continue;
    throw new UsageError(
      `${path} holds scenarios, each of which is run alone: kubeclock run ${shellWord(first)}`,
    );
  }
}

function describeMissing(path: string, files: InputFiles): string {
  if (files.kindOf(path) === 'folder') {
    return (
      `${path} holds no .yaml, .yml or .json files; ` +
      `'${path.replace(/\/+$/, '')}/**/*.yaml' names those of the folders below it.`
    );
  }
  const beside = files.kindOf(dirname(path)) === 'folder' ? files.list('.', dirname(path)) : [];
  const near = didYouMean(path, beside.map(normalize));
  if (near !== undefined) return `${path} does not exist. Did you mean ${near}?`;
  return (
    `${path} does not exist; FILE is a scenario, Kubernetes manifests (file, folder, pattern), ` +
    'or - for standard input.'
  );
}

/** A name for a scenario made of manifests: that of the file or folder, as a DNS label. */
export function nameFor(path: string): string {
  if (path === '-') return 'stdin';
  const base = basename(path).replace(/\.(?:ya?ml|json)$/i, '');
  const own = /^[.*?]*$/.test(base) ? basename(dirname(path)) : base;
  return dnsLabel(own, 'manifests');
}

/** @throws UsageError when there is no such file. */
function requireFile(option: string, file: string, files: InputFiles): void {
  if (files.kindOf(file) === 'file') return;
  throw new UsageError(`${option} ${file}: there is no such file.`);
}

function readConfig(file: string, files: InputFiles): { file: string; text: string } {
  requireFile('--scheduler-config', file, files);
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
