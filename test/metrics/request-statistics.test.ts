import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestStatistics } from '../../src/metrics/request-statistics.js';
import { call } from './calls.js';

test('has one row for each kind of request and client, in the order of the file', () => {
  const statistics = new RequestStatistics();
  const served = [
    call('patch', { subresource: 'status' }),
    call('get'),
    call('create', { resource: 'nodes', namespace: '' }),
    call('create', { subresource: 'binding' }),
    call('create'),
  ];
  for (const each of served) statistics.requestServed(each, 200, 5);
  statistics.requestServed(call('list', { name: '' }), 200, 5);
  statistics.requestServed(call('list', { name: '', namespace: '' }), 200, 5);
  const names = statistics.rows.map(({ verb, resource, subresource, scope }) =>
    [resource, subresource, verb, scope].join(' '),
  );
  expect(names).toEqual([
    'nodes  create resource',
    'pods  create resource',
    'pods  get resource',
    'pods  list cluster',
    'pods  list namespace',
    'pods binding create resource',
    'pods status patch resource',
  ]);
  expect(statistics.total).toBe(7);
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
      scope: 'resource',
      client: 'test',
      count: 4,
      errors: 0,
      meanUs: 250,
      p50Us: 250,
      p90Us: 370,
      p99Us: 397,
      maxUs: 400,
      meanQueueWaitUs: 0,
      maxQueueWaitUs: 0,
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

test('clients have rows of their own, the nodes together one', () => {
  const statistics = new RequestStatistics();
  for (const user of ['b', 'system:node:x', 'a', 'system:node:y', 'a']) {
    statistics.requestServed(call('get', {}, user), 200, 5);
  }
  expect(statistics.rows.map(({ client, count }) => [client, count])).toEqual([
    ['a', 2],
    ['b', 1],
    ['system:nodes', 2],
  ]);
});

test('errors are counted, and how long requests waited in queues', () => {
  const statistics = new RequestStatistics();
  for (const [code, queueWaitUs] of [
    [200, 0],
    [409, 300],
    [504, 100],
  ] as const) {
    const each = call('update');
    each.queueWaitUs = queueWaitUs;
    statistics.requestServed(each, code, 1_000);
  }
  expect(statistics.rows[0]).toMatchObject({ errors: 2, maxQueueWaitUs: 300 });
  expect(statistics.rows[0]?.meanQueueWaitUs).toBeCloseTo(400 / 3, 9);
});

test('resources that nobody knows have rows too', () => {
  const statistics = new RequestStatistics();
  for (const resource of ['unheard-of', 'pods', 'another', 'unheard-of']) {
    statistics.requestServed(call('get', { resource }), 404, 5);
  }
  expect(statistics.rows.map(({ resource, count }) => [resource, count])).toEqual([
    ['another', 1],
    ['pods', 1],
    ['unheard-of', 2],
  ]);
});
