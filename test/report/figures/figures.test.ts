import { describe, expect, test } from 'vitest';
import { convergenceBars, startupBars } from '../../../src/report/figures/bars.js';
import { podProgress, podStates } from '../../../src/report/figures/pod-plots.js';
import {
  maxima,
  means,
  nodeStrips,
  queueStrips,
  utilisationStrips,
} from '../../../src/report/figures/strips.js';
import { trafficPlots } from '../../../src/report/figures/traffic-plots.js';
import {
  convergenceRow,
  emptyResult,
  pendingPodRow,
  podRow,
  rolloutResult,
  runResult,
  trafficRow,
} from '../fixtures.js';

/** The values of a plot at a second of its axis. */
function at(plot: ReturnType<typeof podStates>, second: number): number[] {
  const index = plot?.x.indexOf(second) ?? -1;
  expect(index).toBeGreaterThanOrEqual(0);
  return plot?.series.map(({ values }) => values[index] ?? -1) ?? [];
}

describe('pods by state', () => {
  test('count every pod once, in the state it is in', () => {
    const plot = podStates([
      podRow({ deletedUs: 3_000_000 }),
      podRow({ createdUs: 0, readyUs: 1_500_000 }),
      pendingPodRow({ createdUs: 1_000_000 }),
    ]);
    expect(plot?.series.map(({ title }) => title)).toEqual([
      'Waiting for a node',
      'Starting on its node',
      'Started, not Ready',
      'Ready',
    ]);
    expect(at(plot, 0)).toEqual([1, 0, 0, 0]);
    expect(at(plot, 1)).toEqual([3, 0, 0, 0]);
    expect(at(plot, 1.3)).toEqual([1, 2, 0, 0]);
    expect(at(plot, 1.7)).toEqual([1, 0, 0, 2]);
    expect(at(plot, 3)).toEqual([1, 0, 0, 1]);
  });

  test('add up to the pods that exist, at any time', () => {
    const { pods } = rolloutResult(200, 10);
    const plot = podStates(pods);
    const created = podProgress(pods)?.series[0]?.values ?? [];
    plot?.x.forEach((_, i) => {
      const all = plot.series.reduce((sum, { values }) => sum + (values[i] as number), 0);
      expect(all).toBe(created[i]);
    });
  });

  test('a pod that is deleted while it waits is gone from that state', () => {
    const plot = podStates([pendingPodRow({ createdUs: 0, deletedUs: 3_000_000 })]);
    expect(at(plot, 0)).toEqual([1, 0, 0, 0]);
    expect(at(plot, 3)).toEqual([0, 0, 0, 0]);
  });
});

describe('parts of a series', () => {
  test('keep the mean of what lasts and the peak of what passes', () => {
    expect(means([1, 3, 5, 7], 2)).toEqual([2, 6]);
    expect(maxima([0, 9, 0, 1], 2)).toEqual([9, 1]);
    expect(means([1, 2], 5)).toEqual([1, 2]);
    expect(means([], 5)).toEqual([]);
  });

  test('have no gap and no overlap when they are not equal', () => {
    const ones = new Array<number>(103).fill(1);
    const sums = means(ones, 80);
    expect(sums).toHaveLength(80);
    expect(sums.every((mean) => mean === 1)).toBe(true);
  });
});

describe('strips of stations', () => {
  test('show the share of the capacity, the busiest on top', () => {
    expect(utilisationStrips(runResult())).toMatchObject({
      full: 1,
      seconds: [0, 1, 2],
      rows: [
        { title: 'control-plane-0', values: [0.1, 0.5, 1] },
        { title: 'etcd-0/disk', values: [0.5, 0, 0.25] },
      ],
    });
  });

  test('leave out queues in which nothing ever waited', () => {
    expect(queueStrips(runResult())?.rows).toEqual([
      { title: 'control-plane-0', values: [0, 0, 7] },
    ]);
    expect(queueStrips(emptyResult())).toBeUndefined();
  });

  test('say how many are left out', () => {
    const [station] = runResult().stationSeries;
    const stationSeries = Array.from({ length: 40 }, (_, i) => ({ ...station!, name: `s${i}` }));
    const strips = utilisationStrips(runResult({ stationSeries }));
    expect(strips?.rows).toHaveLength(30);
    expect(strips?.note).toContain('The 30 highest of 40.');
  });
});

