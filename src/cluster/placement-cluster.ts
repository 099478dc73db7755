// A cluster of which only the placement of pods is simulated: kube-scheduler decides for one pod
// after the other, in the order of their creation, on what it has decided before. A decision takes
// no time and is made once: a pod that finds no node stays without one. What it costs to simulate
// is the decision itself. Left out: etcd, apiservers, controllers, nodes that do anything; Permit
// and PreBind plugins, extenders, retries, and everything that needs time.
import type { Binding } from '../api/binding.js';
import { extended } from '../api/extended.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Pod, PodCondition } from '../api/pod.js';
import type { ClusterObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { IdentityGenerator } from '../control-plane/apiserver/registry.js';
import { SchedulerCache } from '../control-plane/scheduler/cache/scheduler-cache.js';
import { frameworksFor } from '../control-plane/scheduler/configuration/plugin-sets.js';
import { CycleState } from '../control-plane/scheduler/framework/cycle-state.js';
import type { Framework } from '../control-plane/scheduler/framework/framework.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { PodInfo } from '../control-plane/scheduler/framework/pod-info.js';
import { SchedulingAlgorithm } from '../control-plane/scheduler/framework/scheduling-algorithm.js';
import { reservoir, selectHost } from '../control-plane/scheduler/framework/select-host.js';
import { inertHandle } from '../control-plane/scheduler/inert-handle.js';
import { registry } from '../control-plane/scheduler/plugins/registry.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import { ArrivingPods } from './arriving-pods.js';
import type { ClusterSpec } from './cluster-spec.js';
import { registeredNode } from './node-objects.js';
import type { Operation } from './operation.js';

export interface PlacementOptions {
  readonly observer: ClusterObserver;
  /** Besides the default ones. */
  readonly plugins: PluginRegistry;
  /** All pods have been placed, or not. */
  readonly onDone: () => void;
}

/** `start` sets it going; then the simulation is run. */
export class PlacementCluster {
  readonly #simulation: Simulation;
  readonly #options: PlacementOptions;
  readonly #cache = new SchedulerCache();
  readonly #objects;
  readonly #frameworks: ReadonlyMap<string, Framework>;
  readonly #algorithm: SchedulingAlgorithm;
  readonly #identities: IdentityGenerator;
  readonly #arriving: ArrivingPods;
  readonly #arrived: EventKind;
  readonly #placed: EventKind;
  #revision = 0;

  constructor(
    simulation: Simulation,
    spec: ClusterSpec,
    operations: readonly Operation[],
    options: PlacementOptions,
  ) {
    this.#simulation = simulation;
    this.#options = options;
    this.#identities = new IdentityGenerator(simulation.random);
    const { configuration, tieBreak, name } = spec.controlPlane.scheduler;
    const streams = new Map<string, RandomStream>();
    const handle = {
      ...inertHandle(this.#cache),
      now: () => simulation.now,
      stream: (purpose: string): RandomStream => {
        const known = streams.get(purpose) ?? simulation.random.stream(`${name}/${purpose}`);
        streams.set(purpose, known);
        return known;
      },
    };
    this.#objects = handle.listers;
    const all = new Map([...registry, ...options.plugins]);
    const frameworks = frameworksFor(configuration, all, handle);
    this.#frameworks = new Map(frameworks.map((each) => [each.schedulerName, each]));
    this.#algorithm = new SchedulingAlgorithm(this.#cache.snapshot, handle.nominator, {
      percentageOfNodesToScore: configuration.percentageOfNodesToScore,
      tieBreak:
        tieBreak === 'reservoir'
          ? reservoir((uid, attempt) =>
              simulation.random.stream(`${name}/select-host/${uid}/${attempt}`),
            )
          : selectHost,
    });
    this.#arrived = simulation.defineEvent('placement.PodArrived', () => this.#onArrival());
    // Its target is the node: two runs that decide otherwise have other trace hashes.
    this.#placed = simulation.defineEvent('kube-scheduler.PodPlaced', () => this.#awaitNext());
    for (const pool of spec.nodePools) {
      for (let index = 0; index < pool.count; index++) {
        const node = registeredNode(pool, index);
        this.#commit('ADDED', this.#named(node, 'nodes'), undefined);
        this.#cache.addNode(node);
      }
    }
    this.#arriving = new ArrivingPods(simulation, spec.nodePools, operations, (object) =>
      this.#objects.set(object),
    );
  }

  start(): void {
    this.#awaitNext();
  }

  #awaitNext(): void {
    const dueUs = this.#arriving.nextUs;
    if (dueUs === undefined) this.#options.onDone();
    else this.#simulation.at(Math.max(dueUs, this.#simulation.now), this.#arrived);
  }

  #onArrival(): void {
    const pod = this.#named(this.#arriving.take(), 'pods');
    this.#commit('ADDED', pod, undefined);
    this.#objects.set(pod);
    const info = new PodInfo(pod);
    const framework = this.#frameworks.get(info.schedulerName);
    const node = framework === undefined ? '' : this.#place(framework, info, 1);
    const row = this.#cache.snapshot.rowOf(node) ?? -1;
    this.#simulation.after(0, this.#placed, row + 1);
  }

  /** The node that the pod has got; '' for none. */
  #place(framework: Framework, info: PodInfo, attempt: number): string {
    this.#cache.updateSnapshot();
    const { observer } = this.#options;
    const decision = this.#algorithm.decide(framework, info, attempt);
    const { result, nodeName, victims } = decision;
    observer.schedulingAttempted(info.uid, result, 0);
    if (victims.length > 0) {
      for (const victim of victims) this.#remove(victim);
      return this.#place(framework, info, attempt + 1);
    }
    const refusal =
      result === 'scheduled' ? framework.runReserve(decision.state, info, nodeName) : undefined;
    if (result === 'scheduled' && refusal?.status === undefined) {
      this.#bind(framework, info, nodeName);
      return nodeName;
    }
    const { reasons } = refusal?.status ?? { reasons: [decision.message] };
    this.#refuse(info.pod, reasons.join(', '));
    return '';
  }

  #bind(framework: Framework, info: PodInfo, nodeName: string): void {
    const { pod } = info;
    let request: ReturnType<(typeof framework.plugins.bind)[0]['bind']>;
    for (const plugin of framework.plugins.bind) {
      request ??= plugin.bind(new CycleState(), info, nodeName);
    }
    const { annotations } = (request?.body as Binding | undefined)?.metadata ?? {};
    const metadata =
      annotations === undefined
        ? pod.metadata
        : extended(pod.metadata, {
            annotations: extended(pod.metadata.annotations ?? {}, annotations),
          });
    const conditions: readonly PodCondition[] = [
      { type: 'PodScheduled', status: 'True', lastTransitionTime: this.#simulation.now },
    ];
    const spec = extended(pod.spec, { nodeName });
    const status = extended(pod.status ?? {}, { conditions });
    const bound: Pod = extended(pod, { metadata, spec, status });
    this.#commit('MODIFIED', bound, pod);
    this.#objects.set(bound);
    this.#cache.addPod(new PodInfo(bound, info));
  }

  #refuse(pod: Pod, message: string): void {
    const conditions: readonly PodCondition[] = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    ];
    const refused: Pod = extended(pod, { status: extended(pod.status ?? {}, { conditions }) });
    this.#commit('MODIFIED', refused, pod);
  }

  #remove({ pod, uid }: PodInfo): void {
    this.#commit('DELETED', pod, pod);
    this.#objects.delete(pod);
    this.#cache.removePod(uid);
  }

  #named<T extends KubernetesObject>(object: T, resource: string): T {
    const metadata = this.#identities.fill(object.metadata, '', resource, this.#simulation.now);
    return { ...object, metadata };
  }

  #commit(type: WatchEvent['type'], object: KubernetesObject, previous?: KubernetesObject): void {
    const revision = ++this.#revision;
    this.#options.observer.committed({ type, object, previous, revision, bytes: 0 });
  }
}
