// Takes a node out of the cluster: it is tainted, 5 s later its pods are evicted, and when they
// are gone its instance is ended; the Node itself goes when the cloud-controller-manager finds
// that out. A pod that its disruption budget keeps is asked again every 10 s for two minutes. When
// the pods do not go the taint is taken away, and the node stays.
// Source: kubernetes/autoscaler cluster-autoscaler core/scaledown/actuation (reference:
// nodes-controllers 4.4).
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf } from '../../client/api-request.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import { Slab } from '../../client/slab.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { CloudAnswer, CloudProvider } from '../cloud-provider.js';
import { datedTaint, taintRequest } from './node-taints.js';

/** A node that is to go, and the pods that have to be moved before. */
export interface RemovableNode {
  readonly node: Node;
  readonly pods: readonly Pod[];
}

/** How an autoscaler takes its time. */
export interface RemovalTimes {
  /** From the taint to the first evictions. */
  readonly delayAfterTaintUs: number;
  readonly evictionRetryUs: number;
  /** Evictions are tried so long; Infinity: for ever. */
  readonly evictionsUs: number;
  /** Pods are waited for so much longer than their grace. */
  readonly headroomUs: number;
  readonly podsGonePollUs: number;
  readonly maxGraceSeconds: number;
}

/** One node on its way out. */
interface Removal<R extends RemovableNode> {
  readonly of: R;
  /** When what is left is evicted again. */
  evictAgainUs: SimTime;
  /** Evictions are tried until then. */
  evictUntilUs: SimTime;
  /** Pods are waited for until then. */
  waitUntilUs: SimTime;
  /** Pods whose eviction has not been accepted. */
  readonly left: Set<Pod>;
}

export interface RemovalEvent {
  readonly reason: string;
  readonly message: string;
}

export interface NodeRemoverOptions<R extends RemovableNode> {
  /** First part of the names of its events. */
  readonly name: string;
  readonly times: RemovalTimes;
  /** What keeps pods away from a node that is to go. */
  readonly taintKey: string;
  /** What nodes are told when they are tainted, and pods when they are evicted. */
  readonly nodeEvent: RemovalEvent;
  readonly podEvent: RemovalEvent;
  /** Deletes the Node itself too, instead of leaving that to the cloud-controller-manager. */
  readonly deletesNode: boolean;
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly cloud: CloudProvider;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly onEvicted: () => void;
  readonly onRemoved: (removed: R) => void;
  readonly onFailed: (kept: R) => void;
}

export class NodeRemover<R extends RemovableNode> {
  /** Nodes that are being removed, or whose instance has been ended. */
  readonly leaving: Set<string> = new Set();
  readonly #options: NodeRemoverOptions<R>;
  readonly #removals = new Slab<Removal<R>>();
  readonly #drainDue: EventKind;
  readonly #lookDue: EventKind;
  #draining = 0;
  #active = 0;

  constructor(options: NodeRemoverOptions<R>) {
    const { simulation, name } = options;
    this.#options = options;
    this.#drainDue = simulation.defineEvent(`${name}.DrainDue`, (id) => this.#drain(id));
    this.#lookDue = simulation.defineEvent(`${name}.PodsGoneLookDue`, (id) => this.#look(id));
  }

  /** Nodes that are on their way out, and those of them that have pods. */
  get active(): { readonly nodes: number; readonly draining: number } {
    return { nodes: this.#active, draining: this.#draining };
  }

  /** Begins to remove a node. */
  remove(removable: R): void {
    const { node, pods } = removable;
    const id = this.#removals.add({
      of: removable,
      evictAgainUs: 0,
      evictUntilUs: 0,
      waitUntilUs: 0,
      left: new Set(pods),
    });
    this.leaving.add(node.metadata.name);
    this.#active++;
    if (pods.length > 0) this.#draining++;
    const { client, taintKey, simulation } = this.#options;
    const taint = datedTaint(taintKey, 'NoSchedule', simulation.now);
    const request = taintRequest(node.metadata.name, (taints) => [
      ...taints.filter(({ key }) => key !== taintKey),
      taint,
    ]);
    client.send(request, this.#tainted, id);
  }

