// Gives every node a range of addresses for its pods, with a PATCH of its spec; a range comes back
// when its node is gone. A node for which none is left is told so by an Event, and tried again
// after a backoff.
// Left out: IPv6 and the second range of dual-stack clusters, service ranges inside the cluster's.
// Source: Kubernetes v1.36 pkg/controller/nodeipam/ipam/range_allocator.go (reference:
// nodes-controllers 3.17).
import { type Cidr, cidrOf, formatCidr, parseCidr } from '../../../api/cidr.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Node } from '../../../api/node.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import { controllerManagerConstants } from '../constants.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { CidrSet } from './cidr-set.js';
import { nodeIpamConstants as constants } from './constants.js';

/** What --allocate-node-cidrs gives out: --cluster-cidr and --node-cidr-mask-size. */
export interface NodeCidrSpec {
  /** `10.244.0.0/16`. */
  readonly clusterCidr: string;
  readonly maskBits: number;
}

/** A range on its way to its node. */
interface Update {
  readonly worker: number;
  readonly node: Node;
  readonly range: Cidr;
  tries: number;
}

export class NodeIpamController {
  readonly queue: WorkQueue;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #nodes: Informer<Node>;
  readonly #loop: SyncLoop;
  readonly #ranges: CidrSet;

  constructor(options: ControllerOptions, nodes: Informer<Node>, spec: NodeCidrSpec) {
    const { simulation, client } = options;
    this.#client = client;
    this.#nodes = nodes;
    this.#recorder = new EventRecorder(simulation, 'cidrAllocator', client);
    this.#ranges = new CidrSet(cidrOf(spec.clusterCidr), spec.maskBits);
    this.#loop = new SyncLoop(options, {
      name: 'node_ipam',
      workers: constants.cidrUpdateWorkers,
      cpuUs: () => controllerManagerConstants.syncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    const look = (node: Node): void => {
      const range = rangeOf(node);
      if (range === undefined) this.queue.add(node.metadata.name);
      else this.#ranges.occupy(range);
    };
    nodes.addHandler({
      added: look,
      updated: (_, node) => look(node),
      deleted: (node) => {
        const range = rangeOf(node);
        if (range !== undefined) this.#ranges.release(range);
      },
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  #sync(key: string, worker: number): void {
    const node = this.#nodes.get(key);
    const isGone = node === undefined || node.metadata.deletionTimestamp !== undefined;
    if (isGone || rangeOf(node) !== undefined) return this.#loop.finish(worker, false);
    const range = this.#ranges.allocate();
    if (range === undefined) {
      this.#tell(node, 'CIDRNotAvailable');
      return this.#loop.finish(worker, true);
    }
    this.#patch({ worker, node, range, tries: 0 });
  }

  /** What becomes of a node is told as its status, in an Event that is no warning. */
  #tell(node: Node, status: string): void {
    const { name } = node.metadata;
    this.#recorder.record(node, 'Normal', status, `Node ${name} status is now: ${status}`);
  }

  #patch(update: Update): void {
    update.tries++;
    const { name } = update.node.metadata;
    const podCIDR = formatCidr(update.range);
    const apply = (current: KubernetesObject): KubernetesObject => withRange(current, podCIDR);
    const patch = { bytes: constants.nodeCidrPatchBytes, apply };
    this.#client.send(
      { verb: 'patch', resource: 'nodes', namespace: '', name, patch },
      this.#patched,
      update,
    );
  }

  readonly #patched = (call: ApiCall): void => {
    const update = call.context as Update;
    const { worker, node, range, tries } = update;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) return this.#loop.finish(worker, false);
    if (response.code !== 404 && tries < constants.cidrUpdateTries) return this.#patch(update);
    this.#ranges.release(range);
    if (response.code !== 404) this.#tell(node, 'CIDRAssignmentFailed');
    this.#loop.finish(worker, response.code !== 404);
  };
}

/** The range that a node has; undefined: none yet. */
function rangeOf({ spec }: Node): Cidr | undefined {
  return parseCidr(spec.podCIDR ?? '');
}

/** A range is never replaced by another one. */
function withRange(current: KubernetesObject, podCIDR: string): KubernetesObject {
  const node = current as Node;
  if (node.spec.podCIDR !== undefined) return node;
  return { ...node, spec: { ...node.spec, podCIDR, podCIDRs: [podCIDR] } };
}
