// What a column of `kubeclock get` is, and words that several kinds show alike.
// Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go.

import { sortedKeys } from '../../api/field-check.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import {
  type LabelRequirement,
  type LabelSelector,
  labelRequirements,
} from '../../api/label-selector.js';
import type { PodTemplateSpec } from '../../api/pod.js';
import type { SimTime } from '../../kernel/time.js';
import { humanDuration } from './human-duration.js';

/** One column of a kind; `O` is the type of its objects. */
export interface Column<O extends KubernetesObject = KubernetesObject> {
  /** `UP-TO-DATE`. */
  readonly name: string;
  /** Shown with `-o wide` only. */
  readonly isWide: boolean;
  readonly cell: (object: O, now: SimTime) => string;
}

/** A column that is always shown. */
export function column<O extends KubernetesObject>(
  name: string,
  cell: (object: O, now: SimTime) => string | number | boolean,
): Column<O> {
  return { name, isWide: false, cell: (object, now) => String(cell(object, now)) };
}

/** A column of `-o wide`. */
export function wide<O extends KubernetesObject>(
  name: string,
  cell: (object: O, now: SimTime) => string | number,
): Column<O> {
  return { ...column(name, cell), isWide: true };
}

export const NONE = '<none>';
export const UNKNOWN = '<unknown>';

/** How long ago a time was. */
export function since(time: number | undefined, now: SimTime): string {
  return time === undefined ? UNKNOWN : humanDuration(now - time);
}

export const nameColumn = column<KubernetesObject>('NAME', ({ metadata }) => metadata.name);
export const ageColumn = column<KubernetesObject>('AGE', ({ metadata }, now) =>
  since(metadata.creationTimestamp, now),
);

/** `a,b`, or `<none>`. */
export function listed(values: readonly string[] | undefined): string {
  return values === undefined || values.length === 0 ? NONE : values.join(',');
}

/** `app=web,tier=front`, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  return listed(sortedKeys(labels ?? {}).map((key) => `${key}=${labels?.[key]}`));
}

/** `app=web,tier in (a,b)`, or `<none>`. */
export function selectorText(selector: LabelSelector | undefined): string {
  return selector === undefined ? NONE : listed(labelRequirements(selector).map(requirementText));
}

function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}

type Templated = Extract<KubernetesObject, { readonly spec: { readonly template?: unknown } }>;

/** CONTAINERS and IMAGES of what has a pod template. */
export function templateColumns<O extends KubernetesObject>(
  templateOf: (object: O) => PodTemplateSpec | undefined,
): readonly Column<O>[] {
  const containers = (object: O) => templateOf(object)?.spec.containers ?? [];
  return [
    wide('CONTAINERS', (object) => listed(containers(object).map(({ name }) => name))),
    wide('IMAGES', (object) => listed(containers(object).map(({ image = '' }) => image))),
  ];
}

/** CONTAINERS, IMAGES and SELECTOR of a controller. */
export function controllerColumns<O extends Templated>(
  selectorOf: (object: O) => string,
): readonly Column<O>[] {
  const templateOf = (object: O) => object.spec.template as PodTemplateSpec | undefined;
  return [...templateColumns(templateOf), wide<O>('SELECTOR', selectorOf)];
}
