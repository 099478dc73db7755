// What kube-scheduler does by default, and what its work costs, with sources.
// The costs of a cycle are fitted to recorded wall times of the real code (v1.36.2, Go 1.26, AMD
// EPYC 2.6 GHz, two cores), mean by mean, because means contain the garbage collector's share.
// The terms of basic pods: least squares of the relative error over the 18 rows of kinds basic and
// node-affinity with parallelism 16 and GOMAXPROCS 2. The terms of the other kinds, on top of
// these: non-negative least squares over all rows with 1,000 nodes and more, weighted by the power
// -3/4 of the time, the default configuration twice; a term is either divided by the processors (1
// or 2) or not, and "shared by the workers" where that is nearer to the recording. Rounded. Of the
// 54 rows with parallelism 16 on two processors the model is between 20 % below and 41 % above,
// 11 % off in the root mean square (npm run validate:model).

import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  clientQps: {
    value: 50,
    unit: 'requests/s',
    source: 'Kubernetes v1.36 kubescheduler.config.k8s.io/v1 (reference: scheduler 3)',
  },
  clientBurst: {
    value: 100,
    unit: 'requests',
    source: 'Kubernetes v1.36 kubescheduler.config.k8s.io/v1 (reference: scheduler 3)',
  },
  parallelism: {
    value: 16,
    unit: 'goroutines',
    source: 'Kubernetes v1.36 kubescheduler.config.k8s.io/v1 (reference: scheduler 3)',
  },
  podInitialBackoffUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 kubescheduler.config.k8s.io/v1 (reference: scheduler 3)',
  },
  podMaxBackoffUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 kubescheduler.config.k8s.io/v1 (reference: scheduler 3)',
  },
  podMaxInUnschedulablePodsUs: {
    value: 300_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 scheduler backend/queue/scheduling_queue.go (reference: scheduler 1.2)',
  },
  leftoverFlushIntervalUs: {
    value: 30_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 scheduler backend/queue/scheduling_queue.go (reference: scheduler 1.2)',
  },
  maxPermitWaitUs: {
    value: 900_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 scheduler framework/runtime/framework.go (reference: scheduler 1.11)',
  },
  preBindPollUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 scheduler plugins/volumebinding (reference: scheduler 2.10)',
  },
  preBindTimeoutUs: {
    value: 600_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 VolumeBindingArgs bindTimeoutSeconds (reference: scheduler 3)',
  },
  eventNoteLimitBytes: {
    value: 1024,
    unit: 'bytes',
    source: 'Kubernetes v1.36 scheduler schedule_one.go (reference: scheduler 1.10)',
    note: 'longer messages are cut and end in " ..."',
  },
  extenderTimeoutUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 scheduler extender.go (reference: scheduler 3)',
    note: 'of an extender that states no httpTimeout',
  },
  extenderLatencyUs: {
    value: 4_000,
    unit: 'µs',
    source:
      'kubernetes-sigs/kube-scheduler-wasm-extension#63, 111 pods/s (reference: scheduler 6.2)',
    note: 'half of the 9 ms of a pod, less its own cycle: a call each to filter and to prioritise',
  },
  extenderJsonNanosecondsPerByte: {
    value: 10,
    unit: 'ns/byte',
    source: 'ASSUMED: encoding/json of Go handles about 100 MB/s',
  },
  conditionPatchBytes: {
    value: 250,
    unit: 'bytes',
    source: 'ASSUMED: a strategic merge patch of one condition, without its message',
  },
  snapshotChangedNodeUs: {
    value: 3.7,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'UpdateSnapshot; every recorded cycle had one changed node',
  },
  snapshotNodeUs: {
    value: 0.014,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a node of the cluster',
  },
  snapshotListedNodeUs: {
    value: 0.05,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a node of the cluster, when a list of nodes is made anew',
  },
  filterCycleUs: {
    value: 64,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'PreFilter and start of Filter',
  },
  filterNodeUs: {
    value: 0.918,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'an examined node: NodeUnschedulable, NodeName, TaintToleration, NodeResourcesFit',
  },
  nodeAffinityFilterNodeUs: {
    value: 0.8,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'an examined node, with one required term; shared by the workers',
  },
  spreadFilterNodeUs: {
    value: 0.52,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'an examined node, PodTopologySpread; shared by the workers',
  },
  affinityFilterNodeUs: {
    value: 0.38,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'an examined node, InterPodAffinity; shared by the workers',
  },
  otherFilterNodeUs: {
    value: 0.57,
    unit: 'µs',
    source:
      'ASSUMED: the mean of the recorded filters; NodePorts, volumes and custom plugins were not',
    note: 'an examined node; shared by the workers',
  },
  spreadWalkNodeUs: {
    value: 0.22,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a node of the cluster, PreFilter or PreScore of PodTopologySpread; shared by the workers',
  },
  affinityWalkNodeUs: {
    value: 0.076,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a node of the cluster, PreFilter or PreScore of InterPodAffinity; shared by the workers',
  },
  walkPodUs: {
    value: 0.13,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a pod on a node, compared with selectors or terms; shared by the workers',
  },
  spreadScorePodUs: {
    value: 0.092,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a pod on a node, counted in PreScore of PodTopologySpread: not shared, all add to one map',
  },
  ownAffinityMatchUs: {
    value: 0.5,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: "a pod on a node that the pod's required terms mean: not shared, counts are merged",
  },
  othersAntiAffinityPodUs: {
    value: 0.4,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a pod on a node with required anti-affinity: not shared, counts are merged',
  },
  affinityScoreMatchUs: {
    value: 0.52,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a pod on a node that counts in PreScore of InterPodAffinity; shared by the workers',
  },
  affinityScoreMergeUs: {
    value: 0.24,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'the same: not shared, counts are merged',
  },
  scoreCycleUs: {
    value: 76.5,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'PreScore and start of Score',
  },
  scoreNodeUs: {
    value: 1.027,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a scored node: NodeResourcesFit, balance, taints, images, normalisation',
  },
  affinityScoreNodeUs: {
    value: 0.565,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a scored node, InterPodAffinity',
  },
  otherScoreNodeUs: {
    value: 0.565,
    unit: 'µs',
    source: 'ASSUMED: as the score of InterPodAffinity; custom plugins were not recorded',
    note: 'a scored node',
  },
  selectCycleUs: {
    value: 20.5,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'host choice, assume, Reserve, Permit',
  },
  selectNodeUs: {
    value: 0.0075,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a scored node',
  },
} as const;

/** Constants of kube-scheduler. */
export const schedulerConstants: Constants<typeof table> = defineConstants('kube-scheduler', table);
