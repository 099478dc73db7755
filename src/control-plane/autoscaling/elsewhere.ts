// Where the pods of a node would go if it were not there.
import type { Pod } from '../../api/pod.js';
import type { SchedulingSimulation } from './scheduling-simulation.js';

/**
 * Counts all pods on the first places that they fit on, as the pods that would be made instead of
 * them, which are returned; undefined, and nothing counted, when one fits nowhere.
 */
export function placeElsewhere(
  simulation: SchedulingSimulation,
  pods: readonly Pod[],
  places: Iterable<string> & object,
): readonly Pod[] | undefined {
  const placed: Pod[] = [];
  for (const pod of pods) {
    const copy = elsewhere(pod);
    const node = simulation.firstFit(copy, places);
    if (node === undefined) {
      for (const each of placed) simulation.forget(each);
      return undefined;
    }
    simulation.assume(copy, node);
    placed.push(copy);
  }
  return placed;
}

/** Whether all pods would find a place; nothing stays counted. */
export function fitsElsewhere(
  simulation: SchedulingSimulation,
  pods: readonly Pod[],
  places: Iterable<string> & object,
): boolean {
  const placed = placeElsewhere(simulation, pods, places);
  for (const pod of placed ?? []) simulation.forget(pod);
  return placed !== undefined;
}

/** The pod as another one would be made in its place. */
export function elsewhere(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec;
  const metadata = { ...pod.metadata, uid: `${pod.metadata.uid}/moved` };
  return { ...pod, metadata, spec };
}
