// One attempt out of what its cycle noted. Nothing is decided here once more: feasible nodes,
// refusals and scores are those that the decision was made with.
import type { SchedulerSpec } from '../../cluster/cluster-spec.js';
import type { Snapshot } from '../../control-plane/scheduler/cache/snapshot.js';
import type {
  CycleNotes,
  PluginScores,
} from '../../control-plane/scheduler/framework/cycle-notes.js';
import { extenderName } from '../../control-plane/scheduler/framework/extender-chain.js';
import type { PreemptionTrial } from '../../control-plane/scheduler/framework/plugin.js';
import type { PodInfo } from '../../control-plane/scheduler/framework/pod-info.js';
import type { TieBreakName } from '../../control-plane/scheduler/framework/select-host.js';
import { messageOf, type Status } from '../../control-plane/scheduler/framework/status.js';
import { chooseCandidate } from '../../control-plane/scheduler/plugins/default-preemption/choose-candidate.js';
import type { RecordedCycle } from '../../control-plane/scheduler/scheduling-recorder.js';
import type {
  AttemptRecord,
  FeasibleNode,
  NodeChoice,
  NodeSearch,
  PreemptionRecord,
  RefusedNode,
  ResourceAmount,
  Victim,
} from './pod-explanation.js';

/** What the pod asks for, in the order cpu, memory, ephemeral-storage, others by name. */
export function requestsOf({ requests }: PodInfo): readonly ResourceAmount[] {
  const { cpuMilli, memoryBytes, ephemeralStorageBytes, scalars } = requests;
  const others = [...scalars].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    { resource: 'cpu', amount: cpuMilli },
    { resource: 'memory', amount: memoryBytes },
    { resource: 'ephemeral-storage', amount: ephemeralStorageBytes },
    ...others.map(([resource, amount]) => ({ resource, amount })),
  ].filter(({ amount }) => amount > 0);
}

/** The attempt as its cycle left it; the pod's node is not yet its own. Linear in the nodes. */
export function attemptOf(
  cycle: RecordedCycle,
  startedUs: number,
  { name, tieBreak }: Pick<SchedulerSpec, 'name' | 'tieBreak'>,
): AttemptRecord {
  const { entry, framework, decision, notes } = cycle;
  const scores = scoresOf(cycle);
  const feasible = feasibleNodes(cycle, scores);
  const refused = refusedNodes(cycle);
  const { result, nodeName, message } = decision;
  const { preFilter } = notes;
  return {
    number: entry.attempts,
    startedUs,
    assumedUs: undefined,
    permitWaits: [],
    endedUs: undefined,
    scheduler: name,
    profile: framework.schedulerName,
    result,
    node: nodeName,
    message,
    search: searchOf(cycle),
    preFilter:
      preFilter?.status === undefined
        ? undefined
        : { plugin: preFilter.plugin, reasons: preFilter.status.reasons },
    scorers: scores.map(({ plugin, weight }) => ({ plugin, weight })),
    feasible,
    refused,
    notExamined: othersThan(cycle.snapshot, [...feasible, ...refused]),
    isAbridged: false,
    choice:
      result === 'scheduled'
        ? choiceOf(cycle, feasible, scores.length > notes.scores.length ? 'reservoir' : tieBreak)
        : undefined,
    preemption: preemptionOf(notes, cycle.snapshot),
  };
}

function nameOf({ table }: Snapshot, row: number): string {
  return table.names[row] as string;
}

/** The plugins' scores; what extenders have added to them counts as the score of one more. */
function scoresOf({ notes, algorithm }: RecordedCycle): readonly PluginScores[] {
  const { scores } = notes;
  if (scores.length === 0) return scores;
  const added = algorithm.totals.map((total, place) =>
    scores.reduce(
      (rest, { weight, normalized }) => rest - weight * (normalized[place] as number),
      total,
    ),
  );
  if (added.every((points) => points === 0)) return scores;
  return [...scores, { plugin: extenderName, weight: 1, raw: added, normalized: added }];
}

function feasibleNodes(
  { entry, algorithm, snapshot }: RecordedCycle,
  scores: readonly PluginScores[],
): FeasibleNode[] {
  const { totals } = algorithm;
  return [...algorithm.feasible].map((row, place) => ({
    node: nameOf(snapshot, row),
    total: scores.length === 0 ? undefined : (totals[place] as number),
    scores: scores.map(({ weight, raw, normalized }) => {
      const score = normalized[place] as number;
      return { raw: raw[place] as number, normalized: score, weighted: score * weight };
    }),
    free: freeOn(snapshot, row, entry.info),
  }));
}

