import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import { ConvergenceBench } from './convergence-bench.js';
import { deployment, pod, replicaSet, service, slice } from './story.js';

const none = [undefined, undefined, undefined] as const;

function object(kind: string, name: string, namespace?: string): KubernetesObject {
  const metadata = { name, uid: `${kind}-${name}`, ...(namespace && { namespace }) };
  return { apiVersion: 'v1', kind, metadata } as unknown as KubernetesObject;
}

describe('changes of kinds without pods', () => {
  test('end at acceptance', () => {
    const bench = new ConvergenceBench().at(5);
    const id = bench.start('apply', object('ConfigMap', 'settings', 'shop'));
    bench
      .whenSettled()
      .at(8)
      .accept(id, object('ConfigMap', 'settings', 'shop'));
    expect(bench.row()).toMatchObject({
      change: 'apply ConfigMap/shop/settings',
      replicas: 0,
      acceptedUs: 8,
      createdUs: undefined,
      convergedUs: 8,
      longestStage: 'accepted',
      reason: '',
    });
    expect(bench.settledUs).toEqual([8]);
  });

  test('are named without a namespace where their kind has none', () => {
    const bench = new ConvergenceBench().change('create', object('Namespace', 'shop'));
    expect(bench.row()).toMatchObject({ change: 'create Namespace/shop', namespace: '' });
  });
});

describe('a refused change', () => {
  test('carries the words of the API server and settles', () => {
    const bench = new ConvergenceBench().at(5);
    const id = bench.start('scale', deployment('web', 3));
    bench.whenSettled();
    expect(bench.row().reason).toBe('the API server has not answered');
    bench.at(9).convergence.changeRefused(id, 'deployments "web" not found');
    expect(bench.row()).toMatchObject({
      acceptedUs: undefined,
      convergedUs: undefined,
      longestStage: '',
      reason: 'deployments "web" not found',
    });
    expect(bench.settledUs).toEqual([9]);
  });

  test('leaves an earlier change of the same workload open', () => {
    const bench = new ConvergenceBench().change('apply', deployment('web', 1)).whenSettled();
    bench.convergence.changeRefused(bench.start('update', deployment('web', 1)), 'no');
    expect(bench.convergence.isSettled()).toBe(false);
    expect(bench.row(0).reason).toBe('0 of 1 pods exist');
    expect(bench.settledUs).toEqual([]);
  });
});

