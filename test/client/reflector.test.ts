// The reflector: what it asks for, in which order, when; and that its store becomes the server's
// whatever happens on the way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../src/api/config-map.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import { ApiClient } from '../../src/client/api-client.js';
import { type ApiRequest, type ApiResponse, keyOf } from '../../src/client/api-request.js';
import { ApiTransport } from '../../src/client/api-transport.js';
import { ExponentialBackoff } from '../../src/client/backoff.js';
import { watchEventCpuUs } from '../../src/client/constants.js';
import { Reflector } from '../../src/client/reflector.js';
import { distribution } from '../../src/kernel/distributions.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost, Link } from '../../src/kernel/stations.js';
import { FakeApiServer, refusal } from '../support/fake-api-server.js';

const DELAY_US = 1000;
const SECOND = 1_000_000;

function configMap(name: string, value = '0'): ConfigMap {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } };
}

interface BenchOptions {
  readonly seed?: string;
  readonly cores?: number;
  readonly usesWatchList?: boolean;
}

class Bench {
  readonly simulation: Simulation;
  readonly server: FakeApiServer;
  readonly reflector: Reflector;
  readonly stored = new Map<string, KubernetesObject>();
  /** `watchList`, `list 0`, `watch 7`, and when. */
  readonly asked: { readonly what: string; readonly at: number; readonly request: ApiRequest }[] =
    [];
  /** Sizes of everything that was taken over at once. */
  readonly replacements: number[] = [];
  /** Answers instead of the server. */
  answer: (request: ApiRequest) => ApiResponse | undefined = () => undefined;

  constructor({ seed = 'reflector', cores, usesWatchList = true }: BenchOptions = {}) {
    this.simulation = new Simulation(seed);
    const transport = new ApiTransport(this.simulation);
    this.server = new FakeApiServer(transport);
    this.server.intercept = (request) => {
      const { verb, resourceVersion = 'newest', sendInitialEvents } = request;
      const what = `${sendInitialEvents === true ? 'watchList' : verb} ${resourceVersion}`;
      this.asked.push({ what, at: this.simulation.now, request });
      return this.answer(request);
    };
    const delay = distribution({ kind: 'constant', value: DELAY_US });
    const link = (name: string): Link => new Link(this.simulation, name, delay, 1e12);
    const connection = { up: link('up'), down: link('down'), server: this.server };
    const client = new ApiClient(transport, { name: 'client', user: 'test', connection });
    const host = cores === undefined ? {} : { host: new CpuHost(this.simulation, 'host', cores) };
    const options = { name: 'test', resource: 'configmaps', client, usesWatchList, ...host };
    let revision = 0;
    this.reflector = new Reflector(this.simulation, options, {
      replace: (objects) => {
        this.stored.clear();
        for (const object of objects) this.stored.set(keyOf(object), object);
        this.replacements.push(objects.length);
        expect(this.reflector.revision).toBeGreaterThanOrEqual(revision);
        revision = this.reflector.revision;
      },
      cpuUs: watchEventCpuUs,
      apply: ({ type, object, revision: next }) => {
        expect(next).toBeGreaterThan(revision);
        revision = next;
        if (type === 'DELETED') this.stored.delete(keyOf(object));
        else this.stored.set(keyOf(object), object);
      },
    });
  }

  write(name: string, value: string): void {
    const known = this.server.find<ConfigMap>('configmaps', `default/${name}`);
    if (known === undefined) this.server.create(configMap(name, value));
    else this.server.update({ ...known, data: { value } });
  }

  get whats(): readonly string[] {
    return this.asked.map(({ what }) => what);
  }

  /** Time from one request to the next, less the way there and back. */
  gaps(): readonly number[] {
    const times = this.asked.map(({ at }) => at);
    return times.slice(1).map((time, i) => time - (times[i] as number) - 2 * DELAY_US);
  }

  expectSame(): void {
    const served = this.server.list<ConfigMap>('configmaps');
    expect(this.stored).toEqual(new Map(served.map((object) => [keyOf(object), object])));
  }
}

/** Refuses the n-th requests, counted from 0. */
function refuse(bench: Bench, which: readonly number[], response: ApiResponse): void {
  let count = 0;
  bench.answer = () => (which.includes(count++) ? response : undefined);
}

