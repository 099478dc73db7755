// Hints and triggers in EndpointSlices: which zones and nodes are to use an endpoint, and what has
// led to a write.
import { describe, expect, test } from 'vitest';
import type { Endpoint, EndpointSlice } from '../../../src/api/endpoint-slice.js';
import type { Service } from '../../../src/api/service.js';
import {
  areSameHints,
  withHints,
} from '../../../src/control-plane/controller-manager/endpoint-hints.js';
import { replicaSet, service } from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const ready = { ready: true, serving: true, terminating: false };

const endpoint = (name: string, more: Partial<Endpoint> = {}): [string, Endpoint] => [
  name,
  { addresses: [name], nodeName: `node-${name}`, zone: 'zone-a', conditions: ready, ...more },
];

function hintsOf(
  distribution: Service['spec']['trafficDistribution'],
  endpoints = [endpoint('a')],
) {
  const { spec } = service('app');
  const own = {
    ...service('app'),
    spec: { ...spec, trafficDistribution: distribution },
  } as Service;
  return [...withHints(own, new Map(endpoints), () => undefined).values()].map(
    ({ hints }) => hints,
  );
}

describe('hints', () => {
  test.each(['PreferClose', 'PreferSameZone'] as const)('of %s name the zone', (distribution) => {
    expect(hintsOf(distribution)).toEqual([{ forZones: [{ name: 'zone-a' }] }]);
  });

  test('of PreferSameNode name the node too', () => {
    expect(hintsOf('PreferSameNode')).toEqual([
      { forNodes: [{ name: 'node-a' }], forZones: [{ name: 'zone-a' }] },
    ]);
  });

  test('are for ready endpoints in a zone, of Services that ask for them', () => {
    expect(hintsOf(undefined)).toEqual([undefined]);
    const { zone: _, ...nowhere } = endpoint('b')[1];
    const others: [string, Endpoint][] = [
      endpoint('a', { conditions: { ...ready, ready: false } }),
      ['b', nowhere],
    ];
    expect(hintsOf('PreferSameZone', others)).toEqual([undefined, undefined]);
  });

  test('leave an endpoint that has not changed the very object it was', () => {
    const { spec } = service('app');
    const own: Service = {
      ...service('app'),
      spec: { ...spec, trafficDistribution: 'PreferSameZone' },
    };
    const endpoints = new Map([endpoint('a')]);
    const hinted = (): Endpoint | undefined => withHints(own, endpoints, () => undefined).get('a');
    expect(hinted()).toBe(hinted());
  });

  test('are compared by what they say', () => {
    const [, plain] = endpoint('a');
    const hinted = { ...plain, hints: { forZones: [{ name: 'zone-a' }] } };
    expect(areSameHints(plain, { ...plain })).toBe(true);
    expect(areSameHints(hinted, { ...plain, hints: { forZones: [{ name: 'zone-a' }] } })).toBe(
      true,
    );
    expect(areSameHints(hinted, plain)).toBe(false);
    const onNode = { ...hinted, hints: { ...hinted.hints, forNodes: [{ name: 'n' }] } };
    expect(areSameHints(hinted, onNode)).toBe(false);
  });
});

describe('a slice says what has triggered its write', () => {
  const KUBELET = { readyAfterUs: 1_500_000, stopAfterUs: 1_000_000 };
  const LAST = 'endpoints.kubernetes.io/last-change-trigger-time';
  const triggerOf = (bench: ControllerBench): string | undefined =>
    bench.stored<EndpointSlice>('EndpointSlice')[0]?.metadata.annotations?.[LAST];

  function benchAt(seconds: number): ControllerBench {
    const bench = new ControllerBench({ limit: { qps: 1000, burst: 1000 }, kubelet: KUBELET });
    bench.wait(seconds * 1_000_000);
    return bench;
  }

  test('first the creation of the Service, then pods that became Ready, to the second', () => {
    const bench = benchAt(10);
    const { now } = bench.simulation;
    bench.create(service('app'));
    bench.wait(1_000_000);
    const created = Math.floor(now / 1_000_000);
    expect(triggerOf(bench)).toBe(`1970-01-01T00:00:${String(created).padStart(2, '0')}Z`);
    bench.create(replicaSet('app', 3));
    bench.wait(5_000_000);
    const readyTimes = bench.pods.map(
      ({ status }) =>
        status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? 0,
    );
    const seconds = readyTimes.map((time) => Math.floor(time / 1_000_000));
    const [told = 0] = [Number(triggerOf(bench)?.slice(17, 19))];
    expect(seconds).toContain(told);
  });

  test('nothing once pods are gone, which leave no time', () => {
    const bench = benchAt(10);
    bench.create(service('app'));
    bench.create(replicaSet('app', 3));
    bench.wait(5_000_000);
    expect(triggerOf(bench)).toBeDefined();
    bench.change(replicaSet('app', 0), (now) => ({ ...now, spec: { ...now.spec, replicas: 0 } }));
    bench.wait(10_000_000);
    expect(bench.stored<EndpointSlice>('EndpointSlice')[0]?.endpoints).toEqual([]);
    expect(triggerOf(bench)).toBeUndefined();
  });
});
