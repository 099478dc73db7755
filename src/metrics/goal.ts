// What a change waits for: a workload with all its pods, or a Service with its EndpointSlices; and
// the stages that it goes through until what is equals what was asked for.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Change } from './change.js';
import type { Activity } from './critical-path/activities.js';
import type { ActivityLedger } from './critical-path/activity-ledger.js';

/** The stages of a change after its acceptance, in their order; named as in convergence.csv. */
export const STAGES = [
  'created',
  'scheduled',
  'ready',
  'endpoints_published',
  'endpoints_programmed',
  'dns_resolvable',
] as const;

export type Stage = (typeof STAGES)[number];

/** The stages that follow from committed writes alone. */
export type ApiStage = Exclude<Stage, 'endpoints_programmed' | 'dns_resolvable'>;

/** When each stage was reached, µs, in the order of STAGES; undefined where it was not. */
export type StageTimes = (number | undefined)[];

export abstract class Goal {
  /** UID of its object. */
  readonly uid: string;
  readonly kind: string;
  readonly namespace: string;
  /** Since when each stage has held. Invariant: it holds only while all before it do. */
  readonly reachedUs: StageTimes = [];
  /** Changes that wait for it. */
  readonly waiting: Change[] = [];
  /** Where the time goes while changes wait for it. */
  ledger: ActivityLedger | undefined;
  /** Store revision of the last write of a slice that changed what is published of it. */
  publishedRevision = 0;
  isDeleted = false;

  constructor({ kind, metadata }: KubernetesObject) {
    this.kind = kind;
    this.uid = metadata.uid ?? '';
    this.namespace = metadata.namespace ?? '';
  }

  /** Pods wanted; 0 of a Service. */
  abstract get replicas(): number;

  /** Whether a stage holds now; undefined where it does not apply. */
  abstract holds(stage: ApiStage): boolean | undefined;

  /** What it waits for until its endpoints, if it has any, are published. */
  abstract waitsFor(): Activity;

  /** Kind of the object that wants dependents when it waits for their creation. */
  get creatorKind(): string {
    return this.kind;
  }

  /** What is missing for a stage that does not hold. */
  abstract lacks(stage: ApiStage): string;

  /** Why a change of it has come to nothing although all stages hold; empty when it has not. */
  get emptiness(): string {
    return '';
  }

  /** Why a change of it can never converge, but for its deletion; empty while it can. */
  get impossible(): string {
    return this.isDeleted ? 'deleted before it converged' : '';
  }

  /** What is missing for the first stage that does not hold. */
  get unfinished(): string {
    for (const [index, stage] of STAGES.entries()) {
      if (this.reachedUs[index] !== undefined) continue;
      if (stage === 'endpoints_programmed') return 'not every kube-proxy has the endpoints';
      if (stage === 'dns_resolvable') return 'not every DNS replica has the endpoints';
      if (this.holds(stage) !== undefined) return this.lacks(stage);
    }
    return '';
  }
}
