// On which of the nodes preemption does the least harm.
// Source: kube-scheduler v1.36 framework/preemption pickOneNodeForPreemption; reference:
// scheduler 1.10.

import type { PreemptionTrial } from '../../framework/plugin.js';
import { startSecond } from './pod-importance.js';

/** Added to every priority in a sum, so that many victims of negative priority are no gain. */
const priorityOffset = 2_147_483_648;

interface Rule {
  readonly name: string;
  /** The least harm has the highest score. */
  readonly score: (candidate: PreemptionTrial) => number;
}

/** Each decides only among the best of those before. */
const rules: readonly Rule[] = [
  {
    name: 'fewest PodDisruptionBudget violations',
    score: ({ numPDBViolations }) => -numPDBViolations,
  },
  {
    name: 'lowest priority of the most important victim',
    score: ({ victims }) => -(victims[0]?.priority ?? 0),
  },
  {
    name: 'lowest sum of priorities',
    score: ({ victims }) =>
      -victims.reduce((sum, { priority }) => sum + priority + priorityOffset, 0),
  },
  { name: 'fewest victims', score: ({ victims }) => -victims.length },
  {
    name: 'latest start of the longest-running victim of highest priority',
    score: earliestStartOfHighestPriority,
  },
];

/** The candidate that was taken, and the rule that left no other. */
export interface CandidateChoice {
  readonly best: PreemptionTrial;
  /** 'only candidate' and 'first in order' when no rule had to, or could, decide. */
  readonly rule: string;
}

/**
 * Fewest budgets violated, then lowest priority of the most important victim, lowest sum of
 * priorities, fewest victims, most recent start of the victim that has run for the longest among
 * those of the highest priority. kube-scheduler breaks the last tie at random; here the first of
 * the list wins. `candidates` is not empty.
 */
export function chooseCandidate(candidates: readonly PreemptionTrial[]): CandidateChoice {
  let best = candidates;
  let rule = 'only candidate';
  for (const { name, score } of rules) {
    if (best.length === 1) break;
    const values = best.map(score);
    const highest = values.reduce((a, b) => Math.max(a, b));
    best = best.filter((_, index) => values[index] === highest);
    rule = name;
  }
  return { best: best[0] as PreemptionTrial, rule: best.length === 1 ? rule : 'first in order' };
}

function earliestStartOfHighestPriority({ victims }: PreemptionTrial): number {
  const highest = victims.reduce((most, { priority }) => Math.max(most, priority), -Infinity);
  const starts = victims.filter(({ priority }) => priority === highest).map(startSecond);
  return starts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
