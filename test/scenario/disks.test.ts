import { describe, expect, test } from 'vitest';
import { distribution } from '../../src/kernel/distributions.js';
import { scenarioDefaults } from '../../src/scenario/constants.js';
import { withDefaults } from '../../src/scenario/defaults.js';
import { diskNamed, diskNames } from '../../src/scenario/disks.js';
import { scenarioSpec } from '../../src/scenario/schema.js';

describe('the disks that a scenario can name', () => {
  test.each(diskNames)('%s is a distribution that the kernel accepts', (name) => {
    const { fsync, bytesPerSecond } = diskNamed(name);
    expect(distribution(fsync).mean).toBeGreaterThan(0);
    expect(bytesPerSecond).toBeGreaterThan(0);
  });

  test('are slower on average in the order of their names, but for the rare stalls', () => {
    const means = diskNames.map((name) => distribution(diskNamed(name).fsync).mean);
    const [nvme = 0, virtual = 0, cloud = 0, network = 0, hdd = 0] = means;
    expect(nvme).toBeLessThan(virtual);
    expect(virtual).toBeLessThan(cloud);
    expect(cloud).toBeLessThan(Math.min(network, hdd));
  });

  test('stall rarely: never more than once in a thousand writes', () => {
    for (const name of diskNames) {
      const { fsync } = diskNamed(name);
      if (fsync.kind !== 'mixture') throw new Error(`${name} has no stalls`);
      const [body, stall] = fsync.parts.map(({ weight }) => weight);
      expect((stall ?? 1) / ((body ?? 0) + (stall ?? 1))).toBeLessThanOrEqual(0.001);
    }
  });
});

describe('the defaults', () => {
  test('are a valid spec themselves', () => {
    const spec = withDefaults({ nodePools: [{ name: 'a', count: 1 }] });
    expect(scenarioSpec.safeParse(spec).error?.issues ?? []).toEqual([]);
  });

  test('state the constants, not copies of them', () => {
    const { network } = withDefaults({});
    expect(network?.node?.bytesPerSecond).toBe(String(scenarioDefaults.linkBytesPerSecond));
    expect(network?.node?.delay).toBe(`${scenarioDefaults.nodeDelayUs}us`);
  });

  test('do not give a size to a pool that has a template', () => {
    const [pool] =
      withDefaults({ nodePools: [{ name: 'a', count: 1, template: {} }] }).nodePools ?? [];
    expect([pool?.cpu, pool?.memory, pool?.pods]).toEqual([undefined, undefined, undefined]);
    expect(pool?.runtime).toBe('containerd');
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 3],
    [5, 5],
    [9, 5],
  ])('give %d hosts %d etcd members', (count, members) => {
    expect(withDefaults({ controlPlane: { hosts: { count } } }).controlPlane?.etcd?.members).toBe(
      members,
    );
  });
});
