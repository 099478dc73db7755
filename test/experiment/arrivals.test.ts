// Pods that arrive in a run: by a trace, and in a closed loop.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { loaded } from '../scenario/memory-files.js';

const template = (name: string) =>
  `{metadata: {name: ${name}, annotations: {kubeclock.dev/run-time: 4s}}, spec: {restartPolicy: Never, ` +
  'containers: [{name: c, image: i, resources: {requests: {cpu: 100m}}}]}}';
const scenario = loaded(
  `
nodePools: [{name: pool, count: 2, cpu: 4, memory: 8Gi}]
until: converged
horizon: 5m
workload:
  operations:
    - {op: arrivals, at: 1s, template: ${template('traced')}, process: {trace: t.csv}}
    - op: arrivals
      at: 1s
      count: 6
      template: ${template('loop')}
      process: {closedLoop: {inFlight: 2, think: 1s}}
    - {op: barrier}
    - {op: sleep, duration: 30s}
`,
  { 't.csv': 'at_seconds,run_seconds\n0.25,2\n10,\n' },
);
const { pods, outcome } = runScenario(scenario);
const named = (name: string) => pods.filter((pod) => pod.name.startsWith(name));

describe('pods that arrive', () => {
  test('come at the times of a trace and run for as long as it says', () => {
    const rows = named('traced');
    expect(rows.map(({ createdUs }) => Math.round(createdUs / 1e5) / 10)).toEqual([1.3, 11]);
    expect(rows.map(({ phase }) => phase)).toEqual(['Succeeded', 'Succeeded']);
  });

  test('never are more than a closed loop has in flight, and come until its count', () => {
    const rows = named('loop');
    expect(rows).toHaveLength(6);
    for (const [index, row] of rows.entries()) {
      const before = rows[index - 2];
      // A pod runs 4 s, and the next comes a second after its end was seen.
      if (before !== undefined) {
        expect(row.createdUs - (before.startedUs ?? 0)).toBeGreaterThan(5e6);
      }
    }
    expect(outcome.end).toBe('converged');
  });
});
