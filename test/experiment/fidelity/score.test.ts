import { describe, expect, test } from 'vitest';
import { compare, floorOf } from '../../../src/experiment/fidelity/score.js';

describe('floorOf', () => {
  test.each([
    ['burst.intervals_s.call_to_ack.p50', 0.05],
    ['deploy.intervals_s.created_to_scheduled.p99', 0.05],
    ['deploy.kth_event_since_start_s.created.first', 0.05],
    ['ep_lag', 0.05],
    ['deploy.intervals_s.scheduled_to_ready.p50', 1],
    ['scale.intervals_s.delmark_to_deleted.p99', 1],
    ['cpu_deploy.apiserver_cpu_s', 0],
    ['deploy.kth_event_since_start_s.created.mean_rate_per_s', 0],
    ['requests.PATCH pods/status', 0],
    ['etcd_puts', 0],
  ])('%s is raised to %d', (name, floor) => {
    expect(floorOf(name)).toBe(floor);
  });
});

describe('compare', () => {
  test.each([
    ['two thirds of the recorded figure match', 3, 1.99, true, false],
    ['less does not', 3, 1.97, false, false],
    ['half as much again matches', 2, 3, true, false],
    ['more does not', 2, 3.01, false, false],
    ['15 % more is close', 2, 2.3, true, true],
    ['15 % less is close', 2, 1.7, true, true],
  ])('%s', (_, recorded, predicted, matches, isClose) => {
    expect(compare('etcd_puts', recorded, predicted)).toMatchObject({ matches, isClose });
  });

  test('short latencies are all alike, whatever their ratio', () => {
    const name = 'burst.intervals_s.call_to_ack.p50';
    expect(compare(name, 0.006, 0.0004)).toMatchObject({ ratio: 1, matches: true });
    expect(compare(name, 0.006, 0.1)).toMatchObject({ ratio: 2, matches: false });
    expect(compare(name, 0.1, 0.001)).toMatchObject({ ratio: 0.5, matches: false });
  });

  test('nothing recorded and nothing predicted match; something predicted does not', () => {
    expect(compare('etcd_puts', 0, 0)).toMatchObject({ ratio: 1, matches: true });
    expect(compare('etcd_puts', 0, 5)).toMatchObject({ matches: false });
  });
});
