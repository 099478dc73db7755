// Where a new volume can be used.
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { StorageClass } from '../../../src/api/persistent-volume.js';
import { affinityFor, type VolumeReach } from '../../../src/control-plane/csi/volume-topology.js';
import { RandomRoot } from '../../../src/kernel/random-stream.js';

const ZONE = 'topology.kubernetes.io/zone';

function node(name: string, zone: string): Node {
  const labels = { 'kubernetes.io/hostname': name, [ZONE]: zone };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {} };
}

const nodes = [node('a', 'zone-1'), node('b', 'zone-2'), node('c', 'zone-2')];
const plain: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'fast' },
  provisioner: 'disk.example.com',
};

function placeOf(reach: VolumeReach, selected?: Node, storageClass = plain, seed = 1) {
  const stream = new RandomRoot(seed).stream('place');
  const [term] =
    affinityFor(reach, selected, nodes, storageClass, stream)?.required.nodeSelectorTerms ?? [];
  return term?.matchExpressions?.map(({ key, values }) => `${key}=${values?.join()}`).join();
}

describe('a new volume', () => {
  test('is made where its pod will run', () => {
    expect(placeOf('zone', nodes[1])).toBe(`${ZONE}=zone-2`);
    expect(placeOf('node', nodes[2])).toBe('kubernetes.io/hostname=c');
    expect(placeOf('cluster', nodes[2])).toBe(undefined);
  });

  test('is made in some zone when nobody waits for it', () => {
    const zones = new Set(
      Array.from({ length: 20 }, (_, seed) => placeOf('zone', undefined, plain, seed)),
    );
    expect([...zones].sort()).toEqual([`${ZONE}=zone-1`, `${ZONE}=zone-2`]);
  });

  test('is made only where its class allows it', () => {
    const matchLabelExpressions = [{ key: ZONE, values: ['zone-9'] }];
    const bounded = { ...plain, allowedTopologies: [{ matchLabelExpressions }] };
    expect(placeOf('zone', undefined, bounded)).toBe(`${ZONE}=zone-9`);
  });
});
