// Binding, graceful deletion and finalizers: what a request makes of a stored object.
import { describe, expect, test } from 'vitest';
import type { Binding } from '../../../src/api/binding.js';
import { isSameData } from '../../../src/api/data-equality.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { ObjectMeta } from '../../../src/api/object-meta.js';
import type { Pod, PodStatus } from '../../../src/api/pod.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import { deleteOutcome, updateOutcome } from '../../../src/control-plane/apiserver/outcomes.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { configMap, pod } from '../../support/objects.js';

const NOW = 100_000_000;
const SECOND = 1_000_000;

function stored<T extends KubernetesObject>(object: T, metadata: Partial<ObjectMeta> = {}): T {
  const given = { uid: 'uid-1', resourceVersion: 7, generation: 1, ...metadata };
  return { ...object, metadata: { ...object.metadata, ...given } };
}

function deletion(extra: Partial<ApiRequest> = {}): ApiRequest {
  return { verb: 'delete', resource: 'pods', namespace: 'default', name: 'a', ...extra };
}

/** `gone`, `unchanged`, the refusal, or when and with which grace the object goes. */
function summary(object: KubernetesObject, request: ApiRequest): unknown {
  const outcome = deleteOutcome(object, request, NOW);
  if (outcome.kind === 'remove') return 'gone';
  if (outcome.kind !== 'write' && outcome.kind !== 'writeAndRemove') return outcome.kind;
  const { deletionTimestamp = 0, deletionGracePeriodSeconds } = outcome.object.metadata;
  const mark = [(deletionTimestamp - NOW) / SECOND, deletionGracePeriodSeconds];
  return outcome.kind === 'write' ? mark : [...mark, 'then gone'];
}

const bound = (
  extra: Partial<Pod['spec']> = {},
  status: PodStatus = { phase: 'Running' },
): Pod => ({
  ...stored(pod('a', { nodeName: 'node-1', ...extra })),
  status,
});
const marked = (object: Pod, since: number, grace: number): Pod =>
  stored(object, {
    deletionTimestamp: NOW + (grace - since) * SECOND,
    deletionGracePeriodSeconds: grace,
  });

describe('a DELETE', () => {
  test.each<[string, KubernetesObject, Partial<ApiRequest>, unknown]>([
    ['of a pod without a node', stored(pod('a')), {}, 'gone'],
    ['of a pod with an empty node name', stored(pod('a', { nodeName: '' })), {}, 'gone'],
    ['of a bound pod', bound(), {}, [30, 30]],
    ['of a bound pod with its own grace', bound({ terminationGracePeriodSeconds: 5 }), {}, [5, 5]],
    ['of a bound pod with the grace of the request', bound(), { gracePeriodSeconds: 2 }, [2, 2]],
    ['of a bound pod with grace 0', bound(), { gracePeriodSeconds: 0 }, 'gone'],
    ['of a pod that has succeeded', bound({}, { phase: 'Succeeded' }), {}, 'gone'],
    ['of a pod that has failed', bound({}, { phase: 'Failed' }), {}, 'gone'],
    ['of a pod that goes already', marked(bound(), 10, 30), {}, 'unchanged'],
    ['that asks for more time', marked(bound(), 10, 30), { gracePeriodSeconds: 60 }, 'unchanged'],
    ['that asks for less time', marked(bound(), 10, 30), { gracePeriodSeconds: 15 }, [5, 15]],
    [
      'that ends the grace period',
      marked(bound(), 10, 30),
      { gracePeriodSeconds: 0 },
      [-10, 0, 'then gone'],
    ],
    [
      'of a marked pod that has ended since',
      marked(bound({}, { phase: 'Failed' }), 10, 30),
      {},
      'unchanged',
    ],
    ['of anything else', stored(configMap('a')), { gracePeriodSeconds: 30 }, 'gone'],
    ['of what a finalizer holds', stored(configMap('a'), { finalizers: ['x'] }), {}, [0, 0]],
    [
      'of what waits for its finalizer',
      stored(configMap('a'), {
        finalizers: ['x'],
        deletionTimestamp: NOW,
        deletionGracePeriodSeconds: 0,
      }),
      {},
      'unchanged',
    ],
    [
      'with grace 0 of a pod that a finalizer holds',
      stored(bound(), { finalizers: ['x'] }),
      { gracePeriodSeconds: 0 },
      [0, 0],
    ],
    ['of the expected uid', stored(pod('a')), { uidPrecondition: 'uid-1' }, 'gone'],
    ['of another uid', stored(pod('a')), { uidPrecondition: 'uid-2' }, 'refuse'],
  ])('%s', (_, object, request, expected) => {
    expect(summary(object, deletion(request))).toEqual(expected);
  });

  test('of another uid says so', () => {
    expect(deleteOutcome(stored(pod('a')), deletion({ uidPrecondition: 'x' }), NOW)).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on pods "a": Precondition failed: UID in precondition: x, UID in object meta: uid-1',
    });
  });

  test('raises the generation once, when the object is marked', () => {
    const first = deleteOutcome(bound(), deletion(), NOW);
    expect(first).toMatchObject({ object: { metadata: { generation: 2 } } });
    const again = deleteOutcome(marked(bound(), 0, 30), deletion({ gracePeriodSeconds: 5 }), NOW);
    expect(again).toMatchObject({ object: { metadata: { generation: 1 } } });
  });
});

