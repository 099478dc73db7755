// What kubelets tell whoever measures them, beside what all of the cluster's observers hear.
// Source: Kubernetes v1.36 pkg/kubelet/metrics/metrics.go (reference: nodes-controllers §8.1).

/** Durations in µs. */
export interface KubeletMonitor {
  /** All containers of a pod have been started for the first time, so long after it was seen. */
  podStarted(durationUs: number): void;
  containerStarted(type: 'container' | 'init_container'): void;
  /** A status has been written, so long after it had changed. */
  statusSynced(durationUs: number): void;
  /** A pod was refused by its node. */
  podRejected(reason: string): void;
  /** A pod was evicted because this ran low: `memory.available`. */
  podEvicted(signal: string): void;
  /** A pod was put out to admit a critical one, for want of this: `cpu`. */
  podPreempted(signal: string): void;
}
