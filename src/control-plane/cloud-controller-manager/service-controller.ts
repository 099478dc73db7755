// Load balancers for Services of type LoadBalancer, one after the other with the one worker of the
// default: finalizer, cloud call, address in the status. What fails comes again after 5 s, 10 s and
// so on up to 5 minutes. Nodes that come or go are made known to all balancers (balancer-nodes.ts).
// Left out: changes of a Service that its balancer must follow without its type having changed.
// Source: Kubernetes v1.36 staging cloud-provider controllers/service/controller.go (reference:
// nodes-controllers 4.2).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Service } from '../../api/service.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccessOrGone, keyOf } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import { WorkQueue } from '../../client/work-queue.js';
import { Workers } from '../../client/workers.js';
import type { CloudAnswer } from '../cloud-provider.js';
import { BalancerNodes } from './balancer-nodes.js';
import {
  type CloudControllerOptions,
  cloudControllerManagerName,
} from './cloud-controller-options.js';
import { cloudControllerManagerConstants as constants } from './constants.js';

const NAME = `${cloudControllerManagerName}/service`;

/** Keeps a Service until its load balancer is gone. */
const loadBalancerFinalizer = 'service.kubernetes.io/load-balancer-cleanup';

interface Sync {
  readonly worker: number;
  readonly service: Service;
  /** Nodes that its balancer is to send to. */
  hosts: readonly string[];
}

export class ServiceController {
  readonly #options: CloudControllerOptions;
  readonly #queue: WorkQueue;
  readonly #workers: Workers;
  readonly #recorder: EventRecorder;
  readonly #nodes: BalancerNodes;

  constructor(options: CloudControllerOptions) {
    const { simulation, host, client, services, settings } = options;
    this.#options = options;
    const limits = {
      baseDelayUs: constants.serviceRetryMinUs,
      maxDelayUs: constants.serviceRetryMaxUs,
    };
    this.#queue = new WorkQueue(simulation, NAME, { limits });
    this.#recorder = new EventRecorder(simulation, 'service-controller', client);
    this.#workers = new Workers(simulation, {
      name: NAME,
      queue: this.#queue,
      count: settings.concurrentServiceSyncs,
      host,
      cpuUs: () => constants.serviceSyncCpuUs,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.#nodes = new BalancerNodes(options, NAME, this.#recorder);
    services.addHandler({
      added: (service) => this.#take(service, undefined),
      updated: (previous, service) => this.#take(service, previous),
      deleted: (service) => this.#nodes.forget(keyOf(service)),
    });
  }

  start(): void {
    this.#workers.start();
    this.#nodes.start();
  }

