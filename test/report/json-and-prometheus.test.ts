import { describe, expect, test } from 'vitest';
import type { MetricSample } from '../../src/metrics/run-result.js';
import { renderPrometheusText } from '../../src/report/prometheus-text.js';
import { compactJson, stableJson } from '../../src/report/stable-json.js';
import { renderSummaryJson } from '../../src/report/summary-json.js';
import { emptyResult, metricSamples, runResult } from './fixtures.js';
import { expectGolden } from './golden.js';

describe('stableJson', () => {
  test('sorts keys by code units, whatever the order they were set in', () => {
    expect(compactJson({ b: 1, a: 2, B: 3, 10: 4, 9: 5 })).toBe('{"10":4,"9":5,"B":3,"a":2,"b":1}');
    expect(stableJson({ a: 1, b: { d: 2, c: 3 } })).toBe(stableJson({ b: { c: 3, d: 2 }, a: 1 }));
  });

  test('keeps the order of lists and leaves undefined fields out', () => {
    expect(compactJson({ list: [3, 1, 2], gone: undefined, none: null })).toBe(
      '{"list":[3,1,2],"none":null}',
    );
  });

  test('indents by two and ends in a line end', () => {
    expect(stableJson({ a: [1, 'x'], b: {}, c: [] })).toBe(
      '{\n  "a": [\n    1,\n    "x"\n  ],\n  "b": {},\n  "c": []\n}\n',
    );
  });

  test('is JSON that reads back as the same value', () => {
    const value = { text: 'a "b" \\ \n </script>', list: [true, null, -1.5, { x: 'ü' }] };
    expect(JSON.parse(stableJson(value))).toEqual(value);
    expect(JSON.parse(compactJson(value))).toEqual(value);
  });

  test('has no place for NaN', () => {
    expect(() => stableJson({ a: Number.NaN })).toThrow('finite');
  });
});

describe('summary.json', () => {
  test('is what it was', () => {
    expectGolden('summary.json', renderSummaryJson(runResult()));
  });

  test('has a schema version and the fields that identify a run', () => {
    const summary = JSON.parse(renderSummaryJson(runResult()));
    expect(summary).toMatchObject({
      schemaVersion: 2,
      scenario: 'quickstart',
      seed: '1',
      traceHash: '0123456789abcdef',
      events: 70_123,
      endSeconds: 2.5,
      outcome: { end: 'converged', partial: false },
    });
  });

  test('says null where there was no sample and where nothing happened', () => {
    const summary = JSON.parse(renderSummaryJson(runResult()));
    expect(summary.thresholds[2]).toMatchObject({ value: null, ok: false });
    expect(summary.summary[1]).toMatchObject({ count: 0, mean: null });
    expect(summary.convergence[1].convergedSeconds).toBeNull();
    expect(JSON.parse(renderSummaryJson(emptyResult())).podStartupSeconds).toMatchObject({
      count: 0,
      p99: null,
    });
  });

  test('derives pod latencies from the pods', () => {
    const { podStartupSeconds, podSchedulingSeconds } = JSON.parse(renderSummaryJson(runResult()));
    expect(podStartupSeconds).toMatchObject({ count: 2, min: 0.7, max: 1.7 });
    expect(podSchedulingSeconds).toMatchObject({ count: 2, min: 0.000001, max: 0.2 });
  });

  test('holds neither a clock, nor a host, nor a path', () => {
    expect(renderSummaryJson(runResult())).not.toMatch(
      /\d{4}-\d\d-\d\d|hostname|wall|\/home|\\\\/i,
    );
  });
});

describe('metrics.prom', () => {
  const sample = (overrides: Partial<MetricSample>): MetricSample => ({
    name: 'x_total',
    help: 'Help.',
    type: 'counter',
    labels: [],
    value: 1,
    ...overrides,
  });

  test('is what it was', () => {
    expectGolden('metrics.prom', renderPrometheusText(metricSamples));
  });

  test('states HELP and TYPE once a family and keeps its samples together', () => {
    const text = renderPrometheusText(metricSamples);
    const lines = text.split('\n');
    expect(
      lines.filter((line) => line.startsWith('# TYPE scheduler_schedule_attempts_total')),
    ).toEqual(['# TYPE scheduler_schedule_attempts_total counter']);
    const places = lines.flatMap((line, i) => (line.startsWith('scheduler_schedule_') ? [i] : []));
    expect(places).toHaveLength(2);
    expect(places[1]! - places[0]!).toBe(1);
  });

  test('escapes label values and help texts', () => {
    const text = renderPrometheusText(metricSamples);
    expect(text).toContain('{request_kind="a \\"quoted\\" \\\\ label\\nof two lines"} 0\n');
    expect(text).toContain(
      '# HELP apiserver_current_inflight_requests A help text with a \\\\ and a\\nline end.\n',
    );
  });

  test('closes a histogram with +Inf once, then sum and count', () => {
    const text = renderPrometheusText(metricSamples);
    expect(text).toContain(
      [
        'scheduler_pod_scheduling_sli_duration_seconds_bucket{attempts="1",le="0.01"} 0',
        'scheduler_pod_scheduling_sli_duration_seconds_bucket{attempts="1",le="0.32"} 1',
        'scheduler_pod_scheduling_sli_duration_seconds_bucket{attempts="1",le="+Inf"} 2',
        'scheduler_pod_scheduling_sli_duration_seconds_sum{attempts="1"} 0.7',
        'scheduler_pod_scheduling_sli_duration_seconds_count{attempts="1"} 2\n',
      ].join('\n'),
    );
  });

  test('writes NaN as Prometheus does, and nothing at all without metrics', () => {
    expect(renderPrometheusText([sample({ value: Number.NaN })])).toContain('x_total NaN\n');
    expect(renderPrometheusText([])).toBe('');
  });

  test('consists of lines that the format allows', () => {
    const allowed =
      /^(?:# (?:HELP|TYPE) [a-zA-Z_:][\w:]* .+|[a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)+\})? (?:-?\d+(?:\.\d+)?|NaN))$/;
    const lines = renderPrometheusText(metricSamples).trimEnd().split('\n');
    expect(lines.filter((line) => !allowed.test(line))).toEqual([]);
  });

  test('refuses names that are none, two types for a family and samples without a value', () => {
    expect(() => renderPrometheusText([sample({ name: 'x-y' })])).toThrow('no name of a metric');
    expect(() => renderPrometheusText([sample({ labels: [['a-b', '']] })])).toThrow('of a label');
    expect(() => renderPrometheusText([sample({}), sample({ type: 'gauge' })])).toThrow(
      'two types',
    );
    const { value: _, ...without } = sample({});
    expect(() => renderPrometheusText([without])).toThrow('without a value');
    expect(() => renderPrometheusText([sample({ type: 'histogram' })])).toThrow('buckets');
  });
});
