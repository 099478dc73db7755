// Reads a KubeSchedulerConfiguration as users write it: strict fields, defaults of v1, the
// component's validation. Older versions that were served once are converted with a warning.
// Left out: what is about the process and not about scheduling (debugging, TLS, content types) is
// accepted and has no effect.
// Source: kube-scheduler v1.36 kube-scheduler/config/v1, apis/config/v1/defaults.go,
// apis/config/validation/validation.go; reference: scheduler 3.

import { isSameData } from '../../../api/data-equality.js';
import { isJsonObject } from '../../../api/field-check.js';
import type { FieldPath } from '../../../api/field-path.js';
import { duplicateValue, type FieldProblem, invalidValue } from '../../../api/field-problem.js';
import { problemCodes } from '../../../api/problem.js';
import { schedulerConstants } from '../constants.js';
import { defaultSchedulerName } from '../framework/pod-info.js';
import { defaultPluginList } from './default-plugin-list.js';
import { FieldReader, type Fields } from './field-reader.js';
import type { NodeResourcesFitArgs } from './plugin-args.js';
import { readExtenders } from './read-extenders.js';
import { ProfileReader, readPercentage } from './read-profile.js';
import type {
  ExtenderConfiguration,
  LeaderElection,
  SchedulerConfiguration,
  SchedulerProfile,
} from './scheduler-configuration.js';

/** The kind of a configuration. */
export const configurationKind = 'KubeSchedulerConfiguration';

const group = 'kubescheduler.config.k8s.io';
const currentVersion = `${group}/v1`;
/** Served once; the fields that they had and v1 has not. */
const oldVersions: readonly string[] = ['v1beta1', 'v1beta2', 'v1beta3'].map(
  (version) => `${group}/${version}`,
);
/** client-go's JitterFactor. */
const retryJitter = 1.2;
const oldFields: readonly string[] = ['healthzBindAddress', 'metricsBindAddress'];

const fieldNames: readonly string[] = [
  'apiVersion',
  'kind',
  'metadata',
  'parallelism',
  'leaderElection',
  'clientConnection',
  'enableProfiling',
  'enableContentionProfiling',
  'percentageOfNodesToScore',
  'podInitialBackoffSeconds',
  'podMaxBackoffSeconds',
  'profiles',
  'extenders',
  'delayCacheUntilActive',
];

/** A configuration, and what is wrong with it. */
export interface ReadConfiguration {
  /** Undefined when a problem is an error. */
  readonly configuration: SchedulerConfiguration | undefined;
  /** Paths start at the configuration's root. */
  readonly problems: readonly FieldProblem[];
}

/**
 * Reads a configuration from a tree of plain values; undefined and null are one that says nothing.
 * `knownPlugins`: names besides the default ones that profiles may use. Linear in its size.
 */
export function readConfiguration(
  tree: unknown,
  knownPlugins: Iterable<string> = [],
): ReadConfiguration {
  const reader = new FieldReader();
  const version = readVersion(reader, tree);
  const isOldVersion = oldVersions.includes(version);
  const fields = reader.object(tree, [], isOldVersion ? [...fieldNames, ...oldFields] : fieldNames);
  const names = new Set([...defaultPluginList.map(({ name }) => name), ...knownPlugins]);
  const profileReader = new ProfileReader(reader, { isOldVersion, knownPlugins: names });
  const extenders = readExtenders(reader, fields['extenders']);
  const configuration: SchedulerConfiguration = {
    ...readNumbers(reader, fields),
    leaderElection: readLeaderElection(reader, fields['leaderElection']),
    clientConnection: readClientConnection(reader, fields['clientConnection']),
    profiles: withIgnoredResources(
      readProfiles(reader, profileReader, fields['profiles']),
      extenders,
    ),
    extenders,
  };
  checkBools(reader, fields);
  const isSound = reader.problems.every(({ severity }) => severity === 'warning');
  return { configuration: isSound ? configuration : undefined, problems: reader.problems };
}

