// What every controller of the cloud-controller-manager is given.
import type { Node } from '../../api/node.js';
import type { Service } from '../../api/service.js';
import type { ApiClient } from '../../client/api-client.js';
import type { Informer } from '../../client/informer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { CloudProvider } from '../cloud-provider.js';

/** Name of the process, of its lease, and the first part of the names of its events. */
export const cloudControllerManagerName = 'cloud-controller-manager';

/** Measures what the controllers do. Times in µs. */
export interface CloudControllerManagerMonitor {
  /** A node was looked at for the first time, so long after it had been created. */
  nodeFirstSynced(delayUs: number): void;
  /** A node was initialised, so long after it had been created. */
  nodeInitialised(delayUs: number): void;
  /** The load balancer of a Service was made or changed, or could not be. */
  loadBalancerSynced(): void;
  /** All load balancers were told of the nodes. */
  nodesSynced(durationUs: number): void;
  /** One load balancer was told of the nodes. */
  hostsUpdated(durationUs: number): void;
  /** A load balancer could not be told of the nodes. */
  hostsUpdateFailed(): void;
  /** Routes were compared with nodes. */
  routesSynced(): void;
}

/** What may be set. Times in µs. */
export interface CloudControllerManagerSettings {
  readonly nodeMonitorPeriodUs: number;
  readonly nodeStatusUpdateFrequencyUs: number;
  readonly concurrentNodeSyncs: number;
  readonly concurrentServiceSyncs: number;
  /** False: the network of the cloud needs no routes. */
  readonly configuresCloudRoutes: boolean;
  readonly routeReconciliationPeriodUs: number;
}

export interface CloudControllerOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  /** The controller's own client, with its own bucket. */
  readonly client: ApiClient;
  readonly cloud: CloudProvider;
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly settings: CloudControllerManagerSettings;
  readonly monitor?: CloudControllerManagerMonitor | undefined;
}
