// The metrics of an autoscaler one by one: what is asked of which metrics API, and what the answer
// means for the replicas. Pure.
// Source: Kubernetes v1.36 pkg/controller/podautoscaler/horizontal.go computeReplicasForMetric,
// metrics/client.go (reference: nodes-controllers 3.15).
import type { MetricSpec, MetricStatus } from '../../../api/horizontal-pod-autoscaler.js';
import { compileLabelSelector } from '../../../api/label-selector.js';
import type { Pod } from '../../../api/pod.js';
import type { PodMetrics } from '../../../api/pod-metrics.js';
import { formatMilliCpu, quantityMilliValue } from '../../../api/quantity.js';
import { podRequests } from '../../../api/resource-requests.js';
import type { ApiRequest, ApiResponse } from '../../../client/api-request.js';
import { isSuccess } from '../../../client/api-request.js';
import type { SimTime } from '../../../kernel/time.js';
import { isPodReady } from '../pod-state.js';
import { groupPods, type PodUse } from './pod-groups.js';
import {
  type Calculation,
  replicasForPods,
  replicasForShare,
  replicasForValue,
  type Tolerances,
} from './replica-calculator.js';
import { type ScaleTarget, selectorOf } from './scale-target.js';

/** What is known when a metric has been answered. */
export interface MetricInput {
  readonly metric: MetricSpec;
  readonly response: ApiResponse;
  readonly target: ScaleTarget;
  readonly pods: readonly Pod[];
  readonly current: number;
  readonly tolerances: Tolerances;
  readonly now: SimTime;
}

