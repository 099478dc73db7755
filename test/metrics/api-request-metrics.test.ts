import { describe, expect, test } from 'vitest';
import { ApiCall, type Caller } from '../../src/client/api-call.js';
import { ApiRequestMetrics } from '../../src/metrics/api-request-metrics.js';
import type { MetricSample } from '../../src/metrics/run-result.js';
import { call, request } from './calls.js';

function label({ labels }: MetricSample, wanted: string): string | undefined {
  return labels.find(([key]) => key === wanted)?.[1];
}

function named(metrics: ApiRequestMetrics, name: string): readonly MetricSample[] {
  return metrics.samples(true).filter((sample) => sample.name === name);
}

describe('requests of the apiserver', () => {
  test('have the labels of Kubernetes, sorted, and the code only where they are counted', () => {
    const metrics = new ApiRequestMetrics();
    metrics.requestServed(call('create', { subresource: 'binding' }), 201, 1000);
    const [duration] = named(metrics, 'apiserver_request_duration_seconds');
    const [total] = named(metrics, 'apiserver_request_total');
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
      labels: [['code', '201'], ...common.slice(0, 6), ['system_client', ''], ...common.slice(6)],
      value: 1,
    });
  });

  test('have the group and version of their resource', () => {
    const metrics = new ApiRequestMetrics();
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
    const metrics = new ApiRequestMetrics();
    metrics.requestServed(call(verb, overrides), 200, 1);
    const [sample] = named(metrics, 'apiserver_request_total');
    expect(sample && [label(sample, 'verb'), label(sample, 'scope')]).toEqual([expected, scope]);
  });

  test('are timed over all codes in the buckets of Kubernetes', () => {
    const metrics = new ApiRequestMetrics();
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
    const metrics = new ApiRequestMetrics();
    metrics.requestServed(call('watch', { name: '' }), 200, 5);
    metrics.requestServed(call('get'), 429, 0);
    expect(metrics.samples(true).map(({ name, value }) => [name, value])).toEqual([
      ['apiserver_request_total', 1],
      ['apiserver_request_total', 1],
    ]);
  });

  test('of a fleet count once for each member', () => {
    const metrics = new ApiRequestMetrics();
    metrics.requestServed(call('list', { name: '', fleetMembers: 5000 }), 200, 1000);
    const [duration] = named(metrics, 'apiserver_request_duration_seconds');
    const [total] = named(metrics, 'apiserver_request_total');
    expect([duration?.count, total?.value]).toEqual([5000, 5000]);
  });

  test('tell the components of the control plane apart from everybody else', () => {
    const metrics = new ApiRequestMetrics();
    const from = (name: string): ApiCall =>
      new ApiCall({ name } as Caller, request('get'), 0, 0, () => {}, undefined);
    const names = ['kube-controller-manager/job-controller', 'kube-scheduler', 'kubelet/a'];
    for (const name of [...names, 'kube-apiserver-0/loopback']) {
      metrics.requestServed(from(name), 200, 1);
    }
    const totals = named(metrics, 'apiserver_request_total');
    expect(totals.map((each) => label(each, 'system_client')).sort()).toEqual([
      '',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
    ]);
    expect(named(metrics, 'apiserver_selfrequest_total')).toMatchObject([
      {
        value: 1,
        labels: [
          ['group', ''],
          ['resource', 'pods'],
          ['subresource', ''],
          ['verb', 'GET'],
        ],
      },
    ]);
  });

  test('have the size of their bodies, and reads that of what goes over the wire', () => {
    const metrics = new ApiRequestMetrics();
    const write = new ApiCall(
      { name: 'a' } as Caller,
      request('patch'),
      700,
      0,
      () => {},
      undefined,
    );
    metrics.requestServed(write, 200, 1);
    const read = call('list', { name: '' });
    const body = { code: 200, reason: '', message: '', bytes: 400_000, compressedBytes: 30_000 };
    read.response = body;
    metrics.requestServed(read, 200, 1);
    expect(named(metrics, 'apiserver_request_body_size_bytes')).toMatchObject([{ sum: 700 }]);
    expect(named(metrics, 'apiserver_response_sizes')).toMatchObject([{ sum: 30_000, count: 1 }]);
  });
});
