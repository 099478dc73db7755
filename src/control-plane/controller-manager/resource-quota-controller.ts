// Keeps the status of every ResourceQuota: what is used now, worked out from everything there is,
// when the quota changes, when something that counts has gone, and every five minutes. What is
// created is counted by admission.
// Left out: the queue of its own for quotas without a status; kinds that no informer of the process
// follows, whose use begins at 0 and is never found to have shrunk.
// Source: Kubernetes v1.36 pkg/controller/resourcequota (reference: nodes-controllers 3.17).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { isPodTerminal } from '../../api/pod.js';
import type { Quantity, ResourceList } from '../../api/quantity.js';
import {
  addUsage,
  isInScopes,
  isSameResourceList,
  quotaUsage,
  resourceNames,
} from '../../api/quota-usage.js';
import type { ResourceQuota } from '../../api/resource-quota.js';
import { keyOf } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import { controllerManagerConstants as constants } from './constants.js';
import { NamespaceContents } from './namespace-contents.js';
import type { SharedInformers } from './shared-informers.js';
import { StatusWriter } from './status-writer.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';

interface Sync {
  readonly worker: number;
  failed: boolean;
}

export class ResourceQuotaController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #contents: NamespaceContents;
  readonly #loop: SyncLoop;
  readonly #statusWriter: StatusWriter<Sync>;
  readonly #resyncDue: EventKind;

  constructor(options: ControllerOptions, informers: SharedInformers) {
    const { simulation, client } = options;
    this.#simulation = simulation;
    this.#quotas = informers.resourceQuotas;
    this.#contents = new NamespaceContents(informers.all, (object) => this.#replenish(object));
    const finish = ({ worker, failed }: Sync): void => this.#loop.finish(worker, failed);
    const resource = 'resourcequotas';
    this.#statusWriter = new StatusWriter({ client, resource, retries: 0, onDone: finish });
    this.#loop = new SyncLoop(options, {
      name: 'resourcequota_primary',
      workers: constants.concurrentResourceQuotaSyncs,
      cpuUs: (key) => constants.syncCpuUs + constants.podCpuUs * this.#countOf(key),
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    this.#resyncDue = simulation.defineEvent('kube-controller-manager.QuotaResyncDue', () =>
      this.#resync(),
    );
    this.#quotas.addHandler({
      added: (quota) => this.queue.add(keyOf(quota)),
      updated: (previous, quota) => {
        if (previous.spec !== quota.spec) this.queue.add(keyOf(quota));
      },
    });
    informers.pods.addHandler({
      updated: (previous, pod) => {
        if (isPodTerminal(pod) && !isPodTerminal(previous)) this.#replenish(pod);
      },
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
    this.#simulation.after(constants.resourceQuotaSyncPeriodUs, this.#resyncDue);
  }

  #resync(): void {
    for (const key of this.#quotas.store.keys()) this.queue.add(key);
    this.#simulation.after(constants.resourceQuotaSyncPeriodUs, this.#resyncDue);
  }

  /** Something that may have counted has gone. O(quotas), and there are few. */
  #replenish({ metadata }: KubernetesObject): void {
    for (const [key, quota] of this.#quotas.store) {
      if (quota.metadata.namespace === metadata.namespace) this.queue.add(key);
    }
  }

  /** Objects in the namespace of a quota. */
  #countOf(key: string): number {
    const namespace = this.#quotas.get(key)?.metadata.namespace;
    if (namespace === undefined) return 0;
    return this.#contents.of(namespace).reduce((sum, { size }) => sum + size, 0);
  }

  #sync(key: string, worker: number): void {
    const quota = this.#quotas.get(key);
    if (quota === undefined) return this.#loop.finish(worker, false);
    const hard = quota.spec.hard ?? {};
    const used = this.#usedOf(quota, hard);
    const { status } = quota;
    const isKnown =
      isSameResourceList(status?.hard, hard) && isSameResourceList(status?.used, used);
    if (status !== undefined && isKnown) return this.#loop.finish(worker, false);
    this.#statusWriter.write({ worker, failed: false }, quota, { hard, used });
  }

  /** O(objects of the namespace). */
  #usedOf(quota: ResourceQuota, hard: ResourceList): ResourceList {
    const sum = new Map<string, Quantity>();
    for (const objects of this.#contents.of(quota.metadata.namespace ?? '')) {
      for (const object of objects.values()) {
        if (isInScopes(quota, object)) addUsage(sum, quotaUsage(object));
      }
    }
    return Object.fromEntries(resourceNames(hard).map((name) => [name, sum.get(name) ?? '0']));
  }
}