  /** Nothing is to be done for what this controller itself has written. */
  #take(service: Service, previous: Service | undefined): void {
    const isSame =
      previous !== undefined &&
      previous.spec === service.spec &&
      previous.metadata.deletionTimestamp === service.metadata.deletionTimestamp;
    if (!isSame && (wantsBalancer(service) || hasFinalizer(service))) {
      this.#queue.add(keyOf(service));
    }
  }

  #sync(key: string, worker: number): void {
    const service = this.#options.services.get(key);
    if (service === undefined) return this.#workers.finish(worker, 'done');
    const sync: Sync = { worker, service, hosts: [] };
    if (wantsBalancer(service)) return this.#ensure(sync);
    if (!hasFinalizer(service)) return this.#workers.finish(worker, 'done');
    this.#recorder.record(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
    this.#options.cloud.loadBalancers.delete(key, this.#onDeleted, sync);
  }

  #ensure(sync: Sync): void {
    const { service } = sync;
    this.#recorder.record(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
    if (hasFinalizer(service)) return this.#ask(sync);
    this.#patch(sync, '', withFinalizer, this.#onFinalized);
  }

  readonly #onFinalized = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (!isSuccessOrGone(call.response as ApiResponse)) return this.#fail(sync, 'ensure');
    this.#ask(sync);
  };

  #ask(sync: Sync): void {
    const { service } = sync;
    const { hosts } = this.#nodes;
    sync.hosts = hosts;
    if (hosts.length === 0) {
      const message = 'There are no available nodes for LoadBalancer';
      this.#recorder.record(service, 'Warning', 'UnAvailableLoadBalancer', message);
    }
    this.#options.cloud.loadBalancers.ensure(keyOf(service), hosts, this.#onEnsured, sync);
  }

  readonly #onEnsured = ({ fault, address }: CloudAnswer, sync: Sync): void => {
    this.#options.monitor?.loadBalancerSynced();
    if (fault !== undefined) return this.#fail(sync, 'ensure', fault);
    this.#nodes.told(keyOf(sync.service), sync.hosts);
    const apply = (current: KubernetesObject): KubernetesObject =>
      withIngress(current as Service, address ?? '');
    this.#patch(sync, 'status', apply, this.#onPublished);
  };

  readonly #onPublished = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (!isSuccessOrGone(call.response as ApiResponse)) return this.#fail(sync, 'ensure');
    const { service, worker } = sync;
    this.#recorder.record(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
    this.#workers.finish(worker, 'done');
  };

  readonly #onDeleted = ({ fault }: CloudAnswer, sync: Sync): void => {
    this.#options.monitor?.loadBalancerSynced();
    if (fault !== undefined) return this.#fail(sync, 'delete', fault);
    this.#nodes.forget(keyOf(sync.service));
    this.#patch(sync, '', withoutFinalizer, this.#onReleased);
  };

  readonly #onReleased = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (!isSuccessOrGone(call.response as ApiResponse)) return this.#fail(sync, 'delete');
    const { service, worker } = sync;
    this.#recorder.record(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
    this.#workers.finish(worker, 'done');
  };

  #fail({ service, worker }: Sync, what: 'ensure' | 'delete', why = 'the API refused'): void {
    const message = `Error syncing load balancer: failed to ${what} load balancer: ${why}`;
    this.#recorder.record(service, 'Warning', 'SyncLoadBalancerFailed', message);
    this.#workers.finish(worker, 'retry');
  }

  #patch(
    sync: Sync,
    subresource: '' | 'status',
    apply: (current: KubernetesObject) => KubernetesObject,
    onDone: (call: ApiCall) => void,
  ): void {
    const { namespace = '', name } = sync.service.metadata;
    const patch = { bytes: constants.patchBytes, apply };
    const request = { verb: 'patch', resource: 'services', namespace, name, patch } as const;
    const whole = subresource === '' ? request : { ...request, subresource };
    this.#options.client.send(whole, onDone, sync);
  }
}

function wantsBalancer({ spec, metadata }: Service): boolean {
  const isOurs = spec.loadBalancerClass === undefined;
  return spec.type === 'LoadBalancer' && isOurs && metadata.deletionTimestamp === undefined;
}

function hasFinalizer({ metadata }: Service): boolean {
  return metadata.finalizers?.includes(loadBalancerFinalizer) === true;
}

function withFinalizer(current: KubernetesObject): KubernetesObject {
  const service = current as Service;
  if (hasFinalizer(service)) return service;
  const finalizers = [...(service.metadata.finalizers ?? []), loadBalancerFinalizer];
  return { ...service, metadata: { ...service.metadata, finalizers } };
}

/** Without its load balancer it has no address either. */
function withoutFinalizer(current: KubernetesObject): KubernetesObject {
  const service = current as Service;
  if (!hasFinalizer(service)) return service;
  const { finalizers = [] } = service.metadata;
  const left = finalizers.filter((each) => each !== loadBalancerFinalizer);
  return { ...service, metadata: { ...service.metadata, finalizers: left } };
}

function withIngress(service: Service, ip: string): Service {
  const [known] = service.status?.loadBalancer?.ingress ?? [];
  if (known?.ip === ip) return service;
  return { ...service, status: { ...service.status, loadBalancer: { ingress: [{ ip }] } } };
}
