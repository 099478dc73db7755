// Topology mode Auto: endpoints are dealt out to zones by their share of the CPU.
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../../src/api/endpoint-slice.js';
import type { Node } from '../../../src/api/node.js';
import { allocateEndpoints } from '../../../src/control-plane/controller-manager/endpoint-allocation.js';
import {
  isTopologyAuto,
  withHints,
} from '../../../src/control-plane/controller-manager/endpoint-hints.js';
import {
  cpuShares,
  ZoneShares,
} from '../../../src/control-plane/controller-manager/zone-shares.js';
import { service } from '../../support/objects.js';

/** So many ready endpoints in each zone, zone by zone. */
function endpointsIn(counts: Readonly<Record<string, number>>): Endpoint[] {
  return Object.entries(counts).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, index) => ({
      addresses: [`${zone}-${index}`],
      zone,
      conditions: { ready: true },
    })),
  );
}

/** How many endpoints each zone is to use; undefined: there are no hints. */
function allocated(
  counts: Readonly<Record<string, number>>,
  shares: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> | undefined {
  const hints = allocateEndpoints(endpointsIn(counts), new Map(Object.entries(shares)));
  if (hints === undefined) return undefined;
  const sums: Record<string, number> = {};
  for (const zone of hints.values()) sums[zone] = (sums[zone] ?? 0) + 1;
  return sums;
}

const halves = { a: 0.5, b: 0.5 };

describe('endpoints', () => {
  test.each([
    ['stay with their zones where these have their shares', { a: 3, b: 3 }, halves, { a: 3, b: 3 }],
    ['go to a zone that has too few', { a: 5, b: 1 }, halves, { a: 3, b: 3 }],
    ['go to a zone that has none', { a: 6 }, halves, { a: 3, b: 3 }],
    ['follow the CPU of zones', { a: 5, b: 5 }, { a: 0.8, b: 0.2 }, { a: 8, b: 2 }],
    ['are not given by halves', { a: 6, b: 5 }, halves, { a: 6, b: 5 }],
  ])('%s', (_, counts, shares, expected) => {
    expect(allocated(counts, shares)).toEqual(expected);
  });

  test.each([
    ['there are fewer than zones', { a: 1 }, halves],
    ['one too few would overload a zone', { a: 3, b: 2 }, halves],
  ])('get no hints where %s', (_, counts, shares) => {
    expect(allocated(counts, shares)).toBeUndefined();
  });

  test('get none where nodes say too little, or one of them is in no zone', () => {
    const shares = new Map(Object.entries(halves));
    const [first = { addresses: ['x'] }, ...others] = endpointsIn({ a: 2, b: 2 });
    const { zone: _, ...nowhere } = first;
    expect(allocateEndpoints([first, ...others], undefined)).toBeUndefined();
    expect(allocateEndpoints([nowhere, ...others], shares)).toBeUndefined();
  });

  test('that are not ready neither count nor get hints', () => {
    const down = { addresses: ['down'], zone: 'a', conditions: { ready: false } };
    const hints = allocateEndpoints(
      [down, ...endpointsIn({ a: 2, b: 2 })],
      new Map([...Object.entries(halves)]),
    );
    expect(hints?.size).toBe(4);
    expect(hints?.has(down)).toBe(false);
  });
});

const nodeOf = (zone: string, cpu: string, more: Partial<Node['metadata']> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': zone }, ...more },
  spec: {},
  status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: 'True' }] },
});

describe('the shares of zones', () => {
  test('are those of the CPU of ready nodes, in the order of their names', () => {
    const down: Node = { ...nodeOf('c', '8'), status: { allocatable: { cpu: '8' } } };
    const shares = cpuShares([nodeOf('b', '1'), nodeOf('a', '2'), nodeOf('b', '1'), down]);
    expect([...(shares ?? [])]).toEqual([
      ['a', 0.5],
      ['b', 0.5],
    ]);
  });

  test('leave nodes of the control plane out', () => {
    const master = nodeOf('c', '8', {
      labels: { 'node-role.kubernetes.io/control-plane': '', 'topology.kubernetes.io/zone': 'c' },
    });
    expect(cpuShares([nodeOf('a', '1'), nodeOf('b', '3'), master])?.get('b')).toBe(0.75);
  });

  test('are unknown with one zone, with a node without a zone, and with one without CPU', () => {
    expect(cpuShares([nodeOf('a', '1'), nodeOf('a', '1')])).toBeUndefined();
    expect(cpuShares([nodeOf('a', '1'), nodeOf('b', '1'), nodeOf('', '1')])).toBeUndefined();
    expect(cpuShares([nodeOf('a', '1'), nodeOf('b', '0')])).toBeUndefined();
  });
});

describe('the shares that a controller follows', () => {
  test('change with what counts of a node, and not with its heartbeats', () => {
    let told = 0;
    let tell: (node: Node, isDeleted: boolean) => void = () => {};
    const store = new Map<string, Node>();
    const informer = {
      store,
      addIndex: ({ changed }: { changed: typeof tell }): void => {
        tell = changed;
      },
    };
    const followed = new ZoneShares(informer, () => told++);
    const put = (name: string, zone: string, cpu: string): void => {
      const node = nodeOf(zone, cpu, { name, labels: { 'topology.kubernetes.io/zone': zone } });
      store.set(name, node);
      tell(node, false);
    };
    put('n1', 'a', '1');
    put('n2', 'b', '3');
    expect(followed.shares?.get('b')).toBe(0.75);
    put('n2', 'b', '3');
    expect(told).toBe(2);
    put('n2', 'b', '1');
    expect([told, followed.shares?.get('b')]).toEqual([3, 0.5]);
    const gone = store.get('n1') as Node;
    store.delete('n1');
    tell(gone, true);
    expect([told, followed.shares]).toEqual([4, undefined]);
  });
});

describe('a Service', () => {
  const auto = (annotations: Readonly<Record<string, string>>) => {
    const plain = service('app');
    return { ...plain, metadata: { ...plain.metadata, annotations } };
  };

  test('asks for it by an annotation, of which the newer name counts first', () => {
    expect(isTopologyAuto(service('app'))).toBe(false);
    expect(isTopologyAuto(auto({ 'service.kubernetes.io/topology-mode': 'Auto' }))).toBe(true);
    expect(isTopologyAuto(auto({ 'service.kubernetes.io/topology-aware-hints': 'auto' }))).toBe(
      true,
    );
    const both = {
      'service.kubernetes.io/topology-mode': 'Disabled',
      'service.kubernetes.io/topology-aware-hints': 'auto',
    };
    expect(isTopologyAuto(auto(both))).toBe(false);
  });

  test('has a zone in each ready endpoint then, and endpoints that do not change stay the same', () => {
    const own = auto({ 'service.kubernetes.io/topology-mode': 'Auto' });
    const endpoints = new Map(
      endpointsIn({ a: 3, b: 1 }).map((each) => [each.addresses[0] ?? '', each]),
    );
    const hinted = () => withHints(own, endpoints, () => new Map(Object.entries(halves)));
    const zones = [...hinted().values()].map(({ hints }) => hints?.forZones?.[0]?.name);
    expect(zones).toEqual(['b', 'a', 'a', 'b']);
    expect([...hinted().values()]).toEqual([...hinted().values()]);
    expect(hinted().get('a-0')).toBe(hinted().get('a-0'));
  });
});
