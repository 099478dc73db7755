// Which EndpointSlices are written: the rules one by one, and laws that hold for any Service.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../src/api/endpoint-slice.js';
import type { Pod, PodStatus } from '../../../src/api/pod.js';
import {
  endpointOf,
  endpointPorts,
  reconcileSlices,
  type SliceChanges,
} from '../../../src/control-plane/controller-manager/endpoint-slice-reconciler.js';
import { pod, service } from '../../support/objects.js';

const PORTS: readonly EndpointPort[] = [{ protocol: 'TCP', port: 8080 }];
const owner = { ...service('web'), metadata: { name: 'web', namespace: 'default', uid: 'uid' } };

function endpoint(name: string, ready = true): Endpoint {
  return {
    addresses: [`ip-of-${name}`],
    conditions: { ready, serving: ready, terminating: false },
    targetRef: { kind: 'Pod', namespace: 'default', name, uid: `uid-of-${name}` },
  };
}

/** `count` names beginning with a letter: a0, a1, … */
const names = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`);

function slice(name: string, members: readonly string[], ports = PORTS): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', resourceVersion: 5 },
    addressType: 'IPv4',
    endpoints: members.map((member) => endpoint(member)),
    ports,
  };
}

const wantedOf = (members: readonly string[]): Map<string, Endpoint> =>
  new Map(members.map((name) => [name, endpoint(name)]));

const sizes = ({ create, update, delete: gone }: SliceChanges): unknown => ({
  create: create.map(({ endpoints }) => endpoints.length),
  update: update.map(({ metadata, endpoints }) => `${metadata.name} ${endpoints.length}`),
  delete: gone.map(({ metadata }) => metadata.name),
});

const reconcile = (members: readonly string[], existing: readonly EndpointSlice[]): unknown =>
  sizes(reconcileSlices(owner, wantedOf(members), existing, PORTS));

describe('the writes for a Service', () => {
  test.each<[string, string[], EndpointSlice[], object]>([
    ['nothing wanted, nothing there: an empty slice', [], [], { create: [0] }],
    ['the empty slice stays as it is', [], [slice('a', [])], {}],
    ['the first endpoint goes into the empty slice', ['x'], [slice('a', [])], { update: ['a 1'] }],
    ['100 endpoints need one slice', names('x', 100), [], { create: [100] }],
    ['101 endpoints need two', names('x', 101), [], { create: [100, 1] }],
    ['1000 need ten', names('x', 1000), [], { create: new Array(10).fill(100) }],
    ['nothing changes: no write', names('x', 50), [slice('a', names('x', 50))], {}],
    [
      'rule 1: what is no longer wanted is taken out in place',
      names('x', 40),
      [slice('a', names('x', 50)), slice('b', [])],
      { update: ['a 40'], delete: ['b'] },
    ],
    [
      'rule 2: new ones go into a slice that changes anyway, though another is fuller',
      [...names('x', 80), ...names('y', 10), 'new'],
      [slice('full', names('x', 80)), slice('changing', names('y', 11))],
      { update: ['changing 11'] },
    ],
    [
      'rule 2: the fullest of those that change first',
      [...names('x', 59), ...names('y', 79), ...names('n', 25)],
      [slice('a', names('x', 60)), slice('b', names('y', 80))],
      { update: ['a 63', 'b 100'] },
    ],
    [
      'rule 3: else the fullest unchanged slice with room for all',
      [...names('x', 50), ...names('y', 90), ...names('z', 97), ...names('n', 5)],
      [slice('a', names('x', 50)), slice('b', names('y', 90)), slice('c', names('z', 97))],
      { update: ['b 95'] },
    ],
    [
      'rule 3: a new slice rather than two updates',
      [...names('x', 95), ...names('y', 95), ...names('n', 8)],
      [slice('a', names('x', 95)), slice('b', names('y', 95))],
      { create: [8] },
    ],
    [
      'rule 3: full new slices, and the rest into one with room',
      [...names('x', 50), ...names('n', 130)],
      [slice('a', names('x', 50))],
      { create: [100], update: ['a 80'] },
    ],
    [
      'a slice that loses everything goes',
      names('x', 10),
      [slice('a', names('x', 10)), slice('b', names('y', 10))],
      { delete: ['b'] },
    ],
    [
      'a slice that loses everything becomes the new one that is needed',
      [...names('x', 99), 'n0', 'n1'],
      [slice('a', names('x', 99)), slice('b', names('y', 10))],
      { update: ['b 2'] },
    ],
    [
      'new ones go beside those that stay rather than into a slice that goes',
      [...names('x', 10), 'n0'],
      [slice('a', names('x', 10)), slice('b', names('y', 10))],
      { update: ['a 11'], delete: ['b'] },
    ],
    [
      'the last endpoint leaves an empty slice',
      [],
      [slice('a', ['x']), slice('b', ['y'])],
      { update: ['a 0'], delete: ['b'] },
    ],
  ])('%s', (_, members, existing, expected) => {
    expect(reconcile(members, existing)).toEqual({
      create: [],
      update: [],
      delete: [],
      ...expected,
    });
  });

  test('an endpoint that has changed is replaced in its slice', () => {
    const wanted = new Map([...wantedOf(names('x', 3)), ['x1', endpoint('x1', false)]]);
    const { update, create } = reconcileSlices(owner, wanted, [slice('a', names('x', 3))], PORTS);
    expect(create).toEqual([]);
    expect(update.map(({ endpoints }) => endpoints.map((each) => each.conditions?.ready))).toEqual([
      [true, false, true],
    ]);
  });

  test.each<[string, EndpointPort[]]>([
    ['the number', [{ protocol: 'TCP', port: 9090 }]],
    ['the protocol', [{ protocol: 'UDP', port: 8080 }]],
    ['the name', [{ protocol: 'TCP', port: 8080, name: 'http' }]],
    ['how many there are', [...PORTS, { protocol: 'TCP', port: 9090, name: 'b' }]],
  ])('other ports (%s) change every slice', (_, ports) => {
    const existing = [slice('a', ['x']), slice('b', ['y'])];
    const { update } = reconcileSlices(owner, wantedOf(['x', 'y']), existing, ports);
    expect(update.map((each) => [each.metadata.name, each.ports])).toEqual([
      ['a', ports],
      ['b', ports],
    ]);
  });

  test('a new slice belongs to its Service', () => {
    const labelled = { ...owner, metadata: { ...owner.metadata, labels: { team: 'blue' } } };
    const { create } = reconcileSlices(labelled, wantedOf(['x']), [], PORTS);
    expect(create[0]?.metadata).toEqual({
      name: '',
      generateName: 'web-',
      namespace: 'default',
      labels: {
        team: 'blue',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Service',
          name: 'web',
          uid: 'uid',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
  });

  test('an updated slice keeps its identity and revision, so that a stale one is refused', () => {
    const { update } = reconcileSlices(owner, wantedOf(['x', 'y']), [slice('a', ['x'])], PORTS);
    expect(update[0]?.metadata).toEqual({
      name: 'a',
      namespace: 'default',
      resourceVersion: 5,
    });
  });
});

/** What the slices are after the writes. */
function applied(existing: readonly EndpointSlice[], changes: SliceChanges): EndpointSlice[] {
  const updated = new Map(changes.update.map((each) => [each.metadata.name, each]));
  const gone = new Set(changes.delete.map(({ metadata }) => metadata.name));
  const kept = existing
    .filter(({ metadata }) => !gone.has(metadata.name))
    .map((each) => updated.get(each.metadata.name) ?? each);
  const created = changes.create.map((each, i) => ({
    ...each,
    metadata: { ...each.metadata, name: `new-${i}-${existing.length}-${kept.length}` },
  }));
  return [...kept, ...created];
}

test('for any history: all wanted endpoints exactly once, no slice above 100, then no write', () => {
  const population = fc.uniqueArray(fc.nat({ max: 400 }), { maxLength: 350 });
  fc.assert(
    fc.property(fc.array(population, { minLength: 1, maxLength: 6 }), (steps) => {
      let slices: EndpointSlice[] = [];
      for (const members of steps) {
        const wanted = wantedOf(members.map((member) => `p${member}`));
        const before = new Set(slices.flatMap(({ endpoints }) => endpoints.map(nameOf)));
        const changes = reconcileSlices(owner, wanted, slices, PORTS);
        const { create, update, delete: gone } = changes;
        const touched = [...update, ...gone].map(({ metadata }) => metadata.name);
        expect(new Set(touched).size).toBe(touched.length);
        // A slice is written only when it loses or gains an endpoint.
        const added = [...wanted.keys()].filter((name) => !before.has(name)).length;
        const losing = slices.filter(({ endpoints }) =>
          endpoints.some((each) => !wanted.has(nameOf(each))),
        ).length;
        const emptySlices = 1;
        expect(create.length + update.length + gone.length).toBeLessThanOrEqual(
          losing + Math.ceil(added / 100) + emptySlices,
        );
        slices = applied(slices, changes);
        expect(slices.flatMap(({ endpoints }) => endpoints.map(nameOf)).sort()).toEqual(
          [...wanted.keys()].sort(),
        );
        expect(Math.max(...slices.map(({ endpoints }) => endpoints.length))).toBeLessThanOrEqual(
          100,
        );
        expect(slices.length).toBeGreaterThan(0);
        expect(sizes(reconcileSlices(owner, wanted, slices, PORTS))).toEqual({
          create: [],
          update: [],
          delete: [],
        });
      }
    }),
    { numRuns: 60 },
  );
});

function nameOf({ targetRef }: Endpoint): string {
  return targetRef?.name ?? '';
}

describe('the endpoint of a pod', () => {
  const status = (ready: boolean, extra: PodStatus = {}): PodStatus => ({
    phase: 'Running',
    podIP: '10.0.0.1',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    ...extra,
  });
  const made = (own: PodStatus, deletionTimestamp?: number): Pod => ({
    ...pod('a', { nodeName: 'node-1' }),
    metadata: {
      name: 'a',
      namespace: 'default',
      uid: 'u',
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
    status: own,
  });

  test.each<[string, Pod, boolean, [boolean, boolean, boolean]]>([
    ['Ready', made(status(true)), false, [true, true, false]],
    ['not Ready', made(status(false)), false, [false, false, false]],
    ['Ready and terminating', made(status(true), 5), false, [false, true, true]],
    ['not Ready and terminating', made(status(false), 5), false, [false, false, true]],
    ['not Ready but published anyway', made(status(false)), true, [true, false, false]],
    ['terminating but published anyway', made(status(true), 5), true, [true, true, true]],
  ])('that is %s', (_, own, publish, [ready, serving, terminating]) => {
    expect(endpointOf(own, publish)).toEqual({
      addresses: ['10.0.0.1'],
      conditions: { ready, serving, terminating },
      nodeName: 'node-1',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: 'u' },
    });
  });

  test.each<[string, Pod]>([
    ['has no address', made({ phase: 'Pending' })],
    ['has succeeded', made(status(true, { phase: 'Succeeded' }))],
    ['has failed', made(status(true, { phase: 'Failed' }))],
  ])('that %s is none', (_, own) => {
    expect(endpointOf(own, true)).toBeUndefined();
  });
});

describe('the ports of a Service', () => {
  const named: Pod = pod('a', {
    containers: [
      { name: 'side', image: 'x' },
      { name: 'app', image: 'x', ports: [{ name: 'http', containerPort: 8080 }] },
    ],
  });
  test.each([
    ['the target port', { port: 80, targetPort: 8080 }, { protocol: 'TCP', port: 8080 }],
    ['the port itself', { port: 80 }, { protocol: 'TCP', port: 80 }],
    [
      'a port of the pod by name',
      { port: 80, targetPort: 'http' },
      { protocol: 'TCP', port: 8080 },
    ],
    [
      'name and protocol',
      { name: 'dns', port: 53, protocol: 'UDP' as const },
      { name: 'dns', protocol: 'UDP', port: 53 },
    ],
  ])('are %s', (_, port, expected) => {
    expect(endpointPorts(service('web', { ports: [port] }), named)).toEqual([expected]);
  });
});
