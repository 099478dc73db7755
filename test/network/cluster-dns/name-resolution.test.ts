// Names that pods use, keyed to the table of the reference (nodes-controllers §6.1).

import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../../src/api/endpoint-slice.js';
import type { Service } from '../../../src/api/service.js';
import {
  candidatesOf,
  resolve,
  searchList,
} from '../../../src/network/cluster-dns/name-resolution.js';
import { ServiceRecords } from '../../../src/network/cluster-dns/service-records.js';

const domain = 'cluster.local';

function service(namespace: string, name: string, spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }], ...spec },
  };
}

function slice(
  namespace: string,
  of: string,
  endpoints: EndpointSlice['endpoints'],
  name = `${of}-abc`,
): EndpointSlice {
  const labels = { 'kubernetes.io/service-name': of };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels },
    addressType: 'IPv4',
    endpoints,
  };
}

function recordsOf(...services: readonly Service[]): ServiceRecords {
  const byKey = new Map(
    services.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]),
  );
  return new ServiceRecords(domain, byKey);
}

describe('the service foo in the namespace bar', () => {
  const records = recordsOf(service('bar', 'foo'));
  const externalNames = new Set(['example.com']);

  test.each([
    ['foo', 'bar', 0, 2, true],
    ['foo', 'quux', 0, 8, false],
    ['foo', 'quux', 2, 12, false],
    ['foo.bar', 'quux', 0, 4, true],
    ['foo.bar', 'bar', 0, 4, true],
    ['foo.bar.svc', 'quux', 0, 6, true],
    ['foo.bar.svc.cluster.local', 'quux', 0, 8, true],
    ['foo.bar.svc.cluster.local', 'quux', 1, 10, true],
    ['foo.bar.svc.cluster.local.', 'quux', 1, 2, true],
    ['example.com', 'bar', 0, 8, true],
    ['example.com', 'bar', 1, 10, true],
    ['example.com.', 'bar', 1, 2, true],
  ])(
    'asked as %s from %s with %i host domains takes %i queries',
    (name, from, hosts, queries, isFound) => {
      const hostDomains = ['corp.example', 'example.net'].slice(0, hosts);
      const found = resolve(name, from, domain, records, { hostDomains, externalNames });
      expect(found.queries).toBe(queries);
      expect(found.answer !== undefined).toBe(isFound);
    },
  );

  test('is found under its full name at the second try from another namespace', () => {
    const found = resolve('foo.bar', 'quux', domain, records);
    expect(found.candidates).toEqual([
      'foo.bar.quux.svc.cluster.local',
      'foo.bar.svc.cluster.local',
    ]);
    expect(found.answer?.addresses).toEqual(['10.96.0.7']);
  });

  test('has no names of hosts', () => {
    expect(records.lookup('pod-0.foo.bar.svc.cluster.local')).toBeUndefined();
  });
});

describe('candidates', () => {
  const search = searchList('ns', domain, ['corp.example']);

  test('are the search list in order, then the name', () => {
    expect(candidatesOf('a.b', search)).toEqual([
      'a.b.ns.svc.cluster.local',
      'a.b.svc.cluster.local',
      'a.b.cluster.local',
      'a.b.corp.example',
      'a.b',
    ]);
  });

  test('begin with the name itself when it has five dots', () => {
    expect(candidatesOf('a.b.c.d.e', search).at(-1)).toBe('a.b.c.d.e');
    expect(candidatesOf('a.b.c.d.e.f', search)[0]).toBe('a.b.c.d.e.f');
  });

  test('are the name alone when it ends in a dot', () => {
    expect(candidatesOf('a.b.', search)).toEqual(['a.b']);
  });
});

