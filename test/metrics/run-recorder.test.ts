import { describe, expect, test } from 'vitest';
import { SilentObserver } from '../../src/client/observer.js';
import type { WatchEvent } from '../../src/client/watch.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { StationMeter } from '../../src/kernel/stations.js';
import { type RunFacts, RunRecorder } from '../../src/metrics/run-recorder.js';
import { call } from './calls.js';
import { deployment, pod, replicaSet, Story } from './story.js';

const facts: RunFacts = {
  scenario: 'told',
  kubernetesVersion: '1.36',
  modelVersion: '0',
  outcome: { end: 'converged', partial: false, message: 'Done.' },
  cluster: 'one node',
  notices: ['nothing is real'],
  thresholds: [],
};

/** A Deployment of 2 that comes up pod by pod, told to a recorder. */
function told() {
  let recorder: RunRecorder | undefined;
  const story = new Story((simulation) => {
    recorder = new RunRecorder(simulation, 0);
    return [recorder.observer];
  });
  const made = recorder as unknown as RunRecorder;
  const web = deployment('web', 2);
  const owner = replicaSet('web-1', 2, web);
  const target = { kind: 'Deployment', namespace: 'default', name: 'web' };
  const id = made.convergence.changeStarted('apply', target, 1);
  story.put(web, owner, pod('a', { owner }), pod('b', { owner }));
  made.convergence.changeAccepted(id, web);
  story.at(1_000_000).bind('a', 'b').at(2_000_000).ready('a').at(4_000_000).ready('b');
  return { story, recorder: made };
}

describe('the result', () => {
  test('holds the facts, what the engine counted, and the rows of every observer', () => {
    const { story, recorder } = told();
    recorder.observer.requestServed(call('get'), 200, 10);
    recorder.observer.imagePulled('n', 'nginx:1', 1, 1);
    const result = recorder.result(facts);
    const { thresholds: _, ...stated } = facts;
    expect(result).toMatchObject(stated);
    expect(result).toMatchObject({ seed: 'story', endUs: 4_000_000, events: 0 });
    expect(result.traceHash).toBe(story.simulation.traceHash);
    expect(result.pods.map(({ readyUs }) => readyUs)).toEqual([2_000_000, 4_000_000]);
    expect(result.convergence.map(({ convergedUs }) => convergedUs)).toEqual([4_000_000]);
    expect(result.requests.map(({ count }) => count)).toEqual([1]);
    expect(result.metrics.map(({ name }) => name)).toContain('kubelet_image_pull_duration_seconds');
  });

  test('sums up every duration that has samples, and leaves out the others', () => {
    const { summary } = told().recorder.result(facts);
    expect(summary.map(({ metric, count, mean, max }) => [metric, count, mean, max])).toEqual([
      ['pod_startup_seconds', 2, 3, 4],
      ['convergence_seconds', 1, 4, 4],
    ]);
  });

  test('judges thresholds on the labels that they name', () => {
    const metric = 'pods_ready{owner=Deployment/web}';
    const selector = { name: 'pods_ready', labels: [['owner', 'Deployment/web']] as const };
    const threshold = {
      metric,
      selector,
      expression: 'rate>=0.5',
      aggregation: { kind: 'rate' },
      comparison: '>=',
      bound: 0.5,
      level: 'error',
      allowEmpty: false,
    } as const;
    const elsewhere = { name: 'pods_ready', labels: [['owner', 'Deployment/db']] as const };
    const thresholds = [threshold, { ...threshold, selector: elsewhere }];
    const verdicts = told().recorder.result({ ...facts, thresholds }).thresholds;
    expect(verdicts.map(({ value, ok }) => [value, ok])).toEqual([
      [0.5, true],
      [0, false],
    ]);
  });

  test('tells observers of the caller too', () => {
    const seen: string[] = [];
    class Names extends SilentObserver {
      override committed({ object }: WatchEvent): void {
        seen.push(object.metadata.name);
      }
    }
    new Story((simulation) => [new RunRecorder(simulation, 1, [new Names()]).observer]).put(
      pod('a'),
    );
    expect(seen).toEqual(['a']);
  });
});

describe('the series', () => {
  test('samples at equal intervals, with the rate of requests in each', () => {
    const simulation = new Simulation('series');
    const recorder = new RunRecorder(simulation, 1);
    const meters = [new StationMeter('host-0', 2), new StationMeter('kubectl/client', 1)];
    recorder.recordSeries(500_000, meters);
    const served = simulation.defineEvent('test.Served', () => {
      recorder.observer.requestServed(call('get'), 200, 1);
    });
    for (const at of [100_000, 200_000, 300_000, 700_000]) simulation.at(at, served);
    simulation.run(1_600_000);
    const { timeSeries, stations, stationSeries } = recorder.result(facts);
    expect(timeSeries.timeUs).toEqual([500_000, 1_000_000, 1_500_000]);
    const column = (name: string) => timeSeries.columns.find((each) => each.name === name)?.values;
    expect(column('api_requests_per_second')).toEqual([6, 2, 0]);
    expect(column('pods_ready')).toEqual([0, 0, 0]);
    expect(column('host_0_busy')).toEqual([0, 0, 0]);
    expect(column('kubectl_client_busy')).toBeUndefined();
    const names = ['host-0', 'kubectl/client'];
    expect(stations.map(({ name }) => name)).toEqual(names);
    expect(stationSeries.map(({ name, busy }) => [name, busy.length])).toEqual(
      names.map((name) => [name, 3]),
    );
  });
});
