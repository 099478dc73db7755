// Objects as a user writes them, for operations.
import type { ConfigMap } from '../../src/api/config-map.js';
import type { Deployment } from '../../src/api/deployment.js';
import type { Pod } from '../../src/api/pod.js';
import type { ObjectReference } from '../../src/cluster/operation.js';

export function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

export function deployment(name: string, replicas: number): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'nginx:1' }] },
      },
    },
  };
}

export function pod(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'app', image: 'nginx:1' }] },
  };
}

export function reference(kind: string, name: string, namespace = 'default'): ObjectReference {
  return { kind, namespace, name };
}
