// The process of an autoscaler: its informers, its clients, its simulation of the scheduler, and
// the autoscaler on them. A standby does nothing but look at the lease.
import type { DaemonSet } from '../api/daemon-set.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node } from '../api/node.js';
import type { NodeClaim } from '../api/node-claim.js';
import type { Pod } from '../api/pod.js';
import type { PodDisruptionBudget } from '../api/pod-disruption-budget.js';
import { ApiClient } from '../client/api-client.js';
import type { Connection } from '../client/connection.js';
import { Informer } from '../client/informer.js';
import type { ClusterAutoscalerMonitor } from '../control-plane/autoscaling/cluster-autoscaler/autoscaler-settings.js';
import { ClusterAutoscaler } from '../control-plane/autoscaling/cluster-autoscaler/cluster-autoscaler.js';
import { Karpenter } from '../control-plane/autoscaling/karpenter/karpenter.js';
import type { KarpenterMonitor } from '../control-plane/autoscaling/karpenter/karpenter-settings.js';
import { follow } from '../control-plane/autoscaling/pending-pods.js';
import type { CloudProvider } from '../control-plane/cloud-provider.js';
import type { Simulation } from '../kernel/simulation.js';
import type { CpuHost } from '../kernel/stations.js';
import type { AutoscalerSpec, ClusterSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';
import type { ReplicaProcess } from './elected-process.js';
import { FilterSimulation } from './filter-simulation.js';

/** What filters look at besides pods and nodes. */
const FILTER_RESOURCES = [
  'namespaces',
  'persistentvolumes',
  'persistentvolumeclaims',
  'storageclasses',
  'csinodes',
];

/** What the process works with. */
export interface AutoscalerParts {
  readonly controlPlane: ControlPlane;
  readonly cloud: CloudProvider;
  readonly listeners: {
    readonly autoscaler?: ClusterAutoscalerMonitor | undefined;
    readonly karpenter?: KarpenterMonitor | undefined;
  };
}

export class AutoscalerProcess implements ReplicaProcess {
  readonly leaseClient: ApiClient;
  readonly connections: readonly Connection[];
  readonly informers: Informer<KubernetesObject>[] = [];
  readonly #autoscaler: { start(): void };

  constructor(
    simulation: Simulation,
    { controlPlane, cloud, listeners }: AutoscalerParts,
    spec: AutoscalerSpec,
    { controlPlane: { scheduler } }: ClusterSpec,
    host: CpuHost,
  ) {
    const { transport } = controlPlane;
    const { kind, client: limit } = spec;
    const connection = controlPlane.connect(kind, 'controlPlane');
    const lease = controlPlane.connect(`${kind}/leader-election`, 'controlPlane');
    this.connections = [connection, lease];
    const user = `system:serviceaccount:kube-system:${kind}`;
    const common = { user, limit, host };
    this.leaseClient = new ApiClient(transport, {
      ...common,
      name: `${kind}/leader-election`,
      connection: lease,
    });
    const client = new ApiClient(transport, { ...common, name: kind, connection });
    const informer = <T extends KubernetesObject>(resource: string): Informer<T> => {
      const made = new Informer<T>(simulation, {
        name: `${kind}/${resource}`,
        resource,
        client,
        host,
      });
      this.informers.push(made as unknown as Informer<KubernetesObject>);
      return made;
    };
    const pods = informer<Pod>('pods');
    const nodes = informer<Node>('nodes');
    const budgets = informer<PodDisruptionBudget>('poddisruptionbudgets');
    const daemonSets = informer<DaemonSet>('daemonsets');
    const others = FILTER_RESOURCES.map((resource) => informer(resource));
    const scheduling = new FilterSimulation(scheduler.configuration);
    follow(scheduling, nodes, pods, others);
    const own = { pods, nodes, budgets, daemonSets, scheduling };
    const parts = { simulation, host, client, cloud, ...own };
    this.#autoscaler =
      spec.kind === 'karpenter'
        ? new Karpenter({
            ...parts,
            settings: spec.settings,
            nodeClaims: informer<NodeClaim>('nodeclaims'),
            monitor: listeners.karpenter,
          })
        : new ClusterAutoscaler({
            ...parts,
            settings: spec.settings,
            monitor: listeners.autoscaler,
          });
  }

  standBy(): void {}

  lead(): void {
    let waiting = this.informers.length;
    for (const informer of this.informers) {
      informer.whenSynced(() => {
        if (--waiting === 0) this.#autoscaler.start();
      });
      informer.start();
    }
  }
}
