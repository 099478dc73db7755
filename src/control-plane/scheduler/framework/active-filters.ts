// The filters that have something to say in one cycle, in profile order.
// Source: kube-scheduler v1.36 framework/runtime/framework.go RunFilterPlugins.

import type { KindKey } from '../cache/kind-cache.js';
import type { PluginAnswer } from './framework.js';
import type { NodeFilter } from './plugin.js';

/** Filters, and whose they are. */
export interface FilterList {
  readonly filters: readonly NodeFilter[];
  readonly plugins: readonly string[];
}

/** No refusal. */
export const success: PluginAnswer = { status: undefined, plugin: '' };

/** The first refusal of a node, by any of the filters. */
export function runFilters({ filters, plugins }: FilterList, row: number): PluginAnswer {
  if (filters.length === 1) {
    const status = filters[0]!(row);
    return status === undefined ? success : { status, plugin: plugins[0]! };
  }
  for (let f = 0; f < filters.length; f++) {
    const status = filters[f]!(row);
    if (status !== undefined) return { status, plugin: plugins[f]! };
  }
  return success;
}

/** All filters of a cycle, told apart by whether their verdicts can be remembered. */
export class ActiveFilters implements FilterList {
  readonly filters: NodeFilter[] = [];
  readonly plugins: string[] = [];
  /** What the verdicts of those follow from that have one; see FilterPlugin.verdictKey. */
  readonly verdictKey: unknown[] = [];
  /** The others: every node has to pass them in every cycle. */
  readonly others: FilterList & { readonly filters: NodeFilter[]; readonly plugins: string[] } = {
    filters: [],
    plugins: [],
  };
  /** Whether none of the others comes before one whose verdict can be remembered. */
  areOthersLast = true;

  /** Appends a filter; `key` undefined: its verdict cannot be remembered. */
  add(plugin: string, filter: NodeFilter, key: KindKey | undefined): void {
    this.filters.push(filter);
    this.plugins.push(plugin);
    const { others } = this;
    if (key === undefined) {
      others.filters.push(filter);
      others.plugins.push(plugin);
    } else {
      this.verdictKey.push(plugin, ...key);
      if (others.filters.length > 0) this.areOthersLast = false;
    }
  }
}
