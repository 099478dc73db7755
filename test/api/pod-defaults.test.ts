import { describe, expect, it } from 'vitest';
import { defaultImagePullPolicy } from '../../src/api/container-defaults.js';
import { defaultObject } from '../../src/api/defaulting.js';
import type { ApiObject } from '../../src/api/object-meta.js';
import {
  container,
  containerDefaults,
  type Json,
  podDefaults,
  recorded,
} from './defaulting-harness.js';

describe('image pull policy', () => {
  it.each<[string, string]>([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry:5000/nginx', 'Always'],
    ['registry:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:abc', 'IfNotPresent'],
    ['nginx:latest@sha256:abc', 'IfNotPresent'],
    ['', 'Always'],
  ])('of %j is %s', (image, policy) => {
    expect(defaultImagePullPolicy(image)).toBe(policy);
  });
});

describe('a pod', () => {
  it('gets the defaults of pods and containers', () => {
    expect(recorded('Pod', 'v1', { spec: { containers: [container] } })).toEqual([
      'spec.enableServiceLinks = true',
      ...podDefaults('spec'),
      ...containerDefaults('spec.containers[0]'),
    ]);
  });

  it('keeps what it states', () => {
    const spec = {
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      dnsPolicy: 'Default',
      securityContext: { runAsUser: 1 },
      schedulerName: 'mine',
      containers: [
        {
          ...container,
          resources: {},
          terminationMessagePath: '/x',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'Never',
        },
      ],
    };
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec };
    expect(defaultObject(object as unknown as ApiObject)).toBe(object);
  });

  it.each<[string, Json, readonly string[]]>([
    [
      'requests from limits, which stated requests survive',
      { resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } },
      ['resources.requests.memory = "1Gi"'],
    ],
    [
      'probes',
      { livenessProbe: { httpGet: { port: 80 }, periodSeconds: 5 } },
      [
        'livenessProbe.httpGet.path = "/"',
        'livenessProbe.httpGet.scheme = "HTTP"',
        'livenessProbe.timeoutSeconds = 1',
        'livenessProbe.successThreshold = 1',
        'livenessProbe.failureThreshold = 3',
      ],
    ],
    [
      'probes without HTTP',
      { readinessProbe: { grpc: { port: 1 } } },
      [
        'readinessProbe.timeoutSeconds = 1',
        'readinessProbe.periodSeconds = 10',
        'readinessProbe.successThreshold = 1',
        'readinessProbe.failureThreshold = 3',
      ],
    ],
    [
      'hooks',
      { lifecycle: { preStop: { httpGet: { port: 1, path: '/x' } } } },
      ['lifecycle.preStop.httpGet.scheme = "HTTP"'],
    ],
    ['ports', { ports: [{ containerPort: 80 }] }, ['ports[0].protocol = "TCP"']],
    [
      'variables that name a field',
      { env: [{ name: 'N', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }] },
      ['env[0].valueFrom.fieldRef.apiVersion = "v1"'],
    ],
  ])('fills in %s', (_name, more, expected) => {
    const full = { resources: {}, ...container, ...more };
    const all = recorded('Pod', 'v1', { spec: { containers: [full] } });
    for (const line of expected) expect(all).toContain(`spec.containers[0].${line}`);
    const own = all.filter((line) => line.startsWith('spec.containers[0].'));
    expect(own).toHaveLength(3 + expected.length);
  });

  it('maps host ports on the host network', () => {
    const spec = {
      hostNetwork: true,
      containers: [{ ...container, ports: [{ containerPort: 80 }] }],
    };
    expect(recorded('Pod', 'v1', { spec })).toContain('spec.containers[0].ports[0].hostPort = 80');
  });

  it('gets volume defaults', () => {
    const volumes = [
      { name: 'a' },
      { name: 'b', configMap: { name: 'c' } },
      { name: 'c', secret: { secretName: 's' } },
      { name: 'd', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
      { name: 'e', hostPath: { path: '/' } },
      { name: 'f', ephemeral: { volumeClaimTemplate: { spec: {} } } },
      { name: 'g', emptyDir: {} },
    ];
    const lines = recorded('Pod', 'v1', { spec: { containers: [], volumes } });
    expect(lines.filter((line) => line.startsWith('spec.volumes'))).toEqual([
      'spec.volumes[0].emptyDir = {}',
      'spec.volumes[1].configMap.defaultMode = 420',
      'spec.volumes[2].secret.defaultMode = 420',
      'spec.volumes[3].projected.defaultMode = 420',
      'spec.volumes[3].projected.sources[0].serviceAccountToken.expirationSeconds = 3600',
      'spec.volumes[4].hostPath.type = ""',
      'spec.volumes[5].ephemeral.volumeClaimTemplate.spec.volumeMode = "Filesystem"',
    ]);
  });

  it('gets pod-level requests from its containers, else from the pod-level limits', () => {
    const spec = {
      resources: { limits: { cpu: '4', memory: '4Gi' } },
      containers: [{ ...container, resources: { requests: { cpu: '1500m' } } }],
    };
    const lines = recorded('Pod', 'v1', { spec });
    expect(lines).toContain('spec.resources.requests.cpu = "1500m"');
    expect(lines).toContain('spec.resources.requests.memory = "4Gi"');
  });
});

describe('a template', () => {
  it('gets neither service links nor requests from limits', () => {
    const limited = { ...container, resources: { limits: { cpu: '1' } } };
    const lines = recorded('ReplicaSet', 'apps/v1', {
      spec: { selector: {}, template: { spec: { containers: [limited] } } },
    });
    expect(lines.some((line) => line.includes('requests'))).toBe(false);
    expect(lines.some((line) => line.includes('enableServiceLinks'))).toBe(false);
    expect(lines[0]).toBe('spec.replicas = 1');
  });
});
