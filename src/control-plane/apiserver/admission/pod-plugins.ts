// What the built-in plugins Priority, DefaultTolerationSeconds and ServiceAccount add to a pod.
// Source: Kubernetes v1.36 plugin/pkg/admission/priority, defaulttolerationseconds, serviceaccount.
import type { PodSpec, Toleration, Volume } from '../../../api/pod.js';
import type { PriorityClass } from '../../../api/priority-class.js';
import { apiserverConstants } from '../constants.js';

const EVICTION_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** With the value of its class, or of the global default; undefined: that class does not exist. */
export function withPriority(spec: PodSpec, found: PriorityClass | undefined): PodSpec | undefined {
  const { priorityClassName = '' } = spec;
  if (priorityClassName !== '' && found === undefined) return undefined;
  return {
    ...spec,
    ...(found !== undefined && { priorityClassName: found.metadata.name }),
    priority: found?.value ?? 0,
    preemptionPolicy: found?.preemptionPolicy ?? 'PreemptLowerPriority',
  };
}

/** Every pod stays 300 s on a node that is not ready or unreachable, unless it says otherwise. */
export function withEvictionTolerations(tolerations: readonly Toleration[]): readonly Toleration[] {
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
export function withTokenVolume(spec: PodSpec): readonly Volume[] {
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
