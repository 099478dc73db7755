// A thread of the pool that makes runs up: what they come to follows from the nodes of the scenario
// and the seed. 13 nodes are beyond the model, 14 end the thread, 15 never end.

import { measures } from '../../dist/experiment/compare/measures.js';

export async function runReplication({ scenario, seed, stopFlag }) {
  const { count } = scenario.cluster.nodePools[0];
  const stop = new Int32Array(stopFlag);
  if (Atomics.load(stop, 0) !== 0) return undefined;
  if (count === 13) return { failure: { name: 'ModelLimitError', message: '13 brings bad luck' } };
  if (count === 14) throw new Error('the thread has ended');
  if (count === 15) {
    while (Atomics.load(stop, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return undefined;
  }
  const chance = seed.length / 16;
  const made = new Map([
    ['pod_startup_p99_seconds', count * count + chance],
    ['nodes_in_use', count],
    // Holds up to 4 nodes and from 9 on: a search must not hide that.
    ['pods_unscheduled', count > 4 && count < 9 ? 1 : 0],
  ]);
  return {
    values: measures.map(({ name }) => made.get(name) ?? Number.NaN),
    traceHash: `${count}-${seed}`,
  };
}
