import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestStatistics } from '../../src/metrics/request-statistics.js';
import { call } from './calls.js';

test('has one row for each verb, resource, subresource and code, in the order of the file', () => {
  const statistics = new RequestStatistics();
  const served = [
    call('patch', { subresource: 'status' }),
    call('get'),
    call('create', { resource: 'nodes', namespace: '' }),
    call('create', { subresource: 'binding' }),
    call('create'),
  ];
  for (const each of served) statistics.requestServed(each, 200, 5);
  statistics.requestServed(call('get'), 404, 5);
  const names = statistics.rows.map(({ verb, resource, subresource, code }) =>
    [resource, subresource, verb, code].join(' '),
  );
  expect(names).toEqual([
    'nodes  create 200',
    'pods  create 200',
    'pods  get 200',
    'pods  get 404',
    'pods binding create 200',
    'pods status patch 200',
  ]);
  expect(statistics.total).toBe(6);
});

test('figures are those of the exact latencies', () => {
  const statistics = new RequestStatistics();
  for (const latencyUs of [400, 100, 300, 200]) {
    statistics.requestServed(call('get'), 200, latencyUs);
  }
  expect(statistics.rows).toEqual([
    {
      verb: 'get',
      resource: 'pods',
      subresource: '',
      code: 200,
      count: 4,
      meanUs: 250,
      p50Us: 250,
      p90Us: 370,
      p99Us: 397,
      maxUs: 400,
    },
  ]);
});

test('a request of a fleet counts once for each member, with the latency of all', () => {
  const statistics = new RequestStatistics();
  statistics.requestServed(call('list', { name: '', fleetMembers: 3 }), 200, 10);
  statistics.requestServed(call('list', { name: '' }), 200, 50);
  expect(statistics.total).toBe(4);
  expect(statistics.rows[0]).toMatchObject({ count: 4, meanUs: 20, p50Us: 10, maxUs: 50 });
});

test('no sample is lost, however many there are', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 60, maxLength: 700 }), (latencies) => {
      const statistics = new RequestStatistics();
      for (const latencyUs of latencies) statistics.requestServed(call('get'), 200, latencyUs);
      const [row] = statistics.rows;
      expect(row?.count).toBe(latencies.length);
      expect(row?.maxUs).toBe(Math.max(...latencies));
      const sum = latencies.reduce((total, each) => total + each, 0);
      expect(row?.meanUs).toBeCloseTo(sum / latencies.length, 3);
    }),
    { numRuns: 30 },
  );
});
