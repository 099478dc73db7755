// What a scenario says about kube-scheduler reaches the one that runs.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { loaded } from '../scenario/memory-files.js';

const workload = `
nodePools: [{name: pool, count: 110}]
workload:
  operations:
  - op: createPods
    count: 13
    template: {spec: {containers: [{name: main, image: pause, resources: {requests: {cpu: 2}}}]}}
`;

/** The nodes of the pods, in the order of the pods. */
function placements(scheduler: string, cores = 4): string[] {
  const controlPlane = `controlPlane: {hosts: {count: 1, cores: ${cores}}, scheduler: ${scheduler}}`;
  const { pods } = runScenario(loaded(`${controlPlane}${workload}`));
  expect(pods).toHaveLength(13);
  return pods.map(({ node }) => node);
}

describe('in a run', () => {
  test('equal nodes are taken in the order of the list by one goroutine', () => {
    // A search is of 100 nodes, so that the twelfth begins at node 0 again, which is half full.
    const placed = placements('{config: {parallelism: 1}}');
    // The list is in order of names: 0, 1, 10, 100, 101, …
    expect(placed.slice(0, 3)).toEqual(['pool-0', 'pool-90', 'pool-81']);
    expect(placed.slice(10)).toEqual(['pool-107', 'pool-1', 'pool-91']);
  });

  test('the goroutines that run are no more than the cores', () => {
    const one = placements('{config: {parallelism: 1}}');
    expect(placements('{}', 1)).toEqual(one);
    expect(placements('{config: {parallelism: 8}}', 1)).toEqual(one);
    expect(placements('{}', 8)).not.toEqual(one);
  });

  test('tieBreak reservoir takes a random one of equal nodes, the same in every run', () => {
    const random = placements('{tieBreak: reservoir}');
    expect(random).toEqual(placements('{tieBreak: reservoir}'));
    expect(random).not.toEqual(placements('{tieBreak: heap}'));
    expect(placements('{}')).toEqual(placements('{tieBreak: heap}'));
  });
});
