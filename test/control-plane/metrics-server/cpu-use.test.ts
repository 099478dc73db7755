// What pods use: steps over time, annotations, and loads that pods share.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { behaviour } from '../../../src/api/pod-behaviour.js';
import { integralOf, parseCpuUse, valueAt } from '../../../src/api/steps.js';
import { CpuCounters } from '../../../src/control-plane/metrics-server/cpu-counters.js';
import { pod } from '../../support/objects.js';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

describe('steps', () => {
  const steps = [
    { atUs: 10, valueMilli: 100 },
    { atUs: 20, valueMilli: 300 },
  ];

  it('hold from their time on, and are nothing before', () => {
    expect([0, 9, 10, 19, 20, 99].map((at) => valueAt(steps, at))).toEqual([
      0, 0, 100, 100, 300, 300,
    ]);
  });

  it('add up over any span', () => {
    const same = (value: number): number => value;
    expect(integralOf(steps, 0, 30, same)).toBe(10 * 100 + 10 * 300);
    expect(integralOf(steps, 12, 15, same)).toBe(300);
    expect(integralOf(steps, 25, 25, same)).toBe(0);
    expect(integralOf(steps, 5, 25, (value) => Math.min(value, 150))).toBe(1000 + 5 * 150);
  });

  it.each([
    ['250m', [{ atUs: 0, valueMilli: 250 }]],
    ['1.5', [{ atUs: 0, valueMilli: 1500 }]],
    [
      '0s=100m,2m=1',
      [
        { atUs: 0, valueMilli: 100 },
        { atUs: 2 * MINUTE, valueMilli: 1000 },
      ],
    ],
  ])('are read from the text %s', (text, expected) => {
    expect(parseCpuUse(text)).toEqual(expected);
  });

  it.each(['', 'much', '1Gi', '2m=1,1m=2', '-1'])('are not read from the text "%s"', (text) => {
    expect(parseCpuUse(text)).toBeUndefined();
  });
});

/** A pod that requests 100m, with more. */
function running(name: string, annotation?: string, limit?: string): Pod {
  const base = pod(name, {
    containers: [
      {
        name: 'app',
        image: 'app:1',
        resources: {
          requests: { cpu: '100m' },
          ...(limit !== undefined && { limits: { cpu: limit } }),
        },
      },
    ],
  });
  const annotations =
    annotation === undefined ? {} : { annotations: { [behaviour.cpuUse]: annotation } };
  return { ...base, metadata: { ...base.metadata, labels: { app: 'web' }, ...annotations } };
}

describe('the CPU of a pod', () => {
  it('is half of its request when nobody says more', () => {
    const counters = new CpuCounters([]);
    const started = counters.started(running('a'), 5 * SECOND);
    expect(counters.usedBy(started, 15 * SECOND)).toBe(50 * 10 * SECOND);
  });

  it('is what its annotation says from its start where its node does not know it', () => {
    const counters = new CpuCounters([]);
    const started = counters.started(running('a', '0s=100m,1m=400m'), 30 * SECOND);
    expect(counters.usedBy(started, 30 * SECOND + 2 * MINUTE)).toBe(500 * MINUTE);
  });

  it('is never more than its limit', () => {
    const counters = new CpuCounters([]);
    const started = counters.started(running('a', '1', '400m'), 0);
    expect(counters.usedBy(started, 10 * SECOND)).toBe(400 * 10 * SECOND);
  });

  it('is what its node has given it since it was seen to run, and never goes back', () => {
    const counters = new CpuCounters([]);
    const started = counters.started(running('a', '1'), SECOND, 700);
    const used = [700, 1_700, 1_600, undefined, 2_700].map((given, index) =>
      counters.usedBy(started, (index + 1) * MINUTE, given),
    );
    expect(used).toEqual([0, 1_000, 1_000, 1_000, 2_000]);
  });

  it('names the pod when its annotation is no CPU', () => {
    const counters = new CpuCounters([]);
    const started = counters.started(running('a', 'much'), 0);
    expect(() => counters.usedBy(started, SECOND)).toThrow(/a: kubeclock.dev\/cpu-use "much"/);
  });
});

describe('a load', () => {
  const load = {
    namespace: 'default',
    matchLabels: { app: 'web' },
    steps: [{ atUs: 0, valueMilli: 1000 }],
  };

  it('is shared in equal parts by the pods that are Ready', () => {
    const counters = new CpuCounters([load]);
    const [a, b] = ['a', 'b'].map((name) => counters.started(running(name), 0));
    if (a === undefined || b === undefined) throw new Error('no pods');
    counters.setReady(a, true, 10 * SECOND);
    counters.setReady(b, true, 20 * SECOND);
    counters.setReady(a, false, 40 * SECOND);
    const at = 50 * SECOND;
    expect(counters.usedBy(a, at)).toBe((1000 * 10 + 500 * 20) * SECOND);
    expect(counters.usedBy(b, at)).toBe((500 * 20 + 1000 * 10) * SECOND);
  });

  it('makes no pod use more than its limit', () => {
    const counters = new CpuCounters([load]);
    const limited = counters.started(running('a', undefined, '200m'), 0);
    counters.setReady(limited, true, 0);
    expect(counters.usedBy(limited, 10 * SECOND)).toBe(200 * 10 * SECOND);
  });

  it('is what its pods use, whatever their annotations ask nodes for', () => {
    const counters = new CpuCounters([load]);
    const started = counters.started(running('a', '4'), 0);
    counters.setReady(started, true, 0);
    expect(counters.usedBy(started, 10 * SECOND, 3000 * 10 * SECOND)).toBe(1000 * 10 * SECOND);
  });

  it('does not touch pods that it does not select', () => {
    const counters = new CpuCounters([{ ...load, namespace: 'other' }]);
    const started = counters.started(running('a'), 0);
    counters.setReady(started, true, 0);
    expect(counters.usedBy(started, 10 * SECOND)).toBe(50 * 10 * SECOND);
  });
});
