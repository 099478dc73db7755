// What holds for any pods in any order, and what the fleet costs.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import { runtimeProfiles } from '../../../src/node/container-runtime/profiles.js';
import { nodePodCidr, PodNetwork, staticNetwork } from '../../../src/node/kubelet/pod-network.js';
import { refusal } from '../../support/fake-api-server.js';
import { KubeletBench, msUs, secondUs } from './kubelet-bench.js';

/** Draws of a whole life: when it is bound, to which node, whether it ends, when it is deleted. */
const life = fc.record({
  bindMs: fc.integer({ min: 0, max: 5_000 }),
  node: fc.integer({ min: 0, max: 2 }),
  restartPolicy: fc.constantFrom('Always' as const, 'OnFailure' as const, 'Never' as const),
  runTime: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
  containers: fc.integer({ min: 1, max: 3 }),
  inits: fc.integer({ min: 0, max: 2 }),
  image: fc.constantFrom('app:1', 'new:1', 'other:1'),
  deleteMs: fc.option(fc.integer({ min: 1, max: 40_000 }), { nil: undefined }),
  ignores: fc.boolean(),
});

describe('any set of pods', () => {
  test('keeps phases in order, addresses apart, one writer a node, and is all cleaned up', () => {
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 12 }), (lives) => {
        const settings = { relistPeriodUs: secondUs, volumeLoopUs: 100 * msUs };
        const bench = new KubeletBench({ nodes: 3, settings, runtime: runtimeProfiles.containerd });
        for (const [index, each] of lives.entries()) {
          const name = `web-${index}`;
          const part = (prefix: string) => (_: unknown, place: number) => ({
            name: `${prefix}${place}`,
            image: each.image,
          });
          const annotations = {
            ...(each.runTime !== undefined && { 'kubeclock.dev/run-time': `${each.runTime}ms` }),
            'kubeclock.dev/ignores-sigterm': `${each.ignores}`,
          };
          const spec = {
            restartPolicy: each.restartPolicy,
            terminationGracePeriodSeconds: 5,
            initContainers: Array.from({ length: each.inits }, part('init')),
            containers: Array.from({ length: each.containers }, part('app')),
            volumes: [{ name: 'scratch', emptyDir: {} }],
          };
          bench.bind(each.bindMs * msUs, name, spec, { annotations, node: `node-${each.node}` });
          if (each.deleteMs !== undefined) {
            bench.delete((each.bindMs + each.deleteMs) * msUs, name, 5);
          }
        }
        bench.run(300 * secondUs);
        checkPhases(bench);
        checkAddresses(bench);
        const isGone = (index: number): boolean =>
          bench.server.find('pods', `default/web-${index}`) === undefined;
        expect(
          lives.every(({ deleteMs }, index) => (deleteMs !== undefined) === isGone(index)),
        ).toBe(true);
        expect(bench.fleet.podCount).toBe(bench.server.list('pods').length);
      }),
      { numRuns: 30 },
    );
  });
});

/** A pod goes from Pending to Running to one end, and stays there. */
function checkPhases(bench: KubeletBench): void {
  const next = new Map([
    ['', ['Pending']],
    ['Pending', ['Pending', 'Running', 'Succeeded', 'Failed']],
    ['Running', ['Running', 'Succeeded', 'Failed']],
    ['Succeeded', ['Succeeded']],
    ['Failed', ['Failed']],
  ]);
  const last = new Map<string, string>();
  for (const [, { object }] of bench.recorder.commits) {
    if (object.kind !== 'Pod') continue;
    const phase = object.status?.phase ?? '';
    expect(next.get(last.get(object.metadata.name) ?? '')).toContain(phase);
    last.set(object.metadata.name, phase);
  }
}

/** At no time do two pods that run have the same address. */
function checkAddresses(bench: KubeletBench): void {
  const owners = new Map<string, string>();
  for (const [, { type, object }] of bench.recorder.commits) {
    if (object.kind !== 'Pod') continue;
    const { uid = '' } = object.metadata;
    const { podIP, phase } = (object as Pod).status ?? {};
    if (podIP === undefined) continue;
    if (type === 'DELETED' || phase === 'Succeeded' || phase === 'Failed') {
      if (owners.get(podIP) === uid) owners.delete(podIP);
    } else {
      expect(owners.get(podIP) ?? uid).toBe(uid);
      owners.set(podIP, uid);
    }
  }
}

describe('addresses', () => {
  test('are those of the subnet of the node', () => {
    expect(nodePodCidr('10.244.0.0/16', 0, 24)).toBe('10.244.0.0/24');
    expect(nodePodCidr('10.244.0.0/16', 255, 24)).toBe('10.244.255.0/24');
    expect(nodePodCidr('10.0.0.0/8', 4999, 24)).toBe('10.19.135.0/24');
    expect(nodePodCidr('10.244.0.0/16', 3, 26)).toBe('10.244.0.192/26');
  });

  test('are given out in turn, each once, until there are none', () => {
    const network = new PodNetwork(staticNetwork((node) => nodePodCidr('10.244.0.0/16', node, 29)));
    const given = Array.from({ length: 6 }, () => network.assign(1));
    // eight addresses: network, bridge and broadcast are not for pods
    expect(given).toEqual([...[10, 11, 12, 13, 14].map((last) => `10.244.0.${last}`), undefined]);
    network.release(1, '10.244.0.12');
    expect(network.assign(1)).toBe('10.244.0.12');
    expect(network.assign(2)).toBe('10.244.0.18');
  });

  test('that are released come again only after the others', () => {
    const network = new PodNetwork(staticNetwork(() => '10.244.0.0/24'));
    const first = network.assign(0) as string;
    network.release(0, first);
    expect(network.assign(0)).not.toBe(first);
  });

  test('can run out: the pod waits for one to be free', () => {
    const bench = new KubeletBench({ networkPlugin: staticNetwork(() => '10.0.0.0/30') });
    bench.bind(0, 'first');
    bench.bind(0, 'second');
    bench.delete(15 * secondUs, 'first', 30);
    bench.run(40 * secondUs);
    expect(bench.pod('second').status).toMatchObject({ phase: 'Running', podIP: '10.0.0.2' });
  });
});

