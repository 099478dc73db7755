/**
 * Shapes of jobs and cron jobs. Notation: see `shape.ts`.
 *
 * Source: field names and types of Kubernetes v1.36 `batch/v1`.
 */

const object = 's: apiVersion kind; ObjectMeta: metadata';

/** Message name to fields. */
export const batchShapes: Readonly<Record<string, string>> = {
  Job: `${object}; JobSpec: spec; JobStatus: status`,
  JobSpec: [
    'i: parallelism completions backoffLimit backoffLimitPerIndex maxFailedIndexes',
    'i: ttlSecondsAfterFinished; l: activeDeadlineSeconds; b: manualSelector suspend',
    's: completionMode podReplacementPolicy managedBy; LabelSelector: selector',
    'PodTemplateSpec: template; PodFailurePolicy: podFailurePolicy; SuccessPolicy: successPolicy',
  ].join(';'),
  PodFailurePolicy: '[PodFailurePolicyRule]: rules',
  PodFailurePolicyRule:
    's: action; PodFailurePolicyOnExitCodes: onExitCodes; [PodConditionPattern]: onPodConditions',
  PodFailurePolicyOnExitCodes: 's: containerName operator; [i]: values',
  PodConditionPattern: 's: type status',
  SuccessPolicy: '[SuccessPolicyRule]: rules',
  SuccessPolicyRule: 's: succeededIndexes; i: succeededCount',
  JobStatus: [
    't: startTime completionTime; i: active succeeded failed terminating ready',
    's: completedIndexes failedIndexes; UncountedTerminatedPods: uncountedTerminatedPods',
    '[JobCondition]: conditions',
  ].join(';'),
  JobCondition: 's: type status reason message; t: lastProbeTime lastTransitionTime',
  UncountedTerminatedPods: '[s]: succeeded failed',
  CronJob: `${object}; CronJobSpec: spec; CronJobStatus: status`,
  CronJobSpec: [
    's: schedule timeZone concurrencyPolicy; l: startingDeadlineSeconds; b: suspend',
    'i: successfulJobsHistoryLimit failedJobsHistoryLimit; JobTemplateSpec: jobTemplate',
  ].join(';'),
  JobTemplateSpec: 'ObjectMeta: metadata; JobSpec: spec',
  CronJobStatus: '[ObjectReference]: active; t: lastScheduleTime lastSuccessfulTime',
};
