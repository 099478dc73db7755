import { describe, expect, it } from 'vitest';
import { found, type Json } from './validation-harness.js';

describe('the kinds around them', () => {
  it.each<[string, string, Json, readonly string[]]>([
    ['Service', 'v1', { spec: { ports: [{ port: 80 }] } }, []],
    ['Service', 'v1', { spec: { clusterIP: 'None' } }, []],
    ['Service', 'v1', { spec: {} }, ['spec.ports: Required value']],
    ['Service', 'v1', { spec: { type: 'ExternalName' } }, ['spec.externalName: Required value']],
    [
      'Service',
      'v1',
      { spec: { type: 'Public', ports: [{ port: 80 }, { port: 80, name: 'a' }] } },
      [
        'spec.type: Unsupported value: "Public": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
        'spec.ports[0].name: Required value',
        'spec.ports[1]: Duplicate value: {"port":80,"protocol":"TCP"}',
      ],
    ],
    [
      'Service',
      'v1',
      { spec: { ports: [{ port: 80, nodePort: 30_000, targetPort: 'UPPER' }] } },
      [
        'spec.ports[0].targetPort: Invalid value: "UPPER": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        'spec.ports[0].targetPort: Invalid value: "UPPER": must contain at least one letter (a-z)',
        "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
      ],
    ],
    [
      'Node',
      'v1',
      {
        spec: {
          taints: [
            { key: 'a', effect: 'NoSchedule' },
            { key: 'a', effect: 'NoSchedule' },
            { key: 'b' },
          ],
        },
        status: { capacity: { cpu: '-1' }, allocatable: { cpu: '1' } },
      },
      [
        'spec.taints[1]: Invalid value: "a:NoSchedule": taints must be unique by key and effect pair',
        'spec.taints[2].effect: Required value',
        'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
      ],
    ],
    [
      'PersistentVolume',
      'v1',
      { spec: { accessModes: ['Sometimes'], local: { path: '/' } } },
      [
        'spec.accessModes[0]: Unsupported value: "Sometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.capacity: Required value',
        'spec.nodeAffinity: Required value: Local volume requires node affinity',
      ],
    ],
    [
      'PersistentVolumeClaim',
      'v1',
      { spec: { resources: { requests: { storage: '-1' } }, volumeMode: 'Tape' } },
      [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources.requests.storage: Invalid value: "-1": must be greater than or equal to 0',
        'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
      ],
    ],
    [
      'StorageClass',
      'storage.k8s.io/v1',
      { volumeBindingMode: 'Late' },
      [
        'provisioner: Required value',
        'volumeBindingMode: Unsupported value: "Late": supported values: "Immediate", "WaitForFirstConsumer"',
      ],
    ],
    [
      'PriorityClass',
      'scheduling.k8s.io/v1',
      { value: 2_000_000_000, preemptionPolicy: 'Always' },
      [
        'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
        'preemptionPolicy: Unsupported value: "Always": supported values: "Never", "PreemptLowerPriority"',
      ],
    ],
    [
      'PriorityClass',
      'scheduling.k8s.io/v1',
      { metadata: { name: 'system-x' }, value: 2_000_000_000 },
      [],
    ],
    [
      'LimitRange',
      'v1',
      { spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] } },
      [
        'spec.limits[0].min.cpu: Invalid value: "2": min value 2 is greater than max value 1',
        'spec.limits[0].min.cpu: Invalid value: "2": min value 2 is greater than default value 1',
        'spec.limits[0].min.cpu: Invalid value: "2": min value 2 is greater than defaultRequest value 1',
      ],
    ],
    [
      'ResourceQuota',
      'v1',
      { spec: { hard: { pods: '-1' }, scopes: ['Whatever'] } },
      [
        'spec.hard.pods: Invalid value: "-1": must be greater than or equal to 0',
        'spec.scopes[0]: Unsupported value: "Whatever": supported values: "BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating", "VolumeAttributesClass"',
      ],
    ],
  ])('%s %s %j', (kind, apiVersion, rest, expected) => {
    expect(found(kind, apiVersion, rest)).toEqual(expected);
  });
});
