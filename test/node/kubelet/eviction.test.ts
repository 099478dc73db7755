// Nodes that run short of memory or disk: what they report, whom they put out and refuse.

import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import {
  defaultKubeletConfiguration,
  type KubeletConfiguration,
} from '../../../src/node/kubelet/kubelet-configuration.js';
import { KubeletBench, nodeObject, secondUs, summaryOf } from './kubelet-bench.js';

const mebi = 1_048_576;

/** A node of 1000 Mi on which pods are evicted below 100 Mi, but for what a test says. */
function short(more: Partial<KubeletConfiguration> = {}, settings = {}): KubeletBench {
  const node = nodeObject(0);
  const amounts = { cpu: '4', memory: '1000Mi', pods: '110', 'ephemeral-storage': '1000Mi' };
  const status = {
    ...node.status,
    capacity: amounts,
    allocatable: { ...amounts, memory: '900Mi' },
  };
  const configuration = { ...defaultKubeletConfiguration, ...more };
  return new KubeletBench({
    node: { node: { ...node, status }, configuration, images: [], isRegistered: false },
    settings: { recordEvents: true, ...settings },
    network: { imageSizes: new Map([['app:1', 1_000]]) },
  });
}

const using = (memory: string) => ({ annotations: { 'kubeclock.dev/memory-use': memory } });

const requesting = (memory: string, priority = 0) => ({
  priority,
  containers: [{ name: 'app', image: 'app:1', resources: { requests: { memory } } }],
});

const conditionOf = (bench: KubeletBench, type: string) =>
  bench.server
    .get<Node>('nodes', 'node-0')
    .status?.conditions?.find((condition) => condition.type === type)?.status;

/** Names of pods that failed, in order. */
const failed = (bench: KubeletBench) =>
  bench
    .podHistory()
    .filter(([, , what]) => what.startsWith('Failed'))
    .map(([, name]) => name);

/** Images that the node reports. */
const imagesOf = (bench: KubeletBench) =>
  bench.server.get<Node>('nodes', 'node-0').status?.images?.flatMap(({ names }) => names) ?? [];

describe('a node that is short of memory', () => {
  test('puts out one pod, reports pressure, and reports its end five minutes later', () => {
    const bench = short();
    bench.bind(0, 'small', requesting('400Mi'), using('400Mi'));
    bench.bind(0, 'big', requesting('100Mi'), using('550Mi'));
    bench.run(60 * secondUs);
    expect(failed(bench)).toEqual(['big']);
    expect(bench.pod('big').status).toMatchObject({ reason: 'Evicted' });
    expect(bench.pod('big').status?.message).toBe(
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ' +
        'Container app was using 550Mi, request is 100Mi, has larger consumption of memory. ',
    );
    const target = bench.pod('big').status?.conditions?.find((c) => c.type === 'DisruptionTarget');
    expect(target).toMatchObject({ status: 'True', reason: 'TerminationByKubelet' });
    expect(conditionOf(bench, 'MemoryPressure')).toBe('True');
    bench.run(290 * secondUs);
    expect(conditionOf(bench, 'MemoryPressure')).toBe('True');
    bench.run(340 * secondUs);
    expect(conditionOf(bench, 'MemoryPressure')).toBe('False');
    expect(summaryOf(bench.pod('small'))).toBe('Running ready app:running');
  });

  test('leaves all alone while enough is left', () => {
    const bench = short();
    bench.bind(0, 'one', requesting('100Mi'), using('450Mi'));
    bench.bind(0, 'two', requesting('100Mi'), using('450Mi'));
    bench.run(60 * secondUs);
    expect(failed(bench)).toEqual([]);
    expect(conditionOf(bench, 'MemoryPressure')).toBe('False');
  });

  test('puts out those of low priority first, and never critical ones', () => {
    const bench = short();
    bench.bind(0, 'critical', requesting('10Mi', 2_000_000_000), using('500Mi'));
    bench.bind(0, 'low', requesting('10Mi', 1), using('100Mi'));
    bench.bind(0, 'high', requesting('10Mi', 1_000), using('350Mi'));
    bench.run(15 * secondUs);
    expect(failed(bench)).toEqual(['low']);
    bench.at(20 * secondUs, () => undefined);
    bench.bind(20 * secondUs, 'more', requesting('10Mi', 2_000), using('200Mi'));
    bench.run(60 * secondUs);
    expect(failed(bench)).toEqual(['low', 'high']);
  });

  test('puts out what stays within its request only after those that do not', () => {
    const bench = short();
    bench.bind(0, 'within', requesting('850Mi'), using('850Mi'));
    bench.bind(0, 'beyond', requesting('1Mi', 1_000), using('80Mi'));
    bench.run(60 * secondUs);
    expect(failed(bench)).toEqual(['beyond']);
  });

  test('waits for the grace of a soft threshold', () => {
    const soft = {
      signal: 'memory.available',
      value: { amount: 300 * mebi },
      graceUs: 90 * secondUs,
    };
    const evictionThresholds = [soft] as KubeletConfiguration['evictionThresholds'];
    const bench = short({ evictionThresholds });
    bench.bind(0, 'app', requesting('10Mi'), using('750Mi'));
    bench.run(80 * secondUs);
    expect(failed(bench)).toEqual([]);
    expect(conditionOf(bench, 'MemoryPressure')).toBe('True');
    bench.run(120 * secondUs);
    expect(failed(bench)).toEqual(['app']);
  });

  test('goes on until the minimum that is to be reclaimed is there', () => {
    const evictionMinimumReclaim = new Map([['memory.available', { amount: 400 * mebi }]] as const);
    const bench = short({ evictionMinimumReclaim });
    for (const name of ['a', 'b', 'c']) bench.bind(0, name, requesting('1Mi'), using('320Mi'));
    bench.run(100 * secondUs);
    expect(failed(bench)).toHaveLength(2);
  });

  test('refuses pods that request nothing while it is under pressure', () => {
    const bench = short();
    bench.bind(0, 'big', requesting('100Mi'), using('950Mi'));
    bench.bind(30 * secondUs, 'careless');
    bench.bind(30 * secondUs, 'careful', requesting('10Mi'));
    bench.run(60 * secondUs);
    expect(bench.pod('careless').status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node had condition: [MemoryPressure]. ',
    });
    expect(summaryOf(bench.pod('careful'))).toBe('Running ready app:running');
  });

  test('has a container killed by the kernel when its memory is used up between two looks', () => {
    const bench = short();
    bench.bind(0, 'steady', requesting('300Mi'), using('300Mi'));
    bench.bind(0, 'wild', requesting('10Mi'), using('0s=10Mi,20s=10Mi,24s=2Gi'));
    bench.run(26 * secondUs);
    const [status] = bench.pod('wild').status?.containerStatuses ?? [];
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    expect(ended).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect(summaryOf(bench.pod('steady'))).toBe('Running ready app:running');
    const events = bench.recorder.commits.map(([, { object }]) => object);
    const reasons = events.flatMap((event) => (event.kind === 'Event' ? [event.reason] : []));
    expect(reasons).toContain('SystemOOM');
  });

  test('costs no event where nobody says what he uses', () => {
    const bench = short();
    const seen: string[] = [];
    bench.simulation.onEvent = (_, name) => seen.push(name);
    bench.bind(0, 'app', requesting('400Mi'));
    bench.run(60 * secondUs);
    expect(seen.filter((name) => name.includes('Eviction'))).toEqual([]);
  });
});

