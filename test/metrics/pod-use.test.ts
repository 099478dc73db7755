// What pods use at the end of a run, and the measures of compare that follow from it.
import { describe, expect, test } from 'vitest';
import { measuresWith } from '../../src/experiment/compare/measures.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { loaded } from '../scenario/memory-files.js';

const pod = (name: string, annotations: string, more = '') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, annotations: {${annotations}}}, ` +
  'spec: {restartPolicy: Never, containers: [{name: c, image: i, resources: ' +
  `{requests: {cpu: 1, memory: 1Gi}}}]${more}}}`;

/** A run for 40 seconds on two nodes of 4 CPU and 8Gi; the utilisation of both. */
function run(...pods: readonly string[]) {
  const scenario = loaded(`until: horizon
horizon: 40s
nodePools: [{name: a, count: 2, cpu: 4, memory: 8Gi}]
workload: {operations: [{op: apply, objects: [${pods.join(', ')}]}]}`);
  const result = runScenario(scenario);
  const ratios = measuresWith({ extended: [], steady: [] })
    .filter(({ name }) => name.includes('_utilisation_'))
    .map((measure) => [measure.name, measure.of(result)]);
  return { use: result.use, ratios: Object.fromEntries(ratios) as Record<string, number> };
}

describe('what pods use', () => {
  test('is not known where none says it', () => {
    const { use, ratios } = run(pod('silent', ''));
    expect(use).toBeUndefined();
    expect(ratios).toEqual({
      cpu_utilisation_ratio: Number.NaN,
      memory_utilisation_ratio: Number.NaN,
    });
  });

  test('is what they say at that time, of the others what the metrics server says', () => {
    const { use } = run(
      pod('grows', 'kubeclock.dev/cpu-use: "0s=100m,20s=700m", kubeclock.dev/memory-use: 2Gi'),
      pod('half', 'kubeclock.dev/cpu-use: 250m'),
      pod('silent', ''),
    );
    expect(use?.cpuMilli).toBeCloseTo(700 + 250 + 0.5 * 1000, 6);
    expect((use?.memoryBytes ?? 0) / 2 ** 30).toBeCloseTo(2 + 0.7 + 0.7, 6);
  });

  test('of all nodes is the utilisation', () => {
    const { ratios, use } = run(pod('busy', 'kubeclock.dev/cpu-use: "2"'));
    expect(ratios['cpu_utilisation_ratio']).toBeCloseTo(0.25, 2);
    expect(ratios['memory_utilisation_ratio']).toBeLessThan(0.06);
    expect(use?.cpuMilli).toBe(2000);
  });

  test('is no more than there is', () => {
    const hog = (name: string): string =>
      pod(name, 'kubeclock.dev/cpu-use: "5"', ', nodeName: a-0');
    const { use } = run(hog('one'), hog('two'), pod('three', 'kubeclock.dev/cpu-use: "1"'));
    expect(use?.cpuMilli).toBeCloseTo(4_000 + 1_000, 6);
  });

  test('counts neither pods that have ended nor pods without a node', () => {
    const { use } = run(
      pod('over', 'kubeclock.dev/cpu-use: "2", kubeclock.dev/run-time: 5s'),
      pod('nowhere', 'kubeclock.dev/cpu-use: "3"', ', nodeSelector: {no: such}'),
      pod('there', 'kubeclock.dev/cpu-use.c: 100m'),
    );
    expect(use?.cpuMilli).toBeCloseTo(100, 6);
  });
});
