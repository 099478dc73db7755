// The feature gates of kube-scheduler that can be set here, under Kubernetes' names. Left out: the
// dispatcher through which binding calls go with SchedulerAsyncAPICalls; they are asynchronous
// anyway.
// Source: Kubernetes v1.36 pkg/features/kube_features.go; reference: scheduler 0, 1.2, 1.10.

import type { SchedulerConfiguration } from './configuration/scheduler-configuration.js';

/** State of each gate. */
export interface SchedulerFeatureGates {
  /** Whether the plugin of that name runs. */
  readonly NodeDeclaredFeatures: boolean;
  /** Whether a pod's status says where it is going while its binding takes a while. */
  readonly NominatedNodeNameForExpectation: boolean;
  /** Whether the scheduling goroutine goes on before the condition of a failed pod is written. */
  readonly SchedulerAsyncAPICalls: boolean;
  /** Whether it goes on before victims are deleted. */
  readonly SchedulerAsyncPreemption: boolean;
  /** Whether plugins are asked if an event helps a pod; without, every event they hear does. */
  readonly SchedulerQueueingHints: boolean;
}

/** As in Kubernetes 1.36. */
export const defaultFeatureGates: SchedulerFeatureGates = {
  NodeDeclaredFeatures: true,
  NominatedNodeNameForExpectation: true,
  SchedulerAsyncAPICalls: false,
  SchedulerAsyncPreemption: true,
  SchedulerQueueingHints: true,
};

/** Gates as somebody has set them. */
export type StatedGates = { readonly [name in keyof SchedulerFeatureGates]?: boolean | undefined };

/** The gates that are stated, and the defaults of the others. */
export function featureGatesOf(
  stated: StatedGates,
  defaults: SchedulerFeatureGates = defaultFeatureGates,
): SchedulerFeatureGates {
  const state = (name: keyof SchedulerFeatureGates): boolean => stated[name] ?? defaults[name];
  return {
    NodeDeclaredFeatures: state('NodeDeclaredFeatures'),
    NominatedNodeNameForExpectation: state('NominatedNodeNameForExpectation'),
    SchedulerAsyncAPICalls: state('SchedulerAsyncAPICalls'),
    SchedulerAsyncPreemption: state('SchedulerAsyncPreemption'),
    SchedulerQueueingHints: state('SchedulerQueueingHints'),
  };
}

/** The configuration without the plugin of a gate that is off. */
export function gatedConfiguration(
  configuration: SchedulerConfiguration,
  gates: SchedulerFeatureGates,
): SchedulerConfiguration {
  if (gates.NodeDeclaredFeatures) return configuration;
  const profiles = configuration.profiles.map((profile) => {
    const { enabled, disabled } = profile.multiPoint;
    const rest = enabled.filter(({ name }) => name !== 'NodeDeclaredFeatures');
    return { ...profile, multiPoint: { enabled: rest, disabled } };
  });
  return { ...configuration, profiles };
}
