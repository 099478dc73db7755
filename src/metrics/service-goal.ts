// A Service as a goal: it has an EndpointSlice, and its slices list every pod that was Ready when
// it was created or its selector changed, and none that it no longer selects. Pods that become
// Ready later belong to the change of their workload. A Service without selector has no such
// stages. In a cloud a Service of type LoadBalancer is ready when it has the address of its
// balancer.
// Left out: a change of the ports alone counts as published at once.
import type { LabelMatcher } from '../api/label-selector.js';
import type { Labels } from '../api/object-meta.js';
import type { Activity } from './critical-path/activities.js';
import { type ApiStage, Goal } from './goal.js';
import type { TrackedPod } from './tracked-pod.js';

export class ServiceGoal extends Goal {
  /** Absent when it has no selector. */
  selects: LabelMatcher | undefined;
  /** A cloud is to give it a load balancer. */
  wantsAddress = false;
  hasAddress = false;
  /** EndpointSlices that it owns. */
  slices = 0;
  /** Pods whose place in or out of the slices its last change made wrong. */
  readonly #awaited = new Set<TrackedPod>();
  /** Number of its slices that list a pod as ready, by UID of the pod. */
  readonly #listings = new Map<string, number>();

  override get replicas(): number {
    return 0;
  }

  override holds(stage: ApiStage): boolean | undefined {
    if (stage === 'ready') return this.wantsAddress ? this.hasAddress : undefined;
    if (stage !== 'endpoints_published' || this.selects === undefined) return undefined;
    return this.isDeleted ? this.slices === 0 : this.slices > 0 && this.#awaited.size === 0;
  }

  override waitsFor(): Activity {
    return this.holds('ready') === false ? 'load_balancer' : 'publish';
  }

  override lacks(stage: ApiStage): string {
    if (stage === 'ready') return 'its load balancer has no address';
    if (this.isDeleted) return `${this.slices} EndpointSlices are left`;
    if (this.slices === 0) return 'no EndpointSlice exists';
    return `${this.#awaited.size} pods are not yet in or out of the EndpointSlices`;
  }

  /** Whether it wants pods with these labels in its slices. */
  isSelecting(labels: Labels): boolean {
    return !this.isDeleted && this.selects?.(labels) === true;
  }

  /** Whether its slices list a pod as ready. */
  lists(uid: string): boolean {
    return this.#listings.has(uid);
  }

  /** One slice more (1) or less (-1) lists a pod as ready. */
  count(uid: string, sign: 1 | -1): void {
    const listings = (this.#listings.get(uid) ?? 0) + sign;
    if (listings === 0) this.#listings.delete(uid);
    else this.#listings.set(uid, listings);
  }

  /** Awaits a pod that is listed and should not be, or the other way round. */
  judge(pod: TrackedPod): void {
    if (this.lists(pod.uid) === this.#shouldList(pod)) this.#awaited.delete(pod);
    else this.#awaited.add(pod);
  }

  /** Stops awaiting a pod that has its place now; true when it was awaited until now. */
  settle(pod: TrackedPod): boolean {
    const wasAwaited = this.#awaited.has(pod);
    if (wasAwaited) this.judge(pod);
    return wasAwaited && !this.#awaited.has(pod);
  }

  #shouldList({ workload, facts }: TrackedPod): boolean {
    return facts.isServing && workload.services.includes(this);
  }
}
