// What the Kubernetes Events of a run tell that no row of the results does, in sentences.
import type { EventRow } from './run-result.js';

/** Names in a sentence before the rest is only counted. */
const NAMED = 5;

/** Sentences for the notices of a run. */
export function findingsIn(events: readonly EventRow[]): readonly string[] {
  const nodes = new Set<string>();
  for (const { reason, involved } of events) {
    if (reason === 'CIDRNotAvailable') nodes.add(involved.replace(/^Node\//, ''));
  }
  if (nodes.size === 0) return [];
  const named = [...nodes].slice(0, NAMED).join(', ');
  const rest = nodes.size > NAMED ? ` and ${nodes.size - NAMED} more` : '';
  return [`No range for pods was left in the clusterCIDR (CIDRNotAvailable) for ${named}${rest}.`];
}