/** Replicas that one metric asks for, or why it asks for none. */
export type Proposal =
  | { readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | { readonly reason: string; readonly message: string };

/** The request for a metric. */
export function metricRequest(metric: MetricSpec, target: ScaleTarget): ApiRequest {
  const { namespace = '' } = target.metadata;
  if (metric.type === 'Resource' || metric.type === 'ContainerResource') {
    const labelSelector = compileLabelSelector(selectorOf(target));
    return { verb: 'list', resource: 'pods.metrics.k8s.io', namespace, name: '', labelSelector };
  }
  const group = metric.type === 'External' ? 'external' : 'custom';
  const { pods, object, external } = metric;
  const name = (pods ?? object ?? external)?.metric.name ?? '';
  return { verb: 'get', resource: `${group}.metrics.k8s.io`, namespace, name };
}

/** What the answer asks for. */
export function proposalOf(input: MetricInput): Proposal {
  const { type } = input.metric;
  if (type === 'Resource' || type === 'ContainerResource') return resourceProposal(input);
  return type === 'Pods' ? podsProposal(input) : valueProposal(input);
}

function resourceProposal(input: MetricInput): Proposal {
  const { metric, response, pods, current, tolerances, now } = input;
  const source = metric.resource ?? metric.containerResource;
  if (source === undefined) return { reason: 'InvalidMetricSourceType', message: 'no resource' };
  const { name: resource, target } = source;
  const container = metric.containerResource?.container;
  const isUtilization = target.averageUtilization !== undefined;
  const kind = isUtilization ? 'utilization' : 'resource metric value';
  const fail = (why: string): Proposal => ({
    reason:
      container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric',
    message: `failed to get ${resource} ${kind}: ${why}`,
  });
  const { podMetrics = [] } = response;
  if (!isSuccess(response)) return fail(`${unavailable(resource)}${apiFailure(response)}`);
  if (podMetrics.length === 0) {
    return fail(`${unavailable(resource)}no metrics returned from resource metrics API`);
  }
  const uses = usesOf(podMetrics, resource, container);
  const groups = groupPods(pods, uses, resource === 'cpu', now);
  const requestOf = (pod: Pod): number => requestMilli(pod, resource, container);
  const unrequested = isUtilization ? firstWithoutRequest(pods, resource, container) : undefined;
  if (unrequested !== undefined) return fail(`missing request for ${resource} in ${unrequested}`);
  const wanted = isUtilization
    ? { requestOf, value: target.averageUtilization }
    : { requestOf: undefined, value: quantityMilliValue(target.averageValue ?? '0') };
  const found = replicasForPods(current, groups, uses, wanted, tolerances);
  if (found === undefined) {
    return fail('did not receive metrics for targeted pods (pods might be unready)');
  }
  return resourceFound(metric, resource, container, found);
}

function resourceFound(
  { type }: MetricSpec,
  resource: string,
  container: string | undefined,
  { replicas, utilization, averageMilli }: Calculation,
): Proposal {
  const current = {
    ...(utilization !== undefined && { averageUtilization: utilization }),
    averageValue: formatMilliCpu(averageMilli),
  };
  const what = container === undefined ? 'resource' : 'container resource';
  const how = utilization === undefined ? '' : ' utilization (percentage of request)';
  const status: MetricStatus =
    container === undefined
      ? { type, resource: { name: resource, current } }
      : { type, containerResource: { name: resource, container, current } };
  return { replicas, name: `${resource} ${what}${how}`, status };
}

function unavailable(resource: string): string {
  return `unable to get metrics for resource ${resource}: `;
}

function apiFailure({ message, code }: ApiResponse): string {
  const what = code === 404 ? `${message} (get pods.metrics.k8s.io)` : message;
  return `unable to fetch metrics from resource metrics API: ${what}`;
}

function usesOf(
  metrics: readonly PodMetrics[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, PodUse> {
  const uses = new Map<string, PodUse>();
  for (const { name, timestamp, windowUs, containers } of metrics) {
    let milli = 0;
    for (const each of containers) {
      if (container !== undefined && each.name !== container) continue;
      milli += resource === 'cpu' ? each.cpuMilli : each.memoryBytes * 1000;
    }
    uses.set(name, { milli, timestamp, windowUs });
  }
  return uses;
}

/** What a pod, or one of its containers, requests of a resource, in thousandths. */
function requestMilli({ spec }: Pod, resource: string, container: string | undefined): number {
  const containers =
    container === undefined
      ? spec.containers
      : spec.containers.filter(({ name }) => name === container);
  const { cpuMilli, memoryBytes } = podRequests({ containers });
  return resource === 'cpu' ? cpuMilli : memoryBytes * 1000;
}

/** `container app of Pod web-1`: the first that states no request; undefined: all do. */
function firstWithoutRequest(
  pods: readonly Pod[],
  resource: string,
  container: string | undefined,
): string | undefined {
  for (const pod of pods) {
    const found = pod.spec.containers.find(
      ({ name }) =>
        (container === undefined || container === name) && requestMilli(pod, resource, name) === 0,
    );
    if (found !== undefined) return `container ${found.name} of Pod ${pod.metadata.name}`;
  }
  return undefined;
}

/** A custom metric of the pods: its value is that of each of them. */
function podsProposal(input: MetricInput): Proposal {
  const { metric, response, pods, current, tolerances, now } = input;
  const { metric: identifier, target } = metric.pods as NonNullable<MetricSpec['pods']>;
  const { metricValue } = response;
  if (metricValue === undefined) {
    const message = `unable to get metric ${identifier.name}: ${response.message}`;
    return { reason: 'FailedGetPodsMetric', message };
  }
  const { valueMilli: milli, timestamp } = metricValue;
  const running = pods.filter(({ status }) => status?.phase === 'Running');
  const use = { milli, timestamp, windowUs: 0 };
  const uses = new Map(running.map(({ metadata }) => [metadata.name, use]));
  const groups = groupPods(pods, uses, false, now);
  const wanted = { requestOf: undefined, value: quantityMilliValue(target.averageValue ?? '0') };
  const found = replicasForPods(current, groups, uses, wanted, tolerances);
  if (found === undefined) {
    const message = 'did not receive metrics for targeted pods (pods might be unready)';
    return { reason: 'FailedGetPodsMetric', message };
  }
  const averageValue = formatMilliCpu(found.averageMilli);
  const status = { type: metric.type, pods: { metric: identifier, current: { averageValue } } };
  return { replicas: found.replicas, name: `pods metric ${identifier.name}`, status };
}

/** A metric of one object, or of something outside the cluster. */
function valueProposal(input: MetricInput): Proposal {
  const { metric, response, pods, current, tolerances } = input;
  const { external, object } = metric;
  const { metric: identifier, target } = (external ?? object) as NonNullable<typeof external>;
  const { metricValue } = response;
  if (metricValue === undefined) {
    const which = external === undefined ? 'Object' : 'External';
    const message = `unable to get metric ${identifier.name}: ${response.message}`;
    return { reason: `FailedGet${which}Metric`, message };
  }
  const { valueMilli } = metricValue;
  const readyPods = pods.filter(isPodReady).length;
  const isShare = target.averageValue !== undefined;
  const wanted = quantityMilliValue(target.averageValue ?? target.value ?? '0');
  const replicas = isShare
    ? replicasForShare(current, valueMilli, wanted, tolerances)
    : replicasForValue(current, readyPods, valueMilli, wanted, tolerances);
  const currentValue = isShare
    ? { averageValue: formatMilliCpu(Math.ceil(valueMilli / Math.max(1, current))) }
    : { value: formatMilliCpu(valueMilli) };
  const named = { metric: identifier, current: currentValue };
  if (object !== undefined) {
    const { describedObject } = object;
    const status = { type: metric.type, object: { describedObject, ...named } };
    return { replicas, name: `${describedObject.kind} metric ${identifier.name}`, status };
  }
  const status = { type: metric.type, external: named };
  return { replicas, name: `external metric ${identifier.name}(nil)`, status };
}
