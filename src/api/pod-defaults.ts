/**
 * Defaults of pods, pod templates and their volumes.
 *
 * Left out, because admission and not defaulting does it: priority, service account and its token
 * volume, the two tolerations for unreachable nodes.
 *
 * Source: Kubernetes v1.36 `pkg/apis/core/v1/defaults.go`.
 */

import { defaultContainer } from './container-defaults.js';
import type { DefaultFiller } from './default-filler.js';
import type { FieldPath } from './field-path.js';
import type { Pod, PodSpec, PodTemplateSpec } from './pod.js';
import { formatBytes, formatMilliCpu, type ResourceList } from './quantity.js';
import { podRequests } from './resource-requests.js';
import type { Volume, VolumeProjection } from './volume.js';

/** 0644: the permissions of files that volumes make from objects. */
const defaultFileMode = 420;

function defaultProjection(
  filler: DefaultFiller,
  source: VolumeProjection,
  path: FieldPath,
): VolumeProjection {
  return filler.within(source, path, 'serviceAccountToken', (token, at) =>
    filler.fill(token, at, { expirationSeconds: 3600 }),
  );
}

function defaultVolume(filler: DefaultFiller, volume: Volume, path: FieldPath): Volume {
  const hasSource = Object.keys(volume).length > 1;
  if (!hasSource) return filler.fill(volume, path, { emptyDir: {} });
  let result = volume;
  for (const name of ['secret', 'configMap', 'downwardAPI', 'projected'] as const) {
    result = filler.within(result, path, name, (source, at) =>
      filler.fill(source as { defaultMode?: number }, at, { defaultMode: defaultFileMode }),
    );
  }
  result = filler.within(result, path, 'projected', (projected, at) =>
    filler.within(projected, at, 'sources', (sources, sourcesPath) =>
      filler.each(sources, sourcesPath, (source, each) => defaultProjection(filler, source, each)),
    ),
  );
  result = filler.within(result, path, 'hostPath', (source, at) =>
    filler.fill(source, at, { type: '' }),
  );
  return filler.within(result, path, 'ephemeral', (source, at) =>
    filler.within(source, at, 'volumeClaimTemplate', (template, templatePath) =>
      filler.within(template, templatePath, 'spec', (spec, specPath) =>
        filler.fill(spec, specPath, { volumeMode: 'Filesystem' }),
      ),
    ),
  );
}

/** What the containers of a spec request together, as text, for the pod-level request. */
function containerTotals(spec: PodSpec): ResourceList {
  const { resources: _resources, overhead: _overhead, ...rest } = spec;
  const amounts = podRequests(rest);
  const totals: Record<string, string> = {};
  if (amounts.cpuMilli > 0) totals['cpu'] = formatMilliCpu(amounts.cpuMilli);
  if (amounts.memoryBytes > 0) totals['memory'] = formatBytes(amounts.memoryBytes);
  for (const [name, amount] of amounts.scalars) {
    if (name.startsWith('hugepages-')) totals[name] = formatBytes(amount);
  }
  return totals;
}

/** Pod-level requests: what the containers request together, else the pod-level limit. */
function defaultPodResources(filler: DefaultFiller, spec: PodSpec, path: FieldPath): PodSpec {
  const { resources } = spec;
  if (resources === undefined) return spec;
  const stated = resources.requests ?? {};
  const at = [...path, 'resources', 'requests'];
  const requests = filler.fill(filler.fill(stated, at, containerTotals(spec)), at, {
    ...resources.limits,
  });
  return requests === stated ? spec : { ...spec, resources: { ...resources, requests } };
}

/** Defaults a pod spec; `inPod` is false for the spec of a template. */
function defaultPodSpec(
  filler: DefaultFiller,
  spec: PodSpec,
  path: FieldPath,
  inPod: boolean,
): PodSpec {
  const hostNetwork = spec.hostNetwork === true;
  let result = filler.fill(spec, path, {
    ...(inPod ? { enableServiceLinks: true } : {}),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    result = filler.within(result, path, list, (containers, listPath) =>
      filler.each(containers, listPath, (container, at) =>
        defaultContainer(filler, container, at, inPod, hostNetwork),
      ),
    );
  }
  result = filler.within(result, path, 'volumes', (volumes, volumesPath) =>
    filler.each(volumes, volumesPath, (volume, at) => defaultVolume(filler, volume, at)),
  );
  return inPod ? defaultPodResources(filler, result, path) : result;
}

/** Defaults a pod. */
export function defaultPod(filler: DefaultFiller, pod: Pod): Pod {
  return filler.within(pod, [], 'spec', (spec, path) => defaultPodSpec(filler, spec, path, true));
}

/** Defaults the template of a controller. */
export function defaultPodTemplate(
  filler: DefaultFiller,
  template: PodTemplateSpec,
  path: FieldPath,
): PodTemplateSpec {
  return filler.within(template, path, 'spec', (spec, at) =>
    defaultPodSpec(filler, spec, at, false),
  );
}
