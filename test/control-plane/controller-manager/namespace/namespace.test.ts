// Namespaces: what they are given, and how they go with all that is in them.
import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../../../src/api/config-map.js';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { Namespace } from '../../../../src/api/namespace.js';
import type { Pod } from '../../../../src/api/pod.js';
import type { ServiceAccount } from '../../../../src/api/service-account.js';
import { deployment } from '../../../support/objects.js';
import { ControllerBench } from '../controller-bench.js';

const SECOND = 1_000_000;

const shop: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

function pod(name: string, more: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [{ name: 'main', image: 'pause' }], ...more },
  };
}

function configMap(name: string, namespace = 'shop', finalizers: string[] = []): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, finalizers } };
}

const namesOf = (bench: ControllerBench, kind: KubernetesObject['kind']): string[] =>
  bench.stored(kind).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);

const remove = (bench: ControllerBench, object: KubernetesObject) =>
  bench.ask(object, { verb: 'delete' });

describe('a new namespace', () => {
  test('gets its default ServiceAccount and the root certificate, one request each', () => {
    const bench = new ControllerBench();
    bench.create(shop);
    bench.wait(SECOND);
    expect(namesOf(bench, 'ServiceAccount')).toEqual(['shop/default']);
    expect(namesOf(bench, 'ConfigMap')).toEqual(['shop/kube-root-ca.crt']);
    expect(bench.secondsOf('ServiceAccount', 'ADDED')[0]).toBeLessThan(0.1);
  });

  test('gets them again when they are deleted', () => {
    const bench = new ControllerBench();
    bench.create(shop);
    bench.wait(SECOND);
    const [account] = bench.stored<ServiceAccount>('ServiceAccount');
    const [certificate] = bench.stored<ConfigMap>('ConfigMap');
    remove(bench, account as ServiceAccount);
    remove(bench, certificate as ConfigMap);
    bench.wait(SECOND);
    expect(bench.stored<ServiceAccount>('ServiceAccount')[0]?.metadata.uid).not.toBe(
      account?.metadata.uid,
    );
    expect(namesOf(bench, 'ConfigMap')).toEqual(['shop/kube-root-ca.crt']);
  });
});

describe('a namespace that is deleted', () => {
  test('is Terminating for five seconds, then empty, then gone', () => {
    const bench = new ControllerBench();
    bench.create(shop);
    for (const name of ['a', 'b']) bench.create(configMap(name));
    bench.create(configMap('other', 'default'));
    bench.wait(SECOND);
    remove(bench, shop);
    bench.wait(4 * SECOND);
    expect(bench.get(shop)?.status?.phase).toBe('Terminating');
    expect(namesOf(bench, 'ConfigMap')).toHaveLength(4);
    bench.wait(3 * SECOND);
    expect(bench.get(shop)).toBeUndefined();
    expect(namesOf(bench, 'ConfigMap')).toEqual(['default/other']);
    expect(namesOf(bench, 'ServiceAccount')).toEqual([]);
  });

  test('waits for its pods before it deletes anything else', () => {
    const bench = new ControllerBench();
    bench.create(shop);
    bench.create(configMap('config'));
    bench.create(pod('bound', { nodeName: 'node', terminationGracePeriodSeconds: 20 }));
    bench.wait(SECOND);
    remove(bench, shop);
    bench.wait(10 * SECOND);
    expect(bench.pods[0]?.metadata.deletionTimestamp, 'asked to stop').toBeGreaterThan(0);
    expect(namesOf(bench, 'ConfigMap')).toContain('shop/config');
    bench.ask(pod('bound'), { verb: 'delete', gracePeriodSeconds: 0 });
    bench.wait(4 * SECOND);
    expect(bench.get(shop), 'looked at half its grace period and a second later').toBeDefined();
    bench.wait(6 * SECOND);
    expect(bench.get(shop)).toBeUndefined();
    expect(namesOf(bench, 'ConfigMap')).toEqual([]);
  });

  test('stays as long as a finalizer holds what is in it', () => {
    const bench = new ControllerBench();
    bench.create(shop);
    const held = bench.create(configMap('held', 'shop', ['example.com/hold']));
    bench.wait(SECOND);
    remove(bench, shop);
    bench.wait(60 * SECOND);
    expect(bench.get(shop)).toBeDefined();
    expect(namesOf(bench, 'ConfigMap')).toEqual(['shop/held']);
    bench.change(held, (now) => ({ ...now, metadata: { ...now.metadata, finalizers: [] } }));
    bench.wait(10 * SECOND);
    expect(bench.get(shop)).toBeUndefined();
  });

  test('goes with a Deployment in it, which can create nothing any more', () => {
    const bench = new ControllerBench({ limit: { qps: 1000, burst: 1000 } });
    bench.create(shop);
    const { metadata, ...web } = deployment('web', 3);
    bench.create({ ...web, metadata: { ...metadata, namespace: 'shop' } });
    bench.wait(SECOND);
    expect(bench.pods).toHaveLength(3);
    remove(bench, shop);
    const refused = bench.ask(configMap('late'), { verb: 'create', body: configMap('late') });
    expect(refused).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace shop because ' +
        'it is being terminated',
    });
    bench.wait(30 * SECOND);
    expect(bench.get(shop)).toBeUndefined();
    for (const kind of ['Pod', 'ReplicaSet', 'Deployment', 'Event'] as const) {
      const left = namesOf(bench, kind).filter((name) => name.startsWith('shop/'));
      expect(left, kind).toEqual([]);
    }
  });

  test('can be made anew under its name', () => {
    const bench = new ControllerBench();
    bench.create(shop);
    bench.wait(SECOND);
    remove(bench, shop);
    bench.wait(10 * SECOND);
    bench.create(shop);
    bench.wait(SECOND);
    expect(namesOf(bench, 'ServiceAccount')).toEqual(['shop/default']);
    expect(bench.get(shop)?.status?.phase).not.toBe('Terminating');
  });
});
