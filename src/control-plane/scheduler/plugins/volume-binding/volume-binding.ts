// VolumeBinding: whether the pod's claims are bound or can be bound where the node is, and the
// binding of those that wait for the pod. Left out: CSI migration, scores by free capacity (gate
// StorageCapacityScoring).
// Source: kube-scheduler v1.36 plugins/volumebinding; reference: scheduler 2.10, 1.11.

import { boundVolume, isOwnedBy } from '../../../../api/claim-binding.js';
import { claimVolumesOf } from '../../../../api/claim-volumes.js';
import type { Pod } from '../../../../api/pod.js';
import type { Snapshot } from '../../cache/snapshot.js';
import type { CycleState, StateData } from '../../framework/cycle-state.js';
import type {
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  NodeList,
  PreBindPlugin,
  PreBindWork,
  PreFilterPlugin,
  PreFilterResult,
  PreScorePlugin,
  ReservePlugin,
  ScorePlugin,
} from '../../framework/plugin.js';
import type { PluginHandle } from '../../framework/plugin-handle.js';
import type { PodInfo } from '../../framework/pod-info.js';
import { type Status, skip, status } from '../../framework/status.js';
import { type BindingWork, bindingState, claimForNode, updatesOf } from './binding-work.js';
import { notFoundText, notOwnedText, unresolvable } from './claims.js';
import { type PodVolumes, podVolumesOf, type VolumeBindings } from './pod-volumes.js';
import { StorageView } from './storage-view.js';
import { volumeBindingEvents } from './volume-binding-events.js';

const skipped: PreFilterResult = { status: skip };
const isChecked: PreFilterResult = {};

/** What Reserve has decided; PreBind carries it out. */
class ReservedVolumes implements StateData {
  readonly work: BindingWork;

  constructor(work: BindingWork) {
    this.work = work;
  }

  clone(): this {
    return this;
  }
}

const reservedKey = 'VolumeBinding/reserved';

/** What the plugin needs of its handle. */
export type VolumeBindingHandle = Pick<PluginHandle, 'listers' | 'snapshot' | 'now'>;

/** PreFilter, Filter, PreScore and Score (always skipped), Reserve and PreBind. */
export class VolumeBinding
  implements
    PreFilterPlugin,
    FilterPlugin,
    PreScorePlugin,
    ScorePlugin,
    ReservePlugin,
    PreBindPlugin
{
  readonly name = 'VolumeBinding';
  readonly #handle: VolumeBindingHandle;
  readonly #bindTimeoutUs: number;
  readonly #view: StorageView;

  constructor(bindTimeoutSeconds: number, handle: VolumeBindingHandle) {
    this.#handle = handle;
    this.#bindTimeoutUs = bindTimeoutSeconds * 1_000_000;
    this.#view = new StorageView(handle.listers);
  }

  preFilter(state: CycleState, { pod }: PodInfo): PreFilterResult {
    if (claimVolumesOf(pod).length === 0) return skipped;
    const refusal = this.#unusableClaim(pod);
    if (refusal !== undefined) return unresolvable(refusal);
    const volumes = podVolumesOf(this.#view, pod);
    if ('code' in volumes) return { status: volumes };
    state.write(this.name, volumes);
    return isChecked;
  }

  /** Why some claim is no good whatever the node. */
  #unusableClaim(pod: Pod): string | undefined {
    const { namespace = '' } = pod.metadata;
    for (const { claimName, isEphemeral } of claimVolumesOf(pod)) {
      const claim = this.#handle.listers.persistentVolumeClaim(namespace, claimName);
      if (claim === undefined) {
        const subject = `persistentvolumeclaim "${claimName}"`;
        return isEphemeral
          ? `waiting for ephemeral volume controller to create the ${subject}`
          : notFoundText('persistentvolumeclaim', claimName);
      }
      const { metadata, spec } = claim;
      const subject = `persistentvolumeclaim "${metadata.name}"`;
      if (claim.status?.phase === 'Lost') {
        return `${subject} bound to non-existent persistentvolume "${spec.volumeName ?? ''}"`;
      }
      if (metadata.deletionTimestamp !== undefined) return `${subject} is being deleted`;
      if (isEphemeral && !isOwnedBy(claim, pod)) return notOwnedText(claim, pod);
    }
    return undefined;
  }

  filter(state: CycleState, _pod: PodInfo, { table }: Snapshot): NodeFilter | undefined {
    const volumes = state.read<PodVolumes>(this.name);
    if (volumes === undefined) return undefined;
    return (row) => {
      const node = table.nodes[row];
      return node && volumes.refusal(node);
    };
  }

  preScore(): Status {
    return skip;
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

  reserve(state: CycleState, _pod: PodInfo, nodeName: string): undefined {
    const volumes = state.read<PodVolumes>(this.name);
    const node = this.#node(nodeName);
    if (volumes === undefined || volumes.isAllBound || node === undefined) return;
    const found: VolumeBindings = { staticBindings: [], provisions: [] };
    volumes.refusal(node, found);
    const bindings = found.staticBindings.map(({ volume, claim }) => {
      const wanted = boundVolume(volume, claim);
      return { base: wanted === volume ? volume : this.#view.assumeVolume(wanted), wanted, claim };
    });
    const provisions = found.provisions.map((claim) => {
      const wanted = claimForNode(claim, nodeName);
      return { base: this.#view.assumeClaim(wanted), wanted };
    });
    state.write(reservedKey, new ReservedVolumes({ nodeName, bindings, provisions }));
  }

  unreserve(state: CycleState): void {
    const work = state.read<ReservedVolumes>(reservedKey)?.work;
    for (const { base } of work?.bindings ?? []) this.#view.restoreVolume(base);
    for (const { base } of work?.provisions ?? []) this.#view.restoreClaim(base);
  }

  preBindPreFlight(state: CycleState): Status | undefined {
    return state.read<ReservedVolumes>(reservedKey)?.work === undefined ? skip : undefined;
  }

  /** Nothing to do, and no time lost, when all claims are bound already. */
  preBind(state: CycleState, { pod }: PodInfo, nodeName: string): PreBindWork | undefined {
    const work = state.read<ReservedVolumes>(reservedKey)?.work;
    if (work === undefined) return undefined;
    const deadlineUs = this.#handle.now() + this.#bindTimeoutUs;
    // kube-scheduler looks for the first time after a second, not when the answers are in.
    let isFirstLook = true;
    const isComplete = (): boolean | Status => {
      if (isFirstLook) {
        isFirstLook = false;
        return false;
      }
      const bound = bindingState(this.#handle.listers, work, pod, this.#node(nodeName));
      if (typeof bound === 'string') return failure(bound);
      const isLate = !bound && this.#handle.now() >= deadlineUs;
      return isLate ? failure('context deadline exceeded') : bound;
    };
    return { requests: updatesOf(work), isComplete, timeoutUs: Number.POSITIVE_INFINITY };
  }

  #node(name: string) {
    const { snapshot } = this.#handle;
    return snapshot.table.nodes[snapshot.rowOf(name) ?? -1];
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return volumeBindingEvents;
  }
}

function failure(text: string): Status {
  return status('Error', `binding volumes: ${text}`);
}
