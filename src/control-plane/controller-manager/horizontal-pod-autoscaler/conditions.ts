// The conditions of an autoscaler's status. Source: Kubernetes v1.36
// pkg/controller/podautoscaler/horizontal.go setCondition.
import type {
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
} from '../../../api/horizontal-pod-autoscaler.js';
import type { SimTime } from '../../../kernel/time.js';
import type { Why } from './scale-limits.js';

type ConditionType = 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';

/** The status with a condition; its time stays while its status does. */
export function withCondition(
  status: HorizontalPodAutoscalerStatus,
  type: ConditionType,
  isTrue: boolean,
  { reason, message }: Why,
  now: SimTime,
): HorizontalPodAutoscalerStatus {
  const conditions = status.conditions ?? [];
  const known = conditions.find((each) => each.type === type);
  const word = isTrue ? 'True' : 'False';
  const lastTransitionTime = known?.status === word ? (known.lastTransitionTime ?? now) : now;
  const next: HorizontalPodAutoscalerCondition = {
    type,
    status: word,
    lastTransitionTime,
    reason,
    message,
  };
  if (known === undefined) return { ...status, conditions: [...conditions, next] };
  return { ...status, conditions: conditions.map((each) => (each === known ? next : each)) };
}
