// Which plugin runs at which extension point, in which order, with which weight.
// Source: kube-scheduler v1.36 framework/runtime; reference: scheduler 2.0 and 3 (MultiPoint).

import type {
  BindPlugin,
  FilterPlugin,
  PermitPlugin,
  Plugin,
  PostBindPlugin,
  PostFilterPlugin,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreScorePlugin,
  QueueSortPlugin,
  ReservePlugin,
  ScorePlugin,
} from './plugin.js';

export interface WeightedScorePlugin {
  readonly plugin: ScorePlugin;
  /** At least 1. */
  readonly weight: number;
}

/** The plugins of a profile by extension point, in order of execution. */
export interface PluginSet {
  readonly preEnqueue: readonly PreEnqueuePlugin[];
  readonly queueSort: QueueSortPlugin;
  readonly preFilter: readonly PreFilterPlugin[];
  readonly filter: readonly FilterPlugin[];
  readonly postFilter: readonly PostFilterPlugin[];
  readonly preScore: readonly PreScorePlugin[];
  readonly score: readonly WeightedScorePlugin[];
  readonly reserve: readonly ReservePlugin[];
  readonly permit: readonly PermitPlugin[];
  readonly preBind: readonly PreBindPlugin[];
  readonly bind: readonly BindPlugin[];
  readonly postBind: readonly PostBindPlugin[];
}

/** A plugin as a profile enables it; an absent weight is 1. */
export interface EnabledPlugin {
  readonly plugin: Plugin;
  readonly weight?: number;
}

/** Plugins whose interface has the method `point`. */
function implementing<T extends Plugin>(
  enabled: readonly EnabledPlugin[],
  point: Exclude<keyof T, keyof Plugin> & string,
): T[] {
  return enabled.map(({ plugin }) => plugin).filter((plugin): plugin is T => point in plugin);
}

/**
 * Enables every plugin at all extension points that it implements, in the order of the list.
 * @throws Error when there is not exactly one QueueSort plugin, or no Bind plugin.
 */
export function multiPoint(enabled: readonly EnabledPlugin[]): PluginSet {
  const queueSorts = implementing<QueueSortPlugin>(enabled, 'less');
  const bind = implementing<BindPlugin>(enabled, 'bind');
  const [queueSort] = queueSorts;
  if (queueSort === undefined || queueSorts.length > 1) {
    const names = queueSorts.map(({ name }) => name).join(', ');
    throw new Error(`a profile needs exactly one queueSort plugin, not: ${names || 'none'}`);
  }
  if (bind.length === 0) throw new Error('a profile needs at least one bind plugin');
  const score = enabled.flatMap(({ plugin, weight }) =>
    'score' in plugin ? [{ plugin: plugin as ScorePlugin, weight: weight || 1 }] : [],
  );
  return {
    queueSort,
    bind,
    score,
    preEnqueue: implementing<PreEnqueuePlugin>(enabled, 'preEnqueue'),
    preFilter: implementing<PreFilterPlugin>(enabled, 'preFilter'),
    filter: implementing<FilterPlugin>(enabled, 'filter'),
    postFilter: implementing<PostFilterPlugin>(enabled, 'postFilter'),
    preScore: implementing<PreScorePlugin>(enabled, 'preScore'),
    reserve: implementing<ReservePlugin>(enabled, 'reserve'),
    permit: implementing<PermitPlugin>(enabled, 'permit'),
    preBind: implementing<PreBindPlugin>(enabled, 'preBind'),
    postBind: implementing<PostBindPlugin>(enabled, 'postBind'),
  };
}

/** Every plugin of a set once, in order of first appearance. */
export function allPlugins(set: PluginSet): Plugin[] {
  const plugins: Plugin[] = [
    ...set.preEnqueue,
    set.queueSort,
    ...set.preFilter,
    ...set.filter,
    ...set.postFilter,
    ...set.preScore,
    ...set.score.map(({ plugin }) => plugin),
    ...set.reserve,
    ...set.permit,
    ...set.preBind,
    ...set.bind,
    ...set.postBind,
  ];
  return [...new Set(plugins)];
}
