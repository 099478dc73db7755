import { describe, expect, it } from 'vitest';
import type { ContainerStatus } from '../../src/api/container.js';
import type { Container, Pod, PodSpec, PodStatus } from '../../src/api/pod.js';
import { resizedSpec } from '../../src/api/pod-resize.js';
import type { ResourceList } from '../../src/api/quantity.js';
import { podRequests } from '../../src/api/resource-requests.js';

const container = (name: string, requests?: ResourceList): Container => ({
  name,
  ...(requests !== undefined && { resources: { requests } }),
});

function statusOf(
  name: string,
  requests: ResourceList | undefined,
  allocatedResources?: ResourceList,
): ContainerStatus {
  return {
    name,
    ready: true,
    restartCount: 0,
    image: 'img',
    imageID: '',
    ...(requests !== undefined && { resources: { requests } }),
    ...(allocatedResources !== undefined && { allocatedResources }),
  };
}

function podOf(spec: PodSpec, status?: PodStatus): Pod {
  const metadata = { name: 'p', namespace: 'default' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec, ...(status !== undefined && { status }) };
}

const pending = (reason: string) => ({ type: 'PodResizePending', status: 'True' as const, reason });

/** CPU in milli-units of a pod with one container of 500m. */
function cpuMilli(status: PodStatus): number {
  const spec = { containers: [container('c', { cpu: '500m' })] };
  return podRequests(resizedSpec(podOf(spec, status))).cpuMilli;
}

describe('requests of a pod that is resized in place', () => {
  it('are the largest of asked for, in effect and allocated', () => {
    const of = (inEffect: string, allocated: string) =>
      cpuMilli({ containerStatuses: [statusOf('c', { cpu: inEffect }, { cpu: allocated })] });
    expect(of('100m', '200m')).toBe(500);
    expect(of('700m', '200m')).toBe(700);
    expect(of('700m', '1')).toBe(1000);
    expect(of('0.5', '500m')).toBe(500);
  });

  it('count what is in effect when nothing is said to be allocated', () => {
    expect(cpuMilli({ containerStatuses: [statusOf('c', { cpu: '700m' })] })).toBe(700);
  });

  it('need a report of what is in effect: allocated alone is not enough', () => {
    expect(cpuMilli({ containerStatuses: [statusOf('c', undefined, { cpu: '2' })] })).toBe(500);
  });

  it('forget what was asked for when the resize is infeasible', () => {
    const containerStatuses = [statusOf('c', { cpu: '100m' }, { cpu: '200m' })];
    expect(cpuMilli({ containerStatuses, conditions: [pending('Infeasible')] })).toBe(200);
    expect(cpuMilli({ containerStatuses, conditions: [pending('Deferred')] })).toBe(500);
    const other = { ...pending('Infeasible'), type: 'PodResizeInProgress' };
    expect(cpuMilli({ containerStatuses, conditions: [other] })).toBe(500);
  });

  it('are raised resource by resource, also where the container asks for nothing', () => {
    const spec = { containers: [container('c', { cpu: '1', memory: '1Gi' }), container('d')] };
    const containerStatuses = [
      statusOf('c', { cpu: '500m', memory: '2Gi' }),
      statusOf('d', { 'example.com/gpu': '1' }),
    ];
    const requests = podRequests(resizedSpec(podOf(spec, { containerStatuses })));
    expect(requests.cpuMilli).toBe(1000);
    expect(requests.memoryBytes).toBe(2 * 2 ** 30);
    expect(requests.scalars.get('example.com/gpu')).toBe(1);
  });

  it('of init containers follow the status for sidecars only', () => {
    const sidecar = { ...container('s', { cpu: '100m' }), restartPolicy: 'Always' as const };
    const spec = {
      containers: [container('c', { cpu: '1' })],
      initContainers: [container('i', { cpu: '100m' }), sidecar],
    };
    const grown = { cpu: '3' };
    const cpuWith = (name: string) => {
      const initContainerStatuses = [statusOf(name, grown)];
      return podRequests(resizedSpec(podOf(spec, { initContainerStatuses }))).cpuMilli;
    };
    expect(cpuWith('i')).toBe(1100);
    expect(cpuWith('s')).toBe(4000);
  });
});

describe('the spec', () => {
  const spec = { containers: [container('c', { cpu: '500m' })] };

  it.each<[string, PodStatus | undefined]>([
    ['no status', undefined],
    ['a status without containers', { phase: 'Running' }],
    ['statuses without resources', { containerStatuses: [statusOf('c', undefined)] }],
    ['statuses of other containers', { containerStatuses: [statusOf('x', { cpu: '9' })] }],
    ['what was asked for', { containerStatuses: [statusOf('c', { cpu: '500m' })] }],
    ['less than that', { containerStatuses: [statusOf('c', { cpu: '1m' }, { cpu: '2m' })] }],
  ])('is the very same object with %s', (_name, status) => {
    expect(resizedSpec(podOf(spec, status))).toBe(spec);
  });

  it('keeps everything but the requests', () => {
    const limits = { cpu: '2' };
    const full = {
      nodeName: 'n',
      containers: [{ name: 'c', image: 'img', resources: { limits, requests: { cpu: '1' } } }],
    };
    const containerStatuses = [statusOf('c', { cpu: '2' })];
    expect(resizedSpec(podOf(full, { containerStatuses }))).toEqual({
      nodeName: 'n',
      containers: [{ name: 'c', image: 'img', resources: { limits, requests: { cpu: '2' } } }],
    });
  });
});
