// What kube-scheduler does by default, and what its work costs, with sources.
// The costs of a cycle are fitted to recorded wall times of the real code (v1.36.2, Go 1.26, AMD
// EPYC 2.6 GHz, two cores): the 18 rows with parallelism 16 and GOMAXPROCS 2, which is the default
// configuration, of the kinds basic and node-affinity, at 100, 500, 1000 and 5000 nodes. Phase by
// phase, the mean is a linear function of the nodes examined or scored, by least squares of the
// relative error; the fit is within -14 % and +11 % of every row. Means, not medians, because they
// contain the garbage collector's share.

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
  snapshotNodeUs: {
    value: 0.014,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'a node of the cluster',
  },
  nodeAffinityFilterNodeUs: {
    value: 0.35,
    unit: 'µs',
    source: 'recorded: golden/scheduler/timing/cycles.json, see constants.ts for the fit',
    note: 'an examined node, with one required term',
  },
  otherFilterNodeUs: {
    value: 0.35,
    unit: 'µs',
    source: 'ASSUMED: as NodeAffinity; NodePorts and custom plugins were not recorded',
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
  otherScoreNodeUs: {
    value: 0.35,
    unit: 'µs',
    source: 'ASSUMED: as the filter of NodeAffinity; no other scorer of this list was recorded',
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
