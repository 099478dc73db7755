/**
 * What a pod takes of its node while it is resized in place: the kubelet has allocated one amount,
 * the container runtime has put another into effect, and the spec asks for a third.
 *
 * Left out: resizes of pod-level resources.
 *
 * Source: Kubernetes v1.36 component-helpers `resource/helpers.go`, KEP-1287; reference
 * scheduler.md §2.1.
 */

import type { Container, ContainerStatus } from './container.js';
import type { Pod, PodSpec } from './pod.js';
import { compareQuantities, type ResourceList } from './quantity.js';

/** Whether the node has said that it can never grant the resize. */
function isResizeInfeasible({ status }: Pod): boolean {
  const pending = status?.conditions?.find(({ type }) => type === 'PodResizePending');
  return pending?.reason === 'Infeasible';
}

function sortedNames(list: ResourceList): readonly string[] {
  return Object.keys(list).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The larger amount of every resource; `list` itself when it has all of them. */
function raisedTo(list: ResourceList, other: ResourceList | undefined): ResourceList {
  if (other === undefined || other === list) return list;
  let raised = list;
  for (const name of sortedNames(other)) {
    const amount = other[name] ?? '0';
    const current = list[name];
    if (current !== undefined && compareQuantities(amount, current) <= 0) continue;
    raised = { ...raised, [name]: amount };
  }
  return raised;
}

function withStatus(
  container: Container,
  statuses: readonly ContainerStatus[] | undefined,
  isInfeasible: boolean,
): Container {
  const status = statuses?.find(({ name }) => name === container.name);
  if (status?.resources === undefined) return container;
  const stated = container.resources?.requests ?? {};
  const wanted = isInfeasible ? {} : stated;
  const given = raisedTo(wanted, status.resources.requests);
  const requests = raisedTo(given, status.allocatedResources);
  if (requests === stated) return container;
  return { ...container, resources: { ...container.resources, requests } };
}

/** Nodes that cannot resize report no resources, and those are nearly all pods of a run. */
function hasResources(statuses: readonly ContainerStatus[] | undefined): boolean {
  if (statuses === undefined) return false;
  for (const { resources } of statuses) if (resources !== undefined) return true;
  return false;
}

/**
 * The spec with the requests that count for a pod on a node: of each container the largest of
 * asked for, allocated and in effect; of a resize that is infeasible what was asked for is void.
 * The very spec of the pod when its status says nothing else. Linear in the containers.
 *
 * @throws QuantityError when a differing amount is not a quantity.
 */
export function resizedSpec(pod: Pod): PodSpec {
  const { spec, status } = pod;
  if (!hasResources(status?.containerStatuses) && !hasResources(status?.initContainerStatuses)) {
    return spec;
  }
  const isInfeasible = isResizeInfeasible(pod);
  const containers = spec.containers.map((container) =>
    withStatus(container, status?.containerStatuses, isInfeasible),
  );
  // Of the init containers only sidecars are there to be resized.
  const initContainers = (spec.initContainers ?? []).map((container) =>
    container.restartPolicy === 'Always'
      ? withStatus(container, status?.initContainerStatuses, isInfeasible)
      : container,
  );
  const isSame = (each: Container, index: number, of: readonly Container[] | undefined) =>
    each === of?.[index];
  if (
    containers.every((each, index) => isSame(each, index, spec.containers)) &&
    initContainers.every((each, index) => isSame(each, index, spec.initContainers))
  ) {
    return spec;
  }
  return { ...spec, containers, ...(initContainers.length > 0 && { initContainers }) };
}
