import { describe, expect, test } from 'vitest';
import { ConvergenceBench } from './convergence-bench.js';
import { deployment, endpoint, pod, replicaSet, service, slice } from './story.js';

const web = deployment('web', 3);
const webSet = replicaSet('web-1', 3, web);
const names = ['a', 'b', 'c'] as const;
const podsOf = (owner = webSet, from = names as readonly string[]) =>
  from.map((name) => pod(name, { owner }));

/** Three Ready pods of the Deployment `web`, applied at 0 and converged at 4, without a Service. */
function runningWeb(dnsReplicas?: number): ConvergenceBench {
  const bench = new ConvergenceBench(dnsReplicas);
  bench.change('apply', web).at(1).put(webSet);
  return bench
    .at(2)
    .put(...podsOf())
    .at(3)
    .bind(...names)
    .at(4)
    .ready(...names);
}

describe('a Deployment of 3 with a Service', () => {
  const bench = new ConvergenceBench();
  bench.put(service('web'), slice('web-x', service('web'), [])).reachNetwork();
  const id = bench.at(100).start('apply', web);
  bench.whenSettled();
  bench.at(105).put(web).at(110).accept(id, web).at(115).put(webSet);
  bench
    .at(120)
    .put(...podsOf(webSet, ['a', 'b']))
    .at(130)
    .put(...podsOf(webSet, ['c']));
  bench.at(140).bind('a', 'b').at(150).bind('c').at(160).ready('a').at(170).ready('b', 'c');
  bench.at(180).put(slice('web-x', service('web'), ['a']));
  bench.at(190).put(slice('web-x', service('web'), [...names]));

  test('is open, with its stages so far, until the last of them is reached', () => {
    expect(bench.times()).toEqual([130, 150, 170, 190, undefined, undefined, undefined]);
    expect(bench.row()).toMatchObject({
      acceptedUs: 110,
      reason: 'not every kube-proxy has the endpoints',
    });
    expect(bench.convergence.isSettled()).toBe(false);
  });

  test('converges when all kube-proxies and then all DNS replicas have the last slice', () => {
    bench.at(195).convergence.endpointsProgrammed(bench.revision - 1);
    bench.at(200).convergence.endpointsProgrammed(bench.revision);
    bench.at(210).convergence.dnsServes(0, bench.revision);
    expect(bench.row().reason).toBe('not every DNS replica has the endpoints');
    expect(bench.settledUs).toEqual([]);
    bench.at(220).convergence.dnsServes(1, bench.revision);
    expect(bench.row()).toEqual({
      change: 'apply Deployment/default/web',
      namespace: 'default',
      kind: 'Deployment',
      name: 'web',
      replicas: 3,
      startedUs: 100,
      acceptedUs: 110,
      createdUs: 130,
      scheduledUs: 150,
      readyUs: 170,
      endpointsPublishedUs: 190,
      endpointsProgrammedUs: 200,
      dnsResolvableUs: 220,
      convergedUs: 220,
      longestStage: 'created',
      criticalPath: [
        { activity: 'api_call', us: 10, cause: "the client's call to the API" },
        { activity: 'create', us: 20, cause: 'controllers at work on the objects' },
        { activity: 'schedule', us: 20, cause: 'pods waiting for kube-scheduler' },
        { activity: 'sandbox', us: 20, cause: 'volumes, sandboxes and networks of pods' },
        { activity: 'publish', us: 20, cause: 'the EndpointSlice controller at work' },
        { activity: 'program', us: 10, cause: 'kube-proxies programming the endpoints' },
        { activity: 'dns', us: 20, cause: 'the cluster DNS following the endpoints' },
      ],
      reason: '',
    });
    expect(bench.settledUs).toEqual([220]);
  });

  test('keeps its row whatever happens to the pods later', () => {
    const row = bench.row();
    bench.at(300).unready('a').put(deployment('web', 1)).remove('Pod', 'a');
    expect(bench.row()).toEqual(row);
    expect(bench.settledUs).toEqual([220]);
  });
});

