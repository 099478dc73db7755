// Configurations as users write them, and what reading makes of them.

import { formatPath } from '../../../../src/api/field-path.js';
import {
  type ReadConfiguration,
  readConfiguration,
} from '../../../../src/control-plane/scheduler/configuration/read-configuration.js';
import type {
  SchedulerConfiguration,
  SchedulerProfile,
} from '../../../../src/control-plane/scheduler/configuration/scheduler-configuration.js';

export const v1 = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
} as const;

/** A configuration with the given fields. */
export function config(fields: object = {}): object {
  return { ...v1, ...fields };
}

/** A configuration of one profile. */
export function profileConfig(profile: object): object {
  return config({ profiles: [profile] });
}

/** A profile with arguments of one plugin. */
export function argsConfig(name: string, args: unknown): object {
  return profileConfig({ pluginConfig: [{ name, args }] });
}

/** `severity path: message`, one a problem. */
export function linesOf({ problems }: Pick<ReadConfiguration, 'problems'>): string[] {
  return problems.map(
    ({ severity, path, message }) => `${severity} ${formatPath(path)}: ${message}`,
  );
}

/** Reads what must be valid. */
export function valid(tree: unknown, knownPlugins: string[] = []): SchedulerConfiguration {
  const read = readConfiguration(tree, knownPlugins);
  if (read.configuration === undefined) throw new Error(linesOf(read).join('\n'));
  return read.configuration;
}

/** The first profile of what must be valid. */
export function firstProfile(tree: unknown, knownPlugins: string[] = []): SchedulerProfile {
  const [profile] = valid(tree, knownPlugins).profiles;
  if (profile === undefined) throw new Error('there is no profile');
  return profile;
}

/** The problems of reading. */
export function problemsOf(tree: unknown, knownPlugins: string[] = []): string[] {
  return linesOf(readConfiguration(tree, knownPlugins));
}
