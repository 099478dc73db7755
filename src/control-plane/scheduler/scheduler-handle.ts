// What the profiles of one scheduler share: its cache, its nominations, the objects that its
// informers report. Made before the plugins, which get it, and before the scheduler, which works on
// it. Source: kube-scheduler v1.36 scheduler.go New.

import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { ClusterObjects } from './cache/cluster-objects.js';
import { SchedulerCache } from './cache/scheduler-cache.js';
import type { Snapshot } from './cache/snapshot.js';
import { Nominator } from './framework/nominator.js';
import type { SchedulerHandle } from './framework/plugin-handle.js';

/** The part of a simulation that plugins need: the time, and streams of random numbers. */
type Surroundings = Pick<Simulation, 'now' | 'stream'>;

/** One scheduler's handle. */
export class SharedHandle implements SchedulerHandle {
  readonly cache: SchedulerCache = new SchedulerCache();
  readonly nominator: Nominator = new Nominator();
  readonly listers: ClusterObjects = new ClusterObjects();
  /** Set by who carries preemptions out; until then none is under way. */
  preemptions: { isPreempting(uid: string): boolean } | undefined;
  readonly #surroundings: Surroundings;
  readonly #name: string;

  /** `name` is the first part of the names of its random streams. */
  constructor(surroundings: Surroundings, name = 'kube-scheduler') {
    this.#surroundings = surroundings;
    this.#name = name;
  }

  get snapshot(): Snapshot {
    return this.cache.snapshot;
  }

  now(): SimTime {
    return this.#surroundings.now;
  }

  randomBelow(purpose: string, bound: number): number {
    return this.#surroundings.stream(`${this.#name}/${purpose}`).below(bound);
  }

  isPreempting(uid: string): boolean {
    return this.preemptions?.isPreempting(uid) === true;
  }
}
