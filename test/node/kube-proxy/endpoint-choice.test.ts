// Which endpoints the rules of a node use.

import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../../src/api/endpoint-slice.js';
import type { Service } from '../../../src/api/service.js';
import { dependsOnNode, usedEndpoints } from '../../../src/node/kube-proxy/endpoint-choice.js';
import { service } from './proxy-bench.js';

function endpoint(address: string, more: Partial<Endpoint> = {}): Endpoint {
  return { addresses: [address], nodeName: `node-${address}`, ...more };
}

const conditions = {
  ready: { ready: true, serving: true, terminating: false },
  starting: { ready: false, serving: false, terminating: false },
  draining: { ready: false, serving: true, terminating: true },
  dead: { ready: false, serving: false, terminating: true },
};

function used(
  endpoints: readonly Endpoint[],
  place: { name?: string; zone?: string } = {},
  spec: Partial<Service['spec']> = {},
  origin: 'internal' | 'external' = 'internal',
): string[] {
  const at = { name: 'node-a', zone: 'zone-a', ...place };
  const all = usedEndpoints(service('web', 1, spec), endpoints, at, origin);
  return all.map(({ addresses }) => addresses[0] ?? '');
}

describe('without policies', () => {
  test('ready endpoints are used, wherever they are', () => {
    const all = [
      endpoint('a', { conditions: conditions.ready }),
      endpoint('b'),
      endpoint('c', { conditions: conditions.starting }),
      endpoint('d', { conditions: conditions.draining }),
    ];
    expect(used(all)).toEqual(['a', 'b']);
  });

  test('terminating ones that still serve are used when nothing is ready', () => {
    const all = [
      endpoint('a', { conditions: conditions.dead }),
      endpoint('b', { conditions: conditions.draining }),
      endpoint('c', { conditions: conditions.starting }),
    ];
    expect(used(all)).toEqual(['b']);
  });
});

describe('a Local policy', () => {
  const all = [endpoint('a'), endpoint('b')];

  test('uses the endpoints of the own node, and none where it has none', () => {
    const spec = { internalTrafficPolicy: 'Local' } as const;
    expect(used(all, { name: 'node-b' }, spec)).toEqual(['b']);
    expect(used(all, { name: 'node-c' }, spec)).toEqual([]);
  });

  test('holds for the traffic it is about only', () => {
    const spec = { externalTrafficPolicy: 'Local' } as const;
    expect(used(all, { name: 'node-b' }, spec, 'internal')).toEqual(['a', 'b']);
    expect(used(all, { name: 'node-b' }, spec, 'external')).toEqual(['b']);
  });

  test('falls back to endpoints of the own node that terminate', () => {
    const here = endpoint('a', { conditions: conditions.draining });
    const spec = { internalTrafficPolicy: 'Local' } as const;
    expect(used([here, endpoint('b')], {}, spec)).toEqual(['a']);
  });
});

describe('hints', () => {
  const zoned = (address: string, zone: string, node?: string): Endpoint =>
    endpoint(address, {
      hints: {
        forZones: [{ name: zone }],
        ...(node !== undefined && { forNodes: [{ name: node }] }),
      },
    });
  const all = [zoned('a', 'zone-a'), zoned('b', 'zone-b'), zoned('c', 'zone-b')];

  test('for the own zone leave the others out', () => {
    expect(used(all, { zone: 'zone-b' })).toEqual(['b', 'c']);
  });

  test('are ignored where none is for the own zone, or one endpoint has none', () => {
    expect(used(all, { zone: 'zone-c' })).toEqual(['a', 'b', 'c']);
    expect(used([...all, endpoint('d')], { zone: 'zone-b' })).toEqual(['a', 'b', 'c', 'd']);
  });

  test('for the own node come before those for its zone', () => {
    const near = [zoned('a', 'zone-a', 'node-a'), zoned('b', 'zone-a', 'node-b')];
    expect(used(near, { name: 'node-b' })).toEqual(['b']);
    expect(used(near, { name: 'node-x' })).toEqual(['a', 'b']);
  });
});

test('all nodes use the same endpoints unless a policy or hints say otherwise', () => {
  const plain = [endpoint('a')];
  expect(dependsOnNode(service('web'), plain, 'internal')).toBe(false);
  const local = service('web', 1, { internalTrafficPolicy: 'Local' });
  expect(dependsOnNode(local, plain, 'internal')).toBe(true);
  expect(dependsOnNode(local, plain, 'external')).toBe(false);
  const hinted = [endpoint('a', { hints: { forZones: [{ name: 'zone-a' }] } })];
  expect(dependsOnNode(service('web'), hinted, 'internal')).toBe(true);
});
