// Finalizers that keep claims and volumes as long as they are in use. Source: Kubernetes v1.36
// pkg/volume/util, plugin/pkg/admission/storage/storageobjectinuseprotection.

/** On a claim: a pod may use it. */
export const claimProtectionFinalizer = 'kubernetes.io/pvc-protection';

/** On a volume: it may be bound. */
export const volumeProtectionFinalizer = 'kubernetes.io/pv-protection';
