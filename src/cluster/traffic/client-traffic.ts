// Connections of clients to Services while the cluster changes. All connections that were due are
// made together ten times a second, each as of its own time: what a proxy had in its rules then and
// who answered then is known exactly, so that a connection costs no event.
import type { DistributionSpec } from '../../kernel/distributions.js';
import { distribution } from '../../kernel/distributions.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { KubeProxyFleet } from '../../node/kube-proxy/kube-proxy-fleet.js';
import type { ServerListener } from '../../node/kubelet/pod-servers.js';
import { Dialer, type DialerOptions } from './dialer.js';
import { PodServersTable } from './pod-servers-table.js';
import { TrafficClients } from './traffic-clients.js';
import type { TrafficCounts } from './traffic-counts.js';
import { TrafficFlow } from './traffic-flow.js';
import type { TrafficPlan, TrafficSpec } from './traffic-spec.js';

/** Between two looks: short beside the delays of rules and pods. */
const TICK_US = 100_000;

/** What has become of the connections of one kind of traffic. */
export interface TrafficReport {
  readonly spec: TrafficSpec;
  readonly intervals: readonly TrafficCounts[];
}

/** A node as its clients and its pods are placed. */
export interface TrafficNode {
  readonly name: string;
  readonly pool: string;
  readonly zone: string;
}

export class ClientTraffic {
  readonly intervalUs: number;
  readonly #simulation: Simulation;
  readonly #table: PodServersTable;
  readonly #names: string[] = [];
  readonly #pools: string[] = [];
  readonly #zones: string[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #plan: TrafficPlan;
  readonly #flows: { readonly flow: TrafficFlow; readonly dialer: Dialer }[] = [];
  readonly #due: EventKind;
  #proxies: KubeProxyFleet | undefined;

  constructor(simulation: Simulation, plan: TrafficPlan) {
    this.#simulation = simulation;
    this.#plan = plan;
    this.intervalUs = plan.intervalUs;
    this.#table = new PodServersTable(simulation, (server) => {
      for (const { flow } of this.#flows) flow.breakOpen(server);
    });
    this.#due = simulation.defineEvent('traffic.ConnectionsMade', () => {
      this.#proceed();
      simulation.after(TICK_US, this.#due);
    });
  }

  /** Who must be told what accepts connections. */
  get servers(): ServerListener {
    return this.#table;
  }

  /** The next node, in the order of the proxies. */
  addNode({ name, pool, zone }: TrafficNode): void {
    this.#indexes.set(name, this.#names.length);
    this.#names.push(name);
    this.#pools.push(pool);
    this.#zones.push(zone);
  }

  /** Begins; before the proxies list what there is. `link`: from a node to another, one way. */
  start(
    proxies: KubeProxyFleet,
    link: DistributionSpec,
    wayBetween: DialerOptions['wayBetween'],
  ): void {
    this.#proxies = proxies;
    const { random } = this.#simulation;
    const nodes = { names: this.#names, zones: this.#zones, indexes: this.#indexes };
    const roundTripUs = 2 * Math.round(distribution(link).mean);
    for (const spec of this.#plan.flows) {
      const dialer = new Dialer({
        proxies,
        servers: this.#table,
        nodes,
        wayBetween,
        history: proxies.follow(`${spec.namespace}/${spec.service}`),
        origin: spec.source.kind === 'external' ? 'external' : 'internal',
        roundTripUs,
        timeoutUs: spec.timeoutUs,
        balancing: random.stream(`traffic/${spec.name}/balancing`),
        latencies: random.stream(`traffic/${spec.name}/latencies`),
      });
      const clients = new TrafficClients(spec.source, this.#table, {
        names: this.#names,
        pools: this.#pools,
      });
      const flow = new TrafficFlow(spec, dialer, clients, random, this.intervalUs);
      this.#flows.push({ flow, dialer });
    }
    this.#simulation.after(TICK_US, this.#due);
  }

  /** Makes all connections up to now: something that they depend on is about to change. */
  catchUp(): void {
    this.#proceed();
  }

  /** Everything up to now, in the order of the plan. */
  get reports(): readonly TrafficReport[] {
    this.#proceed();
    return this.#flows.map(({ flow }) => ({
      spec: flow.spec,
      intervals: flow.counter.intervals,
    }));
  }

  /** Of all kinds of traffic together, up to now. */
  get totals(): { readonly connections: number; readonly deadEndpoint: number } {
    this.#proceed();
    let connections = 0;
    let deadEndpoint = 0;
    for (const { flow } of this.#flows) {
      connections += flow.counter.connections;
      deadEndpoint += flow.counter.deadEndpoint;
    }
    return { connections, deadEndpoint };
  }

  #proceed(): void {
    const { now } = this.#simulation;
    for (const { flow, dialer } of this.#flows) {
      flow.proceed(now, () => this.#isServed(dialer));
    }
    this.#proxies?.forgetBefore(now);
    this.#table.forgetBefore(now);
  }

  /** O(nodes), until it is true for the first time. */
  #isServed(dialer: Dialer): boolean {
    const { now } = this.#simulation;
    return this.#names.every(
      (_, node) => this.#table.isSilent(node) || dialer.knowsEndpoints(node, now),
    );
  }
}
