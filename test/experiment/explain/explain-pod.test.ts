// Pods of whole runs explained: what was decided, why, and that looking changes nothing.
import { describe, expect, test } from 'vitest';
import { explainPod } from '../../../src/experiment/explain/explain-pod.js';
import type { PodExplanation } from '../../../src/experiment/explain/pod-explanation.js';
import { wholeAttempts } from '../../../src/experiment/explain/scheduling-log.js';
import { runScenario } from '../../../src/experiment/run-scenario.js';
import type { LoadedScenario } from '../../../src/scenario/scenario.js';
import { loaded } from '../../scenario/memory-files.js';

/** A bare pod in flow style. */
function pod(name: string, cpu: string, more = ''): string {
  const containers = `[{name: c, image: x, resources: {requests: {cpu: ${cpu}, memory: 64Mi}}}]`;
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: ${containers}${more}}}`;
}

function scenario(
  operations: readonly string[],
  nodes = '{name: node, count: 3, cpu: 4, memory: 8Gi}',
) {
  const list = operations.map((operation) => `      - ${operation}\n`).join('');
  return loaded(
    `horizon: 10m\nuntil: horizon\nnodePools: [${nodes}]\nworkload:\n  operations:\n${list}`,
  );
}

function explained(input: LoadedScenario, name: string): PodExplanation {
  const { explanation, match } = explainPod(input, name);
  if (explanation === undefined) throw new Error(JSON.stringify(match));
  return explanation;
}

describe('a pod that fits everywhere', () => {
  const run = scenario([`{op: apply, objects: [${pod('p', '500m')}]}`]);

  test('has one attempt with the scores of every node, which add up to the totals', () => {
    const { attempts, priority, requests, pod: row } = explained(run, 'default/p');
    expect([attempts.length, priority, row.node]).toEqual([1, 0, attempts[0]?.node]);
    expect(requests).toEqual([
      { resource: 'cpu', amount: 500 },
      { resource: 'memory', amount: 67_108_864 },
    ]);
    const { feasible = [], scorers = [], search, endedUs } = attempts[0] ?? {};
    expect(feasible.map(({ node }) => node)).toEqual(['node-0', 'node-1', 'node-2']);
    expect(scorers.map(({ plugin }) => plugin)).toContain('NodeResourcesFit');
    for (const { total, scores, free } of feasible) {
      expect(scores.reduce((sum, { weighted }) => sum + weighted, 0)).toBe(total);
      expect(free).toContainEqual({ resource: 'cpu', amount: 4000 });
    }
    expect(search).toMatchObject({ nodes: 3, examined: 3, firstNode: 'node-0', nominatedNode: '' });
    expect(endedUs).toBeGreaterThanOrEqual(row.boundUs ?? Number.POSITIVE_INFINITY);
  });

  test('is placed by the order of examination when all nodes are equal', () => {
    expect(explained(run, 'default/p').attempts[0]?.choice).toEqual({
      rule: 'tie',
      total: expect.any(Number),
      nodes: ['node-0', 'node-1', 'node-2'],
      tieBreak: 'heap',
    });
  });

  test('is placed by its total when the nodes differ', () => {
    const pools =
      '{name: a, count: 1, cpu: 4, memory: 8Gi}, {name: b, count: 1, cpu: 8, memory: 8Gi}';
    const input = scenario([`{op: apply, objects: [${pod('p', '500m')}]}`], pools);
    const [attempt] = explained(input, 'default/p').attempts;
    const best = attempt?.feasible.find(({ node }) => node === attempt.node);
    const other = attempt?.feasible.find(({ node }) => node !== attempt.node);
    expect(attempt?.choice).toEqual({
      rule: 'highest total',
      total: best?.total,
      runnerUp: { node: other?.node, total: other?.total },
    });
    expect(best?.total).toBeGreaterThan(other?.total ?? Number.POSITIVE_INFINITY);
  });

  test('is known by the beginning of its name, which takes a second look', () => {
    const replicas =
      '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}}';
    const report = explainPod(scenario([`{op: apply, objects: [${replicas}]}`]), 'default/web');
    expect(report.match.key).toMatch(/^default\/web-/);
    expect(report.explanation?.pod.owner).toBe('Deployment/web');
    expect(report.explanation?.attempts).toHaveLength(1);
  });
});

describe('nodes that are not looked at', () => {
  test('are named as such when enough others were found', () => {
    const operation = `{op: apply, objects: [${pod('p', '500m')}]}`;
    const input = scenario([operation], '{name: node, count: 150, cpu: 4, memory: 8Gi}');
    const [attempt] = explained(input, 'default/p').attempts;
    expect(attempt?.search).toMatchObject({ nodes: 150, candidates: 150, wanted: 100 });
    expect(attempt?.feasible).toHaveLength(100);
    expect(attempt?.notExamined).toHaveLength(50);
    const all = [...(attempt?.feasible ?? []), ...(attempt?.refused ?? [])].map(({ node }) => node);
    expect(new Set([...all, ...(attempt?.notExamined ?? [])]).size).toBe(150);
  });

  test('are all but those that PreFilter has left', () => {
    const affinity =
      ', affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [node-1]}]}]}}}';
    const input = scenario([`{op: apply, objects: [${pod('p', '500m', affinity)}]}`]);
    const [attempt] = explained(input, 'default/p').attempts;
    expect(attempt).toMatchObject({
      node: 'node-1',
      search: { narrowedBy: ['NodeAffinity'], candidates: 1, firstNode: 'node-1' },
      notExamined: ['node-0', 'node-2'],
      choice: { rule: 'only feasible node' },
      scorers: [],
    });
    expect(attempt?.feasible[0]?.total).toBeUndefined();
  });
});

describe('a pod that fits nowhere', () => {
  const run = scenario([
    `{op: apply, objects: [${pod('first', '3')}, ${pod('second', '3')}, ${pod('third', '3')}]}`,
    `{op: apply, at: 30s, objects: [${pod('late', '2')}]}`,
    '{op: delete, at: 90s, targets: [{kind: Pod, namespace: default, name: second}]}',
  ]);
  const { attempts, moves, events } = explained(run, 'default/late');

  test('has the message of its Event, and per node the filter that refused it', () => {
    const [attempt] = attempts;
    const message = attempt?.message ?? '';
    expect(message).toMatch(/^0\/3 nodes are available: 3 Insufficient cpu\./);
    expect(events.map((event) => event.message)).toContain(message);
    expect(attempt?.refused).toHaveLength(3);
    expect(attempt?.refused[0]).toMatchObject({
      plugin: 'NodeResourcesFit',
      code: 'Unschedulable',
      reasons: ['Insufficient cpu'],
    });
    expect(attempt?.refused[0]?.free).toContainEqual({ resource: 'cpu', amount: 1000 });
    expect(attempt).toMatchObject({ result: 'unschedulable', node: '', choice: undefined });
  });

  test('has found no victims of lower priority', () => {
    expect(attempts[0]?.preemption).toMatchObject({ nominatedNode: '', victims: [], rule: '' });
    expect(attempts[0]?.preemption?.tried).toHaveLength(3);
    expect(attempts[0]?.preemption?.message).toContain('No preemption victims found');
  });

  test('is brought back by an event, and by whose hint', () => {
    const woken = moves.find(({ cause }) => cause.event === 'AssignedPodDelete');
    expect(woken?.cause).toEqual({
      event: 'AssignedPodDelete',
      object: 'Pod default/second',
      plugins: ['NodeResourcesFit'],
    });
    expect(woken?.timeUs).toBeGreaterThan(90_000_000);
    expect(moves.map(({ store }) => store).slice(0, 2)).toEqual(['active', 'unschedulable']);
    expect(attempts.at(-1)).toMatchObject({
      number: attempts.length,
      result: 'scheduled',
      choice: { rule: 'only feasible node' },
    });
  });
});

describe('a pod that preempts', () => {
  const high =
    '{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000}';
  const run = scenario([
    `{op: apply, objects: [${high}, ${pod('a', '3')}, ${pod('b', '3')}, ${pod('c', '3')}]}`,
    `{op: apply, at: 60s, objects: [${pod('urgent', '2', ', priorityClassName: high')}]}`,
  ]);
  const { attempts, pod: row } = explained(run, 'default/urgent');

  test('has victims, who are gone at a time, and the other candidates', () => {
    const { preemption } = attempts[0] ?? {};
    expect(preemption?.victims).toHaveLength(1);
    expect(preemption?.victims[0]?.deletedUs).toBeGreaterThan(60_000_000);
    expect(preemption?.tried.map(({ victims }) => victims.length)).toEqual([1, 1, 1]);
    expect(preemption?.rule).not.toBe('');
  });

  test('waits for its node, and takes it without looking at any other', () => {
    const last = attempts.at(-1);
    expect(last?.choice).toEqual({ rule: 'nominated node' });
    expect(last?.search?.nominatedNode).toBe(attempts[0]?.preemption?.nominatedNode);
    expect([last?.node, last?.notExamined.length]).toEqual([row.node, 2]);
  });
});

describe('pods that a PreEnqueue plugin keeps out', () => {
  test('have no attempt, and the gate is named', () => {
    const gated = pod('p', '100m', ', schedulingGates: [{name: example.com/wait}]');
    const { attempts, moves } = explained(
      scenario([`{op: apply, objects: [${gated}]}`]),
      'default/p',
    );
    expect(attempts).toEqual([]);
    expect(moves).toMatchObject([{ store: 'gated', gate: { plugin: 'SchedulingGates' } }]);
  });
});

describe('a pod that is tried very often', () => {
  const deletions = Array.from(
    { length: 60 },
    (_, i) =>
      `{op: delete, at: ${20 + 9 * i}s, targets: [{kind: Pod, namespace: default, name: f-${i}}]}`,
  );
  const fillers = Array.from({ length: 60 }, (_, i) => pod(`f-${i}`, '10m'));
  const run = scenario([
    `{op: apply, objects: [${[...fillers, pod('huge', '4')].join(', ')}]}`,
    ...deletions,
  ]);

  test('keeps the nodes of its first and last attempts, and counts the others', () => {
    const { attempts } = explained(run, 'default/huge');
    expect(attempts.length).toBeGreaterThan(2 * wholeAttempts);
    const kept = attempts.map(({ isAbridged }) => !isAbridged);
    expect(kept.filter(Boolean)).toHaveLength(2 * wholeAttempts);
    expect(kept.slice(0, wholeAttempts).every(Boolean)).toBe(true);
    expect(kept.slice(-wholeAttempts).every(Boolean)).toBe(true);
    expect(attempts[wholeAttempts]).toMatchObject({ refused: [], search: { examined: 3 } });
    expect(attempts[0]?.refused).toHaveLength(3);
  });
});

describe('who decides', () => {
  const withControlPlane = (controlPlane: string, ...objects: string[]): LoadedScenario =>
    loaded(
      `horizon: 1m
