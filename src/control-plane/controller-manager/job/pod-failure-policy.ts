// What a Job makes of a failed pod by its podFailurePolicy: the first rule that matches decides.
// Pure. Source: Kubernetes v1.36 pkg/controller/job/pod_failure_policy.go.
import type { Job, PodFailurePolicyRule } from '../../../api/job.js';
import type { Pod } from '../../../api/pod.js';

export type FailureAction = PodFailurePolicyRule['action'];

/** The rule that a failed pod matches. */
export interface FailureMatch {
  readonly action: FailureAction;
  /** As the condition of a Job says it that fails because of it. */
  readonly message: string;
}

/** The first rule that matches; undefined: none does, the pod counts as any other. O(rules). */
export function matchFailure({ spec }: Job, pod: Pod): FailureMatch | undefined {
  const { rules = [] } = spec.podFailurePolicy ?? {};
  for (const [index, rule] of rules.entries()) {
    const { action } = rule;
    // Without a limit per index there are no indexes to fail.
    if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) continue;
    const found = exitCodeMatch(rule, pod) ?? conditionMatch(rule, pod);
    if (found !== undefined) {
      return { action, message: `${found} matching ${action} rule at index ${index}` };
    }
  }
  return undefined;
}

function exitCodeMatch({ onExitCodes }: PodFailurePolicyRule, pod: Pod): string | undefined {
  if (onExitCodes === undefined) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  for (const { name, state } of [...containerStatuses, ...initContainerStatuses]) {
    const { exitCode = 0 } = state?.terminated ?? {};
    if (exitCode === 0 || (containerName !== undefined && containerName !== name)) continue;
    if (values.includes(exitCode) !== (operator === 'In')) continue;
    return `Container ${name} for pod ${nameOf(pod)} failed with exit code ${exitCode}`;
  }
  return undefined;
}

function conditionMatch({ onPodConditions }: PodFailurePolicyRule, pod: Pod): string | undefined {
  for (const { type, status = 'True' } of onPodConditions ?? []) {
    const found = pod.status?.conditions?.find((each) => each.type === type);
    if (found?.status === status) return `Pod ${nameOf(pod)} has condition ${type}`;
  }
  return undefined;
}

function nameOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}
