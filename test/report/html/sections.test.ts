import { describe, expect, test } from 'vitest';
import { ticks } from '../../../src/report/html/axis.js';
import { darkPalette, lightPalette, type Palette } from '../../../src/report/html/palette.js';
import { groupSeries, peaks, unitOf } from '../../../src/report/html/series-groups.js';
import { waterfallSection } from '../../../src/report/html/waterfall.js';
import { shownPods } from '../../../src/report/shown-pods.js';
import { spreadIndices } from '../../../src/report/spread-indices.js';
import { pendingPodRow, podRow, rolloutResult, runResult } from '../fixtures.js';

describe('the waterfall', () => {
  test('shows all pods in order of creation while there are few', () => {
    const { pods } = rolloutResult(150, 10);
    expect(shownPods(pods, 150)).toBe(pods);
  });

  test('shows the slowest first when there are many, those never ready before them', () => {
    const { pods } = rolloutResult(1_000, 10);
    const shown = shownPods(pods, 150);
    const never = pods.filter(({ readyUs }) => readyUs === undefined);
    expect(shown).toHaveLength(150);
    expect(shown.slice(0, never.length)).toEqual(never);
    const durations = shown.slice(never.length).map((pod) => pod.readyUs! - pod.createdUs);
    expect(durations).toEqual([...durations].sort((a, b) => b - a));
    const rest = pods.filter((pod) => !shown.includes(pod)).map((p) => p.readyUs! - p.createdUs);
    expect(Math.max(...rest)).toBeLessThanOrEqual(durations.at(-1)!);
  });

  test('draws one bar for every stage that took time', () => {
    const { text } = waterfallSection(runResult({ pods: [podRow({ imagePulledUs: 1_400_000 })] }));
    const chart = text.slice(text.indexOf('class="waterfall"'), text.indexOf('<details>'));
    const classes = [...chart.matchAll(/<rect class="(st\d)"/g)].map((match) => match[1]);
    expect(classes).toEqual(['st0', 'st1', 'st3', 'st4', 'st5']);
    expect(chart).toContain('Container start 200 ms</title>');
  });

  test('places bars by time: they meet, and fill the axis', () => {
    const { text } = waterfallSection(runResult({ pods: [podRow()] }));
    const chart = text.slice(text.indexOf('class="waterfall"'), text.indexOf('<details>'));
    const bars = [...chart.matchAll(/x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%"/g)].map((match) => [
      Number(match[1]),
      Number(match[2]),
    ]);
    expect(bars).toHaveLength(6);
    expect(bars[0]![0]).toBe(0);
    for (let i = 1; i < bars.length; i++) {
      expect(bars[i]![0]).toBeCloseTo(bars[i - 1]![0]! + bars[i - 1]![1]!, 2);
    }
    const end = bars.at(-1)![0]! + bars.at(-1)![1]!;
    expect(end).toBeGreaterThan(95);
    expect(end).toBeLessThanOrEqual(100);
  });

  test('marks a pod that was not ready with words and a line', () => {
    const { text } = waterfallSection(runResult({ pods: [podRow(), pendingPodRow()] }));
    expect(text).toMatch(/<line class="open"[^>]*><title>huge-1: not ready<\/title>/);
    expect(text).toMatch(/huge-1<\/th>.*not ready<\/td>/);
  });

  test('measures from the creation of each pod when they came over a long time', () => {
    const late = podRow({
      name: 'late',
      uid: 'uid-9',
      ...Object.fromEntries(
        (['createdUs', 'queuedUs', 'boundUs', 'sandboxUs', 'imagePulledUs'] as const).map((key) => [
          key,
          3_600_000_000,
        ]),
      ),
      startedUs: 3_600_500_000,
      readyUs: 3_601_000_000,
      endpointPublishedUs: undefined,
      endpointProgrammedUs: undefined,
    });
    const apart = waterfallSection(runResult({ pods: [podRow(), late], endUs: 3_700_000_000 }));
    expect(apart.text).toContain('since the creation of each pod');
    const together = waterfallSection(runResult({ pods: [podRow(), podRow({ uid: 'uid-8' })] }));
    expect(together.text).toContain('since the start of the scenario');
  });

  test('says so when there was no pod', () => {
    expect(waterfallSection(runResult({ pods: [] })).text).toBe('<p>No pod was created.</p>');
  });

  test('is drawn also when no pod got anywhere and no time passed', () => {
    const pods = [pendingPodRow({ createdUs: 0, queuedUs: 0 })];
    expect(waterfallSection(runResult({ pods, endUs: 0 })).text).not.toMatch(/NaN|Infinity/);
  });
});