describe('bare pods', () => {
  test('have the stages of the network when a Service selects them', () => {
    const bench = new ConvergenceBench().put(service('web'));
    bench.change('create', pod('p', { labels: { app: 'web' } }));
    bench
      .at(1)
      .bind('p')
      .at(2)
      .ready('p')
      .at(3)
      .put(slice('x', service('web'), ['p']));
    bench.at(4).reachNetwork();
    expect(bench.times()).toEqual([0, 1, 2, 3, 4, 4, 4]);
  });

  test('that succeed count as ready and need no endpoint', () => {
    const bench = new ConvergenceBench().put(service('web'));
    bench.change('create', pod('p', { labels: { app: 'web' } }));
    bench.at(1).bind('p').at(2).phase('p', 'Succeeded').reachNetwork();
    expect(bench.times()).toEqual([0, 1, 2, 2, 2, 2, 2]);
  });

  test('that fail never converge, and do not wait for ever', () => {
    const bench = new ConvergenceBench().change('create', pod('p')).whenSettled();
    bench.at(1).bind('p').at(2).phase('p', 'Failed');
    expect(bench.row()).toMatchObject({ convergedUs: undefined, reason: 'the pod has Failed' });
    expect(bench.settledUs).toEqual([2]);
  });

  test('of another controller than a ReplicaSet are nobody’s replicas', () => {
    const bench = new ConvergenceBench().change('apply', replicaSet('web', 1));
    const owner = { ...replicaSet('job', 1), kind: 'Job' } as never;
    bench
      .put(pod('p', { owner, labels: { app: 'web' } }))
      .bind('p')
      .ready('p');
    expect(bench.row().reason).toBe('0 of 1 pods exist');
  });

  test('that are created together are one change, which each stage of the last one ends', () => {
    const bench = new ConvergenceBench();
    const id = bench.start('createPods', pod('load-*'), 3);
    bench.whenSettled();
    const pods = ['p', 'q', 'r'].map((name) => pod(name));
    pods.forEach((each, index) => {
      bench
        .at(10 + index)
        .put(each)
        .accept(id, each);
    });
    bench.at(20).bind('q', 'p').at(21).ready('q').at(22).ready('p');
    expect(bench.row()).toMatchObject({
      change: 'createPods Pod/default/load-*',
      replicas: 3,
      acceptedUs: 12,
      createdUs: 12,
      scheduledUs: undefined,
      reason: '2 of 3 objects have converged; 0 of 1 pods are scheduled',
    });
    bench.at(30).bind('r').at(31).ready('r');
    expect(bench.times()).toEqual([12, 30, 31, ...none, 31]);
    expect(bench.settledUs).toEqual([31]);
  });

  test('of one change show no stage before all of them are answered', () => {
    const bench = new ConvergenceBench();
    const id = bench.start('createPods', pod('load-*'), 2);
    bench.at(1).put(pod('p')).accept(id, pod('p')).bind('p').ready('p');
    expect(bench.row()).toMatchObject({
      acceptedUs: undefined,
      createdUs: undefined,
      reason: '1 of 2 objects have converged; not all are answered',
    });
  });

  test('of one change of which some are refused: the rest goes on, the change never converges', () => {
    const bench = new ConvergenceBench();
    const id = bench.start('createPods', pod('load-*'), 3);
    bench.whenSettled();
    bench.at(1).convergence.changeRefused(id, 'quota is used up');
    bench.at(2).put(pod('p')).accept(id, pod('p'));
    bench.at(3).convergence.changeRefused(id, 'another reason');
    expect(bench.settledUs).toEqual([]);
    bench.at(4).bind('p').ready('p');
    expect(bench.row()).toMatchObject({
      convergedUs: undefined,
      reason: '1 of 3 objects have converged; 2 never will; quota is used up',
    });
    expect(bench.settledUs).toEqual([4]);
  });
});

describe('a ReplicaSet without owner', () => {
  const solo = replicaSet('solo', 1);

  test('converges with its own pods, and scales', () => {
    const bench = new ConvergenceBench().change('apply', solo);
    bench
      .at(1)
      .put(pod('a', { owner: solo }))
      .at(2)
      .bind('a')
      .at(3)
      .ready('a');
    expect(bench.times()).toEqual([1, 2, 3, ...none, 3]);
    bench.at(10).change('scale', replicaSet('solo', 0)).at(11).remove('Pod', 'a');
    expect(bench.times(1)).toEqual([11, 11, 11, ...none, 11]);
  });

  test('is selected by the labels of its template of now', () => {
    const bench = new ConvergenceBench().put(service('web'), solo);
    const { spec } = replicaSet('web', 1);
    bench
      .put(pod('a', { owner: solo }))
      .bind('a')
      .ready('a')
      .at(5);
    bench.change('update', { ...solo, spec });
    expect(bench.row().reason).toBe('0 of 1 endpoints are published');
  });
});

describe('a change that cannot be scheduled', () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.';

  test('says so in the scheduler’s words', () => {
    const web = deployment('web', 2);
    const owner = replicaSet('web-1', 2, web);
    const bench = new ConvergenceBench().change('apply', web).put(owner);
    bench.put(pod('a', { owner }), pod('b', { owner })).bind('a').unschedulable('b', message);
    expect(bench.row().reason).toBe(`1 of 2 pods are scheduled: ${message}`);
    bench.bind('b');
    expect(bench.row().reason).toBe('0 of 2 pods are Ready');
  });

  test('says so for bare pods that were created together', () => {
    const bench = new ConvergenceBench();
    const id = bench.start('createPods', pod('load-*'), 2);
    for (const each of [pod('p'), pod('q')]) bench.put(each).accept(id, each);
    bench.bind('p').ready('p').unschedulable('q', message);
    expect(bench.row().reason).toBe(
      `1 of 2 objects have converged; 0 of 1 pods are scheduled: ${message}`,
    );
  });
});

