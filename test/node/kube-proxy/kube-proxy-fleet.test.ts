// The runner of each proxy, and what all of them have programmed.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiTransport } from '../../../src/client/api-transport.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Link } from '../../../src/kernel/stations.js';
import { ServiceFeed } from '../../../src/node/kube-proxy/service-feed.js';
import { FakeApiServer, refusal } from '../../support/fake-api-server.js';
import { msUs, ProxyBench, secondUs, service, slice } from './proxy-bench.js';

describe('the runner of a proxy', () => {
  test('programs what it has listed, once, in full', () => {
    const bench = new ProxyBench();
    bench.list([service('a'), slice('a', ['10.0.0.1', '10.0.0.2'])]);
    bench.simulation.run();
    // 1 ms on the link; 4 commands of 5 ms and two endpoints of 10 µs
    expect(bench.starts).toEqual([[1, 0]]);
    expect(bench.ends).toEqual([[21.02, 0]]);
    expect(bench.programmed).toEqual([[21.02, 1]]);
  });

  test('syncs at once for a change after a long rest', () => {
    const bench = new ProxyBench();
    bench.list([service('a')]);
    bench.change(10 * secondUs, slice('a', ['10.0.0.1']));
    bench.simulation.run();
    expect(bench.starts).toEqual([
      [1, 0],
      [10_001, 0],
    ]);
    expect(bench.fleet.programmedRevision(0)).toBe(2);
  });

  test('starts 0.8 s later for a change 0.2 s after the end of a sync (reference vector 18)', () => {
    const bench = new ProxyBench();
    bench.list([]);
    bench.change(1_000 * msUs, service('a')); // runs from 1001 to 1021.01
    bench.change(1_220 * msUs, service('b')); // arrives at 1221
    bench.simulation.run();
    expect(bench.starts.map(([time]) => time)).toEqual([1, 1_001, 2_021.01]);
  });

  test('starts at once with a token left, and a period after the last end without (vector 18)', () => {
    const spec = { mode: 'userspace', minSyncPeriodUs: secondUs, runner: 'tokenBucket' } as const;
    const bench = new ProxyBench({ spec });
    bench.list([]); // the first of two tokens
    bench.change(5_000 * msUs, service('a')); // the bucket is full again
    bench.change(5_220 * msUs, service('b')); // the second token
    bench.change(5_300 * msUs, service('c')); // none: a period after the end at 5241.01
    bench.change(20_000 * msUs, service('d'));
    bench.simulation.run();
    expect(bench.starts.map(([time]) => time)).toEqual([1, 5_001, 5_221, 6_241.01, 20_001]);
  });

  test('of a version without partial syncs writes everything every time', () => {
    const spec = { mode: 'iptables', minSyncPeriodUs: secondUs, writesAll: true } as const;
    const bench = new ProxyBench({ spec });
    bench.list([service('a')]);
    bench.change(5 * secondUs, service('b'));
    bench.simulation.run();
    const takes = bench.ends.map(([end], index) => end - (bench.starts[index]?.[0] as number));
    // 24 commands of 5 ms and a few rules
    expect(takes.map((time) => Math.floor(time))).toEqual([120, 120]);
  });

  test('syncs without a change now and then, which holds up one that comes meanwhile', () => {
    const bench = new ProxyBench({ spec: { mode: 'ipvs', minSyncPeriodUs: 0 } });
    const many = Array.from({ length: 9_999 }, (_, i) => `a${i}`);
    bench.list([service('a'), slice('a', many)]);
    // The first sync lists and writes 10,000 entries in 1.1 s; 30 s after its end comes another.
    bench.change(31_200 * msUs, slice('b', ['b']));
    bench.change(31_200 * msUs, service('b'));
    bench.change(40 * secondUs, service('c'));
    bench.simulation.run();
    // 1.101 + 30 = 31.101; listing takes 0.3 s
    expect(bench.starts.map(([time]) => time)).toEqual([1, 31_401, 40_001]);
    expect(bench.fleet.syncs).toBe(4);
  });

  test('counts an hour from a periodic sync too', () => {
    const bench = new ProxyBench({ spec: { mode: 'iptables', minSyncPeriodUs: secondUs } });
    bench.list([service('a')]);
    bench.change(1.2 * 3600 * secondUs, service('b'));
    bench.simulation.run();
    const takes = bench.ends.map(([end], index) => end - (bench.starts[index]?.[0] as number));
    // The one between them, after an hour, was full.
    expect(takes.map((time) => time > 100)).toEqual([true, false]);
    expect(bench.fleet.syncs).toBe(3);
  });

  test('follows the settings of its own node', () => {
    const own = { mode: 'userspace', minSyncPeriodUs: 0 } as const;
    const bench = new ProxyBench({
      spec: { mode: 'userspace', minSyncPeriodUs: secondUs },
      nodes: [
        { name: 'node-0', zone: '' },
        { name: 'node-1', zone: '', settings: own },
      ],
    });
    bench.list([]);
    bench.change(10_000 * msUs, service('a'));
    bench.change(10_100 * msUs, service('b'));
    bench.simulation.run();
    const of = (member: number): number[] =>
      bench.starts.filter(([, each]) => each === member).map(([time]) => time);
    expect(of(0)).toEqual([1, 10_001, 11_021.01]);
    expect(of(1)).toEqual([1, 10_001, 10_101]);
  });

  test('takes all changes that have arrived by its start, and none that come later', () => {
    const bench = new ProxyBench();
    bench.list([]);
    for (let i = 0; i < 8; i++) bench.change((10_000 + i * 300) * msUs, service(`s${i}`));
    bench.simulation.run();
    // a new service takes 20.01 ms: 10001 takes the first, 11021 those of 10301 to 10901, and so on
    expect(bench.starts.map(([time]) => time)).toEqual([
      1, 10_001, 11_021.01, 12_081.04, 13_141.07,
    ]);
    expect(bench.programmed.map(([, revision]) => revision)).toEqual([1, 2, 5, 8, 9]);
  });

  test('waits for nothing between syncs where the minimum period is 0', () => {
    const bench = new ProxyBench({ spec: { mode: 'userspace', minSyncPeriodUs: 0 } });
    bench.list([]);
    bench.change(10_000 * msUs, service('a'));
    bench.change(10_005 * msUs, service('b'));
    bench.simulation.run();
    expect(bench.starts.map(([time]) => time)).toEqual([1, 10_001, 10_021.01]);
  });

  test('scales the time of a sync with the machine', () => {
    const bench = new ProxyBench({
      spec: { mode: 'userspace', minSyncPeriodUs: secondUs, cpuFactor: 3 },
    });
    bench.list([service('a')]);
    bench.simulation.run();
    expect(bench.ends).toEqual([[61, 0]]);
  });

  test('writes everything again an hour after the last full sync, in a small cluster', () => {
    const bench = new ProxyBench({ spec: { mode: 'iptables', minSyncPeriodUs: secondUs } });
    bench.list([service('a')]);
    for (const hour of [0.5, 1.5, 1.6]) bench.change(hour * 3600 * secondUs, service(`s${hour}`));
    bench.simulation.run();
    const takes = bench.ends.map(([end], index) => end - (bench.starts[index]?.[0] as number));
    expect(takes.map((time) => time > 100)).toEqual([true, false, true, false]);
  });
});

