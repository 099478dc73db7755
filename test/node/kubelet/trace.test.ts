// The life of one pod, event by event: what the kubelet does, and when, in milliseconds.

import { describe, expect, test } from 'vitest';
import {
  type BenchOptions,
  KubeletBench,
  msUs,
  originUs,
  type PodMore,
  secondUs,
  sinceOrigin,
} from './kubelet-bench.js';

type Spec = Parameters<KubeletBench['bind']>[2];

/** Events of the kubelet and its runtime as `ms name`, but for those of heartbeats and watches. */
function traceOf(
  spec: Spec,
  more: PodMore = {},
  options: BenchOptions = {},
  act: (bench: KubeletBench) => void = () => undefined,
): string[] {
  const bench = new KubeletBench(options);
  const trace: string[] = [];
  bench.simulation.onEvent = (time, name) => {
    if (!/^kubelet\./.test(name) || /Lease|NodeStatus|Watch/.test(name) || time < originUs) return;
    trace.push(`${sinceOrigin(time)} ${name.slice('kubelet.'.length)}`);
  };
  bench.bind(0, 'web', spec, more);
  act(bench);
  bench.run(100 * secondUs);
  return trace;
}

describe('the trace of a pod', () => {
  test('whose image is present', () => {
    expect(traceOf({})).toEqual([
      '1 PodHandled',
      '11 PodDirectoriesMade',
      '161 PodSandboxCreated',
      '191 ContainerCreated',
      '211 ContainerStarted',
      '216 PodRelisted',
    ]);
  });

  test('with a volume, an image to pull, a slow application and a readiness probe', () => {
    const spec: Spec = {
      volumes: [{ name: 'scratch', emptyDir: {} }],
      containers: [
        {
          name: 'app',
          image: 'new:1',
          readinessProbe: { httpGet: { port: 80 }, periodSeconds: 2 },
        },
      ],
    };
    const settings = { volumeLoopUs: 100 * msUs, networkProbeUs: msUs };
    const annotations = { 'kubeclock.dev/ready-after': '3s' };
    expect(traceOf(spec, { annotations }, { settings })).toEqual([
      '1 PodHandled',
      '11 PodDirectoriesMade',
      '311 VolumesMounted', // the loops take up to 200, the poll comes every 300
      '461 PodSandboxCreated',
      '561 ImageManifestRead',
      '561 ImagePartPulled', // the registry has no limit here
      '2561 ImagePartPulled', // 100 MB at 50 MB/s
      '2591 ContainerCreated',
      '2611 ContainerStarted',
      '2616 PodRelisted',
      '6617 ReadinessProbeSucceeded', // able at 5611; asked at 2616, 4616, 6616
    ]);
  });

  test('that is deleted while it runs', () => {
    const trace = traceOf({}, {}, {}, (bench) => bench.delete(5 * secondUs, 'web', 30));
    expect(trace.slice(6)).toEqual([
      '5001 PodHandled',
      '5041 ContainerStopped',
      '5101 PodSandboxStopped',
      '5101 PodTerminated',
    ]);
  });

  test('that is deleted, with a hook, a deaf container, volumes and a real relist', () => {
    const spec: Spec = {
      volumes: [{ name: 'scratch', emptyDir: {} }],
      containers: [
        { name: 'app', image: 'app:1', lifecycle: { preStop: { sleep: { seconds: 3 } } } },
      ],
    };
    const more = { annotations: { 'kubeclock.dev/ignores-sigterm': 'true' } };
    const settings = { volumeLoopUs: 100 * msUs, relistPeriodUs: secondUs, relistUs: 4 * msUs };
    const trace = traceOf(spec, more, { settings }, (bench) =>
      bench.delete(20 * secondUs, 'web', 10),
    );
    const phaseMs = (trace.length > 0 ? relistPhaseUs(settings) : 0) / msUs;
    // the relist after 30101 ends 4 ms later; volumes are gone 100 ms after that
    const relistMs = phaseMs + Math.ceil((30_101 - phaseMs) / 1_000) * 1_000;
    expect(trace.slice(7)).toEqual([
      '20001 PodHandled',
      '23001 PreStopHookEnded',
      '30001 GracePeriodEnded',
      '30041 ContainerStopped',
      '30101 PodSandboxStopped',
      `${relistMs + 4 + 100} PodTerminated`,
    ]);
  });

  test('whose container runs for 2 s and is started again', () => {
    const annotations = { 'kubeclock.dev/run-time': '2s' };
    expect(traceOf({}, { annotations }).slice(6, 17)).toEqual([
      '2211 ContainerExited',
      '2211 PodRelisted', // relists take no time here
      '2241 ContainerCreated',
      '2261 ContainerStarted',
      '2266 PodRelisted',
      '4261 ContainerExited',
      '4261 PodRelisted',
      '14261 PodRequeued', // 10 s in CrashLoopBackOff
      '14291 ContainerCreated',
      '14311 ContainerStarted',
      '14316 PodRelisted',
    ]);
  });

  test('on a kubelet of 1.35, which sees its own acts at the next relist only', () => {
    const settings = { onDemandRelist: false, relistPeriodUs: secondUs };
    const trace = traceOf({}, {}, { settings });
    const phaseMs = relistPhaseUs(settings) / msUs;
    const relistMs = phaseMs + Math.ceil((211 - phaseMs) / 1_000) * 1_000;
    expect(trace.at(-1)).toBe(`${relistMs} PodRelisted`);
  });

  test('that never gets its image is one retry after the other', () => {
    const containers = [{ name: 'app', image: 'absent:1', imagePullPolicy: 'Never' as const }];
    const trace = traceOf({ containers });
    expect(trace.slice(2, 7)).toEqual([
      '161 PodSandboxCreated',
      ...['10161', '20161', '30161', '40161'].map((time) => `${time} PodRequeued`),
    ]);
  });
});

