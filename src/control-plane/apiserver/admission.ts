// Built-in admission on create: what the API server itself adds to an object before it is stored.
// Modelled: Priority, DefaultTolerationSeconds, ServiceAccount (name and token volume). Left out in
// this version: LimitRange, ResourceQuota, webhooks (docs/MODEL.md).
// Source: Kubernetes v1.36 plugin/pkg/admission.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Pod, Toleration, Volume } from '../../api/pod.js';
import type { PriorityClass } from '../../api/priority-class.js';
import { apiserverConstants } from './constants.js';

/** Finds a PriorityClass in the cache; '' asks for the global default. */
export type PriorityClassLookup = (name: string) => PriorityClass | undefined;

const EVICTION_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** The object with what admission adds, or the reason why it is forbidden. */
export function admit(
  object: KubernetesObject,
  priorityClass: PriorityClassLookup,
): KubernetesObject | string {
  return object.kind === 'Pod' ? admitPod(object, priorityClass) : object;
}

function admitPod(pod: Pod, priorityClass: PriorityClassLookup): Pod | string {
  const { priorityClassName = '' } = pod.spec;
  const found = priorityClass(priorityClassName);
  if (priorityClassName !== '' && found === undefined) {
    return `pods "${pod.metadata.name}" is forbidden: no PriorityClass with name ${priorityClassName} was found`;
  }
  const spec = {
    ...pod.spec,
    priority: found?.value ?? 0,
    preemptionPolicy: found?.preemptionPolicy ?? 'PreemptLowerPriority',
    serviceAccountName: pod.spec.serviceAccountName ?? 'default',
    tolerations: withEvictionTolerations(pod.spec.tolerations ?? []),
    volumes: withTokenVolume(pod),
  } satisfies Pod['spec'];
  return { ...pod, spec, status: { ...pod.status, phase: 'Pending' } };
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
function withTokenVolume(pod: Pod): readonly Volume[] {
  const volumes = pod.spec.volumes ?? [];
  if (pod.spec.automountServiceAccountToken === false) return volumes;
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