describe('a headless service', () => {
  const headless = service('ns', 'db', { clusterIP: 'None' });
  const endpoints = [
    { addresses: ['10.244.0.2'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['10.244.0.3'], hostname: 'db-1', conditions: { ready: false } },
  ];

  test('is all its ready endpoints, in a stable order', () => {
    const records = recordsOf(headless);
    records.setSlice(slice('ns', 'db', [{ addresses: ['10.244.9.9'] }], 'db-zzz'), false);
    records.setSlice(slice('ns', 'db', endpoints, 'db-aaa'), false);
    expect(records.lookup('db.ns.svc.cluster.local')?.addresses).toEqual([
      '10.244.0.2',
      '10.244.9.9',
    ]);
  });

  test('names its hosts while they are ready', () => {
    const records = recordsOf(headless);
    records.setSlice(slice('ns', 'db', endpoints), false);
    expect(records.lookup('db-0.db.ns.svc.cluster.local')?.addresses).toEqual(['10.244.0.2']);
    expect(records.lookup('db-1.db.ns.svc.cluster.local')).toBeUndefined();
  });

  test('publishes those that are not ready when it says so', () => {
    const records = recordsOf(
      service('ns', 'db', { clusterIP: 'None', publishNotReadyAddresses: true }),
    );
    records.setSlice(slice('ns', 'db', endpoints), false);
    expect(records.lookup('db-1.db.ns.svc.cluster.local')?.addresses).toEqual(['10.244.0.3']);
  });

  test('has a name and no address without endpoints', () => {
    const records = recordsOf(headless);
    records.setSlice(slice('ns', 'db', endpoints), false);
    records.setSlice(slice('ns', 'db', endpoints), true);
    expect(records.lookup('db.ns.svc.cluster.local')).toEqual({ addresses: [] });
  });
});

describe('other names', () => {
  test('an ExternalName service is an alias', () => {
    const records = recordsOf(
      service('ns', 'out', { type: 'ExternalName', externalName: 'example.com' }),
    );
    expect(records.lookup('out.ns.svc.cluster.local')).toEqual({
      addresses: [],
      alias: 'example.com',
    });
  });

  test('outside the zone are not known', () => {
    const records = recordsOf(service('ns', 'web'));
    expect(records.lookup('web.ns.svc.other.local')).toBeUndefined();
    expect(records.lookup('svc.cluster.local')).toBeUndefined();
    expect(records.lookup('a.b.web.ns.svc.cluster.local')).toBeUndefined();
  });
});

describe('ports of a service', () => {
  const ports = [
    { name: 'http', port: 80, protocol: 'TCP' as const },
    { name: 'dns', port: 53, protocol: 'UDP' as const },
  ];

  test('have SRV records that name the service', () => {
    const records = recordsOf(service('ns', 'web', { ports }));
    expect(records.lookup('_http._tcp.web.ns.svc.cluster.local')?.targets).toEqual([
      { port: 80, target: 'web.ns.svc.cluster.local' },
    ]);
    expect(records.lookup('_dns._udp.web.ns.svc.cluster.local')?.targets?.[0]?.port).toBe(53);
    expect(records.lookup('_dns._tcp.web.ns.svc.cluster.local')).toBeUndefined();
  });

  test('of a headless one name each of its hosts', () => {
    const records = recordsOf(service('ns', 'db', { clusterIP: 'None', ports }));
    records.setSlice(
      slice('ns', 'db', [
        { addresses: ['10.244.0.2'], hostname: 'db-0' },
        { addresses: ['10.244.0.3'] },
      ]),
      false,
    );
    expect(
      records.lookup('_http._tcp.db.ns.svc.cluster.local')?.targets?.map(({ target }) => target),
    ).toEqual(['db-0.db.ns.svc.cluster.local', '10-244-0-3.db.ns.svc.cluster.local']);
    expect(records.lookup('10-244-0-3.db.ns.svc.cluster.local')?.addresses).toEqual(['10.244.0.3']);
  });
});

describe('names of pods', () => {
  const records = recordsOf();

  test('are their addresses, seen or not', () => {
    expect(records.lookup('10-244-0-7.ns.pod.cluster.local')?.addresses).toEqual(['10.244.0.7']);
  });

  test.each(['10-244-0.ns.pod', '10-244-0-300.ns.pod', '10-244-0-7.pod', 'a.b.node'])(
    'are not %s',
    (name) => expect(records.lookup(`${name}.cluster.local`)).toBeUndefined(),
  );
});
