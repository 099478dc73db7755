// Whole runs against runs recorded from a real control plane (Kubernetes v1.36.2, 200 nodes).

import { run } from './run.mjs';

const cluster = `  controlPlane: {hosts: {count: 1, cores: 4}, etcd: {members: 1, disk: nvme}}
  nodePools: [{name: pool, count: 200, cpu: 32, memory: 256Gi, pods: 110}]
`;
const requests = '{requests: {cpu: 100m, memory: 128Mi}}';
const container = `{name: main, image: "registry.example/web:1", resources: ${requests}}`;
const deployment = `      - op: create
        yaml: |
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web, namespace: default}
          spec:
            replicas: 500
            selector: {matchLabels: {app: web}}
            template:
              metadata: {labels: {app: web}}
              spec: {containers: [${container}]}
`;
const pods = `      - op: createPods
        count: 1000
        namePrefix: pod-
        template:
          apiVersion: v1
          kind: Pod
          metadata: {name: pod}
          spec: {containers: [${container}]}
`;

const last = (rows, time) => Math.max(...rows.map(time)) / 1_000_000;

export const checks = [
  {
    name: 'last of 500 pods of a Deployment created',
    unit: 's',
    expected: 23.967,
    tolerance: 0.05,
    measure: () =>
      last(
        run(`${cluster}  horizon: 60s\n  workload:\n    operations:\n${deployment}`).pods,
        (pod) => pod.createdUs,
      ),
    source: 'recorded: b500-200, mean of 3',
  },
  {
    name: 'last of 1000 bare pods bound',
    unit: 's',
    expected: 18.046,
    tolerance: 0.05,
    measure: () =>
      last(
        run(`${cluster}  horizon: 60s\n  workload:\n    operations:\n${pods}`).pods,
        (pod) => pod.boundUs,
      ),
    source: 'recorded: dmax-200, mean of 3',
  },
  {
    name: 'lease renewals of 200 idle nodes and two leaders',
    unit: 'PUT/s',
    expected: 20.6,
    tolerance: 0.03,
    measure: () => {
      const { requests } = run(`${cluster}  horizon: 100s\n`);
      const isRenewal = ({ verb, resource }) => verb === 'update' && resource === 'leases';
      return requests.filter(isRenewal).reduce((sum, { count }) => sum + count, 0) / 100;
    },
    source: 'one a node each 10 s x (1 to 1.04), one a leader each 2 s',
  },
];
