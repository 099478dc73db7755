// Runs one plugin alone: its PreFilter and Filter, or its PreScore, Score and NormalizeScore, over
// the nodes of a cache, with trials before the filter where a test asks for them.

import { compileLabelSelector } from '../../../src/api/label-selector.js';
import type { Namespace } from '../../../src/api/namespace.js';
import type { Labels } from '../../../src/api/object-meta.js';
import type { Pod } from '../../../src/api/pod.js';
import type { ReplicaSet } from '../../../src/api/replica-set.js';
import type { ReplicationController } from '../../../src/api/replication-controller.js';
import type { Service } from '../../../src/api/service.js';
import type { StatefulSet } from '../../../src/api/stateful-set.js';
import { SchedulerCache } from '../../../src/control-plane/scheduler/cache/scheduler-cache.js';
import { CycleState } from '../../../src/control-plane/scheduler/framework/cycle-state.js';
import type {
  FilterPlugin,
  PreFilterPlugin,
  PreScorePlugin,
  ScorePlugin,
} from '../../../src/control-plane/scheduler/framework/plugin.js';
import type { ClusterListers } from '../../../src/control-plane/scheduler/framework/plugin-handle.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';

type PlacementPlugin = PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin;

/** A pod that comes to or goes from a node on trial. */
export type Trial = readonly ['add' | 'remove', pod: Pod, node: string];

/**
 * What a filter says, by node; feasible nodes have ''. Undefined: PreFilter has skipped the pod.
 */
export type Verdicts = Readonly<Record<string, string>> | undefined;

export interface Scores {
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
}

/** Objects that plugins look up; tests put what they need into the lists. */
export class TestListers
  implements
    Pick<
      ClusterListers,
      | 'namespace'
      | 'namespaces'
      | 'services'
      | 'servicesSelecting'
      | 'replicationController'
      | 'replicaSet'
      | 'statefulSet'
    >
{
  all: (Namespace | Service | ReplicationController | ReplicaSet | StatefulSet)[] = [];

  namespace(name: string): Namespace | undefined {
    return this.namespaces().find(({ metadata }) => metadata.name === name);
  }

  namespaces(): readonly Namespace[] {
    return this.all.filter((each) => each.kind === 'Namespace');
  }

  services(namespace: string): readonly Service[] {
    const services = this.all.filter((each) => each.kind === 'Service');
    return services.filter(({ metadata }) => metadata.namespace === namespace);
  }

  servicesSelecting(namespace: string, labels: Labels | undefined): readonly Service[] {
    return this.services(namespace).filter(({ spec: { selector: matchLabels } }) =>
      compileLabelSelector(matchLabels && { matchLabels })(labels),
    );
  }

  replicationController(namespace: string, name: string): ReplicationController | undefined {
    const found = this.#named('ReplicationController', namespace, name);
    return found as ReplicationController | undefined;
  }

  replicaSet(namespace: string, name: string): ReplicaSet | undefined {
    return this.#named('ReplicaSet', namespace, name) as ReplicaSet | undefined;
  }

  statefulSet(namespace: string, name: string): StatefulSet | undefined {
    return this.#named('StatefulSet', namespace, name) as StatefulSet | undefined;
  }

  #named(kind: string, namespace: string, name: string) {
    return this.all.find(
      (each) =>
        each.kind === kind && each.metadata.namespace === namespace && each.metadata.name === name,
    );
  }
}

/** A namespace with labels. */
export function makeNamespace(name: string, labels: Labels = {}): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export class PlacementFixture {
  readonly cache = new SchedulerCache();
  readonly listers = new TestListers();

  /** What the plugin's filter says after the trials. */
  judge(plugin: PlacementPlugin, pod: Pod, trials: readonly Trial[] = []): Verdicts {
    const snapshot = this.cache.updateSnapshot();
    const state = new CycleState();
    const info = new PodInfo(pod);
    if (plugin.preFilter(state, info, snapshot).status !== undefined) return undefined;
    const trial = state.clone();
    for (const [what, changed, node] of trials) {
      const other = new PodInfo(changed).on(node);
      const row = snapshot.rowOf(node) as number;
      if (what === 'add') plugin.addPod?.(trial, info, other, row, snapshot);
      else plugin.removePod?.(trial, info, other, row, snapshot);
    }
    const filter = plugin.filter(trial, info, snapshot);
    const verdicts: Record<string, string> = {};
    for (const name of snapshot.names().sort((a, b) => (a < b ? -1 : 1))) {
      const answer = filter?.(snapshot.rowOf(name) as number);
      verdicts[name] = answer === undefined ? '' : `${answer.code}: ${answer.reasons.join()}`;
    }
    return verdicts;
  }

  /** Names of the nodes that the filter lets through; all when PreFilter skips. */
  feasible(plugin: PlacementPlugin, pod: Pod, trials: readonly Trial[] = []): string[] {
    const verdicts = this.judge(plugin, pod, trials);
    const names = this.cache.snapshot.names();
    return names.filter((name) => (verdicts?.[name] ?? '') === '');
  }

  /** Scores of nodes, all unless named, in the order of the snapshot; undefined when skipped. */
  scores(plugin: PlacementPlugin, pod: Pod, among?: readonly string[]): Scores | undefined {
    const snapshot = this.cache.updateSnapshot();
    const names = snapshot.names().filter((name) => among?.includes(name) !== false);
    const rows = Int32Array.from(names.map((name) => snapshot.rowOf(name) as number));
    const nodes = { rows, count: rows.length };
    const state = new CycleState();
    const info = new PodInfo(pod);
    if (plugin.preScore(state, info, nodes, snapshot) !== undefined) return undefined;
    const scores = new Float64Array(rows.length);
    plugin.score(state, info, nodes, snapshot, scores);
    const raw = [...scores];
    plugin.normalizeScore?.(scores, rows.length);
    return { raw, normalized: [...scores] };
  }
}
