// Pods that change hands: they count for the workload that has them, not for the one that had them.
import { expect, test } from 'vitest';
import type { Pod } from '../../src/api/pod.js';
import { listingChange } from '../../src/metrics/listed-pods.js';
import { ConvergenceBench } from './convergence-bench.js';
import { deployment, endpoint, pod, replicaSet, service, slice } from './story.js';

const ready = (each: Pod): Pod => ({
  ...each,
  spec: { ...each.spec, nodeName: 'node-0' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});

const set = replicaSet('web', 2);
const labels = { app: 'web' };
const bare = (name: string): Pod => ready(pod(name, { labels }));
const owned = (name: string): Pod => ready(pod(name, { owner: set }));

test('a ReplicaSet has converged when it has adopted what it lacks', () => {
  const bench = new ConvergenceBench().at(1).put(bare('one'));
  bench.at(2).change('create', set);
  bench.at(3).put(owned('two'));
  expect(bench.row()).toMatchObject({ convergedUs: undefined, reason: '1 of 2 pods exist' });
  bench.at(7).put(owned('one'));
  expect(bench.row()).toMatchObject({ convergedUs: 7, replicas: 2 });
});

test('one that it has released is missing again', () => {
  const bench = new ConvergenceBench().put(set, owned('one'), owned('two'));
  bench.at(4).put(bare('two'));
  bench.at(5).change('update', replicaSet('web', 2));
  expect(bench.row()).toMatchObject({ convergedUs: undefined });
  bench.at(8).put(owned('three'));
  expect(bench.row()).toMatchObject({ convergedUs: 8 });
});

test('a Deployment that adopts a ReplicaSet has its pods too, and their endpoints', () => {
  const app = deployment('app', 1);
  const left = { ...replicaSet('app-1', 1, app) };
  const { ownerReferences: _, ...orphaned } = left.metadata;
  const back = ready(pod('one', { owner: left }));
  const own = service('app');
  const bench = new ConvergenceBench();
  bench.put({ ...left, metadata: orphaned }, back, own, slice('app-s', own, ['one']));
  bench.at(3).change('create', app);
  expect(bench.row()).toMatchObject({ reason: '0 of 1 pods exist' });
  bench.at(6).put(left);
  expect(bench.row()).toMatchObject({ convergedUs: undefined, reason: /kube-proxy/ });
});

test('a slice is read for the endpoints that changed', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((uid) => endpoint(uid, true));
  const all = [a, b, c].map((each) => each as NonNullable<typeof each>);
  expect(listingChange(all, all.slice(0, 2))).toEqual({ gone: ['c'], come: [] });
  expect(listingChange(all.slice(1), all)).toEqual({ gone: [], come: ['a'] });
  expect(listingChange([endpoint('a', false)], [endpoint('a', true)]).come).toEqual(['a']);
});
