import { describe, expect, test } from 'vitest';
import { ApiCallSlis } from '../../src/metrics/api-call-slis.js';
import { call } from './calls.js';

const SECOND = 1_000_000;

describe('the latency objectives of API calls', () => {
  test('allow a write one second and the list of a namespace thirty', () => {
    const slis = new ApiCallSlis();
    slis.requestServed(call('create'), 201, 2 * SECOND);
    slis.requestServed(call('list', { name: '' }), 200, 2 * SECOND);
    expect(slis.rows.map(({ verb, limitUs, ok }) => [verb, limitUs, ok])).toEqual([
      ['LIST', 30 * SECOND, true],
      ['POST', SECOND, false],
    ]);
  });

  test('leave out watches and what was turned away', () => {
    const slis = new ApiCallSlis();
    slis.requestServed(call('watch'), 200, 400 * SECOND);
    slis.requestServed(call('create'), 429, 5 * SECOND);
    expect(slis.rows).toEqual([]);
  });

  test('do not count the wait in a queue of flow control', () => {
    const slis = new ApiCallSlis();
    const waited = call('create');
    waited.queueWaitUs = 5 * SECOND;
    slis.requestServed(waited, 201, 5 * SECOND + 1000);
    expect(slis.rows[0]).toMatchObject({ p99Us: 1000, ok: true, count: 1 });
  });

  test('judge the worst window of five minutes, not the whole run', () => {
    const slis = new ApiCallSlis();
    for (let i = 0; i < 500; i++) slis.requestServed(call('create'), 201, 1000);
    const late = call('create');
    late.receivedUs = 301 * SECOND;
    slis.requestServed(late, 201, 2 * SECOND);
    expect(slis.rows[0]).toMatchObject({ p99Us: 2 * SECOND, ok: false, count: 501 });
  });
});
