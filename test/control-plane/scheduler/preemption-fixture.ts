// Decisions with all plugins of the registry, preemption among them, without a running scheduler.

import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import type { PodDisruptionBudget } from '../../../src/api/pod-disruption-budget.js';
import { ClusterObjects } from '../../../src/control-plane/scheduler/cache/cluster-objects.js';
import { SchedulerCache } from '../../../src/control-plane/scheduler/cache/scheduler-cache.js';
import { frameworksFor } from '../../../src/control-plane/scheduler/configuration/plugin-sets.js';
import { readConfiguration } from '../../../src/control-plane/scheduler/configuration/read-configuration.js';
import type { SchedulerConfiguration } from '../../../src/control-plane/scheduler/configuration/scheduler-configuration.js';
import type { Decision } from '../../../src/control-plane/scheduler/framework/decision.js';
import type { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import { Nominator } from '../../../src/control-plane/scheduler/framework/nominator.js';
import { sequential } from '../../../src/control-plane/scheduler/framework/parallelizer.js';
import type { PreemptionPlugin } from '../../../src/control-plane/scheduler/framework/plugin.js';
import type { SchedulerHandle } from '../../../src/control-plane/scheduler/framework/plugin-handle.js';
import { PodInfo } from '../../../src/control-plane/scheduler/framework/pod-info.js';
import { SchedulingAlgorithm } from '../../../src/control-plane/scheduler/framework/scheduling-algorithm.js';
import { inertHandle } from '../../../src/control-plane/scheduler/inert-handle.js';
import { registry } from '../../../src/control-plane/scheduler/plugins/registry.js';
import { makeNode, makePod, type PodOptions } from './cluster-fixture.js';

/** The frameworks of a KubeSchedulerConfiguration; null is the default one. */
export function frameworksOf(config: unknown, handle: SchedulerHandle): Framework[] {
  const { configuration } = readConfiguration(config, registry.keys());
  return frameworksFor(configuration as SchedulerConfiguration, registry, handle);
}

/** A configuration with DefaultPreemptionArgs. */
export function configWithArgs(args: Record<string, number>): unknown {
  const pluginConfig = [{ name: 'DefaultPreemption', args }];
  const profiles = [{ schedulerName: 'default-scheduler', pluginConfig }];
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles,
  };
}

/** A node of `cpu` CPUs. */
export function nodeOf(name: string, cpu = '4'): Node {
  return makeNode(name, { allocatable: { cpu } });
}

/** A pod of one CPU on a node, started at second `start`, unless told otherwise. */
export function running(
  name: string,
  nodeName: string,
  priority: number,
  options: PodOptions & { readonly start?: number } = {},
): Pod {
  const { start = 0, spec, status, ...rest } = options;
  return makePod(name, {
    requests: { cpu: '1' },
    ...rest,
    spec: { ...spec, nodeName, priority },
    status: { startTime: start * 1_000_000, ...status },
  });
}

/** The pod that wants room. */
export function wanting(cpu: string, priority: number, options: PodOptions = {}): Pod {
  const spec = { ...options.spec, priority };
  return makePod('incoming', { ...options, requests: { cpu }, spec });
}

/** A budget for pods with the label `app`. */
export function budget(app: string, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: `budget-${app}`, namespace: 'default' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed },
  };
}

/** Nodes, pods (on nodes, or nominated), other objects. */
export class PreemptionCluster {
  readonly cache = new SchedulerCache();
  readonly nominator = new Nominator();
  readonly objects = new ClusterObjects();
  readonly algorithm = new SchedulingAlgorithm(this.cache.snapshot, this.nominator);
  readonly framework: Framework;
  /** What the search for candidates starts with. */
  offset = 0;
  /** What it asked the random stream for. */
  readonly draws: [purpose: string, bound: number][] = [];

  constructor(objects: readonly KubernetesObject[], config: unknown = null) {
    const [framework] = frameworksOf(config, {
      ...inertHandle(),
      listers: this.objects,
      snapshot: this.cache.snapshot,
      nominator: this.nominator,
      parallelizer: sequential,
      stream: (purpose) => ({
        uniform: () => 0,
        below: (bound) => {
          this.draws.push([purpose, bound]);
          return this.offset;
        },
      }),
    });
    this.framework = framework as Framework;
    for (const object of objects) this.add(object);
  }

  add(object: KubernetesObject): void {
    this.objects.set(object);
    if (object.kind === 'Node') this.cache.addNode(object);
    if (object.kind !== 'Pod') return;
    const info = new PodInfo(object);
    if (info.nodeName !== '') this.cache.addPod(info);
    else this.nominator.nominate(info, object.status?.nominatedNodeName ?? '');
  }

  remove(pod: Pod): void {
    this.objects.delete(pod);
    this.cache.removePod(new PodInfo(pod).uid);
  }

  decide(pod: Pod): Decision {
    this.cache.updateSnapshot();
    return this.algorithm.decide(this.framework, new PodInfo(pod));
  }

  /** What a decision would do for the pod: `node-1: a b`. */
  plan(pod: Pod): string {
    const { nominatedNodeName, victims } = this.decide(pod);
    return `${nominatedNodeName}: ${victims.map((info) => info.pod.metadata.name).join(' ')}`;
  }

  /** The dry run of all nodes, after a decision: `node-1: a b (1)`, or why not. */
  dryRun(pod: Pod): string[] {
    const { state } = this.decide(pod);
    const plugin = this.framework.plugins.postFilter.find((each) => 'dryRun' in each);
    const { snapshot } = this.cache;
    const { statuses } = this.algorithm;
    return (plugin as PreemptionPlugin)
      .dryRun(state, new PodInfo(pod), statuses, snapshot)
      .map(({ row, victims, numPDBViolations, status }) => {
        const name = snapshot.table.names[row] as string;
        const names = victims.map((info) => info.pod.metadata.name).join(' ');
        return status === undefined
          ? `${name}: ${names} (${numPDBViolations})`
          : `${name}: ${status.reasons.join(', ')}`;
      });
  }
}
