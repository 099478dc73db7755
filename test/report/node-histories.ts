// Histories of nodes, built by hand.
import { NodeHistoryRecorder } from '../../src/metrics/node-history.js';
import type { NodeHistory } from '../../src/metrics/run-result.js';

/** Two nodes over three samples: one fills, one fails and goes. */
export function twoNodeHistory(names: readonly [string, string] = ['a', 'b']): NodeHistory {
  const recorder = new NodeHistoryRecorder();
  const [a, b] = names;
  const idle = { ready: true, pods: 0, cpuShare: 0, memoryShare: 0 };
  recorder.note(0, a, 'zone-a', idle);
  recorder.note(0, b, '', { ...idle, pods: 3, cpuShare: 0.5, memoryShare: 0.25 });
  recorder.note(1, a, 'zone-a', { ...idle, pods: 2, cpuShare: 0.966, memoryShare: 0.1 });
  recorder.note(1, b, '', { ready: false, pods: 3, cpuShare: 0.5, memoryShare: 0.25 });
  recorder.note(2, b, '', undefined);
  return recorder.history;
}

/** So many nodes that fill with equal pods at uneven speed. */
export function fillingHistory(nodes: number, samples: number, podsPerNode: number): NodeHistory {
  const recorder = new NodeHistoryRecorder();
  for (let sample = 0; sample < samples; sample++) {
    for (let node = 0; node < nodes; node++) {
      const share = Math.min(1, ((sample + (node % 7)) * (1 + (node % 3))) / (samples * 2));
      const pods = Math.floor(podsPerNode * share);
      recorder.note(sample, `node-${node}`, `zone-${'abc'.charAt(node % 3)}`, {
        ready: node % 41 !== 40,
        pods,
        cpuShare: pods / podsPerNode,
        memoryShare: pods / podsPerNode / 2,
      });
    }
  }
  return recorder.history;
}
