// Objects as `kubectl describe` shows them: what they are, in the words of their fields, and the
// Events about them. Every kind is described alike, as kubectl does with kinds that it has no form
// of its own for. Source: Kubernetes v1.36 kubectl pkg/describe genericDescriber, DescribeEvents.
import type { Event } from '../../api/event.js';
import { seenTimes } from '../../api/event-occurrences.js';
import { sortedKeys } from '../../api/field-check.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { SimTime } from '../../kernel/time.js';
import type { JsonValue } from '../stable-json.js';
import { printable } from '../text-table.js';
import { lastSeenText, sourceText } from './event-columns.js';
import { alignCells, type ListedKind } from './listing.js';
import { apiValue } from './object-text.js';

/** Descriptions of all objects, with two empty lines between them. O(objects of the cluster). */
export function describedObjects(
  groups: readonly ListedKind[],
  all: readonly KubernetesObject[],
  now: SimTime,
): string {
  const events = all.filter((object): object is Event => object.kind === 'Event');
  return groups
    .flatMap(({ objects }) => objects)
    .map((object) => described(object, events, now))
    .join('\n\n');
}

function described(object: KubernetesObject, events: readonly Event[], now: SimTime): string {
  const { name, namespace, labels, annotations, ...metadata } = object.metadata;
  const { apiVersion, kind, metadata: _, ...rest } = object;
  const head = [
    ['Name:', name],
    ...(namespace === undefined || namespace === '' ? [] : [['Namespace:', namespace]]),
    ...pairs('Labels:', labels, '='),
    ...pairs('Annotations:', annotations, ': '),
    ['API Version:', apiVersion],
    ['Kind:', kind],
  ];
  const fields = apiValue({ metadata, ...rest }, '') as Readonly<Record<string, JsonValue>>;
  const about = events.filter(
    ({ involvedObject }) =>
      involvedObject.kind === kind &&
      involvedObject.name === name &&
      (involvedObject.uid === undefined || involvedObject.uid === object.metadata.uid),
  );
  const lines = [...alignCells(head, 2), ...fieldLines(fields, 0), ...eventLines(about, now)];
  return `${lines.join('\n')}\n`;
}

/** One line a label; `<none>` for none. */
function pairs(
  title: string,
  values: Readonly<Record<string, string>> | undefined,
  separator: string,
): string[][] {
  const keys = sortedKeys(values ?? {});
  if (keys.length === 0) return [[title, '<none>']];
  return keys.map((key, i) => [
    i === 0 ? title : '',
    printable(`${key}${separator}${values?.[key]}`),
  ]);
}

/** `terminationGracePeriodSeconds` as `Termination Grace Period Seconds`. */
function words(key: string): string {
  const spaced = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function fieldLines(fields: Readonly<Record<string, JsonValue>>, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const keys = sortedKeys(fields);
  const widest = Math.max(
    0,
    ...keys.filter((key) => !isNested(fields[key])).map((key) => words(key).length),
  );
  return keys.flatMap((key) => {
    const value = fields[key] as JsonValue;
    const title = `${words(key)}:`;
    if (!isNested(value)) {
      return [`${indent}${title.padEnd(widest + 3)}${printable(String(value))}`];
    }
    const lines = Array.isArray(value)
      ? value.flatMap((each) => itemLines(each, depth + 1))
      : fieldLines(value as Readonly<Record<string, JsonValue>>, depth + 1);
    return [indent + title, ...lines];
  });
}

function itemLines(item: JsonValue, depth: number): string[] {
  if (!isNested(item)) return ['  '.repeat(depth) + printable(String(item))];
  if (Array.isArray(item)) return item.flatMap((each) => itemLines(each, depth + 1));
  return fieldLines(item as Readonly<Record<string, JsonValue>>, depth);
}

const isNested = (value: JsonValue | undefined): boolean =>
  typeof value === 'object' && value !== null;

/** Oldest first. */
function eventLines(events: readonly Event[], now: SimTime): string[] {
  if (events.length === 0) return ['Events:  <none>'];
  const sorted = [...events].sort(
    (a, b) =>
      (seenTimes(a).lastUs ?? 0) - (seenTimes(b).lastUs ?? 0) ||
      (a.metadata.resourceVersion ?? 0) - (b.metadata.resourceVersion ?? 0),
  );
  const rows = sorted.map((event) => [
    event.type ?? '',
    event.reason ?? '',
    lastSeenText(event, now),
    sourceText(event),
    printable(event.message ?? ''),
  ]);
  const heads = ['Type', 'Reason', 'Age', 'From', 'Message'];
  const rules = heads.map((head) => '-'.repeat(head.length));
  return ['Events:', ...alignCells([heads, rules, ...rows], 2).map((line) => `  ${line}`)];
}
