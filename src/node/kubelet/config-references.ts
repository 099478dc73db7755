// The ConfigMaps and Secrets that a pod names: in volumes, which its worker waits for, and in the
// environment of containers, which cannot be created without them. What the API server adds for
// the pod's token is left out: its ConfigMap is in every namespace.
// Source: Kubernetes v1.36 pkg/volume/{configmap,secret,projected}, pkg/kubelet/kubelet_pods.go.
import type { ConfigMap } from '../../api/config-map.js';
import type { Container } from '../../api/container.js';
import type { Pod } from '../../api/pod.js';
import type { Secret } from '../../api/secret.js';
import type { KeyToPath, Volume, VolumeProjection } from '../../api/volume.js';

/** One use of a ConfigMap or Secret. */
export interface ConfigReference {
  readonly resource: 'configmaps' | 'secrets';
  readonly name: string;
  /** Of its entries, these must be there. */
  readonly keys: readonly string[];
  /** It need not be there. */
  readonly isOptional: boolean;
  /** The volume that it is for; absent in an environment. */
  readonly volume?: string;
}

/** A part of a manifest that names a ConfigMap or Secret. */
interface NamedSource {
  readonly name?: string;
  readonly secretName?: string;
  readonly key?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
}

function reference(
  resource: ConfigReference['resource'],
  source: NamedSource | undefined,
  volume?: string,
): readonly ConfigReference[] {
  const name = source?.secretName ?? source?.name;
  if (source === undefined || name === undefined) return [];
  const items = source.items?.map(({ key }) => key) ?? [];
  const keys = source.key === undefined ? items : [source.key];
  const isOptional = source.optional === true;
  return [{ resource, name, keys, isOptional, ...(volume !== undefined && { volume }) }];
}

/** What the volumes of a pod are made of. O(volumes) */
export function volumeReferences({ spec }: Pod): readonly ConfigReference[] {
  return (spec.volumes ?? []).flatMap((volume) => referencesOf(volume));
}

function referencesOf({ name, configMap, secret, projected }: Volume): readonly ConfigReference[] {
  const own = [...reference('configmaps', configMap, name), ...reference('secrets', secret, name)];
  const sources = projected?.sources ?? [];
  if (sources.some(isToken)) return own;
  const parts = sources.flatMap((source) => [
    ...reference('configmaps', source.configMap, name),
    ...reference('secrets', source.secret, name),
  ]);
  return [...own, ...parts];
}

function isToken({ serviceAccountToken }: VolumeProjection): boolean {
  return serviceAccountToken !== undefined;
}

/** What the environment of a container is made of. O(variables) */
export function environmentReferences({ env, envFrom }: Container): readonly ConfigReference[] {
  if (env === undefined && envFrom === undefined) return [];
  const whole = (envFrom ?? []).flatMap(({ configMapRef, secretRef }) => [
    ...reference('configmaps', configMapRef),
    ...reference('secrets', secretRef),
  ]);
  const single = (env ?? []).flatMap(({ valueFrom }) => [
    ...reference('configmaps', valueFrom?.configMapKeyRef),
    ...reference('secrets', valueFrom?.secretKeyRef),
  ]);
  return [...whole, ...single];
}

/**
 * Why an object cannot serve a use, in the kubelet's words; undefined when it can. `found`:
 * undefined when there is none.
 */
export function faultOf(
  { resource, name, keys, isOptional, volume }: ConfigReference,
  found: ConfigMap | Secret | undefined,
  namespace: string,
): string | undefined {
  if (isOptional) return undefined;
  if (found === undefined) return `${resource.slice(0, -1)} "${name}" not found`;
  const entries = [found.data, 'binaryData' in found ? found.binaryData : undefined];
  if ('stringData' in found) entries.push(found.stringData);
  const missing = keys.find((key) => entries.every((entry) => entry?.[key] === undefined));
  if (missing === undefined) return undefined;
  if (volume !== undefined) return `references non-existent config key: ${missing}`;
  const kind = resource === 'secrets' ? 'Secret' : 'ConfigMap';
  return `couldn't find key ${missing} in ${kind} ${namespace}/${name}`;
}
