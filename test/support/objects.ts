// Small objects for component tests, each with only what it needs.
import type { ConfigMap } from '../../src/api/config-map.js';
import type { DaemonSet } from '../../src/api/daemon-set.js';
import type { Deployment } from '../../src/api/deployment.js';
import type { Node } from '../../src/api/node.js';
import type { Pod, PodSpec, PodTemplateSpec } from '../../src/api/pod.js';
import type { ReplicaSet } from '../../src/api/replica-set.js';
import type { ReplicationController } from '../../src/api/replication-controller.js';
import type { Service } from '../../src/api/service.js';
import type { StatefulSet } from '../../src/api/stateful-set.js';

const NAMESPACE = 'default';

export function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: NAMESPACE },
    data,
  };
}

export function podSpec(extra: Partial<PodSpec> = {}): PodSpec {
  const requests = { cpu: '100m', memory: '128Mi' };
  return { containers: [{ name: 'app', image: 'app:1', resources: { requests } }], ...extra };
}

export function pod(name: string, extra: Partial<PodSpec> = {}): Pod {
  const metadata = { name, namespace: NAMESPACE, labels: { app: name } };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec(extra) };
}

export function template(app: string, image = 'app:1'): PodTemplateSpec {
  const { containers } = podSpec();
  return {
    metadata: { labels: { app } },
    spec: { containers: containers.map((container) => ({ ...container, image })) },
  };
}

export function replicaSet(name: string, replicas: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name) },
  };
}

export function deployment(
  name: string,
  replicas: number,
  extra: Partial<Deployment['spec']> = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: template(name),
      progressDeadlineSeconds: 600,
      ...extra,
    },
  };
}

export function service(name: string, extra: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...extra },
  };
}

export function replicationController(name: string, replicas: number): ReplicationController {
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: { replicas, selector: { app: name }, template: template(name) },
  };
}

export function statefulSet(
  name: string,
  replicas: number,
  extra: Partial<StatefulSet['spec']> = {},
): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: template(name),
      ...extra,
    },
  };
}

export function daemonSet(name: string, extra: Partial<DaemonSet['spec']> = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: { selector: { matchLabels: { app: name } }, template: template(name), ...extra },
  };
}

export function node(name: string, spec: Node['spec'] = {}): Node {
  const labels = { 'kubernetes.io/hostname': name };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec };
}
