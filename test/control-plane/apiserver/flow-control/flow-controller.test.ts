// API Priority and Fairness by its document: seats of levels, borrowing, queues, waiting and
// refusal (reference: controlplane B4 to B7; KEP-1040).
import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../../../../src/client/api-request.js';
import { allLevels, allSchemas, FlowBench, oneLevel, type Sent } from './flow-bench.js';

const seconds = (s: number): number => s * 1_000_000;
const account = (name: string): string => `system:serviceaccount:team:${name}`;
const started = (sent: readonly Sent[]): number =>
  sent.filter(({ startedUs }) => startedUs >= 0).length;

describe('the seats of the levels of every cluster', () => {
  test('are those of the table for 600', () => {
    const { flows } = new FlowBench();
    const rows = flows.levels.map(({ name, nominalLimit, minLimit, maxLimit, maxSeats }) => [
      name,
      nominalLimit,
      minLimit,
      maxLimit,
      maxSeats,
    ]);
    expect(rows).toEqual([
      ['catch-all', 13, 13, 613, 0],
      ['exempt', 0, 0, 600, 0],
      ['global-default', 49, 24, 649, 8],
      ['leader-election', 25, 25, 625, 4],
      ['node-high', 98, 73, 698, 15],
      ['system', 74, 50, 674, 12],
      ['workload-high', 98, 49, 698, 15],
      ['workload-low', 245, 24, 845, 37],
    ]);
  });

  test.each([
    [3000, [368, 490, 123, 490, 1225, 245, 62]],
    [1200, [147, 196, 49, 196, 490, 98, 25]],
  ])('are those of the table for %i', (seats, expected) => {
    const { flows } = new FlowBench({ seats });
    const order = ['system', 'node-high', 'leader-election', 'workload-high', 'workload-low'];
    const nominal = new Map(flows.levels.map(({ name, nominalLimit }) => [name, nominalLimit]));
    const names = [...order, 'global-default', 'catch-all'];
    expect(names.map((name) => nominal.get(name))).toEqual(expected);
  });

  test('are lent out from the start: an idle server gives workload-low 56 of its 245', () => {
    // As recorded from an idle server, but for the seat that its recorder held of exempt.
    expect(new FlowBench().limits).toEqual({
      'catch-all': 30,
      exempt: 0,
      'global-default': 56,
      'leader-election': 58,
      'node-high': 170,
      system: 117,
      'workload-high': 114,
      'workload-low': 56,
    });
  });
});

describe('borrowing', () => {
  test('gives a saturated level what the others do not use, at the next adjustment', () => {
    const bench = new FlowBench();
    for (let i = 0; i < 500; i++) bench.send(account(`sa-${i}`), seconds(100));
    expect(bench.level('workload-low').seatsInUse).toBe(56);
    bench.run(seconds(10));
    // The first period was not all of the demand; a whole one later it is 500.
    bench.run(seconds(25));
    expect(bench.limits).toEqual({
      'catch-all': 13,
      exempt: 0,
      'global-default': 24,
      'leader-election': 25,
      'node-high': 73,
      system: 50,
      'workload-high': 49,
      'workload-low': 368,
    });
    expect(bench.level('workload-low').seatsInUse).toBe(368);
    expect(bench.faults).toEqual([]);
  });

  test('leaves each level at least its minimum, and what it uses up to its nominal seats', () => {
    const bench = new FlowBench();
    for (let i = 0; i < 600; i++) bench.send(account(`sa-${i}`), seconds(100));
    for (let i = 0; i < 70; i++) bench.send(`system:node:n${i}`, seconds(100));
    bench.run(seconds(25));
    expect(bench.limits['system']).toBeGreaterThanOrEqual(70);
    expect(bench.limits['workload-high']).toBe(49);
    const sum = Object.values(bench.limits).reduce((total, each) => total + each, 0);
    expect(Math.abs(sum - 602)).toBeLessThanOrEqual(4);
  });

  test('returns seats as the lender wants them back, when their requests end', () => {
    const bench = new FlowBench();
    for (let i = 0; i < 3000; i++) bench.send(account(`sa-${i % 300}`), seconds(1));
    bench.run(seconds(22));
    const borrowed = bench.limits['workload-low'] ?? 0;
    expect(borrowed).toBeGreaterThan(300);
    for (let i = 0; i < 300; i++) bench.send(`system:node:n${i}`, seconds(100));
    bench.run(seconds(45));
    expect(bench.limits['system']).toBeGreaterThanOrEqual(74);
    expect(bench.limits['workload-low'] ?? 0).toBeLessThan(borrowed);
    expect(bench.faults).toEqual([]);
  });

  test('of the exempt level takes what it uses away from the others', () => {
    const bench = new FlowBench();
    for (let i = 0; i < 500; i++) bench.send('admin', seconds(100));
    bench.run(seconds(25));
    const { limits } = bench;
    expect(limits['exempt']).toBe(500);
    // 102 seats are left for minima of 258: everybody has its minimum and no more.
    expect([limits['workload-low'], limits['system'], limits['node-high']]).toEqual([24, 50, 73]);
  });

  test('is the same after a pause whether or not anybody watched', () => {
    const limitsAt = (isWatched: boolean): Readonly<Record<string, number>> => {
      const bench = new FlowBench();
      for (let i = 0; i < 400; i++) bench.send(account(`sa-${i}`), seconds(2));
      if (isWatched) {
        for (let s = 20; s < 300; s += 1) bench.at(seconds(s), () => bench.send('admin', 1));
      }
      bench.at(seconds(305.5), () => bench.send(account('late'), 1));
      bench.run(seconds(306));
      return bench.limits;
    };
    const { exempt: _, ...watched } = limitsAt(true);
    const { exempt: __, ...unwatched } = limitsAt(false);
    for (const [name, limit] of Object.entries(unwatched)) {
      expect(Math.abs(limit - (watched[name] ?? 0)), name).toBeLessThanOrEqual(1);
    }
  });

  test('changes nothing when borrowing limits leave no way to give all seats away', () => {
    const bench = new FlowBench(oneLevel(16, 4));
    // 1,000 of 1,005 shares of 600 seats, and catch-all's 3: nobody can have more.
    expect(bench.limits['only']).toBe(598);
    for (let i = 0; i < 900; i++) bench.send(`u${i}`, seconds(30));
    bench.run(seconds(25));
    expect(bench.limits['only']).toBe(598);
  });
});

