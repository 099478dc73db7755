// An extender: an HTTP service that kube-scheduler asks in every cycle, for pods that use resources
// which the extender manages (or for all). What it costs is modelled: the wait for its answer, and
// writing and reading the JSON of the nodes it is sent, whole unless it caches them itself. What it
// answers is up to whoever wrote it: it lets every node pass and scores all alike, unless a plugin
// stands for it. Left out: the verbs of binding and preemption.
// Source: kube-scheduler v1.36 extender.go; reference: scheduler 1.8, 1.9, 3.

import type { Container } from '../../../api/container.js';
import { sortedKeys } from '../../../api/field-check.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Snapshot } from '../cache/snapshot.js';
import type { ExtenderConfiguration } from '../configuration/scheduler-configuration.js';
import { CycleState } from './cycle-state.js';
import type {
  FilterPlugin,
  NodeFilter,
  NodeList,
  Plugin,
  PreFilterPlugin,
  PreScorePlugin,
  ScorePlugin,
} from './plugin.js';
import type { PodInfo } from './pod-info.js';
import { codeOf, isRejected, type Status, status } from './status.js';

export type ExtenderVerb = 'filter' | 'prioritize';

export interface ExtenderOptions {
  readonly configuration: ExtenderConfiguration;
  /** Time from the request's end to the answer's beginning, µs, for one attempt of one pod. */
  readonly latencyUs: (uid: string, attempt: number, verb: ExtenderVerb) => number;
  /** Of the way to the extender, for what is sent and answered. */
  readonly bytesPerSecond: number;
  /**
   * Stands for the extender: its filter for the filter verb, its score for the prioritize verb;
   * of its 0..100 an extender can say 0..10.
   */
  readonly plugin?: Plugin | undefined;
}

/** One request and its answer. */
export interface ExtenderCall {
  readonly waitUs: number;
  /** Of the request and the answer. */
  readonly jsonBytes: number;
  /** The answer came too late; undefined when it came. */
  readonly error: Status | undefined;
}

/** An extender's score is a step of 0..10. */
const maxExtenderPriority = 10;
/** About what a score or a reason takes besides the node's name: `{"Host":"","Score":10},`. */
const hostPriorityBytes = 24;

const knownBytes = new WeakMap<KubernetesObject, number>();

function jsonBytesOf(object: KubernetesObject): number {
  let bytes = knownBytes.get(object);
  if (bytes === undefined) {
    bytes = JSON.stringify(object).length;
    knownBytes.set(object, bytes);
  }
  return bytes;
}

/** One extender of a configuration. */
export class Extender {
  readonly configuration: ExtenderConfiguration;
  readonly #options: ExtenderOptions;
  readonly #managed: ReadonlySet<string>;

  constructor(options: ExtenderOptions) {
    this.configuration = options.configuration;
    this.#options = options;
    this.#managed = new Set(options.configuration.managedResources.map(({ name }) => name));
  }

  /** Whether the pod uses a resource that the extender manages; one that manages none wants all. */
  isInterested({ pod: { spec } }: PodInfo): boolean {
    if (this.#managed.size === 0) return true;
    const uses = ({ resources }: Container): boolean =>
      [resources?.requests, resources?.limits].some((amounts) =>
        sortedKeys(amounts ?? {}).some((name) => this.#managed.has(name)),
      );
    return spec.containers.some(uses) || (spec.initContainers ?? []).some(uses);
  }

  /** What asking about `nodes` takes. Linear in their number. */
  call(
    verb: ExtenderVerb,
    pod: PodInfo,
    attempt: number,
    nodes: NodeList,
    { table }: Snapshot,
  ): ExtenderCall {
    const { configuration, latencyUs, bytesPerSecond } = this.#options;
    const { nodeCacheCapable, httpTimeoutUs, urlPrefix } = configuration;
    let sent = jsonBytesOf(pod.pod);
    let answered = 0;
    for (let i = 0; i < nodes.count; i++) {
      const row = nodes.rows[i]!;
      const nameBytes = table.names[row]!.length;
      const nodeBytes = nodeCacheCapable ? nameBytes : jsonBytesOf(table.nodes[row]!);
      sent += nodeBytes;
      answered += verb === 'filter' ? nodeBytes : nameBytes + hostPriorityBytes;
    }
    const jsonBytes = sent + answered;
    const transferUs = Math.round((jsonBytes * 1_000_000) / bytesPerSecond);
    const waitUs = transferUs + latencyUs(pod.uid, attempt, verb);
    if (waitUs <= httpTimeoutUs) return { waitUs, jsonBytes, error: undefined };
    const path = verb === 'filter' ? configuration.filterVerb : configuration.prioritizeVerb;
    const late = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
    const text = `Post "${urlPrefix.replace(/\/+$/, '')}/${path}": ${late}`;
    return { waitUs: httpTimeoutUs, jsonBytes: sent, error: status('Error', text) };
  }

  /** The judge of single nodes; undefined when all pass, a status when the plugin has failed. */
  filterFor(pod: PodInfo, snapshot: Snapshot): NodeFilter | Status | undefined {
    const plugin = this.#options.plugin as Partial<PreFilterPlugin & FilterPlugin> | undefined;
    const state = new CycleState();
    const { status: answer, nodeNames } = plugin?.preFilter?.(state, pod, snapshot) ?? {};
    const code = codeOf(answer);
    if (code === 'Skip') return undefined;
    if (isRejected(answer)) return () => answer;
    if (code !== 'Success') return answer;
    const judge = plugin?.filter?.(state, pod, snapshot);
    if (nodeNames === undefined) return judge;
    const isOther = status('UnschedulableAndUnresolvable', 'the extender wants another node');
    return (row) => (nodeNames.has(snapshot.table.names[row]!) ? judge?.(row) : isOther);
  }

  /** Adds what the extender gives each node; false when it has failed and gives nothing. */
  prioritize(pod: PodInfo, nodes: NodeList, snapshot: Snapshot, totals: Float64Array): boolean {
    const plugin = this.#options.plugin as Partial<PreScorePlugin & ScorePlugin> | undefined;
    if (plugin?.score === undefined) return true;
    const state = new CycleState();
    const scores = new Float64Array(nodes.count);
    const ready = plugin.preScore?.(state, pod, nodes, snapshot);
    if (codeOf(ready) === 'Skip') return true;
    if (ready !== undefined || plugin.score(state, pod, nodes, snapshot, scores) !== undefined) {
      return false;
    }
    plugin.normalizeScore?.(scores, nodes.count);
    const weight = this.configuration.weight * maxExtenderPriority;
    for (let i = 0; i < nodes.count; i++) {
      totals[i]! += Math.trunc(scores[i]! / maxExtenderPriority) * weight;
    }
    return true;
  }
}
