/**
 * Defaults of containers and probes.
 *
 * Source: Kubernetes v1.36 `pkg/apis/core/v1/defaults.go`.
 */

import type { Container, EnvVar, ImagePullPolicy } from './container.js';
import type { DefaultFiller } from './default-filler.js';
import type { FieldPath } from './field-path.js';
import type { Lifecycle, LifecycleHandler, Probe } from './probe.js';
import type { ResourceList } from './quantity.js';

/** `Always` for an image with tag `latest` or without tag and digest, else `IfNotPresent`. */
export function defaultImagePullPolicy(image: string): ImagePullPolicy {
  if (image.includes('@')) return 'IfNotPresent';
  const colon = image.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  const tag = colon > image.lastIndexOf('/') ? image.slice(colon + 1) : '';
  return tag === '' || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultHandler<T extends Probe | LifecycleHandler>(
  filler: DefaultFiller,
  handler: T,
  path: FieldPath,
): T {
  const { httpGet } = handler;
  if (httpGet === undefined) return handler;
  const filled = filler.fill(httpGet, [...path, 'httpGet'], { path: '/', scheme: 'HTTP' });
  return filled === httpGet ? handler : { ...handler, httpGet: filled };
}

function defaultProbe(filler: DefaultFiller, probe: Probe, path: FieldPath): Probe {
  return filler.fill(defaultHandler(filler, probe, path), path, {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
}

function defaultLifecycle(filler: DefaultFiller, lifecycle: Lifecycle, path: FieldPath): Lifecycle {
  const change = (handler: LifecycleHandler, at: FieldPath): LifecycleHandler =>
    defaultHandler(filler, handler, at);
  const started = filler.within(lifecycle, path, 'postStart', change);
  return filler.within(started, path, 'preStop', change);
}

function defaultEnv(filler: DefaultFiller, variable: EnvVar, path: FieldPath): EnvVar {
  return filler.within(variable, path, 'valueFrom', (source, sourcePath) =>
    filler.within(source, sourcePath, 'fieldRef', (field, fieldPath) =>
      filler.fill(field, fieldPath, { apiVersion: 'v1' }),
    ),
  );
}

/** Requests that are not stated but limited are the limit. Applies to pods, not to templates. */
function requestsFromLimits(
  filler: DefaultFiller,
  container: Container,
  path: FieldPath,
): Container {
  const limits = container.resources?.limits;
  if (limits === undefined) return container;
  const resourcesPath = [...path, 'resources'];
  const requests = filler.fill<ResourceList>(
    container.resources?.requests ?? {},
    [...resourcesPath, 'requests'],
    limits,
  );
  if (requests === container.resources?.requests) return container;
  return { ...container, resources: { ...container.resources, requests } };
}

/**
 * Defaults one container.
 *
 * @param inPod true in a pod, false in a template: only pods get requests from limits.
 * @param hostNetwork whether container ports are host ports.
 */
export function defaultContainer(
  filler: DefaultFiller,
  container: Container,
  path: FieldPath,
  inPod: boolean,
  hostNetwork: boolean,
): Container {
  let result = filler.fill(container, path, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: defaultImagePullPolicy(container.image ?? ''),
  });
  result = filler.within(result, path, 'ports', (ports, portsPath) =>
    filler.each(ports, portsPath, (port, at) =>
      filler.fill(port, at, {
        protocol: 'TCP',
        ...(hostNetwork ? { hostPort: port.containerPort } : {}),
      }),
    ),
  );
  result = filler.within(result, path, 'env', (env, envPath) =>
    filler.each(env, envPath, (variable, at) => defaultEnv(filler, variable, at)),
  );
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    result = filler.within(result, path, name, (probe, at) => defaultProbe(filler, probe, at));
  }
  result = filler.within(result, path, 'lifecycle', (lifecycle, at) =>
    defaultLifecycle(filler, lifecycle, at),
  );
  return inPod ? requestsFromLimits(filler, result, path) : result;
}
