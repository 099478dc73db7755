// Waiting for pods: when it looks, what it counts, and what it says when it gives up.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod, PodCondition } from '../../../src/api/pod.js';
import type { Informer } from '../../../src/client/informer.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import {
  hasLabels,
  isAttempted,
  isScheduled,
  refusalOf,
} from '../../../src/workload/scheduler-perf/run/pod-selection.js';
import { type PodGoal, PodWait } from '../../../src/workload/scheduler-perf/run/pod-wait.js';

const second = 1_000_000;

let simulation: Simulation;
let store: Map<string, Pod>;
let wait: PodWait;
let ended: { readonly atUs: number; readonly failure: string | undefined } | undefined;

beforeEach(() => {
  simulation = new Simulation('1');
  store = new Map();
  wait = new PodWait(simulation, { store } as unknown as Informer<Pod>);
  ended = undefined;
});

interface PodFacts {
  readonly node?: string;
  readonly refusal?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

function pod(name: string, { node, refusal, labels = {} }: PodFacts = {}): Pod {
  const [namespace = '', own = ''] = name.split('/');
  const refused = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: refusal,
  } as PodCondition;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: own, namespace, labels },
    spec: { containers: [], ...(node === undefined ? {} : { nodeName: node }) },
    status: refusal === undefined ? {} : { conditions: [refused] },
  };
}

const put = (name: string, facts?: PodFacts): unknown => store.set(name, pod(name, facts));

function start(goal: Partial<PodGoal>): void {
  const whole: PodGoal = { stage: 'Scheduled', labelSelector: {}, counts: [], ...goal };
  wait.start(whole, (failure) => {
    ended = { atUs: simulation.now, failure };
  });
}

/** At so many µs, do that. */
function at(us: number, step: () => void): void {
  simulation.at(us, simulation.defineEvent(`test.At${us}`, step));
}

describe('a wait', () => {
  test('ends at once when all is there', () => {
    put('x/a', { node: 'n' });
    start({ counts: [{ namespace: 'x', count: 1 }] });
    expect(ended).toEqual({ atUs: 0, failure: undefined });
  });

  test('for nothing ends at once', () => {
    start({ counts: [] });
    expect(ended).toEqual({ atUs: 0, failure: undefined });
  });

  test('looks every second', () => {
    put('x/a');
    start({ counts: [{ namespace: 'x', count: 1 }] });
    at(1_300_000, () => put('x/a', { node: 'n' }));
    simulation.run(10 * second);
    expect(ended).toEqual({ atUs: 2 * second, failure: undefined });
  });

  test('goes from namespace to namespace', () => {
    start({
      counts: [
        { namespace: 'x', count: 1 },
        { namespace: 'z', count: 2 },
      ],
    });
    at(500_000, () => put('z/a', { node: 'n' }));
    at(1_500_000, () => put('x/a', { node: 'n' }));
    at(3_500_000, () => put('z/b', { node: 'n' }));
    simulation.run(10 * second);
    expect(ended).toEqual({ atUs: 4 * second, failure: undefined });
  });

  test('counts pods with all of the labels only', () => {
    put('x/a', { node: 'n', labels: { a: 'b' } });
    put('x/b', { node: 'n', labels: { a: 'b', c: 'd' } });
    start({ labelSelector: { a: 'b', c: 'd' }, counts: [{ namespace: 'x', count: 2 }] });
    at(200_000, () => put('x/c', { node: 'n', labels: { c: 'd', a: 'b', e: 'f' } }));
    simulation.run(10 * second);
    expect(ended?.atUs).toBe(second);
  });

  test('until pods were attempted is content with a refusal', () => {
    put('x/a', { refusal: 'no room' });
    put('x/b');
    start({ stage: 'Attempted', counts: [{ namespace: 'x', count: 2 }] });
    at(100_000, () => put('x/b', { node: 'n' }));
    simulation.run(10 * second);
    expect(ended).toEqual({ atUs: second, failure: undefined });
  });

  test('can be started again', () => {
    put('x/a', { node: 'n' });
    start({ counts: [{ namespace: 'x', count: 1 }] });
    start({ counts: [{ namespace: 'x', count: 2 }] });
    expect(ended?.atUs).toBe(0);
    at(100_000, () => put('x/b', { node: 'n' }));
    simulation.run(10 * second);
    expect(ended?.atUs).toBe(second);
  });
});

describe('giving up', () => {
  test('comes after ten minutes, with one that is not so far and why', () => {
    put('x/a', { node: 'n' });
    put('x/b', { refusal: '0/1 nodes are available' });
    start({ counts: [{ namespace: 'x', count: 3 }] });
    simulation.run(1_000 * second);
    expect(ended).toEqual({
      atUs: 600 * second,
      failure:
        '1 of 3 pods in namespace x have got a node after 10 minutes; x/b has not: ' +
        '0/1 nodes are available',
    });
  });

  test('names no reason where nobody has said one', () => {
    put('x/a');
    start({ stage: 'Attempted', counts: [{ namespace: 'x', count: 1 }] });
    simulation.run(1_000 * second);
    expect(ended?.failure).toBe(
      '0 of 1 pods in namespace x have been attempted after 10 minutes; x/a has not',
    );
  });

  test('names no pod where there is none', () => {
    start({ counts: [{ namespace: 'x', count: 1 }] });
    simulation.run(1_000 * second);
    expect(ended?.failure).toBe('0 of 1 pods in namespace x have got a node after 10 minutes');
  });

  test('begins anew with every namespace', () => {
    start({
      counts: [
        { namespace: 'x', count: 1 },
        { namespace: 'z', count: 1 },
      ],
    });
    at(599_500_000, () => put('x/a', { node: 'n' }));
    simulation.run(2_000 * second);
    expect(ended?.atUs).toBe(1_200 * second);
    expect(ended?.failure).toContain('namespace z');
  });
});

describe('a pod', () => {
  test('is scheduled when it has a node', () => {
    expect(isScheduled(pod('x/a', { node: 'n' }))).toBe(true);
    expect(isScheduled(pod('x/a', { node: '' }))).toBe(false);
    expect(isScheduled(pod('x/a'))).toBe(false);
  });

  test('is attempted when it has a node or a PodScheduled condition', () => {
    expect(isAttempted(pod('x/a', { node: 'n' }))).toBe(true);
    expect(isAttempted(pod('x/a', { refusal: '' }))).toBe(true);
    expect(isAttempted(pod('x/a'))).toBe(false);
  });

  test('has the message of that condition as its refusal', () => {
    expect(refusalOf(pod('x/a', { refusal: 'why' }))).toBe('why');
    expect(refusalOf(pod('x/a'))).toBe('');
  });

  test('has labels when it has each of them', () => {
    const labelled = pod('x/a', { labels: { a: 'b', c: 'd' } });
    expect(hasLabels(labelled, {})).toBe(true);
    expect(hasLabels(labelled, { c: 'd' })).toBe(true);
    expect(hasLabels(labelled, { c: 'e' })).toBe(false);
    expect(hasLabels(labelled, { c: 'd', f: 'g' })).toBe(false);
  });
});
