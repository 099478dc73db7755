// The columns of Events. Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go
// printEvent.
import type { Event } from '../../api/event.js';
import { occurrences, seenTimes } from '../../api/event-occurrences.js';
import type { SimTime } from '../../kernel/time.js';
import { type Column, column, since, wide } from './columns.js';

/** `5s`, or `5s (x3 over 20s)`. */
export function lastSeenText(event: Event, now: SimTime): string {
  const { firstUs, lastUs } = seenTimes(event);
  const last = since(lastUs, now);
  const count = occurrences(event);
  return count > 1 ? `${last} (x${count} over ${since(firstUs, now)})` : last;
}

/** `kubelet, node-1`. */
export function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component ?? reportingComponent ?? '';
  const host = source?.host ?? reportingInstance ?? '';
  return host === '' ? component : `${component}, ${host}`;
}

/** Columns of `get events`. */
export const eventColumns: readonly Column<Event>[] = [
  column('LAST SEEN', (event, now) => since(seenTimes(event).lastUs, now)),
  column('TYPE', ({ type }) => type ?? ''),
  column('REASON', ({ reason }) => reason ?? ''),
  column('OBJECT', ({ involvedObject: { kind = '', name = '' } }) =>
    name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`,
  ),
  wide('SUBOBJECT', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
  wide('SOURCE', sourceText),
  column('MESSAGE', ({ message }) => message?.trim() ?? ''),
  wide('FIRST SEEN', (event, now) => since(seenTimes(event).firstUs, now)),
  wide('COUNT', occurrences),
  wide('NAME', ({ metadata }) => metadata.name),
];