describe('a node whose disk is full', () => {
  const fill = (disk: string) => ({ annotations: { 'kubeclock.dev/ephemeral-storage-use': disk } });

  test('puts out the pod that uses most of it, and refuses all others', () => {
    const bench = short();
    bench.bind(0, 'small', {}, fill('100Mi'));
    bench.bind(0, 'big', {}, fill('0s=10Mi,20s=850Mi'));
    bench.bind(50 * secondUs, 'late', requesting('10Mi'));
    bench.run(80 * secondUs);
    expect(failed(bench)).toEqual(['big', 'late']);
    expect(bench.pod('big').status?.message).toContain('low on resource: ephemeral-storage');
    expect(conditionOf(bench, 'DiskPressure')).toBe('True');
  });

  test('removes images that nobody needs before it puts out a pod', () => {
    const bench = short();
    bench.bind(
      0,
      'old',
      { restartPolicy: 'Never', containers: [{ name: 'c', image: 'old:1' }] },
      {
        annotations: { 'kubeclock.dev/run-time': '1s' },
      },
    );
    bench.bind(20 * secondUs, 'app', {}, fill('700Mi'));
    bench.run(60 * secondUs);
    expect(failed(bench)).toEqual([]);
    expect(imagesOf(bench)).toEqual(['app:1']);
  });
});

describe('dead containers', () => {
  const leaving = (more: Record<string, string>) => ({
    annotations: {
      'kubeclock.dev/ephemeral-storage-use': '600Mi',
      'kubeclock.dev/run-time': '3s',
      ...more,
    },
  });
  const once = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app:1' }] } as const;
  const filler = {
    annotations: { 'kubeclock.dev/ephemeral-storage-use': '0s=1Mi,50s=1Mi,60s=350Mi' },
  };

  test('keep their disk until it is needed, and then go before any pod does', () => {
    const bench = short();
    bench.bind(0, 'done', once, leaving({}));
    bench.bind(0, 'app', {}, filler);
    bench.run(100 * secondUs);
    expect(conditionOf(bench, 'DiskPressure')).toBe('True');
    expect(failed(bench)).toEqual([]);
    expect(summaryOf(bench.pod('app'))).toBe('Running ready app:running');
  });

  test('are gone with the object of their pod', () => {
    const bench = short();
    bench.bind(0, 'done', once, leaving({}));
    bench.bind(0, 'app', {}, filler);
    bench.delete(20 * secondUs, 'done', 1);
    bench.run(100 * secondUs);
    expect(conditionOf(bench, 'DiskPressure')).toBe('False');
  });

  test('are one for each container, however often it restarts', () => {
    const bench = short();
    bench.bind(0, 'looping', {}, leaving({ 'kubeclock.dev/ephemeral-storage-use': '300Mi' }));
    bench.run(90 * secondUs);
    expect(bench.pod('looping').status?.containerStatuses?.[0]?.restartCount).toBeGreaterThan(2);
    expect(conditionOf(bench, 'DiskPressure')).toBe('False');
  });
});

