// The scheduling simulation of autoscalers, on the default profile of kube-scheduler and a cache of
// its own. Left out: profiles other than the default one, extenders, pods with several profiles.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node } from '../api/node.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import type {
  NodeShares,
  SchedulingSimulation,
} from '../control-plane/autoscaling/scheduling-simulation.js';
import type { ClusterObjects } from '../control-plane/scheduler/cache/cluster-objects.js';
import type { ResourceColumn } from '../control-plane/scheduler/cache/node-table.js';
import { SchedulerCache } from '../control-plane/scheduler/cache/scheduler-cache.js';
import { frameworksFor } from '../control-plane/scheduler/configuration/plugin-sets.js';
import type { SchedulerConfiguration } from '../control-plane/scheduler/configuration/scheduler-configuration.js';
import {
  type FilterList,
  runFilters,
} from '../control-plane/scheduler/framework/active-filters.js';
import { CycleState } from '../control-plane/scheduler/framework/cycle-state.js';
import type { Framework } from '../control-plane/scheduler/framework/framework.js';
import { PodInfo } from '../control-plane/scheduler/framework/pod-info.js';
import { messageOf, type Status } from '../control-plane/scheduler/framework/status.js';
import { inertHandle } from '../control-plane/scheduler/inert-handle.js';
import { registry } from '../control-plane/scheduler/plugins/registry.js';
import { assert } from '../kernel/assert.js';

/** The filters for one pod on the nodes as they are. */
interface Search {
  readonly filters: FilterList | undefined;
  /** Why no node will do. */
  readonly refusal: Status | undefined;
  readonly nodeNames: ReadonlySet<string> | undefined;
}

export class FilterSimulation implements SchedulingSimulation {
  checks = 0;
  readonly #cache = new SchedulerCache();
  readonly #objects: ClusterObjects;
  readonly #framework: Framework;

  constructor(configuration: SchedulerConfiguration) {
    const handle = inertHandle(this.#cache);
    this.#objects = handle.listers;
    const [framework] = frameworksFor(configuration, registry, handle);
    assert(framework !== undefined, 'a configuration has a profile');
    this.#framework = framework;
  }

  setNode(node: Node): void {
    this.#cache.addNode(node);
  }

  removeNode(name: string): void {
    this.#cache.removeNode(name);
  }

  setPod(pod: Pod): void {
    this.#objects.set(pod);
    if (isPodTerminal(pod)) this.#cache.removePod(uidOf(pod));
    else if ((pod.spec.nodeName ?? '') !== '') this.#cache.addPod(new PodInfo(pod));
  }

  removePod(pod: Pod): void {
    this.#objects.delete(pod);
    this.#cache.removePod(uidOf(pod));
  }

  setObject(object: KubernetesObject): void {
    this.#objects.set(object);
  }

  removeObject(object: KubernetesObject): void {
    this.#objects.delete(object);
  }

  firstFit(pod: Pod, nodes: Iterable<string>): string | undefined {
    const { filters, nodeNames } = this.#search(pod);
    if (filters === undefined) return undefined;
    const { snapshot } = this.#cache;
    for (const name of nodes) {
      const row = snapshot.rowOf(name);
      if (row === undefined || nodeNames?.has(name) === false) continue;
      this.checks++;
      if (runFilters(filters, row).status === undefined) return name;
    }
    return undefined;
  }

  refusal(pod: Pod, node: string): string {
    const { filters, refusal } = this.#search(pod);
    const row = this.#cache.snapshot.rowOf(node);
    if (filters === undefined || row === undefined) return messageOf(refusal);
    this.checks++;
    return messageOf(runFilters(filters, row).status);
  }

  assume(pod: Pod, node: string): void {
    this.#cache.assumePod(new PodInfo(pod).on(node));
  }

  forget(pod: Pod): void {
    this.#cache.forgetPod(uidOf(pod));
  }

  podsOf(node: string): readonly Pod[] {
    const { snapshot } = this.#cache;
    const row = this.#row(node);
    return row === undefined ? [] : (snapshot.table.pods[row] ?? []).map(({ pod }) => pod);
  }

  sharesOf(node: string): NodeShares {
    const row = this.#row(node);
    if (row === undefined) return { cpu: 0, memory: 0 };
    const { cpu, memory } = this.#cache.snapshot.table;
    return { cpu: shareOf(cpu, row), memory: shareOf(memory, row) };
  }

  #row(node: string): number | undefined {
    return this.#cache.updateSnapshot().rowOf(node);
  }

  #search(pod: Pod): Search {
    const snapshot = this.#cache.updateSnapshot();
    const state = new CycleState();
    const info = new PodInfo(pod);
    const { status, nodeNames } = this.#framework.runPreFilter(state, info, snapshot);
    if (status !== undefined) return { filters: undefined, refusal: status, nodeNames };
    const filters = this.#framework.startFilters(state, info, snapshot);
    return { filters, refusal: undefined, nodeNames };
  }
}

function shareOf({ requested, allocatable }: ResourceColumn, row: number): number {
  const whole = allocatable[row] ?? 0;
  return whole === 0 ? 0 : (requested[row] ?? 0) / whole;
}

/** As the cache knows the pod. */
function uidOf(pod: Pod): string {
  return new PodInfo(pod).uid;
}
