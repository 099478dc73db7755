// The load of 5,000 nodes on which nothing happens.

import { once, run } from './run.mjs';

const seconds = 100;

const idle = once(() => {
  const { requests } = run(`
  horizon: ${seconds}s
  controlPlane: {hosts: {count: 3, cores: 8}, etcd: {members: 3, disk: nvme}}
  nodePools: [{name: pool, count: 5000, cpu: 32, memory: 128Gi}]
`);
  return requests.filter(({ client }) => client === 'system:nodes');
});

function perSecond(verb, resource) {
  const rows = idle().filter((row) => row.verb === verb && row.resource === resource);
  return rows.reduce((sum, { count }) => sum + count, 0) / seconds;
}

export const checks = [
  {
    name: '5,000 idle nodes: lease renewals',
    unit: 'PUT/s',
    expected: 500,
    tolerance: 0.03,
    measure: () => perSecond('update', 'leases'),
    source: 'reference: controlplane E3.18; 490 with the jitter of 4 % upwards',
  },
  {
    name: '5,000 idle nodes: status updates',
    unit: 'PATCH/s',
    expected: 5000 / 300,
    tolerance: 0.05,
    measure: () => perSecond('patch', 'nodes'),
    source: 'one a node each 5 min',
  },
];
