// The lines of `cluster-info`.
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import { dnsObjects } from '../../../src/cluster/dns-addon.js';
import { clusterInfo } from '../../../src/report/kubectl/cluster-info.js';

const server = 'https://cp:6443';

function service(name: string, labels: object, ports: readonly object[]): KubernetesObject {
  const metadata = { name, namespace: 'kube-system', labels };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } } as KubernetesObject;
}

const hint = "\nTo see everything in the cluster, use 'kubeclock get all -A'.\n";

test('a cluster without add-ons has its control plane', () => {
  expect(clusterInfo([], server)).toBe(`Kubernetes control plane is running at ${server}\n${hint}`);
});

test('services of the cluster itself are reached through the API server, by their first port', () => {
  const own = { 'kubernetes.io/cluster-service': 'true' };
  const text = clusterInfo(
    [
      service('other', {}, [{ port: 80 }]),
      service('metrics-server', own, [{ name: 'https', port: 443 }]),
      service('plain', own, [{ port: 80 }]),
      ...dnsObjects(2, false),
    ],
    server,
  );
  const path = `${server}/api/v1/namespaces/kube-system/services`;
  expect(text.split('\n').slice(1, -3)).toEqual([
    `CoreDNS is running at ${path}/kube-dns:dns/proxy`,
    `metrics-server is running at ${path}/https:metrics-server:https/proxy`,
    `plain is running at ${path}/plain/proxy`,
  ]);
});