describe('stages of the network', () => {
  test('there are none without a Service', () => {
    expect(runningWeb().times()).toEqual([2, 3, 4, undefined, undefined, undefined, 4]);
  });

  test('there are none for a Service of other pods, of another namespace, or without selector', () => {
    const bench = new ConvergenceBench();
    const { metadata, spec } = service('elsewhere', 'web');
    bench.put(service('other'));
    bench.put({ ...service('x'), metadata: { ...metadata, namespace: 'shop' }, spec });
    bench.put({ ...service('bare'), spec: { ports: [] } });
    bench
      .change('apply', web)
      .put(webSet, ...podsOf())
      .bind(...names)
      .at(9)
      .ready(...names);
    expect(bench.times()).toEqual([0, 0, 9, undefined, undefined, undefined, 9]);
  });

  test('name resolution is none where no DNS runs', () => {
    const bench = new ConvergenceBench(0);
    bench
      .put(service('web'))
      .change('apply', web)
      .put(webSet, ...podsOf());
    bench
      .at(1)
      .bind(...names)
      .ready(...names)
      .at(2)
      .put(slice('x', service('web'), names));
    bench.at(3).convergence.endpointsProgrammed(bench.revision);
    expect(bench.times()).toEqual([0, 1, 1, 2, 3, undefined, 3]);
  });

  test('a Service that comes after the pods adds none to a change that has converged', () => {
    const bench = runningWeb().at(5).put(service('web'));
    expect(bench.times()).toEqual([2, 3, 4, undefined, undefined, undefined, 4]);
  });

  test('a Service that comes before the last pod is Ready adds them', () => {
    const bench = new ConvergenceBench();
    bench
      .change('apply', web)
      .put(webSet, ...podsOf())
      .at(1)
      .bind(...names)
      .ready('a', 'b');
    bench
      .at(2)
      .put(service('web'))
      .at(3)
      .put(slice('x', service('web'), ['a', 'b']));
    bench.at(4).ready('c');
    expect(bench.row().reason).toBe('2 of 3 endpoints are published');
    bench
      .at(5)
      .put(slice('x', service('web'), names))
      .at(6)
      .reachNetwork();
    expect(bench.times()).toEqual([0, 1, 4, 5, 6, 6, 6]);
  });

  test('a pod that was Ready before the Service came must be published like the others', () => {
    const bench = new ConvergenceBench();
    bench
      .change('apply', web)
      .put(webSet, ...podsOf())
      .bind(...names)
      .ready('a', 'b');
    bench
      .at(1)
      .put(service('web'), slice('x', service('web'), ['a']))
      .at(2)
      .ready('c');
    bench
      .at(3)
      .put(slice('x', service('web'), ['a', 'c']))
      .reachNetwork();
    expect(bench.row().reason).toBe('2 of 3 endpoints are published');
  });

  test('a Service that goes takes them along, and the change converges without', () => {
    const bench = new ConvergenceBench();
    bench
      .put(service('web'))
      .change('apply', web)
      .put(webSet, ...podsOf())
      .at(1)
      .bind(...names);
    bench
      .at(2)
      .ready(...names)
      .at(3)
      .put(slice('x', service('web'), names));
    bench.at(4).remove('Service', 'web');
    expect(bench.times()).toEqual([0, 1, 2, undefined, undefined, undefined, 2]);
    expect(bench.convergence.isSettled()).toBe(true);
  });

  test('with two Services the pods must be in the slices of both', () => {
    const bench = new ConvergenceBench();
    const admin = service('admin', 'web');
    bench
      .put(service('web'), admin)
      .change('apply', web)
      .put(webSet, ...podsOf());
    bench
      .at(1)
      .bind(...names)
      .ready(...names)
      .at(2)
      .put(slice('x', service('web'), names));
    bench
      .reachNetwork()
      .at(3)
      .put(slice('y', admin, ['a', 'b']));
    expect(bench.row()).toMatchObject({
      endpointsPublishedUs: undefined,
      reason: '2 of 3 endpoints are published',
    });
    bench
      .at(4)
      .put(slice('y', admin, names))
      .at(5)
      .reachNetwork();
    expect(bench.times()).toEqual([0, 1, 1, 4, 5, 5, 5]);
  });

  test('a slice write that is about other pods does not hold the change back', () => {
    const bench = new ConvergenceBench();
    bench
      .put(service('web'))
      .change('apply', web)
      .put(webSet, ...podsOf());
    bench
      .bind(...names)
      .ready(...names)
      .at(1);
    const full = slice('x', service('web'), names);
    bench.put(full).at(2);
    const published = bench.revision;
    bench.put({ ...full, endpoints: [...full.endpoints, endpoint('stranger', true)] });
    bench.at(3).convergence.endpointsProgrammed(published);
    bench.convergence.dnsServes(0, published);
    bench.convergence.dnsServes(1, published);
    expect(bench.times()).toEqual([0, 0, 0, 1, 3, 3, 3]);
  });

  test('replicas of cluster DNS in pods count while they run, and one at least is needed', () => {
    const bench = new ConvergenceBench('inPods');
    bench
      .put(service('web'))
      .change('apply', web)
      .put(webSet, ...podsOf());
    bench
      .bind(...names)
      .ready(...names)
      .at(1)
      .put(slice('x', service('web'), names));
    bench.at(2).convergence.endpointsProgrammed(bench.revision);
    expect(bench.row().reason).toBe('not every DNS replica has the endpoints');
    bench.at(3).convergence.dnsServes(7, bench.revision - 1);
    bench.at(4).convergence.dnsServes(8, bench.revision);
    expect(bench.convergence.isSettled()).toBe(false);
    bench.at(5).convergence.dnsStopped(7);
    expect(bench.times()).toEqual([0, 0, 0, 1, 2, 5, 5]);
  });

  test('an endpoint that moves from one slice to another stays published', () => {
    const bench = new ConvergenceBench();
    bench
      .put(service('web'))
      .change('apply', web)
      .put(webSet, ...podsOf());
    bench
      .bind(...names)
      .ready(...names)
      .at(1)
      .put(slice('x', service('web'), names));
    const published = bench.revision;
    bench
      .at(2)
      .put(slice('y', service('web'), ['a']))
      .put(slice('x', service('web'), ['b', 'c']));
    bench.at(3).convergence.endpointsProgrammed(published);
    expect(bench.times().slice(3, 5)).toEqual([1, 3]);
  });
});