/** The phase of node-0's relists relative to the origin. */
function relistPhaseUs({ relistPeriodUs }: { relistPeriodUs: number }): number {
  const { simulation } = new KubeletBench();
  return simulation.random.stream('kubelet/node-0/phases').below(relistPeriodUs);
}

describe('limits of one kubelet', () => {
  test('it starts 25 pods a second at most: two requests a status, 50 a second (§10.11)', () => {
    const runtime = { ...instantRuntime };
    const bench = new KubeletBench({ runtime, settings: { kubeApiBurst: 1 } });
    for (let i = 0; i < 100; i++) bench.bind(i * 10, `web-${i}`);
    bench.run(60 * secondUs);
    const ready = bench.podHistory().filter(([, , what]) => what.startsWith('Running'));
    const [first = 0, last = 0] = [ready[0]?.[0], ready.at(-1)?.[0]];
    // the pods run at once: one status each, Pending was overtaken for all but the first
    const perSecond = (1_000 * (ready.length - 1)) / (last - first);
    expect(ready).toHaveLength(100);
    expect(perSecond).toBeGreaterThan(24);
    expect(perSecond).toBeLessThan(26);
  });

  test('at the old limit of 5 requests a second it was 2.5 pods', () => {
    const runtime = { ...instantRuntime };
    const settings = { kubeApiQps: 5, kubeApiBurst: 1 };
    const bench = new KubeletBench({ runtime, settings });
    for (let i = 0; i < 20; i++) bench.bind(i * 10, `web-${i}`);
    bench.run(60 * secondUs);
    const ready = bench.podHistory().filter(([, , what]) => what.startsWith('Running'));
    const [first = 0, last = 0] = [ready[0]?.[0], ready.at(-1)?.[0]];
    expect((1_000 * (ready.length - 1)) / (last - first)).toBeCloseTo(2.5, 1);
  });

  test('Events of a node wait for their own limit, and statuses do not wait for them', () => {
    const settings = { recordEvents: true, eventRecordQps: 1, eventBurst: 1 };
    const bench = new KubeletBench({ settings });
    for (let i = 0; i < 5; i++) bench.bind(0, `web-${i}`);
    bench.run(5 * secondUs);
    const events = bench.requests('events').length;
    expect(events).toBeLessThanOrEqual(6);
    const ready = bench.podHistory().filter(([, , what]) => what.startsWith('Running'));
    expect(ready).toHaveLength(5);
    expect(ready.at(-1)?.[0]).toBeLessThan(500);
    bench.run(60 * secondUs);
    expect(bench.requests('events')).toHaveLength(15); // none is lost
  });
});

const instantRuntime = {
  runPodSandbox: { kind: 'constant', value: 0 },
  networkAdd: { kind: 'constant', value: 0 },
  createContainer: { kind: 'constant', value: 0 },
  startContainer: { kind: 'constant', value: 0 },
  stopContainer: { kind: 'constant', value: 0 },
  stopPodSandbox: { kind: 'constant', value: 0 },
} as const;
