// Plugins that older versions of the configuration had: three became scoring strategies of
// NodeResourcesFit, the others went without a successor that would have to be configured
// (SelectorSpread by PodTopologySpread's default constraints, the limits of in-tree volumes by
// CSI). Source: Kubernetes v1.20-v1.28 kube-scheduler/config/v1beta1..v1beta3; reference: scheduler
// 3, 7.

import type { ScoringStrategy } from './plugin-args.js';

/** Plugins that v1 names as gone; others that are not there do not exist for it. */
export const invalidPlugins: readonly string[] = [
  'AzureDiskLimits',
  'CinderLimits',
  'EBSLimits',
  'GCEPDLimits',
];

/** A scoring strategy that stands for an old plugin. */
export type OldStrategy = ScoringStrategy['type'];

/** By old name; undefined when nothing has to stand for the plugin. */
export const oldPlugins: ReadonlyMap<string, OldStrategy | undefined> = new Map<
  string,
  OldStrategy | undefined
>([
  ['NodeResourcesLeastAllocated', 'LeastAllocated'],
  ['NodeResourcesMostAllocated', 'MostAllocated'],
  ['RequestedToCapacityRatio', 'RequestedToCapacityRatio'],
  ['AzureDiskLimits', undefined],
  ['CinderLimits', undefined],
  ['DefaultPodTopologySpread', undefined],
  ['EBSLimits', undefined],
  ['GCEPDLimits', undefined],
  ['NodeLabel', undefined],
  ['NodePreferAvoidPods', undefined],
  ['SelectorSpread', undefined],
  ['ServiceAffinity', undefined],
]);
