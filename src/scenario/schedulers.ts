/**
 * The schedulers of a scenario: one as `controlPlane.scheduler` describes it, or several as
 * `controlPlane.schedulers` lists them, each of which takes from `scheduler` what it does not state.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import {
  type ClientLimit,
  defaultSchedulerProcess,
  type SchedulerSpec,
} from '../cluster/cluster-spec.js';
import { featureGatesOf } from '../control-plane/scheduler/feature-gates.js';
import { leaderElectionOf } from './elected-of.js';
import { extendersOf } from './extenders.js';
import type { ObjectReader } from './objects.js';
import type { Overrides } from './overrides.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import {
  completeSchedulerConfig,
  type LoadedSchedulerConfig,
  readSchedulerConfig,
  type SchedulerConfigField,
} from './scheduler-config.js';
import type { ScenarioSpec } from './schema.js';
import { collectUserPlugins, type NamedPluginFile, type UserPlugins } from './user-plugins.js';

type ControlPlaneText = NonNullable<ScenarioSpec['controlPlane']>;
type SchedulerText = NonNullable<ControlPlaneText['scheduler']>;
type NamedSchedulerText = NonNullable<ControlPlaneText['schedulers']>[number];

/** What reading schedulers needs of a scenario. */
export interface SchedulerSources {
  readonly reader: ObjectReader;
  readonly placeOf: (path: FieldPath) => Place;
  /** The configuration takes the place of the (first) scheduler's; plugins are for all. */
  readonly overrides: Overrides;
  /** Names of the machines of the control plane, the first one first. */
  readonly hosts: readonly string[];
}

/** The schedulers, at least one, and what is wrong with them. */
export interface LoadedSchedulers {
  readonly schedulers: readonly [SchedulerSpec, ...SchedulerSpec[]];
  readonly problems: readonly Problem[];
  /** Of users, those of all schedulers. */
  readonly plugins: UserPlugins;
  /** Sentences on plugins that are enabled without having been asked for. */
  readonly pluginNotices: readonly string[];
}

/** One scheduler as written, with what it takes from `scheduler`. */
interface WrittenScheduler {
  readonly own: Partial<NamedSchedulerText>;
  readonly text: SchedulerText;
  /** Where a field stands. */
  readonly pathOf: (key: keyof SchedulerText) => FieldPath;
  readonly pluginFiles: readonly NamedPluginFile[];
}

const controlPlanePath: FieldPath = ['spec', 'controlPlane'];

/** Loads them. `text` may lack defaults when only its problems are asked for. */
export function loadSchedulers(
  { scheduler = {}, schedulers = [] }: ControlPlaneText,
  sources: SchedulerSources,
): LoadedSchedulers {
  const { placeOf, overrides } = sources;
  const items: readonly Partial<NamedSchedulerText>[] = schedulers.length === 0 ? [{}] : schedulers;
  const written = items.map((own, index) => writtenScheduler(scheduler, own, index, sources));
  const given = commandFiles(overrides);
  const files = [...written.flatMap(({ pluginFiles }) => pluginFiles), ...given];
  const plugins = collectUserPlugins(files, overrides);
  const problems: Problem[] = [...plugins.problems];
  const read = written.map(({ text, pathOf, pluginFiles }, index) => {
    const field: SchedulerConfigField = {
      value: text.config,
      path: pathOf('config'),
      extenders: text.extenders ?? [],
      extendersPath: pathOf('extenders'),
      override: index === 0 ? overrides.schedulerConfig : undefined,
      plugins: pluginsOf([...pluginFiles, ...given], plugins),
      reader: sources.reader,
      placeOf,
    };
    return { field, read: readSchedulerConfig(field) };
  });
  const named = new Set(read.flatMap((each) => each.read.named));
  const loaded = read.map((each) => completeSchedulerConfig(each.field, each.read, named));
  problems.push(...loaded.flatMap((each) => each.problems));
  const specs = written.map((each, index) =>
    specOf(each, loaded[index] as LoadedSchedulerConfig, sources),
  );
  const isSound = problems.every(({ severity }) => severity === 'warning');
  problems.push(...checkNamesAndHosts(schedulers, sources));
  if (isSound) problems.push(...checkProfiles(schedulers, specs, sources));
  return {
    schedulers: specs as [SchedulerSpec, ...SchedulerSpec[]],
    problems,
    plugins,
    pluginNotices: [...new Set(loaded.flatMap((each) => each.pluginNotices))],
  };
}