describe('a stage that ceases to hold', () => {
  test('a pod that loses readiness resets the stages from there on', () => {
    const bench = new ConvergenceBench();
    bench
      .put(service('web'))
      .change('apply', web)
      .put(webSet, ...podsOf())
      .at(1)
      .bind(...names);
    bench
      .at(2)
      .ready(...names)
      .at(3)
      .put(slice('x', service('web'), names));
    bench.at(4).unready('b');
    expect(bench.times()).toEqual([0, 1, undefined, undefined, undefined, undefined, undefined]);
    expect(bench.row().reason).toBe('2 of 3 pods are Ready');
    bench
      .at(5)
      .put(slice('x', service('web'), ['a', 'c']))
      .reachNetwork();
    bench
      .at(6)
      .ready('b')
      .at(7)
      .put(slice('x', service('web'), names))
      .at(8)
      .reachNetwork();
    expect(bench.times()).toEqual([0, 1, 6, 7, 8, 8, 8]);
  });

  test('a pod that is replaced resets all of them', () => {
    const bench = new ConvergenceBench();
    bench
      .change('apply', web)
      .put(webSet, ...podsOf())
      .at(1)
      .bind(...names)
      .ready('a', 'b');
    bench
      .at(2)
      .remove('Pod', 'c')
      .at(3)
      .put(pod('d', { owner: webSet }));
    expect(bench.times().slice(0, 2)).toEqual([3, undefined]);
    bench.at(4).bind('d').at(5).ready('d');
    expect(bench.times()).toEqual([3, 4, 5, undefined, undefined, undefined, 5]);
  });
});

describe('a rolling update', () => {
  const next = deployment('web', 3, 'nginx:2');
  const nextSet = replicaSet('web-2', 3, next);

  test('has converged only when the old pods are gone', () => {
    const bench = runningWeb().at(10).change('update', next).whenSettled();
    expect(bench.times(1)).toEqual(new Array(7).fill(undefined));
    expect(bench.row(1).reason).toBe('0 of 3 pods exist');
    bench
      .at(11)
      .put(nextSet, ...podsOf(nextSet, ['d', 'e', 'f']))
      .at(12)
      .bind('d', 'e', 'f');
    bench
      .at(13)
      .ready('d', 'e', 'f')
      .at(14)
      .terminate(...names);
    expect(bench.row(1).reason).toBe('3 pods that are not wanted are left');
    bench.at(15).remove('Pod', 'a', 'b').at(16).remove('Pod', 'c');
    expect(bench.times(1)).toEqual([11, 12, 16, undefined, undefined, undefined, 16]);
    expect(bench.settledUs).toEqual([16]);
  });

  test('has not converged while an endpoint of a pod that is gone is published', () => {
    const bench = runningWeb().put(service('web'), slice('x', service('web'), names));
    bench.reachNetwork().at(10).change('update', next).put(nextSet);
    bench
      .put(...podsOf(nextSet, ['d', 'e', 'f']))
      .bind('d', 'e', 'f')
      .at(11)
      .ready('d', 'e', 'f');
    bench
      .put(slice('x', service('web'), ['c', 'd', 'e', 'f']))
      .at(12)
      .remove('Pod', ...names);
    bench.reachNetwork();
    expect(bench.row(1).reason).toBe('1 endpoints of pods that are not wanted are published');
    bench
      .at(13)
      .put(slice('x', service('web'), ['d', 'e', 'f']))
      .at(14)
      .reachNetwork();
    expect(bench.times(1)).toEqual([10, 10, 12, 13, 14, 14, 14]);
  });

  test('that goes back to the first template takes the old pods for the wanted ones', () => {
    const bench = runningWeb().at(10).change('update', next).at(11).change('update', web);
    expect(bench.times(1)).toEqual([11, 11, 11, undefined, undefined, undefined, 11]);
    expect(bench.times(2)).toEqual([11, 11, 11, undefined, undefined, undefined, 11]);
  });
});

