// When the outside is told that pods accept connections, and that they no longer do.

import { expect, test } from 'vitest';
import type { ServerListener } from '../../../src/node/kubelet/pod-servers.js';
import { KubeletBench, msUs, secondUs, sinceOrigin } from './kubelet-bench.js';

/** What is told, as [ms, what]. */
function listened(options: ConstructorParameters<typeof KubeletBench>[0] = {}) {
  const told: [number, string][] = [];
  const note = (what: string): void => {
    told.push([sinceOrigin(bench.simulation.now), what]);
  };
  const servers: ServerListener = {
    serverStarted: (pod, node, address, fromUs) =>
      note(`${pod.metadata.name} on ${node} at ${address} from ${sinceOrigin(fromUs)}`),
    serverClosed: (uid) => note(`${uid} closed`),
    serverStopped: (uid) => note(`${uid} stopped`),
    nodeStopped: (node) => note(`node ${node}`),
  };
  const bench: KubeletBench = new KubeletBench({ ...options, servers });
  return { bench, told };
}

test('a pod serves when its application is up, until it gets its signal', () => {
  const { bench, told } = listened({ applicationStartUs: 300 * msUs });
  bench.bind(0, 'web');
  bench.delete(10 * secondUs, 'web', 30);
  bench.run(60 * secondUs);
  // directories 10, sandbox 150, create 30, start 20, one link of 1
  expect(told).toEqual([
    [211, 'web on 0 at 10.244.0.2 from 511'],
    [10_001, 'uid-web closed'],
    [10_041, 'uid-web stopped'],
  ]);
});

test('a preStop hook keeps it serving', () => {
  const { bench, told } = listened();
  const lifecycle = { preStop: { sleep: { seconds: 5 } } };
  bench.bind(0, 'web', { containers: [{ name: 'app', image: 'app:1', lifecycle }] });
  bench.delete(10 * secondUs, 'web', 30);
  bench.run(60 * secondUs);
  expect(told.slice(1)).toEqual([
    [15_001, 'uid-web closed'],
    [15_041, 'uid-web stopped'],
  ]);
});

test('a process that ignores its signal serves until it is killed', () => {
  const { bench, told } = listened();
  bench.bind(0, 'web', {}, { annotations: { 'kubeclock.dev/ignores-sigterm': 'true' } });
  bench.delete(10 * secondUs, 'web', 4);
  bench.run(60 * secondUs);
  expect(told.slice(1).map(([time]) => time)).toEqual([14_001, 14_041]);
});

test('all containers must run; a restart begins anew', () => {
  const { bench, told } = listened();
  const containers = [
    { name: 'a', image: 'app:1' },
    { name: 'b', image: 'app:1' },
  ];
  bench.bind(
    0,
    'web',
    { containers, initContainers: [{ name: 'i', image: 'app:1' }] },
    { annotations: { 'kubeclock.dev/run-time': '2s' } },
  );
  bench.run(4 * secondUs);
  const [first, ...rest] = told.map(([, what]) => what.split(' from')[0]);
  expect(first).toBe('web on 0 at 10.244.0.2');
  expect(rest.slice(0, 2)).toEqual(['uid-web closed', 'uid-web stopped']);
  expect(told.filter(([, what]) => what.startsWith('web on')).length).toBeGreaterThan(1);
});

test('a node that stops takes everything with it', () => {
  const { bench, told } = listened();
  bench.at(secondUs, () => bench.fleet.crashNode(0));
  bench.run(2 * secondUs);
  expect(told).toEqual([[1_000, 'node 0']]);
});
