/**
 * What a scenario asks for that the scope `placement` leaves out: whatever is not a pod that comes
 * and is given a node.
 */

import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import type { OperationText } from './schema-operations.js';

/** Operations that something comes of. */
const answered: ReadonlySet<OperationText['op']> = new Set([
  'apply',
  'create',
  'createPods',
  'createPodMix',
  'barrier',
  'sleep',
]);

/** Kinds of which nothing comes without their controllers. */
const controlled: ReadonlySet<string> = new Set([
  'CronJob',
  'DaemonSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
]);

const why = 'scope: placement simulates the decisions of the scheduler alone';

/** Everything that would never happen; kinds in files of manifests are judged when they are read. */
export function scopeProblems(spec: ScenarioSpec): readonly SpecProblem[] {
  if (spec.scope !== 'placement') return [];
  const { workload, cloud, autoscaler, metricsServer, clusterDns, controlPlane } = spec;
  const parts: readonly (readonly [steps: readonly string[], isThere: boolean])[] = [
    [['cloud'], cloud !== undefined],
    [['autoscaler'], autoscaler !== undefined],
    [['heartbeats'], spec.heartbeats !== undefined],
    [['metricsServer'], metricsServer !== undefined],
    [['controlPlane', 'schedulers'], controlPlane?.schedulers !== undefined],
    [['clusterDns', 'runAs'], clusterDns?.runAs === 'pods'],
    [['workload', 'traffic'], (workload?.traffic ?? []).length > 0],
    [['workload', 'dnsTraffic'], (workload?.dnsTraffic ?? []).length > 0],
  ];
  return [
    ...parts
      .filter(([, isThere]) => isThere)
      .map(([steps]) => ({ steps, message: `${why}; ${steps.join('.')} is beside them` })),
    ...(workload?.operations ?? []).flatMap(operationProblems),
  ];
}

function operationProblems(operation: OperationText, index: number): readonly SpecProblem[] {
  const steps = ['workload', 'operations', index];
  const { op } = operation;
  if (!answered.has(op)) {
    return [{ steps: [...steps, 'op'], message: `${why}; nobody would carry out ${op}` }];
  }
  if (op !== 'apply' && op !== 'create') return [];
  return (operation.objects ?? []).flatMap(({ kind }, object): readonly SpecProblem[] => {
    if (typeof kind !== 'string' || !controlled.has(kind)) return [];
    const at = [...steps, 'objects', object, 'kind'];
    return [{ steps: at, message: `${why}; no controller makes pods of a ${kind}` }];
  });
}
