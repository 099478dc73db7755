// What becomes of pods that come up while the image registry is slow or down.
import { expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { load } from '../scenario/memory-files.js';

function run(...faults: readonly string[]): RunResult {
  const containers =
    '[{name: c, image: registry.example/app:1, resources: {requests: {cpu: 1m, memory: 1Mi}}}]';
  const lines = faults.map((fault) => `\n    - ${fault}`).join('');
  const { scenario, problems } = load(`horizon: 10m
nodePools: [{name: node, count: 1, cpu: 4, memory: 16Gi}]
network: {registry: {bytesPerSecond: 100M}, imageSizes: {'registry.example/app:1': 500M}}
workload:
  operations:${lines}
    - op: apply
      yaml: |
        apiVersion: v1
        kind: Pod
        metadata: {name: a}
        spec: {containers: ${containers}}
`);
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error('no scenario');
  return runScenario(scenario);
}

const secondsOf = ({ pods }: RunResult): number => (pods[0]?.readyUs ?? Number.NaN) / 1_000_000;

test('a slow registry sends as many times as slowly', () => {
  const plain = secondsOf(run());
  const slow = secondsOf(run('{op: registryFault, fault: slow, factor: 20}'));
  // 500 MB at 100 MB/s take 5 s; the disk of the node takes longer than that by itself.
  expect(plain).toBeLessThan(60);
  expect(slow).toBeGreaterThan(100);
  expect(slow - plain).toBeLessThan(110);
});

test('pulls that fail back off 10, 20, 40 seconds, with Events that count', () => {
  const down = run('{op: registryFault, fault: down, duration: 40s}');
  const failed = down.kubernetesEvents.filter(({ reason }) => reason === 'Failed');
  expect(failed).toHaveLength(1);
  expect(failed[0]?.message).toContain('503 Service Unavailable');
  // At 0, 10 and 30 s and a little; the next attempt is after 70 s.
  expect(failed[0]?.count).toBe(3);
  const seconds = secondsOf(down);
  expect(seconds).toBeGreaterThan(70);
  expect(seconds).toBeLessThan(130);
});

test('a registry that is healed answers the next attempt', () => {
  const healed = run('{op: registryFault, fault: down}', '{op: sleep, duration: 1s}', '{op: heal}');
  expect(secondsOf(healed)).toBeLessThan(40);
});
