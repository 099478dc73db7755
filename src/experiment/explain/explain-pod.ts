// Runs a scenario with an eye on one pod. The name may be the beginning of one that only the run
// itself brings forth; then it takes a second run to look at that pod.
import type { RunOutcome, RunResult } from '../../metrics/run-result.js';
import type { LoadedScenario } from '../../scenario/scenario.js';
import { ascending } from '../../stats/ascending.js';
import { type RunTrace, rerun } from '../rerun.js';
import { type RunOptions, runScenario } from '../run-scenario.js';
import { findPod, type PodMatch, podKey } from './find-pod.js';
import type { AttemptRecord, PodExplanation, PreemptionRecord, Victim } from './pod-explanation.js';
import { SchedulingLog } from './scheduling-log.js';

/** What came out of looking at a pod. */
export interface PodReport {
  readonly match: PodMatch;
  /** The last pod of the name; undefined when there is none, or another run was asked about. */
  readonly explanation: PodExplanation | undefined;
  /** Pods of the same name before it. */
  readonly namesakes: number;
  readonly modelVersion: string;
  readonly traceHash: string;
  /** False when `earlier` is another run, so that nothing can be said about that one. */
  readonly isSame: boolean;
  readonly outcome: RunOutcome;
}

/**
 * Explains the pod `wanted`, `namespace/name` or its beginning (see `findPod`).
 *
 * @param earlier the run that is asked about; undefined: the scenario as it runs now.
 */
export function explainPod(
  scenario: LoadedScenario,
  wanted: string,
  earlier?: RunTrace,
  options: RunOptions = {},
): PodReport {
  const first = look(scenario, wanted, earlier, options);
  const match = findPod(wanted, first.result.pods);
  const isAnotherName = match.key !== undefined && match.key !== wanted && first.isSame;
  const { result, isSame, logs } = isAnotherName
    ? look(scenario, match.key, earlier, options)
    : first;
  const rows = result.pods.filter((row) => podKey(row) === match.key);
  const row = rows.at(-1);
  const { modelVersion, traceHash, outcome } = result;
  return {
    match,
    explanation: row && isSame ? assembled(row.uid, result, logs) : undefined,
    namesakes: Math.max(0, rows.length - 1),
    modelVersion,
    traceHash,
    isSame,
    outcome,
  };
}

interface Look {
  readonly result: RunResult;
  readonly isSame: boolean;
  /** One for each scheduler. */
  readonly logs: readonly SchedulingLog[];
}

function look(
  scenario: LoadedScenario,
  key: string,
  earlier: RunTrace | undefined,
  options: RunOptions,
): Look {
  const logs: SchedulingLog[] = [];
  const looking: RunOptions = {
    ...options,
    schedulingRecorder: (simulation, scheduler) => {
      const log = new SchedulingLog(simulation, scheduler, key);
      logs.push(log);
      return log;
    },
  };
  const { result, isSame } =
    earlier === undefined
      ? { result: runScenario(scenario, looking), isSame: true }
      : rerun(scenario, earlier, looking);
  return { result, isSame, logs };
}

/** Joins what the scheduler knows with what the run measured. */
function assembled(
  uid: string,
  { pods, kubernetesEvents }: RunResult,
  logs: readonly SchedulingLog[],
): PodExplanation | undefined {
  const pod = pods.find((row) => row.uid === uid);
  if (pod === undefined) return undefined;
  const own = logs.flatMap((log) => log.pods.get(uid) ?? []);
  const { priority = 0, requests = [] } = own[0] ?? {};
  const attempts = own.flatMap((log) => log.attempts);
  const moves = own.flatMap((log) => log.moves);
  const deletions = new Map(pods.map(({ uid: other, deletedUs }) => [other, deletedUs]));
  return {
    pod,
    priority,
    requests,
    attempts: attempts
      .map((attempt) => withDeletions(attempt, deletions))
      .sort((a, b) => a.startedUs - b.startedUs || ascending(a.scheduler, b.scheduler)),
    moves: moves.sort((a, b) => a.timeUs - b.timeUs || ascending(a.scheduler, b.scheduler)),
    events: kubernetesEvents.filter(
      ({ namespace, involved }) => namespace === pod.namespace && involved === `Pod/${pod.name}`,
    ),
  };
}

/** The attempt with the times at which the victims of its preemption were gone. */
function withDeletions(
  attempt: AttemptRecord,
  deletions: ReadonlyMap<string, number | undefined>,
): AttemptRecord {
  const { preemption } = attempt;
  if (preemption === undefined) return attempt;
  const timed = (victim: Victim): Victim => ({ ...victim, deletedUs: deletions.get(victim.uid) });
  const record: PreemptionRecord = { ...preemption, victims: preemption.victims.map(timed) };
  return { ...attempt, preemption: record };
}
