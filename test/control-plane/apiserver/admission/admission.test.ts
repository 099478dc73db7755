// Built-in admission: what the API server adds to an object, and what it refuses.
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../../../src/api/deployment.js';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import type { LimitRange } from '../../../../src/api/limit-range.js';
import type { Pod, Toleration } from '../../../../src/api/pod.js';
import type { PriorityClass } from '../../../../src/api/priority-class.js';
import {
  Admission,
  type AdmissionLookups,
  admitUpdate,
  type OptionalAdmissionPlugin,
} from '../../../../src/control-plane/apiserver/admission/admission.js';
import type { Rejection } from '../../../../src/control-plane/apiserver/admission/rejection.js';
import { TestControlPlane } from '../../../support/control-plane.js';
import { deployment, pod } from '../../../support/objects.js';

function priorityClass(name: string, value: number, extra: Partial<PriorityClass> = {}) {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    ...extra,
  } satisfies PriorityClass;
}

/** A cluster with that class, and with those LimitRanges in every namespace. */
const lookups = (found?: PriorityClass, ranges: readonly LimitRange[] = []): AdmissionLookups => ({
  priorityClass: (name) => (name === (found?.metadata.name ?? '') ? found : undefined),
  isTerminating: (namespace) => namespace === 'terminating',
  limitRanges: () => ranges,
  hasServiceAccount: (_, name) => name === 'robot',
  defaultStorageClass: () => undefined,
});

const admit = <T extends KubernetesObject>(object: T, found?: PriorityClass): T | Rejection =>
  new Admission(lookups(found)).admit(object) as T | Rejection;

describe('a service account that a pod names', () => {
  test('must be there', () => {
    expect(admit(pod('a', { serviceAccountName: 'robot' }))).toMatchObject({ kind: 'Pod' });
    expect(admit(pod('a', { serviceAccountName: 'nobody' }))).toEqual({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods "a" is forbidden: error looking up service account default/nobody: ' +
        'serviceaccount "nobody" not found',
    });
  });

  test('is not looked up where its plugin is disabled', () => {
    const admission = new Admission(lookups(), ['ServiceAccount']);
    expect(admission.admit(pod('a', { serviceAccountName: 'nobody' }))).toHaveProperty('spec');
  });
});

describe('the priority of a pod', () => {
  const none = admit(pod('a')) as Pod;
  const high = admit(
    pod('a', { priorityClassName: 'high' }),
    priorityClass('high', 1000, { preemptionPolicy: 'Never' }),
  ) as Pod;

  test('is 0 without a class, that of its class with one', () => {
    expect([none.spec.priority, none.spec.preemptionPolicy]).toEqual([0, 'PreemptLowerPriority']);
    expect([high.spec.priority, high.spec.preemptionPolicy]).toEqual([1000, 'Never']);
  });

  test('of a class that does not exist is refused', () => {
    expect(admit(pod('a', { priorityClassName: 'nope' }))).toEqual({
      code: 403,
      reason: 'Forbidden',
      message: 'pods "a" is forbidden: no PriorityClass with name nope was found',
    });
  });

  test.each<[string, PriorityClass | undefined, PriorityClass | undefined, unknown]>([
    ['is made anew', priorityClass('high', 1), priorityClass('high', 2), { priority: 2 }],
    ['is deleted', priorityClass('high', 1), undefined, undefined],
  ])(
    'is that of its class now, also of a spec that is known, when it %s',
    (_, one, other, want) => {
      let found = one;
      const admission = new Admission({ ...lookups(), priorityClass: () => found });
      const first = pod('a', { priorityClassName: 'high' });
      expect(admission.admit(first)).toMatchObject({ spec: { priority: 1 } });
      found = other;
      const second = admission.admit({ ...first, metadata: { name: 'b', namespace: 'default' } });
      expect(second).toMatchObject(want === undefined ? { code: 403 } : { spec: want });
    },
  );

  test('follows the global default, also of a spec that is known', () => {
    let found: PriorityClass | undefined;
    const admission = new Admission({ ...lookups(), priorityClass: () => found });
    const plain = pod('a');
    const admitted = () => (admission.admit(plain) as Pod).spec;
    expect(admitted()).toMatchObject({ priority: 0 });
    expect(admitted()).toBe(admitted());
    found = priorityClass('base', 5, { globalDefault: true });
    expect(admitted()).toMatchObject({ priority: 5, priorityClassName: 'base' });
    expect(admitted()).toBe(admitted());
  });

  test.each([
    ['in one order', [5, 3]],
    ['in the other', [3, 5]],
  ])('comes from the lowest global default, whatever the order of the classes: %s', (_, values) => {
    const preload = values.map((value) =>
      priorityClass(`default-${value}`, value, { globalDefault: true }),
    );
    const plane = new TestControlPlane({ preload: [...preload, priorityClass('high', 1)] });
    const { object } = plane.request(plane.client(), {
      verb: 'create',
      resource: 'pods',
      namespace: 'default',
      name: 'a',
      body: pod('a'),
    });
    expect((object as Pod).spec).toMatchObject({ priority: 3, priorityClassName: 'default-3' });
  });
});

