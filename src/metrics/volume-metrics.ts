// Metrics of volumes: of the calls to CSI drivers, of the operations of kubelets and of the
// attach/detach controller, and of the volumes and claims that there are. What all kubelets measure
// stands under one name. Left out: the desired state of kubelets.
// Source: Kubernetes v1.36 pkg/volume/util/metrics.go, pkg/controller/volume/*/metrics (reference:
// nodes-controllers §8), kubernetes-csi/csi-lib-utils metrics.
import { csiPluginName } from '../api/attachable-volume.js';
import { classNameOf } from '../api/claim-binding.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../api/persistent-volume.js';
import { type CsiCaller, SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import type { VolumeMonitor } from '../control-plane/controller-manager/sync-loop.js';
import { toSeconds } from '../kernel/time.js';
import { type MetricFamily, MetricRegistry } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 25, 50, 120, 300, 600];
const csiLabels = ['driver_name', 'method_name', 'grpc_status_code', 'migrated'];
const claimLabels = ['namespace', 'storage_class', 'volume_attributes_class'];
const stateLabels = ['plugin_name', 'state'];

export const volumeFamilies: readonly MetricFamily[] = [
  {
    name: 'attachdetach_controller_forced_detaches',
    help: 'Volumes that were detached although their nodes may have had them mounted.',
    type: 'counter',
    labels: ['reason'],
  },
  {
    name: 'attachdetach_controller_total_volumes',
    help: 'Volumes that are attached, and that should be.',
    type: 'gauge',
    labels: stateLabels,
  },
  {
    name: 'csi_operations_seconds',
    help: 'Time of the calls of kubelets to CSI drivers.',
    type: 'histogram',
    labels: csiLabels,
    buckets,
  },
  {
    name: 'csi_sidecar_operations_seconds',
    help: 'Time of the calls of sidecars to CSI drivers.',
    type: 'histogram',
    labels: csiLabels,
    buckets,
  },
  {
    name: 'pv_collector_bound_pv_count',
    help: 'PersistentVolumes that are bound.',
    type: 'gauge',
    labels: ['storage_class'],
  },
  {
    name: 'pv_collector_bound_pvc_count',
    help: 'PersistentVolumeClaims that are bound.',
    type: 'gauge',
    labels: claimLabels,
  },
  {
    name: 'pv_collector_total_pv_count',
    help: 'PersistentVolumes.',
    type: 'gauge',
    labels: ['plugin_name', 'volume_mode'],
  },
  {
    name: 'pv_collector_unbound_pv_count',
    help: 'PersistentVolumes that are not bound.',
    type: 'gauge',
    labels: ['storage_class'],
  },
  {
    name: 'pv_collector_unbound_pvc_count',
    help: 'PersistentVolumeClaims that are not bound.',
    type: 'gauge',
    labels: claimLabels,
  },
  {
    name: 'storage_operation_duration_seconds',
    help: 'Time of operations on volumes.',
    type: 'histogram',
    labels: ['operation_name', 'volume_plugin', 'status', 'migrated'],
    buckets,
  },
  {
    name: 'volume_manager_total_volumes',
    help: 'Volumes of pods that kubelets have mounted.',
    type: 'gauge',
    labels: stateLabels,
  },
];

const actual = 'actual_state_of_world';

export class VolumeMetrics extends SilentObserver implements VolumeMonitor {
  readonly #registry = new MetricRegistry(volumeFamilies);

  override csiCalled(
    caller: CsiCaller,
    driver: string,
    method: string,
    code: string,
    durationUs: number,
  ): void {
    const name = caller === 'kubelet' ? 'csi_operations_seconds' : 'csi_sidecar_operations_seconds';
    const histogram = this.#registry.histogram(name, driver, method, code, 'false');
    histogram.observe(toSeconds(durationUs));
    const change = method === 'NodePublishVolume' ? 1 : method === 'NodeUnpublishVolume' ? -1 : 0;
    if (change === 0) return;
    this.#registry.scalar('volume_manager_total_volumes', csiPluginName, actual).value += change;
  }

  override storageOperated(
    operation: string,
    plugin: string,
    isSuccess: boolean,
    durationUs: number,
  ): void {
    const status = isSuccess ? 'success' : 'fail-unknown';
    const values = [operation, plugin, status, 'false'];
    const histogram = this.#registry.histogram('storage_operation_duration_seconds', ...values);
    histogram.observe(toSeconds(durationUs));
  }

  forcedDetach(reason: string): void {
    this.#registry.scalar('attachdetach_controller_forced_detaches', reason).value++;
  }

  attachDetachCounted(plugin: string, attached: number, desired: number): void {
    const name = 'attachdetach_controller_total_volumes';
    this.#registry.scalar(name, plugin, actual).value = attached;
    this.#registry.scalar(name, plugin, 'desired_state_of_world').value = desired;
  }

  override readonly committedKinds: ReadonlySet<string> = new Set([
    'PersistentVolume',
    'PersistentVolumeClaim',
  ]);

  override committed({ type, object, previous }: WatchEvent): void {
    if (object.kind === 'PersistentVolume') {
      if (previous !== undefined) this.#countVolume(previous as PersistentVolume, -1);
      if (type !== 'DELETED') this.#countVolume(object, 1);
    } else if (object.kind === 'PersistentVolumeClaim') {
      if (previous !== undefined) this.#countClaim(previous as PersistentVolumeClaim, -1);
      if (type !== 'DELETED') this.#countClaim(object, 1);
    }
  }

  #countVolume(volume: PersistentVolume, change: 1 | -1): void {
    const { spec, status } = volume;
    const isBound = status?.phase === 'Bound';
    const name = isBound ? 'pv_collector_bound_pv_count' : 'pv_collector_unbound_pv_count';
    this.#registry.scalar(name, classNameOf(volume)).value += change;
    const plugin = spec.csi === undefined ? 'N/A' : `${csiPluginName}:${spec.csi.driver}`;
    const mode = spec.volumeMode ?? 'Filesystem';
    this.#registry.scalar('pv_collector_total_pv_count', plugin, mode).value += change;
  }

  #countClaim(claim: PersistentVolumeClaim, change: 1 | -1): void {
    const { metadata, spec, status } = claim;
    const isBound = status?.phase === 'Bound';
    const name = isBound ? 'pv_collector_bound_pvc_count' : 'pv_collector_unbound_pvc_count';
    const attributes = spec.volumeAttributesClassName ?? '';
    const values = [metadata.namespace ?? '', classNameOf(claim), attributes];
    this.#registry.scalar(name, ...values).value += change;
  }

  get samples(): readonly MetricSample[] {
    return this.#registry.samples;
  }
}
