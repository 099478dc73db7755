// The kubelet of a node pool: defaults, thresholds, and what cannot be.

import { describe, expect, test } from 'vitest';
import { kubeletConfigurationOf } from '../../src/scenario/kubelet-configuration.js';
import { load, loaded } from './memory-files.js';

const pools = (kubelet: string) =>
  `nodePools: [{name: w, count: 1, cpu: 4, memory: 16Gi, pods: 110, kubelet: ${kubelet}}]`;

const problems = (kubelet: string): readonly string[] =>
  load(pools(kubelet)).problems.map(
    ({ path, message, expected }) => `${path} ${message}: ${expected}`,
  );

describe('the kubelet of a pool', () => {
  test('has the defaults where nothing is said', () => {
    expect(kubeletConfigurationOf(undefined)).toBeUndefined();
    const { evictionThresholds, podsPerCore } = kubeletConfigurationOf({}) ?? {};
    expect([evictionThresholds?.length, podsPerCore]).toEqual([5, 0]);
  });

  test('has hard thresholds of its own instead of all defaults, and soft ones with a grace', () => {
    const configuration = kubeletConfigurationOf({
      evictionHard: { 'memory.available': '10%' },
      evictionSoft: { 'nodefs.available': '5Gi' },
      evictionSoftGracePeriod: { 'nodefs.available': '90s' },
    });
    expect(configuration?.evictionThresholds).toEqual([
      { signal: 'memory.available', value: { share: 0.1 }, graceUs: 0 },
      { signal: 'nodefs.available', value: { amount: 5_368_709_120 }, graceUs: 90_000_000 },
    ]);
  });

  test('lets a node have fewer pods, where there are so many for each core', () => {
    const scenario = loaded(pools('{podsPerCore: 10}'));
    const [pool] = scenario.cluster.nodePools;
    expect(pool?.template.status?.allocatable?.['pods']).toBe('40');
    expect(pool?.kubelet?.podsPerCore).toBe(10);
  });

  test.each([
    ['{evictionHard: {memory.free: 1Gi}}', 'memory.free'],
    ['{evictionHard: {memory.available: lots}}', 'an amount such as 100Mi'],
    ['{evictionHard: {memory.available: 120%}}', 'an amount such as 100Mi'],
    ['{evictionSoft: {memory.available: 1Gi}}', 'a grace period for memory.available'],
    ['{imageGCHighThresholdPercent: 60}', 'below imageGCHighThresholdPercent, which is 60'],
    ['{imageGCLowThresholdPercent: 101}', '0 to 100'],
    ['{podsPerCore: -1}', 'a whole number'],
    ['{featureGates: {PLEG: true}}', 'PLEG'],
  ])('%s is refused', (kubelet, what) => {
    expect(problems(kubelet).join('\n')).toContain(what);
  });
});