function readVersion(reader: FieldReader, tree: unknown): string {
  if (!isJsonObject(tree)) return currentVersion;
  const kind = reader.text(tree['kind'], ['kind']) ?? configurationKind;
  const version = reader.text(tree['apiVersion'], ['apiVersion']) ?? currentVersion;
  if (oldVersions.includes(version)) {
    const message = `${version} is no longer served since Kubernetes 1.29; it is read as ${currentVersion}`;
    reader.warn(['apiVersion'], message);
  } else if (version !== currentVersion || kind !== configurationKind) {
    const [name, right] =
      version === currentVersion ? ['kind', configurationKind] : ['apiVersion', currentVersion];
    reader.report({
      path: [name],
      code: problemCodes.unsupported,
      severity: 'error',
      message: `no kind "${kind}" is registered for version "${version}"`,
      suggestion: `${name}: ${right}`,
    });
  }
  return version;
}

function readNumbers(
  reader: FieldReader,
  fields: Fields,
): Pick<
  SchedulerConfiguration,
  'parallelism' | 'percentageOfNodesToScore' | 'podInitialBackoffSeconds' | 'podMaxBackoffSeconds'
> {
  const integer = (name: string, absent: number): number =>
    reader.integer(fields[name], [name]) ?? absent;
  const { podInitialBackoffUs, podMaxBackoffUs } = schedulerConstants;
  const parallelism = integer('parallelism', schedulerConstants.parallelism);
  const podInitialBackoffSeconds = integer('podInitialBackoffSeconds', podInitialBackoffUs / 1e6);
  const podMaxBackoffSeconds = integer('podMaxBackoffSeconds', podMaxBackoffUs / 1e6);
  if (parallelism <= 0) {
    const detail = 'should be an integer value greater than zero';
    reader.report(invalidValue(['parallelism'], parallelism, detail));
  }
  if (podInitialBackoffSeconds <= 0) {
    const path = ['podInitialBackoffSeconds'];
    reader.report(invalidValue(path, podInitialBackoffSeconds, 'must be greater than 0'));
  }
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
    const detail = 'must be greater than or equal to PodInitialBackoffSeconds';
    reader.report(invalidValue(['podMaxBackoffSeconds'], podMaxBackoffSeconds, detail));
  }
  const name = 'percentageOfNodesToScore';
  const percentageOfNodesToScore = readPercentage(reader, fields[name], [name]) ?? 0;
  return {
    parallelism,
    percentageOfNodesToScore,
    podInitialBackoffSeconds,
    podMaxBackoffSeconds,
  };
}

function checkBools(reader: FieldReader, fields: Fields): void {
  for (const name of ['enableProfiling', 'enableContentionProfiling', 'delayCacheUntilActive']) {
    reader.boolean(fields[name], [name]);
  }
}

function readLeaderElection(reader: FieldReader, value: unknown): LeaderElection {
  const path: FieldPath = ['leaderElection'];
  const durations = ['leaseDuration', 'renewDeadline', 'retryPeriod'] as const;
  const texts = ['resourceLock', 'resourceName', 'resourceNamespace'] as const;
  const fields = reader.object(value, path, ['leaderElect', ...durations, ...texts]);
  const text = (name: (typeof texts)[number], absent: string): string =>
    reader.text(fields[name], [...path, name]) || absent;
  const duration = (name: (typeof durations)[number], absentUs: number): number =>
    reader.durationUs(fields[name], [...path, name]) || absentUs;
  const leaderElect = reader.boolean(fields['leaderElect'], [...path, 'leaderElect']) ?? true;
  const lock = text('resourceLock', 'leases');
  if (leaderElect && lock !== 'leases') {
    const at = [...path, 'resourceLock'];
    reader.report(invalidValue(at, lock, 'resourceLock value must be "leases"'));
  }
  const leaseDurationUs = duration('leaseDuration', 15_000_000);
  const renewDeadlineUs = duration('renewDeadline', 10_000_000);
  const retryPeriodUs = duration('retryPeriod', 2_000_000);
  if (leaderElect && leaseDurationUs <= renewDeadlineUs) {
    const detail = 'must be greater than `RenewDeadline`';
    reader.report(invalidValue([...path, 'leaseDuration'], fields['leaseDuration'], detail));
  }
  if (leaderElect && renewDeadlineUs <= retryPeriodUs * retryJitter) {
    const detail = 'renewDeadline must be greater than retryPeriod*JitterFactor';
    reader.report(invalidValue([...path, 'renewDeadline'], fields['renewDeadline'], detail));
  }
  return {
    leaderElect,
    leaseDurationUs,
    renewDeadlineUs,
    retryPeriodUs,
    resourceName: text('resourceName', 'kube-scheduler'),
    resourceNamespace: text('resourceNamespace', 'kube-system'),
  };
}

