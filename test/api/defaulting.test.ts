import { describe, expect, it } from 'vitest';
import { defaultObject } from '../../src/api/defaulting.js';
import type { ApiObject } from '../../src/api/object-meta.js';
import { defaulted, type Json, recorded, template } from './defaulting-harness.js';

describe('services', () => {
  const ports = [{ port: 80 }];

  it.each<[string, Json, readonly string[]]>([
    [
      'of type ClusterIP',
      { ports },
      [
        'spec.sessionAffinity = "None"',
        'spec.type = "ClusterIP"',
        'spec.internalTrafficPolicy = "Cluster"',
        'spec.ipFamilies = ["IPv4"]',
        'spec.ipFamilyPolicy = "SingleStack"',
        'spec.ports[0].protocol = "TCP"',
        'spec.ports[0].targetPort = 80',
      ],
    ],
    [
      'of type LoadBalancer with sticky clients',
      {
        type: 'LoadBalancer',
        sessionAffinity: 'ClientIP',
        ports: [{ port: 80, targetPort: 'http', protocol: 'UDP' }],
      },
      [
        'spec.sessionAffinityConfig = {"clientIP":{"timeoutSeconds":10800}}',
        'spec.externalTrafficPolicy = "Cluster"',
        'spec.allocateLoadBalancerNodePorts = true',
        'spec.internalTrafficPolicy = "Cluster"',
        'spec.ipFamilies = ["IPv4"]',
        'spec.ipFamilyPolicy = "SingleStack"',
      ],
    ],
    ['of type ExternalName', { type: 'ExternalName' }, ['spec.sessionAffinity = "None"']],
    [
      'without address',
      { clusterIP: 'None' },
      [
        'spec.sessionAffinity = "None"',
        'spec.type = "ClusterIP"',
        'spec.internalTrafficPolicy = "Cluster"',
        'spec.ipFamilies = ["IPv4"]',
        'spec.ipFamilyPolicy = "SingleStack"',
        'spec.clusterIPs = ["None"]',
      ],
    ],
  ])('%s', (_name, spec, expected) => {
    expect(recorded('Service', 'v1', { spec })).toEqual(expected);
  });
});

describe('the small kinds', () => {
  it.each<[string, string, Json, readonly string[]]>([
    [
      'Node',
      'v1',
      { spec: {}, status: { capacity: { cpu: '4' } } },
      ['status.allocatable = {"cpu":"4"}'],
    ],
    ['Node', 'v1', { spec: {}, status: { capacity: { cpu: '4' }, allocatable: { cpu: '3' } } }, []],
    ['Namespace', 'v1', {}, ['metadata.labels[kubernetes.io/metadata.name] = "a"']],
    [
      'LimitRange',
      'v1',
      { spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' } }] } },
      [
        'spec.limits[0].default.cpu = "2"',
        'spec.limits[0].defaultRequest.cpu = "2"',
        'spec.limits[0].defaultRequest.memory = "1Mi"',
      ],
    ],
    ['LimitRange', 'v1', { spec: { limits: [{ type: 'Pod', max: { cpu: '2' } }] } }, []],
    [
      'PersistentVolume',
      'v1',
      { spec: {} },
      ['spec.persistentVolumeReclaimPolicy = "Retain"', 'spec.volumeMode = "Filesystem"'],
    ],
    ['PersistentVolumeClaim', 'v1', { spec: {} }, ['spec.volumeMode = "Filesystem"']],
    [
      'StorageClass',
      'storage.k8s.io/v1',
      { provisioner: 'p' },
      ['reclaimPolicy = "Delete"', 'volumeBindingMode = "Immediate"'],
    ],
    [
      'PriorityClass',
      'scheduling.k8s.io/v1',
      { value: 1 },
      ['preemptionPolicy = "PreemptLowerPriority"'],
    ],
    ['Secret', 'v1', { data: {} }, ['type = "Opaque"']],
    [
      'EndpointSlice',
      'discovery.k8s.io/v1',
      { endpoints: [], ports: [{ port: 80 }] },
      ['ports[0].name = ""', 'ports[0].protocol = "TCP"'],
    ],
    [
      'CSIDriver',
      'storage.k8s.io/v1',
      { spec: { attachRequired: false } },
      [
        'spec.podInfoOnMount = false',
        'spec.storageCapacity = false',
        'spec.fsGroupPolicy = "ReadWriteOnceWithFSType"',
        'spec.volumeLifecycleModes = ["Persistent"]',
      ],
    ],
    ['PodDisruptionBudget', 'policy/v1', { spec: { minAvailable: 1 } }, []],
    ['ResourceQuota', 'v1', { spec: { hard: { cpu: '1' } } }, []],
    ['ConfigMap', 'v1', { data: {} }, []],
  ])('%s %s', (kind, apiVersion, rest, expected) => {
    expect(recorded(kind, apiVersion, rest)).toEqual(expected);
  });
});

describe('defaulting', () => {
  it('places objects of namespaced kinds only', () => {
    const options = { namespace: 'shop' };
    const config: ApiObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    expect(defaultObject(config, options).metadata.namespace).toBe('shop');
    const placed = { ...config, metadata: { name: 'a', namespace: 'own' } };
    expect(defaultObject(placed, options)).toBe(placed);
    const priority: ApiObject = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'CSINode',
      metadata: { name: 'a' },
    };
    expect(defaultObject(priority, options).metadata.namespace).toBeUndefined();
  });

  it('never changes its input', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) {
        for (const inner of Object.values(value)) freeze(inner);
        Object.freeze(value);
      }
      return value;
    };
    const spec = freeze({ selector: {}, template, strategy: { rollingUpdate: { maxSurge: 1 } } });
    expect(defaulted('Deployment', 'apps/v1', { spec })).toMatchObject({
      spec: {
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
      },
    });
  });

  it('survives objects that lack everything', () => {
    for (const kind of ['Pod', 'Deployment', 'Job', 'CronJob', 'Service', 'Node', 'StatefulSet']) {
      expect(() => defaulted(kind, 'v1', {})).not.toThrow();
      expect(() => defaulted(kind, 'v1', { spec: {} })).not.toThrow();
    }
  });
});
