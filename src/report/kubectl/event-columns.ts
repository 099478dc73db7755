// The columns of Events. Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go
// printEvent.
import type { Event } from '../../api/event.js';
import type { SimTime } from '../../kernel/time.js';
import { type Column, column, UNKNOWN, wide } from './columns.js';
import { humanDuration } from './human-duration.js';

/** When an Event was first and last seen, µs; undefined when it does not say. */
export function seenTimes({ firstTimestamp, lastTimestamp, eventTime, series }: Event): {
  readonly firstUs: number | undefined;
  readonly lastUs: number | undefined;
} {
  const firstUs = firstTimestamp ?? eventTime;
  return { firstUs, lastUs: series?.lastObservedTime ?? lastTimestamp ?? firstUs };
}

const age = (time: number | undefined, now: SimTime): string =>
  time === undefined ? UNKNOWN : humanDuration(now - time);

/** How often it was seen. */
export function countOf({ count, series }: Event): number {
  return series?.count ?? count ?? 1;
}

/** `5s`, or `5s (x3 over 20s)`. */
export function lastSeenText(event: Event, now: SimTime): string {
  const { firstUs, lastUs } = seenTimes(event);
  const last = age(lastUs, now);
  const count = countOf(event);
  return count > 1 ? `${last} (x${count} over ${age(firstUs, now)})` : last;
}

/** `kubelet, node-1`. */
export function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component ?? reportingComponent ?? '';
  const host = source?.host ?? reportingInstance ?? '';
  return host === '' ? component : `${component}, ${host}`;
}

/** Columns of `get events`. */
export const eventColumns: readonly Column<Event>[] = [
  column('LAST SEEN', (event, now) => age(seenTimes(event).lastUs, now)),
  column('TYPE', ({ type }) => type ?? ''),
  column('REASON', ({ reason }) => reason ?? ''),
  column('OBJECT', ({ involvedObject: { kind = '', name = '' } }) =>
    name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`,
  ),
  wide('SUBOBJECT', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
  wide('SOURCE', sourceText),
  column('MESSAGE', ({ message }) => message?.trim() ?? ''),
  wide('FIRST SEEN', (event, now) => age(seenTimes(event).firstUs, now)),
  wide('COUNT', countOf),
  wide('NAME', ({ metadata }) => metadata.name),
];