function writtenScheduler(
  common: SchedulerText,
  own: Partial<NamedSchedulerText>,
  index: number,
  { reader, placeOf }: SchedulerSources,
): WrittenScheduler {
  const text: SchedulerText = { ...common, ...own };
  const pathOf = (key: keyof SchedulerText): FieldPath => [
    ...controlPlanePath,
    ...(own[key] === undefined ? ['scheduler'] : ['schedulers', index]),
    key,
  ];
  const pluginFiles = (text.plugins ?? []).map((name, at) => {
    const path = [...pathOf('plugins'), at];
    const place = placeOf(path);
    return { file: reader.pathOf(name, place, path), place, path };
  });
  return { own, text, pathOf, pluginFiles };
}

/** The files of `--plugin`. */
function commandFiles({ pluginFiles = [] }: Overrides): readonly NamedPluginFile[] {
  return pluginFiles.map((file, index) => {
    const place = { file: '--plugin', line: index + 1, column: 1 };
    return { file, place, path: [] };
  });
}

/** The plugins that one scheduler has: those of its files, and those that a program hands in. */
function pluginsOf(files: readonly NamedPluginFile[], all: UserPlugins): UserPlugins {
  const own = new Set(files.map(({ file }) => file));
  const uses = all.uses.filter(({ file }) => file === '' || own.has(file));
  const names = new Set(uses.map(({ name }) => name));
  const registry = new Map([...all.registry].filter(([name]) => names.has(name)));
  return { ...all, uses, registry };
}

function specOf(
  { own, text }: WrittenScheduler,
  { configuration }: LoadedSchedulerConfig,
  { hosts }: SchedulerSources,
): SchedulerSpec {
  const { qps, burst } = configuration.clientConnection;
  const limit: ClientLimit = { qps: text.kubeAPIQPS ?? 0, burst: text.kubeAPIBurst ?? 0 };
  return {
    name: own.name ?? defaultSchedulerProcess,
    hosts: own.host === undefined ? hosts.slice(0, text.replicas ?? hosts.length) : [own.host],
    leaderElection: leaderElectionOf(text.leaderElection),
    configuration,
    client: { qps: qps ?? limit.qps, burst: burst ?? limit.burst },
    tieBreak: text.tieBreak ?? 'heap',
    featureGates: featureGatesOf(text.featureGates ?? {}),
    extenders: extendersOf(configuration, text.extenders ?? []),
  };
}

const pathOf = (...steps: FieldPath): FieldPath => [...controlPlanePath, 'schedulers', ...steps];

/** Names that are there twice, hosts that are not there. */
function checkNamesAndHosts(
  texts: readonly NamedSchedulerText[],
  { placeOf, hosts }: SchedulerSources,
): readonly Problem[] {
  const names = new Set<string>();
  return texts.flatMap(({ name, host }, index) => {
    const problems: Problem[] = [];
    if (names.has(name)) {
      const path = pathOf(index, 'name');
      const message = `two schedulers are named "${name}"`;
      problems.push(
        problemAt(placeOf(path), scenarioProblemCodes.duplicateName, message, { path }),
      );
    }
    names.add(name);
    if (host === undefined || hosts.includes(host)) return problems;
    const path = pathOf(index, 'host');
    const message = `the control plane has no host "${host}"`;
    const near = didYouMean(host, hosts);
    const expected = `one of ${hosts.join(', ')}`;
    const more = { path, expected, suggestion: near && `host: ${near}` };
    return [...problems, problemAt(placeOf(path), scenarioProblemCodes.impossible, message, more)];
  });
}

/** Pods that two schedulers want. */
function checkProfiles(
  texts: readonly NamedSchedulerText[],
  specs: readonly SchedulerSpec[],
  { placeOf }: SchedulerSources,
): readonly Problem[] {
  const owners = new Map<string, string>();
  return texts.flatMap(({ name }, index) =>
    (specs[index]?.configuration.profiles ?? []).flatMap(({ schedulerName }) => {
      const owner = owners.get(schedulerName);
      owners.set(schedulerName, owner ?? name);
      if (owner === undefined || owner === name) return [];
      const path = pathOf(index);
      const message = `${owner} and ${name} both schedule the pods of "${schedulerName}": whoever binds a pod second is refused`;
      const expected = 'profiles whose schedulerName no other scheduler has';
      const more = { path, expected, severity: 'warning' } as const;
      return [problemAt(placeOf(path), scenarioProblemCodes.impossible, message, more)];
    }),
  );
}
