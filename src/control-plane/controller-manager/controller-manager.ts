// kube-controller-manager: the controllers of one process, which share their informers but not
// their rate limits. Left out: leader election (one replica works) and the controllers that are not
// listed here (docs/MODEL.md). Source: Kubernetes v1.36 cmd/kube-controller-manager
// (reference: nodes-controllers 3.1).
import type { Deployment } from '../../api/deployment.js';
import type { EndpointSlice } from '../../api/endpoint-slice.js';
import type { Endpoints } from '../../api/endpoints.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Pod } from '../../api/pod.js';
import type { ReplicaSet } from '../../api/replica-set.js';
import type { ReplicationController } from '../../api/replication-controller.js';
import type { Service } from '../../api/service.js';
import type { ApiTransport, Connection } from '../../client/api-call.js';
import { ApiClient } from '../../client/api-client.js';
import { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { controllerManagerConstants as constants } from './constants.js';
import { DeploymentController } from './deployment-controller.js';
import { EndpointSliceController } from './endpoint-slice-controller.js';
import { EndpointsController } from './endpoints-controller.js';
import { GarbageCollector } from './garbage-collector.js';
import { OwnerIndex } from './owner-index.js';
import { ReplicaSetController } from './replica-set-controller.js';
import type { ControllerOptions } from './sync-loop.js';

export interface ControllerManagerOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  readonly transport: ApiTransport;
  readonly connection: Connection;
  /** Of each controller. */
  readonly limit: { readonly qps: number; readonly burst: number };
}

const NAME = 'kube-controller-manager';

/** The process. `start` lists and watches; controllers act once their informers have synced. */
export class ControllerManager {
  /** One client a controller, with its own bucket, for reports. */
  readonly clients: readonly ApiClient[];
  readonly queues: readonly WorkQueue[];
  readonly informers: readonly Informer<KubernetesObject>[];
  readonly #controllers: readonly { readonly queue: WorkQueue; start(): void }[];

  constructor(options: ControllerManagerOptions) {
    const { limit } = options;
    const informerClient = clientFor(options, 'shared-informers', limit);
    const informer = <T extends KubernetesObject>(resource: string): Informer<T> =>
      new Informer<T>(options.simulation, {
        name: `${NAME}/${resource}`,
        resource,
        client: informerClient,
        host: options.host,
      });
    const pods = informer<Pod>('pods');
    const replicaSets = informer<ReplicaSet>('replicasets');
    const replicationControllers = informer<ReplicationController>('replicationcontrollers');
    const deployments = informer<Deployment>('deployments');
    const services = informer<Service>('services');
    const slices = informer<EndpointSlice>('endpointslices');
    const endpoints = informer<Endpoints>('endpoints');
    this.informers = [
      pods,
      replicaSets,
      replicationControllers,
      deployments,
      services,
      slices,
      endpoints,
    ] as unknown as readonly Informer<KubernetesObject>[];
    const clients: ApiClient[] = [];
    const own = (controller: string, qpsFactor = 1): ControllerOptions => {
      const client = clientFor(options, controller, { ...limit, qps: limit.qps * qpsFactor });
      clients.push(client);
      return { ...options, client };
    };
    const owned = { pods: new OwnerIndex(pods), replicaSets: new OwnerIndex(replicaSets) };
    this.#controllers = [
      new ReplicaSetController(
        own('replicaset-controller'),
        { kind: 'ReplicaSet', resource: 'replicasets', name: 'replicaset' },
        replicaSets,
        pods,
        owned,
      ),
      new ReplicaSetController(
        own('replication-controller'),
        {
          kind: 'ReplicationController',
          resource: 'replicationcontrollers',
          name: 'replication',
        },
        replicationControllers,
        pods,
        owned,
      ),
      new DeploymentController(own('deployment-controller'), deployments, replicaSets, pods, owned),
      new EndpointsController(own('endpoint-controller'), services, pods, endpoints),
      new EndpointSliceController(own('endpointslice-controller'), services, pods, slices),
      new GarbageCollector(
        own('generic-garbage-collector', constants.garbageCollectorQpsFactor),
        this.informers,
      ),
    ];
    this.queues = this.#controllers.map(({ queue }) => queue);
    this.clients = [...clients, informerClient];
  }

  start(): void {
    let waiting = this.informers.length;
    for (const informer of this.informers) {
      informer.whenSynced(() => {
        if (--waiting === 0) for (const controller of this.#controllers) controller.start();
      });
      informer.start();
    }
  }
}

function clientFor(
  options: ControllerManagerOptions,
  controller: string,
  limit: { readonly qps: number; readonly burst: number },
): ApiClient {
  return new ApiClient(options.transport, {
    name: `${NAME}/${controller}`,
    user: `system:serviceaccount:kube-system:${controller}`,
    connection: options.connection,
    limit,
    host: options.host,
  });
}
