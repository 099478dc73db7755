// Built-in admission on create: what the API server itself adds to an object before it is stored,
// and what it does not let pass, in the order of the plugins: NamespaceLifecycle, LimitRanger,
// ServiceAccount, Priority, DefaultTolerationSeconds, DefaultStorageClass,
// StorageObjectInUseProtection, then validation, then the bounds of LimitRanger. What has to be
// asked elsewhere, webhooks and quotas, follows in `outside-checks.ts`. Those in
// `optionalAdmissionPlugins` can be disabled. Left out: the refusal of namespaces that are not
// there, the wait for the ServiceAccount `default` of a new namespace, and the plugins that change
// nothing here (docs/MODEL.md).
// Source: Kubernetes v1.36 pkg/kubeapiserver/options/plugins.go, plugin/pkg/admission.
import { defaultObject } from '../../../api/defaulting.js';
import { formatPath } from '../../../api/field-path.js';
import { withGroup } from '../../../api/group.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { LimitRange } from '../../../api/limit-range.js';
import type { StorageClass } from '../../../api/persistent-volume.js';
import type { Pod, PodCondition, PodSpec } from '../../../api/pod.js';
import type { PriorityClass } from '../../../api/priority-class.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { podQosClass } from '../../../api/resource-requests.js';
import { validateObject } from '../../../api/validation.js';
import { qualified } from '../answers.js';
import { limitRangeFault, withLimitRangeDefaults } from './limit-ranger.js';
import { withEvictionTolerations, withPriority, withTokenVolume } from './pod-plugins.js';
import { forbidden, type Rejection } from './rejection.js';
import { withDefaultClass, withProtection } from './storage-plugins.js';

/** What admission looks up in the caches. */
export interface AdmissionLookups {
  /** '' asks for the global default. */
  readonly priorityClass: (name: string) => PriorityClass | undefined;
  /** Whether the namespace is being deleted; one that nobody has stored is not. */
  readonly isTerminating: (namespace: string) => boolean;
  /** By name. */
  readonly limitRanges: (namespace: string) => readonly LimitRange[];
  readonly hasServiceAccount: (namespace: string, name: string) => boolean;
  /** That of claims which name none; undefined where none is marked. */
  readonly defaultStorageClass: () => StorageClass | undefined;
}

/** What `--disable-admission-plugins` can name. */
export const optionalAdmissionPlugins = [
  'DefaultStorageClass',
  'Priority',
  'ServiceAccount',
  'StorageObjectInUseProtection',
] as const;

export type OptionalAdmissionPlugin = (typeof optionalAdmissionPlugins)[number];

/** What came of a spec, and the PriorityClass that it came of. */
interface CompletedSpec {
  readonly spec: PodSpec;
  readonly priorityClass: PriorityClass | undefined;
}

/**
 * Defaulting, mutating admission and validation of creates. Pods of one template share one spec: it
 * is worked out once, and the pods hold it by reference.
 */
export class Admission {
  readonly #lookups: AdmissionLookups;
  readonly #disabled: ReadonlySet<OptionalAdmissionPlugin>;
  readonly #podSpecs = new WeakMap<PodSpec, CompletedSpec>();

  constructor(lookups: AdmissionLookups, disabled: readonly OptionalAdmissionPlugin[] = []) {
    this.#lookups = lookups;
    this.#disabled = new Set(disabled);
  }

