// A handle for plugins that are made only to be looked at: an empty cluster in which no time
// passes.

import { ClusterObjects } from './cache/cluster-objects.js';
import { SchedulerCache } from './cache/scheduler-cache.js';
import { Nominator } from './framework/nominator.js';
import { sequential } from './framework/parallelizer.js';
import type { SchedulerHandle } from './framework/plugin-handle.js';

/** Nothing is there; every random number is 0. `cache` may be filled. */
export function inertHandle(
  cache: SchedulerCache = new SchedulerCache(),
): SchedulerHandle & { readonly listers: ClusterObjects; readonly nominator: Nominator } {
  return {
    listers: new ClusterObjects(),
    snapshot: cache.snapshot,
    nominator: new Nominator(),
    parallelizer: sequential,
    now: () => 0,
    stream: () => ({ uniform: () => 0, below: () => 0 }),
    isPreempting: () => false,
    waitingPods: () => [],
    waitingPod: () => undefined,
  };
}
