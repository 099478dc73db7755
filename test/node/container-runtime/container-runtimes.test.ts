// The runtimes against the published throughput of a node, and their medians.

import { describe, expect, test } from 'vitest';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { ContainerRuntimes } from '../../../src/node/container-runtime/container-runtimes.js';
import { exactProfile, runtimeProfiles } from '../../../src/node/container-runtime/profiles.js';
import type { RuntimeName, RuntimeTimes } from '../../../src/node/cri.js';

type Call = keyof RuntimeTimes<unknown>;

/** Median and 99th percentile of a call from 4,001 draws, ms. */
function quantiles(runtime: RuntimeName, call: Call): [number, number] {
  const sampler = distribution(runtimeProfiles[runtime][call]);
  const stream = new Simulation('runtime').random.stream(`${runtime}/${call}`);
  const draws = Array.from({ length: 4_001 }, () => sampler.sample(stream) / 1_000);
  draws.sort((a, b) => a - b);
  return [draws[2_000] as number, draws[3_960] as number];
}

describe('the calibrated profiles', () => {
  test.each([
    ['docker', 'runPodSandbox', 450],
    ['docker', 'createContainer', 240],
    ['docker', 'startContainer', 330],
    ['docker', 'stopContainer', 400],
    ['containerd', 'runPodSandbox', 130],
    ['containerd', 'networkAdd', 180],
    ['containerd', 'createContainer', 60],
    ['containerd', 'startContainer', 60],
    ['containerd', 'stopContainer', 70],
    ['cri-o', 'runPodSandbox', 90],
    ['cri-o', 'createContainer', 80],
    ['cri-o', 'startContainer', 50],
    ['rkt', 'runPodSandbox', 300],
    ['rkt', 'startContainer', 430],
  ] as const)(
    '%s needs for %s a median of %i ms, and four times that at p99',
    (runtime, call, median) => {
      const [p50, p99] = quantiles(runtime, call);
      expect(p50 / median).toBeGreaterThan(0.95);
      expect(p50 / median).toBeLessThan(1.05);
      expect(p99 / p50).toBeGreaterThan(3.5);
      expect(p99 / p50).toBeLessThan(4.5);
    },
  );

  test('do nothing where a runtime has no such call', () => {
    expect(quantiles('rkt', 'createContainer')).toEqual([0, 0]);
  });
});

/** Pods a second that a node of 4 cores starts when `pods` are asked of it at once. */
function startRate(runtime: RuntimeName, pods: number): number {
  const simulation = new Simulation('rate');
  const runtimes = new ContainerRuntimes(simulation);
  runtimes.addNode(runtime, 4);
  const times = runtimes.timesOf(0);
  const stream = simulation.random.stream('calls');
  const calls = Array.from({ length: pods }, () => [
    times.runPodSandbox.sample(stream) + times.networkAdd.sample(stream),
    times.createContainer.sample(stream),
    times.startContainer.sample(stream),
  ]);
  const next = simulation.defineEvent('test.CallEnded', (pod, call) => {
    const aloneUs = calls[pod]?.[call];
    if (aloneUs !== undefined) runtimes.perform(0, aloneUs, next, pod, call + 1);
  });
  for (let pod = 0; pod < pods; pod++) simulation.at(0, next, pod, 0);
  simulation.run();
  return pods / (simulation.now / 1_000_000);
}

describe('a node of four cores', () => {
  // reference nodes-controllers §7.3, "max start throughput, 4 cores"
  test.each([
    ['containerd', 6, 8.5],
    ['cri-o', 6, 9],
    ['docker', 2.2, 3.2],
    ['rkt', 1.8, 4],
  ] as const)('starts with %s between %f and %f pods a second', (runtime, least, most) => {
    const rate = startRate(runtime, 200);
    expect(rate).toBeGreaterThan(least);
    expect(rate).toBeLessThan(most);
  });

  test('takes two to three times as long for ten starts as for one', () => {
    const one = 4 / startRate('containerd', 4);
    const ten = 10 / startRate('containerd', 10);
    expect(ten / one).toBeGreaterThan(1.3);
    expect(ten / one).toBeLessThan(3);
  });
});

describe('other profiles', () => {
  test('can be exact: an agent that starts and stops after one second each', () => {
    const simulation = new Simulation('exact');
    const exact = exactProfile(1_000_000, 1_000_000);
    const profiles = { containerd: exact, 'cri-o': exact, docker: exact, rkt: exact };
    const runtimes = new ContainerRuntimes(simulation, profiles);
    runtimes.addNode('rkt', 1);
    const times = runtimes.timesOf(0);
    const stream = simulation.random.stream('calls');
    expect(times.runPodSandbox.sample(stream) + times.createContainer.sample(stream)).toBe(0);
    expect(times.startContainer.sample(stream)).toBe(1_000_000);
    expect(times.stopContainer.sample(stream)).toBe(1_000_000);
  });
});