test('a resize takes over the resources of containers by name, and nothing else', () => {
  const resources = { requests: { cpu: '1m' } };
  const body = pod('a', {
    priority: 9,
    containers: [
      { name: 'other', image: 'x:1', resources },
      { name: 'app', image: 'x:2', resources },
    ],
  });
  const request = { ...deletion(), verb: 'update', subresource: 'resize', body } as const;
  const outcome = updateOutcome(stored(pod('a')), request, NOW);
  const { spec, metadata } = (outcome as { readonly object: Pod }).object;
  expect(spec.containers).toMatchObject([{ name: 'app', image: 'app:1', resources }]);
  expect([spec.priority, metadata.generation]).toEqual([undefined, 2]);
});

describe('taking the last finalizer off', () => {
  const patch = (apply: (metadata: ObjectMeta) => ObjectMeta): ApiRequest => ({
    ...deletion({ verb: 'patch' }),
    patch: {
      bytes: 10,
      apply: (now) => ({ ...now, metadata: apply(now.metadata) }) as KubernetesObject,
    },
  });
  const release = patch(({ finalizers: _, ...rest }) => rest);
  const held = { finalizers: ['x'], deletionTimestamp: NOW };

  test.each<[string, KubernetesObject, string]>([
    ['removes what is marked', stored(configMap('a'), held), 'remove'],
    ['does not remove what is not marked', stored(configMap('a'), { finalizers: ['x'] }), 'write'],
    [
      'removes a pod whose grace is over',
      stored(bound(), { ...held, deletionGracePeriodSeconds: 0 }),
      'remove',
    ],
    [
      'does not remove a pod in its grace period',
      stored(bound(), { ...held, deletionGracePeriodSeconds: 30 }),
      'write',
    ],
  ])('%s', (_, object, expected) => {
    expect(updateOutcome(object, release, NOW).kind).toBe(expected);
  });

  test('one of two holds', () => {
    const object = stored(configMap('a'), { ...held, finalizers: ['x', 'y'] });
    const one = patch((metadata) => ({ ...metadata, finalizers: ['y'] }));
    expect(updateOutcome(object, one, NOW)).toMatchObject({
      kind: 'write',
      object: { metadata: { finalizers: ['y'], deletionTimestamp: NOW } },
    });
  });
});

describe('a binding', () => {
  const binding = (extra: Partial<ObjectMeta> = {}): ApiRequest => {
    const body: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'a', namespace: 'default', ...extra },
      target: { kind: 'Node', name: 'node-1' },
    };
    return { ...deletion({ verb: 'create' }), subresource: 'binding', body };
  };

  test('gives the pod its annotations beside those that it has', () => {
    const own = { ...stored(pod('a')) };
    const annotated = { ...own, metadata: { ...own.metadata, annotations: { a: '1', b: '1' } } };
    const outcome = updateOutcome(annotated, binding({ annotations: { b: '2', c: '3' } }), NOW);
    expect(outcome).toMatchObject({
      object: { metadata: { uid: own.metadata.uid, annotations: { a: '1', b: '2', c: '3' } } },
    });
  });

  test('puts the pod on the node and notes the time', () => {
    const status: PodStatus = {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
        { type: 'Other', status: 'True' },
      ],
    };
    const outcome = updateOutcome({ ...stored(pod('a')), status }, binding(), NOW);
    expect(outcome).toMatchObject({
      kind: 'write',
      object: {
        metadata: { generation: 1 },
        spec: { nodeName: 'node-1' },
        status: {
          phase: 'Pending',
          conditions: [
            { type: 'Other', status: 'True' },
            { type: 'PodScheduled', status: 'True', lastTransitionTime: NOW },
          ],
        },
      },
    });
  });

  test('clears the nomination', () => {
    const status: PodStatus = { phase: 'Pending', nominatedNodeName: 'node-1' };
    const outcome = updateOutcome({ ...stored(pod('a')), status }, binding(), NOW);
    const { object } = outcome as { object: Pod };
    expect(object.status).toEqual({ phase: 'Pending', conditions: [expect.anything()] });
  });

  test.each([
    ['of a bound pod', bound(), {}, 'pod a is already assigned to node "node-1"'],
    [
      'of a pod that goes',
      stored(pod('a'), { deletionTimestamp: NOW }),
      {},
      'pod a is being deleted, cannot be assigned to a host',
    ],
    [
      'of a gated pod',
      stored(pod('a', { schedulingGates: [{ name: 'hold' }] })),
      {},
      'pod a has non-empty .spec.schedulingGates',
    ],
    [
      'of a pod of another uid',
      stored(pod('a')),
      { uid: 'uid-0' },
      'Precondition failed: UID in precondition: uid-0, UID in object meta: uid-1',
    ],
  ])('%s is refused', (_, object, metadata, why) => {
    const message = `Operation cannot be fulfilled on pods/binding "a": ${why}`;
    expect(updateOutcome(object, binding(metadata), NOW)).toEqual({
      kind: 'refuse',
      code: 409,
      reason: 'Conflict',
      message,
    });
  });
});

