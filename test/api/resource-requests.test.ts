import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/api/node.js';
import type { Container, PodQosClass, PodSpec } from '../../src/api/pod.js';
import {
  nodeAllocatable,
  nonZeroRequests,
  podLimits,
  podQosClass,
  podRequests,
  type ResourceAmounts,
  scoringRequests,
} from '../../src/api/resource-requests.js';

let counter = 0;

function container(requests?: Record<string, string>, more: Partial<Container> = {}): Container {
  counter += 1;
  return { name: `c${counter}`, ...(requests ? { resources: { requests } } : {}), ...more };
}

function sidecar(requests?: Record<string, string>): Container {
  return container(requests, { restartPolicy: 'Always' });
}

function spec(containers: readonly Container[], more: Partial<PodSpec> = {}): PodSpec {
  return { containers, ...more };
}

function brief(amounts: ResourceAmounts): string {
  const scalars = [...amounts.scalars].map(([name, value]) => ` ${name}=${value}`).join('');
  return `${amounts.cpuMilli}m ${amounts.memoryBytes}B ${amounts.ephemeralStorageBytes}E${scalars}`;
}

describe('pod requests', () => {
  it.each<[string, PodSpec, string]>([
    ['nothing stated', spec([container()]), '0m 0B 0E'],
    ['one container', spec([container({ cpu: '100m', memory: '128Mi' })]), '100m 134217728B 0E'],
    [
      'containers add up',
      spec([container({ cpu: '100m' }), container({ cpu: '250m', memory: '1k' })]),
      '350m 1000B 0E',
    ],
    [
      'an init container that needs more wins',
      spec([container({ cpu: '1' })], { initContainers: [container({ cpu: '3', memory: '5' })] }),
      '3000m 5B 0E',
    ],
    [
      'an init container that needs less is covered',
      spec([container({ cpu: '2' })], { initContainers: [container({ cpu: '1' })] }),
      '2000m 0B 0E',
    ],
    [
      'init containers run one after the other',
      spec([container({ cpu: '1' })], {
        initContainers: [container({ cpu: '2' }), container({ cpu: '2' })],
      }),
      '2000m 0B 0E',
    ],
    [
      'a sidecar runs beside the containers',
      spec([container({ cpu: '1' })], { initContainers: [sidecar({ cpu: '500m' })] }),
      '1500m 0B 0E',
    ],
    [
      'an init container after a sidecar runs beside it',
      spec([container({ cpu: '1' })], {
        initContainers: [sidecar({ cpu: '500m' }), container({ cpu: '3' })],
      }),
      '3500m 0B 0E',
    ],
    [
      'an init container before a sidecar does not',
      spec([container({ cpu: '1' })], {
        initContainers: [container({ cpu: '3' }), sidecar({ cpu: '500m' })],
      }),
      '3000m 0B 0E',
    ],
    [
      'overhead comes on top',
      spec([container({ cpu: '1' })], { overhead: { cpu: '250m', memory: '10' } }),
      '1250m 10B 0E',
    ],
    [
      'pod-level requests replace the sum of what may be stated there',
      spec([container({ cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '2' })], {
        resources: { requests: { cpu: '3', 'hugepages-2Mi': '4Mi' } },
      }),
      '3000m 1073741824B 0E hugepages-2Mi=4194304 nvidia.com/gpu=2',
    ],
    [
      'overhead comes on top of pod-level requests too',
      spec([container({ cpu: '1' })], {
        resources: { requests: { cpu: '3' } },
        overhead: { cpu: '1' },
      }),
      '4000m 0B 0E',
    ],
    [
      'fractions round up: to milli for CPU, to units for the rest',
      spec([container({ cpu: '0.0001', memory: '1500m', 'ephemeral-storage': '1n' })]),
      '1m 2B 1E',
    ],
    [
      'scalars come in order of their names',
      spec([container({ 'z.io/x': '1', 'a.io/x': '2', 'ephemeral-storage': '1Ki' })]),
      '0m 0B 1024E a.io/x=2 z.io/x=1',
    ],
  ])('%s', (_name, podSpec, expected) => {
    expect(brief(podRequests(podSpec))).toBe(expected);
  });

  it('is counted once for all specs that share their parts', () => {
    const podSpec = spec([container({ cpu: '1' })]);
    const known = podRequests(podSpec);
    expect(podRequests({ ...podSpec, nodeName: 'a' })).toBe(known);
    expect(podRequests({ ...podSpec, containers: [...podSpec.containers] })).not.toBe(known);
  });

  it.each([
    { initContainers: [container({ cpu: '3' })] },
    { overhead: { cpu: '2' } },
    { resources: { requests: { cpu: '3' } } },
  ])('is counted anew for the same containers with %j', (more) => {
    const podSpec = spec([container({ cpu: '1' })]);
    expect(brief(podRequests(podSpec))).toBe('1000m 0B 0E');
    expect(brief(podRequests({ ...podSpec, ...more }))).toBe('3000m 0B 0E');
    expect(brief(podRequests(podSpec))).toBe('1000m 0B 0E');
  });

  it('is at least every single container and at most the sum of all of them', () => {
    const cpu = fc.integer({ min: 0, max: 4_000 });
    const initContainer = fc.record({ cpu, isSidecar: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(cpu, { minLength: 1, maxLength: 4 }),
        fc.array(initContainer, { maxLength: 4 }),
        (regular, initial) => {
          const podSpec = spec(
            regular.map((milli) => container({ cpu: `${milli}m` })),
            {
              initContainers: initial.map((each) =>
                container(
                  { cpu: `${each.cpu}m` },
                  each.isSidecar ? { restartPolicy: 'Always' } : {},
                ),
              ),
            },
          );
          const total = podRequests(podSpec).cpuMilli;
          const all = [...regular, ...initial.map((each) => each.cpu)];
          const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
          const sidecars = initial.filter((each) => each.isSidecar).map((each) => each.cpu);
          expect(total).toBeGreaterThanOrEqual(Math.max(...all));
          expect(total).toBeGreaterThanOrEqual(sum(regular) + sum(sidecars));
          expect(total).toBeLessThanOrEqual(sum(all));
        },
      ),
    );
  });
});