describe('scaling', () => {
  test('to 0 converges when the last pod is gone', () => {
    const bench = runningWeb().at(10).change('scale', deployment('web', 0));
    expect(bench.row(1)).toMatchObject({ replicas: 0, reason: '3 pods too many exist' });
    bench
      .at(11)
      .terminate(...names)
      .at(12)
      .remove('Pod', 'a', 'b')
      .at(13)
      .remove('Pod', 'c');
    expect(bench.times(1)).toEqual([11, 11, 13, undefined, undefined, undefined, 13]);
  });

  test('to 0 of pods behind a Service converges when it is empty everywhere', () => {
    const bench = runningWeb().put(service('web'), slice('x', service('web'), names));
    bench
      .reachNetwork()
      .at(10)
      .change('scale', deployment('web', 0))
      .at(11)
      .remove('Pod', ...names);
    bench
      .at(12)
      .put(slice('x', service('web'), []))
      .at(13)
      .reachNetwork();
    expect(bench.times(1)).toEqual([11, 11, 11, 12, 13, 13, 13]);
  });

  test('several changes of one workload each have their row, and converge together', () => {
    const bench = runningWeb().at(10).change('scale', deployment('web', 4));
    bench.at(11).change('scale', deployment('web', 5)).whenSettled();
    bench
      .at(12)
      .put(...podsOf(webSet, ['d', 'e']))
      .at(13)
      .bind('d', 'e')
      .at(14)
      .ready('d', 'e');
    expect(bench.times(1)).toEqual([12, 13, 14, undefined, undefined, undefined, 14]);
    expect(bench.times(2)).toEqual(bench.times(1));
    expect([0, 1, 2].map((index) => bench.row(index).replicas)).toEqual([3, 4, 5]);
    expect(bench.settledUs).toEqual([14]);
  });

  test('reaches its stages when the write is stored, not when the client hears of it', () => {
    const bench = new ConvergenceBench();
    bench
      .change('apply', web)
      .put(webSet, ...podsOf(webSet, ['a', 'b']))
      .bind('a', 'b');
    bench.ready('a', 'b').at(20);
    const id = bench.start('scale', deployment('web', 2));
    bench.at(21).put(deployment('web', 2)).at(25).accept(id, deployment('web', 2));
    expect(bench.times(1)).toEqual([21, 21, 21, undefined, undefined, undefined, 25]);
  });

  test('no stage of a change is reached before the change began', () => {
    const bench = runningWeb().at(10).change('apply', web);
    expect(bench.times(1)).toEqual([10, 10, 10, undefined, undefined, undefined, 10]);
    bench.at(20).change('scale', deployment('web', 3)).at(21).unready('a');
    bench.at(30).change('annotate', web);
    expect(bench.times(3).slice(0, 2)).toEqual([30, 30]);
  });
});

