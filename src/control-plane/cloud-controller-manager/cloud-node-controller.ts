// Makes new nodes usable: a node that its kubelet has registered with the taint `uninitialized`
// gets what only the cloud knows (providerID, instance type, zone and region), and loses the
// taint. Every five minutes the addresses of all nodes are compared with the cloud's.
// Left out: addresses that change; instances that are renamed.
// Source: Kubernetes v1.36 staging cloud-provider controllers/node/node_controller.go (reference:
// nodes-controllers 4.1).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node, NodeCondition } from '../../api/node.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import { Slab } from '../../client/slab.js';
import { WorkQueue } from '../../client/work-queue.js';
import { Workers } from '../../client/workers.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind } from '../../kernel/simulation.js';
import { type CloudAnswer, type CloudInstance, uninitializedTaint } from '../cloud-provider.js';
import {
  type CloudControllerOptions,
  cloudControllerManagerName,
} from './cloud-controller-options.js';
import { cloudControllerManagerConstants as constants } from './constants.js';

const NAME = `${cloudControllerManagerName}/node`;

/** One node on its way. */
interface Initialisation {
  readonly worker: number;
  readonly name: string;
  instance: CloudInstance | undefined;
  retriesLeft: number;
}

export class CloudNodeController {
  readonly #options: CloudControllerOptions;
  readonly #queue: WorkQueue;
  readonly #workers: Workers;
  readonly #recorder: EventRecorder;
  readonly #jitter: RandomStream;
  readonly #updateDue: EventKind;
  readonly #writeRetried: EventKind;
  readonly #retrying = new Slab<Initialisation>();
  /** Nodes of the status update under way. */
  #unchecked: string[] = [];

