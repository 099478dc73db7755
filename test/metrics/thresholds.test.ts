import { describe, expect, test } from 'vitest';
import type { EventRow } from '../../src/metrics/run-result.js';
import {
  countedMetrics,
  samplesOf,
  selectValues,
  summaryMetrics,
} from '../../src/metrics/samples.js';
import { judgeThresholds } from '../../src/metrics/thresholds.js';
import {
  parseMetricSelector,
  parseThreshold,
  type Threshold,
} from '../../src/scenario/threshold.js';
import { thresholdMetrics } from '../../src/scenario/threshold-metrics.js';
import { convergenceRow, podRow, trafficRow } from '../report/fixtures.js';

function threshold(metric: string, expression: string, rest: Partial<Threshold> = {}): Threshold {
  const selector = parseMetricSelector(metric);
  const parsed = parseThreshold(expression);
  if (typeof selector === 'string' || typeof parsed === 'string') throw new Error('bad threshold');
  return { ...parsed, metric, selector, expression, level: 'error', allowEmpty: false, ...rest };
}

function judge(wanted: Threshold, values: readonly number[], seconds = 10) {
  return judgeThresholds([wanted], () => values, seconds)[0];
}

describe('the value that is judged', () => {
  test.each([
    ['avg<3', 2.5],
    ['min<2', 1],
    ['max<5', 4],
    ['med<3', 2.5],
    ['p(50)<3', 2.5],
    ['p(90)<4', 3.7],
    ['p(100)<=4', 4],
    ['p(0)<=1', 1],
    ['count==4', 4],
    ['rate<0.5', 0.4],
    ['value<4', 3],
  ])('of %s over 4, 1, 2, 3 in 10 s is %d', (expression, value) => {
    const row = judge(threshold('pod_startup_seconds', expression), [4, 1, 2, 3]);
    expect(row?.value).toBeCloseTo(value, 12);
    expect(row?.ok).toBe(true);
  });

  test('of a counted metric is the number of its samples, for `value` and `count` alike', () => {
    for (const expression of ['value==2', 'count==2']) {
      expect(judge(threshold('pods_ready', expression), [1, 1])).toMatchObject({
        value: 2,
        ok: true,
      });
    }
    expect([...countedMetrics]).toEqual([
      'pods_ready',
      'pods_not_ready',
      'events_seen',
      'dns_lookups',
      'dns_stale_lookups',
    ]);
  });

  test('of a rate over no time at all is 0', () => {
    expect(judge(threshold('pods_ready', 'rate==0'), [1], 0)).toMatchObject({ value: 0, ok: true });
  });

  test('does not change the order of the samples that it was given', () => {
    const values = [3, 1, 2];
    judge(threshold('pod_startup_seconds', 'med<9'), values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('without samples', () => {
  test.each(['avg<3', 'min<3', 'max<3', 'med<3', 'p(99)<3', 'value<3'])(
    '%s fails, unless emptiness is allowed',
    (expression) => {
      const wanted = threshold('pod_startup_seconds', expression);
      expect(judge(wanted, [])).toMatchObject({ value: Number.NaN, ok: false });
      expect(judge({ ...wanted, allowEmpty: true }, [])).toMatchObject({ ok: true });
    },
  );

  test('there are 0 of them, which is a count and a rate like any other', () => {
    expect(judge(threshold('pod_startup_seconds', 'count==0'), [])).toMatchObject({ ok: true });
    expect(judge(threshold('pod_startup_seconds', 'rate>0'), [])).toMatchObject({ ok: false });
    expect(judge(threshold('pods_not_ready', 'value==0'), [])).toMatchObject({ ok: true });
    expect(judge(threshold('pods_ready', 'value>=1', { allowEmpty: true }), [])).toMatchObject({
      value: 0,
      ok: false,
    });
  });
});

test('verdicts are in order of the thresholds, with what was written and its level', () => {
  const rows = judgeThresholds(
    [
      threshold('pod_startup_seconds{namespace=shop}', 'max<1', { level: 'warn' }),
      threshold('pods_ready', 'count>=1'),
    ],
    ({ selector }) => (selector.name === 'pods_ready' ? [1] : [2]),
    1,
  );
  expect(rows).toEqual([
    {
      metric: 'pod_startup_seconds{namespace=shop}',
      expression: 'max<1',
      level: 'warn',
      value: 2,
      ok: false,
    },
    { metric: 'pods_ready', expression: 'count>=1', level: 'error', value: 1, ok: true },
  ]);
});

describe('samples', () => {
  const pods = [
    podRow({ uid: '1', namespace: 'shop', node: 'n1' }),
    podRow({ uid: '2', owner: 'Deployment/api', readyUs: 4_000_000 }),
    podRow({ uid: '3', readyUs: undefined, endpointProgrammedUs: undefined, boundUs: undefined }),
  ];

  test.each([
    ['pod_startup_seconds', [0.7, 3]],
    ['pod_scheduling_latency_seconds', [0.2, 0.2]],
    ['pod_image_pull_seconds', [0.1, 0.1, 0.1]],
    ['pod_endpoint_programming_seconds', [0.2, -2.1]],
    ['pods_ready', [1, 1]],
    ['pods_not_ready', [1]],
  ])('of %s come from the pods that have both ends', (metric, expected) => {
    const values = selectValues(samplesOf(metric, pods, []) ?? [], []);
    expect(values.map((each) => Math.round(each * 1000) / 1000)).toEqual(expected);
  });

  test('of a change run from its call to its convergence, and there are none before that', () => {
    const changes = [
      convergenceRow({ startedUs: 1_000_000, convergedUs: 3_500_000 }),
      convergenceRow({ convergedUs: undefined }),
    ];
    const samples = samplesOf('convergence_seconds', [], changes) ?? [];
    expect(samples.map(({ values }) => values)).toEqual([[2.5]]);
  });

  test.each([
    ['traffic_connections', 400],
    ['traffic_dead_endpoint_connections', 6],
    ['traffic_dead_endpoint_share', 0.015],
    ['traffic_failed_share', 0.02],
    ['traffic_broken_connections', 8],
    ['traffic_same_node_share', 120 / 394],
    ['traffic_same_zone_share', 200 / 394],
    ['traffic_same_endpoint_share', 98 / 394],
  ])('of %s are one a kind of traffic, over the whole run', (metric, expected) => {
    const other = trafficRow({ traffic: 'other', connections: 0, refused: 0, timedOut: 0 });
    const rows = [trafficRow(), trafficRow({ noEndpoints: 2 }), other];
    const samples = samplesOf(metric, [], [], [], rows) ?? [];
    expect(selectValues(samples, [['traffic', 'shoppers']])).toEqual([expected]);
    expect(samples).toHaveLength(2);
  });

  test.each([
    [[['namespace', 'shop']], 1],
    [[['owner', 'Deployment/api']], 1],
    [
      [
        ['node', 'n1'],
        ['namespace', 'shop'],
      ],
      1,
    ],
    [
      [
        ['node', 'n1'],
        ['namespace', 'default'],
      ],
      0,
    ],
    [[], 2],
  ] as const)('with labels %j there are %d', (labels, count) => {
    expect(selectValues(samplesOf('pods_ready', pods, []) ?? [], labels)).toHaveLength(count);
  });

  const eventRow: EventRow = {
    timeUs: 0,
    namespace: 'shop',
    involved: 'Pod/web',
    type: 'Warning',
    reason: 'BackOff',
    message: '',
    source: 'kubelet',
    count: 3,
  };

  test('of Events count each as often as it was seen', () => {
    const events = [eventRow, { ...eventRow, reason: 'Started', count: 2 }];
    const samples = samplesOf('events_seen', [], [], events) ?? [];
    expect(selectValues(samples, [['reason', 'BackOff']])).toEqual([1, 1, 1]);
    expect(selectValues(samples, [])).toHaveLength(5);
  });

  test('of CPU are what pods got of what they asked for, if for anything', () => {
    const uses = [
      [1, 4],
      [0, 2],
      [0, 0],
    ] as const;
    const rows = uses.map(([usedUs, askedUs]) => podRow({ cpu: { usedUs, askedUs } }));
    expect(selectValues(samplesOf('pod_cpu_share', rows, []) ?? [], [])).toEqual([0.25, 0]);
    expect(samplesOf('pod_cpu_share', [podRow()], [])).toEqual([]);
  });

  test('exist for exactly the metrics that a threshold can name, with their labels', () => {
    const ofLookups: string[] = [];
    for (const [metric, { labels }] of thresholdMetrics) {
      if (metric.startsWith('dns_')) {
        ofLookups.push(metric); // cluster DNS has them, not the rows of a run
        continue;
      }
      const all = [...pods, podRow({ cpu: { usedUs: 1, askedUs: 2 } })];
      const samples = samplesOf(metric, all, [convergenceRow()], [eventRow], [trafficRow()]) ?? [];
      expect([...(samples[0]?.labels.keys() ?? [])], metric).toEqual(labels);
    }
    expect(ofLookups).toEqual(['dns_lookup_seconds', 'dns_lookups', 'dns_stale_lookups']);
    expect(samplesOf('pod_mood', pods, [])).toBeUndefined();
    expect(summaryMetrics.every((metric) => thresholdMetrics.has(metric))).toBe(true);
  });
});
