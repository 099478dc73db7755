// What a kubelet does by default, with sources. A run may replace single values (KubeletSettings).
import { type Constants, defineConstants } from '../../stats/constants.js';
import { pressureTable } from './pressure-table.js';

const clientTable = {
  kubeApiQps: {
    value: 50,
    unit: 'requests/s',
    source: 'Kubernetes v1.36 kubelet v1beta1/defaults.go (reference: nodes-controllers §1.1)',
  },
  kubeApiBurst: { value: 100, unit: 'requests', source: 'reference: nodes-controllers §1.1' },
  eventRecordQps: { value: 50, unit: 'requests/s', source: 'reference: nodes-controllers §1.1' },
  eventBurst: { value: 100, unit: 'requests', source: 'reference: nodes-controllers §1.1' },
  recordEvents: {
    value: true,
    unit: '',
    source: 'reference: nodes-controllers §1.20',
    note: 'off for agents that report no Events',
  },
  skipStatuses: {
    value: true,
    unit: '',
    source: 'Kubernetes v1.36 pkg/kubelet/status (reference: nodes-controllers §1.15)',
    note: 'a status that has not been written when a newer one comes is never written',
  },
  reportPodSandbox: {
    value: true,
    unit: '',
    source: 'Kubernetes v1.36 pkg/kubelet/kuberuntime (reference: nodes-controllers §1.7)',
    note: 'status writes of their own for PodReadyToStartContainers, as the sandbox comes and goes',
  },
  statusPatchBytes: {
    value: 1300,
    unit: 'bytes',
    source: 'recorded pod sizes 1683 and 2963 bytes before and after the first status write',
  },
  nodePatchBytes: {
    value: 1200,
    unit: 'bytes',
    source: 'ASSUMED: heartbeat times of the conditions of a node of 2305 bytes, as JSON',
  },
  eventPatchBytes: {
    value: 250,
    unit: 'bytes',
    source: 'ASSUMED: count, message and last time of an Event',
  },
  eventSpamBurst: {
    value: 25,
    unit: 'Events',
    source: 'reference: nodes-controllers §0.3',
    note: 'per pod',
  },
  eventSpamIntervalUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §0.3',
  },
  statusResyncUs: {
    value: 10_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 pkg/kubelet/status/status_manager.go (reference: nodes-controllers §1.2)',
  },
} as const;

const nodeTable = {
  leaseRenewUs: {
    value: 10_000_000,
    unit: 'µs',
    source:
      'Kubernetes v1.36 nodeLeaseDurationSeconds 40 x 0.25 (reference: nodes-controllers §1.18)',
  },
  heartbeatTimeoutUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 cmd/kubelet/app/server.go: nodeStatusUpdateFrequency',
    note: 'of each request of a heartbeat',
  },
  leaseDurationSeconds: { value: 40, unit: 's', source: 'reference: nodes-controllers §1.1' },
  heartbeatJitter: { value: 0.04, unit: '1', source: 'reference: nodes-controllers §1.18' },
  leaseRetries: { value: 5, unit: 'attempts', source: 'reference: nodes-controllers §1.18' },
  nodeStatusTickUs: { value: 10_000_000, unit: 'µs', source: 'reference: nodes-controllers §1.1' },
  nodeStatusReportUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.1',
  },
  nodeStatusMaxImages: { value: 50, unit: 'images', source: 'reference: nodes-controllers §1.1' },
  fastStatusPollUs: { value: 100_000, unit: 'µs', source: 'reference: nodes-controllers §1.2' },
  registerBackoffInitialUs: {
    value: 100_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.18',
  },
  registerBackoffMaxUs: {
    value: 7_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.18',
  },
} as const;

