// Built-in admission on create: what the API server itself adds to an object before it is stored.
// Modelled: Priority, DefaultTolerationSeconds, ServiceAccount (name and token volume); the first
// and the last can be disabled. Left out in this version: NamespaceLifecycle, LimitRange,
// ResourceQuota, webhooks (docs/MODEL.md).
// Source: Kubernetes v1.36 plugin/pkg/admission.
import { defaultObject } from '../../api/defaulting.js';
import { formatPath } from '../../api/field-path.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Pod, PodCondition, PodSpec, Toleration, Volume } from '../../api/pod.js';
import type { PriorityClass } from '../../api/priority-class.js';
import { podQosClass } from '../../api/resource-requests.js';
import { validateObject } from '../../api/validation.js';
import { withGroup } from './answers.js';
import { apiserverConstants } from './constants.js';

/** Finds a PriorityClass in the cache; '' asks for the global default. */
export type PriorityClassLookup = (name: string) => PriorityClass | undefined;

/** What `--disable-admission-plugins` can name. */
export const optionalAdmissionPlugins = ['Priority', 'ServiceAccount'] as const;

export type OptionalAdmissionPlugin = (typeof optionalAdmissionPlugins)[number];

const EVICTION_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Why an object may not be created. */
export interface Rejection {
  readonly code: 403 | 422;
  readonly reason: 'Forbidden' | 'Invalid';
  readonly message: string;
}

/**
 * Defaulting, mutating admission and validation of creates. Pods of one template share one spec: it
 * is worked out once, and the pods hold it by reference.
 */
export class Admission {
  readonly #priorityClass: PriorityClassLookup;
  readonly #disabled: ReadonlySet<OptionalAdmissionPlugin>;
  readonly #podSpecs = new WeakMap<PodSpec, PodSpec>();

  constructor(
    priorityClass: PriorityClassLookup,
    disabled: readonly OptionalAdmissionPlugin[] = [],
  ) {
    this.#priorityClass = priorityClass;
    this.#disabled = new Set(disabled);
  }

  /** The object as it will be stored. */
  admit(object: KubernetesObject): KubernetesObject | Rejection {
    if (object.kind !== 'Pod') return validated(withoutStatus(defaultObject(object)));
    const known = this.#podSpecs.get(object.spec);
    if (known !== undefined) return pendingPod(object, known);
    const { name } = object.metadata;
    const prioritised = this.#disabled.has('Priority') ? object.spec : this.#withPriority(object);
    if ('code' in prioritised) {
      const message = `pods "${name}" is forbidden: ${prioritised.message}`;
      return { ...prioritised, message };
    }
    const pod = defaultObject({ ...object, spec: prioritised });
    const spec = this.#mutated(pod.spec);
    const result = validated(pendingPod(pod, spec));
    if (!('code' in result)) this.#podSpecs.set(object.spec, spec);
    return result;
  }

  #withPriority({ spec }: Pod): PodSpec | Rejection {
    const { priorityClassName = '' } = spec;
    const found = this.#priorityClass(priorityClassName);
    if (priorityClassName !== '' && found === undefined) {
      const message = `no PriorityClass with name ${priorityClassName} was found`;
      return { code: 403, reason: 'Forbidden', message };
    }
    return {
      ...spec,
      ...(found !== undefined && { priorityClassName: found.metadata.name }),
      priority: found?.value ?? 0,
      preemptionPolicy: found?.preemptionPolicy ?? 'PreemptLowerPriority',
    };
  }

  #mutated(spec: PodSpec): PodSpec {
    const tolerations = withEvictionTolerations(spec.tolerations ?? []);
    if (this.#disabled.has('ServiceAccount')) return { ...spec, tolerations };
    const serviceAccountName = spec.serviceAccountName ?? 'default';
    return { ...spec, serviceAccountName, tolerations, volumes: withTokenVolume(spec) };
  }
}

/** A new state of an object that is there: with defaults, and validated. */
export function admitUpdate(object: KubernetesObject): KubernetesObject | Rejection {
  const complete = defaultObject(object);
  if (complete.kind !== 'Pod') return validated(complete);
  const tolerations = withEvictionTolerations(complete.spec.tolerations ?? []);
  return validated({ ...complete, spec: { ...complete.spec, tolerations } });
}

function validated<T extends KubernetesObject>(object: T): T | Rejection {
  const errors = validateObject(object).filter(({ severity }) => severity === 'error');
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
  if (!('status' in object) || !STATUS_OF_CONTROLLERS.has(object.kind)) return object;
  const { status: _, ...rest } = object;
  return rest as unknown as T;
}

function pendingPod(pod: Pod, spec: PodSpec): Pod {
  const status = { phase: 'Pending', qosClass: podQosClass(spec) } as const;
  if ((spec.schedulingGates ?? []).length === 0) return { ...pod, spec, status };
  const lastTransitionTime = pod.metadata.creationTimestamp ?? 0;
  return { ...pod, spec, status: { ...status, conditions: [{ ...GATED, lastTransitionTime }] } };
}

/** Every pod stays 300 s on a node that is not ready or unreachable, unless it says otherwise. */
function withEvictionTolerations(tolerations: readonly Toleration[]): readonly Toleration[] {
  const { defaultTolerationSeconds } = apiserverConstants;
  const missing = EVICTION_TAINTS.filter(
    (key) => !tolerations.some((other) => tolerates(other, key)),
  );
  return [
    ...tolerations,
    ...missing.map(
      (key): Toleration => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: defaultTolerationSeconds,
      }),
    ),
  ];
}

function tolerates(toleration: Toleration, key: string): boolean {
  const { effect } = toleration;
  const hasEffect = effect === undefined || effect === 'NoExecute';
  return (
    hasEffect && (toleration.key === key || toleration.key === undefined || toleration.key === '')
  );
}

/** The projected volume with the service account's token, unless the pod does without. */
function withTokenVolume(spec: PodSpec): readonly Volume[] {
  const volumes = spec.volumes ?? [];
  if (spec.automountServiceAccountToken === false) return volumes;
  if (volumes.some((volume) => volume.name.startsWith('kube-api-access'))) return volumes;
  const token: Volume = {
    name: 'kube-api-access',
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [
              {
                path: 'namespace',
                fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
              },
            ],
          },
        },
      ],
    },
  };
  return [...volumes, token];
}
