// The whole explanation of a pod for machines. Its fields only grow within one schemaVersion. Times
// are seconds since the start of the scenario.
import type {
  AttemptRecord,
  NodeChoice,
  PodExplanation,
  PreemptionRecord,
  QueueMove,
  ResourceAmount,
  Victim,
} from '../../experiment/explain/pod-explanation.js';
import { formatSeconds } from '../number-format.js';
import { type JsonValue, stableJson } from '../stable-json.js';
import { podStages } from '../stages.js';

/** Raised when a field is renamed, removed or changes its meaning. */
const explanationSchemaVersion = 1;

type JsonObject = { readonly [key: string]: JsonValue };

/** The text of `kubeclock explain pod -o json`; equal explanations give equal bytes. */
export function explanationJson(explanation: PodExplanation): string {
  const { pod, priority, requests, attempts, moves, events } = explanation;
  return stableJson({
    schemaVersion: explanationSchemaVersion,
    pod: {
      namespace: pod.namespace,
      name: pod.name,
      uid: pod.uid,
      owner: pod.owner,
      node: pod.node,
      phase: pod.phase,
      priority,
      requests: amounts(requests),
      createdSeconds: seconds(pod.createdUs),
      queuedSeconds: seconds(pod.queuedUs),
      scheduledSeconds: seconds(pod.scheduledUs),
      deletedSeconds: seconds(pod.deletedUs),
      stageEndSeconds: Object.fromEntries(
        podStages.map(({ name, endUs }) => [name, seconds(endUs(pod))]),
      ),
    },
    attempts: attempts.map(attemptObject),
    queue: moves.map(moveObject),
    events: events.map(({ timeUs, ...event }) => ({ timeSeconds: seconds(timeUs), ...event })),
  });
}

function attemptObject(attempt: AttemptRecord): JsonObject {
  const { number, startedUs, endedUs, scheduler, profile, result, node, message } = attempt;
  const { search, preFilter, scorers, choice, preemption } = attempt;
  return {
    number,
    startedSeconds: seconds(startedUs),
    assumedSeconds: seconds(attempt.assumedUs),
    permitWaits: attempt.permitWaits.map((wait) => ({
      plugin: wait.plugin,
      timeoutSeconds: seconds(wait.timeoutUs),
    })),
    endedSeconds: seconds(endedUs),
    scheduler,
    profile,
    result,
    node,
    message,
    preFilter: preFilter === undefined ? null : { ...preFilter },
    search: search === undefined ? null : { ...search },
    scorers: scorers.map((scorer) => ({ ...scorer })),
    feasible: attempt.feasible.map(({ total, scores, free, ...rest }) => ({
      ...rest,
      total: total ?? null,
      scores: Object.fromEntries(
        scores.map((score, index) => [scorers[index]?.plugin ?? '', { ...score }]),
      ),
      free: amounts(free),
    })),
    refused: attempt.refused.map(({ free, ...rest }) => ({ ...rest, free: amounts(free) })),
    notExamined: attempt.notExamined,
    isAbridged: attempt.isAbridged,
    choice: choice === undefined ? null : choiceObject(choice),
    preemption: preemption === undefined ? null : preemptionObject(preemption),
  };
}

function choiceObject(choice: NodeChoice): JsonObject {
  return choice.rule === 'highest total'
    ? { ...choice, runnerUp: { ...choice.runnerUp } }
    : { ...choice };
}

function preemptionObject({ victims, tried, ...rest }: PreemptionRecord): JsonObject {
  return {
    ...rest,
    victims: victims.map(victimObject),
    tried: tried.map((candidate) => ({
      ...candidate,
      victims: candidate.victims.map(({ pod, uid, priority }) => ({ pod, uid, priority })),
    })),
  };
}

function victimObject({ deletedUs, ...victim }: Victim): JsonObject {
  return { ...victim, deletedSeconds: seconds(deletedUs) };
}

function moveObject({
  timeUs,
  scheduler,
  store,
  cause,
  missed,
  backoffEndsUs,
  gate,
}: QueueMove): JsonObject {
  return {
    timeSeconds: seconds(timeUs),
    scheduler,
    store,
    cause: { ...cause },
    missed: missed.map((occasion) => ({ ...occasion })),
    backoffEndsSeconds: seconds(backoffEndsUs),
    gate: gate === undefined ? null : { ...gate },
  };
}

/** Milli-CPU for `cpu`, otherwise whole units. */
function amounts(list: readonly ResourceAmount[]): JsonObject {
  return Object.fromEntries(list.map(({ resource, amount }) => [resource, amount]));
}

function seconds(us: number | undefined): number | null {
  return us === undefined ? null : Number(formatSeconds(us));
}
