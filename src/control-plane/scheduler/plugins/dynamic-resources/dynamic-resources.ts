// DynamicResources, as it treats pods that claim no devices: it filters nothing, scores every node
// 0, and has no claim to deallocate. Left out: everything about claims; a pod with
// spec.resourceClaims is scheduled as if it had none.
// Source: kube-scheduler v1.36 plugins/dynamicresources; recorded decisions; reference:
// scheduler 2.11.

import type { Snapshot } from '../../cache/snapshot.js';
import type { CycleState, StateData } from '../../framework/cycle-state.js';
import type {
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  NodeList,
  PostFilterPlugin,
  PostFilterResult,
  PreFilterPlugin,
  PreFilterResult,
  RowScore,
  ScorePlugin,
} from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { skip, status } from '../../framework/status.js';

/** That PreFilter has run; there is nothing else to know about a pod without claims. */
const noClaims: StateData = { clone: () => noClaims };
const stateKey = 'DynamicResources';

const zeroEverywhere: RowScore = { key: [], scoreOf: () => 0 };
const skipped: PreFilterResult = { status: skip };
const nothingToDeallocate: PostFilterResult = {
  status: status('Unschedulable', 'no new claims to deallocate'),
};
const stateNotFound: PostFilterResult = { status: status('Error', 'not found') };

/** PreFilter, Filter, PostFilter and Score. It rejects no pod, so no event brings one back. */
export class DynamicResources
  implements PreFilterPlugin, FilterPlugin, PostFilterPlugin, ScorePlugin
{
  readonly name = 'DynamicResources';

  preFilter(state: CycleState): PreFilterResult {
    state.write(stateKey, noClaims);
    return skipped;
  }

  filter(): NodeFilter | undefined {
    return undefined;
  }

  /** An error when another plugin ended PreFilter before it came to this one: ends PostFilter. */
  postFilter(state: CycleState): PostFilterResult {
    return state.read(stateKey) === undefined ? stateNotFound : nothingToDeallocate;
  }

  score(
    _state: CycleState,
    _pod: PodInfo,
    nodes: NodeList,
    _snapshot: Snapshot,
    scores: Float64Array,
  ): undefined {
    scores.fill(0, 0, nodes.count);
  }

  rowScore(): RowScore {
    return zeroEverywhere;
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [];
  }
}
