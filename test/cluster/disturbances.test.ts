// Which operations keep lazy heartbeats from resting.
import { expect, test } from 'vitest';
import { LazyHeartbeats } from '../../src/client/lazy-heartbeats.js';
import { noteDisturbance } from '../../src/cluster/disturbances.js';
import type { Operation } from '../../src/cluster/operation.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { load } from '../scenario/memory-files.js';

/** The operations as written in a scenario, of which the first lines are about the cluster. */
function operations(lines: readonly string[]): readonly Operation[] {
  const { scenario, problems } = load(
    'controlPlane: {hosts: {count: 3}, etcd: {members: 3}}\n' +
      'nodePools: [{name: node, count: 3, cpu: 4, memory: 16Gi}]\nworkload:\n  operations:\n' +
      lines.map((line) => `    - ${line}\n`).join(''),
  );
  expect(problems).toEqual([]);
  return scenario?.operations ?? [];
}

function isCalmAfter(...lines: readonly string[]): boolean {
  const heartbeats = new LazyHeartbeats(new Simulation('test'));
  for (const operation of operations(lines)) noteDisturbance(operation, heartbeats);
  return heartbeats.isCalm;
}

test.each([
  '{op: partition, between: [[node-0], controlPlane], duration: 2m}',
  '{op: nodeFault, fault: clockSkew, nodes: [node-0], offset: 1m, duration: 2m}',
  '{op: etcdFault, fault: crash, member: 0, duration: 2m}',
  '{op: restart, component: kube-apiserver, signal: SIGKILL, downtime: 1m}',
  '{op: defrag, member: 0}',
])('heartbeats are sent after %s', (line) => {
  expect(isCalmAfter(line)).toBe(false);
});

test.each([
  '{op: nodeFault, fault: crash, nodes: [node-0], duration: 2m}',
  '{op: nodeFault, fault: reboot, nodes: [node-0]}',
  '{op: restart, component: kube-scheduler, signal: SIGKILL, downtime: 1m}',
  '{op: registryFault, fault: down, duration: 2m}',
  '{op: drain, nodes: [node-0]}',
])('they rest after %s', (line) => {
  expect(isCalmAfter(line)).toBe(true);
});

test('a fault that is healed is over some time later', () => {
  const simulation = new Simulation('heal');
  const heartbeats = new LazyHeartbeats(simulation);
  const [fault, heal] = operations([
    '{op: partition, name: split, between: [[node-0], controlPlane]}',
    '{op: heal, fault: split}',
  ]);
  noteDisturbance(fault as Operation, heartbeats);
  const later = simulation.defineEvent('test.TimePassed', () => {});
  simulation.at(3_600_000_000, later);
  simulation.run(3_600_000_000);
  expect(heartbeats.isCalm).toBe(false);
  noteDisturbance(heal as Operation, heartbeats);
  simulation.at(3_900_000_000, later);
  simulation.run(3_900_000_000);
  expect(heartbeats.isCalm).toBe(true);
});
