// Assembly: a ClusterSpec becomes components that are wired to each other. The only place that knows
// all of them. When a run begins the cluster is up: nodes are registered and Ready, the caches of the
// control plane fill, and as soon as they have, the first operation may begin.
import type { EndpointSlice } from '../api/endpoint-slice.js';
import type { Node } from '../api/node.js';
import type { Pod } from '../api/pod.js';
import { ApiClient } from '../client/api-client.js';
import { Informer } from '../client/informer.js';
import type { ClusterObserver } from '../client/observer.js';
import { Scheduler } from '../control-plane/scheduler/scheduler.js';
import type { Simulation } from '../kernel/simulation.js';
import type { StationMeter } from '../kernel/stations.js';
import { ClusterDns } from '../network/cluster-dns/cluster-dns.js';
import { ContainerRuntimes } from '../node/container-runtime/container-runtimes.js';
import { KubeProxyFleet } from '../node/kube-proxy/kube-proxy-fleet.js';
import { KubeletFleet } from '../node/kubelet/kubelet-fleet.js';
import { nodePodCidr } from '../node/kubelet/pod-network.js';
import { bootstrapObjects } from './bootstrap.js';
import type { ChangeListener } from './change-listener.js';
import type { ClusterSpec, NodePoolSpec } from './cluster-spec.js';
import { ControlPlane } from './control-plane.js';
import { Driver } from './driver.js';
import { kubeletNode, nodeLease, registeredNode } from './node-objects.js';
import type { Operation } from './operation.js';

/** Who is told what. */
export interface ClusterListeners {
  readonly observer: ClusterObserver;
  readonly changes: ChangeListener;
  /** The last operation has been performed. */
  readonly onOperationsDone: () => void;
}

/** A cluster in a simulation. `start` sets it going; then the simulation is run. */
export class Cluster {
  /** Machines, disks, queues and rate limiters, for reports. */
  readonly meters: readonly StationMeter[];
  readonly #spec: ClusterSpec;
  readonly #controlPlane: ControlPlane;
  readonly #kubelets: KubeletFleet;
  readonly #driver: Driver;
  readonly #start: (() => void)[] = [];
  /** Nodes made so far, by pool. */
  readonly #poolSizes = new Map<string, number>();
  /** Caches that must have filled before the first operation. */
  #waiting = 0;
}