describe('the tolerations of a pod', () => {
  const notReady = 'node.kubernetes.io/not-ready';
  const unreachable = 'node.kubernetes.io/unreachable';
  const standard = (key: string): Toleration => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  });
  test.each<[string, Toleration[], string[]]>([
    ['gets both', [], [notReady, unreachable]],
    ['keeps its own of one key', [{ key: notReady, operator: 'Exists' }], [unreachable]],
    ['tolerates everything already', [{ operator: 'Exists' }], []],
    [
      'tolerates the key with another effect',
      [{ key: notReady, operator: 'Exists', effect: 'NoSchedule' }],
      [notReady, unreachable],
    ],
    [
      'tolerates the key with this effect for ever',
      [{ key: unreachable, operator: 'Exists', effect: 'NoExecute' }],
      [notReady],
    ],
  ])('of taints of dying nodes: a pod that %s', (_, tolerations, added) => {
    const { spec } = admit(pod('a', { tolerations })) as Pod;
    expect(spec.tolerations).toEqual([...tolerations, ...added.map(standard)]);
  });
});

describe('the service account of a pod', () => {
  test('is default and brings a token volume', () => {
    const { spec } = admit(pod('a')) as Pod;
    expect(spec.serviceAccountName).toBe('default');
    expect(spec.volumes?.map(({ name }) => name)).toEqual(['kube-api-access']);
    const [{ projected } = { projected: undefined }] = spec.volumes ?? [];
    expect(projected?.sources).toHaveLength(3);
  });

  test('brings no token where the pod does without', () => {
    const { spec } = admit(pod('a', { automountServiceAccountToken: false })) as Pod;
    expect(spec.volumes ?? []).toEqual([]);
  });

  test('brings no second token', () => {
    const volumes = [{ name: 'kube-api-access-x', emptyDir: {} }];
    expect((admit(pod('a', { volumes })) as Pod).spec.volumes).toHaveLength(1);
  });
});

describe('a disabled admission plugin', () => {
  const own = pod('a', { priority: 7 });
  const specWithout = (...names: OptionalAdmissionPlugin[]) =>
    (new Admission(lookups(), names).admit(own) as Pod).spec;

  test('Priority leaves the priority that the pod states', () => {
    expect(specWithout().priority).toBe(0);
    expect(specWithout('Priority').priority).toBe(7);
    expect(specWithout('Priority').preemptionPolicy).toBeUndefined();
  });

  test('ServiceAccount adds neither a name nor a token', () => {
    const { serviceAccountName, volumes } = specWithout('ServiceAccount');
    expect([serviceAccountName, volumes]).toEqual([undefined, undefined]);
  });
});

test('a pod with scheduling gates is said to be held by them, another is not', () => {
  const gated = admit(pod('a', { schedulingGates: [{ name: 'x.io/hold' }] })) as Pod;
  expect(gated.status?.conditions).toEqual([
    expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }),
  ]);
  expect((admit(pod('a')) as Pod).status?.conditions).toBeUndefined();
});

test('a pod that is replaced keeps the tolerations that the server adds', () => {
  const { spec } = admitUpdate(pod('a')) as Pod;
  expect(spec.tolerations?.map(({ key }) => key)).toEqual([
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
  ]);
});

describe('an object', () => {
  test('gets the defaults of its kind', () => {
    const { spec } = admit(deployment('web', 3)) as Deployment;
    expect(spec.revisionHistoryLimit).toBe(10);
    expect(spec.strategy).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    });
  });

  test('with one fault is refused in the API server’s words', () => {
    const broken = deployment('web', -1);
    expect(admit(broken)).toEqual({
      code: 422,
      reason: 'Invalid',
      message:
        'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    });
  });

  test('with several faults is refused with all of them in brackets', () => {
    const { message } = admit(pod('A_', { containers: [] })) as Rejection;
    expect(message).toMatch(/^Pod "A_" is invalid: \[.*metadata\.name: .*spec\.containers: .*\]$/);
  });

  test('that is refused is not stored, and the client is told', () => {
    const plane = new TestControlPlane();
    const body = pod('a', { containers: [] });
    const response = plane.request(plane.client(), {
      verb: 'create',
      resource: 'pods',
      namespace: 'default',
      name: 'a',
      body,
    });
    expect(response).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'Pod "a" is invalid: spec.containers: Required value',
    });
    expect(plane.log.events).toEqual([]);
  });
});

test('pods of one template share one admitted spec, others do not', () => {
  const admission = new Admission(lookups());
  const { spec } = pod('a');
  const [a, b, c] = [{ ...pod('a'), spec }, { ...pod('b'), spec }, pod('c')].map(
    (each) => admission.admit(each) as Pod,
  );
  expect(a?.spec).toBe(b?.spec);
  expect(c?.spec).not.toBe(a?.spec);
  expect(c?.spec).toEqual(a?.spec);
  expect([a?.metadata.name, b?.metadata.name]).toEqual(['a', 'b']);
});