describe('a change of a Service', () => {
  const web = deployment('web', 2);
  const owner = replicaSet('web-1', 2, web);

  /** Two pods of the Deployment `web`, of which `a` is Ready. */
  const started = (): ConvergenceBench => {
    const bench = new ConvergenceBench().put(web, owner);
    return bench.put(pod('a', { owner }), pod('b', { owner })).bind('a', 'b').ready('a').at(10);
  };

  test('without pods holds nobody up once its empty slice is everywhere', () => {
    const bench = new ConvergenceBench().at(1).change('apply', service('web')).whenSettled();
    expect(bench.row().reason).toBe('no EndpointSlice exists');
    bench
      .at(2)
      .put(slice('x', service('web'), []))
      .at(3)
      .convergence.endpointsProgrammed(3);
    expect(bench.row()).toMatchObject({ endpointsPublishedUs: 2, endpointsProgrammedUs: 3 });
    bench.at(4).reachDns();
    expect(bench.times()).toEqual([...none, 2, 3, 4, undefined]);
    expect(bench.row()).toMatchObject({ acceptedUs: 1, reason: 'its selector selects no pod' });
    expect(bench.settledUs).toEqual([4]);
  });

  test('converges when the pods are in its slices that were Ready when it came', () => {
    const bench = started().change('apply', service('web')).at(11).ready('b');
    bench.at(12).put(slice('x', service('web'), []));
    expect(bench.row().reason).toBe('1 pods are not yet in or out of the EndpointSlices');
    bench
      .at(13)
      .put(slice('x', service('web'), ['a']))
      .at(14)
      .reachNetwork();
    expect(bench.times()).toEqual([...none, 13, 14, 14, 14]);
  });

  test('does not wait for a pod that is no longer Ready, or gone', () => {
    const bench = started().ready('b').change('apply', service('web'));
    bench.at(11).put(slice('x', service('web'), []));
    bench.at(12).unready('a').reachNetwork().at(13).remove('Pod', 'b');
    expect(bench.times()).toEqual([...none, 13, 13, 13, 13]);
  });

  test('that selects other pods converges when they have changed places', () => {
    const bench = started()
      .ready('b')
      .put(pod('c', { labels: { app: 'admin' } }))
      .bind('c');
    bench
      .ready('c')
      .put(service('web'), slice('x', service('web'), ['a', 'b']))
      .reachNetwork();
    const admin = { ...service('web'), spec: service('web', 'admin').spec };
    bench
      .at(20)
      .change('update', admin)
      .at(21)
      .put(slice('x', admin, ['a', 'b', 'c']));
    bench
      .at(22)
      .put(slice('x', admin, ['b', 'c']))
      .reachNetwork();
    expect(bench.row().reason).toBe('1 pods are not yet in or out of the EndpointSlices');
    bench
      .at(23)
      .put(slice('x', admin, ['c']))
      .at(24)
      .reachNetwork();
    expect(bench.times()).toEqual([...none, 23, 24, 24, 24]);
  });

  test('waits for the write that published it, not for later ones about other pods', () => {
    const bench = started().change('apply', service('web'));
    bench.at(11).put(slice('x', service('web'), ['a']));
    const published = bench.revision;
    bench
      .at(12)
      .ready('b')
      .put(slice('x', service('web'), ['a', 'b']));
    bench.at(13).convergence.endpointsProgrammed(published);
    expect(bench.times().slice(3, 5)).toEqual([11, 13]);
  });

  test('that leaves its selector alone converges at acceptance', () => {
    const bench = started()
      .put(service('web'), slice('x', service('web'), ['a']))
      .reachNetwork();
    const stored = bench.get('Service', 'web');
    const spec = { ...stored.spec, sessionAffinity: 'ClientIP' as const };
    bench.at(20).change('update', { ...stored, spec });
    expect(bench.times()).toEqual([...none, 20, 20, 20, 20]);
  });

  test('that states the same selector again waits for no pod', () => {
    const bench = started()
      .put(service('web'), slice('x', service('web'), ['a']))
      .reachNetwork();
    bench.ready('b').at(20).change('update', service('web'));
    expect(bench.times()).toEqual([...none, 20, 20, 20, 20]);
  });

  test('without selector converges at acceptance', () => {
    const bench = started().change('apply', { ...service('web'), spec: { ports: [] } });
    expect(bench.times()).toEqual([...none, ...none, 10]);
  });

  test('its deletion converges when its slices are gone everywhere', () => {
    const bench = started()
      .put(service('web'), slice('x', service('web'), ['a']))
      .reachNetwork();
    bench.at(20).change('delete', service('web'));
    expect(bench.row().reason).toBe('1 EndpointSlices are left');
    bench.at(21).remove('EndpointSlice', 'x').at(22).reachNetwork();
    expect(bench.times()).toEqual([...none, 21, 22, 22, 22]);
  });
});

