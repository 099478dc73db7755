// What the plugins of a running scheduler see of it: its informers' objects, its snapshot, its
// nominations, the time, and streams of random numbers.
// Source: kube-scheduler v1.36 kube-scheduler/framework/interface.go Handle.

import type { Pod } from '../../api/pod.js';
import { objectKey } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { ClusterObjects } from './cache/cluster-objects.js';
import type { Snapshot } from './cache/snapshot.js';
import type { Nominator } from './framework/nominator.js';
import type { Parallelizer } from './framework/parallelizer.js';
import type { ClusterListers, SchedulerHandle, WaitingPod } from './framework/plugin-handle.js';
import type { WaitingPods } from './waiting-pods.js';

/** Objects of other kinds are told; pods are looked up where their informer keeps them. */
export class InformerListers extends ClusterObjects {
  readonly #pods: Pick<Informer<Pod>, 'get'>;

  constructor(pods: Pick<Informer<Pod>, 'get'>) {
    super();
    this.#pods = pods;
  }

  override pod(namespace: string, name: string): Pod | undefined {
    return this.#pods.get(objectKey(namespace, name));
  }
}

export interface RunningHandleOptions {
  /** First part of the names of random streams. */
  readonly name: string;
  readonly simulation: Simulation;
  readonly listers: ClusterListers;
  readonly snapshot: Snapshot;
  readonly nominator: Nominator;
  readonly parallelizer: Parallelizer;
  readonly isPreempting: (uid: string) => boolean;
  readonly waitingPods: () => Pick<WaitingPods, 'all' | 'get'>;
}

/** The handle of one scheduler. */
export class RunningHandle implements SchedulerHandle {
  readonly listers: ClusterListers;
  readonly snapshot: Snapshot;
  readonly nominator: Nominator;
  readonly parallelizer: Parallelizer;
  readonly #options: RunningHandleOptions;
  readonly #streams = new Map<string, RandomStream>();

  constructor(options: RunningHandleOptions) {
    this.listers = options.listers;
    this.snapshot = options.snapshot;
    this.nominator = options.nominator;
    this.parallelizer = options.parallelizer;
    this.#options = options;
  }

  now(): SimTime {
    return this.#options.simulation.now;
  }

  stream(purpose: string): RandomStream {
    const { simulation, name } = this.#options;
    let stream = this.#streams.get(purpose);
    if (stream === undefined) {
      stream = simulation.random.stream(`${name}/${purpose}`);
      this.#streams.set(purpose, stream);
    }
    return stream;
  }

  isPreempting(uid: string): boolean {
    return this.#options.isPreempting(uid);
  }

  waitingPods(): readonly WaitingPod[] {
    return this.#options.waitingPods().all();
  }

  waitingPod(uid: string): WaitingPod | undefined {
    return this.#options.waitingPods().get(uid);
  }
}
