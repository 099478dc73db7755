// Follows machines that go: every five seconds, for one node after the other that is not Ready, the
// cloud is asked whether its instance is still there. If not, the Node is deleted; if it is shut
// down, the node is tainted. A node that is Ready again loses that taint.
// Source: Kubernetes v1.36 staging cloud-provider controllers/nodelifecycle (reference:
// nodes-controllers 4.1).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node, Taint } from '../../api/node.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { CloudAnswer } from '../cloud-provider.js';
import {
  type CloudControllerOptions,
  cloudControllerManagerName,
} from './cloud-controller-options.js';
import { cloudControllerManagerConstants as constants } from './constants.js';

const NAME = `${cloudControllerManagerName}/node-lifecycle`;

/** A node whose instance is switched off. */
const shutdownTaint: Taint = {
  key: 'node.cloudprovider.kubernetes.io/shutdown',
  effect: 'NoSchedule',
};

export class CloudNodeLifecycleController {
  readonly #options: CloudControllerOptions;
  readonly #recorder: EventRecorder;
  readonly #passDue: EventKind;
  #passStartUs: SimTime = 0;
  /** Nodes of this pass that the cloud is still to be asked about. */
  #suspects: string[] = [];

  constructor(options: CloudControllerOptions) {
    const { simulation, client } = options;
    this.#options = options;
    this.#recorder = new EventRecorder(simulation, 'cloud-node-lifecycle-controller', client);
    this.#passDue = simulation.defineEvent(`${NAME}.MonitorPassDue`, () => this.#beginPass());
  }

  start(): void {
    this.#beginPass();
  }

  #beginPass(): void {
    const { nodes, simulation } = this.#options;
    this.#passStartUs = simulation.now;
    for (const node of nodes.store.values()) {
      if (!isReady(node)) this.#suspects.push(node.metadata.name);
      else if (hasShutdownTaint(node)) this.#patch(node.metadata.name, withoutShutdownTaint);
    }
    this.#next();
  }

  /** A pass that takes longer than the period is followed by the next one at once. */
  #next(): void {
    const { simulation, cloud, settings } = this.#options;
    const name = this.#suspects.shift();
    if (name !== undefined) return cloud.instances.describe(name, this.#onDescribed, name);
    const dueUs = this.#passStartUs + settings.nodeMonitorPeriodUs;
    simulation.at(Math.max(dueUs, simulation.now), this.#passDue);
  }

  readonly #onDescribed = ({ fault, instance }: CloudAnswer, name: string): void => {
    const node = this.#options.nodes.get(name);
    if (node === undefined) return this.#next();
    if (fault === 'NotFound') {
      const message = `Deleting node ${name} because it does not exist in the cloud provider`;
      this.#recorder.record(node, 'Normal', 'DeletingNode', message);
      const request = { verb: 'delete', resource: 'nodes', namespace: '', name } as const;
      return this.#options.client.send(request, this.#onAnswered);
    }
    if (instance?.state === 'stopped' && !hasShutdownTaint(node)) {
      return this.#patch(name, withShutdownTaint, this.#onAnswered);
    }
    this.#next();
  };

  readonly #onAnswered = (): void => this.#next();

  #patch(
    name: string,
    apply: (current: KubernetesObject) => KubernetesObject,
    onDone: () => void = () => {},
  ): void {
    const patch = { bytes: constants.patchBytes, apply };
    const request = { verb: 'patch', resource: 'nodes', namespace: '', name, patch } as const;
    this.#options.client.send(request, onDone);
  }
}

function isReady({ status }: Node): boolean {
  return (
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true
  );
}

function hasShutdownTaint({ spec }: Node): boolean {
  return spec.taints?.some(({ key }) => key === shutdownTaint.key) === true;
}

function withShutdownTaint(current: KubernetesObject): KubernetesObject {
  const node = current as Node;
  if (hasShutdownTaint(node)) return node;
  return { ...node, spec: { ...node.spec, taints: [...(node.spec.taints ?? []), shutdownTaint] } };
}

function withoutShutdownTaint(current: KubernetesObject): KubernetesObject {
  const node = current as Node;
  if (!hasShutdownTaint(node)) return node;
  const taints = node.spec.taints?.filter(({ key }) => key !== shutdownTaint.key) ?? [];
  return { ...node, spec: { ...node.spec, taints } };
}
