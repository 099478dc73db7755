// Histories of volumes that must not happen, and one that may.
import { describe, expect, test } from 'vitest';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  VolumeAttachment,
} from '../../src/api/persistent-volume.js';
import { VolumeBindings } from '../../src/checkers/volume-bindings.js';
import { claim, volume } from '../control-plane/controller-manager/storage/storage-objects.js';
import { Story } from '../metrics/story.js';

function told(): Story & { readonly checker: VolumeBindings } {
  let checker: VolumeBindings | undefined;
  const story = new Story((simulation) => {
    checker = new VolumeBindings(simulation);
    return [checker];
  });
  return Object.assign(story, { checker: checker as unknown as VolumeBindings });
}

function attachment(name: string, nodeName: string, attached = true): VolumeAttachment {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name, uid: name },
    spec: { attacher: 'disk', nodeName, source: { persistentVolumeName: 'disk-1' } },
    status: { attached },
  };
}

function bound(name: string, uid: string, more: Partial<PersistentVolume['spec']> = {}) {
  const object = volume(name, '1Gi', { claimRef: { uid, namespace: 'default' }, ...more });
  const metadata = { ...object.metadata, uid: name };
  return { ...object, metadata, status: { phase: 'Bound' as const } } satisfies PersistentVolume;
}

function boundClaim(name: string, volumeName: string): PersistentVolumeClaim {
  const object = claim(name, { volumeName }, { uid: name });
  return { ...object, status: { phase: 'Bound' } };
}

describe('a sound history of volumes', () => {
  test('has no violation: a volume moves from node to node, and from claim to claim', () => {
    const story = told().put(bound('disk-1', 'a'), boundClaim('a', 'disk-1'));
    story.put(attachment('one', 'node-1')).put(attachment('two', 'node-2', false));
    story.remove('VolumeAttachment', 'one').put(attachment('two', 'node-2'));
    story.remove('PersistentVolumeClaim', 'a');
    story.put(bound('disk-1', 'b'), boundClaim('b', 'disk-1'));
    expect(story.checker.violations).toEqual([]);
  });

  test('may have a shared volume on several nodes', () => {
    const story = told().put(bound('disk-1', 'a', { accessModes: ['ReadWriteMany'] }));
    story.put(attachment('one', 'node-1'), attachment('two', 'node-2'));
    expect(story.checker.violations).toEqual([]);
  });
});

describe('a violation is', () => {
  test('a volume for one node that two have', () => {
    const story = told().put(bound('disk-1', 'a'));
    story.put(attachment('one', 'node-1'), attachment('two', 'node-2'));
    expect(story.checker.violations.join()).toContain('disk-1 is attached to node-1 and node-2');
  });

  test('a claim with two volumes', () => {
    const story = told().put(bound('disk-1', 'a'), bound('disk-2', 'a'));
    expect(story.checker.violations.join()).toContain('bound to the volumes disk-1 and disk-2');
  });

  test('two claims with one volume', () => {
    const story = told().put(boundClaim('a', 'disk-1'), boundClaim('b', 'disk-1'));
    expect(story.checker.violations.join()).toContain('default/b and another have disk-1');
  });
});