const expired = refusal(410, 'Expired', 'too old resource version');
const busy = refusal(429, 'TooManyRequests', 'too many requests');
const future = refusal(504, 'Timeout', 'Too large resource version: 9, current: 4');
const broken = refusal(500, 'InternalError', 'no');

describe('a reflector that uses WatchList', () => {
  test('reads everything by one watch, and goes on with the same one', () => {
    const bench = new Bench();
    bench.write('a', '0');
    bench.write('b', '0');
    bench.reflector.start();
    bench.simulation.run();
    bench.write('a', '1');
    bench.simulation.run();
    expect(bench.whats).toEqual(['watchList newest']);
    expect(bench.replacements).toEqual([2]);
    expect(bench.reflector.revision).toBe(3);
    bench.expectSame();
  });

  test('asks for bookmarks, and for five to ten minutes', () => {
    const bench = new Bench();
    bench.reflector.start();
    bench.simulation.run();
    for (let i = 0; i < 200; i++) {
      bench.simulation.run(bench.simulation.now + 2 * SECOND);
      bench.write('a', String(i));
      bench.simulation.run();
      bench.server.endWatches();
      bench.simulation.run();
    }
    const timeouts = bench.asked.map(({ request }) => request.timeoutSeconds ?? 0);
    expect(bench.asked.every(({ request }) => request.allowWatchBookmarks === true)).toBe(true);
    expect(timeouts).toHaveLength(201);
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(300);
    expect(Math.min(...timeouts)).toBeLessThan(310);
    expect(Math.max(...timeouts)).toBeGreaterThan(590);
    expect(Math.max(...timeouts)).toBeLessThan(600);
    expect(timeouts.every(Number.isInteger)).toBe(true);
  });

  test('has nothing in its store before the end of the initial events', () => {
    const bench = new Bench({ cores: 1 });
    for (let i = 0; i < 50; i++) bench.write(`c${i}`, '0');
    bench.reflector.start();
    while (bench.stored.size === 0) {
      expect(bench.reflector.revision).toBe(0);
      bench.simulation.run(bench.simulation.now + 100);
    }
    expect(bench.stored.size).toBe(50);
    expect(bench.reflector.revision).toBe(50);
  });

  test('watches on from where it was when a watch ends, which a bookmark moves', () => {
    const bench = new Bench();
    bench.write('a', '0');
    bench.reflector.start();
    bench.simulation.run();
    const { server } = bench;
    for (let i = 0; i < 4; i++) {
      server.create({ ...configMap('x'), kind: 'Secret' } as unknown as KubernetesObject);
      server.remove('secrets', 'default/x');
    }
    bench.server.mark();
    bench.simulation.run();
    expect(bench.reflector.revision).toBe(9);
    bench.server.compact();
    bench.server.endWatches();
    bench.simulation.run();
    expect(bench.whats, 'not too old: no second list').toEqual(['watchList newest', 'watch 9']);
    expect(bench.replacements).toEqual([1]);
  });

  test('reads everything again, not older than what it has, when its watch is too old', () => {
    const bench = new Bench();
    bench.write('a', '0');
    bench.reflector.start();
    bench.simulation.run();
    bench.server.endWatches();
    bench.write('a', '1');
    bench.write('b', '1');
    bench.server.compact();
    bench.simulation.run();
    expect(bench.whats).toEqual(['watchList newest', 'watch 1', 'watchList 1']);
    const [, , gap = 0] = [0, ...bench.gaps()];
    expect(gap, 'after a backoff').toBeGreaterThanOrEqual(800_000);
    expect(gap).toBeLessThan(1_600_000);
    bench.expectSame();
  });

  test.each([
    ['expired', expired],
    ['too large', future],
  ])('asks for the newest state at once when its revision is %s', (_, refused) => {
    const bench = new Bench();
    bench.write('a', '0');
    bench.reflector.start();
    bench.simulation.run();
    refuse(bench, [0, 1], refused);
    bench.server.endWatches();
    bench.simulation.run();
    expect(bench.whats.slice(1)).toEqual(['watch 1', 'watchList 1', 'watchList newest']);
    expect(bench.gaps().at(-1)).toBe(0);
    bench.expectSame();
  });

  test('falls back to a list and a watch when the server does not know WatchList', () => {
    const bench = new Bench();
    bench.write('a', '0');
    refuse(bench, [0], refusal(422, 'Invalid', 'sendInitialEvents is forbidden'));
    bench.reflector.start();
    bench.simulation.run();
    expect(bench.whats).toEqual(['watchList newest', 'list 0', 'watch 1']);
    bench.expectSame();
  });

  test('waits and tries the same again when the server has no room', () => {
    const bench = new Bench();
    bench.write('a', '0');
    refuse(bench, [0, 1, 3], busy);
    bench.reflector.start();
    bench.simulation.run();
    expect(bench.whats).toEqual(['watchList newest', 'watchList newest', 'watchList newest']);
    bench.server.endWatches();
    bench.simulation.run();
    expect(bench.whats.slice(3), 'a watch keeps its place').toEqual(['watch 1', 'watch 1']);
    expect(bench.gaps().filter((gap) => gap >= 800_000)).toHaveLength(3);
  });

  test('takes a watch that ends at once without an event for a refusal', () => {
    const bench = new Bench();
    bench.write('a', '0');
    bench.reflector.start();
    bench.simulation.run();
    let closings = 0;
    bench.answer = ({ sendInitialEvents }) => {
      if (sendInitialEvents !== true && closings++ < 2) {
        bench.simulation.after(
          10,
          bench.simulation.defineEvent(`close${closings}`, () => bench.server.endWatches()),
        );
      }
      return undefined;
    };
    bench.server.endWatches();
    bench.simulation.run();
    expect(bench.whats.slice(1, 3)).toEqual(['watch 1', 'watchList 1']);
    bench.expectSame();
  });
});

