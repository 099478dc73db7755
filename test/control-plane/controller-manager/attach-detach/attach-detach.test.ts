// The attach/detach controller, with an attacher that does at once, or not at all, what it is
// asked.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../../src/api/event.js';
import type { Node } from '../../../../src/api/node.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttachment,
} from '../../../../src/api/persistent-volume.js';
import type { Pod } from '../../../../src/api/pod.js';
import { ControllerBench } from '../controller-bench.js';
import { claim, podWith, volume } from '../storage/storage-objects.js';

const SECOND = 1_000_000;
const VOLUME = 'kubernetes.io/csi/disk.example.com^vol-1';

function node(name: string): Node {
  const conditions = [{ type: 'Ready', status: 'True' as const }];
  const metadata = { name };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec: {}, status: { conditions } };
}

/** A claim and the volume that it is bound to. */
function boundPair(modes: PersistentVolumeClaim['spec']['accessModes'] = ['ReadWriteOnce']) {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
  const spec = { volumeName: 'disk-1', accessModes: modes };
  const own = claim('data', spec, { annotations, uid: 'claim-uid' });
  const claimRef = { namespace: 'default', name: 'data', uid: 'claim-uid' };
  const csi = { driver: 'disk.example.com', volumeHandle: 'vol-1' };
  const disk = volume('disk-1', '10Gi', { accessModes: modes, claimRef, csi });
  return [
    { ...own, status: { phase: 'Bound' as const } },
    { ...disk, status: { phase: 'Bound' as const } },
  ] satisfies [PersistentVolumeClaim, PersistentVolume];
}

function newBench(modes?: PersistentVolumeClaim['spec']['accessModes']): ControllerBench {
  const preload = [...boundPair(modes), node('a'), node('b')];
  return new ControllerBench({ preload, hasStorage: true });
}

/** Does what the external-attacher would. */
function attachAll(bench: ControllerBench): void {
  for (const attachment of bench.stored<VolumeAttachment>('VolumeAttachment')) {
    bench.ask(attachment, {
      verb: 'patch',
      subresource: 'status',
      patch: { bytes: 10, apply: (now) => ({ ...now, status: { attached: true } }) as typeof now },
    });
  }
  bench.wait(SECOND);
}

const inUse = (bench: ControllerBench, name: string, volumesInUse: readonly string[]): void => {
  const own = bench.get(node(name)) as Node;
  const apply = () => ({ ...own, status: { ...own.status, volumesInUse } });
  bench.ask(own, { verb: 'patch', subresource: 'status', patch: { bytes: 10, apply } });
};

const places = (bench: ControllerBench): string[] =>
  bench.stored<VolumeAttachment>('VolumeAttachment').map(({ spec }) => spec.nodeName);

const reasons = (bench: ControllerBench): string[] =>
  bench.stored<Event>('Event').map(({ reason, message }) => `${reason}: ${message}`);

const remove = (bench: ControllerBench, pod: Pod): void => {
  bench.ask(pod, { verb: 'delete', gracePeriodSeconds: 0 });
};

describe('a pod with a claim', () => {
  const bench = newBench();
  const pod = podWith('data', 'db', 'a');
  bench.create(pod);
  bench.wait(SECOND);

  test('has its volume attached, and its node is told', () => {
    expect(bench.stored<VolumeAttachment>('VolumeAttachment')[0]).toMatchObject({
      spec: {
        attacher: 'disk.example.com',
        nodeName: 'a',
        source: { persistentVolumeName: 'disk-1' },
      },
      status: { attached: false },
    });
    expect(bench.get(node('a'))?.status?.volumesAttached, 'not yet').toBe(undefined);
    attachAll(bench);
    const attached = bench.get(node('a'))?.status?.volumesAttached;
    expect(attached).toEqual([{ name: VOLUME, devicePath: '' }]);
    expect(reasons(bench)).toEqual([
      'SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "disk-1"',
    ]);
  });

  test('keeps it attached as long as the node has it mounted', () => {
    inUse(bench, 'a', [VOLUME]);
    remove(bench, pod);
    bench.wait(60 * SECOND);
    expect(places(bench)).toEqual(['a']);
    inUse(bench, 'a', []);
    bench.wait(SECOND);
    expect(places(bench)).toEqual([]);
    expect(bench.get(node('a'))?.status?.volumesAttached).toEqual([]);
  });
});

describe('a volume for one node', () => {
  test('waits until it has left the other one, and its pod is told once', () => {
    const bench = newBench();
    const first = podWith('data', 'db-1', 'a');
    bench.create(first);
    bench.wait(SECOND);
    attachAll(bench);
    bench.create(podWith('data', 'db-2', 'b'));
    bench.wait(30 * SECOND);
    expect(places(bench)).toEqual(['a']);
    const refusals = reasons(bench).filter((text) => text.startsWith('FailedAttachVolume'));
    expect(refusals).toEqual([
      'FailedAttachVolume: Multi-Attach error for volume "disk-1" Volume is already used by ' +
        'pod(s) db-1',
    ]);
    remove(bench, first);
    bench.wait(SECOND);
    expect(places(bench)).toEqual(['b']);
  });

  test('does not wait when several nodes may have it', () => {
    const bench = newBench(['ReadWriteMany']);
    for (const [name, at] of [
      ['db-1', 'a'],
      ['db-2', 'b'],
    ] as const) {
      bench.create(podWith('data', name, at));
    }
    bench.wait(SECOND);
    expect(places(bench).sort()).toEqual(['a', 'b']);
  });
});

describe('a node that does not answer any more', () => {
  function lost(): ControllerBench {
    const bench = newBench();
    const pod = podWith('data', 'db', 'a');
    bench.create(pod);
    bench.wait(SECOND);
    attachAll(bench);
    inUse(bench, 'a', [VOLUME]);
    const conditions = [{ type: 'Ready', status: 'Unknown' as const }];
    bench.change(bench.get(node('a')) as Node, (now) => ({ ...now, spec: { ...now.spec } }));
    const apply = (now: Node) => ({ ...now, status: { ...now.status, conditions } });
    bench.ask(node('a'), {
      verb: 'patch',
      subresource: 'status',
      patch: { bytes: 10, apply: (now) => apply(now as Node) },
    });
    remove(bench, pod);
    return bench;
  }

  test('loses its volume after six minutes', () => {
    const bench = lost();
    bench.wait(359 * SECOND);
    expect(places(bench)).toEqual(['a']);
    bench.wait(3 * SECOND);
    expect(places(bench)).toEqual([]);
  });

  test('loses it at once when somebody says that it is out of service', () => {
    const bench = lost();
    bench.wait(5 * SECOND);
    expect(places(bench)).toEqual(['a']);
    const taint = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' } as const;
    bench.change(bench.get(node('a')) as Node, (now) => ({ ...now, spec: { taints: [taint] } }));
    bench.wait(SECOND);
    expect(places(bench)).toEqual([]);
  });
});

describe('an attacher that does nothing', () => {
  test('is given two minutes, and then the pod is told', () => {
    const bench = newBench();
    bench.create(podWith('data', 'db', 'a'));
    bench.wait(119 * SECOND);
    const told = (): string[] =>
      reasons(bench).filter((text) => text.startsWith('FailedAttachVolume'));
    expect(told()).toEqual([]);
    bench.wait(3 * SECOND);
    expect(told()).toEqual([
      'FailedAttachVolume: AttachVolume.Attach failed for volume "disk-1" : timed out waiting ' +
        'for external-attacher of disk.example.com CSI driver to attach volume disk-1',
    ]);
  });
});
