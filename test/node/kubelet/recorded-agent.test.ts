// The agents of the recorded timelines: what they ask of the API, and when.

import { describe, expect, test } from 'vitest';
import { exactProfile } from '../../../src/node/container-runtime/profiles.js';
import { kubeletConstants, recordedAgentSettings } from '../../../src/node/kubelet/constants.js';
import { KubeletBench, secondUs } from './kubelet-bench.js';

function recordedBench(): KubeletBench {
  return new KubeletBench({
    runtime: exactProfile(secondUs, secondUs),
    settings: { ...kubeletConstants, ...recordedAgentSettings },
  });
}

const volumes = [
  { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
];

describe('a recorded agent', () => {
  const bench = recordedBench();
  bench.bind(0, 'web', { volumes });
  bench.delete(10 * secondUs, 'web', 30);
  bench.run(20 * secondUs);

  test('reports a pod running and ready exactly 1 s after it has seen it', () => {
    // a status write reaches the server 3 ms after it is due
    expect(bench.podHistory()).toEqual([
      [0, 'web', 'Pending'],
      [1 + 3, 'web', 'Pending app:ContainerCreating'],
      [1_001 + 3, 'web', 'Running ready app:running'],
      [10_000, 'web', 'Running ready deleting app:running'],
      [11_001 + 3, 'web', 'Succeeded deleting app:exit 0'],
      [11_001 + 5, 'web', 'gone'],
    ]);
  });

  test('asks for nothing but its statuses: GET and PATCH twice, then GET, PATCH and DELETE', () => {
    expect(bench.requests('pods').slice(2)).toEqual([
      ...['get', 'patch/status'],
      ...['get', 'patch/status'],
      ...['get', 'patch/status', 'delete'],
    ]);
    expect(bench.requests('events')).toEqual([]);
    expect(bench.requests('serviceaccounts')).toEqual([]);
  });

  test('starts many pods at once on one node, each after 1 s: only its writer is a queue', () => {
    const crowd = recordedBench();
    for (let i = 0; i < 4; i++) crowd.bind(0, `web-${i}`);
    crowd.run(5 * secondUs);
    const started = crowd.stages.filter(([, , stage]) => stage === 'containersStarted');
    expect(started.map(([time]) => time)).toEqual(Array(4).fill(1_001));
    const ready = crowd.podHistory().filter(([, , what]) => what.startsWith('Running'));
    expect(ready.map(([time]) => time)).toEqual([1_004, 1_008, 1_012, 1_016]);
  });

  test('writes the end of a pod that ends by itself once', () => {
    const jobs = recordedBench();
    const annotations = { 'kubeclock.dev/run-time': '2s' };
    jobs.bind(0, 'job', { restartPolicy: 'Never' }, { annotations });
    jobs.run(20 * secondUs);
    expect(jobs.podHistory().map(([, , what]) => what)).toEqual([
      'Pending',
      'Pending app:ContainerCreating',
      'Running ready app:running',
      'Succeeded app:exit 0',
    ]);
  });

  test('writes every status of every pod, however long its writer is behind', () => {
    const crowd = recordedBench();
    for (let i = 0; i < 100; i++) crowd.bind(0, `web-${i}`);
    crowd.run(30 * secondUs);
    const writes = crowd.requests('pods').filter((request) => request === 'patch/status');
    expect(writes).toHaveLength(200);
    const [first] = crowd.podHistory().filter(([, , what]) => what.startsWith('Running'));
    // The first statuses of all 100 take 200 requests: 100 at once, then 50 a second.
    expect(first?.[0]).toBeGreaterThan(3_000);
  });
});
