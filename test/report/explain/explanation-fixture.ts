// An explanation made by hand, with everything in it that can be shown.
import type {
  AttemptRecord,
  FeasibleNode,
  PodExplanation,
  RefusedNode,
} from '../../../src/experiment/explain/pod-explanation.js';
import { podRow } from '../fixtures.js';

const ms = 1_000;

/** A node with scores of NodeResourcesFit ×1 and TaintToleration ×3, the latter always 300. */
export function feasibleNode(node: string, fit: number): FeasibleNode {
  return {
    node,
    total: fit + 300,
    scores: [
      { raw: fit, normalized: fit, weighted: fit },
      { raw: 0, normalized: 100, weighted: 300 },
    ],
    free: [{ resource: 'cpu', amount: 1500 }],
  };
}

/** A node with that much CPU left, which is not enough. */
export function fullNode(node: string, freeMilli: number): RefusedNode {
  return {
    node,
    plugin: 'NodeResourcesFit',
    code: 'Unschedulable',
    reasons: ['Insufficient cpu'],
    free: [{ resource: 'cpu', amount: freeMilli }],
  };
}

export function taintedNode(node: string): RefusedNode {
  const reasons = ['node(s) had untolerated taint(s)'];
  const code = 'UnschedulableAndUnresolvable';
  return { node, plugin: 'TaintToleration', code, reasons, free: [] };
}

/** An attempt on three nodes that ended at 1.35 s; override what matters. */
export function attempt(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    number: 1,
    startedUs: 1_150 * ms,
    assumedUs: 1_200 * ms,
    permitWaits: [],
    endedUs: 1_350 * ms,
    scheduler: 'kube-scheduler',
    profile: 'default-scheduler',
    result: 'scheduled',
    node: 'node-a',
    message: '',
    search: {
      nodes: 3,
      narrowedBy: [],
      candidates: 3,
      wanted: 3,
      firstNode: 'node-a',
      nominatedNode: '',
      examined: 3,
      filters: ['NodeResourcesFit'],
    },
    preFilter: undefined,
    scorers: [
      { plugin: 'NodeResourcesFit', weight: 1 },
      { plugin: 'TaintToleration', weight: 3 },
    ],
    feasible: [feasibleNode('node-b', 60), feasibleNode('node-a', 75)],
    refused: [fullNode('node-c', 200)],
    notExamined: [],
    isAbridged: false,
    choice: {
      rule: 'highest total',
      total: 375,
      runnerUp: { node: 'node-b', total: 360 },
    },
    preemption: undefined,
    ...fields,
  };
}

/** The message of a pod that three full nodes refuse. */
export const refusal = '0/3 nodes are available: 3 Insufficient cpu.';

/** An attempt that three full nodes refuse. */
export function failedAttempt(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return attempt({
    result: 'unschedulable',
    node: '',
    assumedUs: undefined,
    message: refusal,
    scorers: [],
    feasible: [],
    refused: [fullNode('node-a', 100), fullNode('node-b', 400), fullNode('node-c', 200)],
    choice: undefined,
    ...fields,
  });
}

export function explanation(fields: Partial<PodExplanation> = {}): PodExplanation {
  return {
    pod: podRow({ namespace: 'shop', name: 'web-1', node: 'node-a', owner: 'Deployment/web' }),
    priority: 5,
    requests: [
      { resource: 'cpu', amount: 500 },
      { resource: 'memory', amount: 64 * 1024 * 1024 },
    ],
    attempts: [attempt()],
    moves: [
      {
        timeUs: 1_100 * ms,
        scheduler: 'kube-scheduler',
        store: 'active',
        cause: { event: 'UnschedulablePodAdd', object: '', plugins: [] },
        missed: [],
        backoffEndsUs: undefined,
        gate: undefined,
      },
    ],
    events: [],
    ...fields,
  };
}