describe('pod limits', () => {
  it('adds overhead only to what is limited', () => {
    const limited = container(undefined, { resources: { limits: { cpu: '1' } } });
    const podSpec = spec([limited], { overhead: { cpu: '500m', memory: '1Gi' } });
    expect(brief(podLimits(podSpec))).toBe('1500m 0B 0E');
  });

  it('lets a pod-level limit replace the sum', () => {
    const limited = container(undefined, { resources: { limits: { cpu: '1' } } });
    const podSpec = spec([limited, limited], { resources: { limits: { cpu: '1500m' } } });
    expect(podLimits(podSpec).cpuMilli).toBe(1_500);
  });
});

describe('requests for scoring', () => {
  it.each<[string, PodSpec, string, string]>([
    // spec, non-zero, scoring
    ['nothing stated', spec([container()]), '100m 209715200B 0E', '100m 209715200B 0E'],
    [
      'every silent container counts',
      spec([container(), container({ cpu: '1' })]),
      '1100m 419430400B 0E',
      '1100m 419430400B 0E',
    ],
    [
      'an explicit zero stays zero',
      spec([container({ cpu: '0', memory: '0' })]),
      '0m 0B 0E',
      '0m 0B 0E',
    ],
    [
      'silent init containers count too',
      spec([container({ cpu: '50m', memory: '1' })], { initContainers: [container()] }),
      '100m 209715200B 0E',
      '100m 209715200B 0E',
    ],
    [
      'a resource stated at pod level is not assumed, which scoring does not see',
      spec([container()], { resources: { requests: { cpu: '2' } } }),
      '2000m 209715200B 0E',
      '100m 209715200B 0E',
    ],
    [
      'beside pod-level resources, one that some container states is assumed for none',
      spec([container({ memory: '1Gi' }), container()], { resources: { requests: { cpu: '2' } } }),
      '2000m 1073741824B 0E',
      '200m 1283457024B 0E',
    ],
    [
      'the same with limits at pod level, and with an init container that states it',
      spec([container()], {
        initContainers: [container({ cpu: '1m' })],
        resources: { limits: { memory: '1Gi' } },
      }),
      '1m 209715200B 0E',
      '100m 209715200B 0E',
    ],
    [
      'resources that a pod cannot state do not count as pod-level resources',
      spec([container({ memory: '1Gi' }), container()], {
        resources: { requests: { 'example.com/x': '1' } },
      }),
      '200m 1283457024B 0E',
      '200m 1283457024B 0E',
    ],
  ])('%s', (_name, podSpec, nonZero, scoring) => {
    expect(brief(nonZeroRequests(podSpec))).toBe(nonZero);
    expect(brief(scoringRequests(podSpec))).toBe(scoring);
  });
});

describe('node allocatable', () => {
  const node = (status: Node['status']): Node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec: {},
    ...(status === undefined ? {} : { status }),
  });

  it('is the allocatable where stated', () => {
    const stated = node({ capacity: { cpu: '4' }, allocatable: { cpu: '3900m', pods: '110' } });
    expect(brief(nodeAllocatable(stated))).toBe('3900m 0B 0E pods=110');
  });

  it('is the capacity otherwise, and nothing for a node without status', () => {
    expect(brief(nodeAllocatable(node({ capacity: { memory: '1Gi' } })))).toBe('0m 1073741824B 0E');
    expect(brief(nodeAllocatable(node(undefined)))).toBe('0m 0B 0E');
  });
});

describe('quality of service', () => {
  const both = { cpu: '1', memory: '1Gi' };
  const full = (): Container => container(both, { resources: { requests: both, limits: both } });

  it.each<[PodQosClass, string, PodSpec]>([
    ['BestEffort', 'nothing stated', spec([container()])],
    [
      'BestEffort',
      'only zeros and other resources',
      spec([container({ cpu: '0', 'x.io/y': '1' })]),
    ],
    ['Burstable', 'a request without limit', spec([container({ cpu: '1' })])],
    [
      'Burstable',
      'a limit on one resource only',
      spec([container(undefined, { resources: { limits: { cpu: '1' } } })]),
    ],
    ['Guaranteed', 'limits equal to requests', spec([full(), full()])],
    [
      'Guaranteed',
      'limits alone, which become the requests',
      spec([container(undefined, { resources: { limits: both } })]),
    ],
    ['Burstable', 'one container of two without any', spec([full(), container()])],
    [
      'Burstable',
      'an init container without any',
      spec([full()], { initContainers: [container()] }),
    ],
    [
      'Burstable',
      'a request below its limit',
      spec([
        container(undefined, { resources: { requests: { cpu: '1', memory: '1' }, limits: both } }),
      ]),
    ],
    [
      'Guaranteed',
      'pod-level resources, whatever the containers say',
      spec([container({ cpu: '1m' })], { resources: { requests: both, limits: both } }),
    ],
  ])('%s: %s', (expected, _name, podSpec) => {
    expect(podQosClass(podSpec)).toBe(expected);
  });
});
