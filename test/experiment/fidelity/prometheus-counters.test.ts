import { describe, expect, test } from 'vitest';
import {
  putIncrease,
  requestIncreases,
} from '../../../src/experiment/fidelity/prometheus-counters.js';

const request = (
  verb: string,
  resource: string,
  count: number,
  { subresource = '', code = 200 } = {},
): string =>
  `apiserver_request_total{code="${code}",group="",resource="${resource}",subresource="${subresource}",verb="${verb}"} ${count}`;

describe('requests between two scrapes', () => {
  test('are counted by verb, resource and subresource, whatever the answer', () => {
    const before = [
      '# TYPE apiserver_request_total counter',
      request('GET', 'pods', 10),
      request('PATCH', 'pods', 5, { subresource: 'status' }),
    ].join('\n');
    const after = [
      request('GET', 'pods', 25),
      request('PATCH', 'pods', 5, { subresource: 'status' }),
      request('PATCH', 'pods', 3, { subresource: 'status', code: 409 }),
      request('POST', 'pods', 7, { subresource: 'binding', code: 201 }),
    ].join('\n');
    expect([...requestIncreases(before, after)]).toEqual([
      ['GET pods', 15],
      ['PATCH pods/status', 3],
      ['POST pods/binding', 7],
    ]);
  });

  test('are neither watches and lists nor requests for anything but resources', () => {
    const after = [
      request('WATCH', 'pods', 4),
      request('LIST', 'nodes', 2),
      request('GET', '', 9, { subresource: '/healthz' }),
      'apiserver_request_total_of_something_else{verb="GET",resource="pods"} 8',
    ].join('\n');
    expect([...requestIncreases('', after)]).toEqual([]);
  });
});

describe('puts between two scrapes', () => {
  test('are the increase of the counter', () => {
    const text = (puts: string): string =>
      `# HELP etcd_mvcc_put_total Total number of puts.\netcd_mvcc_put_total ${puts}\n`;
    expect(putIncrease(text('120'), text('6506'))).toBe(6386);
    expect(putIncrease('', text('1.2e+03'))).toBe(1200);
  });
});
