// How autoscalers set and take away taints of nodes.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node, Taint } from '../../api/node.js';
import type { ApiRequest } from '../../client/api-request.js';
import { autoscalingConstants } from './constants.js';

/** The request that makes other taints of those that a node has when it is carried out. */
export function taintRequest(
  name: string,
  change: (taints: readonly Taint[]) => readonly Taint[],
): ApiRequest {
  const apply = (current: KubernetesObject): KubernetesObject => {
    const node = current as Node;
    return { ...node, spec: { ...node.spec, taints: change(node.spec.taints ?? []) } };
  };
  const patch = { bytes: autoscalingConstants.taintPatchBytes, apply };
  return { verb: 'patch', resource: 'nodes', namespace: '', name, patch };
}

/** A taint whose value says since when it has been there, in seconds. */
export function datedTaint(key: string, effect: Taint['effect'], now: number): Taint {
  return { key, value: String(Math.floor(now / 1_000_000)), effect };
}

export function hasTaint({ spec }: Node, key: string): boolean {
  return spec.taints?.some((taint) => taint.key === key) === true;
}
