// The node and the pod of operations that name no template.
// Source: Kubernetes v1.36 test/integration/scheduler_perf makeBaseNode, makeBasePod.

import type { Namespace } from '../../api/namespace.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';

const amounts = { cpu: '100m', memory: '500Mi' };

/** A node of 4 CPUs and 32Gi; the API server makes its name. */
export function baseNode(generateName: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: '', generateName },
    spec: {},
    status: {
      capacity: { pods: '110', cpu: '4', memory: '32Gi' },
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

/** A pod of 100m and 500Mi. */
export const basePod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: '', generateName: 'pod-' },
  spec: {
    containers: [
      {
        name: 'pause',
        image: 'registry.k8s.io/pause:3.10.1',
        ports: [{ containerPort: 80 }],
        resources: { limits: amounts, requests: amounts },
      },
    ],
  },
};

/** A namespace without labels. */
export const baseNamespace: Namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: '' },
};
