// Volumes of claims on one node: what the kubelet asks and says, in which order, and what waits.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Node } from '../../../src/api/node.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../src/api/persistent-volume.js';
import type { NodeStorageSpec } from '../../../src/node/kubelet/node-storage.js';
import {
  boundPod,
  KubeletBench,
  msUs,
  nodeObject,
  secondUs,
  sinceOrigin,
} from './kubelet-bench.js';

const VOLUME = 'kubernetes.io/csi/disk^vol-1';
const constant = (value: number) => ({ kind: 'constant', value }) as const;

const storage = (attachRequired = true): NodeStorageSpec => ({
  drivers: [
    {
      name: 'disk',
      attachRequired,
      latencies: {
        stage: constant(200 * msUs),
        unstage: constant(70 * msUs),
        publish: constant(30 * msUs),
        unpublish: constant(40 * msUs),
      },
    },
  ],
  csiNodeOf: (name) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name },
    spec: { drivers: [{ name: 'disk', nodeID: name }] },
  }),
});

const claim: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: {
    name: 'data',
    namespace: 'default',
    annotations: { 'pv.kubernetes.io/bind-completed': 'yes' },
  },
  spec: { volumeName: 'disk-1' },
};

const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk-1' },
  spec: { csi: { driver: 'disk', volumeHandle: 'vol-1' } },
};

const withClaim = {
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
};

/** A node on which the claim and its volume are there, and a pod `db` is bound at 0. */
function newBench(attachRequired = true): KubeletBench {
  const bench = new KubeletBench({
    storage: storage(attachRequired),
    settings: { volumeLoopUs: 0 },
  });
  for (const object of [nodeObject(0), claim, volume] as KubernetesObject[]) {
    bench.server.create(object);
  }
  return bench;
}

/** The attach/detach controller says at a time that the volume is attached. */
function attachAt(bench: KubeletBench, atUs: number): void {
  bench.at(atUs, () => {
    const node = bench.server.get<Node>('nodes', 'node-0');
    const volumesAttached = [{ name: VOLUME, devicePath: '' }];
    bench.server.update({ ...node, status: { ...node.status, volumesAttached } } as Node);
  });
}

const stageOf = (bench: KubeletBench, uid: string, stage: string): number =>
  bench.stages.find(([, pod, reached]) => pod === uid && reached === stage)?.[0] ?? Number.NaN;

/** When the node's status first said that the volumes in use are these. */
function reportedAt(bench: KubeletBench, names: readonly string[], afterMs = 0): number {
  const found = bench.recorder.commits.find(([time, { object }]) => {
    if (object.kind !== 'Node' || sinceOrigin(time) < afterMs) return false;
    return object.status?.volumesInUse?.join() === names.join();
  });
  return sinceOrigin(found?.[0]);
}

describe('a pod with a claim whose volume has to be attached', () => {
  const bench = newBench();
  bench.bind(0, 'db', withClaim);
  attachAt(bench, 12 * secondUs);
  bench.delete(60 * secondUs, 'db', 1);
  bench.run(90 * secondUs);
  const sandboxMs = stageOf(bench, 'uid-db', 'sandboxCreated');

  test('is reported with the node’s next status, within ten seconds', () => {
    expect(reportedAt(bench, [VOLUME])).toBeGreaterThan(0);
    expect(reportedAt(bench, [VOLUME])).toBeLessThan(10_100);
  });

  test('starts when the volume is attached, staged and published, at the next poll', () => {
    const mountedMs = sandboxMs - 150;
    expect(mountedMs).toBeGreaterThan(12_000 + 200 + 30);
    expect(mountedMs, 'the back-off has not grown far').toBeLessThan(12_000 + 8_000);
  });

  test('asks for the node until it says so, less and less often', () => {
    const asked = bench.requests('nodes').filter((verb) => verb === 'get').length;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(8);
  });

  test('is unmounted before its object goes, and then the volume is not in use any more', () => {
    const goneMs = bench.podHistory().find(([, , what]) => what === 'gone')?.[0] ?? Number.NaN;
    expect(goneMs).toBeGreaterThan(60_000 + 40);
    const freeMs = reportedAt(bench, [], 60_000);
    expect(freeMs).toBeGreaterThan(60_000 + 40 + 70);
    expect(freeMs).toBeLessThan(60_000 + 12_000);
  });
});

describe('a volume that need not be attached', () => {
  test('is staged once for two pods, and published for each', () => {
    const bench = newBench(false);
    bench.bind(0, 'a', withClaim);
    bench.bind(5 * secondUs, 'b', withClaim);
    bench.run(20 * secondUs);
    const [first, second] = ['uid-a', 'uid-b'].map((uid) => stageOf(bench, uid, 'sandboxCreated'));
    expect(first).toBeGreaterThan(200 + 30);
    expect(first).toBeLessThan(1_000);
    expect(second, 'it is staged already').toBeLessThan(5_000 + 600);
    expect(bench.requests('nodes')).not.toContain('get');
  });

  test('is unstaged when the last pod has gone', () => {
    const bench = newBench(false);
    for (const name of ['a', 'b']) bench.bind(0, name, withClaim);
    bench.delete(20 * secondUs, 'a', 1);
    bench.delete(40 * secondUs, 'b', 1);
    bench.run(60 * secondUs);
    expect(reportedAt(bench, [], 1_000)).toBeGreaterThan(40_000);
  });
});

describe('a claim that is not bound', () => {
  test('is looked for again, and its pod says every 2m3s what it waits for', () => {
    const bench = new KubeletBench({
      storage: storage(),
      settings: { volumeLoopUs: 100 * msUs, recordEvents: true },
    });
    bench.server.create(nodeObject(0));
    bench.bind(0, 'db', withClaim);
    bench.run(130 * secondUs);
    expect(bench.requests('persistentvolumeclaims').length).toBeGreaterThan(100);
    const [event] = bench.recorder.commits.flatMap(([time, { object }]) =>
      object.kind === 'Event' ? [{ atMs: sinceOrigin(time), object }] : [],
    );
    expect(event?.object).toMatchObject({ reason: 'FailedMount', type: 'Warning' });
    expect(event?.object.message).toContain('unmounted volumes=[data]');
    expect(event?.atMs).toBeGreaterThan(123_000);
    expect(event?.atMs).toBeLessThan(123_500);
  });
});

describe('a kubelet that stops', () => {
  test('leaves what is mounted, and the next one takes it over', () => {
    const bench = newBench(false);
    bench.bind(0, 'db', withClaim);
    bench.at(10 * secondUs, () => bench.fleet.stopKubelet(0));
    bench.at(20 * secondUs, () => bench.fleet.startKubelet(0));
    bench.delete(60 * secondUs, 'db', 1);
    bench.run(90 * secondUs);
    const gone = bench.podHistory().find(([, , what]) => what === 'gone')?.[0];
    expect(gone).toBeGreaterThan(60_000);
    expect(reportedAt(bench, [], 60_000)).toBeLessThan(75_000);
  });
});

test('a pod without claims asks nothing about them', () => {
  const bench = newBench();
  bench.bind(0, 'web', boundPod('web').spec);
  bench.run(10 * secondUs);
  expect(bench.requests('persistentvolumeclaims')).toEqual([]);
  expect(stageOf(bench, 'uid-web', 'containersStarted')).toBeLessThan(1_000);
});
