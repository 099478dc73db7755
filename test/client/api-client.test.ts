// What a clientset promises: one FIFO bucket for all its requests, retries where the server asks
// for them, answers as they come over the link, CPU time for decoding.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../src/api/config-map.js';
import { encodedBytes } from '../../src/api/encoded-size.js';
import type { ApiCall } from '../../src/client/api-call.js';
import type { ApiRequest } from '../../src/client/api-request.js';
import { clientConstants } from '../../src/client/constants.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost } from '../../src/kernel/stations.js';
import { answer, ScriptedServer } from '../support/scripted-server.js';

const get = (name: string): ApiRequest => ({
  verb: 'get',
  resource: 'pods',
  namespace: 'default',
  name,
});

function bench(): { simulation: Simulation; server: ScriptedServer } {
  const simulation = new Simulation('client');
  return { simulation, server: new ScriptedServer(simulation) };
}

/** Runs `act` at a time within the run. */
function at(simulation: Simulation, timeUs: number, act: () => void): void {
  simulation.at(timeUs, simulation.defineEvent(`test.Act${timeUs}Due`, act));
}

describe('the token bucket of a client', () => {
  test('lets a burst through at once and the rest at the rate, in order of sending', () => {
    const { simulation, server } = bench();
    const client = server.client({ limit: { qps: 20, burst: 3 } });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) client.send(get(name), () => {});
    simulation.run();
    expect(server.arrivals).toEqual([
      ['a', 1000],
      ['b', 1000],
      ['c', 1000],
      ['d', 51_000],
      ['e', 101_000],
      ['f', 151_000],
    ]);
  });

  test('is not shared between two clients', () => {
    const { simulation, server } = bench();
    const limit = { qps: 1, burst: 1 };
    server.client({ limit }).send(get('a'), () => {});
    server.client({ limit }).send(get('b'), () => {});
    simulation.run();
    expect(server.arrivals.map(([, time]) => time)).toEqual([1000, 1000]);
  });

  test('saves up no more than the burst while nothing is sent', () => {
    const { simulation, server } = bench();
    const client = server.client({ limit: { qps: 10, burst: 2 } });
    at(simulation, 60_000_000, () => {
      for (const name of ['a', 'b', 'c']) client.send(get(name), () => {});
    });
    simulation.run();
    expect(server.arrivals.map(([, time]) => time - 60_001_000)).toEqual([0, 0, 100_000]);
  });

  test('a client without a limit sends everything at once', () => {
    const { simulation, server } = bench();
    const client = server.client();
    for (let i = 0; i < 100; i++) client.send(get(`p-${i}`), () => {});
    simulation.run();
    expect(client.bucket).toBeUndefined();
    expect(new Set(server.arrivals.map(([, time]) => time))).toEqual(new Set([1000]));
  });

  test('500 requests at 20 a second and burst 30 take 23.5 s', () => {
    const { simulation, server } = bench();
    const client = server.client({ limit: { qps: 20, burst: 30 } });
    for (let i = 0; i < 500; i++) client.send(get(`p-${i}`), () => {});
    simulation.run();
    expect(server.arrivals.at(-1)).toEqual(['p-499', 23_501_000]);
  });

  test('whatever is sent when, requests arrive in the order in which they were sent', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5 }), run),
    );
    function run(waits: number[], qps: number, burst: number): void {
      const { simulation, server } = bench();
      const client = server.client({ limit: { qps, burst } });
      const send = simulation.defineEvent('test.SendDue', (i) => {
        client.send(get(String(i)), () => {});
      });
      let time = 0;
      waits.forEach((wait, i) => {
        time += wait;
        simulation.at(time, send, i);
      });
      simulation.run();
      expect(server.arrivals.map(([name]) => Number(name))).toEqual(waits.map((_, i) => i));
      const times = server.arrivals.map(([, arrival]) => arrival);
      for (let i = burst; i < times.length; i++) {
        const window = (times[i] as number) - (times[i - burst] as number);
        expect(window).toBeGreaterThanOrEqual(Math.floor(1_000_000 / qps) - 1);
      }
    }
  });
});