describe('ticks', () => {
  test.each([
    [0, 10],
    [0, 2_500_000],
    [1_000_000, 43_000_000],
    [0, 86_400_000_000],
    [123_456, 123_999],
  ])('stand at four to nine round times from %d to %d µs', (from, to) => {
    const times = ticks(from, to);
    expect(times.length).toBeGreaterThanOrEqual(2);
    expect(times.length).toBeLessThanOrEqual(9);
    const step = times[1]! - times[0]!;
    expect(String(step)).toMatch(/^[125]0*$/);
    for (const time of times) {
      expect(time % step).toBe(0);
      expect(time).toBeGreaterThanOrEqual(from);
      expect(time).toBeLessThanOrEqual(to);
    }
  });
});

describe('series', () => {
  test.each([
    ['pods_ready', 'pods'],
    ['pods', 'pods'],
    ['apiserver_cpu_cores', 'cores'],
    ['etcd_disk_queue_length', 'queue length'],
    ['network_bytes_per_second', 'bytes per second'],
    ['traffic_dead_endpoint_per_second', 'dead endpoint per second'],
    ['utilisation', 'utilisation'],
    ['apiserver_latency_seconds{verb="GET_x"}', 'seconds'],
  ])('%s is drawn with others in %s', (name, unit) => {
    expect(unitOf(name)).toBe(unit);
  });

  test('of one unit share a plot, highest peak first, at most six', () => {
    const columns = Array.from({ length: 9 }, (_, i) => ({ name: `s${i}_cores`, values: [0, i] }));
    const groups = groupSeries([{ name: 'pods_ready', values: [1, 2] }, ...columns]);
    expect(groups.map(({ title, hidden }) => [title, hidden])).toEqual([
      ['Pods', 0],
      ['Cores', 3],
    ]);
    expect(groups[1]?.series.map(({ name }) => name)).toEqual(
      [8, 7, 6, 5, 4, 3].map((i) => `s${i}_cores`),
    );
  });

  test('keep their peaks when they are thinned', () => {
    expect(peaks([1, 9, 2, 3, 3, 3, 7], 3)).toEqual([9, 3, 7]);
    expect(peaks([-3, -1, Number.NaN], 2)).toEqual([-1, 0]);
    expect(peaks([], 3)).toEqual([]);
    expect(peaks([5, 4], 1)).toEqual([5, 4]);
  });

  test('are listed at evenly spread rows, first and last included', () => {
    expect(spreadIndices(3, 16)).toEqual([0, 1, 2]);
    expect(spreadIndices(0, 16)).toEqual([]);
    const indices = spreadIndices(1_000, 16);
    expect(indices).toHaveLength(16);
    expect([indices[0], indices.at(-1)]).toEqual([0, 999]);
  });
});

describe('the palettes', () => {
  const contrast = (a: string, b: string): number => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
    return (light + 0.05) / (dark + 0.05);
  };
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const palettes: [string, Palette][] = [
    ['light', lightPalette],
    ['dark', darkPalette],
  ];

  test.each(palettes)('%s text can be read', (_, palette) => {
    for (const name of ['ink', 'muted', 'link', 'pass', 'fail', 'warn'] as const) {
      expect(contrast(palette[name], palette.paper), name).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(palettes)('%s lines and bars can be seen', (_, palette) => {
    for (const colour of palette.series) {
      expect(contrast(colour, palette.paper), colour).toBeGreaterThanOrEqual(3);
    }
  });
});
