// Settings of the controllers that look after namespaces.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  concurrentNamespaceSyncs: {
    value: 10,
    unit: 'workers',
    source: 'Kubernetes v1.36 pkg/controller/namespace/config (reference: nodes-controllers 3.2)',
  },
  qpsFactor: {
    value: 20,
    unit: '1',
    source:
      'Kubernetes v1.36 cmd/kube-controller-manager/app/core.go (reference: nodes-controllers 3.1)',
    note: 'of the rate of other controllers',
  },
  burstFactor: {
    value: 100,
    unit: '1',
    source:
      'Kubernetes v1.36 cmd/kube-controller-manager/app/core.go (reference: nodes-controllers 3.1)',
  },
  deletionGraceUs: {
    value: 5_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/controller/namespace namespaceDeletionGracePeriod (reference: nodes-controllers 3.10)',
    note: 'before the content of a namespace is deleted',
  },
  retryBaseUs: {
    value: 5_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/namespace (reference: nodes-controllers 3.10)',
  },
  retryMaxUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/controller/namespace (reference: nodes-controllers 3.10)',
  },
  finalizerEstimateSeconds: {
    value: 15,
    unit: 's',
    source:
      'Kubernetes v1.36 pkg/controller/namespace/deletion (reference: nodes-controllers 3.10)',
    note: 'for what stays behind and is no pod; half of it and a second pass before the next look',
  },
  concurrentDefaultSyncs: {
    value: 1,
    unit: 'workers',
    source:
      'Kubernetes v1.36 cmd/kube-controller-manager/app/core.go (reference: nodes-controllers 3.2)',
    note: 'of default ServiceAccounts, and of root CA ConfigMaps',
  },
  rootCertificateBytes: {
    value: 1_100,
    unit: 'bytes',
    source: 'ASSUMED: a PEM certificate with a 2048-bit RSA key, as kubeadm makes it',
  },
} as const;

/** Constants of the controllers of namespaces. */
export const namespaceConstants: Constants<typeof table> = defineConstants('namespace', table);
