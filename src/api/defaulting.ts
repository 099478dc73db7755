/**
 * The defaults the API server fills in before it validates and stores an object.
 *
 * Source: Kubernetes v1.36 `zz_generated.defaults.go` of every group; the rules are in
 * `pod-defaults.ts`, `workload-defaults.ts`, `batch-defaults.ts`, `cluster-defaults.ts` and
 * `flow-control-defaults.ts`.
 */

import { defaultCronJob, defaultJob } from './batch-defaults.js';
import {
  defaultCSIDriver,
  defaultEndpointSlice,
  defaultLimitRange,
  defaultNamespace,
  defaultNode,
  defaultPersistentVolume,
  defaultPersistentVolumeClaim,
  defaultPriorityClass,
  defaultSecret,
  defaultService,
  defaultStorageClass,
} from './cluster-defaults.js';
import { type AppliedDefault, DefaultFiller } from './default-filler.js';
import { defaultFlowSchema, defaultPriorityLevelConfiguration } from './flow-control-defaults.js';
import type { KubernetesObject } from './kubernetes-object.js';
import type { ApiObject } from './object-meta.js';
import { defaultPod } from './pod-defaults.js';
import { resourceKindNamed } from './resource-kinds.js';
import {
  defaultDaemonSet,
  defaultDeployment,
  defaultHorizontalPodAutoscaler,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './workload-defaults.js';

/** How to default. */
export interface DefaultOptions {
  /** Receives every value filled in, in the order of filling. */
  readonly record?: AppliedDefault[];
  /** Given to namespaced objects without a namespace. Default: they stay without. */
  readonly namespace?: string;
}

function defaultByKind(filler: DefaultFiller, object: KubernetesObject): ApiObject {
  switch (object.kind) {
    case 'Pod':
      return defaultPod(filler, object);
    case 'Deployment':
      return defaultDeployment(filler, object);
    case 'ReplicaSet':
      return defaultReplicaSet(filler, object);
    case 'ReplicationController':
      return defaultReplicationController(filler, object);
    case 'StatefulSet':
      return defaultStatefulSet(filler, object);
    case 'DaemonSet':
      return defaultDaemonSet(filler, object);
    case 'Job':
      return defaultJob(filler, object);
    case 'CronJob':
      return defaultCronJob(filler, object);
    case 'HorizontalPodAutoscaler':
      return defaultHorizontalPodAutoscaler(filler, object);
    case 'Service':
      return defaultService(filler, object);
    case 'EndpointSlice':
      return defaultEndpointSlice(filler, object);
    case 'Node':
      return defaultNode(filler, object);
    case 'Namespace':
      return defaultNamespace(filler, object);
    case 'LimitRange':
      return defaultLimitRange(filler, object);
    case 'PersistentVolume':
      return defaultPersistentVolume(filler, object);
    case 'PersistentVolumeClaim':
      return defaultPersistentVolumeClaim(filler, object);
    case 'StorageClass':
      return defaultStorageClass(filler, object);
    case 'CSIDriver':
      return defaultCSIDriver(filler, object);
    case 'PriorityClass':
      return defaultPriorityClass(filler, object);
    case 'FlowSchema':
      return defaultFlowSchema(filler, object);
    case 'PriorityLevelConfiguration':
      return defaultPriorityLevelConfiguration(filler, object);
    case 'Secret':
      return defaultSecret(filler, object);
    default:
      return object;
  }
}

/**
 * The object with the API server's defaults. Pure: parts that need none are shared with the input,
 * and defaulting twice gives the same as once. Expects an object whose field types are right
 * (`checkFields`) and that has been decoded. Linear in the size of the object.
 */
export function defaultObject<T extends ApiObject>(object: T, options: DefaultOptions = {}): T {
  const filler = new DefaultFiller(options.record);
  const { namespace } = options;
  const isNamespaced = resourceKindNamed(object.kind)?.namespaced === true;
  const placed =
    namespace === undefined || !isNamespaced
      ? object
      : filler.within<ApiObject, 'metadata'>(object, [], 'metadata', (metadata, path) =>
          filler.fill(metadata, path, { namespace }),
        );
  // The kind decides the type; the tables in `resource-kinds.ts` and the union agree.
  return defaultByKind(filler, placed as unknown as KubernetesObject) as unknown as T;
}
