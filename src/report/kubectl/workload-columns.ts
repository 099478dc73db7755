// The columns of what makes pods: Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs,
// CronJobs and autoscalers. Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go.
import type { CronJob } from '../../api/cron-job.js';
import type { DaemonSet } from '../../api/daemon-set.js';
import type { Deployment } from '../../api/deployment.js';
import type { HorizontalPodAutoscaler, MetricSpec } from '../../api/horizontal-pod-autoscaler.js';
import type { Job } from '../../api/job.js';
import type { ReplicaSet } from '../../api/replica-set.js';
import type { ReplicationController } from '../../api/replication-controller.js';
import type { StatefulSet } from '../../api/stateful-set.js';
import type { SimTime } from '../../kernel/time.js';
import {
  ageColumn,
  type Column,
  column,
  controllerColumns,
  labelsText,
  NONE,
  nameColumn,
  selectorText,
  since,
  templateColumns,
  UNKNOWN,
} from './columns.js';
import { humanDuration } from './human-duration.js';

/** Columns of `get deployments`. */
export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  column('READY', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
  column('UP-TO-DATE', ({ status }) => status?.updatedReplicas ?? 0),
  column('AVAILABLE', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...controllerColumns<Deployment>(({ spec }) => selectorText(spec.selector)),
];

function replicaColumns<O extends ReplicaSet | ReplicationController>(): readonly Column<O>[] {
  return [
    nameColumn,
    column('DESIRED', ({ spec }) => spec.replicas ?? 1),
    column('CURRENT', ({ status }) => status?.replicas ?? 0),
    column('READY', ({ status }) => status?.readyReplicas ?? 0),
    ageColumn,
  ];
}

/** Columns of `get replicasets`. */
export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  ...replicaColumns<ReplicaSet>(),
  ...controllerColumns<ReplicaSet>(({ spec }) => selectorText(spec.selector)),
];

/** Columns of `get replicationcontrollers`. */
export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  ...replicaColumns<ReplicationController>(),
  ...controllerColumns<ReplicationController>(({ spec }) => labelsText(spec.selector)),
];

/** Columns of `get statefulsets`. */
export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  column('READY', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`),
  ageColumn,
  ...templateColumns<StatefulSet>(({ spec }) => spec.template),
];

/** Columns of `get daemonsets`. */
export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  column('DESIRED', ({ status }) => status?.desiredNumberScheduled ?? 0),
  column('CURRENT', ({ status }) => status?.currentNumberScheduled ?? 0),
  column('READY', ({ status }) => status?.numberReady ?? 0),
  column('UP-TO-DATE', ({ status }) => status?.updatedNumberScheduled ?? 0),
  column('AVAILABLE', ({ status }) => status?.numberAvailable ?? 0),
  column('NODE SELECTOR', ({ spec }) => labelsText(spec.template.spec.nodeSelector)),
  ageColumn,
  ...controllerColumns<DaemonSet>(({ spec }) => selectorText(spec.selector)),
];

function jobStatusWord({ status, metadata, spec }: Job): string {
  const is = (type: string): boolean =>
    status?.conditions?.some((each) => each.type === type && each.status === 'True') === true;
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (is('Suspended') || spec.suspend === true) return 'Suspended';
  if (is('FailureTarget')) return 'FailureTarget';
  return is('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 1;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, now: SimTime): string {
  if (status?.startTime === undefined) return '';
  return humanDuration((status.completionTime ?? now) - status.startTime);
}

/** Columns of `get jobs`. */
export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  column('STATUS', jobStatusWord),
  column('COMPLETIONS', completionsText),
  column('DURATION', durationText),
  ageColumn,
  ...controllerColumns<Job>(({ spec }) => selectorText(spec.selector)),
];

/** Columns of `get cronjobs`. */
export const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn,
  column('SCHEDULE', ({ spec }) => spec.schedule),
  column('TIMEZONE', ({ spec }) => spec.timeZone ?? NONE),
  column('SUSPEND', ({ spec }) => (spec.suspend === true ? 'True' : 'False')),
  column('ACTIVE', ({ status }) => status?.active?.length ?? 0),
  column('LAST SCHEDULE', ({ status }, now) =>
    status?.lastScheduleTime === undefined ? NONE : since(status.lastScheduleTime, now),
  ),
  ageColumn,
  ...templateColumns<CronJob>(({ spec }) => spec.jobTemplate.spec.template),
];

/** `cpu: 40%/80%` for each metric that scales. */
function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const targets = (spec.metrics ?? []).map((metric, i) => {
    const { name, target } = metricTarget(metric);
    const found = status?.currentMetrics?.[i];
    const named = found?.pods ?? found?.object ?? found?.external;
    const current = (found?.resource ?? found?.containerResource ?? named)?.current;
    if (target?.averageUtilization !== undefined) {
      const now = current?.averageUtilization;
      return `${name}: ${now === undefined ? UNKNOWN : `${now}%`}/${target.averageUtilization}%`;
    }
    const now = current?.averageValue ?? current?.value ?? UNKNOWN;
    return `${name}: ${now}/${target?.averageValue ?? target?.value ?? UNKNOWN}`;
  });
  return targets.length === 0 ? NONE : targets.join(', ');
}

function metricTarget(metric: MetricSpec) {
  const { resource, containerResource, pods, object, external } = metric;
  const named = pods ?? object ?? external;
  const name = resource?.name ?? containerResource?.name ?? named?.metric.name ?? '';
  return { name, target: resource?.target ?? containerResource?.target ?? named?.target };
}

/** Columns of `get horizontalpodautoscalers`. */
export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  column(
    'REFERENCE',
    ({
      spec: {
        scaleTargetRef: { kind, name },
      },
    }) => `${kind}/${name}`,
  ),
  column('TARGETS', targetsText),
  column('MINPODS', ({ spec }) => spec.minReplicas ?? '<unset>'),
  column('MAXPODS', ({ spec }) => spec.maxReplicas),
  column('REPLICAS', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];
