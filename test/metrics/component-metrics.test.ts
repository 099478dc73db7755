import { describe, expect, test } from 'vitest';
import { ComponentMetrics } from '../../src/metrics/component-metrics.js';
import type { MetricSample } from '../../src/metrics/run-result.js';
import { call } from './calls.js';

function label({ labels }: MetricSample, wanted: string): string | undefined {
  return labels.find(([key]) => key === wanted)?.[1];
}

function named(metrics: ComponentMetrics, name: string): readonly MetricSample[] {
  return metrics.samples.filter((sample) => sample.name === name);
}

describe('requests of the apiserver', () => {
  test('have the labels of Kubernetes, sorted, and the code only where they are counted', () => {
    const metrics = new ComponentMetrics();
    metrics.requestServed(call('create', { subresource: 'binding' }), 201, 1000);
    const [duration, total] = metrics.samples;
    const common = [
      ['component', 'apiserver'],
      ['dry_run', ''],
      ['group', ''],
      ['resource', 'pods'],
      ['scope', 'resource'],
      ['subresource', 'binding'],
      ['verb', 'POST'],
      ['version', 'v1'],
    ];
    expect(duration).toMatchObject({
      name: 'apiserver_request_duration_seconds',
      type: 'histogram',
      labels: common,
    });
    expect(total).toMatchObject({
      name: 'apiserver_request_total',
      type: 'counter',
      labels: [['code', '201'], ...common],
      value: 1,
    });
  });

  test('have the group and version of their resource', () => {
    const metrics = new ComponentMetrics();
    metrics.requestServed(call('get', { resource: 'leases' }), 200, 1);
    metrics.requestServed(call('get', { resource: 'unheard-of' }), 404, 1);
    const found = named(metrics, 'apiserver_request_total');
    expect(found.map((each) => [label(each, 'group'), label(each, 'version')])).toEqual([
      ['coordination.k8s.io', 'v1'],
      ['', ''],
    ]);
  });

  test.each([
    ['get', {}, 'GET', 'resource'],
    ['list', { name: '' }, 'LIST', 'namespace'],
    ['list', { name: '', namespace: '' }, 'LIST', 'cluster'],
    ['watch', { name: '', namespace: '' }, 'WATCH', 'cluster'],
    ['create', { name: '' }, 'POST', 'resource'],
    ['update', {}, 'PUT', 'resource'],
    ['patch', {}, 'PATCH', 'resource'],
    ['delete', {}, 'DELETE', 'resource'],
  ] as const)('%s with %j is verb %s of scope %s', (verb, overrides, expected, scope) => {
    const metrics = new ComponentMetrics();
    metrics.requestServed(call(verb, overrides), 200, 1);
    const [sample] = named(metrics, 'apiserver_request_total');
    expect(sample && [label(sample, 'verb'), label(sample, 'scope')]).toEqual([expected, scope]);
  });

  test('are timed over all codes in the buckets of Kubernetes', () => {
    const metrics = new ComponentMetrics();
    for (const [code, latencyUs] of [
      [200, 5_000],
      [200, 5_001],
      [409, 70_000_000],
    ] as const) {
      metrics.requestServed(call('update'), code, latencyUs);
    }
    const [duration] = named(metrics, 'apiserver_request_duration_seconds');
    expect(duration?.count).toBe(3);
    expect(duration?.sum).toBeCloseTo(70.010001, 9);
    expect(duration?.buckets?.slice(0, 3)).toEqual([
      [0.005, 1],
      [0.025, 2],
      [0.05, 2],
    ]);
    expect(duration?.buckets?.map(([bound]) => bound)).toEqual([
      0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30,
      45, 60,
    ]);
    const codes = named(metrics, 'apiserver_request_total').map((each) => label(each, 'code'));
    expect(codes).toEqual(['200', '409']);
  });

  test('are not timed while they watch, nor when they are turned away', () => {
    const metrics = new ComponentMetrics();
    metrics.requestServed(call('watch', { name: '' }), 200, 5);
    metrics.requestServed(call('get'), 429, 0);
    expect(metrics.samples.map(({ name, value }) => [name, value])).toEqual([
      ['apiserver_request_total', 1],
      ['apiserver_request_total', 1],
    ]);
  });

  test('of a fleet count once for each member', () => {
    const metrics = new ComponentMetrics();
    metrics.requestServed(call('list', { name: '', fleetMembers: 5000 }), 200, 1000);
    const [duration, total] = metrics.samples;
    expect([duration?.count, total?.value]).toEqual([5000, 5000]);
  });
});

test('image pulls are timed in the buckets of the kubelet', () => {
  const metrics = new ComponentMetrics();
  metrics.imagePulled('n', 'nginx:1', 70_000_000, 8_000_000);
  expect(metrics.samples).toHaveLength(1);
  expect(metrics.samples[0]).toMatchObject({
    name: 'kubelet_image_pull_duration_seconds',
    labels: [],
    sum: 8,
    count: 1,
  });
  expect(metrics.samples[0]?.buckets?.slice(0, 3)).toEqual([
    [1, 0],
    [5, 0],
    [10, 1],
  ]);
});

test('samples are in order of name and labels, whatever came first, each with its help', () => {
  const metrics = new ComponentMetrics();
  metrics.imagePulled('n', 'nginx:1', 1, 1);
  metrics.requestServed(call('update'), 409, 1);
  metrics.requestServed(call('get'), 200, 1);
  const order = metrics.samples.map((each) => `${each.name} ${label(each, 'verb') ?? ''}`.trim());
  expect(order).toEqual([
    'apiserver_request_duration_seconds GET',
    'apiserver_request_duration_seconds PUT',
    'apiserver_request_total GET',
    'apiserver_request_total PUT',
    'kubelet_image_pull_duration_seconds',
  ]);
  expect(metrics.samples.every(({ help }) => help.endsWith('.'))).toBe(true);
});
