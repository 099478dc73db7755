// What changes wait for, told by hand: one thing at a time, the first on the way through the
// cluster, and in parts that add up.
import { describe, expect, test } from 'vitest';
import type { Job } from '../../../src/api/job.js';
import type { Pod } from '../../../src/api/pod.js';
import type { Caller } from '../../../src/client/api-call.js';
import { LimitedClient } from '../../../src/metrics/critical-path/client-limits.js';
import { daemonSet, statefulSet } from '../../support/objects.js';
import { ConvergenceBench } from '../convergence-bench.js';
import { deployment, pod, replicaSet, service, slice } from '../story.js';

const web = deployment('web', 2);
const set = replicaSet('web-1', 2, web);
const [a, b] = [pod('a', { owner: set }), pod('b', { owner: set })];

describe('a Deployment waits', () => {
  test('for everything that has to happen, one after the other', () => {
    const bench = new ConvergenceBench(0);
    bench.put(service('web'), slice('web-x', service('web'), [])).reachNetwork();
    const id = bench.at(100).start('apply', web);
    bench.put(web).at(103).accept(id, web).at(110).put(set).at(120).put(a, b);
    bench.at(125).bind('a', 'b').at(135).reach('sandboxCreated', 'a', 'b');
    bench.at(155).reach('imagesPulled', 'a', 'b').at(160).reach('containersStarted', 'a', 'b');
    bench
      .at(190)
      .ready('a', 'b')
      .at(192)
      .put(slice('web-x', service('web'), ['a', 'b']));
    bench.at(200).reachNetwork();
    expect(bench.path()).toEqual([
      ['api_call', 3],
      ['create', 17],
      ['schedule', 5],
      ['sandbox', 10],
      ['image_pull', 20],
      ['container_start', 5],
      ['readiness', 30],
      ['publish', 2],
      ['program', 8],
    ]);
  });

  test('for the pod that is furthest behind', () => {
    const bench = new ConvergenceBench(0).change('apply', web).put(set, a, b);
    bench.bind('a').reach('sandboxCreated', 'a').at(7).bind('b');
    bench.at(9).reach('sandboxCreated', 'b').at(20).reach('imagesPulled', 'b');
    bench.at(29).reach('imagesPulled', 'a').at(30).ready('a', 'b');
    expect(bench.path()).toEqual([
      ['schedule', 7],
      ['sandbox', 2],
      ['image_pull', 20],
      ['container_start', 1],
    ]);
  });

  test('for a node that fits, from when the scheduler has found none', () => {
    const bench = new ConvergenceBench(0).change('apply', web).put(set, a, b);
    bench.at(3).unschedulable('a', '0/1 nodes are available').at(50).bind('a', 'b');
    bench.at(51).ready('a', 'b');
    expect(bench.path()).toEqual([
      ['unschedulable', 47],
      ['schedule', 3],
      ['sandbox', 1],
    ]);
  });

  test('for the volumes of its claims, when it is bound only then', () => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const claiming = { ...a, spec: { ...a.spec, volumes } };
    const bench = new ConvergenceBench(0).change('apply', web).put(set, claiming, b);
    bench.at(3).reach('scheduled', 'a', 'b').at(5).bind('b').at(20).bind('a');
    bench.at(30).ready('a', 'b');
    expect(bench.path()).toEqual([
      ['schedule', 3],
      ['volume', 17],
      ['sandbox', 10],
    ]);
  });

  test('for its binding once a node is chosen, and for the scheduler again when that fails', () => {
    const bench = new ConvergenceBench(0).change('apply', web).put(set, a, b);
    bench.at(3).reach('scheduled', 'a', 'b').at(20);
    bench.convergence.schedulingAttempted('b', 'error');
    bench.at(24).reach('scheduled', 'b').at(30).bind('a', 'b').ready('a', 'b');
    expect(bench.path()).toEqual([
      ['schedule', 3 + 4],
      ['bind', 17 + 6],
    ]);
  });

  test('in a rolling update for new pods to become Ready, before more are created', () => {
    const bench = new ConvergenceBench(0).change('apply', web).put(set, a, b);
    bench.at(1).bind('a', 'b').ready('a', 'b');
    const next = deployment('web', 2, 'nginx:2');
    const half = replicaSet('web-2', 1, next);
    bench.at(10).change('update', next).at(12).put(half).at(13);
    bench
      .put(pod('c', { owner: half }))
      .at(14)
      .bind('c')
      .at(30)
      .ready('c');
    bench
      .at(31)
      .put(replicaSet('web-2', 2, next))
      .at(32)
      .put(pod('d', { owner: half }));
    bench.at(33).bind('d').at(40).ready('d').terminate('a', 'b').at(70).remove('Pod', 'a', 'b');
    expect(bench.path(1)).toEqual([
      ['create', 2 + 1 + 1 + 1],
      ['schedule', 1 + 1],
      ['sandbox', 16 + 7],
      ['terminate', 30],
    ]);
  });

  test("for its controller's client, by name and rate, while that holds requests back", () => {
    const client = new LimitedClient({
      name: 'kube-controller-manager/replicaset-controller',
      limit: { qps: 20, burst: 30 },
    } as unknown as Caller);
    const kinds: string[] = [];
    const bench = new ConvergenceBench(0, {
      of: (activity, kind = '') => {
        kinds.push(kind);
        return activity === 'create' && kind === 'ReplicaSet' ? client : undefined;
      },
    });
    bench.change('apply', web).at(2).put(set);
    client.wait(2, 98);
    bench.at(100).put(a).at(105).put(b).at(110).bind('a', 'b').ready('a', 'b');
    expect(bench.path()).toEqual([
      ['create_limit', 98],
      ['create', 2 + 5],
      ['schedule', 5],
    ]);
    expect(bench.row().criticalPath[0]?.cause).toBe(
      'replicaset-controller waiting for the 20 requests a second of its client',
    );
    expect(kinds).toContain('Deployment');
  });

  test('when it is deleted, for the end of its pods', () => {
    const bench = new ConvergenceBench(0).change('apply', web).put(set, a, b);
    bench.bind('a', 'b').ready('a', 'b').at(5).change('delete', web).at(6).terminate('a', 'b');
    bench.at(36).remove('Pod', 'a', 'b');
    expect(bench.path(1)).toEqual([['terminate', 31]]);
  });
});

