/**
 * Selecting objects by their fields: the `fieldSelector` of list and watch requests.
 *
 * Left out: escapes in values, and the fields of kinds nobody lists by field.
 *
 * Source: Kubernetes v1.36 apimachinery `fields`, and the field label conversions of `core/v1`.
 */

import { SelectorError } from './label-selector.js';
import type { ApiObject } from './object-meta.js';

/** One comparison of a field with a value. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

const fieldsOfKind: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'Pod',
    new Set([
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.podIPs',
      'status.nominatedNodeName',
    ]),
  ],
  ['Node', new Set(['spec.unschedulable'])],
  ['ReplicationController', new Set(['status.replicas'])],
  ['ReplicaSet', new Set(['status.replicas'])],
  ['Job', new Set(['status.successful'])],
  ['Service', new Set(['spec.clusterIP', 'spec.type'])],
  ['Namespace', new Set(['status.phase'])],
  ['Secret', new Set(['type'])],
  [
    'Event',
    new Set([
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'reportingComponent',
      'source',
      'type',
    ]),
  ],
]);

/**
 * Reads a field selector such as `metadata.name=a,spec.nodeName!=b`.
 *
 * @param kind when given, a field that this kind cannot be selected by is refused.
 * @throws SelectorError for a malformed term or an unsupported field.
 */
export function parseFieldSelector(text: string, kind?: string): readonly FieldRequirement[] {
  if (text === '') return [];
  return text.split(',').map((term) => {
    const match = /^([^=!]+)(!=|==|=)(.*)$/.exec(term);
    if (match === null)
      throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    const [, field = '', operator, value = ''] = match;
    const isCommon = field === 'metadata.name' || field === 'metadata.namespace';
    if (kind !== undefined && !isCommon && fieldsOfKind.get(kind)?.has(field) !== true) {
      throw new SelectorError(`field label not supported: ${field}`);
    }
    return { field, operator: operator === '!=' ? '!=' : '=', value };
  });
}

/** The text a field compares as: absent is empty, an object or a list has none. */
function fieldText(object: ApiObject, field: string): string {
  let current: unknown = object;
  for (const key of field.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return '';
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return typeof current === 'object' || current === undefined ? '' : String(current);
}

/** Whether every requirement holds for an object. Linear in the number of requirements. */
export function matchesFields(
  requirements: readonly FieldRequirement[],
  object: ApiObject,
): boolean {
  return requirements.every(
    ({ field, operator, value }) => (fieldText(object, field) === value) === (operator === '='),
  );
}
