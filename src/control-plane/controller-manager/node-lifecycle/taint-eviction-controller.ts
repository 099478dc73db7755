// Deletes the pods of nodes with NoExecute taints that they do not tolerate: at once, or when the
// shortest toleration of a taint is over, unless the taint goes before.
// Source: Kubernetes v1.36 pkg/controller/tainteviction (reference: nodes-controllers 3.14).
import { withDisruptionTarget } from '../../../api/disruption-target.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Node, Taint } from '../../../api/node.js';
import type { Pod } from '../../../api/pod.js';
import { toleratesTaint } from '../../../api/toleration.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess, keyOf } from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import { Slab } from '../../../client/slab.js';
import type { EventHandle } from '../../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { SimTime } from '../../../kernel/time.js';
import type { ControllerOptions } from '../sync-loop.js';
import { nodeLifecycleConstants as constants } from './constants.js';
import type { PodsOfNodes } from './pods-of-nodes.js';

/** A pod that is to be deleted. */
interface Eviction {
  readonly pod: Pod;
  /** When its toleration began to run. */
  readonly sinceUs: SimTime;
  handle: EventHandle;
  attempts: number;
}

/** What it follows. */
export interface TaintEvictionInformers {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly podsOfNodes: PodsOfNodes;
}

const NAME = 'kube-controller-manager/taint-eviction';

export class TaintEvictionController {
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #nodes: Informer<Node>;
  readonly #podsOfNodes: PodsOfNodes;
  /** Planned evictions by pod key. */
  readonly #planned = new Map<string, Eviction>();
  readonly #evictions = new Slab<Eviction>();
  readonly #due: EventKind;

  constructor(
    { simulation, client }: ControllerOptions,
    { nodes, pods, podsOfNodes }: TaintEvictionInformers,
  ) {
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = new EventRecorder(simulation, 'taint-eviction-controller', client);
    this.#nodes = nodes;
    this.#podsOfNodes = podsOfNodes;
    this.#due = simulation.defineEvent(`${NAME}.EvictionDue`, (id) =>
      this.#evict(this.#evictions.remove(id)),
    );
    nodes.addHandler({
      added: (node) => this.#nodeChanged(node, undefined),
      updated: (previous, node) => this.#nodeChanged(node, previous),
    });
    pods.addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (previous, pod) => this.#podChanged(pod, previous),
      deleted: (pod) => this.#cancel(keyOf(pod)),
    });
  }

  /** Evictions that are planned. */
  get planned(): number {
    return this.#planned.size;
  }

  #nodeChanged(node: Node, previous: Node | undefined): void {
    if (node.spec?.taints === previous?.spec?.taints) return;
    const taints = noExecuteTaints(node);
    if (taints.length === 0 && noExecuteTaints(previous).length === 0) return;
    for (const pod of this.#podsOfNodes.of(node.metadata.name).values()) this.#plan(pod, taints);
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const { nodeName, tolerations } = pod.spec;
    const isSame =
      previous?.spec.nodeName === nodeName && previous?.spec.tolerations === tolerations;
    if (nodeName === undefined || isSame) return;
    const taints = noExecuteTaints(this.#nodes.get(nodeName));
    if (taints.length > 0) this.#plan(pod, taints);
  }

  #plan(pod: Pod, taints: readonly Taint[]): void {
    const key = keyOf(pod);
    const { now } = this.#simulation;
    const toleratedUs = tolerationUs(pod, taints);
    if (toleratedUs === Number.POSITIVE_INFINITY) return this.#cancel(key);
    const before = this.#planned.get(key);
    // A toleration that runs already goes on from where it began.
    const sinceUs = before?.sinceUs ?? now;
    if (before !== undefined && sinceUs + toleratedUs < now) return;
    this.#cancel(key);
    const eviction: Eviction = { pod, sinceUs, handle: -1, attempts: 0 };
    const at = Math.max(now, sinceUs + toleratedUs);
    eviction.handle = this.#simulation.at(at, this.#due, this.#evictions.add(eviction));
    this.#planned.set(key, eviction);
  }

  #cancel(key: string): void {
    const eviction = this.#planned.get(key);
    if (eviction !== undefined) this.#simulation.cancel(eviction.handle);
    this.#planned.delete(key);
  }

  #evict(eviction: Eviction): void {
    const { pod, attempts } = eviction;
    this.#planned.delete(keyOf(pod));
    const { namespace = '', name } = pod.metadata;
    if (attempts === 0) {
      const message = `Marking for deletion Pod ${namespace}/${name}`;
      this.#recorder.record(pod, 'Normal', 'TaintManagerEviction', message);
    }
    this.#client.send({ verb: 'get', resource: 'pods', namespace, name }, this.#read, eviction);
  }

  readonly #read = (call: ApiCall): void => {
    const eviction = call.context as Eviction;
    const response = call.response as ApiResponse;
    const { uid } = eviction.pod.metadata;
    if (!isSuccess(response)) return this.#failed(eviction, response.code);
    if (response.object?.metadata.uid !== uid) return;
    const { now } = this.#simulation;
    const apply = (current: KubernetesObject): KubernetesObject => disrupted(current as Pod, now);
    const patch = { bytes: constants.conditionPatchBytes, apply };
    const { namespace, name } = call.request;
    this.#client.send(
      { verb: 'patch', resource: 'pods', subresource: 'status', namespace, name, patch },
      this.#patched,
      eviction,
    );
  };

  readonly #patched = (call: ApiCall): void => {
    const eviction = call.context as Eviction;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#failed(eviction, response.code);
    const { namespace, name } = call.request;
    this.#client.send(
      { verb: 'delete', resource: 'pods', namespace, name },
      this.#deleted,
      eviction,
    );
  };

  readonly #deleted = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) this.#failed(call.context as Eviction, response.code);
  };

  #failed(eviction: Eviction, code: number): void {
    if (code === 404 || ++eviction.attempts === constants.taintEvictionRetries) return;
    const id = this.#evictions.add(eviction);
    this.#simulation.after(constants.taintEvictionRetryUs, this.#due, id);
  }
}

function noExecuteTaints(node: Node | undefined): readonly Taint[] {
  return node?.spec?.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
}

/** How long a pod stays: 0 with an untolerated taint, Infinity when all are tolerated for ever. */
export function tolerationUs({ spec }: Pod, taints: readonly Taint[]): number {
  let shortestUs = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const matching = spec.tolerations?.filter((each) => toleratesTaint(each, taint)) ?? [];
    const [used] = matching;
    if (used === undefined) return 0;
    const { tolerationSeconds } = used;
    if (tolerationSeconds === undefined) continue;
    shortestUs = Math.min(shortestUs, Math.max(0, tolerationSeconds) * 1_000_000);
  }
  return shortestUs;
}

function disrupted(pod: Pod, now: SimTime): Pod {
  const message = 'Taint manager: deleting due to NoExecute taint';
  return withDisruptionTarget(pod, 'DeletionByTaintManager', message, now);
}
