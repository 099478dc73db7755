// The objects that a recorder creates: pods of one container with 100m and 128Mi.
// Source: golden/timeline/README.md, "Pod".
import type { Deployment } from '../../api/deployment.js';
import type { Job } from '../../api/job.js';
import type { Pod, PodTemplateSpec } from '../../api/pod.js';
import type { Service } from '../../api/service.js';

const namespace = 'default';
/** Known to the agents, which start every image in the same time. */
export const IMAGE = 'registry.example/app:1';
/** What a Deployment is updated to. */
export const NEXT_IMAGE = 'registry.example/app:2';

function template(app: string, image = IMAGE): PodTemplateSpec {
  const requests = { cpu: '100m', memory: '128Mi' };
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: 'c', image, resources: { requests } }] },
  };
}

export function deploymentNamed(name: string, replicas: number, image?: string): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name, image) },
  };
}

export function serviceNamed(name: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
}

export function barePod(index: number): Pod {
  const { metadata, spec } = template('bare');
  const name = `bare-${String(index).padStart(4, '0')}`;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace }, spec };
}

/** A Job whose pods end by themselves `runSeconds` after their start. */
export function jobNamed(
  name: string,
  completions: number,
  parallelism: number,
  runSeconds: number,
): Job {
  const { metadata, spec } = template(name);
  const annotations = { 'kubeclock.dev/run-time': `${runSeconds}s` };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      completions,
      parallelism,
      template: {
        metadata: { ...metadata, annotations },
        spec: { ...spec, restartPolicy: 'Never' },
      },
    },
  };
}
