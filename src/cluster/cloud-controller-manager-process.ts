// The cloud-controller-manager process: its connection, its lease and the controllers. A standby
// does nothing but look at the lease.
// Source: Kubernetes v1.36 staging cloud-provider app/controllermanager.go.
import { ApiClient } from '../client/api-client.js';
import type { Connection } from '../client/connection.js';
import { CloudControllerManager } from '../control-plane/cloud-controller-manager/cloud-controller-manager.js';
import {
  type CloudControllerManagerMonitor,
  cloudControllerManagerName,
} from '../control-plane/cloud-controller-manager/cloud-controller-options.js';
import type { CloudProvider } from '../control-plane/cloud-provider.js';
import type { Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { CloudControllerManagerSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';
import type { ReplicaProcess } from './elected-process.js';

/** What the process works with. */
export interface CloudControllerManagerParts {
  readonly controlPlane: ControlPlane;
  readonly cloud: CloudProvider;
  readonly monitor?: CloudControllerManagerMonitor | undefined;
}

export class CloudControllerManagerProcess implements ReplicaProcess {
  readonly manager: CloudControllerManager;
  readonly leaseClient: ApiClient;
  readonly connections: readonly Connection[];

  constructor(
    simulation: Simulation,
    { controlPlane, cloud, monitor }: CloudControllerManagerParts,
    { client: limit, settings }: CloudControllerManagerSpec,
    host: CpuHost,
  ) {
    const { transport } = controlPlane;
    const connection = controlPlane.connect(cloudControllerManagerName, 'controlPlane');
    const name = `${cloudControllerManagerName}/leader-election`;
    const lease = controlPlane.connect(name, 'controlPlane');
    this.connections = [connection, lease];
    const user = `system:${cloudControllerManagerName}`;
    this.leaseClient = new ApiClient(transport, { name, user, connection: lease, limit, host });
    this.manager = new CloudControllerManager({
      simulation,
      host,
      transport,
      connection,
      limit,
      cloud,
      settings,
      monitor,
    });
  }

  standBy(): void {}

  lead(): void {
    this.manager.start();
  }
}
