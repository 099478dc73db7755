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
import { extendersOf } from './extenders.js';
import type { ObjectReader } from './objects.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import { loadSchedulerConfig, type SchedulerConfigText } from './scheduler-config.js';
import type { ScenarioSpec } from './schema.js';

type ControlPlaneText = NonNullable<ScenarioSpec['controlPlane']>;
type SchedulerText = NonNullable<ControlPlaneText['scheduler']>;
type NamedSchedulerText = NonNullable<ControlPlaneText['schedulers']>[number];

/** What reading schedulers needs of a scenario. */
export interface SchedulerSources {
  readonly reader: ObjectReader;
  readonly placeOf: (path: FieldPath) => Place;
  /** Takes the place of the (first) scheduler's configuration. */
  readonly override: SchedulerConfigText | undefined;
  /** Names of the machines of the control plane, the first one first. */
  readonly hosts: readonly string[];
}

/** The schedulers, at least one, and what is wrong with them. */
export interface LoadedSchedulers {
  readonly schedulers: readonly [SchedulerSpec, ...SchedulerSpec[]];
  readonly problems: readonly Problem[];
}

const controlPlanePath: FieldPath = ['spec', 'controlPlane'];

/** Loads them. `text` may lack defaults when only its problems are asked for. */
export function loadSchedulers(
  { scheduler = {}, schedulers = [] }: ControlPlaneText,
  sources: SchedulerSources,
): LoadedSchedulers {
  const { placeOf, hosts } = sources;
  const commonPath = [...controlPlanePath, 'scheduler'];
  const problems: Problem[] = [];
  const load = (own: Partial<NamedSchedulerText>, index: number): SchedulerSpec => {
    const ownPath = [...controlPlanePath, 'schedulers', index];
    const pathOf = (key: 'config' | 'extenders'): FieldPath =>
      [own[key] === undefined ? commonPath : ownPath, key].flat();
    const text: SchedulerText = { ...scheduler, ...own };
    const loaded = loadSchedulerConfig({
      value: text.config,
      path: pathOf('config'),
      extenders: text.extenders ?? [],
      extendersPath: pathOf('extenders'),
      override: index === 0 ? sources.override : undefined,
      reader: sources.reader,
      placeOf,
    });
    problems.push(...loaded.problems);
    const { configuration } = loaded;
    const { qps, burst } = configuration.clientConnection;
    const limit: ClientLimit = { qps: text.kubeAPIQPS ?? 0, burst: text.kubeAPIBurst ?? 0 };
    return {
      name: own.name ?? defaultSchedulerProcess,
      hosts: own.host === undefined ? hosts : [own.host],
      configuration,
      client: { qps: qps ?? limit.qps, burst: burst ?? limit.burst },
      tieBreak: text.tieBreak ?? 'heap',
      featureGates: featureGatesOf(text.featureGates ?? {}),
      extenders: extendersOf(configuration, text.extenders ?? []),
    };
  };
  const [first = {}, ...others] = schedulers;
  const specs = [load(first, 0), ...others.map((each, index) => load(each, index + 1))] as const;
  const isSound = problems.every(({ severity }) => severity === 'warning');
  problems.push(...checkNamesAndHosts(schedulers, sources));
  if (isSound) problems.push(...checkProfiles(schedulers, specs, sources));
  return { schedulers: [...specs], problems };
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
