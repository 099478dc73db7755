// Where the pods of a node would go if it were not there.
import type { Pod } from '../../api/pod.js';
import type { SchedulingSimulation } from './scheduling-simulation.js';

/** Pods as they would be made elsewhere. */
export interface Moved {
  /** Counted on the first places that they fit on. */
  readonly placed: readonly Pod[];
  /** Those that fit nowhere. */
  readonly left: readonly Pod[];
}

/**
 * Counts pods on the first places that they fit on, as the pods that would be made instead of
 * them; undefined, and nothing counted, when more than `mostLeft` fit nowhere. O(pods x places).
 */
export function placeElsewhere(
  simulation: SchedulingSimulation,
  pods: readonly Pod[],
  places: Iterable<string> & object,
  mostLeft = 0,
): Moved | undefined {
  const placed: Pod[] = [];
  const left: Pod[] = [];
  for (const pod of pods) {
    const copy = elsewhere(pod);
    const node = simulation.firstFit(copy, places);
    if (node !== undefined) {
      simulation.assume(copy, node);
      placed.push(copy);
      continue;
    }
    left.push(copy);
    if (left.length <= mostLeft) continue;
    for (const each of placed) simulation.forget(each);
    return undefined;
  }
  return { placed, left };
}

/** The pod as another one would be made in its place. */
function elsewhere(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec;
  const metadata = { ...pod.metadata, uid: `${pod.metadata.uid}/moved` };
  return { ...pod, metadata, spec };
}
