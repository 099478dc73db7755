// Gives whoever lets faults strike the parts of the cluster that they are done to.

import type { Connection } from '../client/connection.js';
import type { ClusterObserver } from '../client/observer.js';
import type { Simulation } from '../kernel/simulation.js';
import type { ServiceFeed } from '../node/kube-proxy/service-feed.js';
import type { KubeletFleet } from '../node/kubelet/kubelet-fleet.js';
import type { ClusterNodes } from './cluster-nodes.js';
import type { ClusterSpec } from './cluster-spec.js';
import type { DriverOptions } from './driver.js';
import { isFaultOperation } from './fault-operation.js';
import { FaultOperator } from './fault-operator.js';
import type { Operation } from './operation.js';
import type { Partitions } from './partitions.js';

/** What faults are done to. */
export interface FaultSurroundings {
  readonly simulation: Simulation;
  readonly observer: ClusterObserver;
  readonly spec: ClusterSpec;
  readonly nodes: ClusterNodes;
  readonly kubelets: KubeletFleet;
  readonly partitions: Partitions;
  readonly proxies: ServiceFeed;
  /** A new connection of the proxy on a node. */
  readonly connectProxy: (node: string) => Connection;
}

/** Performs operations on faults; does nothing where no operation is one. */
export function faultStriker(
  surroundings: FaultSurroundings,
  operations: readonly Operation[],
): DriverOptions['strike'] {
  if (!operations.some(isFaultOperation)) return () => {};
  const { simulation, observer, spec, nodes, kubelets, partitions } = surroundings;
  const { proxies, connectProxy } = surroundings;
  partitions.beforeCut = (at) => {
    if (nodes.has(at)) proxies.cutOff(nodes.indexOf(at), connectProxy(at));
  };
  const targets = {
    nodes: () => nodes.present,
    hosts: () => spec.controlPlane.hosts.map(({ name }) => name),
    partitions,
    crashNode: (node: number) => kubelets.crashNode(node),
    stopKubelet: (node: number) => kubelets.stopKubelet(node),
    startKubelet: (node: number) => kubelets.startKubelet(node),
    shiftClock: (node: number, us: number) => kubelets.shiftClock(node, us),
    setRegistry: kubelets.setRegistry.bind(kubelets),
  };
  const operator = new FaultOperator(simulation, targets, observer);
  return (operation) => operator.perform(operation);
}
