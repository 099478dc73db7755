// The CPU of a node: closed forms of who gets how much, how long calls to the runtime take beside
// busy containers, and what holds of any node.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/api/pod.js';
import { behaviour } from '../../src/api/pod-behaviour.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { ContainerRuntimes } from '../../src/node/container-runtime/container-runtimes.js';
import { cpuWeight } from '../../src/node/cpu-weight.js';
import { NodeCpus } from '../../src/node/node-cpus.js';
import { pod } from '../support/objects.js';

const SECOND = 1_000_000;

/** A pod that uses CPU; `limit` makes it Guaranteed where it is the request. */
function busyPod(uid: string, use: string, request?: string, limit?: string): Pod {
  const base = pod(uid, {
    containers: [
      {
        name: 'app',
        image: 'app:1',
        resources: {
          ...(request && { requests: { cpu: request, memory: '1Gi' } }),
          ...(limit && { limits: { cpu: limit, memory: '1Gi' } }),
        },
      },
    ],
  });
  const annotations = { [behaviour.cpuUse]: use };
  return { ...base, metadata: { ...base.metadata, uid, annotations } };
}

class Bench {
  readonly simulation = new Simulation('cpus');
  readonly cpus = new NodeCpus(this.simulation);
  readonly runtimes = new ContainerRuntimes(this.simulation, undefined, this.cpus);
  readonly done: [job: number, at: number][] = [];
  readonly #ended = this.simulation.defineEvent('test.Ended', (job, _, now) =>
    this.done.push([job, now]),
  );
  readonly #asked: (() => void)[] = [];
  readonly #due = this.simulation.defineEvent('test.Due', (index) => this.#asked[index]?.());

  constructor(...cores: readonly number[]) {
    for (const each of cores) {
      this.cpus.addNode(each);
      this.runtimes.addNode('containerd', each);
    }
  }

  at(us: number, act: () => void): void {
    this.simulation.at(us, this.#due, this.#asked.push(act) - 1);
  }

  start(...pods: readonly Pod[]): void {
    for (const each of pods) this.cpus.containerStarted(0, each, containerOf(each));
  }

  end(each: Pod): void {
    this.cpus.containerEnded(0, each, containerOf(each));
  }

  /** Calls to the runtime that take so long alone. */
  call(...aloneUs: readonly number[]): void {
    for (const [job, us] of aloneUs.entries()) this.runtimes.perform(0, us, this.#ended, job);
  }

  /** Seconds of a core that a pod has missed by now. */
  missed(each: Pod): number {
    const use = this.cpus.podUses.get(each.metadata.uid ?? '');
    return (use?.missedMilliUs ?? 0) / 1_000 / SECOND;
  }
}

function containerOf({ spec }: Pod): Pod['spec']['containers'][number] {
  return spec.containers[0] as Pod['spec']['containers'][number];
}

/** What each of the pods gets of the cores of a node alone with them, in cores. */
function shares(cores: number, pods: readonly Pod[], burstableMilli = 0): number[] {
  const bench = new Bench(cores);
  bench.cpus.setBurstable(0, burstableMilli);
  bench.start(...pods);
  bench.at(10 * SECOND, () => {});
  bench.simulation.run();
  return pods.map((each) => {
    const asked = Number(each.metadata.annotations?.[behaviour.cpuUse]);
    return asked - bench.missed(each) / 10;
  });
}

describe('containers that use the CPU of a node', () => {
  test('get what they ask for while there is enough', () => {
    expect(shares(4, [busyPod('a', '1'), busyPod('b', '2.5', '1')], 1_000)).toEqual([1, 2.5]);
  });

  test('share it in equal parts when they request the same', () => {
    const found = shares(2, [busyPod('a', '2', '1'), busyPod('b', '2', '1')], 2_000);
    expect(found.map((share) => share.toFixed(6))).toEqual(['1.000000', '1.000000']);
  });

  test('share it by the weights of what they request', () => {
    const [a = 0, b = 0] = shares(3, [busyPod('a', '3', '1'), busyPod('b', '3', '250m')], 1_250);
    expect(a / b).toBeCloseTo(cpuWeight(1_000) / cpuWeight(250), 6);
    expect(a + b).toBeCloseTo(3, 6);
  });

  test('give way to those who request, and use what these leave', () => {
    const store = busyPod('store', '1', '1', '1');
    const api = busyPod('api', '4', '2');
    const batch = busyPod('batch', '4');
    const found = shares(4, [store, api, batch], 2_000);
    const burstable = cpuWeight(2_000);
    expect(found[0]).toBeCloseTo(1, 6);
    expect(found[1]).toBeCloseTo((3 * burstable) / (burstable + 1), 6);
    expect(found[2]).toBeCloseTo(3 / (burstable + 1), 6);
  });

  test('count for their slice with all that its pods request, busy or not', () => {
    const pods = [busyPod('api', '4', '1'), busyPod('batch', '4')];
    const [alone = 0] = shares(4, pods, 1_000);
    const [among = 0] = shares(4, pods, 4_000);
    expect(alone).toBeCloseTo((4 * cpuWeight(1_000)) / (cpuWeight(1_000) + 1), 6);
    expect(among).toBeCloseTo((4 * cpuWeight(4_000)) / (cpuWeight(4_000) + 1), 6);
  });

  test('never get more than their limit, which is no lack', () => {
    const capped = busyPod('capped', '4', '500m', '1');
    const other = busyPod('other', '4');
    expect(shares(4, [capped])).toEqual([4]); // it asks for one, and misses nothing
    expect(shares(4, [capped, other], 500)[1]).toBeCloseTo(3, 6);
  });

  test('miss something only from step to step and while others run', () => {
    const bench = new Bench(2);
    const steady = busyPod('steady', '2');
    const late = busyPod('late', '0s=0,5s=2,15s=0');
    const brief = busyPod('brief', '2');
    bench.start(steady, late);
    const found: number[] = [];
    for (const at of [4, 10, 20]) bench.at(at * SECOND, () => found.push(bench.missed(steady)));
    bench.at(30 * SECOND, () => bench.start(brief));
    bench.at(33 * SECOND, () => bench.end(brief));
    bench.at(40 * SECOND, () => found.push(bench.missed(steady), bench.missed(brief)));
    bench.simulation.run();
    expect(found.map((each) => each.toFixed(3))).toEqual([
      '0.000',
      '5.000',
      '10.000',
      '13.000',
      '3.000',
    ]);
  });

  test('have got what they asked for in all of their runs but for what was missing', () => {
    const bench = new Bench(1);
    const each = busyPod('a', '0s=2,60s=100m');
    const given = (): number => (bench.cpus.givenTo(0, each) ?? Number.NaN) / 1_000 / SECOND;
    expect(bench.cpus.givenTo(0, each)).toBeUndefined();
    bench.start(each);
    const found: number[] = [];
    const see = (second: number): void => bench.at(second * SECOND, () => found.push(given()));
    see(60); // a core of the two
    see(160);
    bench.at(600 * SECOND, () => bench.end(each));
    see(650); // it does not run
    bench.at(660 * SECOND, () => bench.start(each));
    see(720);
    bench.simulation.run();
    expect(found.map((value) => value.toFixed(3))).toEqual([
      '60.000',
      '70.000',
      '114.000',
      '174.000',
    ]);
  });

  test('say what is missing now on all nodes', () => {
    const bench = new Bench(1, 1);
    bench.start(busyPod('a', '3'));
    bench.cpus.containerStarted(1, busyPod('b', '500m'), containerOf(busyPod('b', '500m')));
    expect(bench.cpus.shortfallMilli).toBeCloseTo(2_000, 6);
    bench.cpus.nodeFailed(0);
    expect(bench.cpus.shortfallMilli).toBe(0);
  });

  test('get all of the cores and nobody less than its fair part, whoever comes and goes', () => {
    const use = fc.constantFrom('100m', '500m', '1', '3', '0s=2,3s=100m,6s=4');
    const request = fc.constantFrom(undefined, '100m', '1', '2');
    const pods = fc.array(fc.record({ use, request, at: fc.integer({ min: 0, max: 9 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(pods, fc.integer({ min: 1, max: 8 }), (given, cores) => {
        const bench = new Bench(cores);
        bench.cpus.setBurstable(0, 4_000);
        const busy = given.map((each, index) => busyPod(`${index}`, each.use, each.request));
        for (const [index, each] of busy.entries()) {
          bench.at((given[index]?.at ?? 0) * SECOND, () => bench.start(each));
        }
        let before = 0;
        for (let second = 0; second < 20; second++) {
          bench.at(second * SECOND + 1, () => {
            const missed = busy.reduce((sum, each) => sum + bench.missed(each), 0);
            expect(missed).toBeGreaterThanOrEqual(before);
            before = missed;
            const running = given.filter(({ at }) => at <= second);
            const asked = running.reduce(
              (sum, each) => sum + askedAt(each.use, second - each.at),
              0,
            );
            const lack = Math.max(0, asked - cores);
            expect(bench.cpus.shortfallMilli / 1_000).toBeCloseTo(lack, 6);
          });
        }
        bench.simulation.run();
      }),
      { numRuns: 50 },
    );
  });
});

/** Cores that the texts of the property ask for so long after a start, a moment later. */
function askedAt(use: string, seconds: number): number {
  if (!use.includes('=')) return use.endsWith('m') ? Number.parseInt(use, 10) / 1_000 : Number(use);
  if (seconds >= 6) return 4;
  return seconds >= 3 ? 0.1 : 2;
}

describe('calls to the runtime of a busy node', () => {
  const system = 100;
  const kubepods = cpuWeight(2_000);

  test('share the cores alone where no container says what it uses', () => {
    const bench = new Bench(2);
    bench.call(100, 100, 100, 100);
    bench.simulation.run();
    expect(bench.done.map(([, at]) => at)).toEqual([200, 200, 200, 200]);
  });

  test('take as long as alone while there is enough for all', () => {
    const bench = new Bench(4);
    bench.start(busyPod('a', '2'));
    bench.call(100, 200);
    bench.simulation.run();
    expect(bench.done).toEqual([
      [0, 100],
      [1, 200],
    ]);
    expect(bench.simulation.events).toBe(4); // as many as without the pod
  });

  test('get the weight of the system against that of all pods', () => {
    const bench = new Bench(2);
    bench.start(busyPod('a', '2', '2'), busyPod('b', '2'));
    bench.call(100_000, 100_000);
    bench.simulation.run();
    const speed = system / (system + kubepods); // two cores for two calls
    for (const [, at] of bench.done) expect(at / (100_000 / speed)).toBeCloseTo(1, 4);
  });

  test('go faster as soon as a container stops or asks for less', () => {
    const bench = new Bench(1);
    const hog = busyPod('hog', '0s=1,1s=0');
    bench.start(hog);
    bench.call(2 * SECOND);
    bench.simulation.run();
    const speed = system / (system + cpuWeight(1_000)); // a half
    expect(bench.done[0]?.[1]).toBeCloseTo(SECOND + (2 - speed) * SECOND, -1);

    const other = new Bench(1);
    const endless = busyPod('endless', '1');
    other.start(endless);
    other.call(2 * SECOND);
    other.at(SECOND, () => other.end(endless));
    other.simulation.run();
    expect(other.done).toEqual(bench.done);
  });

  test('slow a container down as they are slowed down by it', () => {
    const bench = new Bench(1);
    const hog = busyPod('hog', '1');
    bench.start(hog);
    bench.call(SECOND);
    bench.at(4 * SECOND, () => {});
    bench.simulation.run();
    expect(bench.done[0]?.[1]).toBeCloseTo(2 * SECOND, -1);
    expect(bench.missed(hog)).toBeCloseTo(1, 4);
  });

  test('are done at once when the machine of the containers has failed', () => {
    const bench = new Bench(1);
    bench.start(busyPod('hog', '1'));
    bench.call(2 * SECOND);
    bench.at(SECOND, () => bench.cpus.nodeFailed(0));
    bench.simulation.run();
    expect(bench.done[0]?.[1]).toBeCloseTo(2.5 * SECOND, -1);
  });
});

describe('a sync of kube-proxy on a busy node', () => {
  test('had the part of a core that is left to a pod which requests nothing', () => {
    const bench = new Bench(2);
    bench.cpus.setBurstable(0, 1_000);
    const api = busyPod('api', '0s=1,2s=2', '1');
    bench.start(api);
    bench.at(4 * SECOND, () => bench.end(api));
    bench.at(6 * SECOND, () => {});
    bench.simulation.run();
    const shareAt = (seconds: number): number => bench.cpus.proxyShareAt(0, seconds * SECOND);
    const weight = cpuWeight(1_000);
    expect([0, 1].map(shareAt)).toEqual([1, 1]);
    expect(shareAt(3)).toBeCloseTo(2 / (weight + 1), 6);
    expect(shareAt(5)).toBe(1);
  });

  test('is the same whether it is asked for at once or after many changes, in order', () => {
    const seconds = Array.from({ length: 40 }, (_, index) => index);
    const sharesOf = (bench: Bench, askedAt: (second: number) => number): number[] => {
      const found: number[] = [];
      bench.cpus.setBurstable(0, 1_000);
      for (const second of seconds) {
        const each = busyPod(`pod-${second}`, `${1 + (second % 3)}`, '1');
        if (second % 2 === 0) bench.at(second * SECOND, () => bench.start(each));
        if (second % 2 === 0) bench.at((second + 1.5) * SECOND, () => bench.end(each));
        const at = (second + 0.75) * SECOND;
        bench.at(askedAt(at), () => found.push(bench.cpus.proxyShareAt(0, at)));
      }
      bench.simulation.run();
      return found;
    };
    const atOnce = sharesOf(new Bench(2), (at) => at);
    expect(new Set(atOnce).size).toBe(2);
    expect(sharesOf(new Bench(2), () => 100 * SECOND)).toEqual(atOnce);
    expect(sharesOf(new Bench(2), (at) => at + 7 * SECOND)).toEqual(atOnce);
  });
});

describe('a command in a container of a busy node', () => {
  const shareIn = (bench: Bench, each: Pod): number =>
    bench.cpus.threadShare(0, each, containerOf(each));

  test('has a core while there is one', () => {
    const bench = new Bench(4);
    expect(shareIn(bench, busyPod('quiet', '1'))).toBe(1);
    bench.start(busyPod('a', '2'));
    expect(shareIn(bench, busyPod('quiet', '1'))).toBe(1);
  });

  test('has what the weight of its pod is worth, and leaves the others as they were', () => {
    const bench = new Bench(2);
    bench.cpus.setBurstable(0, 2_000);
    bench.start(busyPod('hog', '4', '1'));
    const before = bench.cpus.shortfallMilli;
    const poor = busyPod('poor', '0');
    const rich = busyPod('rich', '0', '1');
    expect(shareIn(bench, poor)).toBeCloseTo(2 / (cpuWeight(2_000) + 1), 6);
    expect(shareIn(bench, rich)).toBeCloseTo(1, 6); // as much as the hog
    expect(bench.cpus.shortfallMilli).toBeCloseTo(before, 6);
  });

  test('has what its container leaves of its limit, or half of it', () => {
    const bench = new Bench(4);
    const throttled = busyPod('throttled', '1', '100m', '200m');
    const easy = busyPod('easy', '50m', '100m', '600m');
    bench.start(throttled, easy, busyPod('hog', '4'));
    expect(shareIn(bench, throttled)).toBeCloseTo(0.1, 6);
    expect(shareIn(bench, easy)).toBeCloseTo(0.55, 6);
  });

  test('has what its container leaves at that time on a node that has enough, too', () => {
    const bench = new Bench(8);
    const each = busyPod('each', '0s=100m,10s=300m,20s=0', '100m', '400m');
    const brief = busyPod('brief', '8');
    bench.start(each);
    const found: number[] = [];
    for (const second of [5, 12, 17, 25]) {
      bench.at(second * SECOND, () => found.push(shareIn(bench, each)));
    }
    bench.at(15 * SECOND, () => bench.start(brief)); // the node has too little until it ends
    bench.at(16 * SECOND, () => bench.end(brief));
    bench.simulation.run();
    expect(found).toEqual([0.3, 0.2, 0.2, 0.4]);
  });

  test('has a core in a quiet container with a limit, whatever others use of enough', () => {
    const bench = new Bench(4);
    const limited = pod('limited', {
      containers: [{ name: 'app', image: 'app:1', resources: { limits: { cpu: '100m' } } }],
    });
    expect(shareIn(bench, limited)).toBe(1);
    bench.start(busyPod('other', '1'));
    expect(shareIn(bench, limited)).toBe(1);
  });
});

describe('an image pull on a busy node', () => {
  test('asks for less than a call, and shares what the daemons get with it', () => {
    const simulation = new Simulation('pulls');
    const cpus = new NodeCpus(simulation);
    cpus.addNode(1);
    const told: number[] = [];
    const calls = cpus.systemWork(1_000, () => told.push(0));
    const pulls = cpus.systemWork(250, () => told.push(1));
    cpus.containerStarted(0, busyPod('hog', '1', '1'), containerOf(busyPod('hog', '1', '1')));
    expect(pulls.speed(0, 1)).toBe(1); // a quarter of a core, below its half
    expect(calls.speed(0, 1)).toBeCloseTo(0.5 / 1.25, 6);
    expect(told).toEqual([1]);
    pulls.speed(0, 0);
    expect(calls.speed(0, 1)).toBeCloseTo(0.5, 6);
  });
});
