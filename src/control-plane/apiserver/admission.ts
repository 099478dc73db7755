// Built-in admission on create: what the API server itself adds to an object before it is stored.
// Modelled: Priority, DefaultTolerationSeconds, ServiceAccount (name and token volume). Left out in
// this version: NamespaceLifecycle, LimitRange, ResourceQuota, webhooks (docs/MODEL.md).
// Source: Kubernetes v1.36 plugin/pkg/admission.
import { defaultObject } from '../../api/defaulting.js';
import { formatPath } from '../../api/field-path.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Pod, PodSpec, Toleration, Volume } from '../../api/pod.js';
import type { PriorityClass } from '../../api/priority-class.js';
import { podQosClass } from '../../api/resource-requests.js';
import { validateObject } from '../../api/validation.js';
import { withGroup } from './answers.js';
import { apiserverConstants } from './constants.js';

/** Finds a PriorityClass in the cache; '' asks for the global default. */
export type PriorityClassLookup = (name: string) => PriorityClass | undefined;

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
  readonly #podSpecs = new WeakMap<PodSpec, PodSpec>();

  constructor(priorityClass: PriorityClassLookup) {
    this.#priorityClass = priorityClass;
  }

  /** The object as it will be stored. */
  admit(object: KubernetesObject): KubernetesObject | Rejection {
    if (object.kind !== 'Pod') return validated(withoutStatus(defaultObject(object)));
    const known = this.#podSpecs.get(object.spec);
    if (known !== undefined) return pendingPod(object, known);
    const { name } = object.metadata;
    const { priorityClassName = '' } = object.spec;
    const found = this.#priorityClass(priorityClassName);
    if (priorityClassName !== '' && found === undefined) {
      const why = `no PriorityClass with name ${priorityClassName} was found`;
      const message = `pods "${name}" is forbidden: ${why}`;
      return { code: 403, reason: 'Forbidden', message };
    }
    const pod = defaultObject(object);
    const spec = admittedSpec(pod.spec, found);
    const result = validated(pendingPod(pod, spec));
    if (!('code' in result)) this.#podSpecs.set(object.spec, spec);
    return result;
  }
}

/** A new state of an object that is there: with defaults, and validated. */
export function admitUpdate(object: KubernetesObject): KubernetesObject | Rejection {
  return validated(defaultObject(object));
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

function withoutStatus<T extends KubernetesObject>(object: T): T {
  if (!('status' in object) || !STATUS_OF_CONTROLLERS.has(object.kind)) return object;
  const { status: _, ...rest } = object;
  return rest as unknown as T;
}

function pendingPod(pod: Pod, spec: PodSpec): Pod {
  return { ...pod, spec, status: { phase: 'Pending', qosClass: podQosClass(spec) } };
}

function admittedSpec(spec: PodSpec, priorityClass: PriorityClass | undefined): PodSpec {
  return {
    ...spec,
    ...(priorityClass !== undefined && { priorityClassName: priorityClass.metadata.name }),
    priority: priorityClass?.value ?? 0,
    preemptionPolicy: priorityClass?.preemptionPolicy ?? 'PreemptLowerPriority',
    serviceAccountName: spec.serviceAccountName ?? 'default',
    tolerations: withEvictionTolerations(spec.tolerations ?? []),
    volumes: withTokenVolume(spec),
  };
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