describe('through the API server', () => {
  const target = { resource: 'pods', namespace: 'default', name: 'a' };
  const body: Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'a', namespace: 'default' },
    target: { kind: 'Node', name: 'node-1' },
  };

  test('a pod is created, bound once, marked, and gone with grace 0', () => {
    const plane = new TestControlPlane();
    const client = plane.client();
    const send = (request: Partial<ApiRequest> & { verb: ApiRequest['verb'] }) =>
      plane.request(client, { ...target, ...request });
    send({ verb: 'create', body: pod('a') });
    const first = send({ verb: 'create', subresource: 'binding', body });
    const second = send({ verb: 'create', subresource: 'binding', body });
    expect([first.code, first.object, second.code]).toEqual([201, undefined, 409]);
    const marking = send({ verb: 'delete' });
    expect(marking.object?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(send({ verb: 'delete' }).code).toBe(200);
    expect(send({ verb: 'delete', gracePeriodSeconds: 0 }).code).toBe(200);
    expect(send({ verb: 'delete' }).code).toBe(404);
    // Bound, marked, marked with grace 0.
    expect(plane.log.lines).toEqual([
      'ADDED Pod/a',
      'MODIFIED Pod/a',
      'MODIFIED Pod/a',
      'MODIFIED Pod/a',
      'DELETED Pod/a',
    ]);
  });

  test('of two schedulers that bind one pod at the same time one is refused', () => {
    const plane = new TestControlPlane();
    plane.request(plane.client(), { verb: 'create', ...target, body: pod('a') });
    const codes: (number | undefined)[] = [];
    for (const client of [plane.client(), plane.client()]) {
      client.send({ verb: 'create', ...target, subresource: 'binding', body }, ({ response }) =>
        codes.push(response?.code),
      );
    }
    plane.simulation.run();
    expect(codes.sort()).toEqual([201, 409]);
    expect(plane.log.events).toHaveLength(2);
  });
});

describe('data', () => {
  test.each([
    [{ a: 1 }, { a: 1 }, true],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, true],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ a: [1] }, { a: [1, 2] }, false],
    [{ a: [] }, { a: {} }, false],
    [{ a: '1' }, { a: 1 }, false],
    [null, {}, false],
  ])('%j is the same as %j: %s', (a, b, expected) => {
    expect(isSameData(a, b)).toBe(expected);
    expect(isSameData(b, a)).toBe(expected);
  });
});

describe('the propagation policy of a DELETE', () => {
  const map = stored(configMap('a'));
  const waiting = stored(configMap('a'), {
    finalizers: ['foregroundDeletion'],
    deletionTimestamp: NOW - SECOND,
    deletionGracePeriodSeconds: 0,
  });
  const own = stored(configMap('a'), { finalizers: ['example.com/hold', 'orphan'] });
  const finalizersAfter = (object: KubernetesObject, request: Partial<ApiRequest>): unknown => {
    const outcome = deleteOutcome(object, deletion(request), NOW);
    return 'object' in outcome
      ? [outcome.kind, ...(outcome.object.metadata.finalizers ?? [])]
      : [outcome.kind];
  };

  test.each<[string, KubernetesObject, Partial<ApiRequest>, string[]]>([
    ['Background', map, { propagationPolicy: 'Background' }, ['remove']],
    ['Foreground', map, { propagationPolicy: 'Foreground' }, ['write', 'foregroundDeletion']],
    ['Orphan', map, { propagationPolicy: 'Orphan' }, ['write', 'orphan']],
    ['none, of an object with its own', own, {}, ['write', 'example.com/hold', 'orphan']],
    [
      'Foreground, in the place of another',
      own,
      { propagationPolicy: 'Foreground' },
      ['write', 'example.com/hold', 'foregroundDeletion'],
    ],
    ['Foreground a second time', waiting, { propagationPolicy: 'Foreground' }, ['unchanged']],
    ['none, of an object that waits', waiting, {}, ['unchanged']],
    [
      'Background, of an object that waits for its dependents',
      waiting,
      { propagationPolicy: 'Background' },
      ['writeAndRemove'],
    ],
    [
      'Foreground, of a bound pod',
      bound(),
      { propagationPolicy: 'Foreground' },
      ['write', 'foregroundDeletion'],
    ],
  ])('%s', (_, object, request, expected) => {
    expect(finalizersAfter(object, request)).toEqual(expected);
  });

  test('leaves the time at which an object was marked', () => {
    const outcome = deleteOutcome(waiting, deletion({ propagationPolicy: 'Orphan' }), NOW);
    expect(outcome).toMatchObject({
      kind: 'write',
      object: { metadata: { deletionTimestamp: NOW - SECOND, finalizers: ['orphan'] } },
    });
  });
});
