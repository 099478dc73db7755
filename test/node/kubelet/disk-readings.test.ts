// How often the disk of a node is read: what several thresholds are about is worked out once.
import { describe, expect, test } from 'vitest';
import { FastEventQueue } from '../../../src/kernel/fast-event-queue.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { kubeletConstants } from '../../../src/node/kubelet/constants.js';
import { EvictionManager, type EvictionParts } from '../../../src/node/kubelet/eviction-manager.js';
import { defaultKubeletConfiguration } from '../../../src/node/kubelet/kubelet-configuration.js';
import type { KubeletContext } from '../../../src/node/kubelet/kubelet-context.js';
import type { NodeAgent } from '../../../src/node/kubelet/node-agent.js';

/** What is read after a pull on a node with so much of its disk left. */
function pullOn(availableShare: number) {
  const queue = new FastEventQueue();
  const simulation = new Simulation('readings', queue);
  const read: string[] = [];
  const left = (what: string, share: number) => {
    read.push(what);
    return { available: 1_000 * share, capacity: 1_000 };
  };
  const images = { diskOf: () => left('disk', 1), inodesOf: () => left('inodes', 0.5) };
  const context = { simulation, settings: kubeletConstants } as unknown as KubeletContext;
  const manager = new EvictionManager(context, { images } as unknown as EvictionParts);
  const agent = { index: 0, configuration: defaultKubeletConfiguration, evictionPhaseUs: 0 };
  const disk = { available: 1_000 * availableShare, capacity: 1_000 };
  manager.imagesGrew(agent as unknown as NodeAgent, disk);
  return { read, isWatched: queue.size > 0 };
}

describe('a pull that adds to a disk', () => {
  test('has the inodes counted once, and the disk not again', () => {
    expect(pullOn(0.5)).toEqual({ read: ['inodes'], isWatched: false });
  });

  test('has the node looked at when its disk is below a threshold', () => {
    expect(pullOn(0.05)).toEqual({ read: [], isWatched: true });
  });
});
