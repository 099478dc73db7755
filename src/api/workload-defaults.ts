/**
 * Defaults of the controllers that keep pods running, and of the autoscaler.
 *
 * Source: Kubernetes v1.36 `pkg/apis/apps/v1`, `pkg/apis/core/v1` and `pkg/apis/autoscaling/v2`
 * defaults.go.
 */

import type { DaemonSet } from './daemon-set.js';
import type { DefaultFiller } from './default-filler.js';
import type { Deployment } from './deployment.js';
import type { FieldPath } from './field-path.js';
import type {
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  MetricSpec,
} from './horizontal-pod-autoscaler.js';
import type { PodTemplateSpec } from './pod.js';
import { defaultPodTemplate } from './pod-defaults.js';
import type { ReplicaSet } from './replica-set.js';
import type { ReplicationController } from './replication-controller.js';
import type { StatefulSet } from './stateful-set.js';

/** Defaults the template inside a controller's spec. */
function withTemplate<T extends { readonly template?: PodTemplateSpec }>(
  filler: DefaultFiller,
  spec: T,
  path: FieldPath,
): T {
  if (spec.template === undefined) return spec;
  const template = defaultPodTemplate(filler, spec.template, [...path, 'template']);
  return template === spec.template ? spec : { ...spec, template };
}

/** Defaults a Deployment. */
export function defaultDeployment(filler: DefaultFiller, deployment: Deployment): Deployment {
  return filler.within(deployment, [], 'spec', (spec, path) => {
    let result = filler.fill(spec, path, { replicas: 1, strategy: {} });
    result = filler.within(result, path, 'strategy', (strategy, at) => {
      const typed = filler.fill(strategy, at, { type: 'RollingUpdate' });
      if (typed.type !== 'RollingUpdate') return typed;
      return filler.fillAt(typed, at, 'rollingUpdate', {
        maxUnavailable: '25%',
        maxSurge: '25%',
      });
    });
    result = filler.fill(result, path, { revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    return withTemplate(filler, result, path);
  });
}

/** Defaults a ReplicaSet. */
export function defaultReplicaSet(filler: DefaultFiller, replicaSet: ReplicaSet): ReplicaSet {
  return filler.within(replicaSet, [], 'spec', (spec, path) =>
    withTemplate(filler, filler.fill(spec, path, { replicas: 1 }), path),
  );
}

/** Defaults a ReplicationController: selector and labels come from the template. */
export function defaultReplicationController(
  filler: DefaultFiller,
  controller: ReplicationController,
): ReplicationController {
  const labels = controller.spec?.template?.metadata?.labels;
  const named = filler.within(controller, [], 'metadata', (metadata, path) =>
    labels === undefined ? metadata : filler.fill(metadata, path, { labels }),
  );
  return filler.within(named, [], 'spec', (spec, path) => {
    const filled = filler.fill(spec, path, {
      replicas: 1,
      ...(labels === undefined ? {} : { selector: labels }),
    });
    return withTemplate(filler, filled, path);
  });
}

/** Defaults a StatefulSet. */
export function defaultStatefulSet(filler: DefaultFiller, statefulSet: StatefulSet): StatefulSet {
  return filler.within(statefulSet, [], 'spec', (spec, path) => {
    let result = filler.fill(spec, path, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: {},
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: {},
    });
    result = filler.within(result, path, 'updateStrategy', (strategy, at) => {
      const typed = filler.fill(strategy, at, { type: 'RollingUpdate' });
      if (typed.type !== 'RollingUpdate') return typed;
      return filler.fillAt(typed, at, 'rollingUpdate', {
        partition: 0,
      });
    });
    result = filler.within(result, path, 'persistentVolumeClaimRetentionPolicy', (policy, at) =>
      filler.fill(policy, at, { whenDeleted: 'Retain', whenScaled: 'Retain' }),
    );
    result = filler.within(result, path, 'volumeClaimTemplates', (claims, at) =>
      filler.each(claims, at, (claim, claimPath) =>
        filler.within(claim, claimPath, 'spec', (claimSpec, specPath) =>
          filler.fill(claimSpec, specPath, { volumeMode: 'Filesystem' }),
        ),
      ),
    );
    return withTemplate(filler, result, path);
  });
}

/** Defaults a DaemonSet. */
export function defaultDaemonSet(filler: DefaultFiller, daemonSet: DaemonSet): DaemonSet {
  return filler.within(daemonSet, [], 'spec', (spec, path) => {
    let result = filler.fill(spec, path, { updateStrategy: {}, revisionHistoryLimit: 10 });
    result = filler.within(result, path, 'updateStrategy', (strategy, at) => {
      const typed = filler.fill(strategy, at, { type: 'RollingUpdate' });
      if (typed.type !== 'RollingUpdate') return typed;
      return filler.fillAt(typed, at, 'rollingUpdate', {
        maxUnavailable: 1,
        maxSurge: 0,
      });
    });
    return withTemplate(filler, result, path);
  });
}

const cpuAt80Percent: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};
const scaleUpPolicies: readonly HPAScalingPolicy[] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const scaleDownPolicies: readonly HPAScalingPolicy[] = [
  { type: 'Percent', value: 100, periodSeconds: 15 },
];

/**
 * Defaults an autoscaler. Behaviour is completed only where it is stated; the controller's own
 * defaults (300 s stabilisation for scaling down) hold otherwise.
 */
export function defaultHorizontalPodAutoscaler(
  filler: DefaultFiller,
  autoscaler: HorizontalPodAutoscaler,
): HorizontalPodAutoscaler {
  return filler.within(autoscaler, [], 'spec', (spec, path) => {
    const { metrics: stated, ...unmetered } = spec;
    // An empty list of metrics is the same as none.
    const start = stated?.length === 0 ? unmetered : spec;
    const result = filler.fill(start, path, { minReplicas: 1, metrics: [cpuAt80Percent] });
    return filler.within(result, path, 'behavior', (behavior, at) => {
      const up = filler.fillAt(behavior, at, 'scaleUp', {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: scaleUpPolicies,
      });
      return filler.fillAt(up, at, 'scaleDown', {
        selectPolicy: 'Max',
        policies: scaleDownPolicies,
      });
    });
  });
}
