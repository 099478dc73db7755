// The objects of cluster DNS as an add-on, as kubeadm brings them: the Deployment of CoreDNS behind
// the Service kube-dns, and the DaemonSet of NodeLocal DNSCache. They are applied by the first
// operation of a run. Left out: ServiceAccounts, roles and the Corefile.
// Source: Kubernetes v1.36 cmd/kubeadm/app/phases/addons/dns/manifests.go, cluster/addons/dns
// (reference: nodes-controllers §6.2, §6.5).
import type { Container } from '../api/container.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { ApplyOperation } from './operation.js';

export const dnsNamespace = 'kube-system';
/** Of the Service kube-dns. */
export const dnsServiceName = 'kube-dns';
export const dnsDeploymentName = 'coredns';
export const dnsServiceAddress = '10.96.0.10';

/** Label of the pods of CoreDNS and of NodeLocal DNSCache. */
export const dnsAppLabel = 'k8s-app';
export const coreDnsApp = 'kube-dns';
export const nodeLocalApp = 'node-local-dns';

/** ASSUMED: CoreDNS has read its Corefile and listed Services and EndpointSlices. */
const serverReadyAfter = '300ms';

const onControlPlane = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

const coreDns = {
  name: 'coredns',
  image: 'registry.k8s.io/coredns/coredns:v1.13.1',
  ports: [
    { name: 'dns', containerPort: 53, protocol: 'UDP' },
    { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
    { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
  ],
  resources: { requests: { cpu: '100m', memory: '70Mi' }, limits: { memory: '170Mi' } },
  livenessProbe: {
    httpGet: { path: '/health', port: 8080 },
    initialDelaySeconds: 60,
    timeoutSeconds: 5,
    failureThreshold: 5,
  },
  readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
} satisfies Container;

const nodeCache = {
  name: 'node-cache',
  image: 'registry.k8s.io/dns/k8s-dns-node-cache:1.26.4',
  resources: { requests: { cpu: '25m', memory: '5Mi' } },
  livenessProbe: {
    httpGet: { path: '/health', port: 8080 },
    initialDelaySeconds: 60,
    timeoutSeconds: 5,
  },
} satisfies Container;

function deployment(replicas: number): KubernetesObject {
  const labels = { [dnsAppLabel]: coreDnsApp };
  const term = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: dnsDeploymentName, namespace: dnsNamespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels, annotations: { 'kubeclock.dev/ready-after': serverReadyAfter } },
        spec: {
          priorityClassName: 'system-cluster-critical',
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 100, podAffinityTerm: term },
              ],
            },
          },
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }, onControlPlane],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [coreDns],
          dnsPolicy: 'Default',
        },
      },
    },
  } as KubernetesObject;
}

const service: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: dnsServiceName,
    namespace: dnsNamespace,
    labels: {
      [dnsAppLabel]: coreDnsApp,
      'kubernetes.io/cluster-service': 'true',
      'kubernetes.io/name': 'CoreDNS',
    },
  },
  spec: {
    clusterIP: dnsServiceAddress,
    selector: { [dnsAppLabel]: coreDnsApp },
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
    ],
  },
} as KubernetesObject;

function nodeLocalDaemonSet(): KubernetesObject {
  const labels = { [dnsAppLabel]: nodeLocalApp };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: nodeLocalApp, namespace: dnsNamespace, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      template: {
        metadata: { labels, annotations: { 'kubeclock.dev/ready-after': serverReadyAfter } },
        spec: {
          priorityClassName: 'system-node-critical',
          hostNetwork: true,
          dnsPolicy: 'Default',
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { effect: 'NoExecute', operator: 'Exists' },
            { effect: 'NoSchedule', operator: 'Exists' },
          ],
          containers: [nodeCache],
        },
      },
    },
  } as KubernetesObject;
}

/** What cluster DNS in pods brings, in the order in which it is applied. */
export function dnsObjects(replicas: number, hasNodeLocal: boolean): readonly KubernetesObject[] {
  const caches = hasNodeLocal ? [nodeLocalDaemonSet()] : [];
  return [service, deployment(replicas), ...caches];
}

/** The operation that brings it, before all others. */
export function applyDns(replicas: number, hasNodeLocal: boolean): ApplyOperation {
  const objects = dnsObjects(replicas, hasNodeLocal);
  return { op: 'apply', atUs: 0, source: 'clusterDns', objects };
}
