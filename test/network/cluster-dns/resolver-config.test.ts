// What pods find in resolv.conf, by policy and settings of their own.
import { describe, expect, test } from 'vitest';
import { candidatesOf } from '../../../src/network/cluster-dns/name-resolution.js';
import { resolverConfig } from '../../../src/network/cluster-dns/resolver-config.js';

const surroundings = {
  domain: 'cluster.local',
  clusterDns: '10.96.0.10',
  host: { nameservers: ['192.168.0.1'], searches: ['corp.example'] },
};

const cluster = {
  nameservers: ['10.96.0.10'],
  searches: ['ns.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp.example'],
  ndots: 5,
};
const host = { nameservers: ['192.168.0.1'], searches: ['corp.example'], ndots: 1 };

describe('the policy', () => {
  test.each([
    [{}, cluster],
    [{ dnsPolicy: 'ClusterFirst' as const }, cluster],
    [{ dnsPolicy: 'ClusterFirst' as const, hostNetwork: true }, host],
    [{ dnsPolicy: 'ClusterFirstWithHostNet' as const, hostNetwork: true }, cluster],
    [{ dnsPolicy: 'Default' as const }, host],
    [{ dnsPolicy: 'None' as const }, { nameservers: [], searches: [], ndots: 1 }],
  ])('%j', (spec, expected) => {
    expect(resolverConfig(spec, 'ns', surroundings)).toEqual(expected);
  });
});

describe('settings of a pod', () => {
  test('come after those of the policy, each once, and ndots replaces', () => {
    const dnsConfig = {
      nameservers: ['10.96.0.10', '1.1.1.1'],
      searches: ['svc.cluster.local', 'more.example'],
      options: [{ name: 'edns0' }, { name: 'ndots', value: '2' }],
    };
    expect(resolverConfig({ dnsConfig }, 'ns', surroundings)).toEqual({
      nameservers: ['10.96.0.10', '1.1.1.1'],
      searches: [...cluster.searches, 'more.example'],
      ndots: 2,
    });
  });

  test('fit into resolv.conf: 3 servers, 32 search paths, 2,048 characters', () => {
    const nameservers = ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'];
    const searches = Array.from({ length: 40 }, (_, index) => `domain-${index}.example`);
    const found = resolverConfig({ dnsConfig: { nameservers, searches } }, 'ns', surroundings);
    expect(found.nameservers).toHaveLength(3);
    expect(found.searches).toHaveLength(32);
    const long = [`${'x'.repeat(1_990)}.a`, `${'y'.repeat(60)}.b`];
    const none = { dnsPolicy: 'None' as const, dnsConfig: { searches: long } };
    expect(resolverConfig(none, 'ns', surroundings).searches).toHaveLength(1);
  });
});

test('fewer dots than ndots try the search list first', () => {
  expect(candidatesOf('api.example', ['a', 'b'], 1)[0]).toBe('api.example');
  expect(candidatesOf('api.example', ['a', 'b'], 2)[0]).toBe('api.example.a');
});
