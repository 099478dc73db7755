// LimitRanger: what a container gets that states nothing, and what is out of bounds.
import { describe, expect, test } from 'vitest';
import type { ResourceRequirements } from '../../../../src/api/container.js';
import type { LimitRange, LimitRangeItem } from '../../../../src/api/limit-range.js';
import type { Pod } from '../../../../src/api/pod.js';
import type { ApiResponse } from '../../../../src/client/api-request.js';
import {
  limitRangeFault,
  withLimitRangeDefaults,
} from '../../../../src/control-plane/apiserver/admission/limit-ranger.js';
import { TestControlPlane } from '../../../support/control-plane.js';
import { pod } from '../../../support/objects.js';

function range(...limits: readonly LimitRangeItem[]): LimitRange {
  const metadata = { name: 'limits', namespace: 'default' };
  return { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits } };
}

function podWith(...resources: readonly ResourceRequirements[]): Pod {
  const containers = resources.map((each, i) => ({ name: `c${i}`, image: 'x', resources: each }));
  return pod('a', { containers });
}

const defaults = range({
  type: 'Container',
  default: { cpu: '500m', memory: '512Mi' },
  defaultRequest: { cpu: '100m', memory: '64Mi' },
});

describe('the defaults of a LimitRange', () => {
  test('fill in what a container does not state, and are noted on the pod', () => {
    const given = podWith({}, { requests: { cpu: '1' }, limits: { memory: '1Gi' } });
    const { spec, metadata } = withLimitRangeDefaults(given, [defaults]);
    expect(spec.containers.map(({ resources }) => resources)).toEqual([
      { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
      { requests: { cpu: '1', memory: '64Mi' }, limits: { cpu: '500m', memory: '1Gi' } },
    ]);
    expect(metadata.annotations?.['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu, memory request for container c0; ' +
        'cpu, memory limit for container c0; memory request for container c1; ' +
        'cpu limit for container c1',
    );
  });

  test('leave a pod alone that states everything, and one in a namespace with bounds only', () => {
    const full = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } };
    const given = podWith(full);
    expect(withLimitRangeDefaults(given, [defaults])).toBe(given);
    expect(withLimitRangeDefaults(given, [range({ type: 'Pod', max: { cpu: '4' } })])).toBe(given);
  });

  test('of the first of several LimitRanges win', () => {
    const second = range({
      type: 'Container',
      defaultRequest: { cpu: '7' },
      default: { cpu: '7' },
    });
    const { spec } = withLimitRangeDefaults(podWith({}), [defaults, second]);
    expect(spec.containers[0]?.resources?.requests?.['cpu']).toBe('100m');
  });
});

describe('the bounds of a LimitRange', () => {
  const one = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2', memory: '1Gi' } };

  test.each<[string, LimitRangeItem, string]>([
    [
      'request below the minimum',
      { type: 'Container', min: { cpu: '1500m' } },
      'minimum cpu usage per Container is 1500m, but request is 1',
    ],
    [
      'limit above the maximum',
      { type: 'Container', max: { cpu: '1' } },
      'maximum cpu usage per Container is 1, but limit is 2',
    ],
    [
      'no limit where there is a maximum',
      { type: 'Container', max: { 'ephemeral-storage': '1Gi' } },
      'maximum ephemeral-storage usage per Container is 1Gi.  No limit is specified',
    ],
    [
      'no request where there is a minimum',
      { type: 'Pod', min: { 'ephemeral-storage': '1Gi' } },
      'minimum ephemeral-storage usage per Pod is 1Gi.  No request is specified',
    ],
    [
      'too far from request to limit',
      { type: 'Container', maxLimitRequestRatio: { cpu: '1500m' } },
      'cpu max limit to request ratio per Container is 1500m, but provided ratio is 2.000000',
    ],
    [
      'two faults',
      { type: 'Container', min: { cpu: '3' }, max: { memory: '1Mi' } },
      '[minimum cpu usage per Container is 3, but request is 1, ' +
        'maximum memory usage per Container is 1Mi, but limit is 1Gi]',
    ],
  ])('%s', (_, item, expected) => {
    expect(limitRangeFault(podWith(one), [range(item)])).toBe(expected);
  });

  test('of a Pod are those of all its containers together', () => {
    const bounds = range({ type: 'Pod', max: { cpu: '3' } });
    expect(limitRangeFault(podWith(one), [bounds])).toBe('');
    expect(limitRangeFault(podWith(one, one), [bounds])).toBe(
      'maximum cpu usage per Pod is 3, but limit is 4',
    );
  });

  test('are kept by what is at them', () => {
    const exact = range({ type: 'Container', min: { cpu: '1' }, max: { cpu: '2' } });
    expect(limitRangeFault(podWith(one), [exact])).toBe('');
  });
});

test('a server sets and judges by the LimitRanges of the namespace of a pod', () => {
  const capped = range({ type: 'Container', max: { cpu: '1' }, default: { cpu: '1' } });
  const plane = new TestControlPlane({ preload: [capped] });
  const client = plane.client();
  const create = (namespace: string, resources: ResourceRequirements): ApiResponse => {
    const { spec, ...rest } = podWith(resources);
    const body = { ...rest, metadata: { name: 'a', namespace }, spec };
    return plane.request(client, { verb: 'create', resource: 'pods', namespace, name: 'a', body });
  };
  const large = { requests: { cpu: '100m' }, limits: { cpu: '2' } };
  expect(create('default', large)).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: 'pods "a" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  });
  expect(create('other', large).code).toBe(201);
  const { object } = create('default', { requests: { cpu: '100m' } });
  expect((object as Pod).spec.containers[0]?.resources?.limits).toEqual({ cpu: '1' });
});
