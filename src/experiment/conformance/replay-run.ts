// Whole runs done again: sequences of pods, and churn. Attempts are compared as they happen; the
// first difference ends a run, since nothing after it could agree.

import type { Decision } from '../../control-plane/scheduler/framework/decision.js';
import type { PluginRegistry } from '../../control-plane/scheduler/framework/plugin-handle.js';
import { PodInfo } from '../../control-plane/scheduler/framework/pod-info.js';
import { assert } from '../../kernel/assert.js';
import { type Difference, firstDifference } from './difference.js';
import type {
  Json,
  JsonObject,
  RecordedAttempt,
  RecordedChurn,
  RecordedCluster,
  RecordedObject,
  RecordedOperation,
  RecordedSequence,
} from './recording.js';
import { nodeOf, podOf, ReplayCluster } from './replay-cluster.js';

const secondUs = 1_000_000;

/** A template with every `{i}` and `{i%K}` in its strings replaced. Linear in its size. */
export function expandTemplate<T extends Json | undefined>(template: T, index: number): T {
  if (typeof template === 'string') {
    return template.replaceAll(/\{i(?:%(\d+))?\}/g, (_all, modulus?: string) =>
      String(modulus === undefined ? index : index % Number(modulus)),
    ) as T;
  }
  if (Array.isArray(template)) return template.map((item) => expandTemplate(item, index)) as T & [];
  if (typeof template !== 'object' || template === null) return template;
  const entries = Object.entries(template).map(([key, value]) => [
    key,
    expandTemplate(value as Json, index),
  ]);
  return Object.fromEntries(entries) as T;
}

/** Nodes and pods of a sequence, in order. */
export interface SequenceInput {
  readonly nodes: readonly RecordedObject[];
  readonly pods: readonly RecordedObject[];
}

/** The input of a sequence that is written as templates. */
export function expandSequence(recorded: RecordedSequence): SequenceInput {
  const { cluster, podTemplates = [], podSequence = [] } = recorded;
  const nodes = (cluster.nodeTemplates ?? []).flatMap(({ template, count, start }) =>
    Array.from({ length: count }, (_, index) => expandTemplate(template, start + index)),
  );
  const pods: RecordedObject[] = [];
  for (const [template, count] of podSequence) {
    for (let each = 0; each < count; each++) {
      pods.push(expandTemplate(podTemplates[template] ?? {}, pods.length));
    }
  }
  return { nodes, pods };
}

/** What an attempt came to, without the name of the pod. */
function outcomeOf({ result, nodeName, evaluatedNodes, feasibleNodes, message }: Decision) {
  return {
    node: result === 'scheduled' ? nodeName : null,
    evaluatedNodes,
    feasibleNodes,
    ...(message !== '' && { message }),
  };
}

/** One ScheduleOne after the other on one cluster. */
class Run {
  readonly cluster: ReplayCluster;
  bound = 0;
  unschedulable = 0;
  preemptions = 0;

  constructor(config: Json, registry: PluginRegistry) {
    this.cluster = new ReplayCluster(config, registry);
  }

  /** Decides, and binds the pod when it got a node. */
  schedule(info: PodInfo): Decision {
    const { cluster } = this;
    cluster.objects.set(info.pod);
    cluster.cache.updateSnapshot();
    const framework = cluster.frameworkOf(info);
    const decision = cluster.algorithm.decide(framework, info);
    if (decision.result !== 'scheduled') return decision;
    const { state, nodeName } = decision;
    const reserved = framework.runReserve(state, info.on(nodeName), nodeName);
    assert(reserved.status === undefined, `pod ${info.key}: Reserve refused ${nodeName}`);
    cluster.bind(info, nodeName, this.bound * secondUs);
    this.bound++;
    return decision;
  }

  /** The figures that a recording ends with. */
  final(): Readonly<Record<string, number>> {
    const { cache, algorithm } = this.cluster;
    const { table, order, count } = cache.updateSnapshot();
    const podCounts = [...order.subarray(0, count)].map((row) => table.podCount[row] as number);
    return {
      maxPodsOnANode: podCounts.reduce((most, each) => Math.max(most, each), 0),
      nextStartNodeIndex: algorithm.nextStartNodeIndex,
      nodes: count,
      nodesUsed: podCounts.filter((each) => each > 0).length,
      preemptions: this.preemptions,
      unschedulable: this.unschedulable,
    };
  }
}

