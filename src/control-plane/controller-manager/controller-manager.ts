// kube-controller-manager: the controllers of one process, which share their informers but not
// their rate limits. Left out: the controllers that are not listed here (docs/MODEL.md); who leads
// is its owner's affair. Source: Kubernetes v1.36 cmd/kube-controller-manager (reference:
// nodes-controllers 3.1).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { ApiClient } from '../../client/api-client.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import { controllerManagerConstants as constants } from './constants.js';
import { CronJobController } from './cron-job/cron-job-controller.js';
import { DaemonSetController } from './daemon-set-controller.js';
import { DeploymentController } from './deployment/deployment-controller.js';
import { DisruptionController } from './disruption/disruption-controller.js';
import { EndpointSliceController } from './endpoint-slice-controller.js';
import { EndpointsController } from './endpoints-controller.js';
import { GarbageCollector } from './garbage-collector.js';
import { HorizontalPodAutoscalerController } from './horizontal-pod-autoscaler/autoscaler-controller.js';
import { JobController } from './job/job-controller.js';
import { TtlAfterFinishedController } from './job/ttl-after-finished-controller.js';
import { namespaceConstants } from './namespace/constants.js';
import { NamespaceController } from './namespace/namespace-controller.js';
import {
  defaultServiceAccount,
  NamespaceDefaultsController,
  rootCertificate,
} from './namespace/namespace-defaults-controller.js';
import { type NodeCidrSpec, NodeIpamController } from './node-ipam/node-ipam-controller.js';
import { NodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.js';
import { TaintEvictionController } from './node-lifecycle/taint-eviction-controller.js';
import { PodGarbageCollector } from './pod-gc/pod-garbage-collector.js';
import { ReplicaSetController } from './replica-set-controller.js';
import { ResourceQuotaController } from './resource-quota-controller.js';
import { SharedInformers } from './shared-informers.js';
import { StatefulSetController } from './stateful-set-controller.js';
import { storageControllers } from './storage/storage-controllers.js';
import type { ControllerManagerMonitor, ControllerOptions } from './sync-loop.js';

export interface ControllerManagerOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  readonly transport: ApiTransport;
  readonly connection: Connection;
  /** Of each controller. */
  readonly limit: { readonly qps: number; readonly burst: number };
  readonly monitor?: ControllerManagerMonitor | undefined;
  /** `pod-garbage-collector-controller`: those of --controllers=*,-NAME. */
  readonly disabledControllers?: readonly string[];
  /** Whether there are autoscalers; without any their controller would only list them. */
  readonly autoscales?: boolean | undefined;
  /** Absent: without --allocate-node-cidrs. */
  readonly nodeCidrs?: NodeCidrSpec | undefined;
  /** --node-monitor-grace-period; absent: its default. */
  readonly nodeMonitorGracePeriodUs?: number | undefined;
  /** Whether there are, or will be, volumes and claims: then their controllers run. */
  readonly hasStorage?: boolean | undefined;
}

const NAME = 'kube-controller-manager';
const SHARED_INFORMERS = 'shared-informers';

/** One of the process's controllers. */
interface Controller {
  readonly queue: WorkQueue;
  start(): void;
}

/** The process. `start` lists and watches; controllers act once their informers have synced. */
export class ControllerManager {
  /** One client a controller, with its own bucket, for reports. */
  readonly clients: readonly ApiClient[];
  readonly queues: readonly WorkQueue[];
  readonly informers: readonly Informer<KubernetesObject>[];
  readonly #controllers: readonly Controller[];

  constructor(options: ControllerManagerOptions) {
    const { limit } = options;
    const informerClient = clientFor(options, SHARED_INFORMERS, limit);
    const informers = new SharedInformers(options, informerClient);
    const clients: ApiClient[] = [];
    const own: OwnOptions = (controller, qpsFactor = 1, burstFactor = 1) => {
      const factored = { qps: limit.qps * qpsFactor, burst: limit.burst * burstFactor };
      const client = clientFor(options, controller, factored);
      clients.push(client);
      return { ...options, client };
    };
    const { disabledControllers = [] } = options;
    this.#controllers = [
      ...controllersOn(informers, own, options.nodeMonitorGracePeriodUs),
      ...housekeepersOn(informers, own, disabledControllers),
      ...storageControllers(informers, own),
      ...nodeIpamControllers(informers, own, options.nodeCidrs),
    ];
    this.informers = informers.all;
    this.queues = this.#controllers.map(({ queue }) => queue);
    this.clients = [...clients, informerClient];
  }

  start(): void {
    let waiting = this.informers.length;
    for (const informer of this.informers) {
      informer.whenSynced(() => {
        if (--waiting === 0) for (const controller of this.#controllers) controller.start();
      });
      informer.start();
    }
  }
}

/** Options with a client whose limits are so many times those of others. */
type OwnOptions = (
  controller: string,
  qpsFactor?: number,
  burstFactor?: number,
) => ControllerOptions;