describe('an answer that asks to try again', () => {
  const busy = answer(429, { reason: 'TooManyRequests', retryAfterSeconds: 1 });

  test('is waited for, then takes a new token, and only the last answer is handed on', () => {
    const { simulation, server } = bench();
    const client = server.client({ limit: { qps: 1, burst: 2 } });
    let refusals = 1;
    server.script = () => (refusals-- > 0 ? busy : answer(200));
    const codes: (number | undefined)[] = [];
    client.send(get('a'), (call) => codes.push(call.response?.code));
    at(simulation, 10_000, () => client.send(get('b'), (call) => codes.push(call.attempts)));
    at(simulation, 500_000, () => client.send(get('c'), () => {}));
    simulation.run();
    // a is refused at 1 ms, known at 2 ms, and asks for a token again at 1.002 s: two tokens went
    // at 0 and 10 ms, c has taken the one of 1.0 s, so a gets that of 2.0 s.
    expect(server.arrivals).toEqual([
      ['a', 1000],
      ['b', 11_000],
      ['c', 1_001_000],
      ['a', 2_001_000],
    ]);
    expect(codes).toEqual([1, 200]);
  });

  test('is tried at most ten times more', () => {
    const { simulation, server } = bench();
    server.script = () => busy;
    const done: ApiCall[] = [];
    server.client().send(get('a'), (call) => done.push(call));
    simulation.run();
    expect(server.arrivals).toHaveLength(1 + clientConstants.maxRetries);
    expect(done.map(({ response }) => response?.code)).toEqual([429]);
    expect(server.transport.pending).toBe(0);
  });

  test.each([
    [429, undefined, 1],
    [500, undefined, 1],
    [503, 2, 2],
    [409, undefined, 1],
  ])('code %i with Retry-After %s makes %i attempts', (code, retryAfterSeconds, attempts) => {
    const { simulation, server } = bench();
    let isFirst = true;
    server.script = () => {
      const extra = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      const response = isFirst ? answer(code, extra) : answer(200);
      isFirst = false;
      return response;
    };
    server.client().send(get('a'), () => {});
    simulation.run();
    expect(server.arrivals).toHaveLength(attempts);
  });
});

describe('a call', () => {
  test('takes the link each way and the time of the server', () => {
    const { simulation, server } = bench();
    server.serviceUs = () => 5000;
    let doneAt = 0;
    server.client().send(get('a'), () => {
      doneAt = simulation.now;
    });
    simulation.run();
    expect(doneAt).toBe(1000 + 5000 + 1000);
  });

  test('answers come in the order in which the server gave them, not in that of sending', () => {
    const { simulation, server } = bench();
    const client = server.client();
    server.serviceUs = (call) => (call.request.name === 'slow' ? 9000 : 10);
    const order: string[] = [];
    for (const name of ['slow', 'quick']) {
      client.send(get(name), (call) => order.push(call.request.name));
    }
    expect(server.transport.pending).toBe(2);
    simulation.run();
    expect(order).toEqual(['quick', 'slow']);
    expect(server.transport.pending).toBe(0);
  });

  test('carries the context and the times of its sender', () => {
    const { simulation, server } = bench();
    const context = { any: 'thing' };
    const calls: ApiCall[] = [];
    at(simulation, 70, () => server.client().send(get('a'), (call) => calls.push(call), context));
    simulation.run();
    expect(calls).toHaveLength(1);
    const [call] = calls as [ApiCall];
    expect(call.context).toBe(context);
    expect([call.createdUs, call.receivedUs, call.attempts]).toEqual([70, 1070, 1]);
  });

  test('charges the encoded size of its body, and of a patch what the patch says', () => {
    const { simulation, server } = bench();
    const client = server.client();
    const body: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default' },
      data: { key: 'value' },
    };
    const sizes: number[] = [];
    const note = (call: ApiCall): void => void sizes.push(call.requestBytes);
    client.send(get('a'), note);
    client.send({ ...get('a'), verb: 'create', resource: 'configmaps', body }, note);
    client.send({ ...get('a'), verb: 'patch', patch: { bytes: 77, apply: (o) => o } }, note);
    simulation.run();
    expect(sizes).toEqual([0, encodedBytes(body), 77]);
  });

  test('is decoded on the host of its client, by size', () => {
    const { simulation, server } = bench();
    const host = new CpuHost(simulation, 'host', 1);
    server.script = () => answer(200, { bytes: 10_000 });
    let doneAt = 0;
    server.client({ host }).send(get('a'), () => {
      doneAt = simulation.now;
    });
    simulation.run();
    const { requestCpuUs, decodeNanosecondsPerByte } = clientConstants;
    const decodeUs = requestCpuUs + (10_000 * decodeNanosecondsPerByte) / 1000;
    expect(doneAt).toBe(2000 + decodeUs);
    expect(host.meter.served).toBe(1);
  });
});
