/**
 * How many replicas components of the control plane have, and how those elect a leader.
 * Source: Kubernetes v1.36 client-go tools/leaderelection NewLeaderElector for what it refuses.
 */

import type { FieldPath } from '../api/field-path.js';
import { clientConstants } from '../client/constants.js';
import { defaultLeaderElection, type LeaderElectionTimes } from '../client/leader-elector.js';
import type { RestartableComponent } from '../cluster/operation.js';
import { formatDuration, parseDuration } from './duration.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';

type ControlPlaneText = NonNullable<ScenarioSpec['controlPlane']>;
type LeaderElectionText = NonNullable<ControlPlaneText['controllerManager']>['leaderElection'];

/** Times as written; what is not written is as in Kubernetes. */
export function leaderElectionOf(text: LeaderElectionText = {}): LeaderElectionTimes {
  const { leaseDuration = '', renewDeadline = '', retryPeriod = '' } = text;
  const { leaseDurationUs, renewDeadlineUs, retryPeriodUs } = defaultLeaderElection;
  return {
    leaseDurationUs: parseDuration(leaseDuration) ?? leaseDurationUs,
    renewDeadlineUs: parseDuration(renewDeadline) ?? renewDeadlineUs,
    retryPeriodUs: parseDuration(retryPeriod) ?? retryPeriodUs,
  };
}

/** Replicas of a component on so many hosts; 0 of one that the cluster has not. */
export function replicasOf(
  component: RestartableComponent,
  spec: ScenarioSpec,
  hosts: number,
): number {
  const { apiServer, scheduler, controllerManager } = spec.controlPlane ?? {};
  const { cloud, autoscaler } = spec;
  const autoscalers = (kind: 'cluster-autoscaler' | 'karpenter'): number =>
    autoscaler?.kind === kind ? (autoscaler.replicas ?? 1) : 0;
  const written = {
    'kube-apiserver': apiServer?.replicas,
    'kube-scheduler': scheduler?.replicas,
    'kube-controller-manager': controllerManager?.replicas,
    'cloud-controller-manager': cloud === undefined ? 0 : cloud.controllerManager?.replicas,
    'cluster-autoscaler': autoscalers('cluster-autoscaler'),
    karpenter: autoscalers('karpenter'),
  };
  return written[component] ?? hosts;
}

const fields = {
  apiServer: 'API servers',
  scheduler: 'schedulers',
  controllerManager: 'controller managers',
} as const;

/** Replicas without a host, times that no election can work with. */
export function electedProblems(spec: ScenarioSpec, hosts: number): readonly SpecProblem[] {
  const { controlPlane = {} } = spec;
  const problems: SpecProblem[] = [];
  for (const field of ['apiServer', 'scheduler', 'controllerManager'] as const) {
    const replicas = controlPlane[field]?.replicas ?? 1;
    if (replicas <= hosts) continue;
    problems.push({
      steps: ['controlPlane', field, 'replicas'],
      message: `${replicas} ${fields[field]} need ${replicas} hosts, and there are ${hosts}`,
      expected: `at most ${hosts}: raise controlPlane.hosts.count for more`,
      suggestion: `replicas: ${hosts}`,
    });
  }
  for (const field of ['scheduler', 'controllerManager'] as const) {
    const steps = ['controlPlane', field, 'leaderElection'];
    problems.push(...timeProblems(steps, controlPlane[field]?.leaderElection));
  }
  return problems;
}

function timeProblems(steps: FieldPath, text: LeaderElectionText): readonly SpecProblem[] {
  const { leaseDurationUs, renewDeadlineUs, retryPeriodUs } = leaderElectionOf(text);
  const [lease, renew] = [formatDuration(leaseDurationUs), formatDuration(renewDeadlineUs)];
  const longestUs = retryPeriodUs * clientConstants.leaderRetryJitterFactor;
  const longest = formatDuration(longestUs);
  const problems: SpecProblem[] = [];
  if (leaseDurationUs % 1_000_000 !== 0) {
    const suggestion = `leaseDuration: ${Math.ceil(leaseDurationUs / 1_000_000)}s`;
    const message = `a lease lasts whole seconds, not ${lease}`;
    problems.push({
      steps: [...steps, 'leaseDuration'],
      message,
      expected: 'whole seconds',
      suggestion,
    });
  }
  if (leaseDurationUs <= renewDeadlineUs) {
    problems.push({
      steps,
      message: `leaseDuration must be greater than renewDeadline: ${lease} is not more than ${renew}`,
      expected: 'a leader that gives up before its lease has expired',
      suggestion: `leaseDuration: ${formatDuration(renewDeadlineUs + 5_000_000)}`,
    });
  }
  if (renewDeadlineUs <= longestUs) {
    problems.push({
      steps,
      message: `renewDeadline must be greater than retryPeriod*JitterFactor: ${renew} is not more than ${longest}`,
      expected: 'time for more than one try',
      suggestion: `renewDeadline: ${formatDuration(Math.ceil((2 * longestUs) / 1_000_000) * 1_000_000)}`,
    });
  }
  return problems;
}
