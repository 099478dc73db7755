// Whole runs under change: nodes and pods come and go, bindings fail; what must hold, holds.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { refusal } from '../../support/fake-api-server.js';
import { makeNode, makePod } from './cluster-fixture.js';
import { SchedulerFixture } from './scheduler-fixture.js';

type Step = readonly [kind: number, index: number, amount: number];

/** CPU of the pods that the API server has on a node. */
function usedMilli(fixture: SchedulerFixture, node: string): number {
  return fixture.server
    .list<Pod>('pods')
    .filter(({ spec }) => spec.nodeName === node)
    .reduce(
      (sum, { spec }) =>
        sum + Number.parseInt(spec.containers[0]!.resources!.requests!['cpu']!, 10),
      0,
    );
}

function apply(fixture: SchedulerFixture, [kind, index, amount]: Step, serial: number): void {
  const { server } = fixture;
  const node = `node-${index % 4}`;
  const pods = server.list<Pod>('pods');
  const pod = pods[index % Math.max(1, pods.length)];
  if (kind <= 3) {
    const requests = { cpu: `${amount * 100}m` };
    fixture.create(makePod(`p-${serial}`, { requests, spec: { priority: index % 3 } }));
  } else if (kind === 4 && server.find('nodes', node) === undefined) fixture.create(makeNode(node));
  else if (kind === 5 && pod !== undefined) server.remove('pods', `default/${pod.metadata.name}`);
  else if (kind === 6 && pod?.spec.nodeName !== undefined) {
    server.update({ ...pod, status: { ...pod.status, phase: 'Succeeded' } });
    server.remove('pods', `default/${pod.metadata.name}`);
  }
  fixture.run(amount / 20);
}

describe('a scheduler among changes', () => {
  const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(15), fc.integer({ min: 1, max: 25 })), {
    maxLength: 60,
  });

  test('never binds more to a node than fits, and leaves no pod behind that fits', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 6 }), (changes, failures) => {
        const fixture = new SchedulerFixture();
        let left = failures;
        fixture.server.intercept = ({ subresource }) =>
          subresource === 'binding' && left-- > 0
            ? refusal(500, 'InternalError', 'away')
            : undefined;
        fixture.create(makeNode('node-0'));
        fixture.start(0.1);
        changes.forEach((change, i) => {
          apply(fixture, change, i);
        });
        fixture.run(400);
        const nodes = fixture.server.list('nodes').map(({ metadata }) => metadata.name);
        const free = nodes.map((node) => 4000 - usedMilli(fixture, node));
        for (const room of free) expect(room).toBeGreaterThanOrEqual(0);
        const pending = fixture.server
          .list<Pod>('pods')
          .filter(({ spec }) => spec.nodeName === undefined);
        for (const { spec } of pending) {
          const wanted = Number.parseInt(spec.containers[0]!.resources!.requests!['cpu']!, 10);
          expect(Math.max(...free)).toBeLessThan(wanted);
        }
        const { active, backoff, unschedulable, gated } = fixture.scheduler.pendingPods;
        expect([active, backoff, unschedulable, gated]).toEqual([0, 0, pending.length, 0]);
        expect(fixture.scheduler.cache.size.assumedPods).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('binds 500 pods to 50 nodes, each once, and is idle afterwards', () => {
    const fixture = new SchedulerFixture({ qps: 5000, burst: 5000 });
    fixture.create(...Array.from({ length: 50 }, (_, i) => makeNode(`node-${i}`)));
    fixture.start(0.1);
    for (let i = 0; i < 500; i++) fixture.create(makePod(`p-${i}`, { requests: { cpu: '300m' } }));
    fixture.run(3);
    const bindings = fixture.server.requests.filter(({ subresource }) => subresource === 'binding');
    expect(bindings).toHaveLength(500);
    const perNode = fixture.server
      .list('nodes')
      .map(({ metadata }) => usedMilli(fixture, metadata.name) / 300);
    expect(new Set(perNode)).toEqual(new Set([10]));
    // The recorder of Events looks after them for up to half an hour.
    expect(fixture.simulation.run(fixture.simulation.now + 1_800_000_000)).toBe('idle');
  });
});