  readonly #tainted = (call: ApiCall): void => {
    const id = call.context as number;
    const { node } = this.#removals.get(id).of;
    if (!isSuccess(call.response as ApiResponse)) return this.#fail(id);
    const { simulation, recorder, times, nodeEvent } = this.#options;
    recorder.record(node, 'Normal', nodeEvent.reason, nodeEvent.message);
    simulation.after(times.delayAfterTaintUs, this.#drainDue, id);
  };

  #drain(id: number): void {
    const removal = this.#removals.get(id);
    const { pods } = removal.of;
    if (pods.length === 0) return this.#endInstance(id);
    const { simulation, times } = this.#options;
    removal.evictUntilUs = simulation.now + times.evictionsUs;
    const longestUs = pods.reduce((most, pod) => Math.max(most, this.#graceUsOf(pod)), 0);
    removal.waitUntilUs = removal.evictUntilUs + longestUs + times.headroomUs;
    this.#evictLeft(removal);
    simulation.after(times.podsGonePollUs, this.#lookDue, id);
  }

  /** A pod that is kept is asked again later. */
  #evictLeft(removal: Removal<R>): void {
    const { simulation, times } = this.#options;
    removal.evictAgainUs = simulation.now + times.evictionRetryUs;
    for (const pod of removal.left) this.#evict(pod, removal);
  }

  #evict(pod: Pod, removal: Removal<R>): void {
    const { client, recorder, podEvent } = this.#options;
    const { namespace = '', name } = pod.metadata;
    recorder.record(pod, 'Normal', podEvent.reason, podEvent.message);
    client.send(
      {
        verb: 'create',
        resource: 'pods',
        subresource: 'eviction',
        namespace,
        name,
        gracePeriodSeconds: this.#graceUsOf(pod) / 1_000_000,
      },
      this.#evicted,
      { pod, removal },
    );
  }

  readonly #evicted = (call: ApiCall): void => {
    const { pod, removal } = call.context as { readonly pod: Pod; readonly removal: Removal<R> };
    const response = call.response as ApiResponse;
    if (!isSuccess(response) && response.code !== 404) return;
    if (removal.left.delete(pod)) this.#options.onEvicted();
  };

  #look(id: number): void {
    const removal = this.#removals.get(id);
    const { simulation, client, pods, times, taintKey } = this.#options;
    const isThere = (pod: Pod): boolean => pods.get(keyOf(pod))?.metadata.uid === pod.metadata.uid;
    if (!removal.of.pods.some(isThere)) return this.#endInstance(id);
    const isStuck = simulation.now > removal.evictUntilUs && removal.left.size > 0;
    if (!isStuck && simulation.now < removal.waitUntilUs) {
      if (simulation.now >= removal.evictAgainUs) this.#evictLeft(removal);
      simulation.after(times.podsGonePollUs, this.#lookDue, id);
      return;
    }
    const { name } = removal.of.node.metadata;
    const others = taintRequest(name, (taints) => taints.filter(({ key }) => key !== taintKey));
    client.send(others, () => {});
    this.#fail(id);
  }

  #endInstance(id: number): void {
    const { name } = this.#removals.get(id).of.node.metadata;
    this.#options.cloud.instances.delete(name, this.#ended, id);
  }

  readonly #ended = ({ fault }: CloudAnswer, id: number): void => {
    if (fault !== undefined && fault !== 'NotFound') return this.#fail(id);
    const { client, deletesNode, onRemoved } = this.#options;
    const removed = this.#forget(id);
    const { name } = removed.node.metadata;
    if (deletesNode) {
      client.send({ verb: 'delete', resource: 'nodes', namespace: '', name }, () => {});
    }
    onRemoved(removed);
  };

  #fail(id: number): void {
    const kept = this.#forget(id);
    const { node } = kept;
    this.leaving.delete(node.metadata.name);
    const message = 'failed to delete the node';
    const { recorder, nodeEvent, onFailed } = this.#options;
    recorder.record(node, 'Warning', `${nodeEvent.reason}Failed`, message);
    onFailed(kept);
  }

  #forget(id: number): R {
    const { of } = this.#removals.remove(id);
    this.#active--;
    if (of.pods.length > 0) this.#draining--;
    return of;
  }

  /** A pod's own grace, at most what the autoscaler grants. */
  #graceUsOf({ spec }: Pod): number {
    const own = spec.terminationGracePeriodSeconds ?? 30;
    return Math.min(own, this.#options.times.maxGraceSeconds) * 1_000_000;
  }
}
