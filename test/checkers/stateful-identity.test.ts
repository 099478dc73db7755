import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/api/pod.js';
import { StatefulIdentity } from '../../src/checkers/stateful-identity.js';
import { pod, Story } from '../metrics/story.js';
import { serve } from './served.js';

const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'db' };

/** The pod db-0 of a StatefulSet with this UID on a node, as its kubelet says it is. */
function db0(uid: string, nodeName: string, state: 'running' | 'terminated' | 'waiting'): Pod {
  const plain = pod('db-0');
  const running = state === 'running' ? { running: { startedAt: 1 } } : {};
  const status = {
    name: 'app',
    state: running,
    ready: true,
    restartCount: 0,
    image: '',
    imageID: '',
  };
  return {
    ...plain,
    metadata: { ...plain.metadata, uid, ownerReferences: [owner] },
    spec: { ...plain.spec, nodeName },
    status: { phase: 'Running', containerStatuses: [status] },
  };
}

function told(): Story & { readonly checker: StatefulIdentity } {
  let checker: StatefulIdentity | undefined;
  const story = new Story((simulation) => {
    checker = new StatefulIdentity(simulation);
    return [checker];
  });
  return Object.assign(story.at(2_000_000), { checker: checker as unknown as StatefulIdentity });
}

describe('pods of a StatefulSet', () => {
  test('follow each other when the first has stopped', () => {
    const story = told().put(db0('one', 'a', 'running'), db0('one', 'a', 'terminated'));
    story.remove('Pod', 'db-0').put(db0('two', 'b', 'waiting'), db0('two', 'b', 'running'));
    expect(story.checker.violations).toEqual([]);
  });

  test('may not run twice under one name', () => {
    const story = told()
      .put(db0('one', 'a', 'running'))
      .remove('Pod', 'db-0');
    story.put(db0('two', 'b', 'waiting'));
    expect(story.checker.violations).toEqual([]);
    story.put(db0('two', 'b', 'running'));
    expect(story.checker.violations).toEqual(['2 s: two pods default/db-0 run, on a and b']);
  });

  test('what others write of a pod does not say that it runs', () => {
    const story = told().put(db0('one', 'a', 'running'));
    const stored = story.get('Pod', 'db-0');
    story.checker.nodeFailed('a');
    // The node lifecycle controller says that the pod is not Ready, and leaves its containers.
    story.put({ ...stored, status: { ...stored.status, conditions: [] } }).remove('Pod', 'db-0');
    story.put(db0('two', 'b', 'running'));
    expect(story.checker.violations).toEqual([]);
  });

  test('do not run on a machine that has failed, but on others', () => {
    const failed = told().put(db0('one', 'a', 'running'));
    failed.checker.nodeFailed('b');
    failed.remove('Pod', 'db-0').put(db0('two', 'b', 'running'));
    expect(failed.checker.violations).toHaveLength(1);
  });

  test.each([
    ['kubernetes-admin', 0, 0],
    ['kubernetes-admin', 30, 1],
    ['system:node:a', 0, 1],
  ])('deleted by %s with a grace of %i s: %i violations', (user, gracePeriodSeconds, count) => {
    const story = told()
      .put(db0('one', 'a', 'running'))
      .remove('Pod', 'db-0');
    const request = { verb: 'delete', resource: 'pods', name: 'db-0', gracePeriodSeconds } as const;
    serve(story.checker, { user }, request);
    story.put(db0('two', 'b', 'running'));
    expect(story.checker.violations).toHaveLength(count);
  });

  test('are no others than those of StatefulSets', () => {
    const story = told();
    const bare = (uid: string): Pod => {
      const { ownerReferences: _, ...metadata } = db0(uid, 'a', 'running').metadata;
      return { ...db0(uid, 'a', 'running'), metadata };
    };
    story.put(bare('one')).remove('Pod', 'db-0').put(bare('two'));
    expect(story.checker.violations).toEqual([]);
  });
});
