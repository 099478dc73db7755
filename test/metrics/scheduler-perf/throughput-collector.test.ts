// Throughput second by second, of pods that an informer tells of.
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import type { Informer } from '../../../src/client/informer.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { ThroughputCollector } from '../../../src/metrics/scheduler-perf/throughput-collector.js';

type Updated = (previous: Pod, pod: Pod) => void;

let simulation: Simulation;
let collector: ThroughputCollector;
let updated: Updated;

beforeEach(prepare);

function prepare(): void {
  simulation = new Simulation('1');
  const informer = {
    addHandler: (handler: { updated: Updated }) => {
      updated = handler.updated;
    },
  };
  collector = new ThroughputCollector(simulation, informer as unknown as Informer<Pod>);
}

function pod(nodeName: string | undefined, namespace: string, labels = {}): Pod {
  const node = nodeName === undefined ? {} : { nodeName };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace, labels },
    spec: { containers: [], ...node },
  };
}

/** `count` pods of a namespace get a node now. */
function schedule(count: number, namespace = 'x', labels = {}): void {
  for (let i = 0; i < count; i++) {
    updated(pod(undefined, namespace, labels), pod('n', namespace, labels));
  }
}

/** Runs a script: at so many ms, do that. */
function play(steps: readonly (readonly [ms: number, step: () => void])[]): void {
  const kinds = steps.map(([, step], index) => simulation.defineEvent(`test.Step${index}`, step));
  steps.forEach(([ms], index) => {
    simulation.at(ms * 1000, kinds[index] as number);
  });
  simulation.run((steps.at(-1)?.[0] ?? 0) * 1000);
}

const open = (): void => collector.open({ name: 'w', namespaces: ['x'], labelSelector: {} });

describe('samples', () => {
  test('begin after the first second in which a pod got a node', () => {
    play([
      [0, open],
      [2500, () => schedule(7)],
      [3500, () => schedule(20)],
      [4500, () => schedule(30)],
      [5500, () => {}],
    ]);
    expect(collector.close().samples).toEqual([20, 30]);
  });

  test('are made up by the next one where a second had none', () => {
    play([
      [0, open],
      [500, () => schedule(1)],
      [3500, () => schedule(30)],
      [4500, () => schedule(5)],
      [5500, () => {}],
    ]);
    expect(collector.close().samples).toEqual([10, 10, 10, 5]);
  });

  test('leave out what comes after the last tick', () => {
    play([
      [0, open],
      [500, () => schedule(1)],
      [1500, () => schedule(2)],
      [2400, () => schedule(4)],
    ]);
    const { samples, scheduled } = collector.close();
    expect([samples, scheduled]).toEqual([[2], 7]);
  });

  test('of a short run there are none', () => {
    play([
      [0, open],
      [10, () => schedule(1000)],
      [900, () => {}],
    ]);
    const measurement = collector.close();
    expect(measurement).toMatchObject({ name: 'w', samples: [], scheduled: 1000 });
  });
});

describe('a measurement', () => {
  test('says when it was, and when the first and the last pod got a node', () => {
    play([
      [1000, open],
      [1300, () => schedule(1)],
      [1700, () => schedule(1)],
      [2000, () => {}],
    ]);
    expect(collector.close()).toMatchObject({
      startUs: 1_000_000,
      endUs: 2_000_000,
      firstUs: 1_300_000,
      lastUs: 1_700_000,
    });
  });

  test('counts pods of its namespaces with its labels, and each change to a node once', () => {
    play([
      [0, () => schedule(100)],
      [1, () => collector.open({ name: 'w', namespaces: ['x', 'z'], labelSelector: { a: 'b' } })],
      [2, () => schedule(1, 'x', { a: 'b', c: 'd' })],
      [3, () => schedule(1, 'z', { a: 'b' })],
      [4, () => schedule(1, 'x', { a: 'c' })],
      [5, () => schedule(1, 'w', { a: 'b' })],
      [6, () => updated(pod('n', 'x', { a: 'b' }), pod('n', 'x', { a: 'b' }))],
    ]);
    expect(collector.close().scheduled).toBe(2);
  });

  test('begins anew with every window', () => {
    play([
      [0, open],
      [500, () => schedule(3)],
      [1500, () => schedule(9)],
      [2500, () => expect(collector.close().samples).toEqual([9])],
      [2600, open],
      [3000, () => schedule(2)],
      [4600, () => {}],
    ]);
    expect(collector.scheduled).toBe(2);
    expect(collector.close()).toMatchObject({ scheduled: 2, samples: [] });
    expect(collector.isCollecting).toBe(false);
  });
});

test('samples have one for every second from the base to the last second with a pod, and add up', () => {
  const counts = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(counts, (perSecond) => {
      prepare();
      const steps = perSecond.map(
        (count, index) => [index * 1000 + 500, () => schedule(count)] as const,
      );
      play([[0, open], ...steps, [perSecond.length * 1000 + 200, () => {}]]);
      const { samples, scheduled } = collector.close();
      const base = perSecond.findIndex((count) => count > 0);
      const last = perSecond.findLastIndex((count) => count > 0);
      expect(samples).toHaveLength(base < 0 ? 0 : last - base);
      const measured = perSecond.slice(base + 1).reduce((total, count) => total + count, 0);
      const sum = samples.reduce((total, rate) => total + rate, 0);
      expect(sum).toBeCloseTo(base < 0 ? 0 : measured, 6);
      expect(scheduled).toBe(perSecond.reduce((total, count) => total + count, 0));
    }),
  );
});
