// How far one workload (a Deployment, a ReplicaSet, a bare pod) has come: counts of its pods that
// were created, scheduled, Ready and published, updated pod by pod. O(1) a pod change.
import type { LabelMatcher } from '../api/label-selector.js';
import type { Labels } from '../api/object-meta.js';

/** The steps of a change, in their order. */
export const STAGES = [
  'created',
  'scheduled',
  'ready',
  'endpointsPublished',
  'endpointsProgrammed',
  'dnsResolvable',
] as const;

export type Stage = (typeof STAGES)[number];

/** What counts of one pod. */
export interface PodFacts {
  /** Of the template that is wanted now. */
  readonly isCurrent: boolean;
  /** Not terminal and not being deleted. */
  readonly isActive: boolean;
  readonly isScheduled: boolean;
  readonly isReady: boolean;
  /** Services whose slices list it as ready. */
  readonly publishedIn: number;
}

/** A Service that may select pods of the workload. */
export interface ServiceFacts {
  readonly matches: LabelMatcher;
  readonly namespace: string;
}

/** Progress of one workload; see STAGES. */
export class WorkloadState {
  desired: number;
  labels: Labels;
  /** Services that select the pods of the wanted template. */
  serviceCount = 0;
  /** When each stage was reached, and has held since; undefined while it does not hold. */
  readonly reachedUs = new Map<Stage, number>();
  /** Store revision of the slice write that made everything published. */
  publishedRevision = 0;
  /** Last message of the scheduler for a pod of it that fits nowhere. */
  unschedulable = '';
  readonly #pods = new Map<string, PodFacts>();
  #active = 0;
  #current = 0;
  #scheduled = 0;
  #ready = 0;
  #published = 0;
  #stalePublished = 0;

  constructor(desired: number, labels: Labels) {
    this.desired = desired;
    this.labels = labels;
  }

  get readyPods(): number {
    return this.#ready;
  }

  get createdPods(): number {
    return this.#current;
  }

  get scheduledPods(): number {
    return this.#scheduled;
  }

  get publishedPods(): number {
    return this.#published;
  }

  facts(uid: string): PodFacts | undefined {
    return this.#pods.get(uid);
  }

  /** All pods known, to judge them anew when the template changed. */
  get pods(): IterableIterator<[string, PodFacts]> {
    return this.#pods.entries();
  }

  /** Takes a pod's new facts; undefined: it is gone. */
  update(uid: string, facts: PodFacts | undefined): void {
    const before = this.#pods.get(uid);
    if (before !== undefined) this.#count(before, -1);
    if (facts === undefined) {
      this.#pods.delete(uid);
      return;
    }
    this.#pods.set(uid, facts);
    this.#count(facts, 1);
  }

  #count(facts: PodFacts, sign: number): void {
    const counts = facts.isCurrent && facts.isActive;
    if (facts.isActive) this.#active += sign;
    if (counts) this.#current += sign;
    if (counts && facts.isScheduled) this.#scheduled += sign;
    if (counts && facts.isReady) this.#ready += sign;
    if (counts && facts.publishedIn > 0) this.#published += sign;
    if (!counts && facts.publishedIn > 0) this.#stalePublished += sign;
  }

  /** Whether a stage holds now. `programmed`, `dns`: revisions that all proxies, all DNS have. */
  holds(stage: Stage, programmed: number, dns: number): boolean {
    const isCreated = this.#current === this.desired && this.#active === this.desired;
    switch (stage) {
      case 'created':
        return isCreated;
      case 'scheduled':
        return isCreated && this.#scheduled === this.desired;
      case 'ready':
        return isCreated && this.#ready === this.desired;
      case 'endpointsPublished':
        return isCreated && this.#published === this.desired && this.#stalePublished === 0;
      case 'endpointsProgrammed':
        return this.reachedUs.has('endpointsPublished') && programmed >= this.publishedRevision;
      case 'dnsResolvable':
        return this.reachedUs.has('endpointsPublished') && dns >= this.publishedRevision;
    }
  }
}