describe('a queue', () => {
  const small = { ...oneLevel(1, 1, 3), seats: 2 };

  test('holds so many requests as its limit says while all seats are taken', () => {
    const bench = new FlowBench(small);
    const seats = bench.limits['only'] ?? 0;
    const sent = Array.from({ length: seats + 5 }, () => bench.send('u', 100));
    expect(started(sent)).toBe(seats);
    expect(sent.map(({ retryAfterSeconds }) => retryAfterSeconds).slice(-2)).toEqual([1, 1]);
    expect(bench.level('only').requestsWaiting).toBe(3);
    bench.run(seconds(1));
    expect(started(sent)).toBe(seats + 3);
  });

  test('is left in the order of arrival', () => {
    const bench = new FlowBench(small);
    const sent = Array.from({ length: 5 }, () => bench.send('u', 100));
    bench.run(seconds(1));
    const times = sent.map(({ startedUs }) => startedUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('lets no request wait longer than a quarter of its time-out', () => {
    const bench = new FlowBench(small);
    const seats = bench.limits['only'] ?? 0;
    for (let i = 0; i < seats; i++) bench.send('u', seconds(100));
    bench.at(seconds(3), () => bench.send('u', 1));
    bench.run(seconds(17.9));
    expect(bench.sent.at(-1)?.retryAfterSeconds).toBe(0);
    bench.run(seconds(18));
    expect(bench.sent.at(-1)).toMatchObject({ startedUs: -1, retryAfterSeconds: 1 });
    expect(bench.level('only').requestsWaiting).toBe(0);
    const { statistics } = bench.flows.flows.find(
      ({ level }) => level.name === 'only',
    ) as (typeof bench.flows.flows)[0];
    expect([...statistics.rejected]).toEqual([['time-out', 1]]);
    expect(statistics.waitOfRejectedUs.sum).toBe(seconds(15));
  });

  test('asks those it turns away to wait longer and longer', () => {
    const bench = new FlowBench(small);
    for (let s = 0; s < 40; s++) {
      bench.at(seconds(s), () => {
        for (let i = 0; i < 30; i++) bench.send('u', seconds(50));
      });
    }
    bench.run(seconds(41));
    const asked = bench.sent
      .filter(({ retryAfterSeconds }) => retryAfterSeconds > 0)
      .map(({ retryAfterSeconds }) => retryAfterSeconds);
    expect(new Set(asked)).toEqual(new Set([1, 2, 4, 8, 16, 32]));
  });
});

describe('flows of one level', () => {
  test('share it equally, however many requests each sends', () => {
    const bench = new FlowBench({ ...oneLevel(64, 6), seats: 20 });
    for (let i = 0; i < 100; i++) bench.loop('elephant', 10_000, seconds(10));
    for (let i = 0; i < 12; i++) bench.loop('mouse', 10_000, seconds(10));
    bench.run(seconds(10));
    const served = (user: string): number => started(bench.sent.filter((s) => s.user === user));
    const share = served('mouse') / (served('mouse') + served('elephant'));
    // Six queues each; where hands overlap they share.
    expect(share).toBeGreaterThan(0.42);
    expect(share).toBeLessThan(0.58);
  });

  test('are charged the seconds they use, not the requests they send', () => {
    const bench = new FlowBench({ ...oneLevel(64, 1), seats: 20 });
    for (let i = 0; i < 100; i++) bench.loop('slow', 40_000, seconds(20));
    for (let i = 0; i < 100; i++) bench.loop('quick', 4_000, seconds(20));
    bench.run(seconds(20));
    const usedUs = (user: string): number =>
      bench.sent.reduce(
        (sum, s) => (s.user === user && s.endedUs > 0 ? sum + s.endedUs - s.startedUs : sum),
        0,
      );
    expect(usedUs('slow') / usedUs('quick')).toBeGreaterThan(0.9);
    expect(usedUs('slow') / usedUs('quick')).toBeLessThan(1.1);
  });

  test('that are idle save nothing up', () => {
    const bench = new FlowBench({ ...oneLevel(64, 1), seats: 4 });
    for (let i = 0; i < 50; i++) bench.loop('steady', 10_000, seconds(20));
    bench.at(seconds(10), () => {
      for (let i = 0; i < 50; i++) bench.loop('late', 10_000, seconds(20));
    });
    bench.run(seconds(20));
    const late = started(bench.sent.filter(({ user }) => user === 'late'));
    const steadyLater = started(
      bench.sent.filter(({ user, startedUs }) => user === 'steady' && startedUs > seconds(10)),
    );
    expect(late / steadyLater).toBeGreaterThan(0.9);
    expect(late / steadyLater).toBeLessThan(1.1);
  });
});

describe('the level', () => {
  const list: ApiRequest = { verb: 'list', resource: 'pods', namespace: '', name: '' };

  test('exempt lets everything pass', () => {
    const bench = new FlowBench();
    const sent = Array.from({ length: 5000 }, () => bench.send('admin', seconds(1)));
    expect(started(sent)).toBe(5000);
    expect(bench.level('exempt').demand.seats).toBe(5000);
  });

  test('catch-all has no queues: what finds no seat is rejected', () => {
    const schemas = allSchemas.filter(({ metadata }) => metadata.name !== 'global-default');
    const bench = new FlowBench({ schemas });
    const sent = Array.from({ length: 40 }, () => bench.send('u', seconds(1)));
    expect(started(sent)).toBe(30);
    expect(sent.filter(({ retryAfterSeconds }) => retryAfterSeconds === 1)).toHaveLength(10);
  });

  test('holds back narrow requests while a wide one waits for its seats', () => {
    const bench = new FlowBench({ ...oneLevel(64, 1), seats: 100 });
    bench.objects.load('pods', 300, 3_000_000);
    // Its earlier requests have been charged more than the wide one will be.
    const limit = bench.limits['only'] ?? 0;
    for (let i = 0; i < limit - 5; i++) bench.send('narrow', seconds(1));
    const wide = bench.send('wide', 1000, list);
    const narrow = bench.send('narrow', 1000);
    expect([wide.startedUs, narrow.startedUs]).toEqual([-1, -1]);
    expect(bench.level('only').requestsWaiting).toBe(2);
    bench.run(seconds(2));
    expect([wide.startedUs, narrow.startedUs]).toEqual([seconds(1), seconds(1)]);
    expect(bench.faults).toEqual([]);
  });

  test('serves a request wider than all its seats alone', () => {
    const bench = new FlowBench({ ...oneLevel(64, 1), seats: 4 });
    bench.objects.load('pods', 300, 3_000_000);
    // One seat is the most that its estimate may be, so the level is made narrow afterwards.
    const wide = bench.send('wide', seconds(1), list);
    const next = bench.send('next', 1000, list);
    expect(bench.level('only').maxSeats).toBe(1);
    expect([wide.startedUs, next.startedUs]).toEqual([0, 0]);
  });
});

describe('a write that many watch', () => {
  const update: ApiRequest = {
    verb: 'update',
    resource: 'endpointslices',
    namespace: 'default',
    name: 'web',
  };
  const kcm = 'system:serviceaccount:kube-system:endpointslice-controller';

  test('holds its seats after its answer: 5,000 watches are 10 seats for 250 ms', () => {
    const bench = new FlowBench();
    const watch = { ...update, verb: 'watch' as const, namespace: '', name: '' };
    bench.watches.count({ ...watch, fleetMembers: 5000 }, 1);
    const sent = bench.send(kcm, 5_000, update);
    const level = bench.level('workload-high');
    expect(level.seatsInUse).toBe(10);
    bench.run(5_001);
    expect(sent.endedUs).toBe(5_000);
    expect([level.seatsInUse, level.requestsExecuting]).toEqual([10, 0]);
    bench.run(254_999);
    expect(level.seatsInUse).toBe(10);
    bench.run(255_000);
    expect(level.seatsInUse).toBe(0);
  });

  test('limits how many such writes there can be: a tenth of the seats each 255 ms', () => {
    const bench = new FlowBench();
    bench.watches.count(
      { ...update, verb: 'watch', namespace: '', name: '', fleetMembers: 5000 },
      1,
    );
    for (let i = 0; i < 200; i++) {
      bench.loop(kcm, 5_000, seconds(40), { ...update, namespace: `ns-${i}` });
    }
    expect(started(bench.sent)).toBe(11); // of the 114 seats of an idle server
    bench.run(seconds(30));
    const perRound = Math.floor((bench.limits['workload-high'] ?? 0) / 10);
    const before = started(bench.sent);
    bench.run(seconds(40));
    expect(perRound).toBeGreaterThan(30);
    expect((started(bench.sent) - before) / 10 / (perRound / 0.255)).toBeCloseTo(1, 1);
    expect(bench.faults).toEqual([]);
  });

  test('is as any other while fewer than ten watch', () => {
    const bench = new FlowBench();
    for (let i = 0; i < 9; i++) bench.watches.count({ ...update, verb: 'watch', name: '' }, 1);
    bench.send(kcm, 5_000, update);
    expect(bench.level('workload-high').seatsInUse).toBe(1);
    bench.run(5_001);
    expect(bench.level('workload-high').seatsInUse).toBe(0);
  });
});

describe('a new configuration', () => {
  test('changes the limits at once; a level that is gone serves what it has, then vanishes', () => {
    const bench = new FlowBench();
    const low = Array.from({ length: 60 }, (_, i) => bench.send(account(`sa-${i}`), seconds(30)));
    const levels = allLevels.filter(({ metadata }) => metadata.name !== 'workload-low');
    bench.flows.configure(levels, allSchemas);
    // The schema service-accounts has lost its level: global-default is the next that matches.
    const other = bench.send(account('sa-0'), 1000);
    expect(bench.flows.flows.find(({ level }) => level.name === 'workload-low')?.level.isIdle).toBe(
      false,
    );
    expect(other.startedUs).toBe(0);
    expect(bench.level('global-default').statistics).toBeDefined();
    bench.run(seconds(100));
    expect(started(low)).toBe(60);
    bench.at(seconds(101), () => bench.send('u', seconds(20)));
    bench.run(seconds(130));
    expect(bench.flows.levels.map(({ name }) => name)).not.toContain('workload-low');
  });

  test('gives more queues: hands are dealt anew', () => {
    const bench = new FlowBench({ ...oneLevel(1, 1, 3), seats: 2 });
    const wider = oneLevel(64, 6, 3);
    bench.flows.configure(wider.levels, wider.schemas);
    const sent = Array.from({ length: 30 }, () => bench.send('u', 100));
    const seats = bench.limits['only'] ?? 0;
    expect(sent.filter(({ retryAfterSeconds }) => retryAfterSeconds > 0)).toHaveLength(
      30 - seats - 18,
    );
  });
});

test('what is counted adds up: dispatched and rejected are all that came', () => {
  const bench = new FlowBench();
  for (let i = 0; i < 3000; i++) {
    const user =
      ['u', 'admin', account('a'), 'system:node:n', 'system:kube-scheduler'][i % 5] ?? '';
    bench.at(i * 1000, () => bench.send(user, (i % 7) * 300_000));
  }
  bench.run(seconds(60));
  let total = 0;
  for (const { statistics, level } of bench.flows.flows) {
    const rejected = [...statistics.rejected.values()].reduce((sum, each) => sum + each, 0);
    total += statistics.dispatched + rejected;
    expect(statistics.requestsExecuting + statistics.requestsWaiting).toBe(0);
    expect(statistics.seatsExecuting + statistics.seatsWaiting).toBe(0);
    expect(statistics.executionUs.count).toBe(statistics.dispatched);
    expect(statistics.waitUs.count).toBe(level.isExempt ? 0 : statistics.dispatched);
    expect(statistics.workSeats.count).toBe(statistics.dispatched + rejected);
  }
  expect(total).toBe(3000);
});
