// The part of a KubeletConfiguration that differs between pools of nodes, as plain data.
// Source: Kubernetes v1.36 pkg/kubelet/apis/config/v1beta1/defaults.go, pkg/kubelet/eviction/
// defaults_linux.go (reference: nodes-controllers §1.1, §1.13).

import { kubeletConstants } from './constants.js';

/** What an eviction threshold is about. */
export const evictionSignals = [
  'memory.available',
  'nodefs.available',
  'nodefs.inodesFree',
  'imagefs.available',
  'imagefs.inodesFree',
  'pid.available',
] as const;

export type EvictionSignal = (typeof evictionSignals)[number];

/** An amount, of bytes, inodes or processes, or a share of the capacity. */
export type ThresholdValue = { readonly amount: number } | { readonly share: number };

/** The node is short of something while less than this is available. */
export interface EvictionThreshold {
  readonly signal: EvictionSignal;
  readonly value: ThresholdValue;
  /** 0: a hard threshold; else for how long it must be crossed. */
  readonly graceUs: number;
}

export interface KubeletConfiguration {
  /** 0: no limit of its own. */
  readonly podsPerCore: number;
  readonly evictionThresholds: readonly EvictionThreshold[];
  /** Beyond the threshold, once it was crossed. */
  readonly evictionMinimumReclaim: ReadonlyMap<EvictionSignal, ThresholdValue>;
  /** For how long a node stays under pressure after it is over. */
  readonly evictionPressureTransitionPeriodUs: number;
  /** The longest grace of pods that a soft threshold evicts. */
  readonly evictionMaxPodGracePeriodUs: number;
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  readonly imageMinimumGCAgeUs: number;
  /** False: no relist of a pod on demand, as until 1.35. */
  readonly onDemandRelist: boolean;
}

const hard = (signal: EvictionSignal, value: ThresholdValue): EvictionThreshold => ({
  signal,
  value,
  graceUs: 0,
});

/** What a kubelet is started with when nobody says anything. */
export const defaultKubeletConfiguration: KubeletConfiguration = {
  podsPerCore: 0,
  evictionThresholds: [
    hard('memory.available', { amount: kubeletConstants.evictionMemoryBytes }),
    hard('nodefs.available', { share: kubeletConstants.evictionNodefsShare }),
    hard('nodefs.inodesFree', { share: kubeletConstants.evictionInodesShare }),
    hard('imagefs.available', { share: kubeletConstants.evictionImagefsShare }),
    hard('imagefs.inodesFree', { share: kubeletConstants.evictionInodesShare }),
  ],
  evictionMinimumReclaim: new Map(),
  evictionPressureTransitionPeriodUs: kubeletConstants.evictionPressureTransitionUs,
  evictionMaxPodGracePeriodUs: 0,
  imageGCHighThresholdPercent: kubeletConstants.imageGCHighThresholdPercent,
  imageGCLowThresholdPercent: kubeletConstants.imageGCLowThresholdPercent,
  imageMinimumGCAgeUs: kubeletConstants.imageMinimumGCAgeUs,
  onDemandRelist: true,
};

/** The amount that a threshold stands for. */
export function thresholdAmount(value: ThresholdValue, capacity: number): number {
  return 'amount' in value ? value.amount : value.share * capacity;
}