/** `own` makes the client of a controller, named as its service account is. */
function controllersOn(
  informers: SharedInformers,
  own: OwnOptions,
  nodeMonitorGracePeriodUs: number | undefined,
): readonly Controller[] {
  const { pods, replicaSets, replicationControllers, deployments, services } = informers;
  const { autoscalers } = informers;
  const owned = {
    pods: informers.podsByOwner,
    replicaSets: informers.replicaSetsByOwner,
    orphanPods: informers.orphanPods,
    orphanReplicaSets: informers.orphanReplicaSets,
  };
  const replicaSetKind = {
    kind: 'ReplicaSet',
    resource: 'replicasets',
    name: 'replicaset',
  } as const;
  const replicationKind = {
    kind: 'ReplicationController',
    resource: 'replicationcontrollers',
    name: 'replication',
  } as const;
  // It acts on what its informers report, and has neither a queue nor a start.
  new TaintEvictionController(own('taint-eviction-controller'), informers);
  return [
    new ReplicaSetController(
      own('replicaset-controller'),
      replicaSetKind,
      replicaSets,
      pods,
      owned,
    ),
    new ReplicaSetController(
      own('replication-controller'),
      replicationKind,
      replicationControllers,
      pods,
      owned,
    ),
    new DeploymentController(own('deployment-controller'), deployments, replicaSets, pods, owned),
    new StatefulSetController(own('statefulset-controller'), informers),
    new DaemonSetController(own('daemon-set-controller'), informers),
    new EndpointsController(own('endpoint-controller'), services, pods, informers.endpoints),
    new EndpointSliceController(
      own('endpointslice-controller'),
      services,
      pods,
      informers.slices,
      informers.nodes,
    ),
    new JobController(own('job-controller'), informers.jobs, pods, owned.pods),
    new NodeLifecycleController(own('node-controller'), informers, nodeMonitorGracePeriodUs),
    new DisruptionController(own('disruption-controller'), informers),
    new ResourceQuotaController(own('resourcequota-controller'), informers),
    new GarbageCollector(
      own('generic-garbage-collector', constants.garbageCollectorQpsFactor),
      informers.all,
    ),
    ...(autoscalers === undefined
      ? []
      : [
          new HorizontalPodAutoscalerController(
            own('horizontal-pod-autoscaler'),
            autoscalers,
            informers,
          ),
        ]),
  ];
}

/** The one that gives nodes their ranges, where that is asked for. */
function nodeIpamControllers(
  { nodes }: SharedInformers,
  own: OwnOptions,
  spec: NodeCidrSpec | undefined,
): readonly Controller[] {
  return spec === undefined
    ? []
    : [new NodeIpamController(own('node-ipam-controller'), nodes, spec)];
}

/** Those that keep the cluster tidy, but for the ones that --controllers turns off. */
function housekeepersOn(
  informers: SharedInformers,
  own: OwnOptions,
  disabled: readonly string[],
): readonly Controller[] {
  const { cronJobs, jobs, namespaces, serviceAccounts, configMaps } = informers;
  const { qpsFactor, burstFactor } = namespaceConstants;
  const makers: readonly (readonly [name: string, make: () => Controller])[] = [
    [
      'pod-garbage-collector-controller',
      () => new PodGarbageCollector(own('pod-garbage-collector'), informers),
    ],
    [
      'ttl-after-finished-controller',
      () => new TtlAfterFinishedController(own('ttl-after-finished-controller'), jobs),
    ],
    [
      'namespace-controller',
      () =>
        new NamespaceController(own('namespace-controller', qpsFactor, burstFactor), namespaces),
    ],
    [
      'serviceaccount-controller',
      () =>
        new NamespaceDefaultsController(own('service-account-controller'), namespaces, {
          queue: 'serviceaccount',
          resource: 'serviceaccounts',
          objects: serviceAccounts,
          object: defaultServiceAccount,
        }),
    ],
    [
      'root-ca-certificate-publisher-controller',
      () =>
        new NamespaceDefaultsController(own('root-ca-cert-publisher'), namespaces, {
          queue: 'root_ca_cert_publisher',
          resource: 'configmaps',
          objects: configMaps,
          object: rootCertificate,
        }),
    ],
    ['cronjob-controller', () => new CronJobController(own('cronjob-controller'), cronJobs, jobs)],
  ];
  return makers.filter(([name]) => !disabled.includes(name)).map(([, make]) => make());
}

function clientFor(
  options: ControllerManagerOptions,
  controller: string,
  limit: { readonly qps: number; readonly burst: number },
): ApiClient {
  return new ApiClient(options.transport, {
    name: `${NAME}/${controller}`,
    user: userOf(controller),
    connection: options.connection,
    limit,
    host: options.host,
  });
}

/** Each controller has a service account of its own; what they share is the process's. */
function userOf(controller: string): string {
  if (controller === SHARED_INFORMERS) return 'system:kube-controller-manager';
  return `system:serviceaccount:kube-system:${controller}`;
}
