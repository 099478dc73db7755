// The node agents of the recorded control plane, as a test needs them: a pod without a node gets
// one at once, becomes Ready a fixed time later, and is gone a fixed time after its deletion was
// asked for. Writes go through an unlimited client, reads through a watch.
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Pod, PodCondition } from '../../src/api/pod.js';
import type { ApiClient } from '../../src/client/api-client.js';
import type { ApiRequest } from '../../src/client/api-request.js';
import { Informer } from '../../src/client/informer.js';
import type { TestControlPlane } from './control-plane.js';

export interface FakeKubeletOptions {
  readonly readyAfterUs: number;
  readonly stopAfterUs: number;
  /** Pods are dealt out to so many nodes, `node-0` and so on. */
  readonly nodes?: number;
  /** The node that a pod is bound to; by default they are dealt out in turn. */
  readonly nodeOf?: (pod: Pod) => string;
  /** False: such a pod never becomes Ready. */
  readonly becomesReady?: (pod: Pod) => boolean;
}

/** Binds and runs all pods of a control plane. */
export class FakeKubelet {
  readonly #client: ApiClient;
  readonly #options: FakeKubeletOptions;
  readonly #plane: TestControlPlane;
  readonly #pods: Pod[] = [];
  readonly #ready: number;
  readonly #stopped: number;

  constructor(plane: TestControlPlane, options: FakeKubeletOptions) {
    this.#plane = plane;
    this.#options = options;
    this.#client = plane.client();
    const { simulation } = plane;
    this.#ready = simulation.defineEvent('test.PodReady', (i) => this.#makeReady(i));
    this.#stopped = simulation.defineEvent('test.PodStopped', (i) => this.#remove(i));
    const informer = new Informer<Pod>(simulation, {
      name: 'fake-kubelet/pods',
      resource: 'pods',
      client: this.#client,
    });
    informer.addHandler({
      added: (pod) => this.#seen(pod),
      updated: (previous, pod) => this.#changed(previous, pod),
    });
    informer.start();
  }

  #seen(pod: Pod): void {
    const index = this.#pods.push(pod) - 1;
    const { nodes = 10, nodeOf = () => `node-${index % nodes}` } = this.#options;
    if (pod.spec.nodeName === undefined) this.#bind(pod, nodeOf(pod));
    else this.#start(pod, index);
  }

  #changed(previous: Pod, pod: Pod): void {
    const { simulation } = this.#plane;
    if (previous.spec.nodeName === undefined && pod.spec.nodeName !== undefined)
      this.#start(pod, this.#pods.push(pod) - 1);
    if (previous.metadata.deletionTimestamp === undefined && pod.metadata.deletionTimestamp) {
      simulation.after(this.#options.stopAfterUs, this.#stopped, this.#pods.push(pod) - 1);
    }
  }

  #start(pod: Pod, index: number): void {
    if (this.#options.becomesReady?.(pod) === false) return;
    this.#plane.simulation.after(this.#options.readyAfterUs, this.#ready, index);
  }

  #address(pod: Pod): Pick<ApiRequest, 'resource' | 'namespace' | 'name'> {
    const { namespace = '', name } = pod.metadata;
    return { resource: 'pods', namespace, name };
  }

  #bind(pod: Pod, node: string): void {
    const { namespace = '', name } = pod.metadata;
    const body: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace },
      target: { kind: 'Node', name: node },
    };
    this.#client.send(
      { verb: 'create', subresource: 'binding', ...this.#address(pod), body },
      () => {},
    );
  }

  #makeReady(index: number): void {
    const pod = this.#pods[index] as Pod;
    const { now } = this.#plane.simulation;
    const ready: PodCondition = { type: 'Ready', status: 'True', lastTransitionTime: now };
    const podIP = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    const apply = (current: KubernetesObject): KubernetesObject => {
      if (current.kind !== 'Pod' || current.metadata.deletionTimestamp !== undefined)
        return current;
      const conditions = [...(current.status?.conditions ?? []), ready];
      return { ...current, status: { ...current.status, phase: 'Running', podIP, conditions } };
    };
    this.#client.send(
      {
        verb: 'patch',
        subresource: 'status',
        ...this.#address(pod),
        patch: { bytes: 1500, apply },
      },
      () => {},
    );
  }

  #remove(index: number): void {
    const pod = this.#pods[index] as Pod;
    const { uid } = pod.metadata;
    this.#client.send(
      {
        verb: 'delete',
        ...this.#address(pod),
        gracePeriodSeconds: 0,
        ...(uid !== undefined && { uidPrecondition: uid }),
      },
      () => {},
    );
  }
}
