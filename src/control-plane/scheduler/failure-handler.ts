// What follows a failed attempt: the pod goes back to the queue, an Event and the pod's condition
// say why. The condition is written only when it says something new.
// Source: kube-scheduler v1.36 schedule_one.go handleSchedulingFailure; reference: scheduler 1.10.

import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Pod, PodCondition } from '../../api/pod.js';
import type { ApiRequest } from '../../client/api-request.js';
import type { SimTime } from '../../kernel/time.js';
import { schedulerConstants } from './constants.js';
import type { PluginAnswer } from './framework/framework.js';
import { codeOf, isRejected, messageOf } from './framework/status.js';
import { hasCondition, withCondition } from './pod-condition.js';
import type { Failure } from './scheduling-cycle.js';

/**
 * The failure of an attempt whose node was chosen: `0/1 nodes are available: 1 …`. The pod is no
 * longer about to be anywhere.
 */
export function failureOf({ status, plugin }: PluginAnswer): Failure {
  const wasRejected = isRejected(status);
  const isPending = codeOf(status) === 'Pending';
  const counts = (status?.reasons ?? []).map((reason) => `1 ${reason}`).join(', ');
  const named = plugin === '' ? [] : [plugin];
  return {
    result: wasRejected ? 'unschedulable' : 'error',
    message: wasRejected ? `0/1 nodes are available: ${counts}.` : messageOf(status),
    unschedulablePlugins: wasRejected && !isPending ? named : [],
    pendingPlugins: isPending ? named : [],
    nominatedNodeName: '',
  };
}

/** The text of an Event, cut to what the API takes. */
export function truncatedNote(message: string): string {
  const limit = schedulerConstants.eventNoteLimitBytes;
  const suffix = ' ...';
  return message.length <= limit ? message : message.slice(0, limit - suffix.length) + suffix;
}

/** Undefined when the pod's status says it all already. */
export function statusPatch(pod: Pod, failure: Failure, now: SimTime): ApiRequest | undefined {
  const reason = failure.result === 'unschedulable' ? 'Unschedulable' : 'SchedulerError';
  const { message, nominatedNodeName } = failure;
  const condition: PodCondition = { type: 'PodScheduled', status: 'False', reason, message };
  const nominated = pod.status?.nominatedNodeName ?? '';
  const keepsNomination = nominatedNodeName === undefined || nominatedNodeName === nominated;
  if (keepsNomination && hasCondition(pod, condition)) return undefined;
  const { name, namespace = '' } = pod.metadata;
  const apply = (current: KubernetesObject): KubernetesObject =>
    current.kind === 'Pod'
      ? withNomination(withCondition(current, condition, now), nominatedNodeName)
      : current;
  const bytes = schedulerConstants.conditionPatchBytes + message.length;
  const patch = { bytes, apply };
  return { verb: 'patch', resource: 'pods', subresource: 'status', namespace, name, patch };
}

/** Says on which node the pod is about to be; undefined when its status says so already. */
export function nominationPatch(pod: Pod, nominatedNodeName: string): ApiRequest | undefined {
  if (pod.status?.nominatedNodeName === nominatedNodeName) return undefined;
  const { name, namespace = '' } = pod.metadata;
  const apply = (current: KubernetesObject): KubernetesObject =>
    current.kind === 'Pod' ? withNomination(current, nominatedNodeName) : current;
  const bytes = JSON.stringify({ status: { nominatedNodeName } }).length;
  const patch = { bytes, apply };
  return { verb: 'patch', resource: 'pods', subresource: 'status', namespace, name, patch };
}

function withNomination(pod: Pod, nominatedNodeName: string | undefined): Pod {
  if (nominatedNodeName === undefined) return pod;
  return { ...pod, status: { ...pod.status, nominatedNodeName } };
}