/** Replays a sequence; undefined when everything agrees. */
export function replaySequence(
  recorded: RecordedSequence,
  input: SequenceInput,
  registry: PluginRegistry,
): Difference | undefined {
  const run = new Run(recorded.config, registry);
  const {
    nodeTemplates: _templates,
    nodesFile: _nodes,
    podsFile: _pods,
    ...lists
  } = recorded.cluster;
  run.cluster.load({ ...(lists as RecordedCluster), nodes: input.nodes });
  for (const [index, object] of input.pods.entries()) {
    const expected = recorded.expected[index];
    const info = new PodInfo(podOf(object));
    const decision = run.schedule(info);
    let got: JsonObject = { pod: info.pod.metadata.name, ...outcomeOf(decision) };
    if (decision.nominatedNodeName !== undefined && decision.nominatedNodeName !== '') {
      got = { ...got, preemption: preempt(run, info, decision) };
    } else if (decision.result !== 'scheduled') run.unschedulable++;
    const found = firstDifference(asJson(expected), got, `expected[${index}]`);
    if (found !== undefined) return found;
  }
  return compareFinal(recorded.final, { ...run.final(), pods: input.pods.length });
}

/** Removes the victims and schedules the pod again, as the nominated one. */
function preempt(run: Run, info: PodInfo, { nominatedNodeName = '', victims }: Decision): Json {
  run.preemptions++;
  const { pod } = info;
  const names = victims.map((victim) => victim.pod.metadata.name);
  names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (const name of names) {
    const victim = victims.find((each) => each.pod.metadata.name === name);
    run.cluster.deletePod(victim?.pod.metadata.namespace ?? 'default', name);
  }
  const status = { ...pod.status, nominatedNodeName };
  const retried = run.schedule(new PodInfo({ ...pod, status }));
  if (retried.result !== 'scheduled') run.unschedulable++;
  return { nominatedNode: nominatedNodeName, victims: names, retry: outcomeOf(retried) };
}

function asJson(attempt: RecordedAttempt | undefined): Json | undefined {
  return attempt as unknown as Json | undefined;
}

function compareFinal(
  expected: JsonObject,
  got: Readonly<Record<string, number>>,
): Difference | undefined {
  const known = Object.keys(got).filter((key) => key in expected);
  const wanted = Object.fromEntries(known.map((key) => [key, expected[key]]));
  const found = Object.fromEntries(known.map((key) => [key, got[key]]));
  return firstDifference(wanted, found, 'final');
}

/** Replays a churn run; undefined when everything agrees. */
export function replayChurn(
  recorded: RecordedChurn,
  registry: PluginRegistry,
): Difference | undefined {
  const run = new Run(recorded.config, registry);
  for (const [index, operation] of recorded.ops.entries()) {
    const found = applyOperation(run, operation, `ops[${index}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function applyOperation(
  run: Run,
  operation: RecordedOperation,
  field: string,
): Difference | undefined {
  const { cluster } = run;
  switch (operation.op) {
    case 'addNode':
    case 'updateNode':
      cluster.cache.addNode(nodeOf(operation.node));
      return undefined;
    case 'removeNode':
      cluster.cache.removeNode(operation.name);
      return undefined;
    case 'deletePod':
      cluster.deletePod(operation.namespace ?? 'default', operation.name);
      return undefined;
    case 'schedule': {
      const info = new PodInfo(podOf(operation.pod));
      const decision = run.schedule(info);
      if (decision.result !== 'scheduled') cluster.objects.delete(info.pod);
      const { nextStartNodeIndex } = cluster.algorithm;
      const got = { ...outcomeOf(decision), nextStartNodeIndex };
      return firstDifference(operation.expected, got, `${field}.expected`);
    }
    case 'check':
      return firstDifference(
        { nodes: operation.nodes, podsOnNode: operation.podsOnNode },
        observed(cluster),
        field,
      );
  }
}

function observed({ cache }: ReplayCluster): JsonObject {
  const snapshot = cache.updateSnapshot();
  const nodes = snapshot.names();
  const podsOnNode: Record<string, Json> = {};
  for (const name of nodes) {
    const pods = snapshot.table.pods[snapshot.rowOf(name) as number] ?? [];
    if (pods.length > 0) podsOnNode[name] = pods.map(({ pod }) => pod.metadata.name);
  }
  return { nodes, podsOnNode };
}
