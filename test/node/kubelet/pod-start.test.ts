// How a pod comes up, with exact times: every step of SyncPod takes a constant time here, and a
// message takes 1 ms.

import { describe, expect, test } from 'vitest';
import { KubeletBench, msUs, originUs, secondUs, sinceOrigin } from './kubelet-bench.js';

describe('a pod whose image is present', () => {
  const bench = new KubeletBench();
  bench.bind(0, 'web');
  bench.run(5 * secondUs);

  test('is reported waiting at once, and running and ready after the sum of its steps', () => {
    // seen 1; directories 10, sandbox 100 and network 50, create 30, start 20, relist 5;
    // a status write reaches the server 3 ms after it is due: GET there and back, PATCH there.
    expect(bench.podHistory()).toEqual([
      [0, 'web', 'Pending'],
      [4, 'web', 'Pending app:ContainerCreating'],
      [219, 'web', 'Running ready app:running'],
    ]);
  });

  test('is observed at its sandbox, its images and its containers', () => {
    expect(bench.stages).toEqual([
      [161, 'uid-web', 'sandboxCreated'],
      [161, 'uid-web', 'imagesPulled'],
      [211, 'uid-web', 'containersStarted'],
    ]);
  });

  test('costs one GET and one PATCH for each of its two states', () => {
    expect(bench.requests('pods')).toEqual([
      'list',
      'watch',
      'get',
      'patch/status',
      'get',
      'patch/status',
    ]);
  });

  test('has the conditions of a kubelet and keeps those of others', () => {
    const { conditions, podIP, hostIP, startTime, qosClass } = bench.pod('web').status ?? {};
    expect(conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'PodReadyToStartContainers=True',
      'Initialized=True',
      'Ready=True',
      'ContainersReady=True',
      'PodScheduled=True',
    ]);
    expect({ podIP, hostIP, startTime, qosClass }).toEqual({
      podIP: '10.244.0.2',
      hostIP: '192.168.0.1',
      startTime: originUs + 1 * msUs,
      qosClass: 'BestEffort',
    });
  });
});

describe('a pod with more to do', () => {
  test('starts its containers one after the other, in the order of the spec', () => {
    const bench = new KubeletBench();
    const containers = ['a', 'b', 'c'].map((name) => ({ name, image: 'app:1' }));
    bench.bind(0, 'web', { containers });
    bench.run(secondUs);
    // seen 1, directories 11, sandbox 161, then 50 for each container
    expect(bench.stages.at(-1)).toEqual([311, 'uid-web', 'containersStarted']);
    const started = bench
      .pod('web')
      .status?.containerStatuses?.map((status) => [
        status.name,
        sinceOrigin(status.state?.running?.startedAt),
      ]);
    expect(started).toEqual([
      ['a', 211],
      ['b', 261],
      ['c', 311],
    ]);
  });

  test('runs init containers first, each seen to end before the next one starts', () => {
    const bench = new KubeletBench({ settings: { relistPeriodUs: 0, podRelistUs: 5 * msUs } });
    const initContainers = ['first', 'second'].map((name) => ({ name, image: 'app:1' }));
    const annotations = { 'kubeclock.dev/init-run-time': '200ms' };
    bench.bind(0, 'web', { initContainers }, { annotations });
    bench.run(2 * secondUs);
    // first starts at 211 and ends at 411, second starts at 461 and ends at 661, app starts at 711
    const states = bench.podHistory().map(([time, , what]) => [time, what]);
    expect(states).toEqual([
      [0, 'Pending'],
      [4, 'Pending first:PodInitializing second:PodInitializing app:ContainerCreating'],
      [219, 'Pending first:running second:PodInitializing app:ContainerCreating'],
      [414, 'Pending first:exit 0 second:PodInitializing app:ContainerCreating'],
      [469, 'Pending first:exit 0 second:running app:ContainerCreating'],
      [664, 'Pending first:exit 0 second:exit 0 app:ContainerCreating'],
      [719, 'Running ready first:exit 0 second:exit 0 app:running'],
    ]);
  });

  test('sees the end of an init container only at the next relist', () => {
    const bench = new KubeletBench({ settings: { relistPeriodUs: secondUs } });
    const annotations = { 'kubeclock.dev/init-run-time': '200ms' };
    bench.bind(0, 'web', { initContainers: [{ name: 'i', image: 'app:1' }] }, { annotations });
    bench.run(4 * secondUs);
    const seen = bench.podHistory().find(([, , what]) => what.includes('i:exit 0'))?.[0] ?? 0;
    const phase = bench.simulation.random.stream('kubelet/node-0/phases').below(secondUs) / msUs;
    // it ends at 411; the write takes 3 ms; relists come every second from the phase on
    expect(seen).toBe((phase < 411 ? phase + 1000 : phase) + 3);
  });

  test('starts what comes after a sidecar once the sidecar is started', () => {
    const bench = new KubeletBench({ applicationStartUs: 3 * secondUs });
    const startupProbe = { httpGet: { port: 80 }, periodSeconds: 1, failureThreshold: 10 };
    const proxy = { name: 'proxy', image: 'app:1', restartPolicy: 'Always' as const, startupProbe };
    bench.bind(0, 'web', { initContainers: [proxy] });
    bench.run(10 * secondUs);
    // the worker of the probe ticks from 11 ms on; the proxy starts at 211, is able at 3211
    const [, , last] = bench.podHistory().at(-1) ?? [];
    expect(last).toBe('Running ready proxy:running app:running');
    const app = bench.pod('web').status?.containerStatuses?.[0];
    expect(sinceOrigin(app?.state?.running?.startedAt)).toBe(4011 + 50);
  });

  test('waits for volumes on the grid of the loops and of its own poll', () => {
    const settings = { volumeLoopUs: 100 * msUs, volumePollUs: 300 * msUs };
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'plain');
    bench.bind(0, 'mounting', { volumes: [{ name: 'scratch', emptyDir: {} }] });
    bench.run(3 * secondUs);
    const sandbox = new Map(bench.stages.map(([time, uid, stage]) => [`${uid} ${stage}`, time]));
    expect(sandbox.get('uid-plain sandboxCreated')).toBe(161);
    expect(sandbox.get('uid-mounting sandboxCreated')).toBe(461); // 0.3 s later
  });

  test('holds up the containers after a postStart hook that sleeps', () => {
    const bench = new KubeletBench();
    const lifecycle = { postStart: { sleep: { seconds: 2 } } };
    const containers = [
      { name: 'a', image: 'app:1', lifecycle },
      { name: 'b', image: 'app:1' },
    ];
    bench.bind(0, 'web', { containers });
    bench.run(5 * secondUs);
    expect(bench.stages.at(-1)).toEqual([2261, 'uid-web', 'containersStarted']);
  });

  test('uses the address of its node on the host network, and waits for no CNI', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'agent', { hostNetwork: true });
    bench.run(secondUs);
    expect(bench.pod('agent').status?.podIP).toBe('192.168.0.1');
    expect(bench.stages[0]).toEqual([111, 'uid-agent', 'sandboxCreated']);
  });
});