const podTable = {
  kubeletStartUs: {
    value: 3_000_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.18 (2-5 s)',
    note: 'from the start of the process until it registers its node',
  },
  syncLoopUs: {
    value: 300,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.22',
    note: 'one pod, one at a time',
  },
  syncTickUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.2',
    note: 'grid on which failed syncs come again',
  },
  syncBackoffUs: { value: 10_000_000, unit: 'µs', source: 'reference: nodes-controllers §1.2' },
  networkRetryUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/kubelet/pod_workers.go backOffOnTransientErrorPeriod',
    note: 'of a pod whose node has no network plugin yet; with the jitter of the workers',
  },
  runtimeCheckUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/kubelet/kubelet.go updateRuntimeUp',
  },
  syncBackoffJitter: { value: 0.5, unit: '1', source: 'reference: nodes-controllers §1.2' },
  podDirectoriesP50Us: {
    value: 8_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.22',
    note: 'cgroups and directories',
  },
  podDirectoriesP99Us: {
    value: 60_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.22',
  },
  volumeLoopUs: {
    value: 100_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/kubelet/volumemanager (reference: nodes-controllers §1.12)',
    note: 'populator and reconciler; also the poll for unmounting',
  },
  volumePollUs: { value: 300_000, unit: 'µs', source: 'reference: nodes-controllers §1.12' },
  volumeWaitTimeoutUs: {
    value: 123_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 podAttachAndMountTimeout (reference: nodes-controllers §1.12)',
  },
  mountP50Us: { value: 15_000, unit: 'µs', source: 'ASSUMED: reference nodes-controllers §1.22' },
  mountP99Us: { value: 150_000, unit: 'µs', source: 'ASSUMED: reference nodes-controllers §1.22' },
  requestTokens: {
    value: true,
    unit: '',
    source: 'Kubernetes v1.36 pkg/kubelet/token (reference: nodes-controllers §1.12)',
    note: 'one token a pod that mounts one',
  },
  mountBackoffInitialUs: {
    value: 500_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.3',
  },
  mountBackoffMaxUs: {
    value: 122_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.3',
  },
  onDemandRelist: {
    value: true,
    unit: '',
    source: 'Kubernetes v1.36 gate PLEGOnDemandRelist (reference: nodes-controllers §0.2)',
    note: 'false: the state of a pod is seen at the next relist only, as until 1.35',
  },
  relistPeriodUs: { value: 1_000_000, unit: 'µs', source: 'reference: nodes-controllers §1.2' },
  relistUs: {
    value: 4_300,
    unit: 'µs',
    source: 'fit to kubernetes#96448 (reference: nodes-controllers §1.8)',
  },
  relistPerPodNanoseconds: {
    value: 14_000,
    unit: 'ns/pod',
    source: 'fit to kubernetes#96448 (reference: nodes-controllers §1.8)',
  },
  podRelistUs: {
    value: 20_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §10.4',
    note: 'relist of one pod on demand',
  },
  initRunUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'ASSUMED: an init container runs this long where no annotation says',
  },
  networkProbeUs: { value: 1_000, unit: 'µs', source: 'reference: nodes-controllers §1.11' },
  execProbeUs: { value: 50_000, unit: 'µs', source: 'ASSUMED: reference nodes-controllers §1.11' },
  minimumGraceUs: {
    value: 2_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/kubelet/kuberuntime (reference: nodes-controllers §1.2)',
  },
  restartBackoffInitialUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.2',
  },
  restartBackoffMaxUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.2',
  },
  restartBackoffResetUs: {
    value: 600_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.10',
  },
  restartRequeueMaxUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.6',
  },
} as const;

const imageTable = {
  registryPullQps: { value: 5, unit: 'pulls/s', source: 'reference: nodes-controllers §1.1' },
  registryBurst: { value: 10, unit: 'pulls', source: 'reference: nodes-controllers §1.1' },
  manifestP50Us: {
    value: 150_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.9',
    note: 'round trip to the registry',
  },
  manifestP99Us: {
    value: 1_500_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.9',
  },
  pullBytesPerSecond: {
    value: 50_000_000,
    unit: 'bytes/s',
    source: 'fit to containerd#11775, #2886 (reference: nodes-controllers §1.9)',
    note: 'median of one image: download pipeline and unpacking, compressed bytes',
  },
  pullSlowdownP99: {
    value: 4,
    unit: '1',
    source: 'ASSUMED: reference nodes-controllers §1.9',
    note: 'the slowest hundredth of pulls takes this many times as long',
  },
  diskBytesPerSecond: {
    value: 150_000_000,
    unit: 'bytes/s',
    source: 'fit (reference: nodes-controllers §1.9)',
    note: 'all pulls of one node, compressed bytes',
  },
  imageBackoffInitialUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.2',
  },
  imageBackoffMaxUs: {
    value: 300_000_000,
    unit: 'µs',
    source: 'reference: nodes-controllers §1.2',
  },
} as const;

const table: typeof clientTable &
  typeof nodeTable &
  typeof podTable &
  typeof pressureTable &
  typeof imageTable = {
  ...clientTable,
  ...nodeTable,
  ...podTable,
  ...pressureTable,
  ...imageTable,
};

/** Constants of the kubelet. */
export const kubeletConstants: Constants<typeof table> = defineConstants('kubelet', table);

/** The constants of one run; a profile replaces single ones. */
export type KubeletSettings = Constants<typeof table>;

/**
 * The node agents of the recorded timelines: they write statuses as a kubelet does, but skip none,
 * and know nothing of sandboxes, volumes, images or Events. With a runtime of exact times
 * (exactProfile) a pod is reported running and ready 1 s after it was seen, and stopped 1 s after
 * it was asked to go.
 */
export const recordedAgentSettings: Partial<KubeletSettings> = {
  syncLoopUs: 0,
  podDirectoriesP50Us: 0,
  podDirectoriesP99Us: 0,
  mountP50Us: 0,
  mountP99Us: 0,
  volumeLoopUs: 0,
  requestTokens: false,
  relistPeriodUs: 0,
  relistUs: 0,
  relistPerPodNanoseconds: 0,
  podRelistUs: 0,
  recordEvents: false,
  skipStatuses: false,
  reportPodSandbox: false,
};
