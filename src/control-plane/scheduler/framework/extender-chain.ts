// All extenders of a scheduler in one decision: filters are asked one after the other, each about
// the nodes that the one before has left; scores are asked for by all at once. An ignorable
// extender that fails is passed over, any other one fails the attempt; who fails to score gives no
// score, and nobody minds.
// Source: kube-scheduler v1.36 schedule_one.go findNodesThatPassExtenders, prioritizeNodes,
// scheduler.go buildExtenders; reference: scheduler 1.8, 1.9.

import type { Snapshot } from '../cache/snapshot.js';
import type { Extender, ExtenderCall, ExtenderVerb } from './extender.js';
import type { NodeStatuses } from './node-statuses.js';
import type { NodeFilter, NodeList } from './plugin.js';
import type { PodInfo } from './pod-info.js';
import type { TieBreak } from './select-host.js';
import { isRejected, type Status } from './status.js';

/** The name of all extenders among the plugins that have rejected a pod: every event wakes it. */
export const extenderName = 'Extender';

/** What a decision has asked of extenders, for the cost model. */
export interface ExtenderWork {
  /** Time that the cycle stood still. */
  waitUs: number;
  /** JSON written and read. */
  jsonBytes: number;
}

/** In the order in which they are asked: ignorable ones come last. */
export class ExtenderChain {
  /** Whether any filters, or scores. */
  readonly isAsked: boolean;
  readonly #extenders: readonly Extender[];
  readonly #snapshot: Snapshot;
  readonly #shuffle: TieBreak;

  /** `shuffle` chooses among the best nodes when extenders have scored. */
  constructor(extenders: readonly Extender[], snapshot: Snapshot, shuffle: TieBreak) {
    const isIgnorable = ({ configuration }: Extender): boolean => configuration.ignorable;
    this.#extenders = [
      ...extenders.filter((extender) => !isIgnorable(extender)),
      ...extenders.filter(isIgnorable),
    ];
    this.#snapshot = snapshot;
    this.#shuffle = shuffle;
    this.isAsked = extenders.some(
      ({ configuration: { filterVerb, prioritizeVerb } }) =>
        filterVerb !== '' || prioritizeVerb !== '',
    );
  }

  /** Begins a decision. */
  begin(pod: PodInfo, attempt: number): ExtenderRound {
    const interested = this.#extenders.filter((extender) => extender.isInterested(pod));
    return new ExtenderRound(interested, pod, attempt, this.#snapshot, this.#shuffle);
  }
}

/** The extenders in the decision about one pod. */
export class ExtenderRound {
  readonly work: ExtenderWork = { waitUs: 0, jsonBytes: 0 };
  readonly #extenders: readonly Extender[];
  readonly #pod: PodInfo;
  readonly #attempt: number;
  readonly #snapshot: Snapshot;
  readonly #shuffle: TieBreak;

  constructor(
    extenders: readonly Extender[],
    pod: PodInfo,
    attempt: number,
    snapshot: Snapshot,
    shuffle: TieBreak,
  ) {
    this.#extenders = extenders;
    this.#pod = pod;
    this.#attempt = attempt;
    this.#snapshot = snapshot;
    this.#shuffle = shuffle;
  }

  /**
   * Leaves in `rows` the nodes that all extenders want, and returns their number; or why the
   * attempt has failed. Refusals go to `statuses`.
   */
  filter({ rows, count }: NodeList, statuses: NodeStatuses): number | Status {
    let left = count;
    for (const extender of this.#extenders) {
      if (left === 0) break;
      const { filterVerb, ignorable } = extender.configuration;
      if (filterVerb === '') continue;
      const call = this.#call(extender, 'filter', { rows, count: left });
      this.work.waitUs += call.waitUs;
      const judge = call.error ?? extender.filterFor(this.#pod, this.#snapshot);
      if (judge === undefined) continue;
      const answer = typeof judge === 'function' ? judgeAll(judge, rows, left, statuses) : judge;
      if (typeof answer === 'number') left = answer;
      else if (!ignorable) return answer;
    }
    return left;
  }

  /** Adds the extenders' scores to `totals`; returns how to choose when any has scored. */
  prioritize(nodes: NodeList, totals: Float64Array): TieBreak | undefined {
    let longestUs = 0;
    let hasScored = false;
    for (const extender of this.#extenders) {
      // Who does not score is taken to give every node nothing, which shuffles them all the same.
      if (extender.configuration.prioritizeVerb === '') {
        hasScored = true;
        continue;
      }
      const call = this.#call(extender, 'prioritize', nodes);
      longestUs = Math.max(longestUs, call.waitUs);
      if (call.error !== undefined) continue;
      if (extender.prioritize(this.#pod, nodes, this.#snapshot, totals)) hasScored = true;
    }
    this.work.waitUs += longestUs;
    return hasScored ? this.#shuffle : undefined;
  }

  #call(extender: Extender, verb: ExtenderVerb, nodes: NodeList): ExtenderCall {
    const call = extender.call(verb, this.#pod, this.#attempt, nodes, this.#snapshot);
    this.work.jsonBytes += call.jsonBytes;
    return call;
  }
}

/** Keeps the nodes that pass at the front of `rows`; a failure leaves all as they are. */
function judgeAll(
  judge: NodeFilter,
  rows: Int32Array,
  count: number,
  statuses: NodeStatuses,
): number | Status {
  const answers = Array.from({ length: count }, (_, i) => judge(rows[i]!));
  const failure = answers.find((answer) => answer !== undefined && !isRejected(answer));
  if (failure !== undefined) return failure;
  let kept = 0;
  for (const [i, answer] of answers.entries()) {
    const row = rows[i]!;
    if (answer === undefined) rows[kept++] = row;
    else statuses.set(row, answer, extenderName);
  }
  return kept;
}
