// The informers that the controllers of one process share: one list and one watch a resource.
// Source: Kubernetes v1.36 cmd/kube-controller-manager (reference: nodes-controllers 3.1).
import type { ConfigMap } from '../../api/config-map.js';
import type { ControllerRevision } from '../../api/controller-revision.js';
import type { CronJob } from '../../api/cron-job.js';
import type { DaemonSet } from '../../api/daemon-set.js';
import type { Deployment } from '../../api/deployment.js';
import type { EndpointSlice } from '../../api/endpoint-slice.js';
import type { Endpoints } from '../../api/endpoints.js';
import type { HorizontalPodAutoscaler } from '../../api/horizontal-pod-autoscaler.js';
import type { Job } from '../../api/job.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Lease } from '../../api/lease.js';
import type { Namespace } from '../../api/namespace.js';
import type { Node } from '../../api/node.js';
import type { PersistentVolumeClaim } from '../../api/persistent-volume.js';
import type { Pod } from '../../api/pod.js';
import type { PodDisruptionBudget } from '../../api/pod-disruption-budget.js';
import type { ReplicaSet } from '../../api/replica-set.js';
import type { ReplicationController } from '../../api/replication-controller.js';
import type { ResourceQuota } from '../../api/resource-quota.js';
import type { Service } from '../../api/service.js';
import type { ServiceAccount } from '../../api/service-account.js';
import type { StatefulSet } from '../../api/stateful-set.js';
import type { ApiClient } from '../../client/api-client.js';
import { Informer } from '../../client/informer.js';
import { controllerManagerConstants as constants } from './constants.js';
import { PodsOfNodes } from './node-lifecycle/pods-of-nodes.js';
import { Orphans } from './orphans.js';
import { OwnerIndex } from './owner-index.js';
import { StorageInformers } from './storage/storage-informers.js';
import type { ControllerOptions } from './sync-loop.js';

/** `client` is the one that all informers share. */
interface SharedInformersOptions extends Omit<ControllerOptions, 'client'> {
  readonly autoscales?: boolean | undefined;
  readonly hasStorage?: boolean | undefined;
}

export class SharedInformers {
  /** In the order in which they start. */
  readonly all: Informer<KubernetesObject>[] = [];
  readonly pods: Informer<Pod>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly replicationControllers: Informer<ReplicationController>;
  readonly deployments: Informer<Deployment>;
  readonly statefulSets: Informer<StatefulSet>;
  readonly daemonSets: Informer<DaemonSet>;
  readonly controllerRevisions: Informer<ControllerRevision>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly nodes: Informer<Node>;
  readonly leases: Informer<Lease>;
  readonly jobs: Informer<Job>;
  readonly cronJobs: Informer<CronJob>;
  readonly budgets: Informer<PodDisruptionBudget>;
  readonly resourceQuotas: Informer<ResourceQuota>;
  readonly namespaces: Informer<Namespace>;
  readonly serviceAccounts: Informer<ServiceAccount>;
  readonly configMaps: Informer<ConfigMap>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly endpoints: Informer<Endpoints>;
  /** Absent where nothing is scaled by metrics. */
  readonly autoscalers: Informer<HorizontalPodAutoscaler> | undefined;
  readonly podsOfNodes: PodsOfNodes;
  readonly podsByOwner: OwnerIndex<Pod>;
  readonly replicaSetsByOwner: OwnerIndex<ReplicaSet>;
  readonly revisionsByOwner: OwnerIndex<ControllerRevision>;
  readonly orphanPods: Orphans<Pod> = new Orphans();
  readonly orphanReplicaSets: Orphans<ReplicaSet> = new Orphans();
  /** Where the cluster has storage. */
  readonly storage: StorageInformers | undefined;

  constructor(
    { simulation, host, monitor, autoscales = false, hasStorage = false }: SharedInformersOptions,
    client: ApiClient,
  ) {
    const { minResyncPeriodUs } = constants;
    const stream = simulation.random.stream('kube-controller-manager/resync-period');
    const resyncPeriodUs = Math.round(minResyncPeriodUs * (1 + stream.uniform()));
    const informer = <T extends KubernetesObject>(resource: string): Informer<T> => {
      const name = `kube-controller-manager/${resource}`;
      const made = new Informer<T>(simulation, {
        name,
        resource,
        client,
        host,
        resyncPeriodUs,
        monitor: monitor?.informer(resource),
      });
      this.all.push(made as unknown as Informer<KubernetesObject>);
      return made;
    };
    this.pods = informer('pods');
    this.replicaSets = informer('replicasets');
    this.replicationControllers = informer('replicationcontrollers');
    this.deployments = informer('deployments');
    this.statefulSets = informer('statefulsets');
    this.daemonSets = informer('daemonsets');
    this.controllerRevisions = informer('controllerrevisions');
    this.claims = informer('persistentvolumeclaims');
    this.nodes = informer('nodes');
    this.services = informer('services');
    this.slices = informer('endpointslices');
    this.endpoints = informer('endpoints');
    this.leases = informer('leases');
    this.jobs = informer('jobs');
    this.cronJobs = informer('cronjobs');
    this.budgets = informer('poddisruptionbudgets');
    this.resourceQuotas = informer('resourcequotas');
    this.namespaces = informer('namespaces');
    this.serviceAccounts = informer('serviceaccounts');
    this.configMaps = informer('configmaps');
    this.autoscalers = autoscales ? informer('horizontalpodautoscalers') : undefined;
    this.storage = hasStorage ? new StorageInformers(informer) : undefined;
    this.podsOfNodes = new PodsOfNodes(this.pods);
    this.podsByOwner = new OwnerIndex(this.pods);
    this.replicaSetsByOwner = new OwnerIndex(this.replicaSets);
    this.revisionsByOwner = new OwnerIndex(this.controllerRevisions);
    this.pods.addIndex(this.orphanPods);
    this.replicaSets.addIndex(this.orphanReplicaSets);
  }
}
