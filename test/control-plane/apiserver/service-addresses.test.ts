// Cluster IPs: who gets one, that no two Services share one, and that the order does not matter.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Service } from '../../../src/api/service.js';
import { ServiceAddresses } from '../../../src/control-plane/apiserver/service-addresses.js';
import { RandomRoot } from '../../../src/kernel/random-stream.js';
import { service } from '../../support/objects.js';

const allocator = (): ServiceAddresses => new ServiceAddresses(new RandomRoot('addresses'));
const addressOf = ({ spec }: Service): string => spec.clusterIP ?? '';

describe('a Service', () => {
  test('gets an address of the dynamic part of 10.96.0.0/12, twice in its spec', () => {
    const { spec } = allocator().fill(service('web'));
    const [a, b = 0, c = 0, d = 0] = (spec.clusterIP ?? '').split('.').map(Number);
    expect([a, b >= 96 && b <= 111]).toEqual([10, true]);
    expect((b - 96) * 65_536 + c * 256 + d).toBeGreaterThan(256);
    expect(spec.clusterIPs).toEqual([spec.clusterIP]);
  });

  test.each([{ clusterIP: 'None' }, { type: 'ExternalName', externalName: 'x.org' } as const])(
    'that needs none gets none: %j',
    (spec) => {
      const object = service('web', spec);
      expect(allocator().fill(object)).toBe(object);
    },
  );

  test('keeps the one that it asks for, inside the range or outside', () => {
    const addresses = allocator();
    for (const clusterIP of ['10.96.0.10', '172.30.0.1']) {
      expect(addressOf(addresses.fill(service(clusterIP, { clusterIP })))).toBe(clusterIP);
    }
  });

  test('created a second time under its name is shown the address that the first one has', () => {
    const addresses = allocator();
    const first = addresses.fill(service('web'));
    expect(addressOf(addresses.fill(service('web')))).toBe(addressOf(first));
  });
});

test('other objects are left alone', () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {} } as const;
  expect(allocator().fill(node)).toBe(node);
});

test('an address that is taken is passed over until its Service is gone', () => {
  const wanted = addressOf(allocator().fill(service('web')));
  const addresses = allocator();
  addresses.fill(service('other', { clusterIP: wanted }));
  const next = addressOf(addresses.fill(service('web')));
  expect(next).not.toBe(wanted);
  addresses.release('default/web');
  addresses.release('default/other');
  expect(addressOf(addresses.fill(service('web')))).toBe(wanted);
});

test('any Services have addresses of their own, the same in any order', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 60 });
  const given = (order: readonly string[]): Map<string, string> => {
    const addresses = allocator();
    return new Map(order.map((name) => [name, addressOf(addresses.fill(service(name)))]));
  };
  fc.assert(
    fc.property(names, (list) => {
      const found = given(list);
      expect(new Set(found.values()).size).toBe(list.length);
      for (const [name, address] of given([...list].reverse())) {
        expect(found.get(name)).toBe(address);
      }
    }),
    { numRuns: 50 },
  );
});
