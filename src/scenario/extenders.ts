/**
 * What a scenario says about the extenders of a scheduler's configuration: how long their answers
 * take, and which plugin stands for their judgement, since nobody but their authors knows it.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import type { FieldProblem } from '../api/field-problem.js';
import { type Problem, problemCodes } from '../api/problem.js';
import type { ExtenderSpec } from '../cluster/cluster-spec.js';
import type {
  ExtenderConfiguration,
  SchedulerConfiguration,
} from '../control-plane/scheduler/configuration/scheduler-configuration.js';
import { schedulerConstants } from '../control-plane/scheduler/constants.js';
import { distributionOf } from './distribution-text.js';
import { formatDuration, parseDuration } from './duration.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';

/** One entry of `extenders`. */
export type ExtenderText = NonNullable<
  NonNullable<NonNullable<ScenarioSpec['controlPlane']>['scheduler']>['extenders']
>[number];

const verbs = [
  ['preemptVerb', 'it is not asked about the victims of a preemption'],
  ['bindVerb', 'kube-scheduler binds the pods itself'],
] as const;

/** What of the configuration's extenders is not as it really is. */
export function extenderWarnings(
  { extenders }: SchedulerConfiguration,
  stated: readonly ExtenderText[],
): readonly FieldProblem[] {
  return extenders.flatMap((extender, index) => {
    const warn = (steps: FieldPath, message: string, expected?: string): FieldProblem => ({
      path: ['extenders', index, ...steps],
      code: problemCodes.unsupported,
      severity: 'warning',
      message,
      ...(expected !== undefined && { expected }),
    });
    const { urlPrefix } = extender;
    const ignored = verbs.flatMap(([verb, consequence]) =>
      extender[verb] === '' ? [] : [warn([verb], `${verb} is not simulated: ${consequence}`)],
    );
    if (textFor(extender, stated) !== undefined || !isAsked(extender)) return ignored;
    const latency = formatDuration(schedulerConstants.extenderLatencyUs);
    const message = `the extender at ${urlPrefix || '(no urlPrefix)'} lets every node pass and answers in ${latency}`;
    const expected = `what it really does, in the scenario: controlPlane.scheduler.extenders: [{urlPrefix: "${urlPrefix}", latency: …, plugin: …}]`;
    return [warn([], message, expected), ...ignored];
  });
}

function isAsked({ filterVerb, prioritizeVerb }: ExtenderConfiguration): boolean {
  return filterVerb !== '' || prioritizeVerb !== '';
}

function textFor(
  { urlPrefix }: ExtenderConfiguration,
  stated: readonly ExtenderText[],
): ExtenderText | undefined {
  return stated.find((text) => text.urlPrefix === urlPrefix);
}

/** One for each extender of the configuration. */
export function extendersOf(
  { extenders }: SchedulerConfiguration,
  stated: readonly ExtenderText[],
): readonly ExtenderSpec[] {
  return extenders.map((extender) => {
    const { latency, plugin = '' } = textFor(extender, stated) ?? {};
    const us = (text: string): number => parseDuration(text) ?? 0;
    return {
      latency:
        latency === undefined
          ? { kind: 'constant', value: schedulerConstants.extenderLatencyUs }
          : distributionOf(latency, us),
      plugin,
    };
  });
}

/** Entries that belong to no extender, or name no plugin. `path` is that of the list. */
export function checkExtenders(
  { extenders }: SchedulerConfiguration,
  stated: readonly ExtenderText[],
  plugins: ReadonlySet<string>,
  path: FieldPath,
  placeOf: (path: FieldPath) => Place,
): readonly Problem[] {
  const prefixes = extenders.map(({ urlPrefix }) => urlPrefix);
  return stated.flatMap(({ urlPrefix, plugin }, index) => {
    const problem = (field: string, message: string, known: readonly string[]): Problem => {
      const at = [...path, index, field];
      const near = didYouMean(field === 'plugin' ? (plugin ?? '') : urlPrefix, known);
      const suggestion = near === undefined ? undefined : `${field}: ${near}`;
      return problemAt(placeOf(at), scenarioProblemCodes.impossible, message, {
        path: at,
        expected: known.length === 0 ? 'no entry' : `one of ${known.join(', ')}`,
        suggestion,
      });
    };
    const found: Problem[] = [];
    if (!prefixes.includes(urlPrefix)) {
      const message = `the scheduler's configuration has no extender at "${urlPrefix}"`;
      found.push(problem('urlPrefix', message, prefixes));
    }
    if (plugin !== undefined && !plugins.has(plugin)) {
      found.push(problem('plugin', `there is no plugin "${plugin}"`, [...plugins]));
    }
    return found;
  });
}
