/**
 * Defaults of services, nodes, storage and the small kinds around them.
 *
 * The API server allocates cluster addresses and node ports; only what does not depend on an
 * allocation is filled in here, the address family for one.
 *
 * Source: Kubernetes v1.36 `pkg/apis/core/v1`, `storage/v1`, `scheduling/v1` and `discovery/v1`
 * defaults.go; `pkg/registry/core/service` for address families.
 */

import type { DefaultFiller } from './default-filler.js';
import type { EndpointSlice } from './endpoint-slice.js';
import type { LimitRange, LimitRangeItem } from './limit-range.js';
import type { Namespace } from './namespace.js';
import type { Node } from './node.js';
import type { Labels } from './object-meta.js';
import type {
  CSIDriver,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from './persistent-volume.js';
import type { PriorityClass } from './priority-class.js';
import type { Secret } from './secret.js';
import type { Service, ServiceSpec } from './service.js';

/** Three hours: how long a client sticks to an endpoint with session affinity `ClientIP`. */
const clientAffinitySeconds = 10_800;

function defaultServiceSpec(spec: ServiceSpec): Partial<ServiceSpec> {
  const type = spec.type ?? 'ClusterIP';
  const isExternal = type === 'NodePort' || type === 'LoadBalancer';
  const hasExternalIPs = (spec.externalIPs ?? []).length > 0;
  return {
    sessionAffinity: 'None',
    type,
    ...(spec.sessionAffinity === 'ClientIP'
      ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: clientAffinitySeconds } } }
      : {}),
    ...(isExternal || hasExternalIPs ? { externalTrafficPolicy: 'Cluster' as const } : {}),
    ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
    ...(type === 'ExternalName'
      ? {}
      : {
          internalTrafficPolicy: 'Cluster' as const,
          ipFamilies: ['IPv4'] as const,
          ipFamilyPolicy: 'SingleStack' as const,
        }),
    ...(spec.clusterIP === undefined ? {} : { clusterIPs: [spec.clusterIP] }),
  };
}

/** Defaults a Service. */
export function defaultService(filler: DefaultFiller, service: Service): Service {
  return filler.within(service, [], 'spec', (spec, path) => {
    const filled = filler.fill(spec, path, defaultServiceSpec(spec));
    return filler.within(filled, path, 'ports', (ports, portsPath) =>
      filler.each(ports, portsPath, (port, at) =>
        filler.fill(port, at, { protocol: 'TCP', targetPort: port.port }),
      ),
    );
  });
}

/** Defaults an EndpointSlice. */
export function defaultEndpointSlice(filler: DefaultFiller, slice: EndpointSlice): EndpointSlice {
  return filler.within(slice, [], 'ports', (ports, path) =>
    filler.each(ports, path, (port, at) => filler.fill(port, at, { name: '', protocol: 'TCP' })),
  );
}

/** Defaults a Node: everything is allocatable when nothing is said. */
export function defaultNode(filler: DefaultFiller, node: Node): Node {
  const complete = node.spec === undefined ? { ...node, spec: {} } : node;
  return filler.within(complete, [], 'status', (status, path) =>
    status.capacity === undefined
      ? status
      : filler.fill(status, path, { allocatable: status.capacity }),
  );
}

/** Defaults a Namespace: a label with its own name, for namespace selectors. */
export function defaultNamespace(filler: DefaultFiller, namespace: Namespace): Namespace {
  return filler.within(namespace, [], 'metadata', (metadata, path) => {
    const own: Labels = { 'kubernetes.io/metadata.name': metadata.name };
    return filler.fillAt(metadata, path, 'labels', own);
  });
}

function defaultLimitRangeItem(
  filler: DefaultFiller,
  item: LimitRangeItem,
  path: readonly (string | number)[],
): LimitRangeItem {
  if (item.type !== 'Container') return item;
  const limited = filler.fillAt(item, path, 'default', { ...item.max });
  const requested = filler.fillAt(limited, path, 'defaultRequest', { ...limited.default });
  return filler.fillAt(requested, path, 'defaultRequest', { ...item.min });
}

/** Defaults a LimitRange: limits come from the maximum, requests from the limits, then minimum. */
export function defaultLimitRange(filler: DefaultFiller, limitRange: LimitRange): LimitRange {
  return filler.within(limitRange, [], 'spec', (spec, path) =>
    filler.within(spec, path, 'limits', (limits, limitsPath) =>
      filler.each(limits, limitsPath, (item, at) => defaultLimitRangeItem(filler, item, at)),
    ),
  );
}

/** Defaults a PersistentVolume. */
export function defaultPersistentVolume(
  filler: DefaultFiller,
  volume: PersistentVolume,
): PersistentVolume {
  return filler.within(volume, [], 'spec', (spec, path) =>
    filler.fill(spec, path, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
  );
}

/** Defaults a PersistentVolumeClaim. */
export function defaultPersistentVolumeClaim(
  filler: DefaultFiller,
  claim: PersistentVolumeClaim,
): PersistentVolumeClaim {
  return filler.within(claim, [], 'spec', (spec, path) =>
    filler.fill(spec, path, { volumeMode: 'Filesystem' }),
  );
}

/** Defaults a StorageClass. */
export function defaultStorageClass(filler: DefaultFiller, storage: StorageClass): StorageClass {
  return filler.fill(storage, [], { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

/** Defaults a CSIDriver. */
export function defaultCSIDriver(filler: DefaultFiller, driver: CSIDriver): CSIDriver {
  return filler.within(driver, [], 'spec', (spec, path) =>
    filler.fill(spec, path, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
    }),
  );
}

/** Defaults a PriorityClass. */
export function defaultPriorityClass(
  filler: DefaultFiller,
  priorityClass: PriorityClass,
): PriorityClass {
  return filler.fill(priorityClass, [], { preemptionPolicy: 'PreemptLowerPriority' });
}

/** Defaults a Secret. */
export function defaultSecret(filler: DefaultFiller, secret: Secret): Secret {
  return filler.fill(secret, [], { type: 'Opaque' });
}
