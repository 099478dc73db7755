// A scheduler without a cluster around it: nodes, pods of one kind, and what happens to each of
// them from the queue to Assume. The shape of nodes and pods is that of scheduler_perf and of the
// recorded cycles (golden/scheduler/timing).

import { SchedulerCache } from '../dist/control-plane/scheduler/cache/scheduler-cache.js';
import { frameworksFor } from '../dist/control-plane/scheduler/configuration/plugin-sets.js';
import { readConfiguration } from '../dist/control-plane/scheduler/configuration/read-configuration.js';
import { schedulerConstants } from '../dist/control-plane/scheduler/constants.js';
import { cycleCost } from '../dist/control-plane/scheduler/cost-model.js';
import { PodInfo } from '../dist/control-plane/scheduler/framework/pod-info.js';
import { SchedulingAlgorithm } from '../dist/control-plane/scheduler/framework/scheduling-algorithm.js';
import { inertHandle } from '../dist/control-plane/scheduler/inert-handle.js';
import { registry } from '../dist/control-plane/scheduler/plugins/registry.js';
import { SchedulingQueue } from '../dist/control-plane/scheduler/queue/scheduling-queue.js';

const zone = 'topology.kubernetes.io/zone';
const hostname = 'kubernetes.io/hostname';

/** A term that means the pods of the same color. */
const near = (color, topologyKey) => ({ labelSelector: { matchLabels: { color } }, topologyKey });

const spread = (whenUnsatisfiable) => (color) => ({
  topologySpreadConstraints: [{ ...near(color, zone), maxSkew: 5, whenUnsatisfiable }],
});

const required = (kind, topologyKey) => (color) => {
  const requiredDuringSchedulingIgnoredDuringExecution = [near(color, topologyKey)];
  return { affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution } } };
};

const preferred = (kind, topologyKey) => (color) => {
  const podAffinityTerm = near(color, topologyKey);
  const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 1, podAffinityTerm }];
  return { affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution } } };
};

/** What a pod of each kind asks for beyond resources. */
const kinds = {
  plain: () => ({}),
  'hard-zone-spread': spread('DoNotSchedule'),
  'preferred-zone-spread': spread('ScheduleAnyway'),
  'node-affinity': () => {
    const matchExpressions = [{ key: zone, operator: 'In', values: ['zone-0', 'zone-1'] }];
    const nodeSelectorTerms = [{ matchExpressions }];
    const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms };
    return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution } } };
  },
  'hostname-anti-affinity': required('podAntiAffinity', hostname),
  'zone-affinity': required('podAffinity', zone),
  'preferred-hostname-affinity': preferred('podAffinity', hostname),
  'preferred-hostname-anti-affinity': preferred('podAntiAffinity', hostname),
};

function nodeOf(index, zones) {
  const name = `node-${index}`;
  const labels = { [hostname]: name, [zone]: `zone-${index % zones}` };
  const allocatable = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, labels },
    spec: {},
    status: { allocatable },
  };
}

/**
 * Makes pods of a kind that share their specs, as the pods of a Deployment do; they take turns with
 * `colors` labels.
 */
export function podMaker(kind, colors = 1) {
  const resources = { requests: { cpu: '100m', memory: '500Mi' } };
  const containers = [{ name: 'pause', image: 'registry.k8s.io/pause:3.10', resources }];
  const templates = Array.from({ length: colors }, (_, index) => {
    const color = `${kind}-${index}`;
    const spec = { containers, schedulerName: 'default-scheduler', ...kinds[kind](color) };
    return { labels: kind === 'plain' ? {} : { color }, spec };
  });
  let made = 0;
  return () => {
    const { labels, spec } = templates[made % colors];
    const name = `${kind}-${made++}`;
    const metadata = { name, namespace: 'default', uid: name, labels };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
  };
}

/** `nodes` nodes in `zones` zones; the default profile. */
export class DecisionCluster {
  cache = new SchedulerCache();
  #handle = inertHandle(this.cache);
  #algorithm;
  #framework;
  #queue;
  #placed = [];
  #snapshot;

  constructor(nodes, zones = 3) {
    const { configuration } = readConfiguration(null, registry.keys());
    const frameworks = frameworksFor(configuration, registry, this.#handle);
    const { nominator } = this.#handle;
    this.#framework = frameworks[0];
    this.#algorithm = new SchedulingAlgorithm(this.cache.snapshot, nominator);
    this.#queue = new SchedulingQueue({ frameworks, nominator, ...schedulerConstants });
    for (let i = 0; i < nodes; i++) this.cache.addNode(nodeOf(i, zones));
  }

  /** Puts a pod onto a node without asking the scheduler. */
  addPod(pod, node) {
    const spec = { ...pod.spec, nodeName: `node-${node}` };
    const metadata = { ...pod.metadata, uid: `old-${pod.metadata.uid}` };
    this.cache.addPod(new PodInfo({ ...pod, metadata, spec }));
  }

  /** Puts `count` new pods into the queue. */
  enqueue(make, count) {
    for (let i = 0; i < count; i++) this.#queue.add(new PodInfo(make()), i);
  }

  /** Takes the next pod, decides and assumes. @returns the decision */
  scheduleOne() {
    const { info } = this.#queue.pop();
    this.#snapshot = this.cache.updateSnapshot();
    const decision = this.#algorithm.decide(this.#framework, info);
    if (decision.result !== 'scheduled') throw new Error(`${info.key}: ${decision.message}`);
    this.cache.assumePod(info.on(decision.nodeName));
    this.#handle.nominator.remove(info.uid);
    this.#queue.done(info.uid);
    this.#placed.push(info.uid);
    return decision;
  }

  /** How long the cycle of the last decision takes on an idle machine, in µs. */
  cycleUs(decision, cores) {
    const { changedRows } = this.cache;
    const { areListsChanged } = this.#snapshot;
    const taken = { changedRows, areListsChanged };
    const { serialUs, parallelUs } = cycleCost(decision, taken, schedulerConstants);
    return serialUs + parallelUs / Math.min(schedulerConstants.parallelism, cores);
  }

  /** Takes all pods off again that were scheduled since the last time. */
  clear() {
    for (const uid of this.#placed) this.cache.removePod(uid);
    this.#placed.length = 0;
    this.cache.updateSnapshot();
  }
}

/** Labels with which anti-affine pods take turns, so that a node can take several of them. */
const colorsOf = (kind) => (kind === 'hostname-anti-affinity' ? 10 : 1);

/**
 * The clusters of the recorded cycles: `existing` pods lie round robin on the nodes, one fifth of
 * them of `kind`, of anti-affine ones at most one a node. @returns the cluster and a maker of pods
 */
export function recordedCluster(kind, nodes, existing) {
  const cluster = new DecisionCluster(nodes);
  const make = podMaker(kind, colorsOf(kind));
  const makePlain = podMaker('plain');
  const mostOfKind = kind === 'hostname-anti-affinity' ? nodes : existing;
  let ofKind = 0;
  for (let i = 0; i < existing; i++) {
    if (i % 5 === 0 && ofKind < mostOfKind) cluster.addPod(make(), ofKind++ % nodes);
    else cluster.addPod(makePlain(), i % nodes);
  }
  return { cluster, make };
}
