// Which pods a write of an EndpointSlice lists as ready and did not before, and the reverse.
import type { Endpoint } from '../api/endpoint-slice.js';

type Endpoints = readonly Endpoint[];

/** UIDs of pods; one may be in both. */
export interface ListingChange {
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** Of the endpoints of one slice. Linear in those that changed, where they lie together. */
export function listingChange(before: Endpoints, after: Endpoints): ListingChange {
  // Unchanged endpoints are shared by reference: a typical write adds or replaces one of many.
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let left = before.length;
  let right = after.length;
  for (; left > start && right > start && before[left - 1] === after[right - 1]; left--) right--;
  return { gone: readyPods(before.slice(start, left)), come: readyPods(after.slice(start, right)) };
}

function readyPods(endpoints: Endpoints): readonly string[] {
  return endpoints.flatMap(({ conditions, targetRef }) =>
    conditions?.ready === true && targetRef?.uid !== undefined ? [targetRef.uid] : [],
  );
}
