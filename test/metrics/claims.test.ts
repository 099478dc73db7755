// Claims as goals of changes, and the metrics of volumes.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/api/event.js';
import type { PersistentVolumeClaim } from '../../src/api/persistent-volume.js';
import { VolumeMetrics } from '../../src/metrics/volume-metrics.js';
import { claim, volume } from '../control-plane/controller-manager/storage/storage-objects.js';
import { ConvergenceBench } from './convergence-bench.js';

const data = claim('data', {}, { uid: 'data' });

function said(reason: string, message: string): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `data.${reason}`, namespace: 'default', uid: `event-${reason}` },
    involvedObject: {
      kind: 'PersistentVolumeClaim',
      namespace: 'default',
      name: 'data',
      uid: 'data',
    },
    reason,
    message,
  };
}

const bound: PersistentVolumeClaim = { ...data, status: { phase: 'Bound' } };

describe('a change of a claim converges', () => {
  test('when it is bound', () => {
    const bench = new ConvergenceBench().at(1).change('create', data);
    expect(bench.row()).toMatchObject({ convergedUs: undefined, reason: 'the claim is Pending' });
    bench.at(9).put(bound);
    expect(bench.row()).toMatchObject({ convergedUs: 9, replicas: 0 });
  });

  test('when it waits for a pod, as its class wants', () => {
    const bench = new ConvergenceBench().at(1).change('create', data);
    bench.at(4).put(said('WaitForFirstConsumer', 'waiting for first consumer'));
    expect(bench.row().convergedUs).toBe(4);
  });

  test('never, when nobody can make its volume, and the row says why', () => {
    const bench = new ConvergenceBench().at(1).change('create', data);
    bench.at(4).put(said('ProvisioningFailed', 'storageclass "fats" not found'));
    expect(bench.row()).toMatchObject({
      convergedUs: undefined,
      reason: 'the claim is Pending: storageclass "fats" not found',
    });
  });

  test('not any more when it has lost its volume', () => {
    const bench = new ConvergenceBench().at(1).change('create', data);
    bench.at(4).put({ ...data, status: { phase: 'Lost' } });
    expect(bench.row().reason).toBe('the claim has lost its volume');
  });
});

describe('metrics of volumes', () => {
  const metrics = new VolumeMetrics();
  const revision = 1;
  const put = (
    object: PersistentVolumeClaim | ReturnType<typeof volume>,
    previous?: typeof object,
  ) => metrics.committed({ type: 'ADDED', object, revision, bytes: 0, previous });
  put(data);
  put(bound, data);
  put(claim('other'));
  put(volume('disk-1', '1Gi', { storageClassName: 'fast' }));
  metrics.csiCalled('kubelet', 'disk', 'NodePublishVolume', 'OK', 300_000);
  metrics.csiCalled('sidecar', 'disk', 'CreateVolume', 'DeadlineExceeded', 10_000_000);
  metrics.storageOperated('volume_attach', 'kubernetes.io/csi:disk', true, 4_000_000);
  metrics.forcedDetach('timeout');
  metrics.attachDetachCounted('kubernetes.io/csi', 2, 3);

  const sampleOf = (name: string, ...labels: readonly string[]): unknown =>
    metrics.samples.find(
      (sample) =>
        sample.name === name && labels.every((label) => sample.labels.some(([, v]) => v === label)),
    );

  test.each([
    ['pv_collector_bound_pvc_count', 1, ['default']],
    ['pv_collector_unbound_pvc_count', 1, ['default']],
    ['pv_collector_unbound_pv_count', 1, ['fast']],
    ['pv_collector_total_pv_count', 1, ['Filesystem']],
    ['attachdetach_controller_forced_detaches', 1, ['timeout']],
    ['attachdetach_controller_total_volumes', 2, ['actual_state_of_world']],
    ['attachdetach_controller_total_volumes', 3, ['desired_state_of_world']],
    ['volume_manager_total_volumes', 1, ['actual_state_of_world']],
  ])('%s is %d for %j', (name, value, labels) => {
    expect(sampleOf(name, ...labels)).toMatchObject({ value });
  });

  test.each([
    ['csi_operations_seconds', ['disk', 'NodePublishVolume', 'OK', 'false'], 0.3],
    ['csi_sidecar_operations_seconds', ['CreateVolume', 'DeadlineExceeded'], 10],
    [
      'storage_operation_duration_seconds',
      ['volume_attach', 'kubernetes.io/csi:disk', 'success'],
      4,
    ],
  ])('%s of %j has the time in seconds', (name, labels, sum) => {
    expect(sampleOf(name, ...labels)).toMatchObject({ type: 'histogram', sum, count: 1 });
  });
});