describe('a node that runs out of inodes', () => {
  const files = (count: string) => ({ annotations: { 'kubeclock.dev/inode-use': count } });

  test('is under pressure of disk, and puts out the pod that has most of them', () => {
    const bench = short(); // 64,000 inodes; 5 % of them are 3,200
    bench.bind(0, 'few', {}, files('20k'));
    bench.bind(0, 'many', {}, files('0s=1k,20s=42k'));
    bench.run(60 * secondUs);
    expect(failed(bench)).toEqual(['many']);
    expect(bench.pod('many').status?.message).toMatch(
      /^The node was low on resource: inodes\. Threshold quantity: 3200, available: \d+\. $/,
    );
    expect(conditionOf(bench, 'DiskPressure')).toBe('True');
    expect(conditionOf(bench, 'PIDPressure')).toBe('False');
  });
});

describe('a node that runs out of processes', () => {
  const processes = (count: string) => ({ annotations: { 'kubeclock.dev/process-use': count } });
  const evictionThresholds: KubeletConfiguration['evictionThresholds'] = [
    { signal: 'pid.available', value: { share: 0.1 }, graceUs: 0 },
  ];

  test('puts out those of low priority first, whatever they have, and then refuses pods', () => {
    const bench = short({ evictionThresholds }); // 8,000 processes
    bench.bind(0, 'low', { priority: 1 }, processes('100'));
    bench.bind(0, 'high', { priority: 1_000 }, processes('0s=100,20s=7500'));
    bench.bind(50 * secondUs, 'late', requesting('10Mi'));
    bench.run(45 * secondUs);
    expect(failed(bench)[0]).toBe('low');
    expect(bench.pod('low').status?.message).toMatch(
      /^The node was low on resource: pids\. Threshold quantity: 800, available: \d+\. $/,
    );
    expect(conditionOf(bench, 'PIDPressure')).toBe('True');
    bench.run(80 * secondUs);
    expect(bench.pod('late').status?.message).toBe('The node had condition: [PIDPressure]. ');
  });

  test('has no threshold of its own for them', () => {
    const bench = short();
    bench.bind(0, 'app', {}, processes('7999'));
    bench.run(60 * secondUs);
    expect(failed(bench)).toEqual([]);
  });
});

describe('images on a disk that fills up', () => {
  const image = (name: string) => ({ containers: [{ name: 'app', image: `${name}:1` }] });
  const megabyte = 1_000_000;

  /** Runs one image after the other, each 250 MB on a disk of 1000 Mi. */
  function bench(names: readonly string[], keep: readonly string[] = []): KubeletBench {
    const configuration = { evictionThresholds: [] };
    const made = short(configuration, { imageGCPeriodUs: 300 * secondUs });
    for (const [index, name] of names.entries()) {
      made.bind(index * 10 * secondUs, name, image(name));
      if (!keep.includes(name)) made.delete((index * 10 + 8) * secondUs, name, 1);
    }
    return made;
  }

  test('are collected from 85 % on, down to 80 %, those used longest ago first', () => {
    const made = bench(['a', 'b', 'c', 'd']);
    made.run(60 * secondUs);
    expect(imagesOf(made)).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
    made.run(620 * secondUs);
    expect(imagesOf(made)).toEqual(['b:1', 'c:1', 'd:1']);
    expect(made.recorder.pulls.map(([, , bytes]) => bytes)).toEqual(Array(4).fill(100 * megabyte));
  });

  test('stay while a pod needs them', () => {
    const made = bench(['a', 'b', 'c', 'd'], ['a', 'b']);
    made.run(620 * secondUs);
    expect(imagesOf(made)).toEqual(['a:1', 'b:1', 'd:1']);
  });

  test('that are all needed are kept, and the node says that it could free nothing', () => {
    const made = bench(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']);
    made.run(620 * secondUs);
    expect(imagesOf(made)).toHaveLength(4);
    const messages = made.recorder.commits.flatMap(([, { object }]) =>
      object.kind === 'Event' && object.reason === 'FreeDiskSpaceFailed' ? [object.message] : [],
    );
    expect(messages[0]).toMatch(/Attempted to free \d+ bytes, but only found 0 bytes eligible/);
  });
});

describe('pods per core (reference vector 14)', () => {
  test('10 on 4 cores let 40 pods in; the 41st that did not ask the scheduler is OutOfpods', () => {
    const bench = new KubeletBench({
      node: { configuration: { ...defaultKubeletConfiguration, podsPerCore: 10 } },
    });
    for (let index = 0; index < 41; index++) bench.bind(index, `pod-${index}`);
    bench.run(60 * secondUs);
    const reasons = Array.from({ length: 41 }, (_, i) => bench.pod(`pod-${i}`).status?.reason);
    expect(reasons.filter((reason) => reason === undefined)).toHaveLength(40);
    expect(reasons[40]).toBe('OutOfpods');
  });
});
