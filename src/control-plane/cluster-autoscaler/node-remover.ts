// Takes a node out of the cluster: it is tainted, 5 s later its pods are evicted, and when they
// are gone its instance is ended; the Node itself goes when the cloud-controller-manager finds
// that out. A pod that its disruption budget keeps is asked again every 10 s for two minutes. When
// the pods do not go the taint is taken away, and the node stays.
// Source: kubernetes/autoscaler cluster-autoscaler core/scaledown/actuation (reference:
// nodes-controllers 4.4).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node, Taint } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf } from '../../client/api-request.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { Informer } from '../../client/informer.js';
import { Slab } from '../../client/slab.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { type CloudAnswer, type CloudProvider, toBeDeletedTaint } from '../cloud-provider.js';
import type { ClusterAutoscalerMonitor } from './autoscaler-settings.js';
import { clusterAutoscalerConstants as constants } from './constants.js';
import type { Removable } from './scale-down.js';

const NAME = 'cluster-autoscaler';

/** One node on its way out. */
interface Removal extends Removable {
  /** When what is left is evicted again. */
  evictAgainUs: SimTime;
  /** Evictions are tried until then. */
  evictUntilUs: SimTime;
  /** Pods are waited for until then. */
  waitUntilUs: SimTime;
  /** Pods whose eviction has not been accepted. */
  readonly left: Set<Pod>;
}

export interface NodeRemoverOptions {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly cloud: CloudProvider;
  readonly pods: Informer<Pod>;
  readonly recorder: EventRecorder;
  readonly monitor?: ClusterAutoscalerMonitor | undefined;
  readonly onRemoved: (removal: Removable) => void;
  readonly onFailed: (removal: Removable) => void;
}

export class NodeRemover {
  /** Nodes that are being removed, or whose instance has been ended. */
  readonly leaving: Set<string> = new Set();
  readonly #options: NodeRemoverOptions;
  readonly #removals = new Slab<Removal>();
  readonly #drainDue: EventKind;
  readonly #lookDue: EventKind;
  #draining = 0;
  #active = 0;

  constructor(options: NodeRemoverOptions) {
    const { simulation } = options;
    this.#options = options;
    this.#drainDue = simulation.defineEvent(`${NAME}.DrainDue`, (id) => this.#drain(id));
    this.#lookDue = simulation.defineEvent(`${NAME}.PodsGoneLookDue`, (id) => this.#look(id));
  }

  /** Nodes that are on their way out, and those of them that have pods. */
  get active(): { readonly nodes: number; readonly draining: number } {
    return { nodes: this.#active, draining: this.#draining };
  }

  /** Begins to remove a node. */
  remove(removable: Removable): void {
    const { node, pods } = removable;
    const id = this.#removals.add({
      ...removable,
      evictAgainUs: 0,
      evictUntilUs: 0,
      waitUntilUs: 0,
      left: new Set(pods),
    });
    this.leaving.add(node.metadata.name);
    this.#active++;
    if (pods.length > 0) this.#draining++;
    const taint: Taint = {
      key: toBeDeletedTaint,
      value: String(Math.floor(this.#options.simulation.now / 1_000_000)),
      effect: 'NoSchedule',
    };
    this.#patchTaint(node, (taints) => [...taints, taint], this.#tainted, id);
  }

  readonly #tainted = (call: ApiCall): void => {
    const id = call.context as number;
    const { node } = this.#removals.get(id);
    if (!isSuccess(call.response as ApiResponse)) return this.#fail(id);
    const { simulation, recorder } = this.#options;
    recorder.record(node, 'Normal', 'ScaleDown', 'marked the node as toBeDeleted/unschedulable');
    simulation.after(constants.nodeDeleteDelayAfterTaintUs, this.#drainDue, id);
  };

  #drain(id: number): void {
    const removal = this.#removals.get(id);
    if (removal.pods.length === 0) return this.#endInstance(id);
    const { simulation } = this.#options;
    removal.evictUntilUs = simulation.now + constants.maxPodEvictionTimeUs;
    const longestUs = removal.pods.reduce((most, pod) => Math.max(most, graceUsOf(pod)), 0);
    removal.waitUntilUs = removal.evictUntilUs + longestUs + constants.podEvictionHeadroomUs;
    this.#evictLeft(removal);
    simulation.after(constants.podsGonePollUs, this.#lookDue, id);
  }

  /** A pod that is kept is asked again later. */
  #evictLeft(removal: Removal): void {
    removal.evictAgainUs = this.#options.simulation.now + constants.evictionRetryUs;
    for (const pod of removal.left) this.#evict(pod, removal);
  }