function refusedNodes({ entry, algorithm, snapshot }: RecordedCycle): RefusedNode[] {
  const { statuses } = algorithm;
  return [...statuses.rows.subarray(0, statuses.count)].map((row) => {
    const { code, reasons } = statuses.get(row) as Status;
    const plugin = statuses.pluginOf(row);
    return {
      node: nameOf(snapshot, row),
      plugin,
      code,
      reasons,
      free: freeOn(snapshot, row, entry.info),
    };
  });
}

/** What is left on a node of every resource that the pod asks for, and of places for pods. */
function freeOn({ table }: Snapshot, row: number, pod: PodInfo): readonly ResourceAmount[] {
  const places = (table.allocatablePods[row] as number) - (table.podCount[row] as number);
  const amounts = requestsOf(pod).map(({ resource }) => {
    const column = table.column(resource);
    const allocatable = column?.allocatable[row] ?? 0;
    return { resource, amount: allocatable - (column?.requested[row] ?? 0) };
  });
  return [...amounts, { resource: 'pods', amount: places }];
}

function othersThan(snapshot: Snapshot, examined: readonly { node: string }[]): readonly string[] {
  const known = new Set(examined.map(({ node }) => node));
  return snapshot.names().filter((name) => !known.has(name));
}

function searchOf({ notes, decision, snapshot }: RecordedCycle): NodeSearch | undefined {
  const search = notes.searches.at(-1);
  if (search === undefined) return undefined;
  const { nodeNames, narrowedBy = [] } = notes.preFilter ?? {};
  const isNominated = notes.nominatedNodeName !== '' && notes.searches.length === 1;
  // The order of a narrowed search is that of the names.
  const named = [...(nodeNames ?? [])].filter((name) => snapshot.rowOf(name) !== undefined);
  const order = nodeNames === undefined ? snapshot.names() : named.sort(byCodeUnits);
  return {
    nodes: snapshot.count,
    narrowedBy,
    candidates: search.nodes,
    wanted: search.wanted,
    firstNode: isNominated ? notes.nominatedNodeName : (order[search.start] ?? ''),
    nominatedNode: notes.nominatedNodeName,
    examined: decision.work.examinedNodes,
    filters: decision.work.filters,
  };
}

function choiceOf(
  { notes, decision, framework }: RecordedCycle,
  feasible: readonly FeasibleNode[],
  tieBreak: TieBreakName,
): NodeChoice {
  if (notes.nominatedNodeName !== '' && notes.searches.length === 1) {
    return { rule: 'nominated node' };
  }
  if (feasible.length === 1) {
    // Without any scores one node is enough, and others may be feasible too.
    const { nodes = 1, wanted = nodes } = notes.searches.at(-1) ?? {};
    const isFirst = framework.plugins.score.length === 0 && wanted < nodes;
    return { rule: isFirst ? 'first feasible node' : 'only feasible node' };
  }
  const total = feasible.find(({ node }) => node === decision.nodeName)?.total ?? 0;
  const best = feasible.filter((each) => each.total === total);
  if (best.length > 1) {
    return { rule: 'tie', total, nodes: best.map(({ node }) => node), tieBreak };
  }
  const others = feasible.filter(({ node }) => node !== decision.nodeName);
  const next = others.reduce((a, b) => ((b.total ?? 0) > (a.total ?? 0) ? b : a));
  return { rule: 'highest total', total, runnerUp: { node: next.node, total: next.total ?? 0 } };
}

function preemptionOf(
  { postFilter }: CycleNotes,
  snapshot: Snapshot,
): PreemptionRecord | undefined {
  if (postFilter === undefined) return undefined;
  const { nominatedNodeName = '', victims = [], trials = [], status } = postFilter;
  const candidates = trials.filter((trial) => trial.status === undefined);
  return {
    nominatedNode: nominatedNodeName,
    victims: victims.map(victimOf),
    tried: trials.map((trial) => candidateOf(trial, snapshot)),
    rule: candidates.length === 0 ? '' : chooseCandidate(candidates).rule,
    message: messageOf(status),
  };
}

function candidateOf(trial: PreemptionTrial, snapshot: Snapshot) {
  return {
    node: nameOf(snapshot, trial.row),
    victims: trial.victims.map(victimOf),
    pdbViolations: trial.numPDBViolations,
    reasons: trial.status?.reasons ?? [],
    plugin: trial.plugin,
  };
}

function victimOf({ key, uid, priority }: PodInfo): Victim {
  return { pod: key, uid, priority, deletedUs: undefined };
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