describe('what changes no rule', () => {
  test('starts no sync: the same endpoints, unready ones, headless services', () => {
    const bench = new ProxyBench();
    bench.list([service('a'), slice('a', ['10.0.0.1'])]);
    bench.change(secondUs, slice('a', ['10.0.0.1', '!10.0.0.2']));
    bench.change(2 * secondUs, service('headless', 1, { clusterIP: 'None' }));
    bench.change(3 * secondUs, slice('headless', ['10.0.0.9']));
    bench.simulation.run();
    expect(bench.fleet.syncs).toBe(1);
  });

  test('counts as programmed as soon as what was before it is', () => {
    const bench = new ProxyBench();
    bench.list([service('a')]);
    bench.change(10 * secondUs, slice('a', ['10.0.0.1'])); // 2
    bench.change(10 * secondUs + 500, slice('a', ['10.0.0.1'])); // 3, while 2 is on its way
    bench.change(20 * secondUs, slice('a', ['10.0.0.1'])); // 4, when all is done
    bench.simulation.run();
    expect(bench.programmed.map(([, revision]) => revision)).toEqual([1, 3, 4]);
    expect(bench.programmed.at(-1)?.[0]).toBe(20_000);
    expect(bench.fleet.programmedRevision(0)).toBe(4);
  });

  test('becomes a change when the service appears after its slice', () => {
    const bench = new ProxyBench();
    bench.list([]);
    bench.change(10 * secondUs, slice('a', ['10.0.0.1']));
    bench.change(20 * secondUs, service('a'));
    bench.change(30 * secondUs, service('a'), { type: 'DELETED' });
    bench.simulation.run();
    expect(bench.starts.map(([time]) => time)).toEqual([1, 20_001, 30_001]);
  });
});