describe('the backoff', () => {
  const limits = {
    initialUs: 800_000,
    maxUs: 30 * SECOND,
    jitterFactor: 1,
    resetAfterUs: 120 * SECOND,
  };
  const backoff = (): ExponentialBackoff =>
    new ExponentialBackoff(limits, new Simulation('backoff').random.stream('test'));

  test('doubles from 0.8 s to 30 s, each delay up to twice as long', () => {
    const own = backoff();
    const expected = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30].map((seconds) => seconds * SECOND);
    for (const base of expected) {
      const delay = own.next(0);
      expect(delay).toBeGreaterThanOrEqual(base);
      expect(delay).toBeLessThanOrEqual(2 * base);
    }
  });

  test('begins anew only after more than two minutes without a failure', () => {
    const own = backoff();
    for (let i = 0; i < 5; i++) own.next(0);
    expect(own.next(120 * SECOND)).toBeGreaterThan(20 * SECOND);
    expect(own.next(240 * SECOND + 1)).toBeLessThanOrEqual(1.6 * SECOND);
  });
});

/** What happens at a time. */
type Happening =
  | { readonly kind: 'write'; readonly name: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'end' | 'compact' | 'mark' | 'restart' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'end' as const,
        'compact' as const,
        'mark' as const,
        'restart' as const,
      ),
    }),
  },
);

test('its store becomes the server’s, and it never goes back, whatever closes, expires or fails', () => {
  const story = fc.array(fc.tuple(fc.integer({ min: 0, max: 6_000_000 }), happening), {
    maxLength: 40,
  });
  const refusals = fc.array(fc.constantFrom(undefined, undefined, expired, busy, future, broken), {
    maxLength: 12,
  });
  fc.assert(fc.property(story, refusals, fc.boolean(), fc.boolean(), check), { numRuns: 300 });

  function check(
    planned: readonly (readonly [number, Happening])[],
    refused: readonly (ApiResponse | undefined)[],
    hasHost: boolean,
    usesWatchList: boolean,
  ): void {
    const bench = new Bench({ usesWatchList, ...(hasHost && { cores: 1 }) });
    const left = [...refused];
    bench.answer = () => left.shift();
    const due = bench.simulation.defineEvent('test.Due', (i) => {
      const what = (planned[i] as readonly [number, Happening])[1];
      if (what.kind === 'write') bench.write(what.name, String(i));
      else if (what.kind === 'remove') {
        const key = `default/${what.name}`;
        if (bench.server.find('configmaps', key) !== undefined)
          bench.server.remove('configmaps', key);
      } else if (what.kind === 'mark') bench.server.mark();
      else {
        if (what.kind !== 'compact') bench.server.endWatches();
        if (what.kind !== 'end') bench.server.compact();
      }
    });
    planned.forEach(([at], i) => {
      bench.simulation.at(at, due, i);
    });
    bench.reflector.start();
    bench.simulation.run();
    bench.expectSame();
    expect(bench.reflector.revision).toBeLessThanOrEqual(bench.server.revision);
  }
});