describe('deletion', () => {
  test('of a Deployment converges when its pods are gone', () => {
    const bench = runningWeb().at(10).change('delete', deployment('web', 3)).whenSettled();
    bench
      .at(11)
      .remove('ReplicaSet', 'web-1')
      .at(12)
      .terminate(...names);
    bench.at(13).remove('Pod', 'a').at(14).remove('Pod', 'b', 'c');
    expect(bench.times(1)).toEqual([12, 12, 14, undefined, undefined, undefined, 14]);
    expect(bench.row(1).replicas).toBe(0);
    expect(bench.settledUs).toEqual([14]);
  });

  test('ends the other changes of the object, which then never converge', () => {
    const bench = new ConvergenceBench();
    bench
      .change('apply', web)
      .put(webSet, ...podsOf())
      .at(5)
      .change('delete', web);
    expect(bench.row(0)).toMatchObject({
      convergedUs: undefined,
      reason: 'deleted before it converged',
    });
    bench.at(6).remove('Pod', ...names);
    expect(bench.row(1).convergedUs).toBe(6);
    expect(bench.convergence.isSettled()).toBe(true);
  });

  test('of one pod of a Deployment converges when it is replaced', () => {
    const bench = runningWeb().at(10);
    const id = bench.start('delete', bench.get('Pod', 'b'));
    bench
      .terminate('b')
      .accept(id, bench.get('Pod', 'b'))
      .at(11)
      .put(pod('d', { owner: webSet }));
    bench.at(12).bind('d').at(13).ready('d').at(14).remove('Pod', 'b');
    expect(bench.times(1)).toEqual([11, 12, 14, undefined, undefined, undefined, 14]);
  });

  test('of a bare pod converges when it is gone', () => {
    const bench = new ConvergenceBench();
    bench.change('create', pod('p')).bind('p').at(1).ready('p').at(10);
    const id = bench.start('delete', bench.get('Pod', 'p'));
    bench.terminate('p').accept(id, bench.get('Pod', 'p'));
    expect(bench.row(1).convergedUs).toBeUndefined();
    bench.at(12).remove('Pod', 'p');
    expect([bench.row(0).convergedUs, bench.row(1).convergedUs]).toEqual([1, 12]);
  });
});

describe('what has come to nothing', () => {
  test('is a Service that selects no pod, but holds nobody up', () => {
    const bench = new ConvergenceBench(0);
    bench.change('apply', service('nobody')).whenSettled();
    bench.at(2).put(slice('nobody-x', service('nobody'), []));
    bench.convergence.endpointsProgrammed(bench.revision);
    expect(bench.settledUs).toEqual([2]);
    expect(bench.row()).toMatchObject({
      convergedUs: undefined,
      reason: 'its selector selects no pod',
    });
  });

  test('is not a Service whose Deployment has no pods yet, or none any more', () => {
    const bench = new ConvergenceBench(0);
    bench.put(deployment('web', 0)).change('apply', service('web'));
    bench.at(2).put(slice('web-x', service('web'), []));
    bench.convergence.endpointsProgrammed(bench.revision);
    expect(bench.row()).toMatchObject({ convergedUs: 2, reason: '' });
  });
});

describe('an unfinished Deployment gives the words of', () => {
  test('its controller, where pods cannot be created', () => {
    const bench = new ConvergenceBench().change('apply', web).put(webSet);
    bench.put({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      type: 'Warning',
      reason: 'FailedCreate',
      message: '(combined from similar events): Error creating: exceeded quota: team',
      involvedObject: { kind: 'ReplicaSet', name: 'web-1', uid: webSet.metadata.uid ?? '' },
    });
    expect(bench.row().reason).toBe('0 of 3 pods exist: Error creating: exceeded quota: team');
  });

  test('its condition, where the rollout has given up, and of the containers that wait', () => {
    const bench = new ConvergenceBench().change('apply', web).put(webSet);
    bench.put(...podsOf()).bind(...names);
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image' };
    const [first] = podsOf();
    bench.put({
      ...first,
      spec: { ...(first as ReturnType<typeof pod>).spec, nodeName: 'node-0' },
      status: {
        phase: 'Pending',
        containerStatuses: [
          {
            name: 'app',
            state: { waiting },
            ready: false,
            restartCount: 0,
            image: '',
            imageID: '',
          },
        ],
      },
    } as ReturnType<typeof pod>);
    const progressing = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'timed out',
    } as const;
    bench.put({ ...web, status: { conditions: [progressing] } });
    expect(bench.row().reason).toBe(
      '0 of 3 pods are Ready: a: ImagePullBackOff, Back-off pulling image; ' +
        'ProgressDeadlineExceeded, timed out',
    );
  });
});

test('the deletion of a Deployment in the foreground waits for its pods', () => {
  const bench = runningWeb();
  const leaving = { ...web.metadata, deletionTimestamp: 10, finalizers: ['foregroundDeletion'] };
  const id = bench.at(10).start('delete', web);
  bench.put({ ...web, metadata: leaving }).accept(id, web);
  expect(bench.row(1)).toMatchObject({ convergedUs: undefined });
  for (const name of names) bench.at(20).remove('Pod', name);
  expect(bench.row(1)).toMatchObject({ convergedUs: 20 });
});