describe('pods that start together', () => {
  test('share the cores of their node: eight on four cores take twice as long', () => {
    const bench = new KubeletBench();
    for (let i = 0; i < 8; i++) bench.bind(0, `web-${i}`);
    bench.run(5 * secondUs);
    const started = bench.stages.filter(([, , stage]) => stage === 'containersStarted');
    // 11 ms, then 2 x (150 + 30 + 20)
    expect(started.map(([time]) => time)).toEqual(Array(8).fill(411));
  });

  test('are written one at a time: the node is the queue', () => {
    const bench = new KubeletBench();
    for (let i = 0; i < 4; i++) bench.bind(0, `web-${i}`);
    bench.run(5 * secondUs);
    const ready = bench.podHistory().filter(([, , what]) => what.startsWith('Running'));
    expect(ready.map(([time]) => time)).toEqual([219, 223, 227, 231]);
  });

  test('that change while they wait are written once, with the newest state', () => {
    // The node's writer is slow: 1 request a second.
    const settings = { kubeApiQps: 1, kubeApiBurst: 1, reportPodSandbox: true };
    const bench = new KubeletBench({ settings });
    bench.bind(10 * secondUs, 'web');
    bench.run(30 * secondUs);
    const writes = bench.podHistory().map(([, , what]) => what);
    expect(writes).toEqual([
      'Pending',
      'Pending app:ContainerCreating',
      'Running ready app:running', // the sandbox alone is never reported
    ]);
  });
});

describe('the same seed', () => {
  test('gives the same trace, and a pod the same times wherever it is placed', () => {
    const settings = { podDirectoriesP50Us: 8_000, podDirectoriesP99Us: 60_000 };
    const run = (node: string): [string, number] => {
      const bench = new KubeletBench({ nodes: 2, settings, applicationStartUs: 5 });
      bench.bind(0, 'web', {}, { node });
      bench.run(10 * secondUs);
      const start = bench.stages.find(([, , stage]) => stage === 'sandboxCreated')?.[0] ?? 0;
      return [bench.simulation.traceHash, start];
    };
    expect(run('node-0')).toEqual(run('node-0'));
    expect(run('node-1')[1]).toBe(run('node-0')[1]);
    expect(run('node-1')[0]).not.toBe(run('node-0')[0]);
  });
});
