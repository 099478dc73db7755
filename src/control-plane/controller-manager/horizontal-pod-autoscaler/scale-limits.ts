// From the replicas that the metrics ask for to those that are set: not below what was asked for in
// the last minutes, not faster than the policies allow, not outside the bounds. Pure but for the
// history that it is given.
// Source: Kubernetes v1.36 pkg/controller/podautoscaler/horizontal.go normalizeDesiredReplicas,
// stabilizeRecommendationWithBehaviors, convertDesiredReplicasWithBehaviorRate (reference:
// nodes-controllers 3.15).
import type {
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../../api/horizontal-pod-autoscaler.js';
import type { SimTime } from '../../../kernel/time.js';
import { autoscalerConstants as constants } from './constants.js';

interface Stamped {
  readonly atUs: SimTime;
  readonly replicas: number;
}

/** What an autoscaler has wanted and done of late, in order of time. */
export interface ScaleHistory {
  recommendations: readonly Stamped[];
  /** Replicas added, and removed, at a time. */
  ups: readonly Stamped[];
  downs: readonly Stamped[];
}

/** A reason and a message, as conditions have them. */
export interface Why {
  readonly reason: string;
  readonly message: string;
}

export interface LimitedScale {
  readonly replicas: number;
  /** For the condition AbleToScale. */
  readonly stabilization: Why;
  /** For the condition ScalingLimited. */
  readonly limit: Why & { readonly isLimited: boolean };
}

const SECOND = 1_000_000;
const READY: Why = {
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};

type Limit = readonly [replicas: number, reason: string, message: string];

/** Takes `desired` down in the history, and gives what may be set of it now. */
export function limitedScale(
  { minReplicas = 1, maxReplicas, behavior }: HorizontalPodAutoscalerSpec,
  history: ScaleHistory,
  current: number,
  desired: number,
  now: SimTime,
): LimitedScale {
  const { downscaleStabilizationSeconds } = constants;
  const upSeconds = behavior?.scaleUp?.stabilizationWindowSeconds ?? 0;
  const downSeconds =
    behavior?.scaleDown?.stabilizationWindowSeconds ?? downscaleStabilizationSeconds;
  const keptUs = Math.max(upSeconds, downSeconds) * SECOND;
  const recent = history.recommendations.filter(({ atUs }) => atUs > now - keptUs);
  history.recommendations = [...recent, { atUs: now, replicas: desired }];
  const within = (seconds: number): number[] =>
    recent.filter(({ atUs }) => atUs > now - seconds * SECOND).map(({ replicas }) => replicas);
  const lowest = Math.min(desired, ...within(upSeconds));
  const highest = Math.max(desired, ...within(downSeconds));
  // Without behaviours the highest recommendation counts, even when it was above the replicas.
  const stable = behavior === undefined ? highest : Math.min(Math.max(current, lowest), highest);
  const fastest =
    stable > current
      ? upLimit(behavior?.scaleUp, history, current, now)
      : downLimit(behavior?.scaleDown, history, current, now);
  const [replicas, reason, message] = bounded(stable, current, fastest, minReplicas, maxReplicas);
  return {
    replicas,
    stabilization: stable === desired ? READY : stabilized(desired > current),
    limit: { reason, message, isLimited: reason !== 'DesiredWithinRange' },
  };
}

function stabilized(isUp: boolean): Why {
  const [word, side, end] = isUp ? ['Up', 'lower', 'lowest'] : ['Down', 'higher', 'highest'];
  return {
    reason: `Scale${word}Stabilized`,
    message: `recent recommendations were ${side} than current one, applying the ${end} recent recommendation`,
  };
}

function bounded(
  wanted: number,
  current: number,
  fastest: number,
  min: number,
  max: number,
): Limit {
  if (wanted > current && wanted > Math.min(max, fastest)) {
    if (max > fastest) {
      const message = 'the desired replica count is increasing faster than the maximum scale rate';
      return [fastest, 'ScaleUpLimit', message];
    }
    const message = 'the desired replica count is more than the maximum replica count';
    return [max, 'TooManyReplicas', message];
  }
  if (wanted < current && wanted < Math.max(min, fastest)) {
    if (fastest > min) {
      const message = 'the desired replica count is decreasing faster than the maximum scale rate';
      return [fastest, 'ScaleDownLimit', message];
    }
    const message = 'the desired replica count is less than the minimum replica count';
    return [min, 'TooFewReplicas', message];
  }
  return [wanted, 'DesiredWithinRange', 'the desired count is within the acceptable range'];
}

function sum(events: readonly Stamped[], sinceUs: SimTime): number {
  return events.reduce((total, each) => total + (each.atUs > sinceUs ? each.replicas : 0), 0);
}

/** Replicas at the beginning of a policy's period. */
function atPeriodStart(
  { periodSeconds }: HPAScalingPolicy,
  { ups, downs }: ScaleHistory,
  current: number,
  now: SimTime,
): number {
  const sinceUs = now - periodSeconds * SECOND;
  return current - sum(ups, sinceUs) + sum(downs, sinceUs);
}

/** Most replicas that one sync may reach. */
function upLimit(
  rules: HPAScalingRules | undefined,
  history: ScaleHistory,
  current: number,
  now: SimTime,
): number {
  if (rules === undefined) {
    const { scaleUpLimitFactor, scaleUpLimitMinimum } = constants;
    return Math.max(scaleUpLimitFactor * current, scaleUpLimitMinimum);
  }
  if (rules.selectPolicy === 'Disabled') return current;
  const limits = (rules.policies ?? []).map((policy) => {
    const start = atPeriodStart(policy, history, current, now);
    return policy.type === 'Pods'
      ? start + policy.value
      : Math.ceil((start * (100 + policy.value)) / 100);
  });
  return Math.max(current, extreme(limits, rules.selectPolicy !== 'Min'));
}

/** Fewest replicas that one sync may reach. */
function downLimit(
  rules: HPAScalingRules | undefined,
  history: ScaleHistory,
  current: number,
  now: SimTime,
): number {
  if (rules === undefined) return 0;
  if (rules.selectPolicy === 'Disabled') return current;
  const limits = (rules.policies ?? []).map((policy) => {
    const start = atPeriodStart(policy, history, current, now);
    return policy.type === 'Pods'
      ? start - policy.value
      : Math.floor((start * (100 - policy.value)) / 100);
  });
  return Math.min(current, extreme(limits, rules.selectPolicy === 'Min'));
}

function extreme(values: readonly number[], isMax: boolean): number {
  return isMax ? Math.max(...values) : Math.min(...values);
}

/** Notes a change of the replicas, for the policies, and drops what no policy looks at any more. */
export function noteScale(
  { behavior }: HorizontalPodAutoscalerSpec,
  history: ScaleHistory,
  change: number,
  now: SimTime,
): void {
  const rules = [behavior?.scaleUp, behavior?.scaleDown];
  const periods = rules.flatMap((each) => each?.policies ?? []).map((each) => each.periodSeconds);
  if (periods.length === 0) return;
  const sinceUs = now - Math.max(...periods) * SECOND;
  const kept = (events: readonly Stamped[]): Stamped[] =>
    events.filter(({ atUs }) => atUs > sinceUs);
  const event = { atUs: now, replicas: Math.abs(change) };
  history.ups = change > 0 ? [...kept(history.ups), event] : kept(history.ups);
  history.downs = change < 0 ? [...kept(history.downs), event] : kept(history.downs);
}