until: horizon
controlPlane: {${controlPlane}}
nodePools: [{name: a, count: 1, cpu: 4, memory: 8Gi}, {name: b, count: 1, cpu: 8, memory: 8Gi}]
workload: {operations: [{op: apply, objects: [${objects.join(', ')}]}]}`,
    );

  test('is named when there are several schedulers, each with its own queue', () => {
    const second = '{name: batch, config: {profiles: [{schedulerName: batch}]}}';
    const input = withControlPlane(
      `schedulers: [{name: kube-scheduler}, ${second}]`,
      pod('p', '1'),
      pod('q', '1', ', schedulerName: batch'),
    );
    const first = explained(input, 'default/p');
    expect(first.attempts).toMatchObject([{ scheduler: 'kube-scheduler' }]);
    expect(first.moves.map(({ scheduler }) => scheduler)).toEqual(['kube-scheduler']);
    expect(explained(input, 'default/q').attempts).toMatchObject([
      { scheduler: 'batch', profile: 'batch', number: 1 },
    ]);
  });

  test('is chance when the scenario asks for it', () => {
    const operation = `{op: apply, objects: [${pod('p', '1')}]}`;
    const equal = scenario([operation]);
    const { controlPlane } = equal.cluster;
    const scheduler = { ...controlPlane.scheduler, tieBreak: 'reservoir' as const };
    const cluster = { ...equal.cluster, controlPlane: { ...controlPlane, scheduler } };
    const [attempt] = explained({ ...equal, cluster }, 'default/p').attempts;
    expect(attempt?.choice).toMatchObject({ rule: 'tie', tieBreak: 'reservoir' });
  });

  test('is an extender too: what it adds is a score of its own', () => {
    const url = 'urlPrefix: "http://gpu:80"';
    const config = `config: {extenders: [{${url}, prioritizeVerb: score, weight: 2}]}`;
    const entry = `extenders: [{${url}, latency: 1ms, plugin: NodeResourcesFit}]`;
    const input = withControlPlane(`scheduler: {${config}, ${entry}}`, pod('p', '1'));
    const [attempt] = explained(input, 'default/p').attempts;
    expect(attempt?.scorers.at(-1)).toEqual({ plugin: 'Extender', weight: 1 });
    for (const { total, scores } of attempt?.feasible ?? []) {
      expect(scores.at(-1)?.weighted).toBeGreaterThan(0);
      expect(scores.reduce((sum, { weighted }) => sum + weighted, 0)).toBe(total);
    }
  });

  test('is nobody for a pod that asks for a scheduler that there is not', () => {
    const orphan = pod('p', '1', ', schedulerName: nobody');
    const { attempts, moves } = explained(
      scenario([`{op: apply, objects: [${orphan}]}`]),
      'default/p',
    );
    expect([attempts, moves]).toEqual([[], []]);
  });
});

describe('looking at a pod', () => {
  const run = scenario([
    `{op: apply, objects: [${pod('p', '3')}, ${pod('q', '3')}, ${pod('r', '3')}, ${pod('s', '3')}]}`,
    '{op: delete, at: 20s, targets: [{kind: Pod, namespace: default, name: q}]}',
  ]);
  const plain = runScenario(run);

  test.each(['p', 's'])('changes nothing of the run: %s', (name) => {
    const { traceHash, explanation } = explainPod(run, `default/${name}`);
    expect(traceHash).toBe(plain.traceHash);
    expect(explanation?.pod).toEqual(plain.pods.find((row) => row.name === name));
  });

  test('says nothing when the run is not the one that was asked about', () => {
    const earlier = { ...plain, traceHash: 'another', stoppedAtEvents: undefined };
    const report = explainPod(run, 'default/p', earlier);
    expect(report).toMatchObject({ isSame: false, explanation: undefined });
  });

  test('names what could be meant when there is no such pod', () => {
    const report = explainPod(run, 'default/x');
    expect(report.match).toEqual({ key: undefined, candidates: [], nearest: 'default/p' });
    expect(report.explanation).toBeUndefined();
  });

  test('shows the last of several pods of one name', () => {
    const again = scenario([
      `{op: apply, objects: [${pod('p', '1')}]}`,
      '{op: delete, at: 60s, targets: [{kind: Pod, namespace: default, name: p}]}',
      `{op: apply, at: 200s, objects: [${pod('p', '2')}]}`,
    ]);
    const { explanation, namesakes } = explainPod(again, 'default/p');
    expect(namesakes).toBe(1);
    expect(explanation?.requests[0]).toEqual({ resource: 'cpu', amount: 2000 });
    expect(explanation?.attempts[0]?.startedUs).toBeGreaterThan(200_000_000);
  });
});
