/**
 * GPUs that pods share, in the words of Alibaba's Open-Gpu-Share: a node offers 1000 milli-GPU for
 * each device, a pod asks for a part of one device or for whole ones, and the devices that it got
 * are noted on it. The model of a node's devices is a label; a pod that wants certain models says
 * so by required node affinity.
 *
 * Left out: memory of devices, parts of several devices.
 *
 * Source: Q. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
 * Fragmentation Gradient Descent", USENIX ATC 2023; hkust-adsl/kubernetes-scheduler-simulator
 * pkg/type/open-gpu-share.
 */

import type { Node } from './node.js';
import type { Pod, PodSpec } from './pod.js';
import { nodeAllocatable, podRequests } from './resource-requests.js';

/** Extended resource of nodes and pods. */
export const gpuMilliResource = 'alibabacloud.com/gpu-milli';

/** Label of nodes: the model of all their devices. */
export const gpuModelLabel = 'alibabacloud.com/gpu-card-model';

/** Annotation of pods: indices of the devices that they have got, such as `0-1-4`. */
export const gpuIndexAnnotation = 'alibabacloud.com/gpu-index';

/** One device. */
export const wholeGpuMilli = 1000;

/** What a pod wants of GPUs, and of CPU beside them. */
export interface GpuTask {
  readonly cpuMilli: number;
  /** Of all devices together; 0: it wants none. */
  readonly gpuMilli: number;
  /** Models that will do; empty: any. */
  readonly gpuModels: readonly string[];
}

/** What a pod wants, by its spec. */
export function gpuTaskOf(spec: PodSpec): GpuTask {
  const { cpuMilli, scalars } = podRequests(spec);
  return { cpuMilli, gpuMilli: scalars.get(gpuMilliResource) ?? 0, gpuModels: modelsOf(spec) };
}

/** Of a node selector with several terms the first counts. */
function modelsOf({ affinity, nodeSelector }: PodSpec): readonly string[] {
  const selected = nodeSelector?.[gpuModelLabel];
  if (selected !== undefined) return [selected];
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const expressions = required?.nodeSelectorTerms[0]?.matchExpressions ?? [];
  const found = expressions.find(({ key, operator }) => key === gpuModelLabel && operator === 'In');
  return found?.values ?? [];
}

/** Devices of a node. */
export function gpuCountOf(node: Node): number {
  return Math.floor((nodeAllocatable(node).scalars.get(gpuMilliResource) ?? 0) / wholeGpuMilli);
}

/** Indices of the devices that a pod has got; empty when it has none, or nobody noted them. */
export function gpuIndicesOf({ metadata }: Pod): readonly number[] {
  const noted = metadata.annotations?.[gpuIndexAnnotation] ?? '';
  return noted === '' ? [] : noted.split('-').map(Number);
}

/** How much of each of its devices a pod that wants `gpuMilli` takes. */
export function milliEachOf(gpuMilli: number): number {
  return Math.min(gpuMilli, wholeGpuMilli);
}

/** How many devices it takes; a part of one counts as one. */
export function devicesFor(gpuMilli: number): number {
  return Math.ceil(gpuMilli / wholeGpuMilli);
}
