// ConfigMaps and Secrets that pods name: what waits while they are not there, and what it says.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/api/event.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { PodSpec } from '../../../src/api/pod.js';
import {
  environmentReferences,
  faultOf,
  volumeReferences,
} from '../../../src/node/kubelet/config-references.js';
import { boundPod, KubeletBench, secondUs } from './kubelet-bench.js';

const configMap = (name: string, data: Readonly<Record<string, string>> = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data,
  }) as KubernetesObject;

const withVolume: Partial<PodSpec> = {
  volumes: [{ name: 'settings', configMap: { name: 'shop' } }],
};

const withEnvironment: Partial<PodSpec> = {
  containers: [
    {
      name: 'app',
      image: 'app:1',
      env: [
        { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'shop', key: 'mode' } } },
        { name: 'FLAG', valueFrom: { secretKeyRef: { name: 'no', key: 'no', optional: true } } },
      ],
    },
  ],
};

/** A pod bound at 0; its ConfigMap comes at a time, in seconds, or never. */
function bound(spec: Partial<PodSpec>, atSeconds?: number, data = { mode: 'fast' }): KubeletBench {
  const bench = new KubeletBench({ settings: { recordEvents: true } });
  bench.bind(0, 'web', spec);
  if (atSeconds !== undefined) {
    bench.at(atSeconds * secondUs, () => bench.server.create(configMap('shop', data)));
  }
  bench.run(60 * secondUs);
  return bench;
}

const startedAt = (bench: KubeletBench): number | undefined =>
  bench.stages.find(([, , stage]) => stage === 'containersStarted')?.[0];

const messages = (bench: KubeletBench, reason: string): readonly [string, number][] =>
  bench.server
    .list<Event>('events')
    .filter((event) => event.reason === reason)
    .map(({ message, count }) => [message ?? '', count ?? 0]);

describe('a pod with a volume of a ConfigMap', () => {
  test('asks for it once and starts', () => {
    const bench = new KubeletBench();
    bench.server.create(configMap('shop'));
    bench.bind(0, 'web', withVolume);
    bench.run(secondUs);
    expect(bench.requests('configmaps')).toEqual(['get']);
    expect(bench.pod('web').status?.phase).toBe('Running');
  });

  test('waits while there is none, with a delay that doubles from half a second', () => {
    const bench = bound(withVolume, 10);
    // asked after 0.01, 0.51, 1.52, 3.52, 7.52 and 15.5 s: the sixth time it is there
    expect(bench.requests('configmaps')).toHaveLength(6);
    expect(startedAt(bench)).toBeGreaterThan(15_500);
    expect(startedAt(bench)).toBeLessThan(16_100);
    expect(messages(bench, 'FailedMount')).toEqual([
      ['MountVolume.SetUp failed for volume "settings" : configmap "shop" not found', 5],
    ]);
  });

  test('waits for an entry that it names', () => {
    const items = [{ key: 'mode', path: 'mode' }];
    const volumes = [{ name: 'settings', configMap: { name: 'shop', items } }];
    const bench = bound({ volumes }, 0, {} as { mode: string });
    const [message] = messages(bench, 'FailedMount')[0] ?? [];
    expect(message).toContain('references non-existent config key: mode');
    expect(startedAt(bench)).toBeUndefined();
  });

  test('does without one that is optional', () => {
    const volumes = [{ name: 'settings', configMap: { name: 'shop', optional: true } }];
    expect(startedAt(bound({ volumes }))).toBeLessThan(1_000);
  });

  test('stops asking when the pod is deleted', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'web', withVolume);
    bench.delete(5 * secondUs, 'web', 30);
    bench.run(60 * secondUs);
    expect(bench.requests('configmaps')).toHaveLength(4);
    expect(bench.fleet.podCount).toBe(0);
  });
});

describe('a container with a variable from a ConfigMap', () => {
  test('is created when the ConfigMap has come, at the next sync', () => {
    const bench = bound(withEnvironment, 15);
    expect(startedAt(bench)).toBeGreaterThan(15_000);
    expect(startedAt(bench)).toBeLessThan(15_000 + 11_000);
    expect(messages(bench, 'Failed')[0]?.[0]).toBe('Error: configmap "shop" not found');
    expect(messages(bench, 'Failed')[0]?.[1]).toBeGreaterThan(1);
  });

  test('waits with the reason that users know, its image pulled once', () => {
    const bench = bound(withEnvironment);
    const state = bench.pod('web').status?.containerStatuses?.[0]?.state;
    expect(state).toEqual({
      waiting: { reason: 'CreateContainerConfigError', message: 'configmap "shop" not found' },
    });
    expect(bench.stages.filter(([, , stage]) => stage === 'imagesPulled')).toHaveLength(1);
  });

  test('waits for a key that the ConfigMap lacks', () => {
    const bench = bound(withEnvironment, 0, {} as { mode: string });
    const state = bench.pod('web').status?.containerStatuses?.[0]?.state;
    expect(state?.waiting?.message).toBe("couldn't find key mode in ConfigMap default/shop");
  });
});

describe('what a pod names', () => {
  test('is found in volumes, but not in the one of its token', () => {
    const token = { serviceAccountToken: { path: 'token' } };
    const volumes = [
      { name: 'a', secret: { secretName: 'key', optional: true } },
      { name: 'b', projected: { sources: [{ secret: { name: 's' } }] } },
      { name: 'c', projected: { sources: [token, { configMap: { name: 'kube-root-ca.crt' } }] } },
      { name: 'd', emptyDir: {} },
    ];
    expect(volumeReferences(boundPod('web', { volumes }))).toEqual([
      { resource: 'secrets', name: 'key', keys: [], isOptional: true, volume: 'a' },
      { resource: 'secrets', name: 's', keys: [], isOptional: false, volume: 'b' },
    ]);
  });

  test('is found in the environment, whole objects first', () => {
    const found = environmentReferences({
      name: 'app',
      envFrom: [{ configMapRef: { name: 'all' } }, { secretRef: { name: 'hidden' } }],
      env: [
        { name: 'PLAIN', value: '1' },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'one', key: 'k' } } },
      ],
    });
    expect(found.map(({ resource, name, keys }) => [resource, name, ...keys])).toEqual([
      ['configmaps', 'all'],
      ['secrets', 'hidden'],
      ['secrets', 'one', 'k'],
    ]);
  });

  test('may be in any part of the object', () => {
    const reference = { resource: 'secrets', name: 'one', keys: ['k'], isOptional: false } as const;
    const metadata = { name: 'one' };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata } as const;
    expect(faultOf(reference, { ...secret, stringData: { k: 'v' } }, 'default')).toBeUndefined();
    expect(faultOf(reference, { ...secret, data: { k: '' } }, 'default')).toBeUndefined();
    expect(faultOf(reference, secret, 'shop')).toBe("couldn't find key k in Secret shop/one");
  });
});
