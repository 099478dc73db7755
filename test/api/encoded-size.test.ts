import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultObject } from '../../src/api/defaulting.js';
import { encodedBytes, noteBoundSpec, shareSize } from '../../src/api/encoded-size.js';
import type { EndpointSlice } from '../../src/api/endpoint-slice.js';
import type { Event } from '../../src/api/event.js';
import { extended } from '../../src/api/extended.js';
import type { Lease } from '../../src/api/lease.js';
import { managedMetadataBytes, managedPartsBytes } from '../../src/api/managed-fields-size.js';
import type { ContainerStatus, Pod, PodCondition, Toleration, Volume } from '../../src/api/pod.js';

const uid = '8c9dd2d1-92ab-4d57-9c2d-8a5e6a3fa111';

/** What admission adds to every pod: the token volume and two tolerations. */
const tokenVolume: Volume = {
  name: 'kube-api-access-7wq2x',
  projected: {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [
            { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
          ],
        },
      },
    ],
  },
};
const tolerationFor = (key: string): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
});

/** A pod of a Deployment as the API server stores it, before it is bound. */
function createdPod(): Pod {
  const pod = defaultObject<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'load-7c5ddbdf54-x2x4k',
      generateName: 'load-7c5ddbdf54-',
      namespace: 'default',
      uid,
      generation: 1,
      creationTimestamp: 1_000_000,
      labels: { app: 'load', 'pod-template-hash': '7c5ddbdf54' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'load-7c5ddbdf54',
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      volumes: [tokenVolume],
      containers: [
        {
          name: 'main',
          image: 'registry.k8s.io/pause:3.10',
          resources: { requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: [
            {
              name: tokenVolume.name,
              readOnly: true,
              mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
            },
          ],
        },
      ],
      serviceAccountName: 'default',
      serviceAccount: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [
        tolerationFor('node.kubernetes.io/not-ready'),
        tolerationFor('node.kubernetes.io/unreachable'),
      ],
    },
  });
  return { ...pod, status: { phase: 'Pending', qosClass: 'Burstable' } };
}

const condition = (type: string, more: Partial<PodCondition> = {}): PodCondition => ({
  type,
  status: 'True',
  observedGeneration: 1,
  lastTransitionTime: 2_000_000,
  ...more,
});

function boundPod(): Pod {
  const created = createdPod();
  return {
    ...created,
    metadata: {
      ...created.metadata,
      labels: {
        ...created.metadata.labels,
        'topology.kubernetes.io/region': 'r1',
        'topology.kubernetes.io/zone': 'zone-a',
      },
    },
    spec: { ...created.spec, nodeName: 'node-0017' },
    status: { ...created.status, conditions: [condition('PodScheduled')] },
  };
}

const starting: ContainerStatus = {
  name: 'main',
  state: { waiting: { reason: 'ContainerCreating' } },
  lastState: {},
  ready: false,
  restartCount: 0,
  image: 'registry.k8s.io/pause:3.10',
  imageID: '',
  started: false,
};

function startingPod(): Pod {
  const unready: Partial<PodCondition> = {
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [main]',
  };
  const bound = boundPod();
  return {
    ...bound,
    status: {
      ...bound.status,
      conditions: [
        condition('PodReadyToStartContainers', { status: 'False' }),
        condition('Initialized'),
        condition('Ready', unready),
        condition('ContainersReady', unready),
        condition('PodScheduled'),
      ],
      hostIP: '10.0.0.17',
      hostIPs: [{ ip: '10.0.0.17' }],
      startTime: 2_000_000,
      containerStatuses: [starting],
    },
  };
}

function readyPod(): Pod {
  const pod = startingPod();
  const types = [
    'PodReadyToStartContainers',
    'Initialized',
    'Ready',
    'ContainersReady',
    'PodScheduled',
  ];
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: 'Running',
      conditions: types.map((type) => condition(type)),
      podIP: '10.244.1.17',
      podIPs: [{ ip: '10.244.1.17' }],
      containerStatuses: [
        { ...starting, state: { running: { startedAt: 3_000_000 } }, ready: true, started: true },
      ],
    },
  };
}

function endpointSlice(count: number): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'load-x7k2p',
      generateName: 'load-',
      namespace: 'default',
      uid,
      generation: 9,
      creationTimestamp: 1_000_000,
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': 'load',
      },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-11-21T13:00:00Z' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'load', uid, controller: true }],
    },
    addressType: 'IPv4',
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
    endpoints: Array.from({ length: count }, (_, index) => ({
      addresses: [`10.244.17.${100 + (index % 100)}`],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-0017',
      zone: 'zone-a',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'load-7c5ddbdf54-x2x4k', uid },
    })),
  };
}

const lease: Lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: 'node-0017',
    namespace: 'kube-node-lease',
    uid,
    creationTimestamp: 1_000_000,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'node-0017', uid }],
  },
  spec: { holderIdentity: 'node-0017', leaseDurationSeconds: 40, renewTime: 3_000_000 },
};