describe('many proxies', () => {
  test('are reached one after the other, and done when the last one is', () => {
    const bench = new ProxyBench({ count: 5 });
    bench.list([service('a')]);
    bench.change(10 * secondUs, slice('a', ['10.0.0.1']), { spacingUs: 2_000 });
    bench.simulation.run();
    const later = bench.starts.slice(5).map(([time]) => time);
    expect(later).toEqual([10_001, 10_003, 10_005, 10_007, 10_009]);
    expect(bench.programmed.at(-1)).toEqual([10_009.01 + 20, 2]);
  });

  test('have one event at most while they work, none while they rest', () => {
    const bench = new ProxyBench({ count: 50 });
    bench.list([]);
    for (let i = 0; i < 200; i++) bench.change((10_000 + i * 10) * msUs, service(`s${i}`));
    const { simulation } = bench;
    simulation.run(9 * secondUs);
    expect(bench.queue.size).toBe(200); // the test's own
    simulation.run(11 * secondUs);
    expect(bench.queue.size).toBeLessThanOrEqual(50 + 100);
    simulation.run();
    expect(bench.fleet.syncs).toBeLessThanOrEqual(50 * 5);
    expect(bench.programmed.at(-1)?.[1]).toBe(201);
  });

  test('hold nobody up when they come late', () => {
    const bench = new ProxyBench({ count: 2 });
    bench.list([service('a')]);
    bench.change(10 * secondUs, slice('a', ['10.0.0.1']));
    bench.simulation.run(20 * secondUs);
    expect(bench.fleet.addNode({ name: 'late', zone: '' })).toBe(2);
    expect(bench.fleet.programmedRevision(2)).toBe(0);
    bench.simulation.run(21 * secondUs);
    expect(bench.fleet.programmedRevision(2)).toBe(2);
    bench.change(30 * secondUs, slice('a', ['10.0.0.2']));
    bench.simulation.run();
    expect(bench.programmed.map(([, revision]) => revision)).toEqual([1, 2, 3]);
  });
});

describe('any changes to any number of proxies', () => {
  const changes = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 20_000 }),
      service: fc.integer({ min: 0, max: 3 }),
      addresses: fc.integer({ min: 0, max: 4 }),
      spacingUs: fc.integer({ min: 0, max: 3_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  );
  const period = fc.constantFrom(0, 300 * msUs, secondUs);

  test('keep the minimum period, never go back, and end with everything programmed', () => {
    fc.assert(
      fc.property(
        changes,
        fc.integer({ min: 1, max: 8 }),
        period,
        (list, count, minSyncPeriodUs) => {
          const bench = new ProxyBench({ count, spec: { mode: 'iptables', minSyncPeriodUs } });
          bench.list([0, 1, 2, 3].map((index) => service(`s${index}`)));
          list.sort((a, b) => a.atMs - b.atMs);
          for (const each of list) {
            const addresses = Array.from({ length: each.addresses }, (_, i) => `10.0.0.${i}`);
            const { spacingUs } = each;
            bench.change(each.atMs * msUs, slice(`s${each.service}`, addresses), { spacingUs });
          }
          bench.simulation.run();
          for (let member = 0; member < count; member++) {
            const starts = bench.starts.filter(([, of]) => of === member).map(([time]) => time);
            const ends = bench.ends.filter(([, of]) => of === member).map(([time]) => time);
            for (const [index, end] of ends.slice(0, -1).entries()) {
              const restUs = Math.round(((starts[index + 1] as number) - end) * msUs);
              expect(restUs).toBeGreaterThanOrEqual(minSyncPeriodUs);
            }
            expect(bench.fleet.programmedRevision(member)).toBe(1 + list.length);
          }
          const revisions = bench.programmed.map(([, revision]) => revision);
          expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
          expect(revisions.at(-1)).toBe(1 + list.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the feed', () => {
  function fed(intercept?: FakeApiServer['intercept']) {
    const bench = new ProxyBench({ count: 3 });
    const transport = new ApiTransport(bench.simulation);
    const server = new FakeApiServer(transport);
    server.intercept = intercept;
    const delay = distribution({ kind: 'constant', value: msUs });
    const link = (name: string): Link =>
      new Link(bench.simulation, name, delay, Number.POSITIVE_INFINITY);
    const connection = { up: link('up'), down: link('down'), server };
    new ServiceFeed(transport, connection, bench.fleet).start();
    return { bench, server };
  }

  test('lists both resources before the first sync, and stands for all proxies', () => {
    const { bench, server } = fed();
    server.create(service('a'));
    server.create(slice('a', ['10.0.0.1']));
    bench.simulation.run();
    expect(
      server.requests.map(({ verb, resource, fleetMembers }) => [verb, resource, fleetMembers]),
    ).toEqual([
      ['list', 'services', 3],
      ['list', 'endpointslices', 3],
      ['watch', 'services', 3],
      ['watch', 'endpointslices', 3],
    ]);
    expect(bench.fleet.syncs).toBe(3);
    expect(bench.programmed.at(-1)?.[1]).toBe(2);
  });

  test('passes on what is written later', () => {
    const { bench, server } = fed();
    server.create(service('a'));
    bench.simulation.run();
    server.create(slice('a', ['10.0.0.1']));
    bench.simulation.run();
    expect(bench.programmed.at(-1)?.[1]).toBe(2);
  });

  test('lists again when its watch is refused as too old', () => {
    let watches = 0;
    const { bench, server } = fed(({ verb, resource }) =>
      verb === 'watch' && resource === 'endpointslices' && ++watches === 1
        ? refusal(410, 'Expired', 'too old')
        : undefined,
    );
    server.create(service('a'));
    bench.simulation.run(100 * msUs);
    server.create(slice('a', ['10.0.0.1']));
    bench.simulation.run();
    expect(bench.programmed.at(-1)?.[1]).toBe(2);
  });
});
