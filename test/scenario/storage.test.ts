// Storage in a scenario: what is there when nothing is said, what may be said, and what may not.
import { describe, expect, test } from 'vitest';
import { load, loaded } from './memory-files.js';

const claim = `
      - apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}`;

const applying = (objects: string): string => `
nodePools: [{name: pool, count: 1}]
workload:
  operations:
    - op: apply
      objects:${objects}`;

const storageOf = (spec: string) => loaded(spec).cluster.storage;

describe('a scenario that says nothing of storage', () => {
  test('has none when nothing uses volumes that outlive a pod', () => {
    const pod = `
      - apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          containers: [{name: web, image: web, resources: {requests: {cpu: 1, memory: 1Gi}}}]
          volumes: [{name: tmp, emptyDir: {}}]`;
    expect(storageOf(applying(pod))).toBe(undefined);
  });

  test('has a driver and a default class when something does, and says so', () => {
    const { cluster, notices } = loaded(applying(claim));
    expect(cluster.storage?.drivers.map(({ name }) => name)).toEqual(['csi.kubeclock.dev']);
    expect(cluster.storage?.classes[0]).toMatchObject({
      metadata: {
        name: 'standard',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    });
    expect(notices.join()).toContain('No storage is described');
  });

  test('has a driver for each provisioner that its classes name', () => {
    const classes = ['ebs.csi.aws.com', 'kubernetes.io/gce-pd', 'kubernetes.io/no-provisioner'].map(
      (provisioner, index) => `
      - apiVersion: storage.k8s.io/v1
        kind: StorageClass
        metadata: {name: class-${index}}
        provisioner: ${provisioner}`,
    );
    const storage = storageOf(applying(classes.join('')));
    expect(storage?.drivers.map(({ name }) => name)).toEqual([
      'csi.kubeclock.dev',
      'ebs.csi.aws.com',
      'pd.csi.storage.gke.io',
    ]);
  });

  test.each([
    ['templates of claims', 'volumeClaimTemplates', 'StatefulSet'],
    ['ephemeral volumes', 'ephemeral', 'Deployment'],
  ])('sees %s', (_, field, kind) => {
    const set = kind === 'StatefulSet';
    const spec = '{accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}';
    const volumes = `volumes: [{name: tmp, ephemeral: {volumeClaimTemplate: {spec: ${spec}}}}]`;
    const own = `
      - apiVersion: apps/v1
        kind: ${kind}
        metadata: {name: web}
        spec:
          ${set ? `serviceName: web\n          volumeClaimTemplates: [{metadata: {name: d}, spec: ${spec}}]` : ''}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              ${set ? '' : volumes}
              containers: [{name: web, image: web, resources: {requests: {cpu: 1, memory: 1Gi}}}]`;
    expect(storageOf(applying(own)), field).not.toBe(undefined);
  });
});

describe('storage that is stated', () => {
  test('is what there is: nothing is added, and what is not said has its default', () => {
    const storage = storageOf(`
storage:
  drivers: [{name: disk.example.com, attachLimit: 8, provision: 2s, attach: {p50: 1s, p99: 4s}}]
  classes: [{name: fast, provisioner: disk.example.com, volumeBindingMode: Immediate}]`);
    const [driver] = storage?.drivers ?? [];
    expect(driver).toMatchObject({ attachRequired: true, attachLimit: 8, reach: 'zone' });
    expect(driver?.latencies.provision).toEqual({ kind: 'constant', value: 2_000_000 });
    expect(driver?.latencies.attach).toEqual({ kind: 'logNormal', p50: 1_000_000, p99: 4_000_000 });
    expect(driver?.latencies.stage.kind).toBe('logNormal');
    expect(storage?.classes.map(({ metadata }) => metadata)).toEqual([{ name: 'fast' }]);
    expect(storage?.classes[0]?.volumeBindingMode).toBe('Immediate');
  });

  test('may be nothing at all', () => {
    expect(storageOf('storage: {}')).toEqual({ drivers: [], classes: [] });
  });
});

describe('storage that cannot be is refused', () => {
  const problems = (spec: string) =>
    load(spec).problems.map(({ line, message, suggestion }) => ({ line, message, suggestion }));

  test('with a class whose driver is not there, and the one that was meant', () => {
    expect(
      problems(`
storage:
  drivers: [{name: disk.example.com}]
  classes: [{name: fast, provisioner: disk.exmple.com}]`),
    ).toEqual([
      {
        line: 7,
        message: 'there is no driver "disk.exmple.com" among storage.drivers',
        suggestion: 'disk.example.com',
      },
    ]);
  });

  test('with names that are given twice', () => {
    const messages = problems(`
storage:
  drivers: [{name: disk}, {name: disk}]
  classes: [{name: fast, provisioner: disk}, {name: fast, provisioner: disk}]`);
    expect(messages.map(({ message }) => message)).toEqual([
      'a driver named "disk" is there already',
      'a class named "fast" is there already',
    ]);
  });

  test('with values out of range and fields that are misspelt, all at once', () => {
    const found = problems(`
storage:
  drivers: [{name: disk, attachLimit: 0, reach: region, provison: 3s, attach: 5}]`);
    expect(found.map(({ suggestion, message }) => suggestion ?? message)).toHaveLength(4);
    expect(found.some(({ suggestion }) => suggestion === 'provision:')).toBe(true);
  });
});
