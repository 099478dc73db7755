import { describe, expect, test } from 'vitest';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost, StationMeter } from '../../src/kernel/stations.js';
import { TimeSeriesRecorder } from '../../src/metrics/time-series-recorder.js';

function column(recorder: TimeSeriesRecorder, name: string): readonly number[] | undefined {
  return recorder.series.columns.find((each) => each.name === name)?.values;
}

test('a gauge is read at every sample', () => {
  let pods = 0;
  const recorder = new TimeSeriesRecorder([{ name: 'pods', read: () => pods++ }], []);
  for (const now of [10, 20, 30]) recorder.sample(now);
  expect(recorder.series).toEqual({
    timeUs: [10, 20, 30],
    columns: [{ name: 'pods', values: [0, 1, 2] }],
  });
});

test('a station gives its mean use over each interval and its queue at the end of it', () => {
  const meter = new StationMeter('host-0', 4);
  const recorder = new TimeSeriesRecorder([], [meter]);
  meter.set(25, 2, 0);
  recorder.sample(100);
  meter.set(150, 4, 3);
  recorder.sample(200);
  meter.set(200, 0, 0);
  recorder.sample(300);
  expect(column(recorder, 'host_0_busy')).toEqual([1.5, 3, 0]);
  expect(column(recorder, 'host_0_waiting')).toEqual([0, 3, 0]);
});

test('the series of a station are its columns, with its own name and its capacity', () => {
  const meters = [new StationMeter('host-0', 4), new StationMeter('etcd-0/disk', 1)];
  const recorder = new TimeSeriesRecorder([{ name: 'nodes', read: () => 1 }], meters);
  meters[0]?.set(0, 2, 5);
  meters[1]?.set(0, 1, 0);
  recorder.sample(100);
  expect(recorder.stationSeries).toEqual([
    { name: 'host-0', capacity: 4, busy: [2], waiting: [5] },
    { name: 'etcd-0/disk', capacity: 1, busy: [1], waiting: [0] },
  ]);
});

test('the use of a machine over the intervals adds up to the work that it did', () => {
  const simulation = new Simulation('series');
  const host = new CpuHost(simulation, 'host-0', 2);
  const recorder = new TimeSeriesRecorder([], [host.meter]);
  const done = simulation.defineEvent('test.WorkDone', () => {});
  const begun = simulation.defineEvent('test.WorkBegun', (_, workUs) => {
    host.run(workUs, done);
  });
  simulation.at(30, begun, 0, 100);
  simulation.at(60, begun, 0, 250);
  simulation.at(70, begun, 0, 40);
  for (let now = 50; now <= 500; now += 50) {
    simulation.run(now);
    recorder.sample(now);
  }
  const busy = column(recorder, 'host_0_busy') ?? [];
  expect(busy.reduce((sum, each) => sum + each * 50, 0)).toBeCloseTo(390, 0);
  expect(Math.max(...busy)).toBeLessThanOrEqual(2);
  expect(busy.at(-1)).toBe(0);
});

describe('columns', () => {
  test('are gauges, then use, then queues, named in snake_case', () => {
    const meters = [new StationMeter('etcd-0/disk', 1), new StationMeter('kube-scheduler.X', 1)];
    const recorder = new TimeSeriesRecorder([{ name: 'nodes', read: () => 1 }], meters);
    recorder.sample(1);
    expect(recorder.series.columns.map(({ name }) => name)).toEqual([
      'nodes',
      'etcd_0_disk_busy',
      'kube_scheduler_x_busy',
      'etcd_0_disk_waiting',
      'kube_scheduler_x_waiting',
    ]);
    expect(recorder.series.columns.every(({ values }) => values.length === 1)).toBe(true);
  });

  test('are all there and empty before the first sample', () => {
    const recorder = new TimeSeriesRecorder([], [new StationMeter('disk', 1)]);
    expect(recorder.series).toEqual({
      timeUs: [],
      columns: [
        { name: 'disk_busy', values: [] },
        { name: 'disk_waiting', values: [] },
      ],
    });
  });
});