test('an open change tells its way until now', () => {
  const bench = new ConvergenceBench(0).change('apply', web).put(set).at(9);
  expect(bench.path()).toEqual([['create', 9]]);
});

test('two changes of one object that overlap each have their own way', () => {
  const bench = new ConvergenceBench(0).change('apply', web).put(set).at(10).change('scale', web);
  bench.at(16).put(a, b).bind('a', 'b').ready('a', 'b');
  expect([bench.path(0), bench.path(1)]).toEqual([[['create', 16]], [['create', 6]]]);
});

test('a change of several objects goes the way of the slowest', () => {
  const bench = new ConvergenceBench(0);
  const [x, y] = [pod('x'), pod('y')];
  const id = bench.start('create', x, 2);
  bench.at(1).put(x).accept(id, x).at(2).put(y).accept(id, y);
  bench.at(3).bind('x').ready('x').at(20).bind('y').at(22).ready('y');
  expect(bench.path()).toEqual([
    ['api_call', 2],
    ['schedule', 18],
    ['sandbox', 2],
  ]);
});

const podOf = (owner: typeof web | Job | ReturnType<typeof statefulSet>, name: string): Pod => ({
  ...pod(name),
  metadata: {
    ...pod(name).metadata,
    ownerReferences: [
      {
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        name: owner.metadata.name,
        uid: owner.metadata.uid ?? '',
        controller: true,
      },
    ],
  },
});

test('a StatefulSet waits for each pod before the next is created', () => {
  const base = statefulSet('db', 2);
  const db = {
    ...base,
    metadata: { ...base.metadata, uid: 'db' },
    spec: { ...base.spec, updateStrategy: { type: 'OnDelete' } },
  } as typeof base;
  const bench = new ConvergenceBench(0).change('apply', db);
  bench.at(1).put(podOf(db, 'db-0')).at(2).bind('db-0').at(12).ready('db-0');
  bench.at(13).put(podOf(db, 'db-1')).bind('db-1').at(20).ready('db-1');
  expect(bench.path()).toEqual([
    ['create', 2],
    ['schedule', 1],
    ['sandbox', 17],
  ]);
});

test('a DaemonSet waits for its controller while its nodes are not counted', () => {
  const base = daemonSet('agent');
  const agent = { ...base, metadata: { ...base.metadata, uid: 'agent' } };
  const bench = new ConvergenceBench(0).change('apply', agent).at(4);
  expect(bench.path()).toEqual([['create', 4]]);
});

test('a Job waits for its pods to start, and then for their end', () => {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sum', namespace: 'default', uid: 'sum' },
    spec: { completions: 1, parallelism: 1, template: web.spec.template },
  } as Job;
  const bench = new ConvergenceBench(0).change('apply', job);
  bench.at(3).put(podOf(job, 'sum-1')).at(5).bind('sum-1').at(8).reach('sandboxCreated', 'sum-1');
  bench.at(9).reach('imagesPulled', 'sum-1').at(11).reach('containersStarted', 'sum-1');
  bench.at(12).ready('sum-1').at(40).phase('sum-1', 'Succeeded');
  const conditions = [{ type: 'Complete', status: 'True' }] as const;
  bench.at(44).put({ ...job, status: { succeeded: 1, conditions } } as Job);
  expect(bench.path()).toEqual([
    ['create', 3 + 4],
    ['schedule', 2],
    ['sandbox', 3],
    ['image_pull', 1],
    ['container_start', 2],
    ['run', 1 + 28],
  ]);
});

test('a drain says that its call consists of evictions', () => {
  const bench = new ConvergenceBench(0);
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } } as never;
  const id = bench.start('drain', node);
  bench.at(17).accept(id, node);
  expect(bench.row().criticalPath).toEqual([
    { activity: 'api_call', us: 17, cause: 'evictions, and evicted pods coming to their end' },
  ]);
});
