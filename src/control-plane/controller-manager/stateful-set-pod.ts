// The pods of a StatefulSet: their names, their identity and the claims for their volumes.
// Source: Kubernetes v1.36 pkg/controller/statefulset/stateful_set_utils.go.
import type { PersistentVolumeClaim } from '../../api/persistent-volume.js';
import { isPodTerminal, type Pod, type PodTemplateSpec } from '../../api/pod.js';
import type { StatefulSet } from '../../api/stateful-set.js';
import { podFromTemplate } from './pod-control.js';
import { isPodReady } from './pod-state.js';
import { REVISION_LABEL } from './revision-history.js';

/** The lowest ordinal. */
export function startOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

/** `web-3` of `web`: 3; -1 when the name is not of that form. */
export function ordinalOf(set: StatefulSet, { metadata }: Pod): number {
  const prefix = `${set.metadata.name}-`;
  const digits = metadata.name.startsWith(prefix) ? metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(digits) ? Number(digits) : -1;
}

export function claimName(template: string, set: StatefulSet, ordinal: number): string {
  return `${template}-${set.metadata.name}-${ordinal}`;
}

/** The claims that a pod needs, in the order of their templates. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  const { namespace = '' } = set.metadata;
  const matched = set.spec.selector.matchLabels;
  return (set.spec.volumeClaimTemplates ?? []).map(({ metadata, spec }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(metadata?.name ?? '', set, ordinal),
      namespace,
      labels: { ...metadata?.labels, ...matched },
      ...(metadata?.annotations && { annotations: metadata.annotations }),
    },
    spec,
  }));
}

/** The pod of an ordinal, made from the template of a revision. */
export function statefulPod(
  set: StatefulSet,
  ordinal: number,
  template: PodTemplateSpec,
  revision: string,
): Pod {
  const { generateName: _, ...metadata } = podFromTemplate(set, template).metadata;
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata: own }) => ({
    name: own?.name ?? '',
    persistentVolumeClaim: { claimName: claimName(own?.name ?? '', set, ordinal) },
  }));
  const replaced = new Set(claims.map((claim) => claim.name));
  const others = (template.spec.volumes ?? []).filter((volume) => !replaced.has(volume.name));
  const { serviceName = '' } = set.spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name,
      labels: {
        ...metadata.labels,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
        [REVISION_LABEL]: revision,
      },
    },
    spec: {
      ...template.spec,
      hostname: name,
      ...(serviceName !== '' && { subdomain: serviceName }),
      ...(claims.length > 0 && { volumes: [...claims, ...others] }),
    },
  };
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

/** Running, Ready and not on its way out. */
export function isHealthy(pod: Pod | undefined): boolean {
  return pod !== undefined && isRunningAndReady(pod) && !isTerminating(pod);
}

/** It has ended, and is to be replaced. */
export function hasEnded(pod: Pod): boolean {
  return isPodTerminal(pod);
}

export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_LABEL] ?? '';
}
