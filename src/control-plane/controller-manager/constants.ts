// kube-controller-manager's settings and costs.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  concurrentDeploymentSyncs: {
    value: 5,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/deployment/config (reference: nodes-controllers 3.2)',
  },
  concurrentReplicaSetSyncs: {
    value: 5,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/replicaset/config (reference: nodes-controllers 3.2)',
  },
  concurrentResourceQuotaSyncs: {
    value: 5,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/resourcequota (reference: nodes-controllers 3.2)',
  },
  resourceQuotaSyncPeriodUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/resourcequota (reference: nodes-controllers 3.17)',
    note: 'after which every quota is worked out anew',
  },
  concurrentEndpointSyncs: {
    value: 5,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/endpoint/config (reference: nodes-controllers 3.2)',
  },
  garbageCollectorPatchBytes: {
    value: 150,
    unit: 'bytes',
    source: 'ASSUMED: a uid with the finalizers or the owner references that are taken out',
  },
  adoptionPatchBytes: {
    value: 250,
    unit: 'bytes',
    source: 'ASSUMED: a uid with an owner reference of some 200 characters',
  },
  releasePatchBytes: {
    value: 150,
    unit: 'bytes',
    source: 'ASSUMED: a uid with that of the owner reference that is taken out',
  },
  maxEndpointsCapacity: {
    value: 1000,
    unit: 'addresses',
    source: 'Kubernetes v1.36 pkg/controller/endpoint (reference: nodes-controllers 3.9)',
    note: 'of one Endpoints object',
  },
  minResyncPeriodUs: {
    value: 43_200_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 controller-manager config/v1alpha1/defaults.go (reference: controlplane C3)',
    note: 'informers resync after once to twice this time',
  },
  concurrentStatefulSetSyncs: {
    value: 5,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/statefulset/config (reference: nodes-controllers 3.2)',
  },
  statefulSetStatusRetries: {
    value: 4,
    unit: '1',
    source:
      'Kubernetes v1.36 pkg/controller/statefulset with client-go util/retry DefaultBackoff, 4 steps',
  },
  concurrentDaemonSetSyncs: {
    value: 2,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/daemon/config (reference: nodes-controllers 3.2)',
  },
  daemonSetBurstReplicas: {
    value: 250,
    unit: 'pods',
    source:
      'Kubernetes v1.36 pkg/controller/daemon BurstReplicas (reference: nodes-controllers 3.7)',
    note: 'created or deleted in one sync at most',
  },
  daemonSetNodeCpuUs: {
    value: 20,
    unit: 'µs',
    source: 'reference: nodes-controllers 3.7, calibrated there',
    note: 'a node looked at in a sync',
  },
  failedDaemonPodBackoffUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/daemon (reference: nodes-controllers 3.7)',
    note: 'doubles with every failure of a DaemonSet on a node',
  },
  failedDaemonPodBackoffMaxUs: {
    value: 900_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/daemon (reference: nodes-controllers 3.7)',
  },
  concurrentEndpointSliceSyncs: {
    value: 5,
    unit: 'workers',
    source:
      'Kubernetes v1.36 pkg/controller/endpointslice/config (reference: nodes-controllers 3.2)',
  },
  concurrentGarbageCollectorSyncs: {
    value: 20,
    unit: 'workers',
    source:
      'Kubernetes v1.36 pkg/controller/garbagecollector/config (reference: nodes-controllers 3.2)',
  },
  garbageCollectorQpsFactor: {
    value: 2,
    unit: '1',
    source:
      'Kubernetes v1.36 cmd/kube-controller-manager/app/core.go (reference: nodes-controllers 3.1)',
  },
  burstReplicas: {
    value: 500,
    unit: 'pods',
    source: 'Kubernetes v1.36 pkg/controller/replicaset (reference: nodes-controllers 3.4)',
    note: 'created or deleted in one sync at most',
  },
  slowStartInitialBatch: {
    value: 1,
    unit: 'pods',
    source:
      'Kubernetes v1.36 pkg/controller/controller_utils.go (reference: nodes-controllers 3.4)',
  },
  expectationsTimeoutUs: {
    value: 300_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/controller_utils.go (reference: nodes-controllers 3.3)',
  },
  topologyOverloadThreshold: {
    value: 0.2,
    unit: '1',
    source:
      'Kubernetes v1.36 staging endpointslice/topologycache (reference: nodes-controllers §2.7)',
    note: 'more than its share that an endpoint may have to do in topology mode Auto',
  },
  maxEndpointsPerSlice: {
    value: 100,
    unit: 'endpoints',
    source:
      'Kubernetes v1.36 pkg/controller/endpointslice/config (reference: nodes-controllers 3.9)',
  },
  endpointSliceRetryBaseUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/endpointslice (reference: nodes-controllers 3.9)',
  },
  endpointSliceChangeDelayUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/endpointslice (reference: nodes-controllers 3.9)',
    note: 'after a change of a slice by somebody else',
  },
  syncCpuUs: {
    value: 80,
    unit: 'µs',
    source: 'ASSUMED: of the 0.2-2 ms of a sync (reference: nodes-controllers 3.1), the CPU part',
  },
  endpointCpuUs: {
    value: 2,
    unit: 'µs',
    source: 'ASSUMED: building and comparing one endpoint; a sync is O(pods of the Service)',
  },
  selectorCpuNanoseconds: {
    value: 50,
    unit: 'ns',
    source: 'ASSUMED: comparing the labels of one pod of the namespace with a selector',
  },
  podCpuUs: {
    value: 2,
    unit: 'µs',
    source: 'ASSUMED: filtering and counting one owned pod in a ReplicaSet sync',
  },
} as const;

export const controllerManagerConstants: Constants<typeof table> = defineConstants(
  'kube-controller-manager',
  table,
);
