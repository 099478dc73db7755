/**
 * The pods that an object asks for, whatever kind it is.
 */

import type { FieldPath } from '../api/field-path.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Labels } from '../api/object-meta.js';
import type { PodSpec, PodTemplateSpec } from '../api/pod.js';
import type { PodDemand } from './node-pools.js';

/** Pods of one workload object. */
export interface PodTemplate extends PodDemand {
  readonly labels: Labels;
  /** Where the pod spec stands in the object. */
  readonly specPath: FieldPath;
}

function template(
  given: PodTemplateSpec | undefined,
  replicas: number | undefined,
  ...steps: FieldPath
): PodTemplate | undefined {
  if (given === undefined) return undefined;
  return {
    spec: given.spec,
    labels: given.metadata?.labels ?? {},
    replicas: replicas ?? 1,
    perNode: false,
    specPath: [...steps, 'spec'],
  };
}

/** The pods that `object` makes, or undefined when it makes none. A CronJob counts as one job. */
export function podTemplateOf(object: KubernetesObject): PodTemplate | undefined {
  switch (object.kind) {
    case 'Pod': {
      const labels = object.metadata.labels ?? {};
      return { spec: object.spec, labels, replicas: 1, perNode: false, specPath: ['spec'] };
    }
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'StatefulSet':
      return template(object.spec.template, object.spec.replicas, 'spec', 'template');
    case 'DaemonSet': {
      const found = template(object.spec.template, 1, 'spec', 'template');
      return found === undefined ? undefined : { ...found, perNode: true };
    }
    case 'Job':
      return template(object.spec.template, object.spec.parallelism, 'spec', 'template');
    case 'CronJob': {
      const job = object.spec.jobTemplate.spec;
      const steps: FieldPath = ['spec', 'jobTemplate', 'spec', 'template'];
      return template(job.template, job.parallelism, ...steps);
    }
    default:
      return undefined;
  }
}

/** How many containers of a pod, init containers included, request neither CPU nor memory. */
export function containersWithoutRequests({
  containers,
  initContainers = [],
  resources,
}: PodSpec): number {
  if (resources?.requests !== undefined) return 0;
  return [...initContainers, ...containers].filter((container) => {
    const requests = container.resources?.requests;
    return requests?.['cpu'] === undefined && requests?.['memory'] === undefined;
  }).length;
}
