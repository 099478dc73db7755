// Series of requests: how many are under way, when they begin, and how they end.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiCall } from '../../../src/client/api-call.js';
import type { ApiClient } from '../../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../../src/client/api-request.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import {
  isThere,
  type SeriesPlan,
  SeriesRunner,
  tickerIntervalUs,
} from '../../../src/workload/scheduler-perf/run/request-series.js';

interface Begun {
  readonly name: string;
  readonly atUs: number;
}

/** A client whose answers take as long as the test says. */
class SlowClient {
  readonly begun: Begun[] = [];
  readonly done: string[] = [];
  underWay = 0;
  mostUnderWay = 0;
  readonly #simulation: Simulation;
  readonly #latencyUs: (name: string) => number;
  readonly #answer: (name: string) => Partial<ApiResponse>;

  constructor(
    simulation: Simulation,
    latencyUs: (name: string) => number,
    answer: (name: string) => Partial<ApiResponse> = () => ({ code: 200 }),
  ) {
    this.#simulation = simulation;
    this.#latencyUs = latencyUs;
    this.#answer = answer;
  }

  send({ name }: ApiRequest, onDone: (call: ApiCall) => void, context: unknown): void {
    const { now } = this.#simulation;
    this.begun.push({ name, atUs: now });
    this.underWay++;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    const answered = this.#simulation.defineEvent(`test.Answered/${this.begun.length}`, () => {
      this.underWay--;
      this.done.push(name);
      const response = { code: 200, reason: '', message: '', ...this.#answer(name) };
      onDone({ response, context } as unknown as ApiCall);
    });
    this.#simulation.after(this.#latencyUs(name), answered);
  }
}

const get = (name: string): ApiRequest => ({ verb: 'get', resource: 'pods', namespace: '', name });

const plan = (change: Partial<SeriesPlan> = {}): SeriesPlan => ({
  count: 3,
  workers: 1,
  intervalUs: 0,
  request: (index, step) => (step === 0 ? get(String(index)) : undefined),
  ...change,
});

interface Ran {
  readonly client: SlowClient;
  readonly ends: (string | undefined)[];
  readonly endUs: number;
}

function run(
  series: SeriesPlan,
  latencyUs: (name: string) => number = () => 10,
  answer?: (name: string) => Partial<ApiResponse>,
): Ran {
  const simulation = new Simulation('1');
  const client = new SlowClient(simulation, latencyUs, answer);
  const runner = new SeriesRunner(simulation, client as unknown as ApiClient);
  const ends: (string | undefined)[] = [];
  let endUs = -1;
  runner.run(series, (failure) => {
    ends.push(failure);
    endUs = simulation.now;
  });
  simulation.run(10_000_000);
  return { client, ends, endUs };
}

describe('items', () => {
  test('come one after the other with one worker', () => {
    const { client, ends, endUs } = run(plan());
    expect(client.begun).toEqual([
      { name: '0', atUs: 0 },
      { name: '1', atUs: 10 },
      { name: '2', atUs: 20 },
    ]);
    expect([ends, endUs]).toEqual([[undefined], 30]);
  });

  test('come together with several workers; who is done first goes on', () => {
    const latencies: Readonly<Record<string, number>> = { 0: 50, 1: 10, 2: 10, 3: 5 };
    const { client, endUs } = run(
      plan({ count: 4, workers: 2 }),
      (name) => latencies[name] as number,
    );
    expect(client.begun.map(({ atUs }) => atUs)).toEqual([0, 0, 10, 20]);
    expect(client.mostUnderWay).toBe(2);
    expect(endUs).toBe(50);
  });

  test('are a few requests in a row, each of which sees the answer to the one before', () => {
    const seen: (number | undefined)[] = [];
    const { client } = run(
      plan({
        count: 2,
        request: (index, step, previous) => {
          seen.push(previous?.code);
          return step < 3 ? get(`${index}/${step}`) : undefined;
        },
      }),
      undefined,
      (name) => ({ code: name.endsWith('1') ? 201 : 200 }),
    );
    expect(client.done).toEqual(['0/0', '0/1', '0/2', '1/0', '1/1', '1/2']);
    expect(seen).toEqual([undefined, 200, 201, 200, undefined, 200, 201, 200]);
  });

  test('that need no request are done at once', () => {
    const { client, ends, endUs } = run(plan({ request: () => undefined }));
    expect([client.begun, ends, endUs]).toEqual([[], [undefined], 0]);
  });

  test('of none the end comes at once', () => {
    const { ends, endUs } = run(plan({ count: 0 }));
    expect([ends, endUs]).toEqual([[undefined], 0]);
  });
});

