// The scheduler against the apiserver and etcd of the simulator, not the one in memory.
import { expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import { Informer } from '../../../src/client/informer.js';
import { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import { multiPoint } from '../../../src/control-plane/scheduler/framework/plugin-set.js';
import { Scheduler } from '../../../src/control-plane/scheduler/scheduler.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { makeNode, makePod } from './cluster-fixture.js';
import { plainPlugins } from './plain-plugins.js';

test('binds 60 pods at the rate of its client and tells the seven that do not fit', () => {
  const nodes = Array.from({ length: 10 }, (_, i) => makeNode(`node-${i}`));
  const controlPlane = new TestControlPlane({ preload: nodes });
  const { simulation, host } = controlPlane;
  const limit = { qps: 20, burst: 20 };
  const pods = new Informer<Pod>(simulation, {
    name: 's/pods',
    resource: 'pods',
    client: controlPlane.client(),
    host,
  });
  const nodeInformer = new Informer<Node>(simulation, {
    name: 's/nodes',
    resource: 'nodes',
    client: controlPlane.client(),
    host,
  });
  const scheduler = new Scheduler({
    simulation,
    host,
    client: controlPlane.client(limit),
    eventsClient: controlPlane.client(limit),
    pods,
    nodes: nodeInformer,
    observer: controlPlane.log,
    profiles: () => [
      new Framework({ schedulerName: 'default-scheduler', plugins: multiPoint(plainPlugins()) }),
    ],
  });
  pods.start();
  nodeInformer.start();
  scheduler.start();
  const creator = controlPlane.client();
  for (let i = 0; i < 67; i++) {
    const container = { name: 'main', image: 'pause', resources: { requests: { cpu: '650m' } } };
    const pod = makePod(`p-${i}`, { spec: { containers: [container] } });
    const { uid: _uid, ...metadata } = pod.metadata;
    const body = { ...pod, metadata };
    creator.send(
      { verb: 'create', resource: 'pods', namespace: 'default', name: '', body },
      ({ response }) => expect(response?.message).toBe(''),
    );
  }
  controlPlane.run(10_000_000);
  const stored = [...pods.store.values()];
  expect(stored.filter(({ spec }) => spec.nodeName !== undefined)).toHaveLength(60);
  const messages = stored.flatMap(
    ({ status }) => status?.conditions?.map(({ message }) => message) ?? [],
  );
  const refused = messages.filter(
    (message) => message === '0/10 nodes are available: 10 Insufficient cpu.',
  );
  expect(refused).toHaveLength(7);
  expect(scheduler.cache.size).toEqual({ nodes: 10, pods: 60, assumedPods: 0 });
  expect(scheduler.pendingPods.unschedulable).toBe(7);
  const bound = controlPlane.log.events.filter(
    ({ event: { object, previous } }) =>
      object.kind === 'Pod' &&
      object.spec.nodeName !== undefined &&
      previous?.kind === 'Pod' &&
      previous.spec.nodeName === undefined,
  );
  const lastUs = bound.at(-1)?.atUs ?? 0;
  // 20 at once, 40 more at 20 a second.
  expect(lastUs).toBeGreaterThan(2_000_000);
  expect(lastUs).toBeLessThan(2_600_000);
});
