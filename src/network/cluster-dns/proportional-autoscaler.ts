// The cluster-proportional-autoscaler of cluster DNS: every 10 s it counts the nodes and their
// cores, works out how many replicas that makes, and scales the Deployment when it has another
// number.
// Left out: its own pod, and the ConfigMap that it reads its parameters from.
// Source: kubernetes-sigs/cluster-proportional-autoscaler, Kubernetes v1.36
// cluster/addons/dns-horizontal-autoscaler (reference: nodes-controllers §6.3).
import type { Deployment } from '../../api/deployment.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node } from '../../api/node.js';
import { quantityMilliValue } from '../../api/quantity.js';
import type { ApiCall } from '../../client/api-call.js';
import { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import { Informer } from '../../client/informer.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import { clusterDnsConstants } from './constants.js';

/** In proportion to cores and nodes. */
export interface LinearParameters {
  readonly mode: 'linear';
  /** 0: cores do not count. */
  readonly coresPerReplica: number;
  /** 0: nodes do not count. */
  readonly nodesPerReplica: number;
  readonly min: number;
  readonly max: number;
  /** At least two replicas when there is more than one node. */
  readonly preventSinglePointFailure: boolean;
}

/** From so many cores or nodes on, so many replicas; ascending. */
export type LadderSteps = readonly (readonly [from: number, replicas: number])[];

/** In steps. */
export interface LadderParameters {
  readonly mode: 'ladder';
  readonly coresToReplicas: LadderSteps;
  readonly nodesToReplicas: LadderSteps;
}

export type ProportionalParameters = LinearParameters | LadderParameters;

/** Replicas for a cluster of so many schedulable nodes with so many cores. */
export function proportionalReplicas(
  parameters: ProportionalParameters,
  nodes: number,
  cores: number,
): number {
  if (parameters.mode === 'ladder') {
    const { coresToReplicas, nodesToReplicas } = parameters;
    return Math.max(stepOf(coresToReplicas, cores), stepOf(nodesToReplicas, nodes));
  }
  const { coresPerReplica, nodesPerReplica, min, max, preventSinglePointFailure } = parameters;
  const byCores = coresPerReplica === 0 ? 0 : Math.ceil(cores / coresPerReplica);
  const byNodes = nodesPerReplica === 0 ? 0 : Math.ceil(nodes / nodesPerReplica);
  const least = preventSinglePointFailure && nodes > 1 ? Math.max(2, min) : min;
  return Math.max(least, Math.min(max, Math.max(byCores, byNodes)));
}

/** The last step that is reached; the first one counts for less as well. */
function stepOf(steps: LadderSteps, amount: number): number {
  const reached = steps.findLast(([from]) => amount >= from) ?? steps[0];
  return reached?.[1] ?? 0;
}

export interface ProportionalAutoscalerOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly connection: Connection;
  readonly parameters: ProportionalParameters;
  /** Of the Deployment. */
  readonly namespace: string;
  readonly name: string;
}

export class ProportionalAutoscaler {
  readonly #options: ProportionalAutoscalerOptions;
  readonly #client: ApiClient;
  readonly #nodes: Informer<Node>;
  readonly #polled: EventKind;

  constructor(options: ProportionalAutoscalerOptions) {
    const { simulation, transport, connection } = options;
    this.#options = options;
    this.#client = new ApiClient(transport, {
      name: 'dns-autoscaler',
      user: 'system:serviceaccount:kube-system:kube-dns-autoscaler',
      connection,
    });
    this.#nodes = new Informer<Node>(simulation, {
      client: this.#client,
      name: 'dns-autoscaler/nodes',
      resource: 'nodes',
    });
    this.#polled = simulation.defineEvent('dns-autoscaler.Polled', () => {
      this.#ask();
      simulation.after(clusterDnsConstants.autoscalerPollUs, this.#polled);
    });
  }

  start(): void {
    this.#nodes.start();
    this.#options.simulation.after(clusterDnsConstants.autoscalerPollUs, this.#polled);
  }

  #ask(): void {
    const { namespace, name } = this.#options;
    this.#client.send(
      { verb: 'get', resource: 'deployments', subresource: 'scale', namespace, name },
      this.#onAsked,
      undefined,
    );
  }

  readonly #onAsked = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    if (!isSuccess(response) || !this.#nodes.hasSynced) return;
    const deployment = response.object as Deployment;
    const replicas = this.#wanted();
    if (deployment.spec.replicas === replicas) return;
    const { namespace, name } = this.#options;
    const body = { ...deployment, spec: { ...deployment.spec, replicas } } as KubernetesObject;
    this.#client.send(
      { verb: 'update', resource: 'deployments', subresource: 'scale', namespace, name, body },
      () => {},
      undefined,
    );
  };

  /** O(nodes). */
  #wanted(): number {
    let [nodes, cpuMilli] = [0, 0];
    for (const { spec, status } of this.#nodes.store.values()) {
      if (spec.unschedulable === true) continue;
      nodes++;
      cpuMilli += quantityMilliValue(status?.capacity?.['cpu'] ?? '0');
    }
    return proportionalReplicas(this.#options.parameters, nodes, Math.ceil(cpuMilli / 1_000));
  }
}
