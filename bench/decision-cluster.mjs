// A scheduler without a cluster around it: nodes, pods of one kind, and what happens to each of
// them from the queue to Assume. The kinds and the shape of nodes and pods are those of the
// recorded cycles (golden/scheduler/timing) and of the test cases of scheduler_perf.

import { SchedulerCache } from '../dist/control-plane/scheduler/cache/scheduler-cache.js';
import { frameworksFor } from '../dist/control-plane/scheduler/configuration/plugin-sets.js';
import { readConfiguration } from '../dist/control-plane/scheduler/configuration/read-configuration.js';
import { PodInfo } from '../dist/control-plane/scheduler/framework/pod-info.js';
import { SchedulingAlgorithm } from '../dist/control-plane/scheduler/framework/scheduling-algorithm.js';
import { inertHandle } from '../dist/control-plane/scheduler/inert-handle.js';
import { registry } from '../dist/control-plane/scheduler/plugins/registry.js';
import { SchedulingQueue } from '../dist/control-plane/scheduler/queue/scheduling-queue.js';

const zone = 'topology.kubernetes.io/zone';
const hostname = 'kubernetes.io/hostname';

/** A term that means the pods with the same color. */
const near = (color, topologyKey) => ({ labelSelector: { matchLabels: { color } }, topologyKey });

const spread = (whenUnsatisfiable) => (color) => ({
  topologySpreadConstraints: [{ ...near(color, zone), maxSkew: 5, whenUnsatisfiable }],
});

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
  'hostname-anti-affinity': (color) => {
    const requiredDuringSchedulingIgnoredDuringExecution = [near(color, hostname)];
    return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution } } };
  },
  'zone-affinity': (color) => {
    const requiredDuringSchedulingIgnoredDuringExecution = [near(color, zone)];
    return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution } } };
  },
};

export const kindNames = Object.keys(kinds);

/** Anti-affine pods take turns with this many labels, so that a node can take several of them. */
const colors = 10;

function nodeOf(index) {
  const name = `node-${index}`;
  const labels = { [hostname]: name, [zone]: `zone-${index % 3}` };
  const allocatable = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, labels },
    spec: {},
    status: { allocatable },
  };
}

/** Makes pods of a kind that share their specs, as the pods of a Deployment do. */
function podMaker(kind) {
  const requests = { cpu: '100m', memory: '500Mi' };
  const containers = [
    { name: 'pause', image: 'registry.k8s.io/pause:3.10', resources: { requests } },
  ];
  const isTurning = kind === 'hostname-anti-affinity';
  const templates = Array.from({ length: isTurning ? colors : 1 }, (_, color) => ({
    labels: kind === 'plain' ? {} : { color: `${kind}-${color}` },
    spec: {
      containers,
      schedulerName: 'default-scheduler',
      ...kinds[kind](`${kind}-${color}`),
    },
  }));
  return (index, nodeName) => {
    const { labels, spec } = templates[index % templates.length];
    const name = `${kind}-${index}`;
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: name, labels },
      spec: nodeName === undefined ? spec : { ...spec, nodeName },
    };
  };
}

/** `existing` pods lie round robin on the nodes, one fifth of them of the kind that is measured. */
export class DecisionCluster {
  cache = new SchedulerCache();
  #handle = inertHandle(this.cache);
  #algorithm;
  #framework;
  #queue;
  #podOf;
  #made = 0;
  #placed = [];

  constructor(kind, nodes, existing) {
    const { configuration } = readConfiguration(null, registry.keys());
    const frameworks = frameworksFor(configuration, registry, this.#handle);
    const { nominator } = this.#handle;
    this.#framework = frameworks[0];
    this.#algorithm = new SchedulingAlgorithm(this.cache.snapshot, nominator);
    this.#queue = new SchedulingQueue({
      frameworks,
      nominator,
      podInitialBackoffUs: 1_000_000,
      podMaxBackoffUs: 10_000_000,
      podMaxInUnschedulablePodsUs: 300_000_000,
    });
    this.#podOf = podMaker(kind);
    for (let i = 0; i < nodes; i++) this.cache.addNode(nodeOf(i));
    const plainPod = podMaker('plain');
    for (let i = 0; i < existing; i++) {
      const isMeasured = i % 5 === 0;
      const make = isMeasured ? this.#podOf : plainPod;
      // Anti-affine pods must not meet: the fifths lie on different nodes until each has one.
      const node = isMeasured ? (i / 5) % nodes : i % nodes;
      const pod = make(isMeasured ? i / 5 : i, `node-${node}`);
      this.cache.addPod(new PodInfo({ ...pod, metadata: { ...pod.metadata, uid: `old-${i}` } }));
    }
  }

  /** Puts `count` new pods into the queue. */
  enqueue(count) {
    for (let i = 0; i < count; i++) {
      this.#queue.add(new PodInfo(this.#podOf(this.#made++)), this.#made);
    }
    this.cache.updateSnapshot();
  }

  /** Takes the next pod, decides, assumes and goes on. @returns the decision */
  scheduleOne() {
    const { info } = this.#queue.pop();
    this.cache.updateSnapshot();
    const decision = this.#algorithm.decide(this.#framework, info);
    if (decision.result !== 'scheduled') throw new Error(`${info.key}: ${decision.message}`);
    const assumed = info.on(decision.nodeName);
    this.cache.assumePod(assumed);
    this.#handle.nominator.remove(info.uid);
    this.#queue.done(info.uid);
    this.#placed.push(info.uid);
    return decision;
  }

  /** Takes all pods off again that were scheduled since the start. */
  clear() {
    for (const uid of this.#placed) this.cache.removePod(uid);
    this.#placed.length = 0;
  }
}
