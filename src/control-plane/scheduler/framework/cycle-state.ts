// Scratch data of one scheduling cycle: what plugins computed for the pod, and which of them have
// nothing to say. Source: kube-scheduler v1.36 framework cycle state.

import type { PluginWalk } from './plugin-walk.js';

/** Data of one plugin. `clone` returns itself where the data never changes after PreFilter. */
export interface StateData {
  clone(): StateData;
}

/** One pod, one cycle. Keys are the plugin's own. */
export class CycleState {
  /** Plugins whose PreFilter returned Skip. */
  readonly skipFilterPlugins: Set<string> = new Set();
  /** Plugins whose PreScore returned Skip. */
  readonly skipScorePlugins: Set<string> = new Set();
  /** What plugins would have walked over in this cycle; a copy starts without. */
  readonly walks: PluginWalk[] = [];
  readonly #data = new Map<string, StateData>();

  /** Undefined when nothing was written under the key. */
  read<T extends StateData>(key: string): T | undefined {
    return this.#data.get(key) as T | undefined;
  }

  write(key: string, data: StateData): void {
    this.#data.set(key, data);
  }

  /** An independent copy, for trying out other pods on a node. Linear in the number of plugins. */
  clone(): CycleState {
    const copy = new CycleState();
    for (const plugin of this.skipFilterPlugins) copy.skipFilterPlugins.add(plugin);
    for (const plugin of this.skipScorePlugins) copy.skipScorePlugins.add(plugin);
    for (const [key, data] of this.#data) copy.write(key, data.clone());
    return copy;
  }
}