function readClientConnection(
  reader: FieldReader,
  value: unknown,
): SchedulerConfiguration['clientConnection'] {
  const path: FieldPath = ['clientConnection'];
  const texts = ['kubeconfig', 'acceptContentTypes', 'contentType'];
  const fields = reader.object(value, path, [...texts, 'qps', 'burst']);
  for (const name of texts) reader.text(fields[name], [...path, name]);
  const burst = reader.integer(fields['burst'], [...path, 'burst']) ?? 0;
  if (burst < 0) reader.report(invalidValue([...path, 'burst'], burst, 'must be non-negative'));
  const qps = reader.number(fields['qps'], [...path, 'qps']) ?? 0;
  return { qps: qps || undefined, burst: burst || undefined };
}

function readProfiles(
  reader: FieldReader,
  profileReader: ProfileReader,
  value: unknown,
): SchedulerProfile[] {
  const listed = reader.list(value, ['profiles']);
  // One profile may go without a name; several have to be told apart.
  const items = listed.length === 0 ? [undefined] : listed;
  const absentName = items.length === 1 ? defaultSchedulerName : '';
  const profiles = items.map((item, index) =>
    profileReader.read(item, ['profiles', index], absentName),
  );
  const seen = new Map<string, number>();
  for (const [index, { schedulerName }] of profiles.entries()) {
    const first = seen.get(schedulerName);
    if (first === undefined) seen.set(schedulerName, index);
    else if (schedulerName !== '') {
      reader.report(duplicateValue(['profiles', index, 'schedulerName'], schedulerName));
    }
  }
  checkCommonQueueSort(reader, profiles);
  return profiles;
}

/** Pods of all profiles wait in one queue, so all must sort it alike. */
function checkCommonQueueSort(reader: FieldReader, profiles: readonly SchedulerProfile[]): void {
  const [first] = profiles;
  if (first === undefined) return;
  const { enabled } = first.points.queueSort;
  if (enabled.length > 1) {
    const path = ['profiles', 0, 'plugins', 'queueSort', 'enabled'];
    const detail = 'only one queue sort plugin can be enabled';
    reader.report(invalidValue(path, enabled.length, detail));
  }
  const queueSort = enabled[0]?.name ?? '';
  const detail = 'must be the same for all profiles';
  for (const [index, { points, pluginConfig }] of profiles.entries()) {
    if (!isSameData(points.queueSort, first.points.queueSort)) {
      const names = points.queueSort.enabled.map(({ name }) => name);
      const path = ['profiles', index, 'plugins', 'queueSort'];
      reader.report(invalidValue(path, names, detail));
    }
    if (!pluginConfig.has(queueSort)) continue;
    const args = pluginConfig.get(queueSort);
    if (isSameData(args, first.pluginConfig.get(queueSort))) continue;
    const path = ['profiles', index, 'pluginConfig', 'args'];
    reader.report(invalidValue(path, args, `queueSort ${detail}`));
  }
}

/** What extenders manage alone takes the place of what NodeResourcesFit was told to ignore. */
function withIgnoredResources(
  profiles: readonly SchedulerProfile[],
  extenders: readonly ExtenderConfiguration[],
): readonly SchedulerProfile[] {
  const ignoredResources = extenders
    .flatMap(({ managedResources }) => managedResources)
    .flatMap(({ name, ignoredByScheduler }) => (ignoredByScheduler ? [name] : []));
  if (ignoredResources.length === 0) return profiles;
  return profiles.map((profile) => {
    const args = profile.pluginConfig.get('NodeResourcesFit') as NodeResourcesFitArgs;
    const own = { ...args, ignoredResources };
    return {
      ...profile,
      pluginConfig: new Map([...profile.pluginConfig, ['NodeResourcesFit', own]]),
    };
  });
}