  /** The object as it will be stored. Nothing new comes into a namespace that is being deleted. */
  admit(object: KubernetesObject): KubernetesObject | Rejection {
    const { namespace = '', name } = object.metadata;
    if (namespace !== '' && this.#lookups.isTerminating(namespace)) {
      const why = 'because it is being terminated';
      return forbidden(
        qualified(resourceKindNamed(object.kind)?.resource ?? ''),
        name,
        `unable to create new content in namespace ${namespace} ${why}`,
      );
    }
    if (object.kind !== 'Pod') {
      return validated(this.#withStorage(withoutStatus(defaultObject(object))));
    }
    const account = object.spec.serviceAccountName ?? 'default';
    if (!this.#hasAccount(namespace, account)) {
      const missing = `serviceaccount "${account}" not found`;
      const why = `error looking up service account ${namespace}/${account}: ${missing}`;
      return forbidden('pods', name, why);
    }
    const ranges = this.#lookups.limitRanges(namespace);
    if (ranges.length > 0) return this.#limited(object, ranges);
    const known = this.#podSpecs.get(object.spec);
    const priorityClass = this.#priorityClassOf(object.spec);
    if (known !== undefined && known.priorityClass === priorityClass) {
      return pendingPod(object, known.spec);
    }
    const result = this.#complete(defaultObject(object));
    if (!('code' in result)) this.#podSpecs.set(object.spec, { spec: result.spec, priorityClass });
    return result;
  }

  /** The account `default` comes with its namespace: a create that is too early waits for it. */
  #hasAccount(namespace: string, account: string): boolean {
    if (account === 'default' || this.#disabled.has('ServiceAccount')) return true;
    return this.#lookups.hasServiceAccount(namespace, account);
  }

  #withStorage(object: KubernetesObject): KubernetesObject {
    const isClassed =
      object.kind === 'PersistentVolumeClaim' && !this.#disabled.has('DefaultStorageClass');
    const classed = isClassed
      ? withDefaultClass(object, this.#lookups.defaultStorageClass)
      : object;
    return this.#disabled.has('StorageObjectInUseProtection') ? classed : withProtection(classed);
  }

  /** What a LimitRange sets and allows is its namespace's own, and it may change. */
  #limited(object: Pod, ranges: readonly LimitRange[]): Pod | Rejection {
    const result = this.#complete(withLimitRangeDefaults(defaultObject(object), ranges));
    if ('code' in result) return result;
    const fault = limitRangeFault(result, ranges);
    return fault === '' ? result : forbidden('pods', object.metadata.name, fault);
  }

  #complete(pod: Pod): Pod | Rejection {
    const accounted = this.#disabled.has('ServiceAccount') ? pod.spec : withAccount(pod.spec);
    const prioritised = this.#disabled.has('Priority')
      ? accounted
      : withPriority(accounted, this.#priorityClassOf(accounted));
    if (prioritised === undefined) {
      const why = `no PriorityClass with name ${pod.spec.priorityClassName} was found`;
      return forbidden('pods', pod.metadata.name, why);
    }
    const tolerations = withEvictionTolerations(prioritised.tolerations ?? []);
    return validated(pendingPod(pod, { ...prioritised, tolerations }));
  }

  /** The class that decides now; classes are deleted, made anew and become the default. */
  #priorityClassOf({ priorityClassName = '' }: PodSpec): PriorityClass | undefined {
    return this.#disabled.has('Priority')
      ? undefined
      : this.#lookups.priorityClass(priorityClassName);
  }
}

function withAccount(spec: PodSpec): PodSpec {
  const serviceAccountName = spec.serviceAccountName ?? 'default';
  return { ...spec, serviceAccountName, volumes: withTokenVolume(spec) };
}

/** A new state of an object that is there: with defaults, and validated. */
export function admitUpdate(object: KubernetesObject): KubernetesObject | Rejection {
  const complete = defaultObject(object);
  if (complete.kind !== 'Pod') return validated(complete);
  const tolerations = withEvictionTolerations(complete.spec.tolerations ?? []);
  return validated({ ...complete, spec: { ...complete.spec, tolerations } });
}

function validated<T extends KubernetesObject>(object: T): T | Rejection {
  const problems = validateObject(object);
  if (problems.length === 0) return object;
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return object;
  const all = errors.map(({ path, message }) => `${formatPath(path)}: ${message}`).join(', ');
  const list = errors.length === 1 ? all : `[${all}]`;
  const kind = withGroup(object.kind, object.apiVersion);
  const message = `${kind} "${object.metadata.name}" is invalid: ${list}`;
  return { code: 422, reason: 'Invalid', message };
}

/** Kinds whose status begins empty, whatever the client sends; a Node may bring its own. */
const STATUS_OF_CONTROLLERS: ReadonlySet<string> = new Set([
  'CronJob',
  'DaemonSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'Job',
  'PodDisruptionBudget',
  'ReplicaSet',
  'ReplicationController',
  'Service',
  'StatefulSet',
]);

/** What the API server itself says of a pod that is created with scheduling gates. */
const GATED: PodCondition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

function withoutStatus<T extends KubernetesObject>(object: T): T {
  if (!STATUS_OF_CONTROLLERS.has(object.kind) || !('status' in object)) return object;
  const { status: _, ...rest } = object;
  return rest as unknown as T;
}

function pendingPod(pod: Pod, spec: PodSpec): Pod {
  const status = { phase: 'Pending', qosClass: podQosClass(spec) } as const;
  const { apiVersion, kind, metadata } = pod;
  if ((spec.schedulingGates ?? []).length === 0) {
    return { apiVersion, kind, metadata, spec, status };
  }
  const lastTransitionTime = metadata.creationTimestamp ?? 0;
  const conditions = [{ ...GATED, lastTransitionTime }];
  return { apiVersion, kind, metadata, spec, status: { ...status, conditions } };
}
