// Volumes in whole clusters: made, attached, mounted, moved and deleted.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type {
  CSINode,
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttachment,
} from '../../src/api/persistent-volume.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { loaded } from '../scenario/memory-files.js';

interface Ended {
  readonly result: RunResult;
  readonly objects: readonly KubernetesObject[];
}

/** Runs to the end; what is stored then. */
function run(spec: string): Ended {
  let objects: readonly KubernetesObject[] = [];
  const see = (stored: readonly KubernetesObject[]): void => {
    objects = stored;
  };
  const result = runScenario(loaded(spec), { look: { atUs: undefined, see } });
  return { result, objects };
}

function stored<T extends KubernetesObject>({ objects }: Ended, kind: T['kind']): T[] {
  return objects.filter((object) => object.kind === kind) as T[];
}

const driver = 'provision: 1s, delete: 1s, attach: 1s, detach: 1s, stage: 100ms, publish: 10ms';
const head = (more: string, mode = 'WaitForFirstConsumer'): string => `
horizon: 3m
clusterDns: {replicas: 0}
nodePools: [{name: node, count: 2, images: [app]}]
applicationStart: 10ms
storage:
  drivers: [{name: disk, ${driver}${more}}]
  classes: [{name: fast, provisioner: disk, isDefault: true, volumeBindingMode: ${mode}}]`;

const claim = (name: string, more = ''): string => `
        - apiVersion: v1
          kind: PersistentVolumeClaim
          metadata: {name: ${name}, namespace: default}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}${more}}`;

const pod = (name: string, node = ''): string => `
        - apiVersion: v1
          kind: Pod
          metadata: {name: ${name}, namespace: default}
          spec:
            ${node}
            containers: [{name: app, image: app, resources: {requests: {cpu: 1, memory: 1Gi}}}]
            volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]`;

const reasons = ({ result }: Ended): string[] =>
  result.kubernetesEvents.map(({ involved, reason }) => `${involved} ${reason}`);

describe('a claim and its pod', () => {
  const ended = run(`${head('')}
workload:
  operations:
    - op: apply
      objects:${claim('data')}${pod('db')}
    - op: barrier
    - {op: createNodes, pool: node, count: 1}
    - {op: delete, targets: [Pod/default/db]}
    - {op: delete, targets: [PersistentVolumeClaim/default/data]}
    - {op: sleep, duration: 1m}`);

  test('have a volume made, attached and mounted before the pod starts', () => {
    const [row] = ended.result.pods;
    expect(row?.readyUs).toBeGreaterThan(2_000_000);
    expect(reasons(ended)).toEqual(
      expect.arrayContaining([
        'PersistentVolumeClaim/data WaitForFirstConsumer',
        'PersistentVolumeClaim/data ExternalProvisioning',
        'PersistentVolumeClaim/data ProvisioningSucceeded',
        'Pod/db SuccessfulAttachVolume',
      ]),
    );
  });

  test('leave nothing behind when both are deleted', () => {
    for (const kind of ['PersistentVolumeClaim', 'PersistentVolume', 'VolumeAttachment'] as const) {
      expect(stored(ended, kind), kind).toEqual([]);
    }
  });

  test('a new node says which drivers it has', () => {
    const nodes = stored<CSINode>(ended, 'CSINode');
    expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual([
      'node-0',
      'node-1',
      'node-2',
    ]);
    expect(nodes.every(({ spec }) => spec.drivers[0]?.name === 'disk')).toBe(true);
  });
});

describe('a class that binds at once', () => {
  test('has its volume made before any pod comes', () => {
    const ended = run(`${head('', 'Immediate')}
until: converged
workload:
  operations:
    - op: apply
      objects:${claim('data')}`);
    const [own] = stored<PersistentVolumeClaim>(ended, 'PersistentVolumeClaim');
    expect(own?.status?.phase).toBe('Bound');
    expect(ended.result.convergence[0]?.convergedUs).toBeGreaterThan(1_000_000);
  });
});

describe('a driver whose storage is slow', () => {
  test('is given up after ten seconds, asked again, and has it done by then', () => {
    const slow = run(`${head('', 'Immediate').replace('provision: 1s', 'provision: 15s')}
until: converged
workload:
  operations:
    - op: apply
      objects:${claim('data')}`);
    const [failure] = slow.result.kubernetesEvents.filter(
      ({ reason }) => reason === 'ProvisioningFailed',
    );
    expect(failure?.message).toBe(
      'failed to provision volume with StorageClass "fast": rpc error: code = DeadlineExceeded ' +
        'desc = context deadline exceeded',
    );
    const boundUs = slow.result.convergence[0]?.convergedUs ?? 0;
    expect(boundUs).toBeGreaterThan(15_000_000);
    expect(boundUs).toBeLessThan(16_000_000);
    expect(stored<PersistentVolume>(slow, 'PersistentVolume')).toHaveLength(1);
  });
});

describe('a driver that need not attach', () => {
  test('mounts at once on two nodes', () => {
    const pinned = (name: string, node: string): string => pod(name, `nodeName: ${node}`);
    const ended = run(`${head(', attachRequired: false, reach: cluster', 'Immediate')}
until: converged
workload:
  operations:
    - op: apply
      objects:${claim('data')}
    - op: barrier
    - op: apply
      objects:${pinned('a', 'node-0')}${pinned('b', 'node-1')}`);
    expect(stored<VolumeAttachment>(ended, 'VolumeAttachment')).toEqual([]);
    expect(ended.result.pods.every(({ readyUs }) => readyUs !== undefined)).toBe(true);
  });
});

describe('a pod whose claim is never bound', () => {
  test('waits on its node and says FailedMount every two minutes and some', () => {
    const ended = run(`${head('').replace('horizon: 3m', 'horizon: 5m')}
workload:
  operations:
    - op: apply
      objects:${claim('data', ', storageClassName: ""')}${pod('db', 'nodeName: node-0')}`);
    const [failure] = ended.result.kubernetesEvents.filter(
      ({ reason }) => reason === 'FailedMount',
    );
    expect(failure?.message).toContain('unmounted volumes=[data]');
    expect(failure?.count).toBe(2);
    expect(ended.result.pods[0]?.startedUs).toBe(undefined);
  });
});
