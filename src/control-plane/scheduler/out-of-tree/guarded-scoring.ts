// The guarded methods of a user's plugin once it is known which nodes are feasible, or that none
// is.

import type { Snapshot } from '../cache/snapshot.js';
import type { NodeList } from '../framework/plugin.js';
import { PodInfo } from '../framework/pod-info.js';
import { type AnyPlugin, callOf, type Guard } from './guard.js';

/** PreScore, Score, NormalizeScore and PostFilter, those that `own` has. */
export function guardedScoring(own: AnyPlugin, guard: Guard): Partial<AnyPlugin> {
  const { postFilter, preScore } = own;
  return {
    ...(postFilter && {
      postFilter: (state, pod, statuses, snapshot) => {
        const call = callOf('PostFilter', pod);
        const expected = 'an object {status, nominatedNodeName, victims}';
        const answer = guard.attempt(call, () =>
          postFilter.call(own, state, pod, statuses, snapshot),
        );
        const fields = guard.object(answer, call, expected);
        const { nominatedNodeName: node = '', victims = [] } = fields;
        const isKnown = node === '' || snapshot.rowOf(String(node)) !== undefined;
        guard.expect(isKnown, call, node, "nominatedNodeName: '' or the name of a node");
        const arePods = Array.isArray(victims) && victims.every((each) => each instanceof PodInfo);
        guard.expect(arePods, call, victims, 'victims: pods of snapshot.table.pods');
        if (node === '' && (victims as readonly PodInfo[]).length > 0) {
          guard.fail(call, 'returned victims without the nominatedNodeName that they make room on');
        }
        const { dryRunNodes = 0, dryRunFilterPasses = 0 } = answer.work ?? {};
        const isWork = [dryRunNodes, dryRunFilterPasses].every((each) => isCount(each));
        guard.expect(isWork, call, answer.work, 'work: {dryRunNodes, dryRunFilterPasses}, counts');
        return { ...answer, status: guard.status(fields['status'], call) };
      },
    }),
    ...(preScore && {
      preScore: (state, pod, nodes, snapshot) => {
        const call = callOf('PreScore', pod);
        const answer = guard.attempt(call, () => preScore.call(own, state, pod, nodes, snapshot));
        return guard.status(answer, call);
      },
    }),
    ...guardedScore(own, guard),
  };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What NormalizeScore is about, which it is not told. */
interface Scored {
  pod: PodInfo;
  nodes: NodeList;
  snapshot: Snapshot;
}

function guardedScore(own: AnyPlugin, guard: Guard): Partial<AnyPlugin> {
  const { normalizeScore, score } = own;
  if (score === undefined) return {};
  let scored: Scored | undefined;
  return {
    score: (state, pod, nodes, snapshot, scores) => {
      const call = callOf('Score', pod);
      // A node that gets no score must not keep the one that another plugin gave.
      scores.fill(Number.NaN, 0, nodes.count);
      const answer = guard.attempt(call, () =>
        score.call(own, state, pod, nodes, snapshot, scores),
      );
      const refusal = guard.status(answer, call);
      if (refusal !== undefined) return refusal;
      guard.scores(call, nodes, snapshot, scores, normalizeScore === undefined);
      scored = { pod, nodes, snapshot };
      return undefined;
    },
    ...(normalizeScore && {
      normalizeScore: (scores, count) => {
        const { pod, nodes, snapshot } = scored as Scored;
        const call = callOf('NormalizeScore', pod);
        guard.nothing(
          guard.attempt(call, () => normalizeScore.call(own, scores, count)),
          call,
        );
        guard.scores(call, nodes, snapshot, scores, true);
      },
    }),
  };
}
