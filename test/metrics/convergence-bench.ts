// A told cluster whose changes are followed: what convergence tests have in common.
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { PodStage } from '../../src/client/observer.js';
import type { Simulation } from '../../src/kernel/simulation.js';
import { Convergence } from '../../src/metrics/convergence.js';
import type { ClientLimits } from '../../src/metrics/critical-path/client-limits.js';
import type { ConvergenceRow } from '../../src/metrics/run-result.js';
import { Story } from './story.js';

export class ConvergenceBench extends Story {
  readonly convergence: Convergence;
  /** Times at which `whenSettled` called back. */
  readonly settledUs: number[] = [];
  readonly #dnsReplicas: number;

  constructor(dnsReplicas: number | 'inPods' = 2, limits?: Pick<ClientLimits, 'of'>) {
    let convergence: Convergence | undefined;
    const observe = (simulation: Simulation) => {
      convergence = new Convergence(simulation, dnsReplicas, limits);
      return [convergence];
    };
    super(observe);
    this.convergence = convergence as unknown as Convergence;
    this.#dnsReplicas = dnsReplicas === 'inPods' ? 0 : dnsReplicas;
  }

  /** A client sends a change of `objects` objects like this one; returns its id. */
  start(verb: string, object: KubernetesObject, objects = 1): number {
    const { kind, metadata } = object;
    const target = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
    return this.convergence.changeStarted(verb, target, objects);
  }

  /** A change of which call, write and answer happen at once. */
  change(verb: string, object: KubernetesObject): this {
    const id = this.start(verb, object);
    if (verb === 'delete') this.remove(object.kind, object.metadata.name);
    else this.put(object);
    return this.accept(id, object);
  }

  accept(id: number, object: KubernetesObject): this {
    this.convergence.changeAccepted(id, object);
    return this;
  }

  /** The kubelet reaches a stage with each of these pods. */
  reach(stage: PodStage, ...names: readonly string[]): this {
    for (const name of names) this.convergence.podReached(name, stage);
    return this;
  }

  /** Every kube-proxy has programmed, every DNS replica serves all that was written so far. */
  reachNetwork(): this {
    this.convergence.endpointsProgrammed(this.revision);
    return this.reachDns();
  }

  reachDns(): this {
    for (let replica = 0; replica < this.#dnsReplicas; replica++) {
      this.convergence.dnsServes(replica, this.revision);
    }
    return this;
  }

  whenSettled(): this {
    this.convergence.whenSettled(() => this.settledUs.push(this.simulation.now));
    return this;
  }

  row(index = 0): ConvergenceRow {
    return this.convergence.rows[index] as ConvergenceRow;
  }

  /** Time by activity, in the order of the way. */
  path(index = 0): readonly (readonly [activity: string, us: number])[] {
    return this.row(index).criticalPath.map(({ activity, us }) => [activity, us] as const);
  }

  /** Created, scheduled, ready, published, programmed, resolvable, converged. */
  times(index = 0): readonly (number | undefined)[] {
    const row = this.row(index);
    return [
      row.createdUs,
      row.scheduledUs,
      row.readyUs,
      row.endpointsPublishedUs,
      row.endpointsProgrammedUs,
      row.dnsResolvableUs,
      row.convergedUs,
    ];
  }
}
