/**
 * Shapes of the controllers that keep pods running, of budgets and of autoscalers. Notation: see
 * `shape.ts`.
 *
 * Source: field names and types of Kubernetes v1.36 `apps/v1`, `policy/v1`, `autoscaling/v1` and
 * `autoscaling/v2`.
 */

const object = 's: apiVersion kind; ObjectMeta: metadata';

/** Message name to fields. */
export const workloadShapes: Readonly<Record<string, string>> = {
  Deployment: `${object}; DeploymentSpec: spec; DeploymentStatus: status`,
  DeploymentSpec: [
    'i: replicas minReadySeconds revisionHistoryLimit progressDeadlineSeconds; b: paused',
    'LabelSelector: selector; PodTemplateSpec: template; DeploymentStrategy: strategy',
  ].join(';'),
  DeploymentStrategy: 's: type; RollingUpdate: rollingUpdate',
  RollingUpdate: 'x: maxUnavailable maxSurge',
  DeploymentStatus: [
    'l: observedGeneration; i: replicas updatedReplicas readyReplicas availableReplicas',
    'i: unavailableReplicas terminatingReplicas collisionCount; [ReplicaCondition]: conditions',
  ].join(';'),
  ReplicaCondition: 's: type status reason message; t: lastUpdateTime lastTransitionTime',

  ReplicaSet: `${object}; ReplicaSetSpec: spec; ReplicaSetStatus: status`,
  ReplicaSetSpec: 'i: replicas minReadySeconds; LabelSelector: selector; PodTemplateSpec: template',
  ReplicaSetStatus: [
    'l: observedGeneration; i: replicas fullyLabeledReplicas readyReplicas availableReplicas',
    'i: terminatingReplicas; [ReplicaCondition]: conditions',
  ].join(';'),
  ReplicationController: `${object}; ReplicationControllerSpec: spec; ReplicaSetStatus: status`,
  ReplicationControllerSpec:
    'i: replicas minReadySeconds; {s}: selector; PodTemplateSpec: template',

  StatefulSet: `${object}; StatefulSetSpec: spec; StatefulSetStatus: status`,
  StatefulSetSpec: [
    'i: replicas minReadySeconds revisionHistoryLimit; s: serviceName podManagementPolicy',
    'LabelSelector: selector; PodTemplateSpec: template; StatefulSetOrdinals: ordinals',
    '[PersistentVolumeClaimTemplate]: volumeClaimTemplates',
    'StatefulSetUpdateStrategy: updateStrategy',
    'StatefulSetClaimRetention: persistentVolumeClaimRetentionPolicy',
  ].join(';'),
  StatefulSetOrdinals: 'i: start',
  StatefulSetUpdateStrategy: 's: type; RollingUpdateStatefulSet: rollingUpdate',
  RollingUpdateStatefulSet: 'i: partition; x: maxUnavailable',
  StatefulSetClaimRetention: 's: whenDeleted whenScaled',
  StatefulSetStatus: [
    'l: observedGeneration; i: replicas readyReplicas currentReplicas updatedReplicas',
    'i: availableReplicas collisionCount; s: currentRevision updateRevision',
    '[ReplicaCondition]: conditions',
  ].join(';'),

  DaemonSet: `${object}; DaemonSetSpec: spec; DaemonSetStatus: status`,
  DaemonSetSpec: [
    'i: minReadySeconds revisionHistoryLimit; LabelSelector: selector',
    'PodTemplateSpec: template; DaemonSetUpdateStrategy: updateStrategy',
  ].join(';'),
  DaemonSetUpdateStrategy: 's: type; RollingUpdate: rollingUpdate',
  DaemonSetStatus: [
    'i: currentNumberScheduled numberMisscheduled desiredNumberScheduled numberReady',
    'i: updatedNumberScheduled numberAvailable numberUnavailable collisionCount',
    'l: observedGeneration; [ReplicaCondition]: conditions',
  ].join(';'),
  ControllerRevision: `${object}; any: data; l: revision`,

  PodDisruptionBudget: `${object}; PodDisruptionBudgetSpec: spec; PodDisruptionBudgetStatus: status`,
  PodDisruptionBudgetSpec:
    'x: minAvailable maxUnavailable; LabelSelector: selector; s: unhealthyPodEvictionPolicy',
  PodDisruptionBudgetStatus: [
    'l: observedGeneration; {t}: disruptedPods; [Condition]: conditions',
    'i: disruptionsAllowed currentHealthy desiredHealthy expectedPods',
  ].join(';'),

  HorizontalPodAutoscaler: `${object}; HorizontalPodAutoscalerSpec: spec; HPAStatus: status`,
  HorizontalPodAutoscalerSpec: [
    'CrossVersionObjectReference: scaleTargetRef; i: minReplicas maxReplicas',
    '[MetricSpec]: metrics; HPABehavior: behavior',
  ].join(';'),
  CrossVersionObjectReference: 's: apiVersion kind name',
  MetricSpec:
    's: type; ResourceMetric: resource containerResource; CustomMetric: pods object external',
  ResourceMetric: 's: name container; MetricTarget: target',
  CustomMetric:
    'MetricIdentifier: metric; MetricTarget: target; CrossVersionObjectReference: describedObject',
  MetricTarget: 's: type; q: value averageValue; i: averageUtilization',
  MetricIdentifier: 's: name; LabelSelector: selector',
  HPABehavior: 'HPAScalingRules: scaleUp scaleDown',
  HPAScalingRules: [
    'i: stabilizationWindowSeconds; s: selectPolicy; q: tolerance',
    '[HPAScalingPolicy]: policies',
  ].join(';'),
  HPAScalingPolicy: 's: type; i: value periodSeconds',
  HPAStatus: [
    'l: observedGeneration; t: lastScaleTime; i: currentReplicas desiredReplicas',
    'any: currentMetrics; [ReplicaCondition]: conditions',
  ].join(';'),
  HorizontalPodAutoscalerV1: `${object}; HPASpecV1: spec; HPAStatusV1: status`,
  HPASpecV1: [
    'CrossVersionObjectReference: scaleTargetRef',
    'i: minReplicas maxReplicas targetCPUUtilizationPercentage',
  ].join(';'),
  HPAStatusV1: [
    'l: observedGeneration; t: lastScaleTime',
    'i: currentReplicas desiredReplicas currentCPUUtilizationPercentage',
  ].join(';'),
};
