// Nodes, pods and a cache with a default profile, for tests of decisions.

import type { Node, NodeSpec, NodeStatus } from '../../../src/api/node.js';
import type { Pod, PodSpec, PodStatus } from '../../../src/api/pod.js';
import { SchedulerCache } from '../../../src/control-plane/scheduler/cache/scheduler-cache.js';
import type { Snapshot } from '../../../src/control-plane/scheduler/cache/snapshot.js';
import { CycleState } from '../../../src/control-plane/scheduler/framework/cycle-state.js';
import type { Decision } from '../../../src/control-plane/scheduler/framework/decision.js';
import { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import { Nominator } from '../../../src/control-plane/scheduler/framework/nominator.js';
import type {
  FilterPlugin,
  ScorePlugin,
} from '../../../src/control-plane/scheduler/framework/plugin.js';
import {
  type EnabledPlugin,
  multiPoint,
} from '../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import {
  type AlgorithmOptions,
  SchedulingAlgorithm,
} from '../../../src/control-plane/scheduler/framework/scheduling-algorithm.js';
import type { Status } from '../../../src/control-plane/scheduler/framework/status.js';
import { plainPlugins } from './plain-plugins.js';

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly spec?: NodeSpec;
  readonly status?: NodeStatus;
}

/** A node of 4 CPUs, 32 GiB and 110 pods, unless `allocatable` says otherwise. */
export function makeNode(name: string, options: NodeOptions = {}): Node {
  const allocatable = { cpu: '4', memory: '32Gi', pods: '110', ...options.allocatable };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: `uid-${name}`, labels: { ...options.labels } },
    spec: { ...options.spec },
    status: { ...options.status, allocatable },
  };
}

export interface PodOptions {
  readonly requests?: Readonly<Record<string, string>>;
  readonly spec?: Partial<PodSpec>;
  readonly status?: PodStatus;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A pod of one container in the namespace `default` that asks for nothing unless told. */
export function makePod(name: string, options: PodOptions = {}): Pod {
  const { requests, labels, spec, status } = options;
  const container = { name: 'main', ...(requests !== undefined && { resources: { requests } }) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      ...(labels !== undefined && { labels }),
    },
    spec: { containers: [container], schedulerName: 'default-scheduler', ...spec },
    ...(status !== undefined && { status }),
  };
}

/** A cache with nodes and pods, and the algorithm over it. */
export class DecisionCluster {
  readonly cache = new SchedulerCache();
  readonly nominator = new Nominator();
  readonly framework: Framework;
  readonly algorithm: SchedulingAlgorithm;

  constructor(
    nodes: readonly Node[],
    pods: readonly Pod[] = [],
    plugins: readonly EnabledPlugin[] = plainPlugins(),
    options: AlgorithmOptions | ((snapshot: Snapshot) => AlgorithmOptions) = {},
  ) {
    this.framework = new Framework({
      schedulerName: 'default-scheduler',
      plugins: multiPoint(plugins),
    });
    const { snapshot } = this.cache;
    const own = typeof options === 'function' ? options(snapshot) : options;
    this.algorithm = new SchedulingAlgorithm(snapshot, this.nominator, own);
    for (const node of nodes) this.cache.addNode(node);
    for (const pod of pods) this.cache.addPod(new PodInfo(pod));
  }

  /** Decides without placing the pod. */
  decide(pod: Pod): Decision {
    this.cache.updateSnapshot();
    return this.algorithm.decide(this.framework, new PodInfo(pod));
  }

  /** Decides, and assumes the pod where it may go. */
  place(pod: Pod): Decision {
    const decision = this.decide(pod);
    if (decision.nodeName !== '') this.cache.assumePod(new PodInfo(pod).on(decision.nodeName));
    return decision;
  }

  /** What one filter says to one pod, by node; feasible nodes are left out. */
  refusals(plugin: FilterPlugin, pod: Pod): Record<string, Status> {
    const snapshot = this.cache.updateSnapshot();
    const filter = plugin.filter(new CycleState(), new PodInfo(pod), snapshot);
    const refusals: Record<string, Status> = {};
    for (const name of snapshot.names()) {
      const answer = filter?.(snapshot.rowOf(name) as number);
      if (answer !== undefined) refusals[name] = answer;
    }
    return refusals;
  }

  /** Raw and normalised scores of one plugin over all nodes in snapshot order. */
  scores(plugin: ScorePlugin, pod: Pod): { raw: number[]; normalized: number[] } {
    const snapshot: Snapshot = this.cache.updateSnapshot();
    const state = new CycleState();
    const nodes = { rows: snapshot.order, count: snapshot.count };
    const info = new PodInfo(pod);
    if ('preScore' in plugin) {
      (plugin as { preScore(...args: unknown[]): unknown }).preScore(state, info, nodes, snapshot);
    }
    const scores = new Float64Array(snapshot.count);
    plugin.score(state, info, nodes, snapshot, scores);
    const raw = [...scores];
    plugin.normalizeScore?.(scores, snapshot.count);
    return { raw, normalized: [...scores] };
  }
}
