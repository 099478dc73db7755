// Objects as the API's JSON has them: times as RFC 3339 text, resourceVersion as text, keys in
// alphabetical order. The scenario begins at the beginning of 1970, so that 00:00:42 is 42 s after
// it. Source: Kubernetes v1.36 apimachinery meta/v1 Time, MicroTime; kubectl get -o json.
import { sortedKeys } from '../../api/field-check.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { formatTimestamp } from '../../api/timestamp.js';
import { yamlText } from '../../api/yaml-dialect.js';
import type { JsonValue } from '../stable-json.js';

/** Times that the API writes with microseconds. */
const microTimes: ReadonlySet<string> = new Set([
  'acquireTime',
  'eventTime',
  'lastObservedTime',
  'renewTime',
]);

const timeKey = /(?:Time|Timestamp)$|^(?:startedAt|finishedAt|timeAdded)$/;

/** One object, or a List of several, as JSON; ends in a newline. */
export function objectJson(objects: KubernetesObject | readonly KubernetesObject[]): string {
  return `${JSON.stringify(apiForm(objects), undefined, 4)}\n`;
}

/** The same as YAML. */
export function objectYaml(objects: KubernetesObject | readonly KubernetesObject[]): string {
  return yamlText(apiForm(objects));
}

function apiForm(objects: KubernetesObject | readonly KubernetesObject[]): JsonValue {
  if (!Array.isArray(objects)) return apiValue(objects, '');
  return {
    apiVersion: 'v1',
    items: objects.map((object) => apiValue(object, '')),
    kind: 'List',
    metadata: { resourceVersion: '' },
  };
}

/** A value as the API's JSON has it; `key`: of the field that holds it. */
export function apiValue(value: unknown, key: string): JsonValue {
  if (Array.isArray(value)) return value.map((each) => apiValue(each, ''));
  if (typeof value === 'number' && timeKey.test(key)) {
    return formatTimestamp(value, microTimes.has(key) ? 6 : 0);
  }
  if (typeof value === 'number' && key === 'resourceVersion') return String(value);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  const object = value as Readonly<Record<string, unknown>>;
  const keys = sortedKeys(object).filter((each) => object[each] !== undefined);
  return Object.fromEntries(keys.map((each) => [each, apiValue(object[each], each)]));
}
