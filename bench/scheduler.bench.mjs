// Speed and memory of scheduling decisions: Pop, snapshot, filters, scores, host choice and Assume
// of kube-scheduler's default profile, without a simulation around it. The clusters hold two pods a
// node before the first decision, one fifth of them of the kind that is measured.

import { recordedCluster } from './decision-cluster.mjs';
import { medianRate, medianRatio, settledMemory } from './measure.mjs';

const kinds = [
  'plain',
  'hard-zone-spread',
  'preferred-zone-spread',
  'node-affinity',
  'hostname-anti-affinity',
  'zone-affinity',
];
const sizes = [500, 1_000, 5_000];
const largest = 5_000;
/** Decisions a second on one core at 5,000 nodes. */
const targets = { plain: 20_000, 'hard-zone-spread': 5_000, 'hostname-anti-affinity': 2_000 };

/** Few enough for the free places of 500 nodes. */
const BATCH = 500;
const BATCHES_ON_A_CLUSTER = 4;

/** Returns a function that does `count` decisions; the pods are made before, and taken off again. */
function decisions(kind, nodes) {
  const { cluster, make } = recordedCluster(kind, nodes, 2 * nodes);
  let batches = 0;
  const decide = (count) => {
    for (let i = 0; i < count; i++) cluster.scheduleOne();
  };
  const prepare = (count) => {
    if (batches++ % BATCHES_ON_A_CLUSTER === 0) cluster.clear();
    cluster.enqueue(make, count);
  };
  return Object.assign(decide, { prepare });
}

const PODS = 20_000;

/** What a pod on a node leaves on the heap: the pod itself, the cache's entries, the counts. */
async function bytesPerPod(kind) {
  const { cluster, make } = recordedCluster(kind, largest, 2 * largest);
  const schedule = (count) => {
    cluster.enqueue(make, count);
    for (let i = 0; i < count; i++) cluster.scheduleOne();
  };
  schedule(2_000); // compiles, and makes what there is one of
  const before = await settledMemory();
  schedule(PODS);
  const after = await settledMemory();
  if (cluster.cache.size.pods < PODS) throw new Error('the cluster lost pods');
  const bytesOf = ({ heapUsed, arrayBuffers }) => heapUsed + arrayBuffers;
  return (bytesOf(after) - bytesOf(before)) / PODS;
}

const rates = kinds.flatMap((kind) =>
  sizes.map((nodes) => ({
    name: `decisions-${kind}-${nodes}`,
    unit: 'pods/s',
    ...(nodes === largest && targets[kind] !== undefined && { atLeast: targets[kind] }),
    measure: async () => {
      const { value, spread } = await medianRate(decisions(kind, nodes), BATCH);
      return { value: 1e6 * value, spread };
    },
  })),
);

/** How much longer a decision takes among 5,000 nodes than among 500. */
const growth = kinds.map((kind) => ({
  name: `growth-${kind}-500-to-5000`,
  unit: 'x',
  measure: () => medianRatio(decisions(kind, sizes[0]), decisions(kind, largest), BATCH),
}));

const memory = ['plain', 'hard-zone-spread', 'hostname-anti-affinity'].map((kind) => ({
  name: `memory-${kind}`,
  unit: 'bytes/pod',
  atMost: 1_000,
  measure: () => bytesPerPod(kind),
}));

export const cases = [...rates, ...growth, ...memory];
