/**
 * Selectors that match nothing: the mistake that Kubernetes accepts in silence. Each is a warning,
 * because the pods may be meant to come from elsewhere.
 */

import type { FieldPath } from '../api/field-path.js';
import type { HorizontalPodAutoscaler } from '../api/horizontal-pod-autoscaler.js';
import {
  compileEqualitySelector,
  compileLabelSelector,
  type LabelMatcher,
} from '../api/label-selector.js';
import type { Labels } from '../api/object-meta.js';
import type { PodAffinityTerm, PodSpec } from '../api/pod.js';
import type { Problem, ProblemCode } from '../api/problem.js';
import { namespaceOf, type ScenarioObject } from './objects.js';
import { podTemplateOf } from './pod-templates.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import { formatTarget } from './targets.js';

interface LabelledPods {
  readonly namespace: string;
  readonly labels: Labels;
}

const codes = scenarioProblemCodes;

/** A warning each for selectors, affinity terms and scale targets without a counterpart. */
export function checkSelectors(objects: readonly ScenarioObject[]): readonly Problem[] {
  const pods = objects.flatMap(({ object }): readonly LabelledPods[] => {
    const template = podTemplateOf(object);
    return template === undefined
      ? []
      : [{ namespace: namespaceOf(object), labels: template.labels }];
  });
  const names = new Set(
    objects.map(({ object }) =>
      formatTarget({
        kind: object.kind,
        namespace: namespaceOf(object),
        name: object.metadata.name,
      }),
    ),
  );
  return objects.flatMap((entry) => [
    ...checkOwnSelector(entry, pods),
    ...checkScaleTarget(entry, names),
    ...checkAffinity(entry, pods),
  ]);
}

function warning(
  { manifest }: ScenarioObject,
  path: FieldPath,
  code: ProblemCode,
  message: string,
): Problem {
  const place = { file: manifest.file, ...manifest.positionOf(path, 'key') };
  return problemAt(place, code, message, { path, severity: 'warning' });
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => `${key}=${value}`).join(',');
}

function checkOwnSelector(
  entry: ScenarioObject,
  pods: readonly LabelledPods[],
): readonly Problem[] {
  const { object } = entry;
  let matches: LabelMatcher;
  let text = 'its selector';
  if (object.kind === 'Service') {
    const { selector } = object.spec;
    if (selector === undefined || Object.keys(selector).length === 0) return [];
    if (object.spec.type === 'ExternalName') return [];
    matches = compileEqualitySelector(selector);
    text = labelText(selector);
  } else if (object.kind === 'PodDisruptionBudget') {
    if (object.spec?.selector === undefined) return [];
    matches = compileLabelSelector(object.spec.selector);
  } else return [];
  const namespace = namespaceOf(object);
  if (pods.some((each) => each.namespace === namespace && matches(each.labels))) return [];
  const { kind, metadata } = object;
  const message = `${kind} "${metadata.name}" selects no pod of this workload (${text})`;
  return [warning(entry, ['spec', 'selector'], codes.selectorMatchesNothing, message)];
}

function checkScaleTarget(entry: ScenarioObject, names: ReadonlySet<string>): readonly Problem[] {
  const { object } = entry;
  if (object.kind !== 'HorizontalPodAutoscaler') return [];
  const { kind, name } = (object as HorizontalPodAutoscaler).spec.scaleTargetRef;
  const target = formatTarget({ kind, namespace: namespaceOf(object), name });
  if (names.has(target)) return [];
  const own = `HorizontalPodAutoscaler "${object.metadata.name}"`;
  const message = `${own} scales ${target}, which is not in this workload`;
  return [warning(entry, ['spec', 'scaleTargetRef'], codes.missingScaleTarget, message)];
}

interface PlacedTerm {
  readonly term: PodAffinityTerm;
  readonly path: FieldPath;
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Required terms only: a preference that nothing meets does no harm. */
function requiredTerms({ affinity }: PodSpec): readonly PlacedTerm[] {
  if (affinity === undefined) return [];
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((side) =>
    (affinity[side]?.[required] ?? []).map((term, index) => ({
      term,
      path: ['affinity', side, required, index],
    })),
  );
}

function checkAffinity(entry: ScenarioObject, pods: readonly LabelledPods[]): readonly Problem[] {
  const template = podTemplateOf(entry.object);
  if (template === undefined) return [];
  const own = namespaceOf(entry.object);
  return requiredTerms(template.spec).flatMap(({ term, path }) => {
    // Namespaces chosen by label are not known before the run.
    if (term.namespaceSelector !== undefined) return [];
    const matches = compileLabelSelector(term.labelSelector);
    const namespaces = new Set(term.namespaces ?? [own]);
    if (pods.some(({ namespace, labels }) => namespaces.has(namespace) && matches(labels)))
      return [];
    const { kind, metadata } = entry.object;
    const fault = 'has an affinity term that matches no pod of this workload';
    const message = `${kind} "${metadata.name}" ${fault}`;
    return [warning(entry, [...template.specPath, ...path], codes.affinityMatchesNothing, message)];
  });
}