describe('a server that fails', () => {
  test('gets a lost status again with the pass of every 10 s', () => {
    const bench = new KubeletBench();
    let patches = 0;
    bench.server.intercept = ({ resource, verb }) =>
      resource === 'pods' && verb === 'patch' && ++patches <= 2
        ? refusal(500, 'InternalError', 'no')
        : undefined;
    bench.bind(0, 'web');
    bench.run(30 * secondUs);
    const running = bench.podHistory().find(([, , what]) => what.startsWith('Running'));
    // the first pass comes 10 s after the first failure
    expect(running?.[0]).toBeGreaterThan(10_000);
    expect(running?.[0]).toBeLessThan(10_010);
  });

  test('ends the watch after its time, and opens it anew where a bookmark has left it', () => {
    const bench = new KubeletBench();
    bench.run(2 * secondUs);
    const { server } = bench;
    server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    server.mark();
    bench.run(3 * secondUs);
    server.compact();
    server.endWatches();
    bench.bind(4 * secondUs, 'web');
    bench.run(20 * secondUs);
    const watches = server.requests.filter(({ verb }) => verb === 'watch');
    expect(bench.requests('pods').slice(0, 3)).toEqual(['list', 'watch', 'watch']);
    expect(watches[1]?.resourceVersion).toBeGreaterThan(watches[0]?.resourceVersion ?? 0);
    for (const { allowWatchBookmarks, timeoutSeconds = 0 } of watches) {
      expect(allowWatchBookmarks).toBe(true);
      expect(timeoutSeconds).toBeGreaterThanOrEqual(300);
      expect(timeoutSeconds).toBeLessThan(600);
    }
    expect(bench.pod('web').status?.phase).toBe('Running');
  });

  test('that has forgotten the watch gets another list', () => {
    const bench = new KubeletBench();
    let watches = 0;
    bench.server.intercept = ({ verb }) =>
      verb === 'watch' && ++watches === 1 ? refusal(410, 'Expired', 'too old') : undefined;
    bench.bind(0, 'web');
    bench.run(10 * secondUs);
    expect(bench.requests('pods').slice(0, 4)).toEqual(['list', 'watch', 'list', 'watch']);
    expect(bench.pod('web').status?.phase).toBe('Running');
  });
});

describe('Events of a pod', () => {
  const settings = { recordEvents: true };
  const reasons = (bench: KubeletBench): string[] =>
    bench.server.list('events').map((event) => (event.kind === 'Event' ? `${event.reason}` : ''));

  test('tell of its image and its container, one POST each', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web', { containers: [{ name: 'app', image: 'new:1' }] });
    bench.delete(10 * secondUs, 'web', 30);
    bench.run(20 * secondUs);
    expect(reasons(bench)).toEqual(['Pulling', 'Pulled', 'Created', 'Started', 'Killing']);
    expect(bench.requests('events')).toEqual(Array(5).fill('create'));
  });

  test('that come again raise a count', () => {
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'web', {}, { annotations: { 'kubeclock.dev/run-time': '1s' } });
    bench.run(60 * secondUs);
    const started = bench.server
      .list('events')
      .find((event) => event.kind === 'Event' && event.reason === 'Started');
    expect(started).toMatchObject({ count: 4, type: 'Normal' });
    expect(new Set(reasons(bench))).toEqual(new Set(['Pulled', 'Created', 'Started', 'BackOff']));
  });

  test('are at most 25 in a burst', () => {
    const bench = new KubeletBench({ settings });
    const containers = Array.from({ length: 12 }, (_, i) => ({ name: `c${i}`, image: 'app:1' }));
    bench.bind(0, 'web', { containers });
    bench.run(20 * secondUs);
    expect(bench.requests('events')).toHaveLength(25);
  });
});

describe('many nodes', () => {
  test('cost the same for each: events of 400 nodes are those of 100, four times', () => {
    const eventsOf = (nodes: number): number => {
      const bench = new KubeletBench({ nodes });
      for (let i = 0; i < nodes; i++) {
        const metadata = { name: `node-${i}`, namespace: 'kube-node-lease' };
        bench.server.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata });
        bench.server.create(nodeOf(bench, i));
        bench.bind(secondUs, `web-${i}`, {}, { node: `node-${i}` });
      }
      bench.run(20 * secondUs);
      return bench.simulation.events / nodes;
    };
    const [few, many] = [eventsOf(100), eventsOf(400)];
    expect(many / few).toBeGreaterThan(0.97);
    expect(many / few).toBeLessThan(1.03);
  });
});

function nodeOf(bench: KubeletBench, index: number) {
  return bench.kubeletNode(index).node;
}