describe('strips of nodes', () => {
  test('show each of few nodes, with nothing where it is not registered', () => {
    expect(nodeStrips(runResult())?.rows).toEqual([
      { title: 'a', values: [0, 97, 97] },
      { title: 'b', values: [50, 50, Number.NaN] },
    ]);
  });

  test('count many nodes by tenths, every node once', () => {
    const strips = nodeStrips(rolloutResult(300, 100));
    expect(strips?.rows.map(({ title }) => title).at(0)).toBe('≥ 90 %');
    expect(strips?.rows).toHaveLength(10);
    strips?.seconds.forEach((_, i) => {
      expect(strips.rows.reduce((sum, { values }) => sum + (values[i] as number), 0)).toBe(100);
    });
  });
});

describe('bars', () => {
  test('of pods begin at their creation, one span a stage that took time', () => {
    const bars = startupBars(runResult({ pods: [podRow({ imagePulledUs: 1_400_000 })] }));
    expect(bars?.rows).toHaveLength(1);
    expect(bars?.rows[0]?.title).toBe('default/web-7d4b9c-aaaaa');
    expect(bars?.rows[0]?.spans.map(({ part, from, to }) => [part, from, to])).toEqual([
      [0, 0, 0.3],
      [1, 0.3, 0.4],
      [3, 0.4, 0.6],
      [4, 0.6, 0.7],
      [5, 0.7, 0.9],
    ]);
  });

  test('of changes follow their critical path, the slowest change on top', () => {
    const slow = convergenceRow({
      change: 'scale Deployment/default/web',
      criticalPath: [{ activity: 'image_pull', us: 3_000_000, cause: 'images being pulled' }],
      convergedUs: 9_000_000,
    });
    const bars = convergenceBars(runResult({ convergence: [convergenceRow(), slow] }));
    expect(bars?.parts).toEqual(['api call', 'create', 'image pull', 'others']);
    expect(bars?.rows.map(({ title }) => title)).toEqual([
      'scale Deployment/default/web',
      'apply Deployment/default/web',
    ]);
    expect(bars?.rows[1]?.spans.map(({ part, from, to }) => [part, from, to])).toEqual([
      [0, 0, 0.012],
      [1, 0.012, 1],
      [2, 1, 1.4],
    ]);
  });

  test('call short activities others when there are more than colours', () => {
    const names = ['api_call', 'create', 'schedule', 'bind', 'sandbox', 'image_pull', 'readiness'];
    const criticalPath = [...names, 'dns'].map((activity, i) => ({
      activity,
      us: 1_000_000 - i,
      cause: activity,
    }));
    const bars = convergenceBars(runResult({ convergence: [convergenceRow({ criticalPath })] }));
    expect(bars?.parts).toHaveLength(8);
    expect(bars?.rows[0]?.spans.at(-1)).toMatchObject({ part: 7, cause: 'dns' });
  });

  test('are none without pods and changes', () => {
    expect(startupBars(emptyResult())).toBeUndefined();
    expect(convergenceBars(emptyResult())).toBeUndefined();
  });
});

describe('plots of traffic', () => {
  test('are one a kind, with the outcomes that occurred', () => {
    const figures = { connections: 10, ok: 8, refused: 2, timedOut: 0, noEndpoints: 0, broken: 0 };
    const rows = [1, 2].map((second) => trafficRow({ timeUs: second * 1e6, ...figures }));
    const [plot, ...others] = trafficPlots([...rows, trafficRow({ traffic: 'other', ...figures })]);
    expect(others).toHaveLength(1);
    expect(plot?.x).toEqual([1, 2]);
    expect(plot?.series).toEqual([
      { title: 'Accepted', values: [8, 8] },
      { title: 'Refused', values: [2, 2] },
    ]);
  });

  test('sum intervals up when there are too many, and lose none', () => {
    const rows = Array.from({ length: 1_001 }, (_, i) => trafficRow({ timeUs: i * 1e6, ok: 3 }));
    const [plot] = trafficPlots(rows);
    expect(plot?.x.length).toBeLessThanOrEqual(300);
    expect(plot?.x.at(-1)).toBe(1_000);
    const accepted = plot?.series[0]?.values ?? [];
    expect(accepted.reduce((sum, value) => (sum ?? 0) + (value ?? 0), 0)).toBe(3_003);
  });
});
