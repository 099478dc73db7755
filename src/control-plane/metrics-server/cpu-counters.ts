// How much CPU every running pod has used so far: what a kubelet reads from its cgroups. A pod uses
// its share of the CPU that a load asks of all pods that it selects and that are Ready, never more
// than its limit; else what its node gave to the containers whose annotations say what they ask
// for, and a share of their request to the others.
// A load keeps one counter for the share of any of its pods, so that a pod that comes or goes costs
// O(loads). Left out: use while an image is pulled; that a node has less CPU than loads ask for.
import { compileEqualitySelector, type LabelMatcher } from '../../api/label-selector.js';
import type { Labels } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import { podLimits, podRequests } from '../../api/resource-requests.js';
import { statedCpu } from '../../api/stated-cpu.js';
import { integralOf, type Steps } from '../../api/steps.js';
import type { SimTime } from '../../kernel/time.js';
import { metricsServerConstants as constants } from './constants.js';

/** CPU that is asked of the Ready pods of a selector together. */
export interface CpuLoad {
  readonly namespace: string;
  readonly matchLabels: Labels;
  /** Thousandths of a core, from the start of the run. */
  readonly steps: Steps;
}

/** A load and what each of its pods has used because of it. */
interface SharedLoad {
  readonly load: CpuLoad;
  readonly matches: LabelMatcher;
  pods: number;
  /** Most that one pod may use, milli-CPU. */
  limitMilli: number;
  /** Of a pod that was always there, thousandths times µs. */
  share: number;
  settledUs: SimTime;
}

/** A running pod. */
export interface RunningPod {
  pod: Pod;
  readonly startedUs: SimTime;
  /** Used while it was serving loads that it does not serve now. */
  used: number;
  /** Loads that it serves, and their counters when it began to. */
  readonly serves: Map<SharedLoad, number>;
  /** What its node had given it when it was seen to run; undefined while its node has not told. */
  givenBefore: number | undefined;
  /** Use in its last reading without loads: a counter does not go back. */
  most: number;
}

export class CpuCounters {
  readonly #loads: readonly SharedLoad[];

  constructor(loads: readonly CpuLoad[]) {
    this.#loads = loads.map((load) => ({
      load,
      matches: compileEqualitySelector(load.matchLabels),
      pods: 0,
      limitMilli: Number.POSITIVE_INFINITY,
      share: 0,
      settledUs: 0,
    }));
  }

  /** A pod that is seen to run from now on; `given` as of `usedBy`. */
  started(pod: Pod, now: SimTime, given?: number): RunningPod {
    return { pod, startedUs: now, used: 0, serves: new Map(), givenBefore: given, most: 0 };
  }

  /** The pod is Ready or not from now on. */
  setReady(running: RunningPod, isReady: boolean, now: SimTime): void {
    for (const shared of this.#loads) {
      if (!selects(shared, running.pod)) continue;
      const since = running.serves.get(shared);
      if (isReady === (since !== undefined)) continue;
      settle(shared, now);
      if (since === undefined) {
        shared.pods++;
        const { cpuMilli } = podLimits(running.pod.spec);
        if (cpuMilli > 0) shared.limitMilli = cpuMilli;
        running.serves.set(shared, shared.share);
      } else {
        shared.pods--;
        running.used += shared.share - since;
        running.serves.delete(shared);
      }
    }
  }

  /**
   * CPU that a pod has used since it was seen to run, thousandths of a core times µs. `given`: what
   * its node has given so far to its containers that say what they ask for; undefined when the node
   * does not know of any.
   */
  usedBy(running: RunningPod, now: SimTime, given?: number): number {
    const { pod, startedUs, serves } = running;
    let { used } = running;
    for (const [shared, since] of serves) {
      settle(shared, now);
      used += shared.share - since;
    }
    if (this.#loads.some((shared) => selects(shared, pod))) return used;
    const forUs = now - startedUs;
    const own = unstatedUse(pod, forUs) + statedUse(running, forUs, given);
    running.most = Math.max(running.most, own);
    return running.most;
  }
}

function selects({ load, matches }: SharedLoad, { metadata }: Pod): boolean {
  return metadata.namespace === load.namespace && matches(metadata.labels);
}

/** What the containers of a pod that say nothing use in a time. */
function unstatedUse(pod: Pod, forUs: number): number {
  let used = 0;
  for (const container of pod.spec.containers) {
    if (statedCpu(pod, container) !== undefined) continue;
    const { cpuMilli } = podRequests({ containers: [container] });
    used += cpuMilli * constants.cpuShareOfRequest * forUs;
  }
  return used;
}

/**
 * What the others use. A pod that its node does not know by its UID (a mirror) has what it asks for
 * from when it was seen to run; one whose node has gone uses no more.
 */
function statedUse(running: RunningPod, forUs: number, given: number | undefined): number {
  if (given !== undefined) {
    running.givenBefore ??= 0;
    return given - running.givenBefore;
  }
  if (running.givenBefore !== undefined) return 0;
  let used = 0;
  for (const container of running.pod.spec.containers) {
    const stated = statedCpu(running.pod, container);
    if (stated !== undefined) used += integralOf(stated, 0, forUs, (value) => value);
  }
  return used;
}

/** Adds up what each pod has used since the last time. */
function settle(shared: SharedLoad, now: SimTime): void {
  const { load, pods, limitMilli, settledUs } = shared;
  if (now === settledUs) return;
  if (pods > 0) {
    const each = (milli: number): number => Math.min(milli / pods, limitMilli);
    shared.share += integralOf(load.steps, settledUs, now, each);
  }
  shared.settledUs = now;
}
