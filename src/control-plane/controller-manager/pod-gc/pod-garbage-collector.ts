// Deletes the pods that nobody else will: terminated ones beyond a number, those that are being
// deleted on nodes that are out of service, those on nodes that no longer exist, and those that are
// being deleted without ever having had a node. A pass each 20 s; a node that nobody knows is
// looked up after a quarantine.
// Source: Kubernetes v1.36 pkg/controller/podgc/gc_controller.go (reference: nodes-controllers
// 3.13).
import { withDisruptionTarget } from '../../../api/disruption-target.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { Node } from '../../../api/node.js';
import { isPodTerminal, type Pod } from '../../../api/pod.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { isSuccess, keyOf } from '../../../client/api-request.js';
import type { Informer } from '../../../client/informer.js';
import { WorkQueue } from '../../../client/work-queue.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { SimTime } from '../../../kernel/time.js';
import { ascending } from '../../../stats/ascending.js';
import type { PodsOfNodes } from '../node-lifecycle/pods-of-nodes.js';
import type { ControllerOptions } from '../sync-loop.js';
import { podGcConstants as constants } from './constants.js';

const NAME = 'kube-controller-manager/pod-garbage-collector';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export interface PodGcInformers {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly podsOfNodes: PodsOfNodes;
}

/** A pod that goes, and why where it has to be said before. */
interface Victim {
  readonly pod: Pod;
  /** Message of the condition that it gets if it has not ended; '' for none. */
  readonly message: string;
}

export class PodGarbageCollector {
  /** Unknown nodes in quarantine. */
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #informers: PodGcInformers;
  readonly #passDue: EventKind;
  /** Requests of this pass that have no answer yet. */
  #inFlight = 0;
  /** Pods without a node that are being deleted, as this pass has found them. */
  #unscheduled: readonly Pod[] = [];

  constructor({ simulation, client, monitor }: ControllerOptions, informers: PodGcInformers) {
    this.#simulation = simulation;
    this.#client = client;
    this.#informers = informers;
    this.queue = new WorkQueue(simulation, NAME, {
      monitor: monitor?.queue('orphaned_pods_nodes'),
    });
    this.#passDue = simulation.defineEvent(`${NAME}.PassDue`, () => this.#pass());
  }

  /** Begins with a pass; the informers have synced. */
  start(): void {
    this.#pass();
  }

  /** Ends with the last answer to its requests; then the next one is due. O(pods). */
  #pass(): void {
    const { pods, nodes } = this.#informers;
    const ended: Pod[] = [];
    const unscheduled: Pod[] = [];
    this.#inFlight = 1;
    for (const pod of pods.store.values()) {
      const name = pod.spec.nodeName ?? '';
      const node = nodes.get(name);
      if (isPodTerminal(pod)) ended.push(pod);
      if (name !== '' && node === undefined) this.queue.addAfter(name, constants.quarantineUs);
      if (pod.metadata.deletionTimestamp === undefined) continue;
      if (name === '') unscheduled.push(pod);
      else if (isOutOfService(node))
        this.#delete({ pod, message: 'PodGC: node is out of service' });
    }
    this.#unscheduled = unscheduled;
    for (const pod of oldestBeyondThreshold(ended)) this.#delete({ pod, message: '' });
    for (let name = this.queue.get(); name !== undefined; name = this.queue.get()) {
      this.#inFlight++;
      const request = { verb: 'get', resource: 'nodes', namespace: '', name } as const;
      this.#client.send(request, this.#nodeLookedUp, name);
    }
    this.#settle();
  }

  readonly #nodeLookedUp = (call: ApiCall): void => {
    const name = call.context as string;
    this.queue.done(name);
    if (call.response?.code === 404) this.#deletePodsOf(name);
    this.#settle();
  };

  #deletePodsOf(node: string): void {
    for (const pod of this.#informers.podsOfNodes.of(node).values()) {
      this.#delete({ pod, message: 'PodGC: node no longer exists' });
    }
  }

  /** A request of the pass has ended. Pods that never had a node go last. */
  #settle(): void {
    if (--this.#inFlight > 0) return;
    const unscheduled = this.#unscheduled;
    this.#unscheduled = [];
    for (const pod of unscheduled) this.#delete({ pod, message: '' });
    if (unscheduled.length === 0) this.#simulation.after(constants.checkPeriodUs, this.#passDue);
  }

  /** Says that the pod has failed if it has not ended, then deletes it at once. */
  #delete(victim: Victim): void {
    const { pod, message } = victim;
    this.#inFlight++;
    if (message === '' || isPodTerminal(pod)) return this.#deleteNow(victim);
    const { now } = this.#simulation;
    const apply = (current: KubernetesObject): KubernetesObject =>
      failed(current as Pod, message, now);
    const { namespace = '', name } = pod.metadata;
    const patch = { bytes: constants.conditionPatchBytes, apply };
    this.#client.send(
      { verb: 'patch', resource: 'pods', subresource: 'status', namespace, name, patch },
      this.#marked,
      victim,
    );
  }

  readonly #marked = (call: ApiCall): void => {
    if (call.response !== undefined && isSuccess(call.response)) {
      this.#deleteNow(call.context as Victim);
    } else this.#settle();
  };

  #deleteNow({ pod }: Victim): void {
    const { namespace = '', name, uid } = pod.metadata;
    this.#client.send(
      {
        verb: 'delete',
        resource: 'pods',
        namespace,
        name,
        gracePeriodSeconds: 0,
        ...(uid !== undefined && { uidPrecondition: uid }),
      },
      this.#deleted,
    );
  }

  readonly #deleted = (): void => this.#settle();
}

function failed(pod: Pod, message: string, now: SimTime): Pod {
  const marked = withDisruptionTarget(pod, 'DeletionByPodGC', message, now);
  return { ...marked, status: { ...marked.status, phase: 'Failed' } };
}

/** Of pods that have ended as many as there are too many. O(n log n). */
function oldestBeyondThreshold(ended: Pod[]): readonly Pod[] {
  const excess = ended.length - constants.terminatedPodThreshold;
  if (excess <= 0) return [];
  const bornUs = ({ metadata }: Pod): number => metadata.creationTimestamp ?? 0;
  ended.sort((a, b) => bornUs(a) - bornUs(b) || ascending(keyOf(a), keyOf(b)));
  return ended.slice(0, excess);
}

function isOutOfService(node: Node | undefined): boolean {
  const isTainted = node?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
  const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
  return isTainted && ready?.status !== 'True';
}
