// A KubeSchedulerConfiguration after reading: plain data, complete, checked. The profiles hold the
// plugins as written, merged with the default list; what runs where is decided when the plugins
// are made (plugin-sets.ts).
// Source: kube-scheduler v1.36 kube-scheduler/config/v1/types.go; reference: scheduler 3.

import type { PluginReference } from './default-plugin-list.js';

/** The extension points of a profile, as its fields are called, in the order of a cycle. */
export const extensionPoints = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

export type ExtensionPoint = (typeof extensionPoints)[number];

/** What a profile says about one extension point, or about all of them (MultiPoint). */
export interface PluginSetting {
  readonly enabled: readonly PluginReference[];
  /** Names; `*` is all. */
  readonly disabled: readonly string[];
}

/** One profile. */
export interface SchedulerProfile {
  readonly schedulerName: string;
  /** 0..100; undefined leaves it to the configuration. */
  readonly percentageOfNodesToScore: number | undefined;
  /** With the default plugins. */
  readonly multiPoint: PluginSetting;
  readonly points: Readonly<Record<ExtensionPoint, PluginSetting>>;
  /**
   * Arguments by plugin name: of every default plugin that takes some (see plugin-args.ts), and of
   * other plugins as written.
   */
  readonly pluginConfig: ReadonlyMap<string, unknown>;
}

export interface LeaderElection {
  readonly leaderElect: boolean;
  readonly leaseDurationUs: number;
  readonly renewDeadlineUs: number;
  readonly retryPeriodUs: number;
  readonly resourceName: string;
  readonly resourceNamespace: string;
}

/** A resource of nodes that an extender manages. */
export interface ManagedResource {
  readonly name: string;
  /** NodeResourcesFit does not look at it. */
  readonly ignoredByScheduler: boolean;
}

/** An HTTP service that kube-scheduler asks; a verb that is '' is not asked for. */
export interface ExtenderConfiguration {
  readonly urlPrefix: string;
  readonly filterVerb: string;
  readonly preemptVerb: string;
  readonly prioritizeVerb: string;
  readonly bindVerb: string;
  /** Above 0 when it prioritises. */
  readonly weight: number;
  readonly httpTimeoutUs: number;
  /** It is sent names of nodes, not nodes. */
  readonly nodeCacheCapable: boolean;
  /** Scheduling goes on without it when it fails. */
  readonly ignorable: boolean;
  /** It is asked for pods that use one of them; none: for all. */
  readonly managedResources: readonly ManagedResource[];
}

/** A whole configuration. */
export interface SchedulerConfiguration {
  /** Goroutines that examine nodes; at least 1. */
  readonly parallelism: number;
  readonly leaderElection: LeaderElection;
  /** Undefined: the component's own rate. */
  readonly clientConnection: {
    readonly qps: number | undefined;
    readonly burst: number | undefined;
  };
  /** 0..100; 0 adapts to the number of nodes. */
  readonly percentageOfNodesToScore: number;
  /** Above 0. */
  readonly podInitialBackoffSeconds: number;
  /** At least the initial one. */
  readonly podMaxBackoffSeconds: number;
  /** At least one; names differ. */
  readonly profiles: readonly SchedulerProfile[];
  readonly extenders: readonly ExtenderConfiguration[];
}
