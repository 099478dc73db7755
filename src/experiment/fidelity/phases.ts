// What the runs of a recorder have in common: the frame of readings around a run, the phase that
// creates pods, and how the length of a phase is noted.
// Source: golden/timeline/README.md and the calls and times in the recordings.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Bench } from './bench.js';

const SECOND_US = 1_000_000;
/** Counters are read so long before the first call. */
const LEAD_US = 2_100_000;
/** And, with the CPU time of the whole run, so long after the last phase. */
const TAIL_US = 3_000_000;

/** Seconds since a time. */
export const since = (bench: Bench, startUs: number): number =>
  (bench.simulation.now - startUs) / SECOND_US;

/** Pods that are ready and not gone. */
export const readyPods = (bench: Bench): number =>
  bench.pods.rows.filter(({ at }) => at.ready !== undefined && at.deleted === undefined).length;

/** Runs what happened between the readings of the counters, and notes what they have counted. */
export function framed(bench: Bench, run: () => void, before: () => void = () => {}): void {
  const counted = bench.read();
  before();
  const { simulation } = bench;
  bench.sleep(Math.max(0, counted.atUs + LEAD_US - simulation.now));
  const started = bench.read();
  bench.startUs = started.atUs;
  run();
  bench.note('end_s', since(bench, started.atUs));
  bench.sleep(TAIL_US);
  bench.noteCpu('total_incl_3s_tail', started);
  bench.noteCounts(counted);
}

/** Creates what is given and waits until `size` pods are ready and in the slices. */
export function deploy(
  bench: Bench,
  objects: readonly KubernetesObject[],
  size: number,
  workers = 1,
): void {
  const phase = bench.read();
  bench.create(objects, workers);
  bench.until(() => readyPods(bench) >= size && bench.readyEndpoints >= size);
  bench.note('converged_s', since(bench, phase.atUs));
  bench.noteCpu('deploy', phase);
  bench.notePods('deploy', bench.pods.rows, phase.atUs);
  const lastReady = Math.max(...bench.pods.rows.map(({ at }) => at.ready ?? 0));
  if (bench.firstReplicaSetUs !== undefined)
    bench.note('first_rs', (bench.firstReplicaSetUs - phase.atUs) / SECOND_US);
  bench.note('ep_lag', (bench.simulation.now - lastReady) / SECOND_US);
}
