// What each proxy has in its rules about a Service, at times that have just passed.

import { expect, test } from 'vitest';
import { ProgrammedHistory } from '../../../src/node/kube-proxy/programmed-history.js';
import { msUs, ProxyBench, secondUs, service, slice } from './proxy-bench.js';

const place = { name: 'node-0', zone: '' };

test('a proxy that lags behind has the endpoints of before', () => {
  const bench = new ProxyBench({ count: 2 });
  const history = bench.fleet.follow('default/a');
  bench.list([service('a'), slice('a', ['10.0.0.1'])]);
  bench.change(10 * secondUs, slice('a', ['10.0.0.1', '10.0.0.2']), { spacingUs: 5 * secondUs });
  bench.simulation.run(20 * secondUs);
  const at = (member: number, time: number): (string | undefined)[] | undefined =>
    bench.fleet
      .rulesAt(history, member, time)
      ?.usedBy(place, 'internal')
      .map(({ addresses }) => addresses[0]);
  expect(at(0, msUs)).toBeUndefined(); // its first sync has not ended
  expect(at(0, 30 * msUs)).toEqual(['10.0.0.1']);
  expect(at(0, 11 * secondUs)).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(at(1, 11 * secondUs)).toEqual(['10.0.0.1']);
  expect(at(1, 16 * secondUs)).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('what nobody asks for any more is forgotten, the present is not', () => {
  const bench = new ProxyBench();
  const history = bench.fleet.follow('default/a');
  bench.list([service('a')]);
  for (let i = 1; i <= 200; i++) {
    bench.change(i * 2 * secondUs, slice('a', [`10.0.0.${i}`]));
  }
  bench.simulation.run(500 * secondUs);
  bench.fleet.forgetBefore(500 * secondUs);
  const now = bench.fleet.rulesAt(history, 0, 500 * secondUs);
  expect(now?.endpoints.map(({ addresses }) => addresses[0])).toEqual(['10.0.0.200']);
});

test('a Service that is deleted, or has no address of its own, has no rules', () => {
  const bench = new ProxyBench();
  const history = bench.fleet.follow('default/a');
  bench.list([service('a'), slice('a', ['10.0.0.1'])]);
  bench.change(10 * secondUs, service('a'), { type: 'DELETED' });
  bench.simulation.run(20 * secondUs);
  expect(bench.fleet.rulesAt(history, 0, 5 * secondUs)?.usedBy(place, 'internal')).toHaveLength(1);
  const after = bench.fleet.rulesAt(history, 0, 20 * secondUs);
  expect(after?.service).toBeUndefined();
  expect(after?.usedBy(place, 'internal')).toEqual([]);
});

test('the ends of syncs are kept until they are forgotten', () => {
  const programmed = new ProgrammedHistory();
  programmed.addProxy();
  programmed.add(0, 10, 1);
  programmed.add(0, 20, 4);
  programmed.add(0, 30, 9);
  expect([9, 10, 19, 20, 35].map((time) => programmed.at(0, time))).toEqual([0, 1, 1, 4, 9]);
  programmed.forgetBefore(25);
  expect([25, 30].map((time) => programmed.at(0, time))).toEqual([4, 9]);
  programmed.forgetBefore(40);
  programmed.add(0, 50, 12);
  expect([40, 50].map((time) => programmed.at(0, time))).toEqual([9, 12]);
});
