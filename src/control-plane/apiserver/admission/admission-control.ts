// Admission of one apiserver: what the built-in plugins make of an object at once, and who else has
// to be asked before a change may be stored, with the changes that wait for that.
// Source: Kubernetes v1.36 apiserver admission (reference: controlplane B1).
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { LimitRange } from '../../../api/limit-range.js';
import type { StorageClass } from '../../../api/persistent-volume.js';
import type { PriorityClass } from '../../../api/priority-class.js';
import type { ResourceQuota } from '../../../api/resource-quota.js';
import { defaultStorageClass } from '../../../api/storage-provisioner.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiRequest, objectKey } from '../../../client/api-request.js';
import type { Simulation } from '../../../kernel/simulation.js';
import type { CpuHost } from '../../../kernel/stations.js';
import { ascending } from '../../../stats/ascending.js';
import type { Outcome } from '../outcomes.js';
import type { RequestTable } from '../request-table.js';
import { Admission, type OptionalAdmissionPlugin } from './admission.js';
import type { AdmissionStatistics } from './admission-statistics.js';
import { OutsideChecks } from './outside-checks.js';
import type { Rejection } from './rejection.js';
import type { WebhookSpec } from './webhook.js';

/** What belongs to the server as a whole. */
export interface AdmissionSettings {
  readonly disabledPlugins: readonly OptionalAdmissionPlugin[];
  readonly webhooks: readonly WebhookSpec[];
  readonly statistics: AdmissionStatistics;
  /** Of the server to itself. */
  readonly loopback: ApiClient;
}

/** A change that is to be stored. */
export interface Change {
  /** Undefined: it is a creation. */
  readonly current: KubernetesObject | undefined;
  readonly outcome: Outcome;
}

export interface AdmissionControlOptions extends AdmissionSettings {
  /** Of the server. */
  readonly name: string;
  readonly host: CpuHost;
  readonly requests: RequestTable;
  /** Everything cached of a resource. */
  readonly objectsOf: (resource: string) => ReadonlyMap<string, KubernetesObject>;
  /** The change of a request may be stored. */
  readonly onAdmitted: (id: number, change: Change) => void;
  readonly onRejected: (id: number, rejection: Rejection) => void;
}

export class AdmissionControl {
  readonly #options: AdmissionControlOptions;
  readonly #builtIn: Admission;
  readonly #outside: OutsideChecks;
  /** What others are being asked about, by request. */
  readonly #asked = new Map<number, Change>();

  constructor(simulation: Simulation, options: AdmissionControlOptions) {
    this.#options = options;
    const { requests, loopback } = options;
    const lookups = {
      priorityClass: (name: string) => this.#priorityClass(name),
      isTerminating: (namespace: string) => this.#isTerminating(namespace),
      hasServiceAccount: (namespace: string, name: string) =>
        options.objectsOf('serviceaccounts').has(objectKey(namespace, name)),
      defaultStorageClass: () =>
        defaultStorageClass(options.objectsOf('storageclasses').values() as Iterable<StorageClass>),
      limitRanges: (namespace: string) => this.#within<LimitRange>('limitranges', namespace),
    };
    this.#builtIn = new Admission(lookups, options.disabledPlugins);
    this.#outside = new OutsideChecks(simulation, {
      ...options,
      client: loopback,
      quotas: (namespace) => this.#within<ResourceQuota>('resourcequotas', namespace),
      isWaitedFor: (id) => !requests.isGone(id),
      onHeld: (id, durationUs) => {
        requests.call(id).webhookUs += durationUs;
      },
      onDecided: (id, rejection) => this.#decide(id, rejection),
    });
  }

  /** A new object as it will be stored. */
  complete(object: KubernetesObject): KubernetesObject | Rejection {
    return this.#builtIn.admit(object);
  }

  /** Admits a change, now or when all who have to be asked have answered. */
  admit(id: number, request: ApiRequest, change: Change): void {
    const { current, outcome } = change;
    const isWritten = outcome.kind === 'write' || outcome.kind === 'writeAndRemove';
    const object = isWritten ? outcome.object : (current as KubernetesObject);
    if (!this.#outside.concern(request, object)) return this.#options.onAdmitted(id, change);
    this.#asked.set(id, change);
    this.#outside.begin(id, request, object);
  }

  #decide(id: number, rejection: Rejection | undefined): void {
    const { requests, onAdmitted, onRejected } = this.#options;
    const change = this.#asked.get(id) as Change;
    this.#asked.delete(id);
    if (!requests.resume(id)) return;
    if (rejection === undefined) onAdmitted(id, change);
    else onRejected(id, rejection);
  }

  #priorityClass(name: string): PriorityClass | undefined {
    const classes = this.#options.objectsOf('priorityclasses');
    if (name !== '') return classes.get(name) as PriorityClass | undefined;
    let found: PriorityClass | undefined;
    for (const each of classes.values() as Iterable<PriorityClass>) {
      if (each.globalDefault === true && each.value < (found?.value ?? Number.POSITIVE_INFINITY))
        found = each;
    }
    return found;
  }

  #isTerminating(namespace: string): boolean {
    const found = this.#options.objectsOf('namespaces').get(namespace);
    return found?.metadata.deletionTimestamp !== undefined;
  }

  /** The objects of a namespace, by name; most clusters have none of those asked for. */
  #within<T extends KubernetesObject>(resource: string, namespace: string): readonly T[] {
    const objects = this.#options.objectsOf(resource) as ReadonlyMap<string, T>;
    if (objects.size === 0) return [];
    return [...objects.values()]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .sort((a, b) => ascending(a.metadata.name, b.metadata.name));
  }
}