const event: Event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {
    name: 'load-7c5ddbdf54-x2x4k.18a1b2c3d4e5f607',
    namespace: 'default',
    uid,
    creationTimestamp: 1_000_000,
  },
  involvedObject: {
    kind: 'Pod',
    namespace: 'default',
    name: 'load-7c5ddbdf54-x2x4k',
    uid,
    apiVersion: 'v1',
    resourceVersion: '12345',
  },
  reason: 'Scheduled',
  message: 'Successfully assigned default/load-7c5ddbdf54-x2x4k to node-0017',
  type: 'Normal',
  eventTime: 3_000_000,
  action: 'Binding',
  reportingComponent: 'default-scheduler',
  reportingInstance: 'default-scheduler-host',
};

describe('sizes against those recorded from a v1.36 control plane', () => {
  it.each<[string, Pod | EndpointSlice | Lease | Event, number, number]>([
    // what, object, bytes recorded, allowed deviation in per cent
    ['a pod as created', createdPod(), 1_552, 3],
    ['a pod as bound', boundPod(), 1_683, 3],
    ['a pod after the first status write', startingPod(), 2_967, 3],
    ['a pod after the second status write', readyPod(), 2_973, 3],
    ['an EndpointSlice with 100 endpoints', endpointSlice(100), 13_043, 5],
    ['the lease of a node', lease, 480, 10],
    ['an event of the scheduler', event, 600, 15],
  ])('%s', (_name, object, recorded, tolerance) => {
    const deviation = (100 * (encodedBytes(object) - recorded)) / recorded;
    expect(Math.abs(deviation)).toBeLessThanOrEqual(tolerance);
  });

  it('managed fields are half of a running pod', () => {
    const pod = readyPod();
    const managed = managedMetadataBytes(pod.metadata) + managedPartsBytes(pod);
    const share = managed / encodedBytes(pod);
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  it('an endpoint takes about 130 bytes', () => {
    const perEndpoint = (encodedBytes(endpointSlice(100)) - encodedBytes(endpointSlice(0))) / 100;
    expect(perEndpoint).toBeGreaterThan(115);
    expect(perEndpoint).toBeLessThan(135);
  });
});

describe('sizes', () => {
  it('are remembered by object and do not depend on what was measured before', () => {
    const pod = readyPod();
    const first = encodedBytes(pod);
    expect(encodedBytes(pod)).toBe(first);
    expect(encodedBytes({ ...pod })).toBe(first);
    expect(encodedBytes(structuredClone(pod))).toBe(first);
  });

  it('grow by at least the text that is added', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (text, more) => {
        const config = (x: string): number =>
          encodedBytes({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'a' },
            data: { x },
          } as never);
        const added = new TextEncoder().encode(more).length;
        const joined = config(text + more);
        expect(joined).toBeGreaterThanOrEqual(config(text) + added - 3);
        expect(joined).toBeLessThanOrEqual(config(text) + added + 12);
      }),
    );
  });

  it('count text beyond ASCII as UTF-8', () => {
    const config = (x: string): number =>
      encodedBytes({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a' },
        data: { x },
      } as never);
    for (const text of ['é', '漢', '😀']) {
      const bytes = new TextEncoder().encode(text).length;
      expect(config(text) - config('')).toBe(bytes);
    }
  });

  it('are positive for objects of every shape', () => {
    for (const kind of ['Node', 'Service', 'Secret', 'Deployment', 'Unknown']) {
      const object = { apiVersion: 'v1', kind, metadata: { name: 'a' } };
      expect(encodedBytes(object)).toBeGreaterThan(50);
    }
  });

  it('do not fall when a status is added', () => {
    const sizes = [createdPod(), boundPod(), startingPod()].map((pod) => encodedBytes(pod));
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
  });
});

describe('a size that is taken over', () => {
  const anew = (object: Pod): number => encodedBytes(structuredClone(object));

  it('is that of the object measured anew, when the metadata alone differs', () => {
    const first = createdPod();
    encodedBytes(first);
    const { apiVersion, kind, spec, status } = first;
    const labels = { app: 'load', tier: 'front', 'topology.kubernetes.io/zone': 'a' };
    const metadata = { ...first.metadata, labels, annotations: { note: 'x'.repeat(200) } };
    const second = { apiVersion, kind, metadata, spec, status } as Pod;
    shareSize(second, first);
    expect(encodedBytes(second)).toBe(anew(second));
    expect(encodedBytes(second)).not.toBe(encodedBytes(first));
  });

  it('says nothing when the other has not been measured', () => {
    const first = createdPod();
    const second = { ...first, spec: { ...first.spec, hostname: 'long-name-of-a-host' } };
    shareSize(second, first);
    expect(encodedBytes(second)).toBe(anew(second));
  });

  it('of a bound spec is that of the unbound one and the name of the node', () => {
    const pod = createdPod();
    encodedBytes(pod);
    for (const nodeName of ['n', 'node-17.zone-a.example', 'x'.repeat(130)]) {
      const spec = extended(pod.spec, { nodeName });
      noteBoundSpec(spec, pod.spec);
      const object: Pod = { ...pod, spec };
      expect(encodedBytes(object)).toBe(anew(object));
    }
  });

  it('is not taken over from a spec that was bound already', () => {
    const pod = createdPod();
    const bound = { ...pod, spec: extended(pod.spec, { nodeName: 'node-1' }) };
    encodedBytes(bound);
    const spec = extended(bound.spec, { nodeName: 'another-node-with-a-longer-name' });
    noteBoundSpec(spec, bound.spec);
    const object: Pod = { ...pod, spec };
    expect(encodedBytes(object)).toBe(anew(object));
  });
});
