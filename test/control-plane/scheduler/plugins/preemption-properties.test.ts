// What must hold for every preemption, whatever the cluster.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod } from '../../../../src/api/pod.js';
import { budget, nodeOf, PreemptionCluster, running, wanting } from '../preemption-fixture.js';

const cluster = fc.record({
  pods: fc.array(
    fc.record({
      node: fc.nat({ max: 4 }),
      halfCpus: fc.integer({ min: 1, max: 4 }),
      priority: fc.integer({ min: 0, max: 4 }),
      start: fc.nat({ max: 3 }),
      app: fc.constantFrom('web', 'db', 'free'),
    }),
    { minLength: 6, maxLength: 25 },
  ),
  webAllowed: fc.nat({ max: 2 }),
  dbAllowed: fc.nat({ max: 2 }),
  incoming: fc.record({
    halfCpus: fc.integer({ min: 1, max: 4 }),
    priority: fc.integer({ min: 1, max: 5 }),
  }),
  offset: fc.nat({ max: 100 }),
});

type Drawn = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

const names = ['a', 'b', 'c', 'd', 'e'];

/** Nodes of 2 CPUs; pods that no longer fit are left out. */
function build({ pods, webAllowed, dbAllowed, incoming, offset }: Drawn) {
  const free = names.map(() => 4);
  const placed = pods.flatMap(({ node, halfCpus, priority, start, app }, i): Pod[] => {
    if ((free[node] as number) < halfCpus) return [];
    free[node] = (free[node] as number) - halfCpus;
    const requests = { cpu: `${halfCpus * 500}m` };
    const labels = { app };
    return [running(`p${i}`, names[node] as string, priority, { requests, start, labels })];
  });
  const nodes = names.map((name) => nodeOf(name, '2'));
  const budgets = [budget('web', webAllowed), budget('db', dbAllowed)];
  const made = new PreemptionCluster([...nodes, ...budgets, ...placed]);
  made.offset = offset % names.length;
  const pod = wanting(`${incoming.halfCpus * 500}m`, incoming.priority);
  return { made, pod, placed };
}

test('victims are of lower priority, on the chosen node, enough, and none too many', () => {
  let preemptions = 0;
  fc.assert(
    fc.property(cluster, (drawn) => {
      const { made, pod } = build(drawn);
      const { nominatedNodeName, victims, result } = made.decide(pod);
      if (victims.length === 0) return;
      preemptions++;
      expect(result).toBe('unschedulable');
      for (const victim of victims) {
        expect(victim.priority).toBeLessThan(pod.spec.priority as number);
        expect(victim.nodeName).toBe(nominatedNodeName);
        made.remove(victim.pod);
      }
      const status = { nominatedNodeName: nominatedNodeName as string };
      const again = { ...pod, status };
      expect(made.decide(again).nodeName).toBe(nominatedNodeName);
      for (const victim of victims) {
        made.add(victim.pod);
        // With any one victim back there is no room on that node.
        expect(made.decide(again).nodeName).not.toBe(nominatedNodeName);
        made.remove(victim.pod);
      }
    }),
    { numRuns: 300 },
  );
  expect(preemptions).toBeGreaterThan(20);
});

test('the choice is one of the dry run, and no other node violates fewer budgets', () => {
  fc.assert(
    fc.property(cluster, (drawn) => {
      const { made, pod } = build(drawn);
      const { nominatedNodeName = '', victims } = made.decide(pod);
      const candidates = made.dryRun(pod).filter((line) => line.endsWith(')'));
      expect(victims.length > 0).toBe(
        candidates.length > 0 && made.decide(pod).result !== 'scheduled',
      );
      if (victims.length === 0) return;
      const violations = candidates.map((line) => Number(/\((\d+)\)$/.exec(line)?.[1]));
      const chosen = candidates.find((line) => line.startsWith(`${nominatedNodeName}:`)) ?? '';
      const listed = victims.map((victim) => victim.pod.metadata.name).join(' ');
      expect(chosen).toContain(`: ${listed} (`);
      expect(Number(/\((\d+)\)$/.exec(chosen)?.[1])).toBe(Math.min(...violations));
    }),
    { numRuns: 200 },
  );
});

test('the search leaves the cluster as it was, and comes to the same again', () => {
  fc.assert(
    fc.property(cluster, (drawn) => {
      const { made, pod } = build(drawn);
      const { table } = made.cache.snapshot;
      const view = () => ({
        pods: table.pods.map((pods) => pods.map(({ key }) => key)),
        cpu: [...table.cpu.requested],
        counts: [...table.podCount],
      });
      const before = view();
      const first = made.plan(pod);
      made.dryRun(pod);
      expect(view()).toEqual(before);
      expect(made.plan(pod)).toBe(first);
    }),
    { numRuns: 100 },
  );
});

test('where the search starts changes the outcome only among equals', () => {
  fc.assert(
    fc.property(cluster, (drawn) => {
      const { made, pod } = build(drawn);
      const harm = (offset: number) => {
        made.offset = offset;
        const { victims } = made.decide(pod);
        const sum = victims.reduce((total, { priority }) => total + priority, 0);
        return [victims.length, victims[0]?.priority, sum];
      };
      const counts = made.decide(pod).work.postFilter;
      // The dry run covers all nodes here, so that every start sees every candidate.
      expect(counts?.dryRunNodes ?? 0).toBeLessThanOrEqual(names.length);
      expect(harm(1 % Math.max(1, counts?.dryRunNodes ?? 1))).toEqual(harm(0));
    }),
    { numRuns: 100 },
  );
});
