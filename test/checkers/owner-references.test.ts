import { describe, expect, test } from 'vitest';
import type { OwnerReference } from '../../src/api/object-meta.js';
import type { Pod } from '../../src/api/pod.js';
import type { ReplicaSet } from '../../src/api/replica-set.js';
import { OwnerReferences } from '../../src/checkers/owner-references.js';
import { pod, replicaSet, Story } from '../metrics/story.js';
import { serve } from './served.js';

function told(): Story & { readonly checker: OwnerReferences } {
  let checker: OwnerReferences | undefined;
  const story = new Story((simulation) => {
    checker = new OwnerReferences(simulation);
    return [checker];
  });
  return Object.assign(story.at(2_000_000), { checker: checker as unknown as OwnerReferences });
}

const referenceTo = (name: string, blockOwnerDeletion = true): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name,
  uid: name,
  controller: true,
  blockOwnerDeletion,
});

function owned(name: string, ...ownerReferences: readonly OwnerReference[]): Pod {
  const plain = pod(name);
  return { ...plain, metadata: { ...plain.metadata, ownerReferences } };
}

function leaving(name: string, ...finalizers: readonly string[]): ReplicaSet {
  const plain = replicaSet(name, 1);
  return { ...plain, metadata: { ...plain.metadata, deletionTimestamp: 1, finalizers } };
}

function collect(story: ReturnType<typeof told>, name: string, client: string): void {
  const object = story.get('Pod', name);
  story.terminate(name);
  const request = { verb: 'delete', resource: 'pods', name } as const;
  serve(story.checker, { name: client }, request, 200, object);
}

const collector = 'kube-controller-manager/generic-garbage-collector';

describe('an owner that is deleted', () => {
  test('in the foreground goes after the dependents that block it', () => {
    const story = told().put(leaving('set', 'foregroundDeletion'), owned('a', referenceTo('set')));
    story
      .put(owned('b', referenceTo('set', false)))
      .remove('Pod', 'a')
      .remove('ReplicaSet', 'set');
    expect(story.checker.violations).toEqual([]);
  });

  test('in the foreground and goes before them breaks the order', () => {
    const story = told().put(leaving('set', 'foregroundDeletion'), owned('a', referenceTo('set')));
    story.remove('ReplicaSet', 'set');
    expect(story.checker.violations).toEqual([
      '2 s: ReplicaSet/set is gone before 1 dependents that block it',
    ]);
  });

  test('and orphans its dependents may leave one whose creation was under way then', () => {
    const story = told().put(leaving('set', 'orphan'), owned('late', referenceTo('set')));
    story.remove('ReplicaSet', 'set');
    expect(story.checker.violations).toEqual([]);
  });

  test('and orphans its dependents has none any more when it goes', () => {
    const story = told().put(leaving('set', 'orphan'), owned('a', referenceTo('set')), owned('b'));
    story.put(owned('a')).remove('ReplicaSet', 'set');
    expect(story.checker.violations).toEqual([]);
    const early = told().put(owned('a', referenceTo('set')), leaving('set', 'orphan'));
    early.remove('ReplicaSet', 'set');
    expect(early.checker.violations).toEqual([
      '2 s: ReplicaSet/set is gone, and 1 dependents still name it',
    ]);
  });

  test('and orphans its dependents may not leave one that named it before and was written since', () => {
    const story = told().put(owned('a', referenceTo('set')), leaving('set', 'orphan'));
    story.put(owned('a', referenceTo('set', false))).remove('ReplicaSet', 'set');
    expect(story.checker.violations).toEqual([
      '2 s: ReplicaSet/set is gone, and 1 dependents still name it',
    ]);
  });

  test('and orphans its dependents may leave a late one, however often it is written', () => {
    const story = told().put(leaving('set', 'orphan'), owned('late', referenceTo('set')));
    story.put(owned('late', referenceTo('set', false))).remove('ReplicaSet', 'set');
    expect(story.checker.violations).toEqual([]);
  });

  test('in the background leaves them to the garbage collector', () => {
    const story = told().put(replicaSet('set', 1), owned('a', referenceTo('set')));
    story.remove('ReplicaSet', 'set');
    collect(story, 'a', collector);
    expect(story.checker.violations).toEqual([]);
  });
});

describe('the garbage collector', () => {
  test('deletes nothing that an owner keeps', () => {
    const story = told().put(replicaSet('set', 1), owned('a', referenceTo('set')));
    collect(story, 'a', collector);
    expect(story.checker.violations).toEqual([
      '2 s: Pod/default/a is collected, though ReplicaSet/set owns it',
    ]);
  });

  test('nor what one of several owners keeps, unless that is on its way out', () => {
    const both = [referenceTo('gone'), referenceTo('set')] as const;
    const kept = told().put(replicaSet('set', 1), owned('a', ...both));
    collect(kept, 'a', collector);
    expect(kept.checker.violations).toHaveLength(1);
    const going = told().put(leaving('set', 'foregroundDeletion'), owned('a', ...both));
    collect(going, 'a', collector);
    expect(going.checker.violations).toEqual([]);
  });

  test('is not blamed for what others delete', () => {
    const story = told().put(replicaSet('set', 1), owned('a', referenceTo('set')));
    collect(story, 'a', 'kube-controller-manager/replicaset-controller');
    expect(story.checker.violations).toEqual([]);
  });
});
