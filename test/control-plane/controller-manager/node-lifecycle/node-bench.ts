// A control plane with nodes whose kubelets renew their Leases until they are told to stop.
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { Lease } from '../../../../src/api/lease.js';
import type { Node } from '../../../../src/api/node.js';
import { isPodReady } from '../../../../src/control-plane/controller-manager/pod-state.js';
import { ControllerBench, type ControllerBenchOptions } from '../controller-bench.js';

const SECOND = 1_000_000;

/** A Node that is Ready since the beginning, with its Lease. */
export function readyNode(name: string, zone = 'a'): readonly KubernetesObject[] {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 0 }] },
  };
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: 0 },
  };
  return [node, lease];
}

export class NodeBench extends ControllerBench {
  readonly #silent = new Set<string>();

  /** Nodes by name and zone. */
  constructor(nodes: Readonly<Record<string, string>>, options: ControllerBenchOptions = {}) {
    const preload = Object.entries(nodes).flatMap(([name, zone]) => readyNode(name, zone));
    super({ ...options, preload: [...preload, ...(options.preload ?? [])] });
    const renew = this.simulation.defineEvent('test.LeasesRenewed', () => {
      for (const name of Object.keys(nodes)) if (!this.#silent.has(name)) this.#renew(name);
      this.simulation.after(10 * SECOND, renew);
    });
    this.simulation.after(0, renew);
  }

  /** The nodes give no sign of life from now on. */
  silence(...names: readonly string[]): void {
    for (const name of names) this.#silent.add(name);
  }

  /** The nodes report again. */
  revive(...names: readonly string[]): void {
    for (const name of names) {
      this.#silent.delete(name);
      this.#renew(name);
      const apply = (node: KubernetesObject): KubernetesObject => {
        const conditions = [
          { type: 'Ready', status: 'True', lastHeartbeatTime: this.simulation.now } as const,
        ];
        return { ...(node as Node), status: { conditions } };
      };
      const patch = { bytes: 100, apply };
      this.user.send(
        { verb: 'patch', resource: 'nodes', subresource: 'status', namespace: '', name, patch },
        () => {},
      );
    }
  }

  #renew(name: string): void {
    const { now } = this.simulation;
    const apply = (lease: KubernetesObject): KubernetesObject => ({
      ...(lease as Lease),
      spec: { ...(lease as Lease).spec, renewTime: now },
    });
    const namespace = 'kube-node-lease';
    const patch = { bytes: 100, apply };
    this.user.send({ verb: 'patch', resource: 'leases', namespace, name, patch }, () => {});
  }

  /** Lets so many seconds pass. */
  pass(seconds: number): void {
    this.wait(seconds * SECOND);
  }

  node(name: string): Node {
    return this.stored<Node>('Node').find(({ metadata }) => metadata.name === name) as Node;
  }

  readyStatus(name: string): string | undefined {
    return this.node(name).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  }

  /** `unreachable:NoExecute`, sorted. */
  taints(name: string): string[] {
    const taints = this.node(name).spec?.taints ?? [];
    return taints.map(({ key, effect }) => `${key.split('/')[1]}:${effect}`).sort();
  }

  /** Seconds since the start of the first commit that put such a taint on a node, by node. */
  taintedAt(effect: string): Map<string, number> {
    const times = new Map<string, number>();
    for (const { atUs, event } of this.log.events) {
      const { object } = event;
      if (object.kind !== 'Node' || times.has(object.metadata.name)) continue;
      const has = object.spec?.taints?.some((taint) => taint.effect === effect) === true;
      if (has) times.set(object.metadata.name, (atUs - this.startUs) / SECOND);
    }
    return times;
  }

  get readyPods(): number {
    return this.pods.filter(isPodReady).length;
  }
}