  constructor(options: CloudControllerOptions) {
    const { simulation, host, client, nodes, settings } = options;
    this.#options = options;
    this.#queue = new WorkQueue(simulation, NAME);
    this.#recorder = new EventRecorder(simulation, 'cloud-node-controller', client);
    this.#jitter = simulation.random.stream(`${NAME}/retry`);
    this.#workers = new Workers(simulation, {
      name: NAME,
      queue: this.#queue,
      count: settings.concurrentNodeSyncs,
      host,
      cpuUs: () => constants.nodeSyncCpuUs,
      sync: (name, worker) => this.#sync(name, worker),
    });
    this.#updateDue = simulation.defineEvent(`${NAME}.StatusUpdateDue`, () => this.#updateAll());
    this.#writeRetried = simulation.defineEvent(`${NAME}.WriteRetried`, (id) =>
      this.#read(this.#retrying.remove(id)),
    );
    nodes.addHandler({
      added: (node) => this.#take(node),
      updated: (_, node) => this.#take(node),
    });
  }

  start(): void {
    const { simulation, settings } = this.#options;
    this.#workers.start();
    simulation.after(settings.nodeStatusUpdateFrequencyUs, this.#updateDue);
  }

  #take(node: Node): void {
    if (isUninitialized(node)) this.#queue.add(node.metadata.name);
  }

  #sync(name: string, worker: number): void {
    const { nodes, cloud, monitor, simulation } = this.#options;
    const node = nodes.get(name);
    if (node === undefined || !isUninitialized(node)) return this.#workers.finish(worker, 'done');
    if (this.#queue.retries(name) === 0) {
      monitor?.nodeFirstSynced(simulation.now - (node.metadata.creationTimestamp ?? 0));
    }
    const retriesLeft = constants.nodeUpdateRetries;
    const context: Initialisation = { worker, name, instance: undefined, retriesLeft };
    cloud.instances.describe(name, this.#onDescribed, context);
  }

  readonly #onDescribed = (answer: CloudAnswer, initialisation: Initialisation): void => {
    if (answer.instance === undefined) return this.#workers.finish(initialisation.worker, 'retry');
    initialisation.instance = answer.instance;
    const { settings, client, simulation } = this.#options;
    if (!settings.configuresCloudRoutes) return this.#read(initialisation);
    const { now } = simulation;
    const apply = (current: KubernetesObject): KubernetesObject =>
      withoutRoute(current as Node, now);
    const patch = { bytes: constants.patchBytes, apply };
    const { name } = initialisation;
    const request = { verb: 'patch', resource: 'nodes', namespace: '', name, patch } as const;
    client.send({ ...request, subresource: 'status' }, this.#onMarked, initialisation);
  };

  /** Nobody may use the node before its route is there. */
  readonly #onMarked = (call: ApiCall): void => {
    const initialisation = call.context as Initialisation;
    if (isSuccess(call.response as ApiResponse)) return this.#read(initialisation);
    this.#workers.finish(initialisation.worker, 'retry');
  };

  /** Reads the newest state and writes it back, as often as somebody else was faster. */
  #read(initialisation: Initialisation): void {
    const { name } = initialisation;
    this.#options.client.send(
      { verb: 'get', resource: 'nodes', namespace: '', name },
      this.#onRead,
      initialisation,
    );
  }

  readonly #onRead = (call: ApiCall): void => {
    const initialisation = call.context as Initialisation;
    const response = call.response as ApiResponse;
    const instance = initialisation.instance as CloudInstance;
    if (!isSuccess(response)) {
      const outcome = response.code === 404 ? 'done' : 'retry';
      return this.#workers.finish(initialisation.worker, outcome);
    }
    const body = initialised(response.object as Node, instance);
    const request = { verb: 'update', resource: 'nodes', namespace: '', name: call.request.name };
    this.#options.client.send(
      { ...request, verb: 'update', body },
      this.#onWritten,
      initialisation,
    );
  };

  readonly #onWritten = (call: ApiCall): void => {
    const initialisation = call.context as Initialisation;
    const response = call.response as ApiResponse;
    const { simulation, monitor } = this.#options;
    if (!isSuccess(response)) {
      if (response.code !== 409 || initialisation.retriesLeft-- === 0) {
        return this.#workers.finish(initialisation.worker, 'retry');
      }
      const { nodeUpdateRetryUs } = constants;
      const delayUs = Math.round(nodeUpdateRetryUs * (1 + this.#jitter.uniform()));
      simulation.after(delayUs, this.#writeRetried, this.#retrying.add(initialisation));
      return;
    }
    const node = response.object as Node;
    monitor?.nodeInitialised(simulation.now - (node.metadata.creationTimestamp ?? 0));
    this.#recorder.record(node, 'Normal', 'Synced', 'Node synced successfully');
    this.#workers.finish(initialisation.worker, 'done');
  };

  /** Asks the cloud about one node after the other. */
  #updateAll(): void {
    this.#unchecked = [...this.#options.nodes.store.values()]
      .filter((node) => !isUninitialized(node))
      .map(({ metadata }) => metadata.name);
    this.#updateNext();
  }

  #updateNext(): void {
    const { simulation, cloud, settings } = this.#options;
    const name = this.#unchecked.shift();
    if (name !== undefined) cloud.instances.describe(name, this.#onUpdated, name);
    else simulation.after(settings.nodeStatusUpdateFrequencyUs, this.#updateDue);
  }

  /** The addresses are those that the kubelet has reported, so that nothing is to be written. */
  readonly #onUpdated = (): void => this.#updateNext();
}

/** Whether the node waits for this controller. */
function isUninitialized({ spec }: Node): boolean {
  return spec.taints?.some(({ key }) => key === uninitializedTaint.key) === true;
}

/** The node with what the cloud says of its instance, and without the taint. */
function initialised(node: Node, instance: CloudInstance): Node {
  const { taints = [], ...spec } = node.spec;
  const left = taints.filter(({ key }) => key !== uninitializedTaint.key);
  const labels = {
    ...node.metadata.labels,
    'node.kubernetes.io/instance-type': instance.instanceType,
    'topology.kubernetes.io/region': instance.region,
    'topology.kubernetes.io/zone': instance.zone,
  };
  return {
    ...node,
    metadata: { ...node.metadata, labels },
    spec: { ...spec, providerID: instance.id, ...(left.length > 0 && { taints: left }) },
  };
}

/** The node as one whose pods cannot be reached until its route is there. */
function withoutRoute(node: Node, now: number): Node {
  const { conditions = [] } = node.status ?? {};
  if (conditions.some(({ type }) => type === 'NetworkUnavailable')) return node;
  const condition: NodeCondition = {
    type: 'NetworkUnavailable',
    status: 'True',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason: 'NoRouteCreated',
    message: 'Node created without a route',
  };
  return { ...node, status: { ...node.status, conditions: [...conditions, condition] } };
}
