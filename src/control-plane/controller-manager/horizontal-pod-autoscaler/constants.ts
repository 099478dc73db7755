// Settings and costs of the HorizontalPodAutoscaler controller.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  concurrentSyncs: {
    value: 5,
    unit: 'workers',
    source:
      'Kubernetes v1.36 pkg/controller/podautoscaler/config (reference: nodes-controllers 3.2)',
  },
  syncPeriodUs: {
    value: 15_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 --horizontal-pod-autoscaler-sync-period (reference: nodes-controllers 3.15)',
    note: 'from the end of a sync, or a change of the autoscaler, to the next sync',
  },
  tolerance: {
    value: 0.1,
    unit: '1',
    source:
      'Kubernetes v1.36 --horizontal-pod-autoscaler-tolerance (reference: nodes-controllers 3.15)',
  },
  cpuInitializationPeriodUs: {
    value: 300_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 --horizontal-pod-autoscaler-cpu-initialization-period (reference: nodes-controllers 3.15)',
  },
  initialReadinessDelayUs: {
    value: 30_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 --horizontal-pod-autoscaler-initial-readiness-delay (reference: nodes-controllers 3.15)',
  },
  downscaleStabilizationSeconds: {
    value: 300,
    unit: 's',
    source:
      'Kubernetes v1.36 --horizontal-pod-autoscaler-downscale-stabilization (reference: nodes-controllers 3.15)',
  },
  scaleUpLimitFactor: {
    value: 2,
    unit: '1',
    source: 'Kubernetes v1.36 pkg/controller/podautoscaler (reference: nodes-controllers 3.15)',
    note: 'of the replicas, which one sync may reach without behaviours',
  },
  scaleUpLimitMinimum: {
    value: 4,
    unit: 'pods',
    source: 'Kubernetes v1.36 pkg/controller/podautoscaler (reference: nodes-controllers 3.15)',
  },
} as const;

export const autoscalerConstants: Constants<typeof table> = defineConstants(
  'horizontal-pod-autoscaler',
  table,
);