  #evict(pod: Pod, removal: Removal): void {
    const { client, recorder } = this.#options;
    const { namespace = '', name } = pod.metadata;
    recorder.record(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down');
    client.send(
      {
        verb: 'create',
        resource: 'pods',
        subresource: 'eviction',
        namespace,
        name,
        gracePeriodSeconds: graceUsOf(pod) / 1_000_000,
      },
      this.#evicted,
      { pod, removal },
    );
  }

  readonly #evicted = (call: ApiCall): void => {
    const { pod, removal } = call.context as { readonly pod: Pod; readonly removal: Removal };
    const response = call.response as ApiResponse;
    if (!isSuccess(response) && response.code !== 404) return;
    if (removal.left.delete(pod)) this.#options.monitor?.podEvicted();
  };

  #look(id: number): void {
    const removal = this.#removals.get(id);
    const { simulation, pods } = this.#options;
    const isThere = (pod: Pod): boolean => pods.get(keyOf(pod))?.metadata.uid === pod.metadata.uid;
    if (!removal.pods.some(isThere)) return this.#endInstance(id);
    const isStuck = simulation.now > removal.evictUntilUs && removal.left.size > 0;
    if (!isStuck && simulation.now < removal.waitUntilUs) {
      if (simulation.now >= removal.evictAgainUs) this.#evictLeft(removal);
      simulation.after(constants.podsGonePollUs, this.#lookDue, id);
      return;
    }
    this.#patchTaint(
      removal.node,
      (taints) => taints.filter(({ key }) => key !== toBeDeletedTaint),
      () => {},
      id,
    );
    this.#fail(id);
  }

  #endInstance(id: number): void {
    const { name } = this.#removals.get(id).node.metadata;
    this.#options.cloud.instances.delete(name, this.#ended, id);
  }

  readonly #ended = ({ fault }: CloudAnswer, id: number): void => {
    if (fault !== undefined && fault !== 'NotFound') return this.#fail(id);
    const removal = this.#forget(id);
    this.#options.monitor?.scaledDown(removal.reason);
    this.#options.onRemoved(removal);
  };

  #fail(id: number): void {
    const removal = this.#forget(id);
    const { node } = removal;
    this.leaving.delete(node.metadata.name);
    const message = 'failed to delete the node';
    this.#options.recorder.record(node, 'Warning', 'ScaleDownFailed', message);
    this.#options.onFailed(removal);
  }

  #forget(id: number): Removal {
    const removal = this.#removals.remove(id);
    this.#active--;
    if (removal.pods.length > 0) this.#draining--;
    return removal;
  }

  #patchTaint(
    { metadata }: Node,
    change: (taints: readonly Taint[]) => readonly Taint[],
    onDone: (call: ApiCall) => void,
    id: number,
  ): void {
    const apply = (current: KubernetesObject): KubernetesObject => {
      const node = current as Node;
      return { ...node, spec: { ...node.spec, taints: change(node.spec.taints ?? []) } };
    };
    const patch = { bytes: constants.patchBytes, apply };
    const { name } = metadata;
    const request = { verb: 'patch', resource: 'nodes', namespace: '', name, patch } as const;
    this.#options.client.send(request, onDone, id);
  }
}

/** A pod's own grace, at most what the autoscaler grants. */
function graceUsOf({ spec }: Pod): number {
  const { maxGracefulTerminationSeconds } = constants;
  const own = spec.terminationGracePeriodSeconds ?? 30;
  return Math.min(own, maxGracefulTerminationSeconds) * 1_000_000;
}
