// client-go's metric of leader election, as a scrape at the end of the run sees it.
// Source: Kubernetes v1.36 component-base metrics/prometheus/clientgo/leaderelection/metrics.go.
import type { LeaderStatus } from '../cluster/elected-process.js';
import { type MetricFamily, sampleHead } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

/** The only one. */
export const leaderElectionFamilies: readonly [MetricFamily] = [
  {
    name: 'leader_election_master_status',
    help: 'Whether the process holds the lease: 1 if it leads, 0 if it stands by.',
    type: 'gauge',
    labels: ['name'],
  },
];

/** One sample a replica; a label `instance` tells those apart that want the same lease. */
export function leaderElectionSamples(leaders: readonly LeaderStatus[]): readonly MetricSample[] {
  const [family] = leaderElectionFamilies;
  return leaders.map(({ lease, instance, isAlone, isLeader }) => ({
    ...sampleHead(family, [lease], isAlone ? [] : [['instance', instance]]),
    value: isLeader ? 1 : 0,
  }));
}
