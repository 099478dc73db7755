// Pods: 30 goroutines create them. With volumes, each pod gets a claim and a volume of its own that
// are bound to each other before the pod is there.
// Source: Kubernetes v1.36 test/utils/runners.go CreatePod, CreatePodWithPersistentVolume
// (reference: scheduler 5.2).
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/persistent-volume.js';
import type { Pod } from '../../../api/pod.js';
import { type ApiRequest, isSuccessOrGone } from '../../../client/api-request.js';
import { schedulerPerfConstants } from '../constants.js';
import type { CreateAny, CreatePods, DeletePods, UpdateAny } from '../operations.js';
import { createOf, inNamespace, replacementOf, withMetadata } from './object-requests.js';
import { isThere, type SeriesPlan, tickerIntervalUs } from './request-series.js';

/** Creates the pods of an operation; `count` instead of the operation's where it is given. */
export function podCreation(operation: CreatePods, count: number = operation.count): SeriesPlan {
  const workers = Math.min(count, schedulerPerfConstants.podCreators);
  const request = (index: number, step: number): ApiRequest | undefined =>
    operation.volumes === undefined
      ? step === 0
        ? createOf(podOf(operation, index, count))
        : undefined
      : withVolume(operation, index, count, step);
  return { count, workers, intervalUs: 0, accepts: isThere, request };
}

function podOf({ template, namespace }: CreatePods, index: number, count: number): Pod {
  return inNamespace(template.instantiate(index, count), namespace) as Pod;
}

function withVolume(
  operation: CreatePods,
  index: number,
  count: number,
  step: number,
): ApiRequest | undefined {
  const claim = claimOf(operation, index, count);
  switch (step) {
    case 0:
      return createOf(claim);
    case 1:
      return replacementOf({ ...claim, status: { phase: 'Bound' } }, 'status');
    case 2:
      return createOf(volumeOf(operation, claim, index, count));
    case 3: {
      const volume = volumeOf(operation, claim, index, count);
      return replacementOf({ ...volume, status: { phase: 'Bound' } }, 'status');
    }
    case 4: {
      const pod = podOf(operation, index, count);
      const persistentVolumeClaim = { claimName: claim.metadata.name };
      const spec = { ...pod.spec, volumes: [{ name: 'vol', persistentVolumeClaim }] };
      return createOf({ ...pod, spec });
    }
    default:
      return undefined;
  }
}

function claimOf(
  { volumes, namespace }: CreatePods,
  index: number,
  count: number,
): PersistentVolumeClaim {
  const object = volumes?.claim.instantiate(index, count) as KubernetesObject;
  const claim = withMetadata(object, { namespace, name: `pvc-${index}` }) as PersistentVolumeClaim;
  return { ...claim, spec: { ...claim.spec, volumeName: volumeName(namespace, index) } };
}

function volumeOf(
  { volumes, namespace }: CreatePods,
  claim: PersistentVolumeClaim,
  index: number,
  count: number,
): PersistentVolume {
  const name = volumeName(namespace, index);
  const object = volumes?.volume.instantiate(index, count) as KubernetesObject;
  const volume = withMetadata(object, { name }) as PersistentVolume;
  const { csi, awsElasticBlockStore: disk } = volume.spec;
  const claimRef = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace,
    name: claim.metadata.name,
  };
  const source = {
    ...(csi && { csi: { ...csi, volumeHandle: name } }),
    ...(disk && { awsElasticBlockStore: { ...disk, volumeID: `vol-${index}` } }),
  };
  return { ...volume, spec: { ...volume.spec, ...source, claimRef } };
}

/** Volumes have no namespace, so their names have. */
function volumeName(namespace: string, index: number): string {
  return `${namespace}-vol-${index}`;
}

/** Deletes pods that have been listed. A pod that has gone meanwhile is as good as deleted. */
export function podDeletion({ perSecond }: DeletePods, pods: readonly Pod[]): SeriesPlan {
  const request = (index: number, step: number): ApiRequest | undefined => {
    const { namespace = '', name } = (pods[index] as Pod).metadata;
    return step === 0 ? { verb: 'delete', resource: 'pods', namespace, name } : undefined;
  };
  const intervalUs = tickerIntervalUs(perSecond);
  return { count: pods.length, workers: 1, intervalUs, accepts: isSuccessOrGone, request };
}

/** Creates any objects, one by one. */
export function anyCreation({ template, namespace, count }: CreateAny): SeriesPlan {
  const request = (index: number, step: number): ApiRequest | undefined =>
    step === 0 ? createOf(inNamespace(template.instantiate(index, count), namespace)) : undefined;
  return { count, workers: 1, intervalUs: 0, request };
}

/** Replaces objects, or a subresource of them, and then their status. */
export function anyUpdate(operation: UpdateAny): SeriesPlan {
  const { template, namespace, count, perSecond, subresource } = operation;
  let object: KubernetesObject | undefined; // of the one item that is under way
  const request = (index: number, step: number): ApiRequest | undefined => {
    if (step > 1) return undefined;
    if (step === 0 || object === undefined) {
      object = inNamespace(template.instantiate(index, count), namespace);
      return replacementOf(object, subresource);
    }
    const status = 'status' in object ? object.status : {};
    return replacementOf({ ...object, status } as KubernetesObject, 'status');
  };
  return { count, workers: 1, intervalUs: tickerIntervalUs(perSecond), request };
}