describe('a refusal', () => {
  const refuse =
    (refused: string, response: Partial<ApiResponse> = { code: 409, message: 'no' }) =>
    (name: string): Partial<ApiResponse> =>
      name === refused ? response : { code: 200 };

  test('ends the series, once, while others are under way', () => {
    const { client, ends, endUs } = run(plan({ count: 9, workers: 3 }), undefined, refuse('1'));
    expect(ends).toEqual(['no']);
    expect(endUs).toBe(10);
    expect(client.begun.map(({ name }) => name)).toEqual(['0', '1', '2', '3']);
  });

  test('counts as a success where the series says so', () => {
    const exists = { code: 409, reason: 'AlreadyExists', message: 'there' } as const;
    const { ends } = run(plan({ accepts: isThere }), undefined, refuse('1', exists));
    expect(ends).toEqual([undefined]);
    const conflict = { code: 409, reason: 'Conflict', message: 'stale' } as const;
    expect(run(plan({ accepts: isThere }), undefined, refuse('1', conflict)).ends).toEqual([
      'stale',
    ]);
  });
});

describe('a ticker', () => {
  const times = ({ client }: Ran): readonly number[] => client.begun.map(({ atUs }) => atUs);

  test('lets an item begin at every tick, the first after one interval', () => {
    expect(times(run(plan({ intervalUs: 1000 })))).toEqual([1000, 2000, 3000]);
  });

  test('keeps one tick that passes while the worker is busy, and loses the others', () => {
    const slowFirst = (name: string): number => (name === '0' ? 3500 : 10);
    const ran = run(plan({ count: 4, intervalUs: 1000 }), slowFirst);
    expect(times(ran)).toEqual([1000, 4500, 5000, 6000]);
  });

  test('does not hold back the requests within an item', () => {
    const two = plan({
      count: 2,
      intervalUs: 1000,
      request: (index, step) => (step < 2 ? get(`${index}/${step}`) : undefined),
    });
    expect(times(run(two))).toEqual([1000, 1010, 2000, 2010]);
  });

  test('of so many a second ticks in whole µs; of 0 a second there is none', () => {
    expect([2, 3, 0].map(tickerIntervalUs)).toEqual([500_000, 333_333, 0]);
  });
});

test('several series run beside each other', () => {
  const simulation = new Simulation('1');
  const client = new SlowClient(simulation, () => 10);
  const runner = new SeriesRunner(simulation, client as unknown as ApiClient);
  const ends: string[] = [];
  runner.run(plan({ intervalUs: 100 }), () => ends.push('slow'));
  runner.run(plan({ intervalUs: 30 }), () => ends.push('fast'));
  runner.run(plan(), () => ends.push('free'));
  simulation.run(1_000_000);
  expect(ends).toEqual(['free', 'fast', 'slow']);
  expect(client.begun).toHaveLength(9);
});

test('every item is sent once, in order, with no more under way than there are workers', () => {
  const cases = fc.record({
    count: fc.integer({ min: 0, max: 40 }),
    workers: fc.integer({ min: 1, max: 8 }),
    intervalUs: fc.constantFrom(0, 7, 50),
    latencies: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 10 }),
  });
  fc.assert(
    fc.property(cases, ({ count, workers, intervalUs, latencies }) => {
      const { client, ends } = run(
        plan({ count, workers, intervalUs }),
        (name) => latencies[Number(name) % latencies.length] as number,
      );
      const names = Array.from({ length: count }, (_, index) => String(index));
      expect(client.begun.map(({ name }) => name)).toEqual(names);
      expect(client.mostUnderWay).toBeLessThanOrEqual(workers);
      expect(ends).toEqual([undefined]);
      if (intervalUs === 0) return;
      const times = client.begun.map(({ atUs }) => atUs);
      const ticks = times.map((us) => Math.floor(us / intervalUs));
      // Never two for one tick, but one that was kept may be followed by the next at once.
      for (let i = 2; i < ticks.length; i++) {
        expect((ticks[i] as number) - (ticks[i - 2] as number)).toBeGreaterThan(0);
      }
    }),
  );
});
