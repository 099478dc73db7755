// cloud-controller-manager: the controllers that know the cloud, which share their informers. Who
// leads is its owner's affair. Source: Kubernetes v1.36 staging cloud-provider (reference:
// nodes-controllers 4.1).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node } from '../../api/node.js';
import type { Service } from '../../api/service.js';
import { ApiClient } from '../../client/api-client.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import { Informer } from '../../client/informer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { CloudProvider } from '../cloud-provider.js';
import {
  type CloudControllerManagerMonitor,
  type CloudControllerManagerSettings,
  type CloudControllerOptions,
  cloudControllerManagerName,
} from './cloud-controller-options.js';
import { CloudNodeController } from './cloud-node-controller.js';
import { CloudNodeLifecycleController } from './cloud-node-lifecycle-controller.js';
import { RouteController } from './route-controller.js';
import { ServiceController } from './service-controller.js';

export interface CloudControllerManagerOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  readonly transport: ApiTransport;
  readonly connection: Connection;
  /** Of each controller. */
  readonly limit: { readonly qps: number; readonly burst: number };
  readonly cloud: CloudProvider;
  readonly settings: CloudControllerManagerSettings;
  readonly monitor?: CloudControllerManagerMonitor | undefined;
}

/** The process. `start` lists and watches; controllers act once their informers have synced. */
export class CloudControllerManager {
  readonly informers: readonly Informer<KubernetesObject>[];
  readonly #controllers: readonly { start(): void }[];

  constructor(options: CloudControllerManagerOptions) {
    const { simulation, host, cloud, settings, monitor } = options;
    const shared = clientFor(options, 'shared-informers');
    const informer = <T extends KubernetesObject>(resource: string): Informer<T> =>
      new Informer<T>(simulation, {
        name: `${cloudControllerManagerName}/${resource}`,
        resource,
        client: shared,
        host,
      });
    const nodes = informer<Node>('nodes');
    const services = informer<Service>('services');
    this.informers = [nodes, services] as unknown as readonly Informer<KubernetesObject>[];
    const own = (controller: string): CloudControllerOptions => {
      const client = clientFor(options, controller);
      return { simulation, host, cloud, settings, monitor, nodes, services, client };
    };
    this.#controllers = [
      new CloudNodeController(own('cloud-node-controller')),
      new CloudNodeLifecycleController(own('cloud-node-lifecycle-controller')),
      new ServiceController(own('service-controller')),
      ...(settings.configuresCloudRoutes ? [new RouteController(own('route-controller'))] : []),
    ];
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

function clientFor(options: CloudControllerManagerOptions, controller: string): ApiClient {
  const { transport, connection, limit, host } = options;
  const name = `${cloudControllerManagerName}/${controller}`;
  const user = `system:${cloudControllerManagerName}`;
  return new ApiClient(transport, { name, user, connection, limit, host });
}
