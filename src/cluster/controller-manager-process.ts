// The kube-controller-manager process: its connection, its lease and the controllers. A standby
// does nothing but look at the lease.
// Source: Kubernetes v1.36 cmd/kube-controller-manager/app/controllermanager.go.
import { ApiClient } from '../client/api-client.js';
import type { Connection } from '../client/connection.js';
import { ControllerManager } from '../control-plane/controller-manager/controller-manager.js';
import type { ControllerManagerMonitor } from '../control-plane/controller-manager/sync-loop.js';
import type { Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { ControllerManagerSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';
import type { ReplicaProcess } from './elected-process.js';

/** Name of the component and of its lease. */
export const controllerManagerName = 'kube-controller-manager';

export interface ControllerManagerProcessOptions {
  readonly controlPlane: ControlPlane;
  readonly spec: ControllerManagerSpec;
  /** Whether there are autoscalers. */
  readonly autoscales: boolean;
  /** Whether there are volumes and claims. */
  readonly hasStorage: boolean;
  readonly host: CpuHost;
  readonly monitor: ControllerManagerMonitor | undefined;
}

export class ControllerManagerProcess implements ReplicaProcess {
  readonly manager: ControllerManager;
  readonly leaseClient: ApiClient;
  readonly connections: readonly Connection[];

  constructor(
    simulation: Simulation,
    { controlPlane, spec, autoscales, hasStorage, host, monitor }: ControllerManagerProcessOptions,
  ) {
    const { transport } = controlPlane;
    const at = host.meter.name;
    const connection = controlPlane.connect(controllerManagerName, 'controlPlane', at);
    const name = `${controllerManagerName}/leader-election`;
    const lease = controlPlane.connect(name, 'controlPlane', at);
    this.connections = [connection, lease];
    const user = `system:${controllerManagerName}`;
    const limit = spec.client;
    const timeoutUs = spec.leaderElection.renewDeadlineUs / 2;
    const common = { user, limit, host };
    this.leaseClient = new ApiClient(transport, { ...common, name, connection: lease, timeoutUs });
    this.manager = new ControllerManager({
      simulation,
      host,
      transport,
      connection,
      limit,
      monitor,
      autoscales,
      nodeCidrs: spec.nodeCidrs,
      nodeMonitorGracePeriodUs: spec.nodeMonitorGracePeriodUs,
      hasStorage,
    });
  }

  standBy(): void {}

  lead(): void {
    this.manager.start();
  }
}
