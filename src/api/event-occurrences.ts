// When and how often what an Event tells of was seen, whichever of its fields say so.
// Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go printEvent.
import type { Event } from './event.js';
import type { Time } from './time.js';

/** When an Event was first and last seen, µs; undefined when it does not say. */
export function seenTimes({ firstTimestamp, lastTimestamp, eventTime, series }: Event): {
  readonly firstUs: Time | undefined;
  readonly lastUs: Time | undefined;
} {
  const firstUs = firstTimestamp ?? eventTime;
  return { firstUs, lastUs: series?.lastObservedTime ?? lastTimestamp ?? firstUs };
}

/** How often it was seen. */
export function occurrences({ count, series }: Event): number {
  return series?.count ?? count ?? 1;
}
