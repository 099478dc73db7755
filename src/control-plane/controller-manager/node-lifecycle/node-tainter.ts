// Changes the taints of a node, as the controllers' helper does: GET from the cache of the API
// server, then PATCH, first for what is added, then for what is removed.
// Source: Kubernetes v1.36 pkg/controller/util/node SwapNodeControllerTaint (reference:
// nodes-controllers 3.14).
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Node } from '../../../api/node.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../../client/api-request.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { nodeLifecycleConstants as constants } from './constants.js';
import { hasTaint, type TaintChange, withTaints } from './node-taints.js';

interface Job {
  readonly name: string;
  /** Changes still to make, one a GET and PATCH. */
  readonly changes: TaintChange[];
  readonly onDone: (isDone: boolean) => void;
}

export class NodeTainter {
  readonly #simulation: Simulation;
  readonly #client: ApiClient;

  constructor(simulation: Simulation, client: ApiClient) {
    this.#simulation = simulation;
    this.#client = client;
  }

  /** Adds and removes; `node`, as the cache has it, says what there is to remove. */
  change(node: Node, { add, remove }: TaintChange, onDone: (isDone: boolean) => void): void {
    const present = remove.filter((taint) => hasTaint(node, taint));
    const changes: TaintChange[] = [];
    if (add.length > 0) changes.push({ add, remove: [] });
    if (present.length > 0) changes.push({ add: [], remove: present });
    this.#next({ name: node.metadata.name, changes, onDone });
  }

  #next(job: Job): void {
    if (job.changes.length === 0) return job.onDone(true);
    const { name } = job;
    const request = { verb: 'get', resource: 'nodes', namespace: '', name } as const;
    this.#client.send({ ...request, resourceVersion: 0 }, this.#read, job);
  }

  readonly #read = (call: ApiCall): void => {
    const job = call.context as Job;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return job.onDone(false);
    const { now } = this.#simulation;
    const change = job.changes.shift() as TaintChange;
    const node = response.object as Node;
    if (withTaints(node, change, now) === node) return this.#next(job);
    const apply = (current: KubernetesObject): KubernetesObject =>
      withTaints(current as Node, change, now);
    const patch = { bytes: constants.taintPatchBytes, apply };
    const request = { verb: 'patch', resource: 'nodes', namespace: '', name: job.name } as const;
    this.#client.send({ ...request, patch }, this.#patched, job);
  };

  readonly #patched = (call: ApiCall): void => {
    const job = call.context as Job;
    if (isSuccess(call.response as ApiResponse)) this.#next(job);
    else job.onDone(false);
  };
}
