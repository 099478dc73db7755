// Which of the changes that are compacted may go: those to which nobody can come back. A member
// that crashes goes on from what its disks have, and a snapshot only leads forward; a watch goes on
// after what was sent, its client after what it has read.
import type { Connection } from './connection.js';
import type { Group } from './group.js';

/** Indexes further back than these have no known revision. */
const KNOWN_INDEXES = 65_536;

/** Changes up to this revision are behind all members and watches. O(members + connections). */
export function passedRevision(
  { machine, members }: Group,
  connections: readonly Connection[],
): number {
  let passed = Number.POSITIVE_INFINITY;
  for (const { raft, backend, applier } of members) {
    const index = Math.min(raft.log.stable, backend.durableIndex, applier.applied);
    if (machine.applied - index >= KNOWN_INDEXES) return 0;
    passed = Math.min(passed, machine.revisionAfter(index));
  }
  return Math.min(passed, watchedBy(connections));
}

/** Changes up to this revision have been read by all watches; of no watch all. O(connections). */
export function watchedBy(connections: readonly Connection[]): number {
  let watched = Number.POSITIVE_INFINITY;
  for (const { watchedRevision } of connections) watched = Math.min(watched, watchedRevision);
  return watched;
}
