// What a scheduler is made of and what it is told, and the parts that follow from that alone.
// Source: kube-scheduler v1.36 scheduler.go schedulerOptions; reference: scheduler 3.

import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import type { ApiClient } from '../../client/api-client.js';
import type { Informer } from '../../client/informer.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { Distribution } from '../../kernel/distributions.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { schedulerConstants } from './constants.js';
import type { SchedulerCosts } from './cost-model.js';
import type { SchedulerFeatureGates } from './feature-gates.js';
import { Extender, type ExtenderOptions } from './framework/extender.js';
import { ExtenderChain } from './framework/extender-chain.js';
import type { Framework } from './framework/framework.js';
import { Parallelizer } from './framework/parallelizer.js';
import type { SchedulerHandle } from './framework/plugin-handle.js';
import { SchedulingAlgorithm } from './framework/scheduling-algorithm.js';
import { reservoir, selectHost, type TieBreakName } from './framework/select-host.js';
import type { SchedulerMonitor } from './scheduler-monitor.js';
import type { SchedulingRecorder } from './scheduling-recorder.js';

export interface SchedulerOptions {
  /** Prefix of its event kinds; `kube-scheduler` unless there are several. */
  readonly name?: string;
  readonly simulation: Simulation;
  /** The machine it runs on. */
  readonly host: CpuHost;
  /** Binds and writes conditions: `clientQps`, `clientBurst` of the constants by default. */
  readonly client: ApiClient;
  /** Posts Events. */
  readonly eventsClient: ApiClient;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  /** Of what else plugins look at; a kind without an informer has no objects for them. */
  readonly objects?: readonly Informer<KubernetesObject>[];
  readonly observer: ClusterObserver;
  /** Makes the profiles, once: at least one; their names differ. */
  readonly profiles: (handle: SchedulerHandle) => readonly Framework[];
  /** Services that are asked about nodes, made once; none by default. */
  readonly extenders?: (handle: SchedulerHandle) => readonly ExtenderSource[];
  /** For profiles that do not say; 0, the default, adapts to the number of nodes. */
  readonly percentageOfNodesToScore?: number;
  /** Goroutines that examine nodes; 16 by default. */
  readonly parallelism?: number;
  /** Which of the best nodes is taken: `heap` by default. */
  readonly tieBreak?: TieBreakName;
  readonly podInitialBackoffUs?: SimTime;
  readonly podMaxBackoffUs?: SimTime;
  readonly costs?: SchedulerCosts;
  /** Those of Kubernetes 1.36 by default. */
  readonly featureGates?: SchedulerFeatureGates;
  readonly recorder?: SchedulingRecorder | undefined;
  readonly monitor?: SchedulerMonitor | undefined;
}

/** An extender, with the time that its answers take. */
export interface ExtenderSource extends Omit<ExtenderOptions, 'latencyUs'> {
  readonly latency: Distribution;
}

/** The goroutines that examine nodes on the scheduler's machine. */
export function parallelizerOf({ parallelism, host }: SchedulerOptions): Parallelizer {
  return new Parallelizer(parallelism ?? schedulerConstants.parallelism, host.meter.capacity);
}

/** What decides. */
export function algorithmOf(
  { name = 'kube-scheduler', simulation, ...options }: SchedulerOptions,
  handle: SchedulerHandle,
): SchedulingAlgorithm {
  const { snapshot, nominator, parallelizer } = handle;
  const random = reservoir((uid, attempt) =>
    simulation.random.stream(`${name}/select-host/${uid}/${attempt}`),
  );
  const extenders = (options.extenders?.(handle) ?? []).map(({ latency, ...source }, index) => {
    const stream = (...parts: readonly (string | number)[]): RandomStream =>
      simulation.random.stream(`${name}/extender-${index}/${parts.join('/')}`);
    return new Extender({
      ...source,
      latencyUs: (uid, attempt, verb) => latency.sample(stream(uid, attempt, verb)),
    });
  });
  return new SchedulingAlgorithm(snapshot, nominator, {
    percentageOfNodesToScore: options.percentageOfNodesToScore ?? 0,
    parallelizer,
    tieBreak: options.tieBreak === 'reservoir' ? random : selectHost,
    ...(extenders.length > 0 && { extenders: new ExtenderChain(extenders, snapshot, random) }),
  });
}
