// A control plane with a controller manager, and fake node agents if wanted.
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Pod } from '../../../src/api/pod.js';
import { resourceKindNamed } from '../../../src/api/resource-kinds.js';
import type { ApiClient } from '../../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../../src/client/api-request.js';
import { ControllerManager } from '../../../src/control-plane/controller-manager/controller-manager.js';
import type { NodeCidrSpec } from '../../../src/control-plane/controller-manager/node-ipam/node-ipam-controller.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Link } from '../../../src/kernel/stations.js';
import { TestControlPlane, type TestControlPlaneOptions } from '../../support/control-plane.js';
import { FakeKubelet, type FakeKubeletOptions } from '../../support/fake-kubelet.js';

export interface ControllerBenchOptions extends TestControlPlaneOptions {
  readonly limit?: { readonly qps: number; readonly burst: number };
  readonly kubelet?: FakeKubeletOptions;
  /** By default the one that deletes the pods of nodes that are not stored, as few tests have. */
  readonly disabledControllers?: readonly string[];
  /** Whether the controllers of volumes and claims run. */
  readonly hasStorage?: boolean;
  readonly nodeCidrs?: NodeCidrSpec;
  /** One-way delay from apiserver to controller manager; 100 µs. */
  readonly watchDelayUs?: number;
}

export class ControllerBench extends TestControlPlane {
  readonly manager: ControllerManager;
  readonly user: ApiClient;
  /** When the controllers had started and the bench was handed over. */
  readonly startUs: number;

  constructor(options: ControllerBenchOptions = {}) {
    super(options);
    const { limit = { qps: 20, burst: 30 }, watchDelayUs = 100 } = options;
    const delay = distribution({ kind: 'constant', value: watchDelayUs });
    this.manager = new ControllerManager({
      simulation: this.simulation,
      host: this.host,
      transport: this.transport,
      connection: {
        ...this.connection(),
        down: new Link(this.simulation, 'to-manager', delay, 1.25e9),
      },
      limit,
      hasStorage: options.hasStorage,
      nodeCidrs: options.nodeCidrs,
      disabledControllers: options.disabledControllers ?? ['pod-garbage-collector-controller'],
    });
    this.user = this.client();
    if (options.kubelet !== undefined) new FakeKubelet(this, options.kubelet);
    this.manager.start();
    this.wait(5_000_000);
    this.startUs = this.simulation.now;
    this.log.events.splice(0);
  }

  ask(object: KubernetesObject, request: Partial<ApiRequest>): ApiResponse {
    const { namespace = '', name } = object.metadata;
    const resource = resourceKindNamed(object.kind)?.resource ?? '';
    return this.request(this.user, { verb: 'get', resource, namespace, name, ...request });
  }

  create<T extends KubernetesObject>(body: T): T {
    return this.ask(body, { verb: 'create', body }).object as T;
  }

  get<T extends KubernetesObject>(object: T): T | undefined {
    return this.ask(object, { verb: 'get' }).object as T | undefined;
  }

  /** Changes the newest state of an object. */
  change<T extends KubernetesObject>(object: T, apply: (current: T) => T): void {
    const patch = { bytes: 100, apply: (current: KubernetesObject) => apply(current as T) };
    this.ask(object, { verb: 'patch', patch });
  }

  /** Stored objects of a kind in order of creation. */
  stored<T extends KubernetesObject>(kind: T['kind']): T[] {
    return this.etcd.snapshot().values.filter((value) => value.kind === kind) as T[];
  }

  get pods(): Pod[] {
    return this.stored<Pod>('Pod');
  }

  /** Seconds after the start of the commits of a kind and type. */
  secondsOf(kind: string, type: string): number[] {
    return this.log.events
      .filter(({ event }) => event.object.kind === kind && event.type === type)
      .map(({ atUs }) => (atUs - this.startUs) / 1e6);
  }
}
