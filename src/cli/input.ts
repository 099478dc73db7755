/**
 * From the FILE arguments of a command to a loaded scenario: a scenario file, or Kubernetes
 * manifests as files, folders, patterns or standard input.
 */

import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  filesIn,
  folderOf,
  kindOf,
  type ScenarioFiles,
  shippedProfile,
} from '../scenario/files.js';
import { type LoadResult, loadManifests, loadScenario } from '../scenario/load.js';
import type { Overrides } from '../scenario/overrides.js';
import { isScenarioText } from '../scenario/recognition.js';
import { UsageError } from './exit-code.js';

/** What the options of `run` and `plan` say about the input. */
export interface InputOptions extends Omit<Overrides, 'profile' | 'schedulerConfig'> {
  /** Name of a profile that ships with kubeclock, or a file. */
  readonly profile?: string;
  /** A file that holds a KubeSchedulerConfiguration. */
  readonly schedulerConfig?: string;
}

/**
 * Loads what the arguments name.
 *
 * @throws UsageError for arguments that name nothing, or scenarios and manifests at once.
 */
export function loadInput(paths: readonly string[], options: InputOptions): LoadResult {
  const { profile, schedulerConfig, ...rest } = options;
  const overrides: Overrides = {
    ...rest,
    ...(profile === undefined ? {} : { profile: readProfile(profile) }),
    ...(schedulerConfig === undefined ? {} : { schedulerConfig: readFile(schedulerConfig) }),
  };
  const stdin = paths.includes('-') ? readFileSync(0, 'utf8') : '';
  const files = withStdin(filesIn('.'), stdin);
  for (const path of paths) {
    if (files.list(path).length === 0) throw new UsageError(describeMissing(path));
  }
  const scenario = paths.find((path) => isScenario(path, files));
  if (scenario === undefined) {
    return loadManifests(paths, nameFor(paths[0] ?? '-'), files, overrides);
  }
  if (paths.length > 1) {
    throw new UsageError(
      `${scenario} is a scenario, so it is run alone; name its manifests inside it (op: apply).`,
    );
  }
  const text = files.read(scenario);
  return loadScenario(text, scenario, withStdin(filesIn(folderOf(scenario)), ''), overrides);
}

/** Standard input can be read once; what was read answers for `-`. */
function withStdin(files: ScenarioFiles, stdin: string): ScenarioFiles {
  return { list: files.list, read: (path) => (path === '-' ? stdin : files.read(path)) };
}

function isScenario(path: string, files: ScenarioFiles): boolean {
  if (path !== '-' && kindOf(path) !== 'file') return false;
  return isScenarioText(files.read(path));
}

function describeMissing(path: string): string {
  const kind = kindOf(path);
  return kind === 'folder'
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
function readFile(file: string): { file: string; text: string } {
  if (kindOf(file) !== 'file')
    throw new UsageError(`--scheduler-config ${file}: there is no such file.`);
  return { file, text: readFileSync(file, 'utf8') };
}

function readProfile(profile: string): { file: string; text: string } {
  const isName = /^[a-z0-9-]+$/.test(profile) && kindOf(profile) !== 'file';
  const file = isName ? shippedProfile(profile) : profile;
  if (kindOf(file) !== 'file') {
    throw new UsageError(
      `There is no profile "${profile}": it is neither a file nor one that ships with kubeclock.`,
    );
  }
  return { file: isName ? `profile ${profile}` : profile, text: readFileSync(file, 'utf8') };
}