describe('the longest stage', () => {
  test('is the one that added most after all before it', () => {
    const bench = new ConvergenceBench(1).put(service('web'));
    const id = bench.start('create', pod('p', { labels: { app: 'web' } }));
    bench
      .at(50)
      .put(pod('p', { labels: { app: 'web' } }))
      .at(60)
      .accept(id, pod('p'));
    bench
      .at(70)
      .bind('p')
      .at(90)
      .ready('p')
      .at(120)
      .put(slice('x', service('web'), ['p']));
    bench.at(150).convergence.endpointsProgrammed(bench.revision);
    expect(bench.row().longestStage).toBe('accepted');
    bench.at(300).reachDns();
    expect(bench.row().longestStage).toBe('dns_resolvable');
  });

  test('is the first of equals', () => {
    const bench = new ConvergenceBench().change('create', pod('p')).at(10).bind('p').at(20);
    expect(bench.ready('p').row().longestStage).toBe('scheduled');
  });
});

describe('whenSettled', () => {
  test('calls at once, and once, when nothing is open', () => {
    const bench = new ConvergenceBench().at(7).whenSettled();
    bench.at(9).change('apply', object('ConfigMap', 'x', 'default'));
    expect(bench.settledUs).toEqual([7]);
  });

  test('lets a callback start a change for which the others then wait', () => {
    const bench = new ConvergenceBench();
    const { convergence } = bench;
    const first = bench.start('apply', object('ConfigMap', 'x', 'default'));
    let second = -1;
    convergence.whenSettled(() => {
      second = bench.start('apply', object('ConfigMap', 'y', 'default'));
    });
    bench
      .whenSettled()
      .at(5)
      .accept(first, object('ConfigMap', 'x', 'default'));
    expect([convergence.isSettled(), bench.settledUs]).toEqual([false, []]);
    bench.at(6).accept(second, object('ConfigMap', 'y', 'default'));
    expect(bench.settledUs).toEqual([6]);
  });
});

test('rows are in order of the calls, whatever order they end in', () => {
  const bench = new ConvergenceBench();
  const [first, second] = [object('ConfigMap', 'x'), object('ConfigMap', 'y')];
  const ids = [bench.start('apply', first), bench.start('apply', second)] as const;
  bench.accept(ids[1], second).accept(ids[0], first);
  expect(bench.convergence.rows.map(({ name }) => name)).toEqual(['x', 'y']);
});
