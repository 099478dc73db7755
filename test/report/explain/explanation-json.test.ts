// The explanation of a pod as a program reads it: everything is there, in seconds.
import { describe, expect, test } from 'vitest';
import { explanationJson } from '../../../src/report/explain/explanation-json.js';
import { eventRow, pendingPodRow } from '../fixtures.js';
import { attempt, explanation, failedAttempt } from './explanation-fixture.js';

const parsed = (fields: Parameters<typeof explanation>[0] = {}) =>
  JSON.parse(explanationJson(explanation(fields)));

describe('the explanation as JSON', () => {
  test('has the pod with its stages', () => {
    expect(parsed().pod).toMatchObject({
      namespace: 'shop',
      name: 'web-1',
      owner: 'Deployment/web',
      priority: 5,
      requests: { cpu: 500, memory: 67_108_864 },
      createdSeconds: 1,
      scheduledSeconds: 1.2,
      deletedSeconds: null,
      stageEndSeconds: { scheduling: 1.3, readiness: 1.7 },
    });
    expect(parsed({ pod: pendingPodRow() }).pod.stageEndSeconds.scheduling).toBeNull();
  });

  test('has every node of an attempt with its scores by plugin', () => {
    const [first] = parsed().attempts;
    expect(first).toMatchObject({
      number: 1,
      startedSeconds: 1.15,
      assumedSeconds: 1.2,
      permitWaits: [],
      endedSeconds: 1.35,
      result: 'scheduled',
      node: 'node-a',
      choice: { rule: 'highest total', total: 375, runnerUp: { node: 'node-b', total: 360 } },
      preemption: null,
      preFilter: null,
    });
    expect(first.feasible[0]).toEqual({
      node: 'node-b',
      total: 360,
      free: { cpu: 1500 },
      scores: {
        NodeResourcesFit: { raw: 60, normalized: 60, weighted: 60 },
        TaintToleration: { raw: 0, normalized: 100, weighted: 300 },
      },
    });
    expect(first.refused).toEqual([
      {
        node: 'node-c',
        plugin: 'NodeResourcesFit',
        code: 'Unschedulable',
        reasons: ['Insufficient cpu'],
        free: { cpu: 200 },
      },
    ]);
  });

  test('has what made the pod wait before its binding', () => {
    const permitWaits = [{ plugin: 'Gang', timeoutUs: 30_000_000 }];
    expect(parsed({ attempts: [attempt({ permitWaits })] }).attempts[0].permitWaits).toEqual([
      { plugin: 'Gang', timeoutSeconds: 30 },
    ]);
  });

  test('has null for what did not happen', () => {
    const [first] = parsed({
      attempts: [failedAttempt({ endedUs: undefined, search: undefined })],
    }).attempts;
    expect(first).toMatchObject({ endedSeconds: null, search: null, choice: null, node: '' });
  });

  test('has preemption with its victims and everything that was tried', () => {
    const victim = { pod: 'default/low', uid: 'u', priority: 0, deletedUs: 2_500_000 };
    const preemption = {
      nominatedNode: 'node-b',
      victims: [victim],
      tried: [
        { node: 'node-b', victims: [victim], pdbViolations: 1, reasons: [], plugin: '' },
        { node: 'node-a', victims: [], pdbViolations: 0, reasons: ['full'], plugin: 'F' },
      ],
      rule: 'only candidate',
      message: '',
    };
    const [first] = parsed({ attempts: [failedAttempt({ preemption })] }).attempts;
    expect(first.preemption).toMatchObject({
      nominatedNode: 'node-b',
      rule: 'only candidate',
      victims: [{ pod: 'default/low', priority: 0, deletedSeconds: 2.5 }],
      tried: [
        { node: 'node-b', pdbViolations: 1 },
        { reasons: ['full'], plugin: 'F' },
      ],
    });
  });

  test('has the moves through the queue and the Events', () => {
    const cause = { event: 'NodeAdd', object: 'Node n', plugins: ['NodeResourcesFit'] };
    const gate = { plugin: 'SchedulingGates', reasons: ['closed'] };
    const move = {
      timeUs: 5,
      scheduler: 'kube-scheduler',
      store: 'backoff',
      missed: [cause],
      backoffEndsUs: 3_000_000,
    } as const;
    const { queue, events } = parsed({
      moves: [
        { ...move, cause, gate: undefined },
        { ...move, cause, gate },
      ],
      events: [eventRow({ reason: 'BackOff', timeUs: 4_000_000 })],
    });
    expect(queue).toEqual([
      {
        timeSeconds: 0.000005,
        scheduler: 'kube-scheduler',
        store: 'backoff',
        cause,
        missed: [cause],
        backoffEndsSeconds: 3,
        gate: null,
      },
      expect.objectContaining({ gate }),
    ]);
    expect(events).toMatchObject([{ reason: 'BackOff', timeSeconds: 4 }]);
  });

  test.each([
    ['tie', { rule: 'tie', total: 9, nodes: ['a', 'b'], tieBreak: 'heap' }],
    ['nominated node', { rule: 'nominated node' }],
  ] as const)('has why the node was taken: %s', (_rule, choice) => {
    expect(parsed({ attempts: [attempt({ choice })] }).attempts[0].choice).toEqual(choice);
  });

  test('is the same bytes for the same explanation', () => {
    expect(explanationJson(explanation())).toBe(explanationJson(explanation()));
  });
});
